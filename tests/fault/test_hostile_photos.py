"""Hundreds of damaged and hostile files: one clear sentence or a correct picture, nothing else.

Each is read and colored in a process of its own, within limits of memory and time.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fault.test_damaged_photos import FILES
from tests.support.damage import (
    Damaged,
    damaged_files,
    hostile,
    hostile_of_parts,
    later_hostile,
    real_files,
)
from tests.support.later_files import later_files, reader_of
from tests.support.trial import GOOD, SUFFIXES, Verdict, table_of, try_all

ALL = 300
# Damaged files for each reader beside libvips, over and above.
SHARE = 15

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be waited for there")


def faults(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.outcome not in GOOD]


def test_hostile_files(tmp_path):
    verdicts = try_all(hostile(), {}, tmp_path)
    assert len(verdicts) > 90
    assert not faults(verdicts)


def test_hostile_files_for_the_later_readers(tmp_path):
    verdicts = try_all(later_hostile(), {}, tmp_path)
    print(table_of(verdicts))
    assert len(verdicts) > 200
    assert not faults(verdicts)


def test_files_that_say_one_thing_very_often(tmp_path):
    verdicts = try_all(hostile_of_parts(), {}, tmp_path)
    print(table_of(verdicts))
    assert len(verdicts) > 15
    assert not faults(verdicts)


def test_each_later_reader_gets_its_share(tmp_path):
    real = [path for path in real_files() if path.parent.name != "corrupt"]
    everything = []
    for reader, own in later_files().items():
        found = {path.name: path.read_bytes() for path in real if reader_of(path) == reader}
        assert found or not real, reader
        files = list(damaged_files(own | found, SHARE))
        verdicts = try_all(files, own | found, tmp_path / reader)
        everything += [replace(verdict, kind=reader) for verdict in verdicts]
    print(table_of(everything))
    assert len(everything) == SHARE * 8
    assert not faults(everything)


def test_hostile_metadata_into_every_format(tmp_path):
    carried = ("exif", "xmp", "profile", "text", "iptc")
    files = [
        replace(file, name=f"{suffix[1:]}-{file.name}")
        for file in hostile()
        if any(word in file.name for word in carried)
        for suffix in SUFFIXES
    ]
    verdicts = try_all(files, {}, tmp_path)
    assert len(verdicts) >= 40
    assert not faults(verdicts)


def test_damaged_files_of_our_own_making(tmp_path):
    wholes = {name.replace(" ", "-"): data for name, data in FILES.items()}
    verdicts = try_all(damaged_files(wholes, 60), wholes, tmp_path)
    assert len(verdicts) == 60
    assert not faults(verdicts)


@pytest.mark.skipif(not real_files(), reason="PHOTOCHROM_FORMATS names no folder of photos")
def test_three_hundred_damaged_files(tmp_path, record_property):
    real = real_files()
    wholes = {path.name: path.read_bytes() for path in real if path.parent.name != "corrupt"}
    files = [
        Damaged(f"found-{path.name}", "found so", path.read_bytes())
        for path in real
        if path.parent.name == "corrupt"
    ]
    files += hostile()
    files += damaged_files(wholes, ALL - len(files))
    verdicts = try_all(files, wholes, tmp_path)
    print(table_of(verdicts))  # pytest -s shows it; docs/damaged-files.md has it
    assert len(verdicts) == ALL
    assert not faults(verdicts)


def test_the_same_damage_every_time(tmp_path: Path):
    wholes = {"a.jpg": FILES["jpeg gray"], "b.png": FILES["png 8"]}
    twice = [[file.data for file in damaged_files(wholes, 40)] for _ in range(2)]
    assert twice[0] == twice[1]
    other = [file.data for file in damaged_files(wholes, 40, seed=1)]
    assert other != twice[0]
