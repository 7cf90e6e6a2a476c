"""CIELAB -> codes of an RGB space; what it cannot hold loses chroma, never lightness or hue.

For a given L* and hue a space holds all chromas up to a largest one, which is found by halving.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.color.rgb import NODES, RgbSpace
from engine.compiled import compiled

# Rounding leaves exact grays a hair outside 0..1; what lies within this is in the gamut. Near black
# 1e-6 of linear light is 0.001 of L*.
TOLERANCE = np.float32(2e-6)
# The chroma found is too low by at most 2**-14 of it.
_STEPS = 14

# CIELAB, as in lab.py: f's straight piece begins below 6/29.
_DELTA, _SLOPE, _OFFSET = np.float32(6 / 29), np.float32(108 / 841), np.float32(4 / 29)
_TO_FY, _TO_FX, _TO_FZ = np.float32(1 / 116), np.float32(1 / 500), np.float32(1 / 200)
_ZERO, _HALF, _ONE, _SIXTEEN = np.float32(0), np.float32(0.5), np.float32(1), np.float32(16)
_LAST_NODE = np.float32(NODES - 1)

Plane = NDArray[np.float32]


def encode_rows(L: Plane, ab: Plane, space: RgbSpace, out: NDArray[np.generic]) -> int:
    """Turn rows of CIELAB into codes.

    Args:
        L: (rows, W) float32, L* 0..100.
        ab: (2, rows, W) float32, a* and b*.
        space: what the codes are of.
        out: (rows, W, 3) uint8 or uint16, written to.

    Returns:
        How many pixels had their chroma lowered.
    """
    top = np.float32(255 if out.dtype == np.uint8 else 65535)
    return int(_encode(L, ab, space.mixing, space.encoding * top, out))


def chroma_share_inside(L: float, a: float, b: float, space: RgbSpace) -> float:
    """The share of a color's chroma that a space can hold at that L*: 1 if it holds all of it."""
    fy = np.float32((L + 16) / 116)
    return float(_share(fy, np.float32(a / 500), np.float32(b / 200), space.mixing))


@compiled
def _f_inverse(f: Any) -> Any:
    return f * f * f if f > _DELTA else _SLOPE * (f - _OFFSET)


@compiled
def _fits(fy: Any, y: Any, da: Any, db: Any, mixing: Any) -> Any:
    """Whether the color of f(Y) = fy, f(X) = fy + da and f(Z) = fy - db is inside."""
    u, v = _f_inverse(fy + da) - y, _f_inverse(fy - db) - y
    for channel in range(3):
        light = y + mixing[channel, 0] * u + mixing[channel, 1] * v
        if light < -TOLERANCE or light > _ONE + TOLERANCE:
            return False
    return True


@compiled
def _share(fy: Any, da: Any, db: Any, mixing: Any) -> Any:
    """The largest share of the chroma that is inside."""
    y = _f_inverse(fy)
    if _fits(fy, y, da, db, mixing):
        return _ONE
    inside, step = _ZERO, _HALF
    for _ in range(_STEPS):
        tried = inside + step
        if _fits(fy, y, tried * da, tried * db, mixing):
            inside = tried
        step *= _HALF
    return inside


@compiled
def _encode(L: Any, ab: Any, mixing: Any, encoding: Any, out: Any) -> Any:
    rows, width = L.shape
    light = np.empty((3, width), np.float32)
    lowered = 0
    for row in range(rows):
        # One loop for what all pixels need, which the compiler does eight or sixteen at a time,
        # and others for what only some need or what is looked up.
        for x in range(width):
            fy = (L[row, x] + _SIXTEEN) * _TO_FY
            y = _f_inverse(fy)
            u = _f_inverse(fy + ab[0, row, x] * _TO_FX) - y
            v = _f_inverse(fy - ab[1, row, x] * _TO_FZ) - y
            light[0, x] = y + mixing[0, 0] * u + mixing[0, 1] * v
            light[1, x] = y + mixing[1, 0] * u + mixing[1, 1] * v
            light[2, x] = y + mixing[2, 0] * u + mixing[2, 1] * v
        for x in range(width):
            low = min(light[0, x], min(light[1, x], light[2, x]))
            high = max(light[0, x], max(light[1, x], light[2, x]))
            if low < -TOLERANCE or high > _ONE + TOLERANCE:
                lowered += 1
                fy = (L[row, x] + _SIXTEEN) * _TO_FY
                da, db = ab[0, row, x] * _TO_FX, ab[1, row, x] * _TO_FZ
                share = _share(fy, da, db, mixing)
                y = _f_inverse(fy)
                u, v = _f_inverse(fy + share * da) - y, _f_inverse(fy - share * db) - y
                for c in range(3):
                    light[c, x] = y + mixing[c, 0] * u + mixing[c, 1] * v
        for x in range(width):
            for c in range(3):
                at = math.sqrt(min(max(light[c, x], _ZERO), _ONE)) * _LAST_NODE
                node: Any = min(np.int32(at), NODES - 2)
                start = encoding[c, node]
                code = start + (at - np.float32(node)) * (encoding[c, node + 1] - start)
                out[row, x, c] = np.int32(code + _HALF)
    return lowered
