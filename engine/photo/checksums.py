"""Whether the deflated strips or tiles of a TIFF file agree with their checksums.

libtiff stops where it has enough, in front of the checksum, so it misses damage that still unpacks.
Source: RFC 1950.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from engine.in_order import in_order
from engine.photo.ifd import BadDirectory
from engine.photo.tiff import pieces_of

_STEP_BYTES = 1 << 20
_WRONG = "incorrect data check"


def checksums_hold(file: BinaryIO, most_bytes: int) -> bool:
    """Whether no strip or tile of the first page has a wrong checksum.

    Args:
        file: a TIFF file that libtiff reads, and whose first page is deflated.
        most_bytes: of a piece's pixels; what unpacks into more is not looked at any farther.
    """
    try:
        pieces = pieces_of(file)
    except BadDirectory:
        return False

    def packed() -> Iterator[bytes]:
        for offset, size in pieces:
            file.seek(offset)
            yield file.read(size)

    return all(in_order(lambda piece: _holds(piece, most_bytes), packed()))


def _holds(packed: bytes, most_bytes: int) -> bool:
    unpacker = zlib.decompressobj()
    rest, size = packed, 0
    try:
        while rest and not unpacker.eof and size <= most_bytes:
            size += len(unpacker.decompress(rest, _STEP_BYTES))
            rest = unpacker.unconsumed_tail
    except zlib.error as error:
        return _WRONG not in str(error)
    return True
