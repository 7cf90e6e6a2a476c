"""Training photographs are found and read in folders and tar files."""

import gzip

import numpy as np
import pytest

from engine.errors import NoPhotos, UnreadablePlace
from engine.measuring.photos import (
    INDEX,
    PhotoEntry,
    decode_photo,
    find_photos,
    places_of_entries,
    read_photo,
)
from tests.unit.conftest import colorful


def test_a_folder_is_searched_with_its_sub_folders(photo_folder):
    names = [entry.name for entry in find_photos([photo_folder])]
    assert len(names) == 11
    assert "deep/写真/01.png" in names
    assert "notes.txt" not in names
    assert names == [entry.name for entry in find_photos([photo_folder])]


def test_a_tar_is_read_in_any_order(photo_tar):
    entries = find_photos([photo_tar])
    assert len(entries) == 5
    last, first = decode_photo(entries[4].read()), decode_photo(entries[0].read())
    assert np.abs(first.astype(int) - colorful(100)).mean() < 8
    assert np.abs(last.astype(int) - colorful(104)).mean() < 8


def test_a_folder_of_tars(photo_tar):
    assert len(find_photos([photo_tar.parent])) == 5


def test_what_cannot_be_decoded_is_none(photo_folder):
    assert decode_photo((photo_folder / "broken.jpg").read_bytes()) is None
    assert decode_photo(b"") is None


def test_what_the_disk_does_not_give_is_none(photo_folder, failing_read):
    entries = find_photos([photo_folder])
    failing_read(entries[1].name)
    assert read_photo(entries[0]) is not None
    assert read_photo(entries[1]) is None


def test_the_held_out_photos_are_a_fixed_hundredth(tmp_path):
    entries = [PhotoEntry(tmp_path, f"{number}.jpg") for number in range(5000)]
    held_out = [entry.name for entry in entries if entry.is_held_out]
    assert 25 <= len(held_out) <= 80
    assert held_out == [entry.name for entry in entries if entry.is_held_out]


@pytest.mark.parametrize("kind", ["empty", "missing", "text"])
def test_a_place_without_photos_is_named(tmp_path, kind):
    place = tmp_path / kind
    if kind == "empty":
        place.mkdir()
    elif kind == "text":
        place.write_text("hello")
    with pytest.raises(NoPhotos, match=kind):
        find_photos([place])


def test_why_a_tar_cannot_be_read_is_told(photo_tar, tmp_path):
    data = photo_tar.read_bytes()
    last = find_photos([photo_tar])[-1]
    files = {
        "compressed": gzip.compress(data),
        "ends too early": data[: last.offset + last.length // 2],
        "neither a folder nor a tar": b"hello" * 500,
    }
    for reason, content in files.items():
        place = tmp_path / "photos.tar"
        place.write_bytes(content)
        with pytest.raises(UnreadablePlace, match=rf"photos\.tar.*{reason}"):
            find_photos([place])
        with pytest.raises(UnreadablePlace, match=rf"photos\.tar.*{reason}"):
            find_photos([tmp_path])
    with pytest.raises(UnreadablePlace, match="does not exist"):
        find_photos([tmp_path / "none"])


def test_places_are_those_that_were_named(photo_folder, photo_tar):
    entries = find_photos([photo_folder, photo_tar])
    assert places_of_entries(entries) == f"{photo_folder}, {photo_tar}"


@pytest.mark.parametrize("index", [b"\xff\xfe\0", b"name\t" + b"s" * 200_000])
def test_an_index_that_is_no_text_is_told_of(photo_tar, tmp_path, index):
    place = tmp_path / photo_tar.name
    place.write_bytes(photo_tar.read_bytes())
    (tmp_path / INDEX).write_bytes(index)
    with pytest.raises(UnreadablePlace, match=r"index\.tsv"):
        find_photos([place])
