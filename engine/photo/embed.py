"""What goes into JPEG and PNG files to carry metadata, ready to be put behind their first bytes.

libvips would take EXIF blocks apart with libexif and write back only what it understood, so they
are put in here, byte for byte. Sources: ITU-T T.81 and T.871 (JPEG, JFIF); CIPA DC-008 (EXIF);
Adobe XMP Specification Part 3; W3C PNG, third edition; ImageMagick's and ExifTool's "raw profiles"
for captions in PNG files, for which the standard has no place.
"""

import struct
import zlib
from collections.abc import Iterator

from engine.photo.extended_xmp import digest_of, split_packet
from engine.photo.metadata import PHOTOSHOP, photoshop_resource
from engine.photo.packet import BadPacket

# Behind these bytes the metadata goes in: a JPEG file's first marker, a PNG file's header.
AFTER_JPEG_START = 2
AFTER_PNG_HEADER = 8 + 25

_LONGEST_SEGMENT = 0xFFFF - 2
_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0\0\0\0\0"
_IPTC_IN_PNG = b"Raw profile type iptc\0\0"
# As long as the specification proposes; a header of 75 bytes stands in front of each piece.
_PIECE = 65_400
_APP0, _APP1, _APP13 = 0xE0, 0xE1, 0xED
_MM_PER_INCH, _MM_PER_CM = 25.4, 10.0
# A share of the resolution; inches are what most programs show.
_NO_DIFFERENCE = 1e-4
_HEX_PER_LINE = 72


def metadata_for_jpeg(
    metadata: dict[str, bytes], pixels_per_mm: tuple[float, float]
) -> tuple[bytes, bool]:
    """The segments with resolution (JFIF), EXIF, XMP and IPTC, for a file that has none of them.

    XMP and IPTC may be larger than a segment's 65,533 bytes: they go into several.

    Args:
        metadata: as `carried_metadata` gives it.
        pixels_per_mm: horizontal and vertical resolution.

    Returns:
        What goes in behind the first two bytes, and whether something was left out: EXIF, which
        must be in one segment, or XMP which is damaged and so cannot be taken apart.
    """
    jfif = struct.pack(">5sHBHHBB", b"JFIF\0", 0x0101, *_density(pixels_per_mm), 0, 0)
    segments = [_segment(_APP0, jfif)]
    left_out = False
    if "exif-data" in metadata:
        exif = b"Exif\0\0" + metadata["exif-data"]
        left_out = len(exif) > _LONGEST_SEGMENT
        segments += [] if left_out else [_segment(_APP1, exif)]
    if "xmp-data" in metadata:
        try:
            segments += _xmp_segments(metadata["xmp-data"])
        except BadPacket:
            left_out = True
    if "iptc-data" in metadata:
        segments += _iptc_segments(metadata["iptc-data"])
    return b"".join(segments), left_out


def _density(pixels_per_mm: tuple[float, float]) -> tuple[int, int, int]:
    """JFIF's unit, and whole numbers of it: those of inches or of centimeters that are nearer."""

    def whole(unit: float) -> list[int]:
        return [min(max(round(value * unit), 1), 0xFFFF) for value in pixels_per_mm]

    def off(unit: float) -> float:
        pairs = zip(whole(unit), pixels_per_mm, strict=True)
        return max(abs(number / (value * unit) - 1) for number, value in pairs)

    per_cm = off(_MM_PER_CM) + _NO_DIFFERENCE < off(_MM_PER_INCH)
    across, down = whole(_MM_PER_CM if per_cm else _MM_PER_INCH)
    return (2 if per_cm else 1), across, down


def metadata_for_png(
    metadata: dict[str, bytes], pixels_per_mm: tuple[float, float] | None
) -> bytes:
    """The chunks with EXIF, XMP, IPTC and, if given, the resolution.

    Args:
        metadata: as `carried_metadata` gives it.
        pixels_per_mm: horizontal and vertical resolution; None where the file has it already.

    Returns:
        What goes in behind the file's header.
    """
    chunks = b""
    if pixels_per_mm is not None:
        per_meter = (min(max(round(value * 1000), 1), 0x7FFFFFFF) for value in pixels_per_mm)
        chunks += _chunk(b"pHYs", struct.pack(">IIB", *per_meter, 1))
    if "exif-data" in metadata:
        chunks += _chunk(b"eXIf", metadata["exif-data"])
    if "xmp-data" in metadata:
        chunks += _chunk(b"iTXt", _XMP_IN_PNG + metadata["xmp-data"])
    if "iptc-data" in metadata:
        profile = _raw_profile(photoshop_resource(metadata["iptc-data"]))
        chunks += _chunk(b"zTXt", _IPTC_IN_PNG + zlib.compress(profile, 9))
    return chunks


def _xmp_segments(packet: bytes) -> list[bytes]:
    main, extended = split_packet(packet, _LONGEST_SEGMENT - len(_XMP_IN_JPEG))
    segments = [_segment(_APP1, _XMP_IN_JPEG + main)]
    for at in range(0, len(extended), _PIECE):
        place = digest_of(extended) + struct.pack(">II", len(extended), at)
        segments.append(_segment(_APP1, _EXTENDED_XMP + place + extended[at : at + _PIECE]))
    return segments


def _iptc_segments(iptc: bytes) -> Iterator[bytes]:
    """Readers join what several segments hold, as Photoshop does."""
    resource = photoshop_resource(iptc)
    most = _LONGEST_SEGMENT - len(PHOTOSHOP)
    for at in range(0, len(resource), most):
        yield _segment(_APP13, PHOTOSHOP + resource[at : at + most])


def _raw_profile(block: bytes) -> bytes:
    """A name, a length and hexadecimal digits in lines."""
    digits = block.hex()
    lines = [digits[at : at + _HEX_PER_LINE] for at in range(0, len(digits), _HEX_PER_LINE)]
    return "\n".join(["", "iptc", f"{len(block):8}", *lines, ""]).encode()


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
