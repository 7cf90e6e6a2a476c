"""The cells of the a*b* plane that the network chooses between.

Source: Zhang, Isola, Efros 2016, "Colorful Image Colorization", section 2.1: a grid of step 10,
of which only the cells that sRGB reaches are kept.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.color.lab import srgb_to_lab

STEP = 10.0


@cache
def bin_centers() -> NDArray[np.float32]:
    """Centers of all cells of the a*b* plane that sRGB reaches.

    Returns:
        (K, 2) float32, a* and b*, sorted by a*, then b*. K is 261.
    """
    levels = np.linspace(0, 1, 65)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = np.rint(srgb_to_lab(cube)[:, 1:] / STEP).astype(np.int64)
    # Ticked off on a grid: sorting them would hold Python's lock, and the window, for 0.1 s.
    low = cells.min(axis=0)
    reached = np.zeros(cells.max(axis=0) - low + 1, bool)
    reached[cells[:, 0] - low[0], cells[:, 1] - low[1]] = True
    centers = np.asarray((np.argwhere(reached) + low) * STEP, np.float32)
    centers.setflags(write=False)
    return centers


def nearest_bins(
    ab: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest cells of colors.

    Args:
        ab: (N, 2), a* and b*.
        count: how many cells for each.

    Returns:
        (N, count) indices into `bin_centers`, nearest first; (N, count) squared distances.
    """
    centers = bin_centers()
    distance = ((ab[:, None, :] - centers[None]) ** 2).sum(axis=-1)
    index = np.argpartition(distance, count, axis=1)[:, :count]
    near = np.take_along_axis(distance, index, axis=1)
    order = np.argsort(near, axis=1, kind="stable")
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(near, order, axis=1)
