"""What a photo's file says beside its pixels, in one form whatever format it comes from.

"exif-data"   the EXIF block from its byte order on, upright, without a preview
"xmp-data"    the XMP packet, as UTF-8, upright, without previews
"iptc-data"   the IPTC records, starting with 0x1C
"""

import struct
from collections.abc import Iterator

from engine.i18n import N_
from engine.photo.exif import fitted_exif
from engine.photo.fitted_xmp import fitted_xmp

DAMAGED_EXIF = N_("The photo's EXIF metadata is damaged; it was left out.")

PHOTOSHOP = b"Photoshop 3.0\0"
_IPTC_RESOURCE = 0x0404
# In front of each resource; those of ImageReady and older programs are read by ExifTool, too.
_RESOURCE_MARKS = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")
# Photoshop has numbers for some hundred kinds of them.
_MOST_RESOURCES = 100_000


def carried_metadata(
    blocks: dict[str, bytes],
    size: tuple[int, int],
    srgb: bool | None = None,
    profile: str | None = None,
) -> tuple[tuple[str, bytes], ...]:
    """The metadata that goes over into the result.

    Args:
        blocks: as `blocks_of_file` gives them, or as libvips attached them to the picture.
        size: height and width of the upright photo in pixels.
        srgb: whether the result is in sRGB; None leaves what is said of the photo's color space.
        profile: the name of the result's profile; None leaves that of the photo's.

    Returns:
        Pairs of name and bytes, as told at the top of this file; damaged blocks are left out.
    """
    exif = fitted_exif(blocks.get("exif-data", b""), size, srgb)
    xmp = fitted_xmp(blocks.get("xmp-data", b""), size, srgb, profile)
    iptc = iptc_records(blocks.get("iptc-data") or blocks.get("photoshop-data") or b"")
    pairs = (("exif-data", exif), ("xmp-data", xmp), ("iptc-data", iptc))
    return tuple((name, block) for name, block in pairs if block)


def is_damaged_exif(block: bytes) -> bool:
    """Whether an EXIF block says something that cannot be read; one of zeros says nothing."""
    body = block.removeprefix(b"Exif\0\0")
    return any(body) and fitted_exif(body, (1, 1)) is None


def photoshop_resource(iptc: bytes) -> bytes:
    """IPTC records wrapped as Photoshop keeps them in TIFF and JPEG files.

    Source: Adobe Photoshop File Formats Specification, "Image Resource Blocks".
    """
    padding = b"\0" * (len(iptc) % 2)
    header = struct.pack(">4sHHI", b"8BIM", _IPTC_RESOURCE, 0, len(iptc))
    return header + iptc + padding


def iptc_records(block: bytes) -> bytes:
    """The IPTC records in what libvips calls by that name: bare, byte-swapped or wrapped."""
    if block[:1] == b"\x1c":
        return block
    if block[3:4] == b"\x1c":
        # A big-endian TIFF file that declares them as LONG: libtiff turned each four around.
        whole = len(block) // 4 * 4
        return struct.pack(f">{whole // 4}I", *struct.unpack(f"<{whole // 4}I", block[:whole]))
    resources = photoshop_resources(block.removeprefix(PHOTOSHOP))
    records = [data for number, data in resources if number == _IPTC_RESOURCE]
    # Several segments of a JPEG file may each have some; readers take them one after another.
    return b"".join(dict.fromkeys(records))


def photoshop_resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Numbers and contents of image resources; ends where something else stands."""
    at = 0
    for _ in range(_MOST_RESOURCES):
        if block[at : at + 4] not in _RESOURCE_MARKS or at + 12 > len(block):
            return
        (number,) = struct.unpack_from(">H", block, at + 4)
        # The name: a length, the letters, and padding to an even number of bytes.
        at += 6 + (1 + block[at + 6] + 1) // 2 * 2
        if at + 4 > len(block):
            return
        (size,) = struct.unpack_from(">I", block, at)
        yield number, block[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
