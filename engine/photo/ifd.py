"""The directories of tags that TIFF files and EXIF blocks are made of.

Only what libvips does not tell is read here: which page is a preview, what a fourth channel means,
where the orientation stands in an EXIF block. Source: TIFF 6.0, section 2; BigTIFF as in libtiff.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST_ENTRIES = 4096
_MOST_PAGES = 1000
# More than the offsets of all the strips or tiles of any photo take.
_MOST_BYTES = 1 << 26
# struct letter by TIFF type: BYTE, SHORT, LONG, IFD, LONG8, IFD8
_LETTERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class BadDirectory(ValueError):
    """The tags are not where they should be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag.

    Attributes:
        kind: its TIFF type.
        count: how many values it has.
        at: where its first value lies, in bytes from the start of the data.
    """

    kind: int
    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one page.

    Attributes:
        entries: by tag number.
        next_at: where the offset of the next directory is written.
        next: that offset; 0 after the last one.
    """

    entries: dict[int, Entry]
    next_at: int
    next: int


class Tags:
    """Reads whole-number tags out of a TIFF file or an EXIF block.

    Args:
        data: the whole of it, starting with "II" or "MM"; or a file, of which little is read.

    Raises:
        BadDirectory: it does not start like a TIFF file.
    """

    def __init__(self, data: bytes | BinaryIO) -> None:
        self._file = io.BytesIO(data) if isinstance(data, bytes) else data
        order = {b"II": "<", b"MM": ">"}.get(self._bytes(0, 2))
        if order is None:
            raise BadDirectory("no byte order")
        self.order = order
        magic = self._unpack("H", 2)
        if magic not in (42, 43):
            raise BadDirectory(f"magic number {magic}")
        self._big = magic == 43
        self._first = self._unpack("Q" if self._big else "I", 8 if self._big else 4)

    def pages(self) -> Iterator[Directory]:
        """The directories in a row, at most 1000; ends quietly where a link leads nowhere.

        Raises:
            BadDirectory: the first one cannot be read.
        """
        offset = self._first
        seen: set[int] = set()
        while offset and offset not in seen and len(seen) < _MOST_PAGES:
            try:
                page = self.directory(offset)
            except BadDirectory:
                if not seen:
                    raise
                return
            seen.add(offset)
            yield page
            offset = page.next

    def directory(self, offset: int) -> Directory:
        """The directory at an offset.

        Raises:
            BadDirectory: it is not wholly inside the data.
        """
        count = self._unpack("Q" if self._big else "H", offset)
        if count > _MOST_ENTRIES:
            raise BadDirectory(f"{count} entries")
        start, size = (offset + 8, 20) if self._big else (offset + 2, 12)
        entries: dict[int, Entry] = {}
        for at in range(start, start + size * count, size):
            entries.setdefault(self._unpack("H", at), self._entry(at))
        end = start + size * count
        return Directory(entries, end, self._unpack("Q" if self._big else "I", end))

    def numbers(self, directory: Directory, tag: int) -> tuple[int, ...]:
        """The values of a tag; empty if it is missing, is no whole number or is cut off."""
        entry = directory.entries.get(tag)
        letter = _LETTERS.get(entry.kind) if entry is not None else None
        if entry is None or letter is None:
            return ()
        try:
            return self._values(f"{entry.count}{letter}", entry.at)
        except (struct.error, OverflowError, MemoryError):
            return ()

    def number(self, directory: Directory, tag: int, default: int = 0) -> int:
        """The first value of a tag, or the default; of the others, perhaps millions, only the last.

        A tag that claims more than the file holds is none, as for all other readers.
        """
        entry = directory.entries.get(tag)
        letter = _LETTERS.get(entry.kind) if entry is not None else None
        if entry is None or letter is None or not entry.count:
            return default
        try:
            self._unpack(letter, entry.at + (entry.count - 1) * struct.calcsize(f"={letter}"))
            return self._unpack(letter, entry.at)
        except BadDirectory:
            return default

    def lies_inside(self, entry: Entry, length: int) -> bool:
        """Whether single bytes, of the type UNDEFINED, are wholly inside data of that length."""
        if entry.count <= (8 if self._big else 4):
            return True
        return self._unpack("Q" if self._big else "I", entry.at) + entry.count <= length

    def _entry(self, at: int) -> Entry:
        kind = self._unpack("H", at + 2)
        count = self._unpack("Q" if self._big else "I", at + 4)
        value_at, room = (at + 12, 8) if self._big else (at + 8, 4)
        letter = _LETTERS.get(kind)
        if letter is not None and struct.calcsize(f"={letter}") * count > room:
            value_at = self._unpack("Q" if self._big else "I", value_at)
        return Entry(kind, count, value_at)

    def _unpack(self, letter: str, at: int) -> int:
        try:
            value: int = self._values(letter, at)[0]
        except (struct.error, OverflowError) as error:
            raise BadDirectory(f"nothing at {at}") from error
        return value

    def _values(self, letters: str, at: int) -> tuple[int, ...]:
        layout = struct.Struct(self.order + letters)
        return layout.unpack(self._bytes(at, layout.size))

    def _bytes(self, at: int, size: int) -> bytes:
        """What is there, less than asked for at the end of the file."""
        if size > _MOST_BYTES:
            return b""
        try:
            self._file.seek(at)
        except (OSError, OverflowError, ValueError):  # farther than files can be
            return b""
        return self._file.read(size)
