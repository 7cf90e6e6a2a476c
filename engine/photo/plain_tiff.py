"""What stands before the pixels of an uncompressed TIFF file.

Source: TIFF 6.0; BigTIFF as in libtiff.
"""

import struct
from fractions import Fraction

from engine.photo.fields import Field, Fields, Header, written_directory
from engine.values import Depth

_SHORT, _LONG, _RATIONAL, _UNDEFINED, _LONG8 = 3, 4, 5, 7, 16
_RGB, _UNASSOCIATED_ALPHA, _INCH = 2, 2, 2
_MM_PER_INCH = Fraction("25.4")
# Of the two halves of a RATIONAL.
_MOST = 2**32 - 1
_FINEST = 10_000


def head_of_tiff(
    size: tuple[int, int],
    channels: int,
    depth: Depth,
    rows: int,
    *,
    pixels_per_mm: tuple[float, float] | None = None,
    icc: bytes | None = None,
    big: bool = True,
) -> bytes:
    """All of a file before its first strip; the strips follow, one behind the other.

    Args:
        size: height and width in pixels.
        channels: 3, or 4 with alpha.
        depth: bits per channel; two bytes stand in Intel's order.
        rows: of a strip.
        pixels_per_mm: horizontal and vertical resolution; 72 pixels an inch if it is not known.
        icc: profile.
        big: BigTIFF, which may be of any size; plain TIFF ends at 4 GiB.
    """
    height, width = size
    count = -(-height // rows)
    line = width * channels * depth // 8
    sizes = [line * rows] * (count - 1)
    sizes.append(line * height - sum(sizes))
    header = Header("<", big=big, first=16 if big else 8)
    fields: Fields = {
        256: _longs(width),
        257: _longs(height),
        258: _shorts(*[depth] * channels),
        259: _shorts(1),  # not compressed
        262: _shorts(_RGB),
        274: _shorts(1),  # upright
        277: _shorts(channels),
        278: _longs(rows),
        279: _offsets(sizes, header),
        284: _shorts(1),  # the channels of a pixel side by side
        296: _shorts(_INCH),
        339: _shorts(*[1] * channels),  # whole numbers
    }
    if channels == 4:
        fields[338] = _shorts(_UNASSOCIATED_ALPHA)
    inches = [_per_inch(each) for each in pixels_per_mm] if pixels_per_mm else [Fraction(72)] * 2
    fields[282], fields[283] = (_rational(each) for each in inches)
    if icc is not None:
        fields[34675] = Field(_UNDEFINED, len(icc), icc)

    def directory(start: int) -> bytes:
        starts = [start + line * rows * number for number in range(count)]
        fields[273] = _offsets(starts, header)
        return written_directory(fields, header.first, 0, header)

    # Its length does not depend on the offsets in it.
    pixels = header.first + len(directory(0))
    opening = struct.pack("<2sHHH", b"II", 43, 8, 0) if big else struct.pack("<2sH", b"II", 42)
    return opening + struct.pack(header.offset, header.first) + directory(pixels)


def _shorts(*values: int) -> Field:
    return Field(_SHORT, len(values), struct.pack(f"<{len(values)}H", *values))


def _longs(*values: int) -> Field:
    return Field(_LONG, len(values), struct.pack(f"<{len(values)}I", *values))


def _offsets(values: list[int], header: Header) -> Field:
    if not header.big:
        return _longs(*values)
    return Field(_LONG8, len(values), struct.pack(f"<{len(values)}Q", *values))


def _per_inch(pixels_per_mm: float) -> Fraction:
    """The resolution; the nearest that a RATIONAL can hold, where a file claims an odd one."""
    value = min(max(Fraction(pixels_per_mm) * _MM_PER_INCH, Fraction(1, _MOST)), Fraction(_MOST))
    finest = _FINEST if value > 1 else _MOST
    return value.limit_denominator(max(1, min(finest, int(_MOST // (value + 1)))))


def _rational(value: Fraction) -> Field:
    return Field(_RATIONAL, 1, struct.pack("<2I", value.numerator, value.denominator))
