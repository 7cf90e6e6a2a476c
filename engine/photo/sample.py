"""A few of a photo's pixels, by which its color is judged."""

import numpy as np
from numpy.typing import NDArray

# The longer side of the sample.
SAMPLE_SIDE = 512


def sample_step(size: tuple[int, int]) -> int:
    """Every how many rows and columns of a picture of this height and width are taken."""
    return max(1, -(-max(size) // SAMPLE_SIDE))


def sample_of(pixels: NDArray[np.generic]) -> NDArray[np.generic] | None:
    """The sample of a whole picture, (H, W, 1 or 3); None of a gray one."""
    if pixels.shape[2] != 3:
        return None
    step = sample_step((pixels.shape[0], pixels.shape[1]))
    return pixels[::step, ::step].copy()
