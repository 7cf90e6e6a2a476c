"""The resolution that TIFF, PNG and JPEG files tell, in pixels per millimeter.

libvips has a default where a file says nothing, which cannot be told from a file that says the same
(25.4 dpi in TIFF files, 2,834 pixels per meter in PNG files), and takes numbers without a unit for
pixels per millimeter. Numbers without a unit say what shape the pixels have; if they are not
square, that is kept, with the usual 72 dpi for the longer side of a pixel.

Sources: TIFF 6.0, section 8 (ResolutionUnit); W3C PNG, 11.3.4.3; JFIF 1.02 (ITU-T T.871), 10.1.
"""

import struct
from typing import BinaryIO

from engine.photo.blocks import png_chunks
from engine.photo.fields import Field, Header, read_fields, read_header
from engine.photo.ifd import BadDirectory

Resolution = tuple[float, float]

_ACROSS, _DOWN, _UNIT = 282, 283, 296
_NONE, _INCH, _CENTIMETER = 1, 2, 3
_MM: dict[float, float] = {_INCH: 25.4, _CENTIMETER: 10.0}
# struct letters by TIFF type: SHORT, LONG, RATIONAL, SRATIONAL, FLOAT, DOUBLE.
_LETTERS = {3: "H", 4: "I", 5: "II", 10: "ii", 11: "f", 12: "d"}
_USUAL = 72 / 25.4
# No scanner and no video has pixels longer than that.
_MOST_STRETCHED = 20.0


def resolution_of_tiff(file: BinaryIO) -> Resolution | None:
    """Across and down; of any type of number, not only of fractions."""
    try:
        header = read_header(file)
        fields = read_fields(file, header, header.first, {_ACROSS, _DOWN, _UNIT})
    except BadDirectory:
        return None
    across, down = _number(fields.get(_ACROSS), header), _number(fields.get(_DOWN), header)
    unit = _number(fields.get(_UNIT), header) if _UNIT in fields else _INCH
    if unit == _NONE:
        return _of_shape(across, down)
    return _per_mm(across, down, _MM.get(unit, 0.0))


def resolution_of_png(file: BinaryIO) -> Resolution | None:
    """Across and down, from the pHYs chunk in front of the pixels."""
    for _, body in png_chunks(file, (b"pHYs",), last=b"IDAT"):
        if len(body) == 9:
            across, down, unit = struct.unpack(">IIB", body)
            return _per_mm(across, down, 1000.0) if unit == 1 else _of_shape(across, down)
    return None


def shape_of_jpeg(file: BinaryIO) -> Resolution | None:
    """What a JFIF header without a unit says of the shape of the pixels."""
    file.seek(0)
    start = file.read(18)
    if len(start) < 18 or start[:4] != b"\xff\xd8\xff\xe0" or start[6:11] != b"JFIF\0" or start[13]:
        return None
    return _of_shape(*struct.unpack_from(">HH", start, 14))


def _number(field: Field | None, header: Header) -> float:
    """A number of any type; 0 if there is none."""
    letters = _LETTERS.get(field.kind) if field is not None else None
    if field is None or letters is None:
        return 0.0
    values = struct.unpack_from(header.order + letters, field.value)
    if len(values) == 1:
        return float(values[0])
    return float(values[0] / values[1]) if values[1] else 0.0


def _per_mm(across: float, down: float, mm: float) -> Resolution | None:
    """None unless both are numbers above 0; NaN is none, and infinity is no resolution."""
    if not (mm > 0 and 0 < across < float("inf") and 0 < down < float("inf")):
        return None
    return across / mm, down / mm


def _of_shape(across: float, down: float) -> Resolution | None:
    """Where only the ratio counts: 1 across and 2 down are pixels twice as wide as high."""
    if not (across > 0 and down > 0) or across == down:
        return None
    if not 1 / _MOST_STRETCHED <= across / down <= _MOST_STRETCHED:
        return None
    fewest = min(across, down)
    return across / fewest * _USUAL, down / fewest * _USUAL
