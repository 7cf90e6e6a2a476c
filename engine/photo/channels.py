"""Raw decoded channels -> gray or RGB of 8 or 16 bit, and alpha by itself."""

import numpy as np
from numpy.typing import NDArray

from engine.color.lab import encode_srgb
from engine.photo.strips import row_strips

Array = NDArray[np.generic]


def top_code(channels: Array) -> int:
    """The number that 8-bit or 16-bit values have for white or opaque: 255 or 65535."""
    return 255 if channels.dtype == np.uint8 else 65535


def as_whole_numbers(channels: Array, linear: bool) -> Array:
    """8-bit and 16-bit values as they are, everything else as 16 bit.

    Args:
        channels: (H, W, n), any real type.
        linear: floating-point values 0..1 are linear light, to be encoded as sRGB.
    """
    if channels.dtype in (np.uint8, np.uint16):
        return channels
    floating = np.issubdtype(channels.dtype, np.floating)
    top = _float_top(channels) if floating else float(np.iinfo(channels.dtype.str).max)
    encode = floating and linear and top == 1.0
    result = np.empty(channels.shape, np.uint16)
    for rows in row_strips(*channels.shape[:2]):
        with np.errstate(invalid="ignore"):  # damaged ones may be NaN of the kind that signals
            share = np.nan_to_num(channels[rows].astype(np.float64) / top, nan=0.0).clip(0, 1)
        result[rows] = (encode_srgb(share) if encode else share) * 65535 + 0.5
    return result


def upright(channels: Array, orientation: int) -> Array:
    """The picture as it is to be seen, in memory of its own.

    Args:
        channels: (H, W, ...), as stored.
        orientation: 1..8; 1 for anything else. Source: CIPA DC-008 (EXIF 2.32), 4.6.4 A.
    """
    if orientation in (5, 6, 7, 8):
        channels = channels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        channels = channels[::-1]
    if orientation in (2, 3, 6, 7):
        channels = channels[:, ::-1]
    return np.ascontiguousarray(channels)


def _float_top(channels: Array) -> float:
    """The value that stands for white: 1, unless the pixels go far beyond it."""
    brightest = 0.0
    for rows in row_strips(*channels.shape[:2]):
        with np.errstate(invalid="ignore"):
            strip = np.nan_to_num(channels[rows], nan=0.0, posinf=0.0)
        brightest = max(brightest, float(strip.max()))
    # A little above 1 are highlights; far above it someone kept the numbers of 8 or 16 bit.
    if brightest <= 4:
        return 1.0
    return next((top for top in (255.0, 65535.0) if brightest <= top), brightest)
