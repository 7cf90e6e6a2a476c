"""Directories of TIFF files with all their values, to be moved from one file into another.

`ifd.py` only looks at whole numbers in data that is in memory. Here every kind of value is read,
out of a file that is not, and directories are written, plain and BigTIFF. Source: TIFF 6.0,
section 2; BigTIFF as in libtiff.
"""

import io
import struct
from collections.abc import Container
from dataclasses import dataclass
from typing import BinaryIO

from engine.photo.ifd import BadDirectory

# Bytes of one value by TIFF type, and of the whole numbers it is made of: a RATIONAL is two LONGs.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BIG_SIZES = {16: 8, 17: 8, 18: 8}
_UNITS = {3: 2, 8: 2, 4: 4, 5: 4, 9: 4, 10: 4, 11: 4, 13: 4, 12: 8}
_LONG = 4

# More than any directory of tags holds, and than all of their values need.
_MOST_ENTRIES = 4096
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Field:
    """One tag's value.

    Attributes:
        kind: its TIFF type.
        count: how many values it has.
        value: all of them, in the byte order of where they come from.
        at: where they lay, in bytes from the start; 0 for what was made here.
    """

    kind: int
    count: int
    value: bytes
    at: int = 0


# A field, or the bytes of an entry whose value lies in the file already.
Fields = dict[int, Field | bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """How the directories of a file are written.

    Attributes:
        order: "<" or ">", for struct.
        big: whether it is BigTIFF.
        first: offset of the first directory.
    """

    order: str
    big: bool
    first: int

    @property
    def offset(self) -> str:
        """The struct letters of an offset."""
        return self.order + ("Q" if self.big else "I")

    @property
    def first_at(self) -> int:
        """Where the offset of the first directory is written."""
        return 8 if self.big else 4

    @property
    def room(self) -> int:
        """Bytes of a value that fit into an entry."""
        return 8 if self.big else 4

    @property
    def counter(self) -> str:
        """The struct letters of a directory's number of entries."""
        return self.order + ("Q" if self.big else "H")

    @property
    def entry_bytes(self) -> int:
        """Size of an entry."""
        return 20 if self.big else 12


def read_header(file: BinaryIO) -> Header:
    """The header of a TIFF file or an EXIF block.

    Raises:
        BadDirectory: it does not start like one.
    """
    file.seek(0)
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None or len(start) < 8:
        raise BadDirectory("no byte order")
    (magic,) = struct.unpack_from(f"{order}H", start, 2)
    if magic not in (42, 43) or (magic == 43 and len(start) < 16):
        raise BadDirectory(f"magic number {magic}")
    big = magic == 43
    return Header(
        order, big, struct.unpack_from(f"{order}{'Q' if big else 'I'}", start, 8 if big else 4)[0]
    )


def read_entries(file: BinaryIO, header: Header, offset: int) -> tuple[dict[int, bytes], int]:
    """The entries of a directory as they stand there, and the offset of the next directory.

    Raises:
        BadDirectory: it is not wholly inside the file.
    """
    size = struct.calcsize(header.counter)
    (count,) = struct.unpack(header.counter, _read(file, offset, size))
    if count > _MOST_ENTRIES:
        raise BadDirectory(f"{count} entries")
    table = _read(file, offset + size, count * header.entry_bytes + header.room)
    entries: dict[int, bytes] = {}
    for at in range(0, count * header.entry_bytes, header.entry_bytes):
        entry = table[at : at + header.entry_bytes]
        entries.setdefault(struct.unpack_from(f"{header.order}H", entry)[0], entry)
    return entries, struct.unpack(header.offset, table[-header.room :])[0]


def read_fields(
    file: BinaryIO, header: Header, offset: int, wanted: Container[int] | None = None
) -> dict[int, Field]:
    """The fields of a directory; those are left out whose values are not wholly there.

    Args:
        file: can seek.
        header: its header.
        offset: where the directory lies.
        wanted: the tags to read; all of them if left out.

    Raises:
        BadDirectory: the directory itself is not wholly there.
    """
    fields: dict[int, Field] = {}
    # Values that lie at one place make a small file speak of more than it holds.
    left = min(_MOST_BYTES, file.seek(0, io.SEEK_END))
    for tag, entry in read_entries(file, header, offset)[0].items():
        if wanted is not None and tag not in wanted:
            continue
        (kind,) = struct.unpack_from(f"{header.order}H", entry, 2)
        (count,) = struct.unpack_from(header.offset, entry, 4)
        size = (_SIZES | _BIG_SIZES).get(kind, 0) * count
        if not 0 < size <= left:
            continue
        left -= size
        inline = entry[-header.room :]
        if size <= header.room:
            fields[tag] = Field(kind, count, inline[:size])
            continue
        (at,) = struct.unpack(header.offset, inline)
        try:
            fields[tag] = Field(kind, count, _read(file, at, size), at)
        except BadDirectory:
            continue
    return fields


def pointer(field: Field | None, header: Header) -> int:
    """The offset a field holds, such as that of a directory; 0 if it holds none."""
    letters = {4: "I", 13: "I", 16: "Q", 18: "Q"}
    if field is None or field.kind not in letters:
        return 0
    return int(struct.unpack_from(header.order + letters[field.kind], field.value)[0])


def linked_fields(file: BinaryIO, header: Header, link: Field | None) -> dict[int, Field]:
    """The fields of the directory a field leads to; none where it leads nowhere."""
    offset = pointer(link, header)
    try:
        return read_fields(file, header, offset) if offset else {}
    except BadDirectory:
        return {}


def in_order(field: Field, before: str, after: str) -> Field | None:
    """The field in another byte order; None if a plain TIFF file cannot hold its kind.

    UNDEFINED values, such as a camera maker's notes, stay as they are.
    """
    if field.kind in _BIG_SIZES:
        return None
    unit = _UNITS.get(field.kind, 1)
    if before == after or unit == 1:
        return field
    letters = f"{len(field.value) // unit}{ {2: 'H', 4: 'I', 8: 'Q'}[unit] }"
    value = struct.pack(after + letters, *struct.unpack(before + letters, field.value))
    return Field(field.kind, field.count, value)


def offset_field(offset: int, header: Header) -> Field:
    """A field that says where a directory lies; LONG even in BigTIFF where that is enough.

    Readers of EXIF look for a LONG here, and libtiff takes both.
    """
    if offset < 1 << 32:
        return Field(_LONG, 1, struct.pack(f"{header.order}I", offset))
    return Field(18, 1, struct.pack(f"{header.order}Q", offset))


def entry_of(tag: int, field: Field, at: int, header: Header) -> bytes:
    """The entry of a field whose value lies at an offset, or in the entry if it is small."""
    start = struct.pack(f"{header.order}HH", tag, field.kind)
    start += struct.pack(header.offset, field.count)
    if len(field.value) <= header.room:
        return start + field.value.ljust(header.room, b"\0")
    return start + struct.pack(header.offset, at)


def written_directory(fields: Fields, at: int, following: int, header: Header) -> bytes:
    """A directory with its values behind it, as it stands at an offset.

    Args:
        fields: by tag, in the byte order of the header.
        at: the offset; even, as TIFF wants it.
        following: offset of the next directory, or 0.
        header: how to write.
    """
    end = at + struct.calcsize(header.counter) + header.entry_bytes * len(fields) + header.room
    table, values = b"", bytearray()
    for tag, field in sorted(fields.items()):
        if isinstance(field, bytes):
            table += field
            continue
        table += entry_of(tag, field, end + len(values), header)
        if len(field.value) > header.room:
            values += field.value + b"\0" * (len(field.value) % 2)
    count = struct.pack(header.counter, len(fields))
    return count + table + struct.pack(header.offset, following) + values


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    try:
        file.seek(at)
    except (OSError, OverflowError, ValueError) as error:  # farther than files can be
        raise BadDirectory(f"nothing at {at}") from error
    data = file.read(size)
    if len(data) < size:
        raise BadDirectory(f"nothing at {at}")
    return data
