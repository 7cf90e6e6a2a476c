"""Puts a finished file in its place: wholly or not at all, and never onto another one unasked."""

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from engine.photo.naming import OnConflict, numbered_paths
from engine.processes import is_running

# How the names of files and folders begin that are there only for a while.
HIDDEN = ".photochrom-"
_DRAFT = re.compile(re.escape(HIDDEN) + r"([1-9][0-9]*)-[^-]+\.part")
_CHUNK_BYTES = 1 << 22
_SEEKS = (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END)
# O_BINARY is Windows's, O_CLOEXEC everyone else's.
_CREATE = (
    os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)


class Draft:
    """A file being written, under a name that no one else uses.

    Attributes:
        path: where it lies for now.
        failure: what was raised while others wrote it.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.failure: BaseException | None = None
        self._descriptor = descriptor

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it; returns how many bytes that were."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest[:_CHUNK_BYTES]) :]
        return len(data)

    def read(self, count: int) -> bytes:
        """Read back up to so many bytes."""
        return os.read(self._descriptor, count)

    def seek(self, offset: int, whence: int) -> int:
        """Go to another place; returns where that is."""
        return os.lseek(self._descriptor, offset, _SEEKS[whence])


def place_file(
    write: Callable[[Draft], None], target: Path, on_conflict: OnConflict
) -> Path | None:
    """Write a file by way of a hidden temporary one beside it.

    Args:
        write: called once to write the whole file.
        target: where it goes; its folder exists.
        on_conflict: if the name is taken, take the next free one ("unique"), leave it ("skip"), or
            put the file in the other's place ("overwrite"), which is then gone.

    Returns:
        Where it lies now; None if it was skipped.

    Raises:
        OSError: it could not be written. Then, as with anything that `write` raises, nothing is
            left behind and nothing was touched.
    """
    temporary = draft_path(target.parent)
    try:
        _write(write, temporary)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return give_name(temporary, target, on_conflict)


def draft_path(folder: Path) -> Path:
    """A hidden name in a folder that no one else uses, and that tells whose it is."""
    return folder / f"{HIDDEN}{os.getpid()}-{secrets.token_hex(8)}.part"


def give_name(draft: Path, target: Path, on_conflict: OnConflict) -> Path | None:
    """Give a whole file its name; the hidden one it has is gone afterwards, whatever happens.

    Args:
        draft: the file; on the same disk as the target.
        target: where it goes, and the rest as for `place_file`.
        on_conflict: what to do if the name is taken.

    Returns:
        Where it lies now; None if it was skipped.

    Raises:
        OSError: it could not be done.
    """
    try:
        placed = _publish(draft, target, on_conflict)
    finally:
        # Also right after success: there the temporary name is a second name of the result.
        with contextlib.suppress(OSError):
            draft.unlink()
    if placed is not None:
        _sync_folder(target.parent)
    return placed


def is_write_protected(path: Path) -> bool:
    """Whether a file is not to be written, which putting another in its place would pass over.

    Raises:
        OSError: it cannot be looked at.
    """
    # Who protected it meant everybody; the system lets an administrator pass over that.
    is_protected = not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return is_protected or not os.access(path, os.W_OK)


def sweep_drafts(folder: Path, pid: int | None = None) -> None:
    """Take away what a process left half-written in a folder when it was killed.

    Args:
        folder: where it was writing.
        pid: its number; it must not run any more. None for all that do not run on this machine, and
            for the one that asks, which has not begun to write there.
    """
    who = "*" if pid is None else str(pid)
    with contextlib.suppress(OSError):  # litter is no reason to fail
        for draft in folder.glob(f"{HIDDEN}{who}-*.part"):
            if pid is None and _is_being_written(draft):
                continue
            if draft.is_dir():  # shards, or what a cluster wrote for it
                shutil.rmtree(draft, ignore_errors=True)
            else:
                draft.unlink()


def _is_being_written(draft: Path) -> bool:
    """Whether a process has this draft in hand, other than the one that asks.

    In a container, that often has the number of the one that was killed there.
    """
    name = _DRAFT.fullmatch(draft.name)
    pid = int(name[1]) if name else 0
    return pid not in (0, os.getpid()) and is_running(pid)


def _write(write: Callable[[Draft], None], path: Path) -> None:
    # Not tempfile: it makes files that only their owner may read, whatever the umask.
    descriptor = os.open(path, _CREATE, 0o666)
    try:
        write(Draft(path, descriptor))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _publish(temporary: Path, target: Path, on_conflict: OnConflict) -> Path | None:
    if on_conflict == "overwrite":
        temporary.replace(target)
        return target
    candidates = numbered_paths(target) if on_conflict == "unique" else iter((target,))
    return next((path for path in candidates if _claim(temporary, path)), None)


def _claim(temporary: Path, path: Path) -> bool:
    """Give the file this name unless the name is taken, in one step that no one can get between."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        return _claim_without_links(temporary, path)
    return True


def _claim_without_links(temporary: Path, path: Path) -> bool:
    """The same for file systems without hard links, such as FAT: an empty file takes the name."""
    try:
        os.close(os.open(path, _CREATE, 0o666))
    except FileExistsError:
        return False
    try:
        temporary.replace(path)
    except BaseException:
        path.unlink()
        raise
    return True


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folders, some network drives sync none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
