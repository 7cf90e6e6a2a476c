"""Photo -> Lightness: CIE L* of every pixel, by way of the profile the photo carries."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.icc import SRGB, SRGB_GRAY, LuminanceModel, luminance_model, profile_channels
from engine.color.lab import lightness_of_luminance
from engine.compiled import compiled
from engine.in_order import in_order
from engine.photo.channels import top_code
from engine.photo.neutral import Neutral
from engine.photo.profiles import lightness_by_tables
from engine.photo.strips import row_strips
from engine.values import Lightness, Photo

Pixels = NDArray[np.generic]
Plane = NDArray[np.float32]

# L* over the square root of luminance, between whose nodes it is interpolated: the curve is steep
# near black, and no longer so over the root. Off by 0.000002 at most.
_NODES = 16384
_LAST = np.float32(_NODES - 1)


def measure_lightness(
    photo: Photo, cancel: CancelToken | None = None, neutral: Neutral | None = None
) -> Lightness:
    """Measure L* for D65 and the 2 degree observer.

    Pixels without a profile are taken for sRGB, gray ones for its curve. Of gray photos only a
    table is made.

    Args:
        photo: as `read_photo` gives it; with its pixels, if they are to be made neutral.
        cancel: checked between strips.
        neutral: takes the tone out of the pixels before they are measured.

    Raises:
        Cancelled: on request.
    """
    if photo.pixels is None:
        assert photo.lightness is not None
        assert neutral is None
        return photo.lightness
    pixels = photo.pixels
    table = gray_table(pixels.dtype, photo.source.icc) if pixels.shape[2] == 1 else None
    if table is not None:
        return Lightness(pixels[..., 0], table)
    L = np.empty(photo.size, np.float32)
    dtype = pixels.dtype if neutral is None else np.dtype(np.uint16)
    measure = strip_measure(dtype, photo.source.icc)

    def work(rows: slice) -> None:
        strip = pixels[rows]
        L[rows] = measure(strip if neutral is None else neutral(strip))

    for _ in in_order(work, row_strips(*photo.size)):
        if cancel is not None:
            cancel.raise_if_set()
    return Lightness(L)


def gray_table(dtype: np.dtype[np.generic], icc: bytes | None) -> Plane | None:
    """L* of each code of a gray photo.

    Args:
        dtype: of the codes, uint8 or uint16.
        icc: its profile, found usable before.

    Returns:
        (256 or 65536,) float32, 0..100; None if the profile holds a table of its own.
    """
    model = luminance_model(icc) if icc is not None else SRGB_GRAY
    if model is None:
        return None
    return _lightness(model.tables(255 if dtype == np.uint8 else 65535)[0])


def strip_measure(dtype: np.dtype[np.generic], icc: bytes | None) -> Callable[[Pixels], Plane]:
    """What measures strips of a photo.

    Args:
        dtype: of its pixels, uint8 or uint16.
        icc: its profile, found usable before.

    Returns:
        A function of (h, w, n) pixels, whose first 1 or 3 channels are color, that gives (h, w)
        float32, 0..100.
    """
    model = luminance_model(icc) if icc is not None else SRGB
    if icc is None or (model is not None and len(model.curves) == 3):
        assert model is not None
        return _Exactly(model, 255 if dtype == np.uint8 else 65535)
    return _ByTables(icc)


class _Exactly:
    """L* by look-up of each channel's part of the luminance."""

    def __init__(self, model: LuminanceModel, top: int) -> None:
        self._tables = model.tables(top)
        red, green, blue = self._tables
        # Most scans of black-and-white photos have three equal channels.
        self._gray = _lightness(red + green + blue)
        roots = np.linspace(0, 1, _NODES)
        self._curve = lightness_of_luminance(roots * roots).astype(np.float32)

    def __call__(self, pixels: Pixels) -> Plane:
        L = np.empty(pixels.shape[:2], np.float32)
        _look_up(pixels, *self._tables, self._gray, self._curve, L)
        return L


class _ByTables:
    """L* by LittleCMS."""

    def __init__(self, icc: bytes) -> None:
        self._profile, self._colors = icc, profile_channels(icc)

    def __call__(self, pixels: Pixels) -> Plane:
        wide = pixels[..., : self._colors].astype(np.uint16)
        if top_code(pixels) == 255:
            wide *= 257
        return lightness_by_tables(wide, self._profile)


@compiled
def _look_up(pixels: Any, red: Any, green: Any, blue: Any, gray: Any, curve: Any, L: Any) -> None:
    for row in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            r, g, b = int(pixels[row, x, 0]), int(pixels[row, x, 1]), int(pixels[row, x, 2])
            if r == g and g == b:
                L[row, x] = gray[r]
                continue
            # Rounding, and profiles whose white is a hair above 1, must not leave 0..100.
            Y = min(max(red[r] + green[g] + blue[b], np.float32(0)), np.float32(1))
            at = math.sqrt(Y) * _LAST
            node: Any = min(np.int32(at), _NODES - 2)
            L[row, x] = curve[node] + (at - np.float32(node)) * (curve[node + 1] - curve[node])


def _lightness(Y: Plane) -> Plane:
    return np.asarray(lightness_of_luminance(np.clip(Y, 0, 1)), np.float32)
