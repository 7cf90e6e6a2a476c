"""path -> Photo: decoded once, upright, still in the color space of its file."""

import stat
from collections.abc import Callable
from dataclasses import replace
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
    TooManyPixels,
    UnreadablePhoto,
    UnsupportedPhoto,
)
from engine.i18n import N_
from engine.photo.bitmap import decode_bitmap
from engine.photo.blocks import blocks_of_file
from engine.photo.camera_raw import NOT_DEVELOPED, decode_camera_raw
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
    allowed_pixels,
)
from engine.photo.exif import orientation_in
from engine.photo.exif_resolution import resolution_in
from engine.photo.formats import NOT_READ, RAW, READABLE, SIGNATURE_BYTES, format_of
from engine.photo.heif import decode_avif, decode_heic
from engine.photo.jpeg_2000 import JPEG_2000, decode_jpeg_2000
from engine.photo.jpeg_xl import JPEG_XL, decode_jpeg_xl
from engine.photo.lightness import measure_lightness
from engine.photo.metadata import DAMAGED_EXIF, carried_metadata, is_damaged_exif
from engine.photo.mpo import decode_jpeg
from engine.photo.odd_jpeg import decode_odd_jpeg
from engine.photo.odd_tiff import decode_odd_tiff
from engine.photo.photoshop import ONLY_LAYERS, PHOTOSHOP, decode_photoshop
from engine.photo.png import decode_png
from engine.photo.sample import sample_of
from engine.values import Lightness, Photo, Source

NO_PHOTO = N_("it is not a photo")
EMPTY = N_("it is empty")
MISSING = N_("it does not exist")
FORBIDDEN = N_("permission to read it is missing")
NOT_OPENED = N_("it cannot be opened")

Decoder = Callable[[bytes, CancelToken | None], Decoded]

# Who reads what out of the whole file; libvips reads everything else, in strips.
_DECODERS: dict[str, Decoder] = {
    "raw": decode_camera_raw,
    "bmp": decode_bitmap,
    "pnm": decode_bitmap,
    "heic": decode_heic,
    "heif": decode_avif,
    "jpeg-xl": decode_jpeg_xl,
    "jpeg-2000": decode_jpeg_2000,
    "photoshop": decode_photoshop,
}
# What libvips reads, but not all that such a file tells.
_STREAMED = {"jpeg": decode_jpeg, "png": decode_png}
# Formats that have no other place for it.
_RESOLUTION_IN_EXIF = ("webp", "heif", "heic", "jpeg-xl")
# Who is asked next where that one turned a file down, by format and reason.
_SECOND: dict[tuple[str, str], Decoder] = {
    ("heif", HEIC): decode_heic,
    ("tiff", RAW): decode_camera_raw,
    ("tiff", BIT_DEPTH): decode_odd_tiff,
    ("tiff", COMPRESSION): decode_odd_tiff,
    ("tiff", UNSUPPORTED): decode_odd_tiff,
    ("jpeg", BIT_DEPTH): decode_odd_jpeg,
    ("jpeg", COMPRESSION): decode_odd_jpeg,
}

# Reasons that call for another advice than a file that is no photo or damaged.
_KINDS: dict[str, type[UnreadablePhoto]] = {
    **dict.fromkeys(NOT_READ.values(), UnsupportedPhoto),
    **dict.fromkeys((UNSUPPORTED, BIT_DEPTH, COMPRESSION), UnsupportedPhoto),
    **dict.fromkeys((HEIC, RAW, NOT_DEVELOPED, JPEG_XL, JPEG_2000), UnsupportedPhoto),
    **dict.fromkeys((PHOTOSHOP, ONLY_LAYERS), UnsupportedPhoto),
    TOO_LARGE: TooManyPixels,
    NO_MEMORY: TooLargePhoto,
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
            blocks = blocks_of_file(file, file_format)
            file.seek(0)
            _check(cancel)
            decoded = _decode(file, file_format, cancel, keep)
        _check(cancel)
        blocks = {**(decoded.blocks or {}), **blocks}
        return _photo(path, file_format, replace(decoded, blocks=blocks), keep, cancel)
    except Undecodable as error:
        raise _unreadable(path, error.reason) from error
    except MemoryError as error:
        raise _unreadable(path, NO_MEMORY) from error
    except OSError as error:
        raise cannot_open(path, error) from error


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


def _decode(file: BinaryIO, file_format: str, cancel: CancelToken | None, keep: Keep) -> Decoded:
    try:
        if file_format in _DECODERS:
            return _DECODERS[file_format](file.read(), cancel)
        if file_format in _STREAMED:
            return _STREAMED[file_format](file, cancel, keep)
        return decode(file, file_format, cancel, keep)
    except Undecodable as error:
        second = _SECOND.get((file_format, error.reason))
        if second is None:
            raise
        _check(cancel)
        file.seek(0)
        return second(file.read(), cancel)


def _photo(
    path: Path, file_format: str, decoded: Decoded, keep: Keep, cancel: CancelToken | None
) -> Photo:
    blocks, turn, notices = decoded.blocks or {}, decoded.orientation, decoded.notices
    if file_format == "png":  # libvips does not look into EXIF in a text
        turn = orientation_in(blocks.get("exif-data", b""))
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
    if resolution is None and file_format in _RESOLUTION_IN_EXIF:
        resolution = resolution_in(blocks.get("exif-data", b""))
    if resolution is not None and turn in (5, 6, 7, 8):
        resolution = resolution[::-1]
    if is_damaged_exif(blocks.get("exif-data", b"")):
        notices = (*notices, DAMAGED_EXIF)
    source = Source(
        path=path,
        format=file_format,
        depth=8 if depth == 8 else 16,
        icc=decoded.icc,
        metadata=carried_metadata(blocks, (size[0], size[1])),
        pixels_per_mm=resolution,
        notices=notices,
    )
    if pixels is None:
        return Photo(source, None, alpha, Lightness(np.asarray(L, np.float32)), sample)
    photo = Photo(source, pixels, alpha, sample=sample)
    if keep == "lightness" and pixels.shape[2] == 3:
        return Photo(source, None, alpha, measure_lightness(photo, cancel), sample)
    return photo


def cannot_open(path: Path, error: OSError) -> PhotoError:
    """What to say of a file that the system does not let us open."""
    if isinstance(error, IsADirectoryError):
        return FolderNotPhoto(name=path.name or str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _unreadable(path, MISSING)
    return _unreadable(path, FORBIDDEN if isinstance(error, PermissionError) else NOT_OPENED)


def _unreadable(path: Path, reason: str) -> UnreadablePhoto:
    kind = _KINDS.get(reason, UnreadablePhoto)
    most = allowed_pixels() // 1_000_000
    return kind(name=path.name or str(path), reason=reason, most=most)


def _check(cancel: CancelToken | None) -> None:
    if cancel is not None:
        cancel.raise_if_set()
