"""Values of 9 to 15 bits -> 16 bit, so that white stays white."""

import numpy as np
from numpy.typing import NDArray

from engine.photo.strips import row_strips


def as_16_bit(values: NDArray[np.uint16], bits: int) -> NDArray[np.uint16]:
    """Scale whole numbers 0..2^bits - 1 to 0..65535, rounded.

    Shifting them, as many readers do, would make white 65472 for 10 bits.

    Args:
        values: (H, W, ...), none above 2^bits - 1.
        bits: 1..16.
    """
    if bits == 16:
        return values
    top = (1 << bits) - 1
    codes = ((np.arange(top + 1, dtype=np.uint32) * 65535 + top // 2) // top).astype(np.uint16)
    result = np.empty(values.shape, np.uint16)
    for rows in row_strips(*values.shape[:2]):
        result[rows] = codes[np.minimum(values[rows], top)]
    return result
