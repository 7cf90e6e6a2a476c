"""JPEG 2000 pictures, by OpenJPEG (imagecodecs): the format of many archives' scans.

OpenJPEG is strict with cut files, but only warns where the end mark is missing, as in files whose
last part was never written; that is looked for here. Like JPEG, the format has no checksums: bytes
changed in the middle show as smears, and nothing tells of them. What would need converting first
(sYCC, CIELAB, CMYK, colors at half the resolution) is turned down.

Source: ISO/IEC 15444-1:2019, annex A (the codestream) and I (the file).
"""

import struct
from dataclasses import dataclass

import numpy as np

from engine.cancel import CancelToken
from engine.i18n import N_
from engine.photo.bits import as_16_bit
from engine.photo.boxes import Box, boxes
from engine.photo.decode import why_left_aside
from engine.photo.decoded import (
    BIT_DEPTH,
    DAMAGED,
    TOO_EARLY,
    UNSUPPORTED,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.optional import imported
from engine.photo.profiles import is_usable

JPEG_2000 = N_("JPEG 2000 pictures are not supported")

_CODESTREAM = b"\xff\x4f\xff\x51"
_END = b"\xff\xd9"
_ENUMERATED, _RESTRICTED_ICC, _ANY_ICC = 1, 2, 3
_SRGB, _GRAY = 16, 17
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IPTC = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
_EXIF = b"JpgTiffExif->JP2"


@dataclass(frozen=True, slots=True)
class _Size:
    """The head of the codestream.

    Attributes:
        width: in pixels.
        height: in pixels.
        bits: of each component.
        plain: all components alike, at full resolution, none with a sign.
    """

    width: int
    height: int
    bits: int
    plain: bool


def decode_jpeg_2000(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode a JPEG 2000 file or bare codestream.

    Args:
        data: the whole file.
        cancel: checked before decoding, which cannot be stopped.

    Raises:
        Undecodable: it cannot be decoded.
        Cancelled: on request.
    """
    codestream, colr, blocks = _look(data)
    size = _size(data, codestream.start)
    check_pixels(size.width, size.height)
    if not size.plain:
        raise Undecodable(UNSUPPORTED)
    if not 1 <= size.bits <= 16:
        raise Undecodable(BIT_DEPTH)
    if not data[codestream.start : codestream.end].rstrip(b"\0").endswith(_END):
        raise Undecodable(TOO_EARLY)
    imagecodecs = imported("imagecodecs", JPEG_2000)
    if cancel is not None:
        cancel.raise_if_set()
    try:
        decoded = np.asarray(imagecodecs.jpeg2k_decode(data))
    except (imagecodecs.Jpeg2kError, ValueError) as error:
        raise Undecodable(DAMAGED) from error
    channels = decoded.reshape(size.height, size.width, -1)
    # A palette has been looked up by now: its depth counts, not that of the numbers in it.
    count = channels.shape[2]
    if count > 4:
        raise Undecodable(UNSUPPORTED)
    colors = 1 if count <= 2 else 3
    icc, notices = _profile(colr, colors)
    if channels.dtype == np.uint16:
        channels = as_16_bit(channels, size.bits)
    elif size.bits < 8:
        channels = (channels.astype(np.uint16) * 255 // ((1 << size.bits) - 1)).astype(np.uint8)
    return Decoded(
        np.ascontiguousarray(channels[..., :colors]),
        np.ascontiguousarray(channels[..., colors]) if count > colors else None,
        icc=icc,
        blocks=blocks,
        notices=notices,
    )


def _look(data: bytes) -> tuple[Box, bytes, dict[str, bytes]]:
    """Where the codestream lies, what the colr box says, and the metadata."""
    if data.startswith(_CODESTREAM):
        return Box(b"jp2c", 0, len(data)), b"", {}
    codestream, colr = None, b""
    blocks: dict[str, bytes] = {}
    for box in boxes(data):
        if box.kind == b"jp2c" and codestream is None:
            codestream = box
        elif box.kind == b"jp2h":
            inner = [one for one in boxes(data, box.start, box.end) if one.kind == b"colr"]
            colr = data[inner[0].start : inner[0].end] if inner else b""
        elif box.kind == b"uuid":
            name = {_XMP: "xmp-data", _IPTC: "iptc-data", _EXIF: "exif-data"}.get(
                data[box.start : box.start + 16]
            )
            if name is not None:
                blocks[name] = data[box.start + 16 : box.end]
    if codestream is None:
        raise Undecodable(TOO_EARLY)
    return codestream, colr, blocks


def _size(data: bytes, at: int) -> _Size:
    if data[at : at + 4] != _CODESTREAM:
        raise Undecodable(DAMAGED)
    try:
        x1, y1, x0, y0 = struct.unpack_from(">4I", data, at + 8)
        (count,) = struct.unpack_from(">H", data, at + 40)
        parts = [struct.unpack_from(">3B", data, at + 42 + 3 * i) for i in range(min(count, 99))]
    except struct.error as error:
        raise Undecodable(TOO_EARLY) from error
    if not parts or x1 <= x0 or y1 <= y0:
        raise Undecodable(DAMAGED)
    depth = parts[0][0]
    plain = all(part == (depth, 1, 1) for part in parts) and not depth & 0x80
    return _Size(x1 - x0, y1 - y0, (depth & 0x7F) + 1, plain)


def _profile(colr: bytes, colors: int) -> tuple[bytes | None, tuple[str, ...]]:
    """The profile if it is needed and fits, and the notice if it does not.

    Raises:
        Undecodable: the colors are of a kind that is neither gray nor RGB.
    """
    if not colr:
        return None, ()
    if colr[0] == _ENUMERATED:
        if int.from_bytes(colr[3:7], "big") not in (_SRGB, _GRAY):
            raise Undecodable(UNSUPPORTED)
        return None, ()
    if colr[0] not in (_RESTRICTED_ICC, _ANY_ICC):
        return None, ()
    icc = colr[3:]
    return (icc, ()) if is_usable(icc, colors) else (None, (why_left_aside(icc, colors),))
