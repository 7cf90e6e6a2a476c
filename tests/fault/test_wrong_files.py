"""A wrong file ends with one clear sentence, status 1, and no file left behind."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import Lightness, load_predictor
from engine.cli.main import run
from engine.paths import SAMPLES

SAMPLE = SAMPLES / "field-workers-1910.jpg"
NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="photochrom-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def network_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network loaded by the user who may: "nobody" can't enter a checkout in root's home."""
    predictor = load_predictor("cpu")
    gray = Lightness(np.full((64, 64), 50, np.float32))
    predictor.predict(predictor.prepare(gray, "fast"), ())
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda *_: predictor)


def is_one_sentence(text: str, name: str) -> bool:
    return len(text.splitlines()) == 1 and name in text and "Traceback" not in text


@pytest.mark.parametrize("kind", ["text", "truncated", "empty", "folder", "missing", "noise"])
def test_a_wrong_file(tmp_path, capsys, kind):
    path = tmp_path / "photo.jpg"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        data = SAMPLE.read_bytes()
        contents = {
            "text": b"dear diary",
            "truncated": data[: len(data) // 2],
            "empty": b"",
            "noise": data[:2] + os.urandom(5000),
        }
        path.write_bytes(contents[kind])
    before = sorted(tmp_path.rglob("*"))
    assert run(["colorize", str(path)]) == 1
    captured = capsys.readouterr()
    assert is_one_sentence(captured.err, "photo.jpg")
    assert captured.out == ""
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs POSIX users")
def test_a_file_one_may_not_read(open_folder, network_at_hand, capsys):
    photo = open_folder / "photo.jpg"
    shutil.copyfile(SAMPLE, photo)
    photo.chmod(0)
    if os.geteuid() == 0:  # root may read everything
        os.seteuid(NOBODY)
    try:
        status = run(["colorize", str(photo)])
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
    assert status == 1
    error = capsys.readouterr().err
    assert is_one_sentence(error, "photo.jpg")
    assert "permission" in error
    assert [path.name for path in open_folder.iterdir()] == ["photo.jpg"]


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs POSIX users")
@pytest.mark.parametrize("output", ["", "-o=inside/"])
def test_a_folder_one_may_not_write(open_folder, network_at_hand, capsys, output):
    photo = open_folder / "photo.jpg"
    shutil.copyfile(SAMPLE, photo)
    photo.chmod(0o444)
    open_folder.chmod(0o555)
    arguments = ["-o", str(open_folder / "inside") + "/"] if output else []
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        status = run(["colorize", str(photo), *arguments])
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
    open_folder.chmod(0o755)
    assert status == 1
    assert is_one_sentence(capsys.readouterr().err, "photo.jpg")
    assert [path.name for path in open_folder.iterdir()] == ["photo.jpg"]


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A real file system of 64 kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = (
        mount is not None
        and os.name == "posix"
        and os.geteuid() == 0
        and not subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not made:
        pytest.skip("a small file system can only be mounted as root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_no_space_on_the_disk(small_disk, capsys, suffix):
    target = small_disk / f"result{suffix}"
    assert run(["colorize", str(SAMPLE), "-o", str(target)]) == 1
    error = capsys.readouterr().err
    assert is_one_sentence(error, f"result{suffix}")
    assert "space" in error
    assert list(small_disk.iterdir()) == []
