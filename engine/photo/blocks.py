"""File -> the blocks of metadata in it, whatever its format; the pixels are not read.

libvips passes on only a part: no EXIF in TIFF, neither compressed XMP nor captions in PNG, the
first segment where JPEG has several, nothing of GIF. What a block holds is seen to by
`carried_metadata`.
"""

import io
import struct
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from typing import BinaryIO

from engine.photo.decoded import DAMAGED, Undecodable
from engine.photo.exif_of_tiff import exif_block_of_tiff
from engine.photo.extended_xmp import joined_packet
from engine.photo.fields import read_fields, read_header
from engine.photo.heif_items import Extent, extents_of, items_of, meta_boxes
from engine.photo.ifd import BadDirectory
from engine.photo.metadata import PHOTOSHOP

# More than any block needs: a packet of XMP with all of a picture's history has some 20 MB.
_MOST_BYTES = 32 << 20
_MOST_CHUNKS = 100_000
# Bytes between two segments of a JPEG file, and that fill up in front of a mark.
_MOST_STRAY = 1 << 16

_XMP, _EXTENDED_XMP = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_RAW_PROFILE = b"Raw profile type "
_PNG_METADATA = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")
# JPEG markers without a segment.
_BARE = {b"\0", b"\x01", *(bytes([code]) for code in range(0xD0, 0xD9))}

Blocks = dict[str, bytes]


def blocks_of_file(data_or_file: bytes | BinaryIO, file_format: str) -> Blocks:
    """The metadata blocks of a file.

    Args:
        data_or_file: the file's bytes, or a file that can seek.
        file_format: as `format_of` names it; of others than JPEG, PNG, TIFF, WebP, GIF and HEIF
            (AVIF, HEIC) nothing is read.

    Returns:
        What there is of "exif-data", "xmp-data", "iptc-data" and "photoshop-data"; where the file
        is damaged, what stands in front of the damage.
    """
    file = io.BytesIO(data_or_file) if isinstance(data_or_file, bytes) else data_or_file
    reader = _READERS.get(file_format)
    blocks: Blocks = {}
    if reader is not None:
        file.seek(0)
        # What was found in front of the damage is kept.
        with suppress(struct.error, zlib.error, Undecodable, BadDirectory, OverflowError):
            reader(file, blocks)
    return {name: block for name, block in blocks.items() if block}


def _of_jpeg(file: BinaryIO, blocks: Blocks) -> None:
    """Segments up to the picture; sources as in embed.py."""
    pieces: dict[bytes, dict[int, bytes]] = {}
    resources: list[bytes] = []
    for body in _jpeg_segments(file):
        if body.startswith(b"Exif\0\0"):
            blocks.setdefault("exif-data", body)
        elif body.startswith(_XMP):
            blocks.setdefault("xmp-data", body[len(_XMP) :])
        elif body.startswith(_EXTENDED_XMP) and len(body) > 75:
            # Signature of 35 bytes, digest of 32, length and offset of 4 each.
            pieces.setdefault(body[35:67], {})[int.from_bytes(body[71:75], "big")] = body[75:]
        elif body.startswith(PHOTOSHOP):
            resources.append(body[len(PHOTOSHOP) :])
    blocks["photoshop-data"] = b"".join(resources)
    main = blocks.get("xmp-data", b"")
    # A packet has one rest; joining one after the other would take minutes for a file of many.
    rest = next((parts for digest, parts in pieces.items() if digest in main), None)
    if rest is not None:
        blocks["xmp-data"] = joined_packet(main, b"".join(rest[at] for at in sorted(rest)))


def _jpeg_segments(file: BinaryIO) -> Iterator[bytes]:
    """Contents of the APP1 and APP13 segments."""
    file.seek(2)
    for _ in range(_MOST_CHUNKS):
        mark = file.read(1)
        stray = 0
        while mark and mark != b"\xff" and stray < _MOST_STRAY:  # as libjpeg passes over them
            mark = file.read(1)
            stray += 1
        while mark == b"\xff" and stray < _MOST_STRAY:
            mark = file.read(1)
            stray += 1
        if mark in (b"", b"\xda", b"\xd9") or stray == _MOST_STRAY:
            return
        if mark in _BARE:
            continue
        (size,) = struct.unpack(">H", file.read(2))
        if mark in (b"\xe1", b"\xed"):
            yield file.read(max(0, size - 2))
        else:
            file.seek(max(0, size - 2), io.SEEK_CUR)


def _of_png(file: BinaryIO, blocks: Blocks) -> None:
    """All chunks: texts may stand behind the picture."""
    left = _MOST_BYTES
    for name, body in png_chunks(file, _PNG_METADATA):
        if name == b"eXIf":
            blocks["exif-data"] = body  # the standard's own place wins
            continue
        keyword, _, rest = body.partition(b"\0")
        if name == b"iTXt" and keyword == b"XML:com.adobe.xmp":
            text = rest[2:].split(b"\0", 2)[-1]
            text = _inflated(text, left) if rest[:1] == b"\1" else text
            if len(text) < left:  # or it is cut off
                blocks["xmp-data"] = text
        elif name != b"iTXt" and keyword.startswith(_RAW_PROFILE):
            text = _inflated(rest[1:], left) if name == b"zTXt" else rest
            _put_raw_profile(keyword.removeprefix(_RAW_PROFILE).lower(), text, blocks)
        else:
            continue
        left -= len(text)
        if left <= 0:
            return


