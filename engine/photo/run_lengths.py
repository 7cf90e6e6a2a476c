"""Whether a BMP file's run lengths give the whole picture.

OpenCV takes what there is and leaves the rest black. Source: Microsoft, "Bitmap Compression".
"""

import struct
from typing import Any

import numpy as np

from engine.compiled import compiled

_RLE8, _RLE4 = 1, 2


def has_all_runs(data: bytes) -> bool:
    """Whether a BMP file is not compressed, or its runs reach its last row.

    Rows may end early, and places may be skipped: the format leaves them in the first color.
    """
    if len(data) < 34 or data[14] == 12:
        return True
    width, height = struct.unpack_from("<ii", data, 18)
    (kind,) = struct.unpack_from("<I", data, 30)
    if kind not in (_RLE8, _RLE4):
        return True
    (start,) = struct.unpack_from("<I", data, 10)
    runs = np.frombuffer(data[start:], np.uint8)
    return bool(_fill(runs, abs(width), abs(height), 8 if kind == _RLE8 else 4))


@compiled
def _fill(runs: Any, width: int, height: int, bits: int) -> bool:
    at, x, y = 0, 0, 0
    while at + 1 < len(runs):
        count, value = int(runs[at]), int(runs[at + 1])
        at += 2
        if count:
            x += count
        elif value == 0:
            x, y = 0, y + 1
        elif value == 1:
            return y >= height - 1
        elif value == 2:
            if at + 1 >= len(runs):
                return False
            x, y = x + int(runs[at]), y + int(runs[at + 1])
            at += 2
        else:
            x += value
            size = (value * bits + 7) // 8
            at += size + size % 2
        if x > width or y > height:
            return False
    return False
