"""Hints that tell the truth, as a user who knows the colors would give them."""

import numpy as np
from numpy.typing import NDArray

from engine.edits import Hint


def draw_hints(
    ab: NDArray[np.float32], count: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Hints that tell the truth at random places.

    Args:
        ab: (2, H, W), the truth.
        count: how many.
        rng: where chance comes from.

    Returns:
        (count, 6) float32: x, y, radius in pixels, mean a* and b* of the spot, 1.
    """
    _, height, width = ab.shape
    hints = np.zeros((count, 6), np.float32)
    for hint in hints:
        half = int(rng.integers(1, 5))  # spots of 3 to 9 pixels
        x, y = int(rng.integers(width)), int(rng.integers(height))
        spot = ab[:, max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1]
        hint[:] = (x + 0.5, y + 0.5, half + 0.5, *spot.mean(axis=(1, 2)), 1)
    return hints


def true_hints(ab: NDArray[np.float32], count: int, seed: tuple[int, int]) -> tuple[Hint, ...]:
    """Hints that tell the truth at random places; more of them contain the fewer.

    Args:
        ab: (2, H, W), the truth.
        count: how many.
        seed: of the places.
    """
    _, height, width = ab.shape
    return tuple(
        Hint(
            x=float(x / width),
            y=float(y / height),
            radius=float(radius / min(height, width)),
            a=float(a),
            b=float(b),
        )
        for x, y, radius, a, b, _ in draw_hints(ab, count, np.random.default_rng(seed))
    )
