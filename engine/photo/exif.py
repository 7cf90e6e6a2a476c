"""Fits the EXIF block of a photo to its colored result, changing as few bytes as can be.

The block is patched in place and never built anew, so that what a camera's maker wrote into it
keeps its place. Source: CIPA DC-008 (EXIF 2.32), sections 4.5 and 4.6.
"""

import struct

from engine.photo.ifd import BadDirectory, Directory, Tags

_PREFIX = b"Exif\0\0"
_ORIENTATION = 0x0112
_EXIF_DIRECTORY = 0x8769
_COLOR_SPACE, _WIDTH, _HEIGHT = 0xA001, 0xA002, 0xA003
_SRGB = 1


def fitted_exif(exif: bytes, size: tuple[int, int]) -> bytes | None:
    """The block as it suits an upright picture in sRGB, without a preview of its own.

    Args:
        exif: the block, with or without "Exif" and two zeros in front.
        size: height and width of the upright photo in pixels.

    Returns:
        The block without that prefix: orientation 1, color space sRGB, the photo's size, and no
        link to the preview, which would show the photo gray and perhaps lying. None if it is
        damaged so far that its orientation cannot be found.
    """
    body = exif.removeprefix(_PREFIX)
    try:
        tags = Tags(body)
        main = next(tags.pages(), None)
        if main is None:
            return None
        patched = bytearray(body)
        _put(patched, tags, main, {_ORIENTATION: 1})
        struct.pack_into(f"{tags.order}I", patched, main.next_at, 0)
    except (BadDirectory, struct.error):
        return None
    try:
        details = tags.directory(tags.number(main, _EXIF_DIRECTORY))
        _put(patched, tags, details, {_COLOR_SPACE: _SRGB, _WIDTH: size[1], _HEIGHT: size[0]})
    except BadDirectory:
        pass  # no such directory, or a damaged one that no reader gets at either
    return bytes(patched)


def _put(block: bytearray, tags: Tags, directory: Directory, values: dict[int, int]) -> None:
    """Write whole numbers over those of the tags that are there and have room for them."""
    for tag, value in values.items():
        entry = directory.entries.get(tag)
        letter = {1: "B", 3: "H", 4: "I"}.get(entry.kind) if entry is not None else None
        if entry is None or letter is None or not tags.numbers(directory, tag):
            continue
        if value < 1 << 8 * struct.calcsize(f"={letter}"):
            struct.pack_into(tags.order + letter, block, entry.at, value)
