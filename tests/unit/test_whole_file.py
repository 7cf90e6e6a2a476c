"""Small files are written whole or not at all, and failures told in sentences."""

import errno
import os
import stat

import pytest

from engine.errors import CannotWrite, DiskFull
from engine.whole_file import (
    check_writable,
    has_folder,
    make_writable_folder,
    remove_empty,
    write_whole,
)
from tests.support.locked import lock


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "figures.json"
    write_whole(path, b"first")
    write_whole(path, memoryview(b"second"))
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "figures.json"
    path.write_bytes(b"earlier")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskFull, match=r"figures\.json"):
        write_whole(path, b"later")
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_written_through(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("links are not for every user of this system")
    check_writable(link)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert real.read_bytes() == b"after"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes that have names")
def test_what_is_no_file_is_not_replaced(tmp_path):
    """As with /dev/stdout; none of the machine's own, which faulty code would replace."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # else writing would wait for one
    try:
        check_writable(pipe)
        write_whole(pipe, b"figures")
        assert os.read(reader, 100) == b"figures"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_under_a_file_cannot_be_made(tmp_path):
    (tmp_path / "text.txt").write_text("hello")
    with pytest.raises(CannotWrite, match=r"“run”.*text\.txt"):
        make_writable_folder(tmp_path / "text.txt" / "run")


def test_a_place_that_may_not_be_written_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CannotWrite, match=r"figures\.json"):
        check_writable(tmp_path / "figures.json")
    with pytest.raises(CannotWrite):
        make_writable_folder(tmp_path)


@pytest.mark.parametrize("name", ["figures.json", "deeper/figures.json"])
def test_a_place_that_may_not_be_looked_into_is_told(tmp_path, monkeypatch, name):
    lock(monkeypatch, tmp_path / "locked")
    path = tmp_path / "locked" / name
    for look in (check_writable, make_writable_folder):
        with pytest.raises(CannotWrite, match="permission is missing"):
            look(path)


def test_a_folder_that_may_not_be_looked_for_is_not_said_to_be_missing(tmp_path, monkeypatch):
    assert has_folder(tmp_path / "figures.json")
    assert not has_folder(tmp_path / "gone" / "figures.json")
    (tmp_path / "text.txt").write_text("hello")
    assert not has_folder(tmp_path / "text.txt" / "figures.json")
    lock(monkeypatch, tmp_path / "locked")
    with pytest.raises(CannotWrite, match="permission is missing"):
        has_folder(tmp_path / "locked" / "deeper" / "figures.json")


def test_a_write_protected_file_is_told_before_the_work(tmp_path):
    path = tmp_path / "figures.json"
    path.write_bytes(b"kept")
    path.chmod(0o444)
    with pytest.raises(CannotWrite, match=r"figures\.json"):
        check_writable(path)
    path.chmod(0o644)  # Windows removes no protected file
    check_writable(path)


def test_only_folders_that_stayed_empty_are_taken_away(tmp_path):
    made = make_writable_folder(tmp_path / "runs" / "first")
    assert made == (tmp_path / "runs" / "first", tmp_path / "runs")
    (tmp_path / "runs" / "notes.txt").write_text("kept")
    remove_empty(made)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["notes.txt"]
    assert make_writable_folder(tmp_path) == ()
