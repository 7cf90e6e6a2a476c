"""Puts metadata into finished WebP files.

Source: RFC 9649 (WebP), sections 2.5 to 2.7.
"""

import struct
from collections.abc import Iterator

_HEADER = 12
_ICC, _ALPHA, _EXIF, _XMP = 0x20, 0x10, 0x08, 0x04
_EXTENDED = b"VP8X"
# The chunk of pixels that were compressed without loss.
WEBP_LOSSLESS = b"VP8L"
_REPLACED = (b"EXIF", b"XMP ", _EXTENDED)


class BadWebp(ValueError):
    """It is no WebP file, or damaged."""


def put_metadata_in_webp(data: bytes, metadata: dict[str, bytes]) -> bytes:
    """The file with EXIF and XMP, byte for byte; IPTC has no place in it.

    Args:
        data: a WebP file; what it has of both is replaced.
        metadata: as `carried_metadata` gives it.

    Raises:
        BadWebp: these are not the bytes of a WebP file.
    """
    chunks = list(webp_chunks(data))
    names = [name for name, _ in chunks]
    flags, canvas = _header(dict(reversed(chunks)))
    flags &= ~(_EXIF | _XMP)
    flags |= _ICC if b"ICCP" in names else 0
    parts = [(name, body) for name, body in chunks if name not in _REPLACED]
    if "exif-data" in metadata:
        flags |= _EXIF
        parts.append((b"EXIF", metadata["exif-data"]))
    if "xmp-data" in metadata:
        flags |= _XMP
        parts.append((b"XMP ", metadata["xmp-data"]))
    extended = struct.pack("<I", flags) + b"".join(
        (side - 1).to_bytes(3, "little") for side in canvas
    )
    body = b"".join(_chunk(name, one) for name, one in [(_EXTENDED, extended), *parts])
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the chunks, in their order.

    Raises:
        BadWebp: it does not start like a WebP file, or a chunk reaches beyond its end.
    """
    if data[:4] != b"RIFF" or data[8:_HEADER] != b"WEBP":
        raise BadWebp("no WebP")
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise BadWebp("cut off")
    at = _HEADER
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise BadWebp("cut off")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _header(chunks: dict[bytes, bytes]) -> tuple[int, tuple[int, int]]:
    """The flags and the width and height that an extended file has or is to have."""
    try:
        if _EXTENDED in chunks:
            flags, low, high = struct.unpack("<I3s3s", chunks[_EXTENDED][:10])
            width, height = (int.from_bytes(side, "little") + 1 for side in (low, high))
            return flags, (width, height)
        if WEBP_LOSSLESS in chunks:
            (bits,) = struct.unpack_from("<I", chunks[WEBP_LOSSLESS], 1)
            sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
            return _ALPHA if bits >> 28 & 1 else 0, sides
        width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
    except (KeyError, struct.error) as error:
        raise BadWebp("no picture") from error
    return 0, (width & 0x3FFF, height & 0x3FFF)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
