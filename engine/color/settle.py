"""Colors whose lightness is of no account are brought to one, as near as they exist there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.color.gamut import f_inverse, fits, share_inside
from engine.color.rgb import RgbSpace
from engine.compiled import compiled

Plane = NDArray[np.float32]

# Where sRGB holds much chroma of most hues.
LAYER_LIGHTNESS = np.float32(65)
# The lightness found is off by 0.01 L* at most.
_STEPS = 13
_TO_FY, _TO_FX, _TO_FZ = np.float32(1 / 116), np.float32(1 / 500), np.float32(1 / 200)
_SIXTEEN, _HALF = np.float32(16), np.float32(0.5)


def settle_rows(L: Plane, ab: Plane, space: RgbSpace) -> None:
    """Bring colors as near to L* 65 as they exist there, in place.

    First their chroma is lowered until they exist at their own L*, as in a picture.

    Args:
        L: (rows, W) float32, L* 0..100.
        ab: (2, rows, W) float32, a* and b*.
        space: in which they shall exist.
    """
    _settle(L, ab, space.mixing)


@compiled
def _exists(L: Any, da: Any, db: Any, mixing: Any) -> Any:
    fy = (L + _SIXTEEN) * _TO_FY
    return fits(fy, f_inverse(fy), da, db, mixing)


@compiled
def _settle(L: Any, ab: Any, mixing: Any) -> None:
    for row in range(L.shape[0]):
        for x in range(L.shape[1]):
            own = L[row, x]
            da, db = ab[0, row, x] * _TO_FX, ab[1, row, x] * _TO_FZ
            share = share_inside((own + _SIXTEEN) * _TO_FY, da, db, mixing)
            ab[0, row, x] *= share
            ab[1, row, x] *= share
            da, db = da * share, db * share
            if _exists(LAYER_LIGHTNESS, da, db, mixing):
                L[row, x] = LAYER_LIGHTNESS
                continue
            inside, outside = own, LAYER_LIGHTNESS
            for _ in range(_STEPS):
                tried = (inside + outside) * _HALF
                if _exists(tried, da, db, mixing):
                    inside = tried
                else:
                    outside = tried
            L[row, x] = inside
