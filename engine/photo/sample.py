"""A few of a photo's pixels, by which its color is judged."""

import numpy as np
from numpy.typing import NDArray

# The longer side of the sample.
SAMPLE_SIDE = 512
# It is averaged to so many cells on its longer side, which takes away the noise that JPEG leaves
# in the chroma.
_CELLS = 96
# Of each side, left out at the edges: mounts, rulers, color targets.
_MARGIN = 1 / 12


def sample_step(size: tuple[int, int]) -> int:
    """Every how many rows and columns of a picture of this height and width are taken."""
    return max(1, -(-max(size) // SAMPLE_SIDE))


def sample_of(pixels: NDArray[np.generic]) -> NDArray[np.generic] | None:
    """The sample of a whole picture, (H, W, 1 or 3); None of a gray one."""
    if pixels.shape[2] != 3:
        return None
    step = sample_step((pixels.shape[0], pixels.shape[1]))
    return pixels[::step, ::step].copy()


def cells_of(sample: NDArray[np.floating]) -> NDArray[np.float64]:
    """Averages of an (h, w, 3) sample over squares of pixels."""
    height, width = sample.shape[:2]
    side = min(-(-max(height, width) // _CELLS), height, width)
    rows, columns = height // side, width // side
    squares = sample[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    return np.asarray(squares.mean(axis=(1, 3)), np.float64)


def inside(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cells without those at the edges."""
    height, width = cells.shape[:2]
    y, x = int(height * _MARGIN), int(width * _MARGIN)
    return cells[y : height - y, x : width - x]
