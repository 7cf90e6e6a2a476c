"""Makes metadata whole in AVIF files that libvips wrote.

libvips 8.18.7 takes XMP over byte for byte, but rewrites EXIF with libexif: half of what a camera's
maker wrote was lost. It always makes an item for it, though; that is turned to the whole block
here, which is put behind the file. Source: ISO/IEC 23008-12 (HEIF), annex A.
"""

import struct

from engine.photo.decoded import Undecodable
from engine.photo.heif_items import extents_of, items_of, meta_boxes

# How far the block is from the start of the item: "Exif" and two zeros lie between.
_PREFIX = struct.pack(">I", 6) + b"Exif\0\0"


def put_exif_in_avif(data: bytes, exif: bytes) -> tuple[bytes, bool]:
    """The file with the EXIF block, byte for byte.

    Args:
        data: as `heifsave` writes it with `keep` other than "none".
        exif: as `carried_metadata` gives it.

    Returns:
        The file, and whether the block had to be left out, since there is no item for it or the
        file is longer than its offsets reach.
    """
    try:
        inside = meta_boxes(data)
        numbers = [item.number for item in items_of(data, inside) if item.kind == b"Exif"]
        extents = extents_of(data, inside)
    except Undecodable:
        return data, True
    places = extents.get(numbers[0], []) if numbers else []
    if len(places) != 1 or places[0].inside:
        return data, True
    body = _PREFIX + exif
    entry, sizes = places[0].entry, places[0].sizes
    try:
        # Base offset, number of extents, offset and length of the only one.
        numbers_now = ((0, sizes[0]), (1, 2), (len(data) + 8, sizes[1]), (len(body), sizes[2]))
        written = b"".join(number.to_bytes(size, "big") for number, size in numbers_now)
    except OverflowError:
        return data, True
    box = struct.pack(">I4s", len(body) + 8, b"mdat") + body
    return data[:entry] + written + data[entry + len(written) :] + box, False
