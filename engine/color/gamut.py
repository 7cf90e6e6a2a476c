"""Making colors fit into sRGB by lowering their chroma, never their lightness or hue."""

import numpy as np
from numpy.typing import NDArray

from engine.color.lab import lab_to_linear_srgb

# Rounding leaves exact grays a hair outside 0..1; what lies within this is in the gamut. Near black
# 1e-6 of linear light is 0.001 of L*.
TOLERANCE = 2e-6
STEPS = 14

Plane = NDArray[np.float32]


def fit_into_srgb(L: Plane, a: Plane, b: Plane) -> tuple[Plane, NDArray[np.bool_]]:
    """Lower the chroma of colors that sRGB cannot hold, keeping L* and hue.

    Args:
        L: (...) float32, L* 0..100.
        a: a*, same shape.
        b: b*, same shape.

    Returns:
        (..., 3) float32, linear sRGB, all within 0..1; (...) bool, true where chroma was lowered.

    Found by halving the interval of chroma, so the result lies inside the gamut by at most
    2**-14 of the chroma; for a given L* and hue sRGB holds all chromas up to a largest one.
    """
    rgb = lab_to_linear_srgb(L, a, b)
    outside = _is_outside(rgb)
    if outside.any():
        rgb[outside] = _largest_inside(L[outside], a[outside], b[outside])
    return np.clip(rgb, 0, 1), outside


def chroma_share_inside(L: float, a: float, b: float) -> float:
    """The share of a color's chroma that sRGB can hold at that L*: 1 if it holds all of it."""
    planes = [np.array([value], np.float32) for value in (L, a, b)]
    if not _is_outside(lab_to_linear_srgb(*planes))[0]:
        return 1.0
    return float(_share(*planes)[0])


def _is_outside(rgb: Plane) -> NDArray[np.bool_]:
    # Plane by plane: NumPy's reduction over an axis of length 3 is ten times slower.
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    low = np.minimum(np.minimum(red, green), blue)
    high = np.maximum(np.maximum(red, green), blue)
    outside: NDArray[np.bool_] = (low < -TOLERANCE) | (high > 1 + TOLERANCE)
    return outside


def _share(L: Plane, a: Plane, b: Plane) -> Plane:
    inside, step = np.zeros_like(L), np.full_like(L, 0.5)
    for _ in range(STEPS):
        tried = inside + step
        fits = ~_is_outside(lab_to_linear_srgb(L, tried * a, tried * b))
        inside = np.where(fits, tried, inside)
        step *= 0.5
    return inside


def _largest_inside(L: Plane, a: Plane, b: Plane) -> Plane:
    share = _share(L, a, b)
    return lab_to_linear_srgb(L, share * a, share * b)
