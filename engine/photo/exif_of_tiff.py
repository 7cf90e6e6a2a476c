"""EXIF out of TIFF files into the block that other formats carry, and back.

A TIFF file has no EXIF block: the file is one, with the picture's own tags among those that
describe it. libvips neither reads nor writes them. They are added behind the finished file, which
is not copied: see docs/decisions/0012. Sources: TIFF 6.0; CIPA DC-008 (EXIF 2.32), sections 4.5
and 4.6; Adobe DNG 1.6; TIFF/EP (ISO 12234-2) for cameras that put details beside the pixels.
"""

import io
import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engine.photo.fields import (
    Field,
    Fields,
    Header,
    entry_of,
    in_order,
    linked_fields,
    offset_field,
    read_entries,
    read_fields,
    read_header,
    written_directory,
)
from engine.photo.ifd import BadDirectory

_EXIF, _GPS, _INTEROP, _MAKER_NOTE = 0x8769, 0x8825, 0xA005, 0x927C
_UNDEFINED = 7
_ORIENTATION, _RESOLUTION = 0x0112, {0x011A, 0x011B, 0x0128}
# What describes a photo: document name, description, make, model, software, date, artist, host
# computer, rating, copyright, and the titles and keywords that Windows writes.
_DESCRIPTIVE = {0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x4749,
                0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F}  # fmt: skip
# Exposure and the like, which TIFF/EP puts into the first directory, and EXIF into its own.
_DETAILS = {0x829A, 0x829D, 0x8822, 0x8827, *range(0x9003, 0x9005), *range(0x9201, 0x920B),
            0x920E, 0x920F, 0x9210, 0x9214, 0x9215, 0x9217, 0x9290, 0x9291, 0x9292,
            *range(0xA430, 0xA436)}  # fmt: skip
# Tag and type of the blocks that are whole in TIFF files, too: BYTE and UNDEFINED. IPTC also stands
# among Photoshop's resources in some files, but not all readers look there.
_BLOCKS = {"xmp-data": (700, 1), "iptc-data": (33723, 7)}
# UNDEFINED, and yet in the file's byte order: the user's comment, GPS's method and area.
_COMMENTS = {0x9286, 0x001B, 0x001C}
# Beyond it a block would not fit into a JPEG file, so no room is wasted on empty bytes.
_MOST_PADDED = 60_000


@dataclass
class _Exif:
    """All that EXIF has to say; the fields in one byte order, the links between them left out."""

    main: dict[int, Field] = field(default_factory=dict)
    details: dict[int, Field] = field(default_factory=dict)
    place: dict[int, Field] = field(default_factory=dict)
    interop: dict[int, Field] = field(default_factory=dict)

    def __bool__(self) -> bool:
        described = bool(set(self.main) & _DESCRIPTIVE)
        return bool(described or self.details or self.place or self.interop)


def exif_block_of_tiff(data_or_file: bytes | BinaryIO) -> bytes:
    """The EXIF block of a TIFF, BigTIFF, DNG or NEF file.

    A camera maker's notes are copied byte for byte, and where there is room they lie as far from
    the start as in the file, since the offsets in them mostly count from there.

    Args:
        data_or_file: the file's bytes, or a file that can seek; only the tags of it are read.

    Returns:
        The block as JPEG and PNG files carry it, from its byte order on, without a preview; empty
        if the file says nothing of that kind or its tags cannot be read.
    """
    file = io.BytesIO(data_or_file) if isinstance(data_or_file, bytes) else data_or_file
    try:
        header = read_header(file)
        exif = _read_exif(file, header, _DESCRIPTIVE | _RESOLUTION | {_ORIENTATION})
    except BadDirectory:
        return b""
    return _block(exif, header.order) if exif else b""


def put_metadata_in_tiff(path: Path, metadata: dict[str, bytes]) -> None:
    """Add EXIF, XMP and IPTC to a finished TIFF file, each where readers look for it.

    The directories go behind the end of the file, with a new first directory that has the old
    one's entries and theirs; then the header is turned to it, in one short write, and before that
    write the file is what it was. The pixels are neither read nor moved. What cannot be read of the
    EXIF block is left out.

    Args:
        path: a plain or BigTIFF file, of any size.
        metadata: as `carried_metadata` gives it; what the file has of XMP and IPTC is replaced.

    Raises:
        BadDirectory: this is no TIFF file, or a plain one without room below its 4 GiB.
        OSError: it cannot be written.
    """
    exif, order = _read_block(metadata.get("exif-data", b""))
    blocks: Fields = {
        tag: Field(kind, len(metadata[name]), metadata[name])
        for name, (tag, kind) in _BLOCKS.items()
        if metadata.get(name)
    }
    with path.open("r+b") as file:
        header = read_header(file)
        entries, following = read_entries(file, header, header.first)
        if not exif and not blocks:
            return
        exif = _converted(exif, order, header.order)
        # The file's own tags win over the block's: they tell how its pixels are stored.
        main: Fields = {**exif.main, **entries, **blocks}
        end = file.seek(0, os.SEEK_END)
        start = end + end % 2
        tail, first = _directories(exif, dict(exif.details), main, following, start, header)
        if not header.big and start + len(tail) >= 1 << 32:
            raise BadDirectory("no room for metadata below 4 GiB")
        file.seek(end)
        file.write(b"\0" * (start - end) + tail)
        file.flush()
        file.seek(header.first_at)
        file.write(struct.pack(header.offset, first))


