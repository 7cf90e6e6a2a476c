"""The boxes that HEIF, AVIF, JPEG XL and JPEG 2000 files are made of.

Decoders fill what is missing at the end of a file with gray or black without a word, so it is told
from the boxes whether a file is whole. Source: ISO/IEC 14496-12, 4.2.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from engine.photo.decoded import DAMAGED, TOO_EARLY, Undecodable

_MOST_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        kind: its four letters.
        start: where its content begins, in bytes from the start of the data.
        end: where its content ends.
    """

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes in a row, without those inside them.

    Args:
        data: the whole file.
        start: where the first one begins.
        end: where the last one ends; the end of the file if not given.

    Raises:
        Undecodable: one reaches beyond the end.
    """
    end = len(data) if end is None else end
    for _ in range(_MOST_BOXES):
        if start == end:
            return
        if start + 8 > end:
            raise Undecodable(TOO_EARLY)
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            header = 16
        # A size of 0 stands for all the rest.
        after = start + size if size else end
        if size and size < header:
            raise Undecodable(DAMAGED)
        if after > end:
            raise Undecodable(TOO_EARLY)
        yield Box(kind, start + header, after)
        start = after
    raise Undecodable(DAMAGED)


def check_whole(data: bytes) -> None:
    """Make sure that no box at the top level reaches beyond the end of the file.

    Raises:
        Undecodable: one does.
    """
    for _ in boxes(data):
        pass
