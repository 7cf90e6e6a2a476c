"""Bringing predicted color to the photo's size, with its edges where the photo's edges are.

Source: He and Sun 2015, "Fast Guided Filter": in each small window color is taken for a linear
function of lightness; its coefficients are found at the small size and, smooth as they are,
enlarged, and the full-size lightness then draws the edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.values import AbPlanes

Plane = NDArray[np.float32]

RADIUS = 2
# Variance of L* below which a window counts as flat: about 3 L*, so that grain draws no color.
FLATNESS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class ChromaField:
    """Color as a linear function of lightness, at the small size.

    Attributes:
        slope: (h, w, 2) float32, change of a* and b* per L*.
        offset: (h, w, 2) float32, a* and b* where that line meets L* = 0.
        low: (h, w, 2) float32, least a* and b* around each cell; no result goes below.
        high: (h, w, 2) float32, greatest ones.
    """

    slope: Plane
    offset: Plane
    low: Plane
    high: Plane


def chroma_field(planes: AbPlanes) -> ChromaField:
    """Find the coefficients, once per prediction."""
    L = planes.L
    ab = np.ascontiguousarray(planes.ab.transpose(1, 2, 0))
    mean_L, mean_ab = _box(L), _box(ab)
    variance = _box(L * L) - mean_L * mean_L
    covariance = _box(ab * L[..., None]) - mean_ab * mean_L[..., None]
    slope = covariance / (np.maximum(variance, 0) + np.float32(FLATNESS))[..., None]
    kernel = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)
    return ChromaField(
        slope=_box(slope),
        offset=_box(mean_ab - slope * mean_L[..., None]),
        low=np.asarray(cv2.erode(ab, kernel), np.float32),
        high=np.asarray(cv2.dilate(ab, kernel), np.float32),
    )


def chroma_rows(field: ChromaField, L: Plane, top: int, height: int) -> tuple[Plane, Plane]:
    """Color of a strip of rows at full size.

    Args:
        field: from `chroma_field`.
        L: (rows, W) float32, the photo's lightness in the strip.
        top: the strip's first row.
        height: rows of the whole photo.

    Returns:
        a* and b*, each (rows, W) float32.
    """
    rows, width = L.shape
    area = (top, rows, height, width)
    slope, offset = _enlarge(field.slope, *area), _enlarge(field.offset, *area)
    ab = slope * L[..., None] + offset
    ab = np.clip(ab, _enlarge(field.low, *area), _enlarge(field.high, *area))
    return ab[..., 0], ab[..., 1]


def _box(plane: NDArray[np.floating]) -> Plane:
    side = 2 * RADIUS + 1
    return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)


def _enlarge(small: Plane, top: int, rows: int, height: int, width: int) -> Plane:
    """Rows `top` to `top + rows` of a (h, w, 2) plane enlarged to (height, width, 2), bilinear."""
    y = (np.arange(top, top + rows, dtype=np.float32) + 0.5) * (small.shape[0] / height) - 0.5
    x = (np.arange(width, dtype=np.float32) + 0.5) * (small.shape[1] / width) - 0.5
    y, x = np.clip(y, 0, small.shape[0] - 1), np.clip(x, 0, small.shape[1] - 1)
    below = np.minimum(y.astype(np.int32), max(0, small.shape[0] - 2))
    right = np.minimum(x.astype(np.int32), max(0, small.shape[1] - 2))
    share_y, share_x = y - below, x - right
    # Columns first: the small plane has few rows, so this costs little.
    first, last = int(below[0]), min(int(below[-1]) + 2, small.shape[0])
    band = small[first:last]
    next_column = np.minimum(right + 1, small.shape[1] - 1)
    wide = (
        band[:, right] * (1 - share_x)[None, :, None]
        + band[:, next_column] * share_x[None, :, None]
    )
    upper = below - first
    lower = np.minimum(upper + 1, len(wide) - 1)
    weight = share_y[:, None, None]
    return np.asarray(wide[upper] * (1 - weight) + wide[lower] * weight, np.float32)
