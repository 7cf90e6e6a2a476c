"""The color of a colored photo alone, to be laid over the gray photo in an image editor."""

import numpy as np
from numpy.typing import NDArray

from engine.color.gamut import encode_rows
from engine.color.settle import settle_rows
from engine.composition import Composition
from engine.values import Depth


class ColorLayer:
    """The layer, its rows worked out when they are asked for, by any thread.

    Each pixel has the a* and b* of the colored photo, at a lightness as near to L* 65 as that color
    exists there. So it holds next to nothing of the picture, and stays right when the gray photo is
    edited afterwards.

    Args:
        composition: the colored photo.
    """

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        # With 8 bits, rounding would show as soon as the gray photo's contrast is raised.
        self.depth: Depth = 16
        self.space = composition.space

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._composition.size

    def rows(self, rows: slice) -> NDArray[np.generic]:
        """A strip of it: (rows, W, 3), uint16."""
        own, ab = self._composition.color(rows)
        settled = own.copy()  # the first may be the photo's, which others look at
        settle_rows(settled, ab, self.space)
        strip = np.empty((*settled.shape, 3), np.uint16)
        encode_rows(settled, ab, self.space, strip)
        return strip
