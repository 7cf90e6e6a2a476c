"""Strips of decoded rows -> what is kept of them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.in_order import in_order
from engine.photo.decoded import Keep
from engine.photo.lightness import strip_measure
from engine.photo.sample import sample_step

Array = NDArray[np.generic]
Strip = tuple[slice, Array]


class Collected:
    """What is kept of a picture.

    Args:
        size: its height and width.
        dtype: uint8 or uint16.
        colors: 1 or 3 channels of it are color.
        alpha: whether the channel behind these is kept.
        icc: its profile, found usable.
        keep: pixels, or of RGB only their lightness.
    """

    def __init__(
        self,
        size: tuple[int, int],
        dtype: np.dtype[np.generic],
        colors: int,
        alpha: bool,
        icc: bytes | None,
        keep: Keep,
    ) -> None:
        self._colors = colors
        only_lightness = keep == "lightness" and colors == 3
        self.pixels: Array | None = None if only_lightness else np.empty((*size, colors), dtype)
        self.L = np.empty(size, np.float32) if only_lightness else None
        self.alpha = np.empty(size, dtype) if alpha else None
        self._measure = strip_measure(dtype, icc) if only_lightness else None
        self._step = sample_step(size)
        height, width = (-(-side // self._step) for side in size)
        self.sample = np.empty((height, width, 3), dtype) if colors == 3 else None

    def take(self, strips: Iterator[Strip]) -> None:
        """Keep what is to be kept, while the next strip is decoded."""
        for _ in in_order(self._take, strips):
            pass

    def _take(self, strip: Strip) -> None:
        rows, channels = strip
        if self.pixels is not None:
            self.pixels[rows] = channels[..., : self._colors]
        if self.L is not None and self._measure is not None:
            self.L[rows] = self._measure(channels)
        if self.sample is not None:
            first = -(-rows.start // self._step)  # of the sample's rows, the first in this strip
            taken = channels[first * self._step - rows.start :: self._step, :: self._step, :3]
            self.sample[first : first + len(taken)] = taken
        if self.alpha is not None:
            self.alpha[rows] = channels[..., self._colors]