def png_chunks(
    file: BinaryIO, wanted: Container[bytes], last: bytes = b""
) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of chunks.

    Args:
        file: a PNG file.
        wanted: names of those to be read, if they are not far too large; others are passed over.
        last: name of the one before which it ends; the end of the file if not given.
    """
    file.seek(8)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return
        size, name = struct.unpack(">I4s", head)
        if name == last:
            return
        if name in wanted and size <= _MOST_BYTES:
            yield name, file.read(size)
            file.seek(4, io.SEEK_CUR)
        else:
            file.seek(size + 4, io.SEEK_CUR)


def _put_raw_profile(kind: bytes, text: bytes, blocks: Blocks) -> None:
    block = _raw_profile(text)
    if block.startswith(b"Exif\0\0") and kind in (b"exif", b"app1"):
        blocks.setdefault("exif-data", block)
    elif kind == b"xmp":
        blocks.setdefault("xmp-data", block)
    elif kind in (b"iptc", b"8bim"):
        blocks.setdefault("photoshop-data" if b"8BIM" in block[:18] else "iptc-data", block)


def _raw_profile(text: bytes) -> bytes:
    """What stands behind a name and a length in hexadecimal digits."""
    parts = text.split(None, 2)
    try:
        return bytes.fromhex(parts[2].decode("ascii"))
    except (IndexError, ValueError):
        return b""


def _inflated(data: bytes, most: int) -> bytes:
    return zlib.decompressobj().decompress(data, most)


def _of_tiff(file: BinaryIO, blocks: Blocks) -> None:
    blocks["exif-data"] = exif_block_of_tiff(file)
    header = read_header(file)
    names = {700: "xmp-data", 33723: "iptc-data", 34377: "photoshop-data"}
    for tag, one in read_fields(file, header, header.first, names).items():
        blocks[names[tag]] = one.value


def _of_webp(file: BinaryIO, blocks: Blocks) -> None:
    names = {b"EXIF": "exif-data", b"XMP ": "xmp-data"}
    file.seek(12)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        if name in names and size <= _MOST_BYTES:
            blocks.setdefault(names[name], file.read(size))
            size %= 2
        else:
            size += size % 2
        file.seek(size, io.SEEK_CUR)


def _of_heif(file: BinaryIO, blocks: Blocks) -> None:
    """The items for EXIF and XMP; the "meta" box stands in front of the pictures."""
    start = _up_to_meta(file)
    inside = meta_boxes(start)
    extents = extents_of(start, inside)
    idat = inside.get(b"idat", (0, 0))[0]
    left = _MOST_BYTES
    for item in items_of(start, inside):
        name = "exif-data" if item.kind == b"Exif" else "xmp-data"
        if item.kind != b"Exif" and (item.kind, item.mime) != (b"mime", b"application/rdf+xml"):
            continue
        if name in blocks:
            continue
        block = _of_extents(file, extents.get(item.number, []), idat, left)
        left -= len(block)
        if name == "exif-data":
            # In front of the block: how many bytes to skip, mostly 6 for "Exif" and two zeros.
            block = block[4 + int.from_bytes(block[:4], "big") :]
        blocks[name] = block


def _of_extents(file: BinaryIO, extents: list[Extent], idat: int, room: int) -> bytes:
    """What lies there: at most so much in all, as all may be the same place."""
    parts = []
    end = file.seek(0, io.SEEK_END)
    for extent in extents:
        # An offset may be more than a file can be asked for.
        file.seek(min(extent.offset + (idat if extent.inside else 0), end))
        parts.append(file.read(min(extent.length or room, room)))
        room -= len(parts[-1])
    return b"".join(parts)


def _up_to_meta(file: BinaryIO) -> bytes:
    at, end = 0, file.seek(0, io.SEEK_END)
    for _ in range(_MOST_CHUNKS):
        if at >= end:
            break  # a box may claim more bytes than a file can be asked to skip
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        size, name = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if size < 8 or (name == b"meta" and at + size > _MOST_BYTES):
            break
        at += size
        if name == b"meta":
            file.seek(0)
            return file.read(at)
    raise Undecodable(DAMAGED)


def _of_gif(file: BinaryIO, blocks: Blocks) -> None:
    """The application extension for XMP: plain text, with a trailer that readers of blocks skip.

    Source: Adobe XMP Specification Part 3, section 1.1.2.
    """
    data = file.read(_MOST_BYTES)
    at = data.find(b"\x21\xff\x0bXMP DataXMP")
    end = data.find(b"\x01\xff\xfe\xfd", at)
    if 0 <= at < end:
        blocks["xmp-data"] = data[at + 14 : end]


_READERS: dict[str, Callable[[BinaryIO, Blocks], None]] = {
    "jpeg": _of_jpeg,
    "png": _of_png,
    "tiff": _of_tiff,
    "webp": _of_webp,
    "heif": _of_heif,
    "heic": _of_heif,
    "gif": _of_gif,
}
