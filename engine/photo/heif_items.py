"""What AVIF and HEIC files hold, and where it lies.

Source: ISO/IEC 14496-12, section 8.11.
"""

from dataclasses import dataclass

from engine.photo.boxes import boxes
from engine.photo.decoded import DAMAGED, TOO_EARLY, Undecodable

# Numbers of parts may take no bytes at all, so that 65,535 items can claim as many parts each.
_MOST_EXTENTS = 100_000


@dataclass(frozen=True, slots=True)
class Item:
    """One of the things a file holds: a picture, EXIF, XMP.

    Attributes:
        number: by which boxes refer to it.
        kind: such as b"av01", b"Exif" or b"mime".
        mime: its content type, where kind is b"mime".
    """

    number: int
    kind: bytes
    mime: bytes = b""


@dataclass(frozen=True, slots=True)
class Extent:
    """A part of an item.

    Attributes:
        offset: from the start of the file, or of the "idat" box if `inside`.
        length: in bytes; 0 means up to the end.
        inside: whether the item lies in the "meta" box itself.
        entry: where the entry with base offset, offset and length is written.
        sizes: bytes of those three numbers.
    """

    offset: int
    length: int
    inside: bool
    entry: int
    sizes: tuple[int, int, int]


def meta_boxes(data: bytes) -> dict[bytes, tuple[int, int]]:
    """The boxes within "meta", by name: where their contents start and end.

    Raises:
        Undecodable: there is none, or one reaches beyond its end.
    """
    for box in boxes(data):
        if box.kind == b"meta":
            inside = boxes(data, box.start + 4, box.end)
            return {one.kind: (one.start, one.end) for one in inside}
    raise Undecodable(DAMAGED)


def items_of(data: bytes, inside: dict[bytes, tuple[int, int]]) -> list[Item]:
    """The items that the "iinf" box lists.

    Raises:
        Undecodable: an entry reaches beyond its end.
    """
    start, end = inside.get(b"iinf", (0, 0))
    if end - start < 6:
        return []
    count_bytes = 2 if data[start] == 0 else 4
    items = []
    for box in boxes(data, start + 4 + count_bytes, end):
        at, last = box.start, box.end
        version = data[at] if at < last else 0
        if box.kind != b"infe" or version not in (2, 3) or last - at < 12:
            continue
        wide = 4 if version == 3 else 2
        number = int.from_bytes(data[at + 4 : at + 4 + wide], "big")
        kind = data[at + 6 + wide : at + 10 + wide]
        texts = data[at + 10 + wide : last].split(b"\0")  # the name, the content type
        items.append(Item(number, kind, texts[1] if len(texts) > 1 else b""))
    return items


def extents_of(data: bytes, inside: dict[bytes, tuple[int, int]]) -> dict[int, list[Extent]]:
    """Where the items lie, by their numbers, as the "iloc" box says.

    Raises:
        Undecodable: it is cut off, or lists more parts than any photo has.
    """
    at, end = inside.get(b"iloc", (0, 0))
    if end - at < 8:
        return {}
    version = data[at]
    offset_size, length_size = data[at + 4] >> 4, data[at + 4] & 15
    base_size, index_size = data[at + 5] >> 4, data[at + 5] & 15 if version else 0
    wide = 4 if version == 2 else 2
    cursor = _Cursor(data, at + 6, end)
    room = _MOST_EXTENTS
    extents: dict[int, list[Extent]] = {}
    for _ in range(cursor.number(wide)):
        number = cursor.number(wide)
        method = cursor.number(2) & 15 if version else 0
        cursor.number(2)
        entry = cursor.at
        base = cursor.number(base_size)
        found = []
        count = cursor.number(2)
        room -= count
        if room < 0:
            raise Undecodable(DAMAGED)
        for _ in range(count):
            cursor.number(index_size)
            offset, length = cursor.number(offset_size), cursor.number(length_size)
            found.append(Extent(base + offset, length, method == 1, entry,
                                (base_size, offset_size, length_size)))  # fmt: skip
        if method < 2 and not index_size:
            extents[number] = found
    return extents


@dataclass(slots=True)
class _Cursor:
    data: bytes
    at: int
    end: int

    def number(self, size: int) -> int:
        """The next whole number of so many bytes; 0 if it has none."""
        self.at += size
        if self.at > self.end:
            raise Undecodable(TOO_EARLY)
        return int.from_bytes(self.data[self.at - size : self.at], "big")
