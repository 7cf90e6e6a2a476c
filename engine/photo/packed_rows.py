"""Whether a Photoshop file holds all rows of its finished picture.

OpenImageIO takes a row for black whose packed bytes are said to be none, and files too short for
its liking have zeros put behind them. Source: Adobe Photoshop File Formats Specification, "Image
Data Section"; Apple, Technical Note TN1023 (PackBits).
"""

import struct
from typing import Any

import numpy as np

from engine.compiled import compiled

_PLAIN, _PACKED = 0, 1


def has_all_rows(data: bytes, at: int, rows: int, row_bytes: int, wide: bool) -> bool:
    """Whether so many rows lie there.

    Args:
        data: the file.
        at: where the finished picture begins, with two bytes that say how it is stored.
        rows: of all channels together.
        row_bytes: of each, unpacked.
        wide: whether lengths take four bytes, as in PSB files, instead of two.
    """
    (kind,) = struct.unpack_from(">H", data, at) if at + 2 <= len(data) else (_PLAIN,)
    at += 2
    if kind == _PLAIN:
        return at + rows * row_bytes <= len(data)
    if kind != _PACKED:
        return True  # deflated, with a checksum
    size = 4 if wide else 2
    if at + rows * size > len(data):
        return False
    lengths = np.frombuffer(data, f">u{size}", rows, at).astype(np.int64)
    at += rows * size
    if at + int(lengths.sum()) > len(data):
        return False
    return bool(_all_unpack(np.frombuffer(data, np.uint8)[at:], lengths, row_bytes))


@compiled
def _all_unpack(packed: Any, lengths: Any, row_bytes: int) -> bool:
    """Whether each row's runs give at least so many bytes."""
    start = 0
    for length in lengths:
        at, end, unpacked = start, start + length, 0
        while at < end and unpacked < row_bytes:
            count = int(packed[at])
            if count < 128:
                at += 2 + count
                unpacked += 1 + count
            elif count > 128:
                at += 2
                unpacked += 257 - count
            else:
                at += 1  # stands for nothing
        if unpacked < row_bytes or at > end:
            return False
        start = end
    return True
