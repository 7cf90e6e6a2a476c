"""Memory that the C library holds free, given back to the system."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def give_back_free_memory() -> None:
    """Return to the system what is held and not used, where that can be done (glibc).

    Photos of many sizes leave gaps of many sizes. Measured over 2,500 small ones: 218 to 245 MB
    were in use from the first hundred to the last, but what was held free grew from 135 to 197.
    """
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    if not sys.platform.startswith("linux"):
        return lambda _: None
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library, such as musl
        return lambda _: None
    return trim
