"""The result in the place of the original, which is kept until the end."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.i18n import N_
from engine.photo.decode import SEVERAL_PAGES
from engine.photo.naming import WRITABLE
from engine.photo.place import HIDDEN, is_write_protected
from engine.values import Source

NOT_WRITABLE = N_("Files of this kind can be read, but not written.")
OTHER_CONTENT = N_("The file's ending does not say what it holds.")
SMALLER = N_("The result would be smaller than the photo.")

# Formats whose name is not that of their loader.
_LOADERS = {"avif": "heif"}


def why_not_replaceable(source: Source) -> str:
    """Why a result cannot stand in the place of its original; empty if it can.

    Returns:
        A sentence, to be translated.
    """
    file_format = WRITABLE.get(source.path.suffix.lower())
    if file_format is None:
        return NOT_WRITABLE
    if source.format not in (file_format, _LOADERS.get(file_format)):
        return OTHER_CONTENT
    return SEVERAL_PAGES if SEVERAL_PAGES in source.notices else ""


@contextlib.contextmanager
def original_kept(path: Path) -> Iterator[None]:
    """Keep a copy of a file beside it; if anything fails meanwhile, it is put back.

    Args:
        path: the original, about to be replaced.

    Raises:
        OSError: no copy can be kept, or the original is write-protected, which putting another
            file in its place would pass over; then nothing has happened.
    """
    if is_write_protected(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    copy = path.with_name(f"{HIDDEN}{secrets.token_hex(8)}.original")
    try:
        os.link(path, copy)  # a second name: costs nothing, and survives the replacing of the first
    except OSError:
        _copy(path, copy)
    try:
        yield
    except BaseException:
        copy.replace(path)
        # Two names of one file: rename does nothing then, by the standard, and both stay.
        copy.unlink(missing_ok=True)
        raise
    copy.unlink()


def _copy(path: Path, copy: Path) -> None:
    """Copy all of a file, or leave nothing of it behind."""
    try:
        shutil.copy2(path, copy)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
