"""The EXIF block of a camera's raw file that is itself a TIFF file, made small enough to carry.

The tags of the picture as a whole, of the exposure and of the place are copied value by value.
What the maker keeps to himself is left out: it counts bytes from the start of the old file.
Source: CIPA DC-008 (EXIF 2.32), section 4.6.
"""

import struct

from engine.photo.ifd import BadDirectory, Directory, Tags

_DETAILS, _PLACE = 0x8769, 0x8825
# Description, maker, model, orientation, resolution and unit, software, date, artist, copyright.
_OF_THE_PICTURE = (
    0x010E, 0x010F, 0x0110, 0x0112, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x8298,
)  # fmt: skip
_LEFT_OUT = (0x927C, 0xA005)  # the maker's note, a directory about compatibility
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_LONGEST_VALUE = 20_000

_Entries = dict[int, tuple[int, int, bytes]]


def exif_of_raw(data: bytes, tags: Tags) -> bytes | None:
    """The block, from its byte order on.

    Args:
        data: the whole file.
        tags: of it.

    Returns:
        None where there is nothing to be told.
    """
    try:
        main = next(tags.pages(), None)
    except BadDirectory:
        return None
    if main is None:
        return None
    picture = _copied(data, tags, main, only=_OF_THE_PICTURE)
    below = {}
    for tag in (_DETAILS, _PLACE):
        try:
            entries = _copied(data, tags, tags.directory(tags.number(main, tag)))
        except BadDirectory:
            continue
        if entries and tag in main.entries:
            below[tag] = entries
    return _block(tags.order, picture, below) if picture or below else None


def _copied(
    data: bytes, tags: Tags, directory: Directory, only: tuple[int, ...] | None = None
) -> _Entries:
    """Type, count and bytes of the values of a directory."""
    found: _Entries = {}
    left = len(data)  # values that lie at one place would make more of it
    for tag, entry in directory.entries.items():
        size = _BYTES.get(entry.kind, 0) * entry.count
        if tag in _LEFT_OUT or (only and tag not in only) or not 0 < size <= _LONGEST_VALUE:
            continue
        at = entry.at
        if entry.kind not in (1, 3, 4) and size > 4:
            # `Tags` follows links for whole numbers only.
            (at,) = struct.unpack_from(tags.order + "I", data, at)
        value = data[at : at + size]
        left -= size
        if len(value) == size and left >= 0:
            found[tag] = (entry.kind, entry.count, value)
    return found


def _block(order: str, picture: _Entries, below: dict[int, _Entries]) -> bytes:
    """A TIFF header, the picture's directory and behind it those below it."""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    room = {tag: (4, 1, bytes(4)) for tag in below}
    at = 8 + len(_directory(order, {**picture, **room}, 8))
    body = b""
    for tag, entries in below.items():
        room[tag] = (4, 1, struct.pack(order + "I", at + len(body)))
        body += _directory(order, entries, at + len(body))
    return start + _directory(order, {**picture, **room}, 8) + body


def _directory(order: str, entries: _Entries, at: int) -> bytes:
    """The bytes of a directory that begins at an offset, its values behind it."""
    table = struct.pack(order + "H", len(entries))
    values_at = at + 2 + 12 * len(entries) + 4
    values = bytearray()
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            field = struct.pack(order + "I", values_at + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            field = value.ljust(4, b"\0")
        table += struct.pack(order + "HHI", tag, kind, count) + field
    return table + bytes(4) + values
