"""Which cells of a photo show the same as cells of another one, and the hints that come of it.

Two cells are a match if each is the other's most similar one, by the cosine of what the network saw
in them. That is the mutual nearest neighbor of image matching (see Sattler et al. 2012 on its use
beside other tests); the network tells things apart by what color they have, which is what is asked.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.edits import Hint
from engine.shoot.cells import CELL, Array, Cells

# Less similar cells are no match. Between photos of different things 0.5 % of the cells are more
# similar than that, between two shots of one thing a third.
SIMILAR = 0.65
# Fewer matches are chance: single cells of photos of different things happen to be alike.
_LEAST_MATCHES = 5
# Cells that differ more in L* show different things, or one in the shade; the color is not carried.
_L_APART = 15.0
# A cell of several colors says little about any.
_MOST_SPREAD = 20.0
MOST_HINTS = 24
# Hints lie at least so many cells apart.
_APART = 1.5
# Of a hint, as a share of the shorter side: about a quarter of a cell.
RADIUS = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Matching cells, M of them.

    Attributes:
        here: (M,), their places among the cells of the photo.
        there: (M,), the same among those of the reference.
        similarity: (M,), SIMILAR..1.
    """

    here: NDArray[np.intp]
    there: NDArray[np.intp]
    similarity: Array


def matches_of(reference: Cells, photo: Cells) -> Matches:
    """Find the cells that show the same; none at all if they are too few.

    Args:
        reference: the cells whose colors are known.
        photo: those of the photo to be colored; its colors are not used.
    """
    similarity = similarities(reference, photo)
    there = similarity.argmax(axis=1)
    here = np.arange(len(there))
    best = similarity[here, there]
    fits = (similarity.argmax(axis=0)[there] == here) & (best >= SIMILAR)
    fits &= np.abs(reference.L[there] - photo.L) < _L_APART
    fits &= reference.spread[there] < _MOST_SPREAD
    chosen = np.flatnonzero(fits)
    if len(chosen) < _LEAST_MATCHES:
        chosen = chosen[:0]
    return Matches(chosen, there[chosen], best[chosen])


def similarities(reference: Cells, photo: Cells) -> Array:
    """(N of the photo, N of the reference), -1..1, of each with each."""
    # What all cells have in common says nothing.
    common = reference.features.mean(axis=0)
    a, b = (_unit(cells.features - common) for cells in (photo, reference))
    return np.asarray(a @ b.T, np.float32)


def hints_of(
    matches: Matches, reference: Cells, size: tuple[int, int], columns: int
) -> tuple[Hint, ...]:
    """Hints with the reference's colors, spread over the photo.

    Args:
        matches: of the photo's cells.
        reference: the cells whose colors are known.
        size: height and width of the photo as the network saw it.
        columns: of the photo's cells.

    Returns:
        At most MOST_HINTS; none without matches.
    """
    height, width = size
    row, column = np.divmod(matches.here, columns)
    x, y = (column + 0.5) * CELL / width, (row + 0.5) * CELL / height
    return tuple(
        Hint(
            x=min(1.0, float(x[one])),
            y=min(1.0, float(y[one])),
            radius=RADIUS,
            a=float(reference.ab[matches.there[one], 0]),
            b=float(reference.ab[matches.there[one], 1]),
        )
        for one in _spread_out(np.stack([row, column], axis=1), matches.similarity)
    )


def _spread_out(places: NDArray[np.intp], similarity: Array) -> list[int]:
    """Places far from each other, the most similar one first: farthest point sampling."""
    if not len(places):
        return []
    chosen = [int(similarity.argmax())]
    nearest = _distance(places, chosen[0])
    while len(chosen) < MOST_HINTS:
        following = int((nearest * similarity).argmax())
        if nearest[following] < _APART:
            break
        chosen.append(following)
        nearest = np.minimum(nearest, _distance(places, following))
    return chosen


def _distance(places: NDArray[np.intp], one: int) -> NDArray[np.float64]:
    return np.asarray(np.hypot(*(places - places[one]).T), np.float64)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
