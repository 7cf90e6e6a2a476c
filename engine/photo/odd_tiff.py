"""TIFF files that libtiff, as libvips has it, does not read; by tifffile and imagecodecs.

They come here after libvips has turned them down: 10, 12 and 14 bit, LZMA, Pixar's deflate,
lossless and old-style JPEG, planar tiles of premultiplied alpha. tifffile refuses strips and tiles
that are too short. Source: TIFF 6.0.
"""

import io
import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.photo import tiff
from engine.photo.bits import as_16_bit
from engine.photo.channels import as_whole_numbers, top_code
from engine.photo.cmyk import srgb_of_inks
from engine.photo.decode import (
    CHANNEL_LEFT_OUT,
    CMYK_CONVERTED,
    SEVERAL_PAGES,
    why_left_aside,
)
from engine.photo.decoded import (
    BIT_DEPTH,
    COMPRESSION,
    DAMAGED,
    NO_MEMORY,
    UNSUPPORTED,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.ifd import BadDirectory
from engine.photo.lossless_scan import whole_values
from engine.photo.optional import imported
from engine.photo.profiles import is_usable
from engine.photo.resolution import Resolution, resolution_of_tiff
from engine.photo.strips import row_strips

# Where nobody listens, its complaints would go to standard error.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_COLORS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _CMYK: 4, _YCBCR: 3}
_OLD_JPEG, _JPEG = 6, 7
_PREMULTIPLIED, _ALPHA = 1, 2
_ORIENTATION, _ICC = 274, 34675
_BLOCKS = {700: "xmp-data", 33723: "iptc-data", 34377: "photoshop-data"}


def decode_odd_tiff(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode the first page of a TIFF file.

    Args:
        data: the whole file.
        cancel: checked before decoding, which cannot be stopped.

    Raises:
        Undecodable: it cannot be decoded.
        Cancelled: on request.
    """
    tifffile = imported("tifffile", UNSUPPORTED)
    imported("imagecodecs", COMPRESSION)
    try:
        facts = tiff.look_at_tiff(io.BytesIO(data))
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            _check(page)
            _check_streams(page, data)
            if cancel is not None:
                cancel.raise_if_set()
            channels = _channels(page)
            resolution = resolution_of_tiff(io.BytesIO(data))
            return _decoded(channels, page, resolution, facts.several_pages)
    except (BadDirectory, tifffile.TiffFileError, EOFError, OverflowError) as error:
        raise Undecodable(DAMAGED) from error
    except MemoryError as error:
        raise Undecodable(NO_MEMORY) from error
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        # So tifffile says that it does not know a kind, and every codec that its data is damaged.
        known = "support" in str(error) or isinstance(error, NotImplementedError)
        raise Undecodable(COMPRESSION if known else DAMAGED) from error


def _check(page: Any) -> None:
    """Turn down what is too large, and what tifffile hands over as other colors than it says."""
    check_pixels(page.imagewidth, page.imagelength, page.samplesperpixel)
    if page.photometric not in _COLORS or page.imagedepth != 1:
        raise Undecodable(UNSUPPORTED)
    if page.photometric == _YCBCR and page.compression != _JPEG:
        raise Undecodable(UNSUPPORTED)
    if page.compression == _OLD_JPEG and page.photometric != _BLACK_IS_ZERO:
        raise Undecodable(COMPRESSION)
    if page.dtype is None or page.dtype.kind not in "uif":
        raise Undecodable(BIT_DEPTH)
    bits = page.bitspersample
    odd = page.dtype.kind != "u" or bits < 8 or bits > 16
    if odd and bits != 8 * page.dtype.itemsize:
        raise Undecodable(BIT_DEPTH)
    if not all(page.databytecounts):
        raise Undecodable(DAMAGED)  # tifffile would take a missing piece for a black one


def _check_streams(page: Any, data: bytes) -> None:
    """Turn down JPEG without loss that lacks pixels: libjpeg puts gray there, and only warns."""
    if page.compression != _JPEG or page.jpegtables is not None:
        return
    for start, size in zip(page.dataoffsets, page.databytecounts, strict=True):
        if whole_values(data, start, start + size) == 0:
            raise Undecodable(DAMAGED)


def _channels(page: Any) -> NDArray[np.generic]:
    """(H, W, n), as many as the page has, as stored."""
    pixels: NDArray[np.generic] = page.asarray()
    if page.axes.startswith("S"):
        pixels = np.moveaxis(pixels, 0, -1)
    pixels = pixels.reshape(page.imagelength, page.imagewidth, -1)
    if pixels.shape[2] < _COLORS[page.photometric]:
        raise Undecodable(DAMAGED)
    if page.dtype.kind == "u" and 8 < page.bitspersample < 16:
        return as_16_bit(pixels.astype(np.uint16, copy=False), page.bitspersample)
    return pixels


def _decoded(
    channels: NDArray[np.generic], page: Any, resolution: Resolution | None, several: bool
) -> Decoded:
    colors = _COLORS[page.photometric]
    icc, notices = _profile(page, colors)
    if several:
        notices.append(SEVERAL_PAGES)
    values = as_whole_numbers(channels, linear=icc is None)
    pixels, alpha = values[..., :colors], None
    kinds = page.extrasamples
    if values.shape[2] > colors:
        if kinds and kinds[0] in (_PREMULTIPLIED, _ALPHA):
            alpha = np.ascontiguousarray(values[..., colors])
        else:
            notices.append(CHANNEL_LEFT_OUT)
    if alpha is not None and kinds[0] == _PREMULTIPLIED:
        pixels = _divided(pixels, alpha)
    if page.photometric == _WHITE_IS_ZERO:
        pixels = top_code(pixels) - pixels
    if page.photometric == _CMYK:
        notices.append(CMYK_CONVERTED)
        pixels, icc = srgb_of_inks(pixels, icc), None
    return Decoded(
        np.ascontiguousarray(pixels),
        alpha,
        int(page.tags.valueof(_ORIENTATION, 1)),
        icc,
        _blocks(page),
        resolution,
        tuple(notices),
    )


def _divided(pixels: NDArray[np.generic], alpha: NDArray[np.generic]) -> NDArray[np.generic]:
    """Colors before alpha was multiplied into them; black where nothing is left of them."""
    top = top_code(pixels)
    result = np.empty_like(pixels)
    for rows in row_strips(*pixels.shape[:2]):
        share = np.maximum(alpha[rows], 1)[..., None] / top
        result[rows] = np.minimum(pixels[rows] / share, top) + 0.5
    return result


def _profile(page: Any, colors: int) -> tuple[bytes | None, list[str]]:
    icc = page.tags.valueof(_ICC)
    if not icc:
        return None, []
    icc = bytes(icc)
    return (icc, []) if is_usable(icc, colors) else (None, [why_left_aside(icc, colors)])


def _blocks(page: Any) -> dict[str, bytes]:
    values = {name: page.tags.valueof(tag) for tag, name in _BLOCKS.items()}
    return {name: value for name, value in values.items() if isinstance(value, bytes)}
