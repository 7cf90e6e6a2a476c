"""JPEG files that hold more pictures than one (MPO): stereo pairs, panoramas, bursts.

libvips reads the first and knows nothing of the others. Gain maps (Ultra HDR) and previews stand in
the same index and are no pictures of their own, so nothing is said of them.

Source: CIPA DC-007-2021 (Multi-Picture Format), section 5.
"""

import dataclasses
import struct
from typing import BinaryIO

from engine.cancel import CancelToken
from engine.photo.decode import SEVERAL_PAGES, decode
from engine.photo.decoded import Decoded, Keep
from engine.photo.ifd import BadDirectory, Tags
from engine.photo.jpeg_segments import segments

_APP2, _START_OF_SCAN = 0xE2, 0xDA
_MARK = b"MPF\0"
_ENTRIES, _UNDEFINED = 0xB002, 7
_ENTRY_BYTES = 16
# Metadata and profile lie before the list; more than this they never are.
_MOST_HEAD = 1 << 24
# The kind of a picture stands in the lower 24 bits of its first number: 2 and what it is part of.
_KIND, _PART_OF_SEVERAL = 0xFF0000, 0x020000


def decode_jpeg(
    file: BinaryIO, cancel: CancelToken | None = None, keep: Keep = "pixels"
) -> Decoded:
    """Decode the first picture of a JPEG file.

    Raises:
        Undecodable: it cannot be decoded.
        Cancelled: on request.
    """
    decoded = decode(file, "jpeg", cancel, keep)
    file.seek(0)
    if not holds_several(file.read(_MOST_HEAD)):
        return decoded
    return dataclasses.replace(decoded, notices=(*decoded.notices, SEVERAL_PAGES))


def holds_several(data: bytes) -> bool:
    """Whether more than one of the pictures in the file is one of a series."""
    index = _index(data)
    if index is None:
        return False
    try:
        tags = Tags(index)
        page = next(tags.pages(), None)
    except BadDirectory:
        return False
    entry = page.entries.get(_ENTRIES) if page is not None else None
    if entry is None or entry.kind != _UNDEFINED:
        return False
    # `Tags` follows links for whole numbers only.
    (start,) = struct.unpack_from(tags.order + "I", index, entry.at)
    listed = index[start : start + entry.count // _ENTRY_BYTES * _ENTRY_BYTES]
    firsts = struct.unpack_from(f"{tags.order}{len(listed) // 4}I", listed)[:: _ENTRY_BYTES // 4]
    return [first & _KIND for first in firsts].count(_PART_OF_SEVERAL) > 1


def _index(data: bytes) -> bytes | None:
    """The segment with the list of pictures, from its byte order on."""
    for marker, content in segments(data):
        if marker == _START_OF_SCAN:
            return None
        if marker == _APP2 and content.startswith(_MARK):
            return content[len(_MARK) :]
    return None
