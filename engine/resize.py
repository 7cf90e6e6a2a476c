"""Smaller copies of a photo's lightness, each pixel the mean of the part of the photo it covers.

Made from top to bottom in one pass, without L* of the whole photo in memory.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.in_order import cores, in_order
from engine.values import Lightness

Plane = NDArray[np.float32]

_NO_TABLE = np.zeros(1, np.float32)


def shrink(lightness: Lightness, long_side: int) -> Lightness:
    """A smaller copy for previews.

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
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return Lightness(lightness_at_size(lightness, size))


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
    result = np.empty(size, np.float32)
    table = _NO_TABLE if lightness.table is None else lightness.table
    step = -(-size[0] // (4 * cores()))

    def work(top: int) -> None:
        _means(lightness.plane, table, size[0], top, result[top : top + step])

    for _ in in_order(work, range(0, size[0], step)):
        pass
    return result


@compiled
def _means(plane: Any, table: Any, height: Any, top: Any, result: Any) -> None:
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
