"""The first bits of a JPEG XL codestream: how large its picture is, and whether it moves.

Decoders tell it only after decoding. Source: ISO/IEC 18181-1:2022, annex A and B; bits are counted
from the lowest one of each byte.
"""

from dataclasses import dataclass

from engine.photo.boxes import boxes
from engine.photo.decoded import DAMAGED, TOO_EARLY, Undecodable

_CODESTREAM = b"\xff\x0a"
# Width to height by number; 0 stands for a width of its own.
_RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIZE_BITS = (9, 13, 18, 30)
_HEADER_BYTES = 64


@dataclass(frozen=True, slots=True)
class JxlHeader:
    """What the header says.

    Attributes:
        width: in pixels, as stored.
        height: in pixels.
        animated: whether there is more than one frame to be seen.
    """

    width: int
    height: int
    animated: bool


def look_at_jxl(data: bytes) -> JxlHeader:
    """Read the header.

    Raises:
        Undecodable: there is none, or the file is cut off.
    """
    bits = _Bits(_codestream(data))
    width, height = _size(bits)
    animated = False
    if not bits.take(1):  # not all of the rest is by default
        has_more = bits.take(1)
        if has_more:
            bits.take(3)  # orientation
            if bits.take(1):
                _size(bits)  # what the picture was meant to measure
            preview = bits.take(1)
            # A preview's size would have to be skipped; no encoder is known that makes one.
            animated = not preview and bool(bits.take(1))
    return JxlHeader(width, height, animated)


def _codestream(data: bytes) -> bytes:
    """The first bytes behind the codestream's mark, whether it stands alone or in boxes."""
    if data[:2] == _CODESTREAM:
        return data[2 : 2 + _HEADER_BYTES]
    for box in boxes(data):
        # A codestream in parts has a number of four bytes in front of each.
        start = box.start + {b"jxlc": 0, b"jxlp": 4}.get(box.kind, len(data))
        if data[start : start + 2] == _CODESTREAM:
            return data[start + 2 : start + 2 + _HEADER_BYTES]
    raise Undecodable(DAMAGED)


class _Bits:
    """Takes bits off the low end."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise Undecodable(TOO_EARLY)
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        self._left -= count
        return value


def _size(bits: _Bits) -> tuple[int, int]:
    """Width and height."""
    in_eights = bits.take(1)

    def side() -> int:
        if in_eights:
            return 8 * (bits.take(5) + 1)
        return bits.take(_SIZE_BITS[bits.take(2)]) + 1

    height = side()
    across, down = _RATIOS[bits.take(3)]
    return (height * across // down if across else side()), height
