"""Whether a JPEG stream without loss gives every pixel: of JPEG files, and in DNG files.

libjpeg fills what is missing with gray and only warns; LibRaw leaves there what was in the memory;
and the decoder that was made for such files reads beyond its buffer. So the codes are followed here
without unpacking them: only the values they stand for are counted. Source: ITU-T T.81, annexes B,
F.2.2.3 and H.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled

_LOSSLESS, _TABLES, _SCAN, _RESTARTS = 0xC3, 0xC4, 0xDA, 0xDD
_OTHER_FRAMES = {*range(0xC0, 0xD0)} - {_LOSSLESS, _TABLES, 0xC8, 0xCC}
_RESTART_MARKERS = range(0xD0, 0xD8)
_MARKER = re.compile(rb"\xff[^\0]", re.DOTALL)  # a zero behind 0xff says that it is none
_WHOLE = 16

_Table = tuple[bytes, bytes]
_Tables = tuple[NDArray[np.int64], NDArray[np.int64]]


def whole_values(data: bytes, at: int, end: int) -> int | None:
    """How many values the first scan of a stream without loss holds, if it holds all of them.

    Args:
        data: a file.
        at: where the stream begins in it.
        end: where it ends.

    Returns:
        Height times width times channels; 0 if the scan holds less, or if there is none, or frames
        of several kinds, at which decoders stumble. None if the frame is of another kind.
    """
    tables: dict[int, _Table] = {}
    values, interval, count, is_other = 0, 0, 0, False
    if data[at : at + 2] != b"\xff\xd8":
        return 0
    at, end = at + 2, min(end, len(data))
    while at + 4 <= end and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # padding
            at += 1
            continue
        content = data[at + 4 : at + 2 + size]
        at += 2 + size
        if marker == _LOSSLESS and len(content) >= 6:
            height, width = (int.from_bytes(content[i : i + 2], "big") for i in (1, 3))
            count = content[5]
            values = height * width * count
        elif marker in _OTHER_FRAMES:
            is_other = True
        elif marker == _TABLES:
            tables |= _tables(content)
        elif marker == _RESTARTS:
            interval = int.from_bytes(content[:2], "big") * count
        elif marker == _SCAN:
            chosen = _chosen(content, tables) if content[:1] == bytes([count]) else None
            if is_other or not count or chosen is None:
                break
            return values if _counted(data, (at, end), chosen, interval, values) == values else 0
    return None if is_other and not count else 0


def _tables(content: bytes) -> dict[int, _Table]:
    """The tables of a segment by number: how many codes of each length, and what they stand for."""
    tables, at = {}, 0
    while at + 17 <= len(content):
        counts = content[at + 1 : at + 17]
        values = content[at + 17 : at + 17 + sum(counts)]
        if len(values) == sum(counts):
            tables[content[at]] = counts, values
        at += 17 + len(values)
    return tables


def _chosen(scan: bytes, tables: dict[int, _Table]) -> _Tables | None:
    """The tables of the scan's channels, one row for each."""
    found = [tables.get(code >> 4) for code in scan[2 : 1 + 2 * scan[0] : 2]]
    if len(found) != scan[0] or None in found:
        return None
    rows = [one for one in found if one is not None]
    counts = np.array([list(counts) for counts, _ in rows], np.int64)
    values = np.zeros((len(rows), 16 * 255), np.int64)
    for row, (_, these) in zip(values, rows, strict=True):
        row[: len(these)] = list(these)
    return counts, values


def _counted(
    data: bytes, extent: tuple[int, int], tables: _Tables, interval: int, enough: int
) -> int:
    """How many values a scan holds, up to a number that is enough.

    Args:
        data: the file.
        extent: where the scan begins and where it ends at the latest.
        tables: of its codes.
        interval: values between two markers at which the codes start anew; 0 if there are none.
        enough: of values.
    """
    found, (at, last) = 0, extent
    while found < enough:
        match = _MARKER.search(data, at, last)
        end = match.start() if match else last
        codes = np.frombuffer(data[at:end].replace(b"\xff\0", b"\xff"), np.uint8)
        most = min(interval or enough, enough - found)
        here = int(_values(codes, *tables, most))
        found += here
        if here < most or match is None or match[0][1] not in _RESTART_MARKERS:
            break
        at = match.end()
    return found


@compiled
def _values(codes: Any, counts: Any, meanings: Any, enough: int) -> int:
    """How many values the codes stand for, up to a number that is enough; channels take turns."""
    found, skip, channel = 0, 0, 0  # skip: bits of a difference that belong to no code
    code, first, index, length = 0, 0, 0, 0
    for byte in codes:
        for bit in range(7, -1, -1):
            if skip:
                skip -= 1
            else:
                # Codes of one length are consecutive numbers.
                code = code << 1 | (int(byte) >> bit & 1)
                count = int(counts[channel, length])
                length += 1
                if code - first >= count:
                    index += count
                    first = (first + count) << 1
                    if length == 16:
                        return found  # no such code
                    continue
                skip = int(meanings[channel, index + code - first])
                if skip >= _WHOLE:  # stands for itself, without further bits
                    skip = 0
                code, first, index, length = 0, 0, 0, 0
            if not skip:
                found += 1
                channel += 1
                if channel == len(counts):
                    channel = 0
                if found == enough:
                    return found
    return found
