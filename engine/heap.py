"""Memory that was let go of, given back to the system."""

import ctypes
import sys


def give_back() -> bool:
    """Give back what the C library keeps for itself of memory that was freed; a few milliseconds.

    The network works with blocks of some megabytes each, which glibc does not return by itself; a
    large photo needs others while it is written, and both together are a tenth of its peak.

    Returns:
        Whether there was such a library to be asked.
    """
    if sys.platform != "linux":
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is None:
        return False
    trim(ctypes.c_size_t(0))
    return True
