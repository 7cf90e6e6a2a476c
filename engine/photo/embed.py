"""Puts metadata into finished JPEG and PNG files.

libvips would take EXIF blocks apart with libexif and write back only what it understood, so they
are put in here, byte for byte. Sources: ITU-T T.81 and T.871 (JPEG, JFIF); CIPA DC-008 (EXIF);
Adobe XMP Specification Part 3; W3C PNG, third edition.
"""

import struct
import zlib

from engine.photo.metadata import PHOTOSHOP, photoshop_resource

_LONGEST_SEGMENT = 0xFFFF - 2
_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0\0\0\0\0"
_APP0, _APP1, _APP13 = 0xE0, 0xE1, 0xED
_MM_PER_INCH = 25.4
_AFTER_PNG_HEADER = 8 + 25


def embed_in_jpeg(
    jpeg: bytes, metadata: dict[str, bytes], pixels_per_mm: tuple[float, float]
) -> tuple[bytes, bool]:
    """Add the JFIF header with the resolution, EXIF, XMP and IPTC.

    Args:
        jpeg: a file that has none of these.
        metadata: as `carried_metadata` gives it.
        pixels_per_mm: horizontal and vertical resolution.

    Returns:
        The file, and whether something was too large for it: a segment holds 65,533 bytes.
    """
    dpi = (min(max(round(value * _MM_PER_INCH), 1), 0xFFFF) for value in pixels_per_mm)
    jfif = struct.pack(">5sHBHHBB", b"JFIF\0", 0x0101, 1, *dpi, 0, 0)
    wrapped = {
        "exif-data": (_APP1, b"Exif\0\0" + metadata.get("exif-data", b"")),
        "xmp-data": (_APP1, _XMP_IN_JPEG + metadata.get("xmp-data", b"")),
        "iptc-data": (_APP13, PHOTOSHOP + photoshop_resource(metadata.get("iptc-data", b""))),
    }
    segments = [wrapped[name] for name in wrapped if name in metadata]
    fitting = [(marker, body) for marker, body in segments if len(body) <= _LONGEST_SEGMENT]
    parts = [jpeg[:2], _segment(_APP0, jfif), *(_segment(*one) for one in fitting), jpeg[2:]]
    return b"".join(parts), len(fitting) < len(segments)


def embed_in_png(png: bytes, metadata: dict[str, bytes]) -> bytes:
    """Add EXIF and XMP right behind the header; PNG has no place for IPTC."""
    chunks = b""
    if "exif-data" in metadata:
        chunks += _chunk(b"eXIf", metadata["exif-data"])
    if "xmp-data" in metadata:
        chunks += _chunk(b"iTXt", _XMP_IN_PNG + metadata["xmp-data"])
    return png[:_AFTER_PNG_HEADER] + chunks + png[_AFTER_PNG_HEADER:]


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
