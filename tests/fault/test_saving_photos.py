"""Disks that fill up or fail while a photo is saved: nothing half-written stays behind."""

import errno
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import pyvips

from engine.errors import Cancelled, CannotWrite, DiskFull
from engine.photo import write as write_module
from engine.photo.read import read_photo
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import by_pillow, gray_picture, photo_of, rgb_picture

CONFLICTS = ["unique", "skip", "overwrite"]


@pytest.fixture
def photo():
    return photo_of(gray_picture())


@pytest.fixture
def rendition():
    return Rendition(rgb_picture())


def fail_with(number):
    def fail(*_args, **_options):
        raise OSError(number, os.strerror(number))

    return fail


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("on_conflict", CONFLICTS)
@pytest.mark.parametrize("call", ["write", "fsync", "open", "close"])
@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EIO, CannotWrite),
        (errno.EROFS, CannotWrite),
        (errno.EACCES, CannotWrite),
    ],
)
def test_a_failing_system_call(
    tmp_path, photo, rendition, monkeypatch, on_conflict, call, number, error
):
    (tmp_path / "other.png").write_bytes(b"another's")
    if on_conflict == "overwrite":
        (tmp_path / "out.png").write_bytes(b"before")
    before = contents(tmp_path)
    real_close = os.close

    def close_and_fail(descriptor):
        real_close(descriptor)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, close_and_fail if call == "close" else fail_with(number))
        with pytest.raises(error) as caught:
            write_photo(rendition, photo, tmp_path / "out.png", on_conflict)
    assert caught.value.values == {"name": "out.png", "folder": str(tmp_path)}
    assert isinstance(caught.value.__cause__, OSError)
    assert contents(tmp_path) == before


STEPS = [
    *((on_conflict, call) for on_conflict in CONFLICTS for call in ("write", "fsync")),
    ("unique", "link"),
    ("skip", "link"),
    ("overwrite", "replace"),
]


@pytest.mark.parametrize(("on_conflict", "call"), STEPS)
@pytest.mark.parametrize("interruption", [Cancelled, KeyboardInterrupt, MemoryError])
def test_an_interruption_at_any_step(
    tmp_path, photo, rendition, monkeypatch, on_conflict, interruption, call
):

    def interrupt(*_args, **_options):
        raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(os, call, interrupt)
        with pytest.raises(interruption):
            write_photo(rendition, photo, tmp_path / "out.png", on_conflict)
    assert contents(tmp_path) == {}


def test_failing_without_hard_links_leaves_no_empty_file(tmp_path, photo, rendition, monkeypatch):
    monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    monkeypatch.setattr(os, "replace", fail_with(errno.EIO))
    with pytest.raises(CannotWrite):
        write_photo(rendition, photo, tmp_path / "out.png")
    assert contents(tmp_path) == {}


def test_short_writes_are_continued(tmp_path, photo, rendition, monkeypatch):
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real_write(fd, data[:100]))
    saved = write_photo(rendition, photo, tmp_path / "out.png")
    np.testing.assert_array_equal(read_photo(saved.path).pixels, rendition.pixels)


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path, photo, rendition, monkeypatch):
    real_fsync, calls = os.fsync, []

    def only_files(descriptor):
        calls.append(descriptor)
        if len(calls) > 1:
            raise OSError(errno.EINVAL, "Invalid argument")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    assert write_photo(rendition, photo, tmp_path / "out.png") is not None
    assert len(calls) == 2


def test_an_encoder_that_fails(tmp_path, photo, rendition, monkeypatch):
    def fail(*_args):
        raise pyvips.Error("no")

    monkeypatch.setattr(write_module, "encode", fail)
    with pytest.raises(CannotWrite):
        write_photo(rendition, photo, tmp_path / "out.png")
    assert contents(tmp_path) == {}


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("on_conflict", CONFLICTS)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_a_disk_that_is_really_full(small_disk, suffix, on_conflict):
    noise = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
    target = small_disk / f"out{suffix}"
    if on_conflict == "overwrite":
        target.write_bytes(b"before")
    before = contents(small_disk)
    with pytest.raises(DiskFull):
        write_photo(Rendition(noise), photo_of(noise), target, on_conflict)
    assert contents(small_disk) == before
    small = write_photo(Rendition(noise[:20]), photo_of(noise[:20]), target, on_conflict)
    assert small is not None


@pytest.mark.skipif(os.name == "nt", reason="Unix limits")
def test_a_limit_on_the_size_of_files(tmp_path, photo, rendition):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(CannotWrite):
            write_photo(rendition, photo, tmp_path / "out.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(tmp_path) == {}


def as_nobody():
    """Give up root's right to write everywhere; whether there was one."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        return True
    return False


@pytest.mark.skipif(os.name == "nt", reason="Unix permissions")
def test_a_folder_without_permission(tmp_path, rendition, photo):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    for parent in (tmp_path, *tmp_path.parents):  # pytest's folders are root's alone
        if os.geteuid() == 0 and "pytest" in str(parent):
            parent.chmod(0o755)
    was_root = as_nobody()
    try:
        for on_conflict in CONFLICTS:
            with pytest.raises(CannotWrite):
                write_photo(rendition, photo, folder / "out.png", on_conflict)
    finally:
        if was_root:
            os.seteuid(0)
    assert contents(folder) == {}


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="Linux only")
def test_a_folder_that_takes_no_files(rendition, photo):
    with pytest.raises(CannotWrite):
        write_photo(rendition, photo, Path("/proc/out.png"))


def test_the_original_survives_all_of_it(tmp_path, rendition, monkeypatch):
    path = tmp_path / "photo.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    photo, before = read_photo(path), path.read_bytes()
    for call in ("write", "fsync", "link"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail_with(errno.ENOSPC))
            if call == "link":
                patch.setattr(os, "replace", fail_with(errno.ENOSPC))
            with pytest.raises(DiskFull):
                write_photo(rendition, photo, tmp_path / "photo-colorized.png")
    assert contents(tmp_path) == {"photo.png": before}
