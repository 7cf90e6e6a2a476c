"""Loops over pixels, compiled to machine code.

NumPy makes a pass over memory for every operation; joining color to the lightness of a photo takes
some sixty. Measured on 24 megapixels with two cores: 2.7 s with NumPy, 0.16 s with Numba.
Compiling takes a second, once: the result is kept beside the source, or in the user's cache.
"""

from collections.abc import Callable
from typing import Any

import numba

# Which of these floating-point liberties are taken is part of the result: multiplications and
# additions may be joined, and no value is infinite or NaN. Nothing may be reordered.
_LIBERTIES = {"contract", "nsz", "nnan", "ninf"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of numbers and arrays on its first call, free of Python's lock."""
    made: Callable[..., Any] = numba.njit(
        function, nogil=True, cache=True, fastmath=_LIBERTIES, error_model="numpy"
    )
    return made
