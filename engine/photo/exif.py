"""Fits the EXIF block of a photo to its colored result, changing as few bytes as can be.

The block is patched in place and never built anew, so that what a camera's maker wrote into it
keeps its place. Source: CIPA DC-008 (EXIF 2.32), sections 4.5 and 4.6; DCF 2.0 for "R98".
"""

import struct
from collections.abc import Container

from engine.photo.ifd import BadDirectory, Directory, Tags

_PREFIX = b"Exif\0\0"
_ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION = 0x0112, 0x011A, 0x011B
_EXIF_DIRECTORY, _INTEROP_DIRECTORY = 0x8769, 0xA005
_COLOR_SPACE, _WIDTH, _HEIGHT = 0xA001, 0xA002, 0xA003
_INTEROP_INDEX, _INTEROP_WIDTH, _INTEROP_HEIGHT = 0x0001, 0x1001, 0x1002
_PREVIEW, _PREVIEW_BYTES = 0x0201, 0x0202
# How the pixels of the photo's own file were stored: size, bits, compression, kind of color,
# strips, channels, planes, tiles, subsampling, black and white.
_STORAGE = (0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117, 0x011C, 0x013D,
            0x0140, 0x0142, 0x0143, 0x0144, 0x0145, 0x0152, 0x0153)  # fmt: skip
_SRGB, _UNCALIBRATED = 1, 0xFFFF
_TEXT, _RATIONAL = 2, 5
_ENTRY = 12  # bytes


def fitted_exif(exif: bytes, size: tuple[int, int], srgb: bool | None = True) -> bytes | None:
    """The block as it suits an upright picture, without a preview of its own.

    Args:
        exif: the block, with or without "Exif" and two zeros in front.
        size: height and width of the upright photo in pixels.
        srgb: whether the result is in sRGB; None leaves what is said of the photo's color space.

    Returns:
        The block without that prefix: orientation 1, color space and interoperability as they are,
        the photo's size, resolutions that turned with it, and no preview, which would show the
        photo gray and perhaps lying. None if it is damaged so far that its orientation cannot be
        found.
    """
    body = exif.removeprefix(_PREFIX)
    try:
        tags = Tags(body)
        main = next(tags.pages(), None)
        if main is None:
            return None
        patched = bytearray(body)
        if tags.number(main, _ORIENTATION) in (5, 6, 7, 8):
            _swap_resolutions(patched, main)
        _put(patched, tags, main, {_ORIENTATION: 1})
        struct.pack_into(f"{tags.order}I", patched, main.next_at, 0)
    except (BadDirectory, struct.error):
        return None
    try:
        details = tags.directory(tags.number(main, _EXIF_DIRECTORY))
        _put(patched, tags, details, {_WIDTH: size[1], _HEIGHT: size[0]})
        if srgb is not None:
            _put(patched, tags, details, {_COLOR_SPACE: _SRGB if srgb else _UNCALIBRATED})
        interop = tags.directory(tags.number(details, _INTEROP_DIRECTORY))
        _put(patched, tags, interop, {_INTEROP_WIDTH: size[1], _INTEROP_HEIGHT: size[0]})
        if srgb is not None:
            _fit_index(patched, tags, interop, srgb)
    except BadDirectory:
        pass  # no such directory, or a damaged one that no reader gets at either
    _remove(patched, tags, main, _STORAGE)
    _drop_preview(patched, tags, main)  # last: in damaged blocks directories lie within it
    return bytes(patched)


def orientation_in(exif: bytes) -> int:
    """How to put the photo upright, 1..8; 1 if the block does not say."""
    try:
        tags = Tags(exif.removeprefix(_PREFIX))
        main = next(tags.pages(), None)
    except BadDirectory:
        return 1
    return 1 if main is None else tags.number(main, _ORIENTATION, 1)


def _put(block: bytearray, tags: Tags, directory: Directory, values: dict[int, int]) -> None:
    """Write whole numbers over those of the tags that are there and have room for them."""
    for tag, value in values.items():
        entry = directory.entries.get(tag)
        letter = {1: "B", 3: "H", 4: "I"}.get(entry.kind) if entry is not None else None
        if entry is None or letter is None or not tags.numbers(directory, tag):
            continue
        if value < 1 << 8 * struct.calcsize(f"={letter}"):
            struct.pack_into(tags.order + letter, block, entry.at, value)


def _fit_index(block: bytearray, tags: Tags, interop: Directory, srgb: bool) -> None:
    """Index "R98" says sRGB, "R03" Adobe RGB; where it is another space, neither is said."""
    entry = interop.entries.get(_INTEROP_INDEX)
    if entry is None or (entry.kind, entry.count) != (_TEXT, 4):
        return
    value = slice(entry.at, entry.at + 4)
    if srgb and block[value] == b"R03\0":
        block[value] = b"R98\0"
    elif not srgb and block[value] == b"R98\0":
        _remove(block, tags, interop, (_INTEROP_INDEX,))


def _swap_resolutions(block: bytearray, main: Directory) -> None:
    """Across and down change places where the photo was lying: the links to them do."""
    across, down = main.entries.get(_X_RESOLUTION), main.entries.get(_Y_RESOLUTION)
    if across is None or down is None or (across.kind, down.kind) != (_RATIONAL, _RATIONAL):
        return
    first, second = slice(across.at, across.at + 4), slice(down.at, down.at + 4)
    block[first], block[second] = block[second], block[first]


def _drop_preview(block: bytearray, tags: Tags, main: Directory) -> None:
    """Cut the preview off where it ends the block, blank it where it does not."""
    try:
        preview = tags.directory(main.next) if main.next else None
    except BadDirectory:
        return
    if preview is None:
        return
    start = tags.number(preview, _PREVIEW)
    end = start + tags.number(preview, _PREVIEW_BYTES)
    # Links in damaged blocks may lead into the tags themselves.
    if start < max(main.next_at, preview.next_at) + 4 or end > len(block):
        return
    if block[start : start + 2] != b"\xff\xd8":
        return
    if not any(block[end:]):
        del block[start:]
    else:
        block[start:end] = bytes(end - start)


def _remove(block: bytearray, tags: Tags, directory: Directory, unwanted: Container[int]) -> None:
    """Take tags out of a directory: the others move up, and the link to the next one with them."""
    end = directory.next_at

    def says(count: int) -> bool:
        at = end - _ENTRY * count - 2
        return bool(struct.unpack_from(f"{tags.order}H", block, at)[0] == count)

    # Of tags that stand there twice, the directory has one.
    counts = range(len(directory.entries), (end - 2) // _ENTRY + 1)
    count = next(filter(says, counts), 0)
    start = end - _ENTRY * count
    entries = [bytes(block[at : at + _ENTRY]) for at in range(start, end, _ENTRY)]
    kept = [one for one in entries if struct.unpack_from(f"{tags.order}H", one)[0] not in unwanted]
    table = b"".join(kept) + bytes(block[end : end + 4])
    block[start : end + 4] = table.ljust(end + 4 - start, b"\0")
    struct.pack_into(f"{tags.order}H", block, start - 2, len(kept))
