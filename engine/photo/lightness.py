"""Photo -> Lightness: CIE L* of every pixel, by way of the profile the photo carries."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.icc import SRGB, SRGB_GRAY, LuminanceModel, luminance_model
from engine.color.lab import lightness_of_luminance
from engine.photo.channels import top_code
from engine.photo.profiles import lightness_by_tables
from engine.photo.strips import row_strips
from engine.values import Lightness, Photo


def measure_lightness(photo: Photo, cancel: CancelToken | None = None) -> Lightness:
    """Measure L* for D65 and the 2 degree observer.

    Pixels without a profile are taken for sRGB, gray ones for its curve. Works in strips of rows
    into one float32 array.

    Args:
        photo: as `read_photo` gives it.
        cancel: checked between strips.

    Raises:
        Cancelled: on request.
    """
    L = np.empty(photo.size, np.float32)
    model = _model(photo)
    measure = _Exactly(model, photo) if model is not None else _ByTables(photo)
    for rows in row_strips(*photo.size):
        if cancel is not None:
            cancel.raise_if_set()
        L[rows] = measure(photo.pixels[rows])
    return Lightness(L)


def shrink(lightness: Lightness, long_side: int) -> Lightness:
    """A smaller copy for previews, each pixel the mean of those it covers.

    Args:
        lightness: at any size.
        long_side: the most pixels it may have on its longer side.

    Returns:
        The same object if it is small enough already.
    """
    height, width = lightness.size
    scale = long_side / max(height, width)
    if scale >= 1:
        return lightness
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Lightness(np.asarray(cv2.resize(lightness.L, size, interpolation=cv2.INTER_AREA)))


def _model(photo: Photo) -> LuminanceModel | None:
    if photo.source.icc is not None:
        return luminance_model(photo.source.icc)
    return SRGB_GRAY if photo.pixels.shape[2] == 1 else SRGB


class _Exactly:
    """L* by look-up of each channel's part of the luminance."""

    def __init__(self, model: LuminanceModel, photo: Photo) -> None:
        self._tables = model.tables(top_code(photo.pixels))
        if len(self._tables) == 1:
            self._tables = (_lightness(self._tables[0]),)

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        codes = pixels.astype(np.intp)
        if len(self._tables) == 1:
            return self._tables[0][codes[..., 0]]
        Y = self._tables[0][codes[..., 0]]
        Y += self._tables[1][codes[..., 1]]
        Y += self._tables[2][codes[..., 2]]
        return _lightness(Y)


class _ByTables:
    """L* by LittleCMS."""

    def __init__(self, photo: Photo) -> None:
        self._profile = photo.source.icc or b""

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        wide = pixels.astype(np.uint16)
        if pixels.dtype == np.uint8:
            wide *= 257
        return lightness_by_tables(wide, self._profile)


def _lightness(Y: NDArray[np.float32]) -> NDArray[np.float32]:
    # Rounding, and profiles whose white is a hair above 1, must not leave 0..100.
    return np.asarray(lightness_of_luminance(np.clip(Y, 0, 1)), np.float32)
