"""Colored rows -> file: the whole of it or nothing, and never over the original."""

import contextlib
import errno
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyvips

from engine.cancel import CancelToken
from engine.errors import (
    CannotWrite,
    DiskFull,
    NoSuchFolder,
    NotReplaceable,
    SameAsSource,
    SaveError,
    TooLargeForFormat,
)
from engine.heap import give_back
from engine.photo.encode import encode
from engine.photo.naming import OnConflict, format_for
from engine.photo.options import SaveOptions
from engine.photo.place import Draft, place_file
from engine.photo.provenance import Provenance
from engine.photo.replace import SMALLER, original_kept, why_not_replaceable
from engine.resize import smaller_size
from engine.values import ColoredRows, FileFormat, Photo, Saved

# JPEG itself ends at 65,535; libjpeg, and with it most programs, a little earlier.
_MOST_SIDE: dict[FileFormat, int] = {"jpeg": 65_500, "webp": 16_383, "avif": 16_384}
_DEFAULTS = SaveOptions()

FULL_DISK = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def write_photo(
    colored: ColoredRows,
    photo: Photo,
    target: Path,
    on_conflict: OnConflict = "unique",
    options: SaveOptions = _DEFAULTS,
    cancel: CancelToken | None = None,
    *,
    provenance: Provenance | None = None,
    replace_original: bool = False,
    sealed: Callable[[Path], None] = lambda _: None,
) -> Saved | None:
    """Save a colored photo.

    Args:
        colored: of the photo's size or smaller; of 8 bit for JPEG and WebP.
        photo: the original; its alpha, resolution and metadata are carried over.
        target: where to; its suffix names the format. The folder must exist.
        on_conflict: if there is a file of that name: "unique" takes NAME-2.EXT and so on, "skip"
            leaves it, "overwrite" replaces it.
        options: the photographer's choices.
        cancel: checked between strips.
        provenance: how the result came to be, to be written into its XMP.
        replace_original: the target is the original and shall be replaced; a copy of it is kept
            until the result lies whole in its place.
        sealed: called with the draft when it is written whole, before it gets its name; what it
            raises leaves nothing behind.

    Returns:
        The saved file, with sentences about what its format could not hold, to be translated.
        None if it was skipped.

    Raises:
        UnknownFormat: the suffix names no format that can be written.
        SameAsSource: the target is the original itself, whatever name it goes by.
        NotReplaceable: it shall be replaced, but the result would hold less, such as one of
            several pages, or something else than its name says.
        TooLargeForFormat: the picture is longer than the format can be.
        DiskFull: no space is left.
        CannotWrite: the folder is missing, not a folder or not writable.
        Cancelled: on request; nothing is left behind.
        ValueError: more than 8 bit for JPEG or WebP.
    """
    file_format = format_for(target)
    check_target(photo, target, options, replace_original=replace_original)
    if replace_original:
        target = target.resolve()  # the original itself, not a link to it
    if on_conflict == "skip" and not replace_original and os.path.lexists(target):
        return None
    _check_size(colored.size, target)
    if not _is_possible(target):
        raise _cannot_write(target)
    give_back(math.prod(colored.size))
    notices: list[str] = []

    def write(draft: Draft) -> None:
        notices.extend(encode(colored, photo, file_format, options, draft, provenance, cancel))
        if replace_original:
            shutil.copymode(target, draft.path)  # a private photo stays private
        else:
            _refuse_original(target, photo)  # encoding took its time
        if options.keep_time:
            _take_time(draft.path, photo.source.path)
        sealed(draft.path)

    keeping = original_kept(target) if replace_original else contextlib.nullcontext()
    try:
        with keeping:
            path = place_file(write, target, "overwrite" if replace_original else on_conflict)
    except OSError as error:
        raise save_error(error, target) from error
    except pyvips.Error as error:
        raise _cannot_write(target) from error
    except UnicodeError as error:  # letters that the system cannot write
        raise _cannot_write(target) from error
    return None if path is None else Saved(path, tuple(notices))


def _is_possible(target: Path) -> bool:
    # Path.is_dir raises if it may not look.
    return "\0" not in str(target) and os.path.isdir(target.parent)  # noqa: PTH112


def check_target(
    photo: Photo, target: Path, options: SaveOptions = _DEFAULTS, *, replace_original: bool
) -> None:
    """Raise what `write_photo` would raise, before anything is colored.

    Raises:
        SameAsSource: the target is the original itself, whatever name it goes by.
        NotReplaceable: it shall be replaced, but the result would hold less.
        TooLargeForFormat: the picture is longer than the format can be.
    """
    if replace_original:
        reason = why_not_replaceable(photo.source)
        if not reason and smaller_size(photo.size, options.longest) != photo.size:
            reason = SMALLER
        if reason:
            raise NotReplaceable(name=target.name, reason=reason)
    else:
        _refuse_original(target, photo)
    _check_size(smaller_size(photo.size, options.longest), target)


def _check_size(size: tuple[int, int], target: Path) -> None:
    most = _MOST_SIDE.get(format_for(target))
    height, width = size
    if most is not None and max(size) > most:
        name = target.suffix[1:].upper()
        raise TooLargeForFormat(name=target.name, width=width, height=height, most=most, kind=name)


def _take_time(path: Path, source: Path) -> None:
    with contextlib.suppress(OSError):  # the original may be gone; the result is what counts
        times = source.stat()
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _refuse_original(target: Path, photo: Photo) -> None:
    try:
        same = target.samefile(photo.source.path)
    except (OSError, ValueError):
        return  # one of the two does not exist
    if same:
        raise SameAsSource(name=target.name)


def save_error(error: OSError, target: Path) -> SaveError:
    """What is said of a file that could not be written."""
    if error.errno in FULL_DISK:
        return DiskFull(name=target.name, folder=str(target.parent))
    if isinstance(error, PermissionError):  # whether there is a folder may not be seen
        return CannotWrite(name=target.name, folder=str(target.parent))
    return _cannot_write(target)


def _cannot_write(target: Path) -> SaveError:
    if not os.path.lexists(target.parent):
        return NoSuchFolder(name=target.name, folder=str(target.parent))
    return CannotWrite(name=target.name, folder=str(target.parent))
