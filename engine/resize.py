"""Smaller copies of a photo's lightness, each pixel the mean of the part of the photo it covers.

Made from top to bottom in one pass, without L* of the whole photo in memory.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import lightness_of_luminance, luminance_of_lightness
from engine.compiled import compiled
from engine.in_order import cores, in_order
from engine.values import Lightness

Plane = NDArray[np.float32]

_NO_TABLE = np.zeros(1, np.float32)
# Below it CIE's cube root is a straight line.
_DELTA = np.float32(6 / 29)


def smaller_size(size: tuple[int, int], longest: int | None) -> tuple[int, int]:
    """Height and width after the longer side was brought to `longest` pixels, if it is longer."""
    if longest is None or longest >= max(size):
        return size
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def smaller(lightness: Lightness, longest: int | None) -> Lightness:
    """A smaller copy to be saved: means of light, as a camera with fewer pixels would see it.

    Args:
        lightness: at any size.
        longest: the most pixels it may have on its longer side; None for no bound.

    Returns:
        The same object if it is small enough already.
    """
    size = smaller_size(lightness.size, longest)
    if size == lightness.size:
        return lightness
    light = _means_at(lightness, size, of_light=True)
    return Lightness(np.clip(lightness_of_luminance(light), 0, 100).astype(np.float32))


def smaller_alpha(
    alpha: NDArray[np.generic] | None, size: tuple[int, int]
) -> NDArray[np.generic] | None:
    """Alpha, (H, W), at a size that is not larger; None stays None.

    Raises:
        ValueError: it is smaller than that.
    """
    if alpha is None or alpha.shape == size:
        return alpha
    if alpha.shape[0] < size[0] or alpha.shape[1] < size[1]:
        raise ValueError(f"alpha of shape {alpha.shape} for a picture of {size}")
    made = cv2.resize(np.asarray(alpha, np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    return np.rint(made).astype(alpha.dtype)


def shrink(lightness: Lightness, long_side: int) -> Lightness:
    """A smaller copy for previews.

    Args:
        lightness: at any size.
        long_side: the most pixels it may have on its longer side.

    Returns:
        The same object if it is small enough already.
    """
    size = smaller_size(lightness.size, long_side)
    return lightness if size == lightness.size else Lightness(lightness_at_size(lightness, size))


def lightness_at_size(lightness: Lightness, size: tuple[int, int]) -> Plane:
    """L* at a given size: means where it is smaller, bicubic where it is larger.

    Args:
        lightness: at any size.
        size: wanted height and width.

    Returns:
        (height, width) float32, 0..100.
    """
    if size[0] > lightness.size[0] or size[1] > lightness.size[1]:
        large = cv2.resize(lightness.L, size[::-1], interpolation=cv2.INTER_CUBIC)
        return np.clip(np.asarray(large, np.float32), 0, 100)
    return _means_at(lightness, size)


def _means_at(lightness: Lightness, size: tuple[int, int], *, of_light: bool = False) -> Plane:
    """Means of L*, or of the relative luminance that it stands for, 0..1."""
    result = np.empty(size, np.float32)
    table = _NO_TABLE if lightness.table is None else lightness.table
    if of_light and lightness.table is not None:
        table = luminance_of_lightness(table)
    from_lightness = of_light and lightness.table is None
    step = -(-size[0] // (4 * cores()))

    def work(top: int) -> None:
        _means(lightness.plane, table, from_lightness, size[0], top, result[top : top + step])

    for _ in in_order(work, range(0, size[0], step)):
        pass
    return result


@compiled
def _luminance(L: Any) -> Any:
    """As `luminance_of_lightness`, of one number."""
    f = (L + np.float32(16)) / np.float32(116)
    if f > _DELTA:
        return f * f * f
    return np.float32(3) * _DELTA * _DELTA * (f - np.float32(4 / 29))


@compiled
def _means(plane: Any, table: Any, from_lightness: Any, height: Any, top: Any, result: Any) -> None:
    """Rows from `top` on of the plane at `height` rows, as many as `result` has."""
    tall, wide = plane.shape
    width = result.shape[1]
    down, across = tall / height, wide / width
    line = np.empty(wide, np.float32)
    for row in range(result.shape[0]):
        start, end = (top + row) * down, (top + row + 1) * down
        last = min(int(np.ceil(end - 1e-6)), tall)
        line[:] = 0
        for y in range(int(start), last):
            share = np.float32((min(end, y + 1) - max(start, y)) / down)
            if len(table) > 1:
                for x in range(wide):
                    line[x] += share * table[int(plane[y, x])]
            elif from_lightness:
                for x in range(wide):
                    line[x] += share * _luminance(np.float32(plane[y, x]))
            else:
                for x in range(wide):
                    line[x] += share * np.float32(plane[y, x])
        for column in range(width):
            begin, stop = column * across, (column + 1) * across
            final = min(int(np.ceil(stop - 1e-6)), wide)
            total = 0.0
            for x in range(int(begin), final):
                total += line[x] * (min(stop, x + 1) - max(begin, x))
            result[row, column] = total / across