def _read_block(exif: bytes) -> tuple[_Exif, str]:
    """What a block says, without what only tells of its own pixels; and its byte order."""
    block = io.BytesIO(exif.removeprefix(b"Exif\0\0"))
    try:
        header = read_header(block)
        return _read_exif(block, header, _DESCRIPTIVE), header.order
    except BadDirectory:
        return _Exif(), "<"


def _read_exif(file: BinaryIO, header: Header, wanted: set[int]) -> _Exif:
    asked = wanted | _DETAILS | {_EXIF, _GPS}
    first = read_fields(file, header, header.first, asked)
    details = linked_fields(file, header, first.get(_EXIF))
    place = linked_fields(file, header, first.get(_GPS))
    interop = linked_fields(file, header, details.pop(_INTEROP, None))
    beside = {tag: first[tag] for tag in _DETAILS & set(first)}
    main = {tag: first[tag] for tag in wanted & set(first)}
    return _Exif(main, beside | details, place, interop)


def _converted(exif: _Exif, before: str, after: str) -> _Exif:
    def turned(tag: int, one: Field) -> Field | None:
        if tag in _COMMENTS and one.kind == _UNDEFINED:
            return one if before == after else _comment(one)
        return in_order(one, before, after)

    def converted(fields: dict[int, Field]) -> dict[int, Field]:
        pairs = ((tag, turned(tag, one)) for tag, one in fields.items())
        return {tag: one for tag, one in pairs if one is not None}

    return _Exif(*(converted(one) for one in (exif.main, exif.details, exif.place, exif.interop)))


def _comment(one: Field) -> Field:
    """A comment in the other byte order: UTF-16 behind a name of 8 bytes."""
    code, text = one.value[:8], one.value[8:]
    if code != b"UNICODE\0" or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return one
    even = len(text) // 2 * 2
    swapped = bytearray(text)
    swapped[0:even:2], swapped[1:even:2] = text[1:even:2], text[0:even:2]
    return Field(one.kind, one.count, code + bytes(swapped))


def _block(exif: _Exif, order: str) -> bytes:
    """A block in the byte order that the fields have."""
    header = Header(order, big=False, first=0)
    exif = _converted(exif, order, order)
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}H", 42)
    notes = exif.details.get(_MAKER_NOTE)
    if notes is not None and 8 <= notes.at <= _MOST_PADDED and len(notes.value) > header.room:
        details: Fields = {
            **exif.details,
            _MAKER_NOTE: entry_of(_MAKER_NOTE, notes, notes.at, header),
        }
        rest, first = _directories(exif, details, dict(exif.main), 0, 8, header)
        if 8 + len(rest) <= notes.at:
            body = rest.ljust(notes.at - 8, b"\0") + notes.value
            return start + struct.pack(f"{order}I", first) + body
        behind = notes.at + len(notes.value) + len(notes.value) % 2
        rest, first = _directories(exif, details, dict(exif.main), 0, behind, header)
        body = bytes(notes.at - 8) + notes.value.ljust(behind - notes.at, b"\0")
        return start + struct.pack(f"{order}I", first) + body + rest
    rest, first = _directories(exif, dict(exif.details), dict(exif.main), 0, 8, header)
    return start + struct.pack(f"{order}I", first) + rest


def _directories(
    exif: _Exif, details: Fields, main: Fields, following: int, start: int, header: Header
) -> tuple[bytes, int]:
    """All directories from an offset on, the first one last, and where that one lies."""
    body = b""

    def add(fields: Fields, then: int = 0) -> int:
        nonlocal body
        body += b"\0" * (len(body) % 2)
        at = start + len(body)
        body += written_directory(fields, at, then, header)
        return at

    if exif.interop:
        details[_INTEROP] = offset_field(add(dict(exif.interop)), header)
    if details:
        main[_EXIF] = offset_field(add(details), header)
    if exif.place:
        main[_GPS] = offset_field(add(dict(exif.place)), header)
    first = add(main, following)
    return body, first
