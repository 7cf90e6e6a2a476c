"""Files written whole or not at all; what the system says against it becomes a sentence."""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import CannotWrite
from engine.photo.place import Draft, is_write_protected, place_file
from engine.photo.write import save_error


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file by way of a temporary one beside it; one of that name is replaced.

    Args:
        path: where to; its folder exists. A link, a pipe or a device is written through.
        data: all of it.

    Raises:
        SaveError: it could not be written; nothing is left behind, and a file that was there stays
            as it was.
    """

    def write(draft: Draft) -> None:
        draft.write(data)

    with told_failure(path):
        if _is_written_through(path):
            path.write_bytes(data)
        else:
            place_file(write, path, "overwrite")


def check_writable(path: Path) -> None:
    """See to it, before the work is done, that a file can be written; its folder exists.

    Raises:
        SaveError: permission is missing, or a file of that name is write-protected.
    """
    folder = path.absolute().parent
    with told_failure(path):
        if _is_written_through(path):
            return
        is_kept = found_at(path) is not None and is_write_protected(path)
        if is_kept or not os.access(folder, os.W_OK):
            raise CannotWrite(name=path.name, folder=str(folder))


def has_folder(path: Path) -> bool:
    """Whether the folder that a file is to lie in is there.

    Raises:
        SaveError: it may not be looked for.
    """
    with told_failure(path):
        found = found_at(path.absolute().parent)
    return found is not None and stat.S_ISDIR(found.st_mode)


def found_at(path: Path) -> os.stat_result | None:
    """What there is under a name, a link followed; None if there is nothing.

    Raises:
        OSError: it may not be looked at. `Path.exists` is silent about that from Python 3.14 on.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_written_through(path: Path) -> bool:
    """Whether there is something that must not be replaced, such as /dev/stdout.

    Raises:
        OSError: it may not be looked at.
    """
    if path.is_symlink():  # also one that leads nowhere
        return True
    found = found_at(path)
    return found is not None and not stat.S_ISREG(found.st_mode)


@contextlib.contextmanager
def told_failure(path: Path) -> Iterator[None]:
    """What the system says against writing a file or folder, as a sentence.

    Raises:
        SaveError: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise save_error(error, path.absolute()) from error


def make_writable_folder(folder: Path) -> tuple[Path, ...]:
    """Make a folder, and those it lies in, where they are missing.

    Returns:
        Those that were made, the innermost first, for `remove_empty`.

    Raises:
        SaveError: it cannot be made, or nothing can be written into it.
    """
    with told_failure(folder):
        made = tuple(each for each in (folder, *folder.parents) if not each.exists())
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise CannotWrite(name=folder.name, folder=str(folder.absolute().parent))
    return made


def remove_empty(folders: Sequence[Path]) -> None:
    """Take folders away in which there is nothing; the others stay.

    Args:
        folders: the innermost first.
    """
    for folder in folders:
        with contextlib.suppress(OSError):  # only empty ones can be removed so
            folder.rmdir()
