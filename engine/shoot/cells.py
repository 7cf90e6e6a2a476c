"""A photo as cells: what the network saw in each, and what color it has.

Cells are squares of 16 pixels of the network's input; those at the right and lower edge may reach a
little beyond the photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.values import AbPlanes

CELL = 16

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The N cells of a photo, or of several.

    Attributes:
        features: (N, C), what the network saw, see `Predictor.describe`.
        L: (N,), mean L*.
        ab: (N, 2), mean a* and b*.
        spread: (N,), how far, in a*b*, the colors within a cell are from their mean.
    """

    features: Array
    L: Array
    ab: Array
    spread: Array


def cells_of(features: Array, planes: AbPlanes) -> Cells:
    """The cells of a photo.

    Args:
        features: (C, rows, columns), from `Predictor.describe`.
        planes: its colors, at the size the network saw it at.
    """
    rows, columns = features.shape[1:]
    L = _means(planes.L[None], rows, columns)[:, 0]
    ab = _means(planes.ab, rows, columns)
    squares = _means(np.square(planes.ab), rows, columns)
    spread = np.sqrt(np.maximum(squares - np.square(ab), 0).sum(axis=1))
    return Cells(np.ascontiguousarray(features.reshape(len(features), -1).T), L, ab, spread)


def joined(many: Sequence[Cells]) -> Cells:
    """The cells of several photos as one.

    Args:
        many: at least one.
    """
    names = ("features", "L", "ab", "spread")
    return Cells(*(np.concatenate([getattr(one, name) for one in many]) for name in names))


def _means(planes: Array, rows: int, columns: int) -> Array:
    """(C, h, w) -> (rows * columns, C), means over the cells; the edges go on beyond the photo."""
    count, height, width = planes.shape
    beyond = ((0, 0), (0, rows * CELL - height), (0, columns * CELL - width))
    whole = np.pad(planes, beyond, mode="edge")
    means = whole.reshape(count, rows, CELL, columns, CELL).mean(axis=(2, 4), dtype=np.float32)
    return np.ascontiguousarray(means.reshape(count, -1).T)
