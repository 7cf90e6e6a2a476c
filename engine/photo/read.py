"""path -> Photo: decoded once, upright, still in the color space of its file."""

import stat
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.cancel import CancelToken
from engine.errors import (
    FolderNotPhoto,
    ForbiddenPhoto,
    MissingPhoto,
    PhotoError,
    TooLargePhoto,
    UnreadablePhoto,
    UnsupportedPhoto,
)
from engine.i18n import N_
from engine.photo.bitmap import decode_bitmap
from engine.photo.channels import upright
from engine.photo.decode import decode
from engine.photo.decoded import (
    BIT_DEPTH,
    COMPRESSION,
    HEIC,
    NO_MEMORY,
    TOO_LARGE,
    UNSUPPORTED,
    Decoded,
    Keep,
    Undecodable,
)
from engine.photo.formats import NOT_READ, READABLE, SIGNATURE_BYTES, format_of
from engine.photo.lightness import measure_lightness
from engine.photo.metadata import carried_metadata
from engine.photo.sample import sample_of
from engine.values import Lightness, Photo, Source

NO_PHOTO = N_("it is not a photo")
EMPTY = N_("it is empty")
MISSING = N_("it does not exist")
FORBIDDEN = N_("permission to read it is missing")
NOT_OPENED = N_("it cannot be opened")

# Reasons that call for another advice than a file that is no photo or damaged.
_KINDS: dict[str, type[UnreadablePhoto]] = {
    **dict.fromkeys(NOT_READ.values(), UnsupportedPhoto),
    **dict.fromkeys((UNSUPPORTED, HEIC, BIT_DEPTH, COMPRESSION), UnsupportedPhoto),
    **dict.fromkeys((TOO_LARGE, NO_MEMORY), TooLargePhoto),
    MISSING: MissingPhoto,
    FORBIDDEN: ForbiddenPhoto,
}


def read_photo(path: Path, cancel: CancelToken | None = None, keep: Keep = "pixels") -> Photo:
    """Read a photo.

    What it is is told from its content, not from its name. It is put upright; the orientation is
    taken out of the metadata that is carried along. A profile that cannot be used is left aside,
    with a notice. Floating-point and other unusual values become 16 bit; CMYK and CIELAB, sRGB.

    Args:
        path: the file.
        cancel: checked between strips.
        keep: "lightness" leaves out the pixels of RGB photos and measures their lightness while
            reading, in a fraction of the memory; gray ones keep theirs, which take little.

    Raises:
        FolderNotPhoto: it is a folder.
        UnreadablePhoto: or one of its kinds: anything else is wrong with it. It is never read in
            part.
        Cancelled: on request.
    """
    try:
        with _opened(path) as file:
            file_format = _format(file)
            _check(cancel)
            if file_format in ("bmp", "pnm"):
                decoded = decode_bitmap(file.read())
            else:
                decoded = decode(file, file_format, cancel, keep)
        _check(cancel)
        return _photo(path, file_format, decoded, keep, cancel)
    except Undecodable as error:
        raise _unreadable(path, error.reason) from error
    except MemoryError as error:
        raise _unreadable(path, NO_MEMORY) from error
    except OSError as error:
        raise _cannot_open(path, error) from error


def _opened(path: Path) -> BinaryIO:
    """A regular file, opened for reading."""
    try:
        mode = path.stat().st_mode
    except ValueError as error:  # a path with a null character
        raise Undecodable(MISSING) from error
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    if not stat.S_ISREG(mode):
        raise Undecodable(NO_PHOTO)  # a pipe or a device, which may never end
    return path.open("rb")


def _format(file: BinaryIO) -> str:
    """Its format; of a video, or anything else that is not read, only the start is looked at."""
    start = file.read(SIGNATURE_BYTES)
    if not start:
        raise Undecodable(EMPTY)
    file_format = format_of(start)
    if file_format not in READABLE:
        raise Undecodable(NOT_READ.get(file_format or "", NO_PHOTO))
    file.seek(0)
    return str(file_format)


def _photo(
    path: Path, file_format: str, decoded: Decoded, keep: Keep, cancel: CancelToken | None
) -> Photo:
    turn = decoded.orientation
    sample = decoded.sample
    if sample is None and decoded.pixels is not None:
        sample = sample_of(decoded.pixels)
    pixels, alpha, L, sample = (
        None if plane is None else upright(plane, turn)
        for plane in (decoded.pixels, decoded.alpha, decoded.L, sample)
    )
    if pixels is not None:
        size, depth = pixels.shape[:2], 8 if pixels.dtype == np.uint8 else 16
    else:
        assert L is not None
        size, depth = L.shape, decoded.depth
    resolution = decoded.pixels_per_mm
    if resolution is not None and turn in (5, 6, 7, 8):
        resolution = resolution[::-1]
    source = Source(
        path=path,
        format=file_format,
        depth=8 if depth == 8 else 16,
        icc=decoded.icc,
        metadata=carried_metadata(decoded.blocks or {}, (size[0], size[1])),
        pixels_per_mm=resolution,
        notices=decoded.notices,
    )
    if pixels is None:
        return Photo(source, None, alpha, Lightness(np.asarray(L, np.float32)), sample)
    photo = Photo(source, pixels, alpha, sample=sample)
    if keep == "lightness" and pixels.shape[2] == 3:
        return Photo(source, None, alpha, measure_lightness(photo, cancel), sample)
    return photo


def _cannot_open(path: Path, error: OSError) -> PhotoError:
    if isinstance(error, IsADirectoryError):
        return FolderNotPhoto(name=path.name or str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _unreadable(path, MISSING)
    return _unreadable(path, FORBIDDEN if isinstance(error, PermissionError) else NOT_OPENED)


def _unreadable(path: Path, reason: str) -> UnreadablePhoto:
    return _KINDS.get(reason, UnreadablePhoto)(name=path.name or str(path), reason=reason)


def _check(cancel: CancelToken | None) -> None:
    if cancel is not None:
        cancel.raise_if_set()
