"""The resolution in an EXIF block, for formats that have no other place for it: WebP and AVIF.

Source: CIPA DC-008 (EXIF 2.32), 4.6.4 A.
"""

import struct

from engine.photo.ifd import BadDirectory, Entry, Tags

_ACROSS, _DOWN, _UNIT = 0x011A, 0x011B, 0x0128
_RATIONAL, _SHORT = 5, 3
_INCH, _CENTIMETER = 2, 3
_MM_PER_INCH = 25.4
# Parts of a pixel per inch that are kept: a scanner's 2,400 pixels per inch may be 94.49 per mm.
_PARTS = 1000
# A block with an empty directory.
_EMPTY = struct.pack("<2sHIHI", b"II", 42, 8, 0, 0)


def with_resolution(exif: bytes, pixels_per_mm: tuple[float, float]) -> bytes | None:
    """The block with this resolution in it.

    What is there stays where it is, since a maker's notes may count on it: the first directory is
    written once more behind the block, with the resolution in it.

    Args:
        exif: as `fitted_exif` gives it; empty makes a new one with nothing else in it.
        pixels_per_mm: horizontal and vertical resolution.

    Returns:
        None if the block is too damaged for that.
    """
    scaled = (round(value * _MM_PER_INCH * _PARTS) for value in pixels_per_mm)
    across, down = (min(max(value, 1), 0xFFFFFFFF) for value in scaled)
    block = exif or _EMPTY
    try:
        order = Tags(block).order
        (first,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, first)
        entries = {}
        for at in range(first + 2, first + 2 + 12 * count, 12):
            entries[struct.unpack_from(order + "H", block, at)[0]] = block[at : at + 12]
        following = struct.unpack_from(order + "I", block, first + 2 + 12 * count)[0]
    except (BadDirectory, struct.error):
        return None
    padded = block + b"\0" * (len(block) % 2)
    start = len(padded)
    values_at = start + 2 + 12 * len({*entries, _ACROSS, _DOWN, _UNIT}) + 4
    entries[_ACROSS] = struct.pack(order + "HHII", _ACROSS, _RATIONAL, 1, values_at)
    entries[_DOWN] = struct.pack(order + "HHII", _DOWN, _RATIONAL, 1, values_at + 8)
    entries[_UNIT] = struct.pack(order + "HHIHH", _UNIT, _SHORT, 1, _INCH, 0)
    directory = b"".join(entry for _, entry in sorted(entries.items()))
    return b"".join([
        padded[:4], struct.pack(order + "I", start), padded[8:],
        struct.pack(order + "H", len(entries)), directory, struct.pack(order + "I", following),
        struct.pack(order + "4I", across, _PARTS, down, _PARTS),
    ])  # fmt: skip


def resolution_in(exif: bytes) -> tuple[float, float] | None:
    """Horizontal and vertical pixels per millimeter, if the block says so."""
    block = exif.removeprefix(b"Exif\0\0")
    try:
        tags = Tags(block)
        main = next(tags.pages(), None)
        if main is None:
            return None
        unit = tags.number(main, _UNIT, _INCH)
        across, down = (_rational(block, tags, main.entries.get(tag)) for tag in (_ACROSS, _DOWN))
    except (BadDirectory, struct.error, ZeroDivisionError):
        return None
    mm = {_INCH: _MM_PER_INCH, _CENTIMETER: 10.0}.get(unit)
    return None if mm is None or not (across > 0 and down > 0) else (across / mm, down / mm)


def _rational(block: bytes, tags: Tags, entry: Entry | None) -> float:
    if entry is None or entry.kind != _RATIONAL:
        return 0.0
    (place,) = struct.unpack_from(tags.order + "I", block, entry.at)
    above, below = struct.unpack_from(tags.order + "II", block, place)
    return float(above / below)
