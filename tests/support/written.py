"""Files of the formats that came later, put together by their specifications."""

import io
import struct

import imagecodecs
import numpy as np
import tifffile

from tests.support.pictures import by_tifffile

# XYZ -> linear sRGB: what this camera sees is sRGB. Source: IEC 61966-2-1.
MATRIX = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def packed(row: bytes) -> bytes:
    """PackBits with literal runs only."""
    pieces = (row[at : at + 128] for at in range(0, len(row), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


def resource(number: int, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return struct.pack(">4sHHI", b"8BIM", number, 0, len(content)) + content + padding


def psd(pixels, mode: int, resources: bytes = b"", layers: bytes = b"", rle: bool = False) -> bytes:
    """A file whose finished picture is (H, W) or (H, W, n), uint8, uint16 or float32."""
    planes = np.atleast_3d(pixels).transpose(2, 0, 1)
    planes = planes.astype(planes.dtype.newbyteorder(">"))
    count, height, width = planes.shape
    start = struct.pack(
        ">4sH6xHIIHH", b"8BPS", 1, count, height, width, 8 * planes.dtype.itemsize, mode
    )
    rows = [row.tobytes() for plane in planes for row in plane]
    if rle:
        rows = [packed(row) for row in rows]
    lengths = struct.pack(f">{len(rows)}H", *map(len, rows)) if rle else b""
    parts = (b"", resources, layers)
    sections = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return start + sections + struct.pack(">H", int(rle)) + lengths + b"".join(rows)


def mosaic(light: np.ndarray) -> np.ndarray:
    """What a sensor with the pattern RG / GB sees of it."""
    seen = light[..., 1].copy()
    seen[::2, ::2] = light[::2, ::2, 0]
    seen[1::2, 1::2] = light[1::2, 1::2, 2]
    return seen


def dng(values, orientation=1, white_balance=(1.0, 1.0, 1.0), exposure=None, **options) -> bytes:
    """A DNG file. Source: Adobe DNG 1.7, chapter 4."""
    gray = values.ndim == 2 and "cfa" not in options
    pattern = options.pop("cfa", None)
    rational = [n for value in MATRIX.ravel() for n in (round(value * 10000), 10000)]
    tags = [
        (271, "s", 0, "Photochrom"),
        (272, "s", 0, "Test camera"),
        (274, "H", 1, orientation),
        (700, "B", 4, b"<x/>"),
        (50706, "B", 4, (1, 4, 0, 0)),
        (50708, "s", 0, "Photochrom Test"),
        (50717, "I", 1 if values.ndim == 2 else 3, (65535,) * (1 if values.ndim == 2 else 3)),
    ]
    if not gray:
        neutral = [n for gain in white_balance for n in (round(1000 / gain), 1000)]
        tags += [(50721, "2i", 9, rational), (50778, "H", 1, 21), (50728, "2I", 3, neutral)]
    if pattern:
        tags += [(33421, "H", 2, (2, 2)), (33422, "B", 4, pattern)]
    kind = "CFA" if pattern else "MINISBLACK" if gray else "LINEAR_RAW"
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(
            values, photometric=kind, extratags=tags, metadata=None, software=False, **options
        )
    data = file.getvalue()
    # tifffile wants three samples for linear raw data; a monochrome camera has one.
    old, new = (struct.pack("<HHII", 262, 3, 1, number) for number in (1, 34892))
    return data.replace(old, new) if gray else data


def of_bits(picture, bits: int, **options) -> bytes:
    """A file whose numbers fill no whole bytes, packed as TIFF 6.0 says: big end first."""
    rows = picture.reshape(picture.shape[0], -1)
    packed = [imagecodecs.packints_encode(row, bits) for row in rows]
    count = 1 if picture.ndim == 2 else picture.shape[2]
    file = by_tifffile(picture, photometric="rgb" if count == 3 else "minisblack", **options)
    with tifffile.TiffFile(io.BytesIO(file)) as read_back:
        page = read_back.pages[0]
        places = {
            name: page.tags[name].valueoffset for name in ("BitsPerSample", "StripByteCounts")
        }
        start = page.dataoffsets[0]
    changed = bytearray(file)
    for at in range(count):
        changed[places["BitsPerSample"] + 2 * at] = bits
    body = b"".join(packed)
    changed[places["StripByteCounts"] : places["StripByteCounts"] + 4] = len(body).to_bytes(
        4, "little"
    )
    return bytes(changed[:start]) + body
