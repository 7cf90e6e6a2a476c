"""Raw data from cameras, developed by LibRaw (rawpy): what to expect of it, and why.

White balance as the camera set it, demosaicing as LibRaw does by default, the camera's turning
applied, 16 bit. The brightness is left as exposed: LibRaw's automatic one would burn out one pixel
in a hundred. (Where the brightest pixel lies above three quarters of what the camera is said to
reach, LibRaw takes it for white, since it is often said to reach too much, and highlights would
turn pink.) The colors are those of BT.2020, which holds what cameras see, with the curve of
sRGB and a profile that says so: sRGB itself would clip strong colors and with them their lightness.
What a monochrome camera took stays gray.

A file whose raw data is missing or damaged is turned down; the small preview in it is never taken
for the photo.
"""

import contextlib
import io
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.i18n import N_
from engine.photo.color_tags import Cicp, profile_of_cicp
from engine.photo.decoded import (
    DAMAGED,
    NO_MEMORY,
    TOO_LARGE,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.formats import RAW
from engine.photo.optional import imported
from engine.photo.raw_exif import exif_of_raw
from engine.photo.raw_extents import check_raw_whole, tiff_tags

if TYPE_CHECKING:
    from rawpy import RawPy

NOT_DEVELOPED = N_("the raw data from the camera in it cannot be developed")
DEVELOPED = N_(
    "The raw data from the camera was developed with the white balance and exposure it was taken "
    "with."
)

_LOCK = threading.Lock()
# The file has no name as it comes from memory; how far it was read may stand behind.
_COMPLAINT = re.compile(
    rb"unknown file: (?:Unexpected end of file|data corrupted at[^\n]*)\n", re.I
)
_XMP = 700
# The curve of sRGB as LibRaw wants it: exponent, and slope near black.
_SRGB_CURVE = (2.4, 12.92)
_WIDE = Cicp(primaries=9, curve=13)


def decode_camera_raw(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Develop a raw file.

    Args:
        data: the whole file.
        cancel: checked before developing, which takes seconds and cannot be stopped.

    Raises:
        Undecodable: it is cut off or damaged, or LibRaw does not know the camera.
        Cancelled: on request.
    """
    rawpy = imported("rawpy", RAW)
    check_raw_whole(data)
    try:
        with rawpy.RawPy() as raw:
            with _heeding_complaints():
                raw.open_buffer(io.BytesIO(data))
            sizes = raw.sizes
            check_pixels(sizes.raw_width, sizes.raw_height)
            if cancel is not None:
                cancel.raise_if_set()
            with _heeding_complaints():
                raw.unpack()
            _check_not_empty(raw)
            if cancel is not None:
                cancel.raise_if_set()
            pixels = _developed(rawpy, raw)
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise Undecodable(NO_MEMORY) from error
    except rawpy.LibRawTooBigError as error:
        raise Undecodable(TOO_LARGE) from error
    except rawpy.LibRawError as error:
        raise Undecodable(NOT_DEVELOPED) from error
    gray = pixels.shape[2] == 1
    return Decoded(
        pixels,
        None,
        icc=None if gray else profile_of_cicp(_WIDE, gray=False),
        blocks=_blocks(data),
        notices=(DEVELOPED,),
    )


@contextlib.contextmanager
def _heeding_complaints() -> Iterator[None]:
    """Listen to what LibRaw prints of damaged data: it goes on, and rawpy has no other word of it.

    What other threads print on standard error in the meantime, at most a second, comes later.

    Raises:
        Undecodable: it complained.
    """
    with _LOCK, tempfile.TemporaryFile() as caught:
        try:
            kept = os.dup(2)
        except OSError:  # a program without a console has none
            yield
            return
        try:
            os.dup2(caught.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            caught.seek(0)
            printed = caught.read()
            os.write(kept, _COMPLAINT.sub(b"", printed))
            os.close(kept)
    if _COMPLAINT.search(printed):
        raise Undecodable(DAMAGED)


def _check_not_empty(raw: "RawPy") -> None:
    """Turn down raw data of one value, which LibRaw gives where it found nothing."""
    values = raw.raw_image if raw.raw_type.name == "Flat" else None
    if values is not None and values.min() == values.max():
        raise Undecodable(DAMAGED)


def _developed(rawpy: Any, raw: "RawPy") -> NDArray[np.uint16]:
    """(H, W, 1 or 3), upright."""
    pixels: Any = raw.postprocess(
        use_camera_wb=True,
        no_auto_bright=True,
        output_bps=16,
        gamma=_SRGB_CURVE,
        output_color=rawpy.ColorSpace.Rec2020,
    )
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if raw.num_colors == 1:
        pixels = pixels[..., :1]
    if pixels.min() == pixels.max():
        raise Undecodable(DAMAGED)
    developed: NDArray[np.uint16] = pixels
    return developed


def _blocks(data: bytes) -> dict[str, bytes]:
    tags = tiff_tags(data)
    if tags is None:
        return {}
    blocks = {}
    exif = exif_of_raw(data, tags)
    if exif is not None:
        blocks["exif-data"] = exif
    main = next(tags.pages(), None)
    xmp = bytes(tags.numbers(main, _XMP)) if main is not None and main.entries.get(_XMP) else b""
    if xmp:
        blocks["xmp-data"] = xmp
    return blocks
