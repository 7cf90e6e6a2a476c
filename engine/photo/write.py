"""Rendition -> file: the whole of it or nothing, and never over the original."""

import errno
import os
from pathlib import Path

import pyvips

from engine.errors import (
    CannotWrite,
    DiskFull,
    SameAsSource,
    SaveError,
    TooLargeForJpeg,
    UnknownFormat,
)
from engine.photo.encode import encode
from engine.photo.naming import WRITABLE, OnConflict
from engine.photo.place import place_file
from engine.values import Photo, Rendition, Saved

# The format itself ends at 65,535; libjpeg, and with it most programs, a little earlier.
MOST_JPEG_SIDE = 65_500

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def write_photo(
    rendition: Rendition, photo: Photo, target: Path, on_conflict: OnConflict = "unique"
) -> Saved | None:
    """Save a colored photo.

    Args:
        rendition: uint8, or uint16 for PNG and TIFF; of the photo's size.
        photo: the original; its alpha, resolution and metadata are carried over.
        target: where to; its suffix names the format. The folder must exist.
        on_conflict: if there is a file of that name: "unique" takes NAME-2.EXT and so on, "skip"
            leaves it, "overwrite" replaces it.

    Returns:
        The saved file, with sentences about what its format could not hold, to be translated.
        None if it was skipped.

    Raises:
        UnknownFormat: the suffix names no format that can be written.
        SameAsSource: the target is the original itself, whatever name it goes by.
        TooLargeForJpeg: the target is a JPEG file, and the picture is longer than they may be.
        DiskFull: no space is left.
        CannotWrite: the folder is missing, not a folder or not writable.
        ValueError: a 16-bit rendition for JPEG.
    """
    file_format = WRITABLE.get(target.suffix.lower())
    if file_format is None:
        raise UnknownFormat(name=target.name)
    _refuse_original(target, photo)
    if on_conflict == "skip" and os.path.lexists(target):
        return None
    height, width = rendition.pixels.shape[:2]
    if file_format == "jpeg" and max(width, height) > MOST_JPEG_SIDE:
        raise TooLargeForJpeg(name=target.name, width=width, height=height, most=MOST_JPEG_SIDE)
    if not os.path.isdir(target.parent):  # noqa: PTH112 - Path.is_dir raises if it may not look
        raise _cannot_write(target)
    try:
        data, notices = encode(rendition, photo, file_format)
    except pyvips.Error as error:
        raise _cannot_write(target) from error
    _refuse_original(target, photo)  # encoding took its time
    try:
        path = place_file(data, target, on_conflict)
    except OSError as error:
        raise _save_error(error, target) from error
    except ValueError as error:  # a null character, or letters that the system cannot write
        raise _cannot_write(target) from error
    return None if path is None else Saved(path, notices)


def _refuse_original(target: Path, photo: Photo) -> None:
    try:
        same = target.samefile(photo.source.path)
    except (OSError, ValueError):
        return  # one of the two does not exist
    if same:
        raise SameAsSource(name=target.name)


def _save_error(error: OSError, target: Path) -> SaveError:
    if error.errno in _FULL:
        return DiskFull(name=target.name, folder=str(target.parent))
    return _cannot_write(target)


def _cannot_write(target: Path) -> CannotWrite:
    return CannotWrite(name=target.name, folder=str(target.parent))
