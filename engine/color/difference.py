"""How different two colors look: CIEDE2000.

Source: Sharma, Wu, Dalal 2005, "The CIEDE2000 Color-Difference Formula", formulas 2 to 22.
"""

import numpy as np
from numpy.typing import NDArray

# Radians by which hues that are opposite may seem to be more than that.
_ROUNDING = 1e-9


def ciede2000(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """The CIEDE2000 difference, with all parametric factors 1.

    Args:
        first: (..., 3), L*, a*, b*.
        second: (..., 3), the same shape.

    Returns:
        (...), 0 for equal colors; about 1 is just seen.
    """
    L1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    L2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)))
    C1, h1 = np.hypot(stretch * a1, b1), np.arctan2(b1, stretch * a1) % (2 * np.pi)
    C2, h2 = np.hypot(stretch * a2, b2), np.arctan2(b2, stretch * a2) % (2 * np.pi)

    turn = h2 - h1
    # The short way round; between opposite hues there are two, and the one over 0 is not taken.
    turn -= np.where(np.abs(turn) > np.pi + _ROUNDING, 2 * np.pi * np.sign(turn), 0)
    has_hue = C1 * C2 > 0
    dh = np.where(has_hue, turn, 0.0)
    dL, dC, dH = L2 - L1, C2 - C1, 2 * np.sqrt(C1 * C2) * np.sin(dh / 2)

    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = np.where(has_hue, h1 + dh / 2, h1 + h2)  # with one gray color, the other's hue counts
    T = (
        1
        - 0.17 * np.cos(h - np.radians(30))
        + 0.24 * np.cos(2 * h)
        + 0.32 * np.cos(3 * h + np.radians(6))
        - 0.20 * np.cos(4 * h - np.radians(63))
    )
    S_L = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)
    S_C, S_H = 1 + 0.045 * C, 1 + 0.015 * C * T
    degrees = np.degrees(h) % 360
    turning = np.radians(60) * np.exp(-(((degrees - 275) / 25) ** 2))
    R_T = -np.sin(turning) * 2 * np.sqrt(C**7 / (C**7 + 25.0**7))
    by_L, by_C, by_H = dL / S_L, dC / S_C, dH / S_H
    result: NDArray[np.float64] = np.sqrt(
        np.maximum(by_L**2 + by_C**2 + by_H**2 + R_T * by_C * by_H, 0)
    )
    return result
