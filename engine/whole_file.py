"""Files written whole or not at all; what the system says against it becomes a sentence."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import CannotWrite
from engine.photo.place import Draft, place_file
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
        SaveError: permission is missing.
    """
    if not _is_written_through(path) and not os.access(path.absolute().parent, os.W_OK):
        raise CannotWrite(name=path.name, folder=str(path.absolute().parent))


def _is_written_through(path: Path) -> bool:
    """Whether there is something that must not be replaced, such as /dev/stdout."""
    return path.is_symlink() or (path.exists() and not path.is_file())


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
