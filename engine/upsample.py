"""Bringing predicted color to the photo's size, with its edges where the photo's edges are.

Source: He and Sun 2015, "Fast Guided Filter": in each small window color is taken for a linear
function of lightness; its coefficients are found at the small size and, smooth as they are,
enlarged, and the full-size lightness then draws the edges.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.values import AbPlanes

Plane = NDArray[np.float32]

RADIUS = 2
# Variance of L* below which a window counts as flat: about 3 L*, so that grain draws no color.
FLATNESS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class ChromaField:
    """Color as a linear function of lightness, at the small size.

    Attributes:
        coefficients: (h, 8, w) float32, in pairs for a* and b*: change per L*; value where that
            line meets L* = 0; least and greatest value around each cell, which no result leaves.
    """

    coefficients: Plane


# Of the same planes it is wanted again and again while a slider moves.
@lru_cache(maxsize=2)
def chroma_field(planes: AbPlanes) -> ChromaField:
    """Find the coefficients, once per prediction."""
    L = planes.L
    ab = np.ascontiguousarray(planes.ab.transpose(1, 2, 0))
    mean_L, mean_ab = _box(L), _box(ab)
    variance = _box(L * L) - mean_L * mean_L
    covariance = _box(ab * L[..., None]) - mean_ab * mean_L[..., None]
    slope = covariance / (np.maximum(variance, 0) + np.float32(FLATNESS))[..., None]
    kernel = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)
    low, high = cv2.erode(ab, kernel), cv2.dilate(ab, kernel)
    parts = [_box(slope), _box(mean_ab - slope * mean_L[..., None]), low, high]
    joined = np.concatenate(parts, axis=2).transpose(0, 2, 1)
    return ChromaField(np.ascontiguousarray(joined, np.float32))


def chroma_rows(field: ChromaField, L: Plane, top: int, height: int) -> Plane:
    """Color of a strip of rows at full size.

    Args:
        field: from `chroma_field`.
        L: (rows, W) float32, the photo's lightness in the strip.
        top: the strip's first row.
        height: rows of the whole photo.

    Returns:
        (2, rows, W) float32, a* and b*.
    """
    rows, width = L.shape
    upper, share = _cells(top, rows, height, len(field.coefficients))
    first, last = int(upper[0]), int(upper[-1]) + 2
    band = _widened(field.coefficients[first:last], width)
    ab = np.empty((2, rows, width), np.float32)
    _spread(L, band, upper - first, share, ab)
    return ab


def _box(plane: NDArray[np.floating]) -> Plane:
    side = 2 * RADIUS + 1
    return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)


def _cells(start: int, count: int, large: int, small: int) -> tuple[NDArray[np.int32], Plane]:
    """Between which two cells pixels lie, and how far from the first: bilinear enlargement."""
    at = (np.arange(start, start + count, dtype=np.float32) + 0.5) * (small / large) - 0.5
    at = np.clip(at, 0, small - 1)
    before = np.minimum(at.astype(np.int32), max(0, small - 2))
    return before, (at - before).astype(np.float32)


def _widened(band: Plane, width: int) -> Plane:
    """A band of the field, brought to the photo's width; a row more, for fields of one row."""
    left, share = _cells(0, width, width, band.shape[2])
    right = np.minimum(left + 1, band.shape[2] - 1)
    wide = np.empty((len(band) + 1, band.shape[1], width), np.float32)
    _widen(band, left, right, share, wide)
    wide[-1] = wide[-2]
    return wide


@compiled
def _widen(band: Any, left: Any, right: Any, share: Any, wide: Any) -> None:
    for row in range(band.shape[0]):
        for k in range(band.shape[1]):
            for x in range(len(left)):
                start = band[row, k, left[x]]
                wide[row, k, x] = start + share[x] * (band[row, k, right[x]] - start)


@compiled
def _spread(L: Any, band: Any, upper: Any, share: Any, ab: Any) -> None:
    rows, width = L.shape
    for row in range(rows):
        one, two, t = band[upper[row]], band[upper[row] + 1], share[row]
        for c in range(2):
            for x in range(width):
                slope = one[c, x] + t * (two[c, x] - one[c, x])
                offset = one[2 + c, x] + t * (two[2 + c, x] - one[2 + c, x])
                low = one[4 + c, x] + t * (two[4 + c, x] - one[4 + c, x])
                high = one[6 + c, x] + t * (two[6 + c, x] - one[6 + c, x])
                ab[c, row, x] = min(max(slope * L[row, x] + offset, low), high)
