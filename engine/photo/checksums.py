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
# Of a tile that is larger than what the picture has in it.
_PADDING_BYTES = 16 << 20
# Handing single strips of one row to other threads would take longer than unpacking them.
_BATCH_BYTES, _BATCH_PIECES = 1 << 20, 1000
_WRONG = "incorrect data check"


def checksums_hold(file: BinaryIO, most_bytes: int) -> bool:
    """Whether no strip or tile of the first page has a wrong checksum.

    Args:
        file: a TIFF file that libtiff reads, and whose first page is deflated.
        most_bytes: of all pixels; a piece that unpacks into more than its share is not looked at
            any farther.
    """
    try:
        pieces = pieces_of(file)
    except BadDirectory:
        return False

    share = most_bytes // max(1, len(pieces)) + _PADDING_BYTES

    def batches() -> Iterator[list[bytes]]:
        batch: list[bytes] = []
        size_of_batch = 0
        for offset, size in dict.fromkeys(pieces):  # all may be the same one
            file.seek(offset)
            batch.append(file.read(size))
            size_of_batch += size
            if size_of_batch > _BATCH_BYTES or len(batch) == _BATCH_PIECES:
                yield batch
                batch, size_of_batch = [], 0
        yield batch

    def hold(batch: list[bytes]) -> bool:
        return all(_holds(piece, share) for piece in batch)

    return all(in_order(hold, batches()))


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
