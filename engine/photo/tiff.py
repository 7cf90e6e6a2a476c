"""What a TIFF file says of its pages and channels that libvips does not pass on."""

import os
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from engine.photo.ifd import BadDirectory, Directory, Tags

_SUBFILE, _EXTRA_SAMPLES, _DNG_VERSION = 254, 338, 50706
_WIDTH, _HEIGHT, _SAMPLES, _PLANAR = 256, 257, 277, 284
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_SIZES = 273, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_SIZES = 322, 323, 324, 325
_COMPRESSION, _DEFLATE = 259, (8, 32946)
_PROFILE, _UNDEFINED = 34675, 7
_SEPARATE = 2
_REDUCED = 1
_UNSPECIFIED = 0
# Empty tiles are one and the same in some files; in others all of a small file is every strip.
_MOST_SHARED_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class TiffFacts:
    """What is remarkable about a TIFF file.

    Attributes:
        raw: its first page is only the preview of a camera's raw data.
        several_pages: there are more full pages behind the first one.
        complete: its first page has all of its strips or tiles inside the file, and not lying upon
            each other. Where tiles are missing, libvips would go looking for each of them, for
            minutes.
        has_alpha: a channel behind the colors is alpha, and not something unspecified such as a
            selection saved by Photoshop.
        profile_lost: its color profile would lie behind the end of the file. libvips only leaves it
            out then; colors for printing become other ones without it.
        deflated: its pixels are compressed in a way that brings along a checksum.
    """

    raw: bool
    several_pages: bool
    complete: bool
    has_alpha: bool
    profile_lost: bool
    deflated: bool


def look_at_tiff(file: BinaryIO) -> TiffFacts:
    """Read the facts from the tags.

    Raises:
        BadDirectory: the first page has no readable tags.
    """
    tags = Tags(file)
    pages = list(islice(tags.pages(), 100))
    if not pages:
        raise BadDirectory("no page")
    first, *others = pages
    profile = first.entries.get(_PROFILE)
    length = file.seek(0, os.SEEK_END)
    return TiffFacts(
        raw=_is_reduced(tags, first) or _DNG_VERSION in first.entries,
        several_pages=any(not _is_reduced(tags, page) for page in others),
        complete=_has_all_pieces(tags, first) and _lie_inside(pieces_of(file), length),
        has_alpha=tags.number(first, _EXTRA_SAMPLES, _UNSPECIFIED) != _UNSPECIFIED,
        profile_lost=profile is not None
        and profile.kind == _UNDEFINED
        and not tags.lies_inside(profile, length),
        deflated=tags.number(first, _COMPRESSION) in _DEFLATE,
    )


def is_cut_off(file: BinaryIO) -> bool:
    """Whether the first page's tags or pixels would lie behind the end of the file."""
    try:
        pieces = pieces_of(file)
    except BadDirectory:
        return True
    length = file.seek(0, os.SEEK_END)
    return any(offset + size > length for offset, size in pieces)


def _lie_inside(pieces: list[tuple[int, int]], length: int) -> bool:
    """Whether pieces lie in a file of that length, most of them in places of their own."""
    if sum(size for _, size in pieces) > length + _MOST_SHARED_BYTES:
        return False
    return all(offset + size <= length for offset, size in pieces)


def pieces_of(file: BinaryIO) -> list[tuple[int, int]]:
    """Where the first page's strips or tiles lie, and how many bytes they have.

    Raises:
        BadDirectory: the page has no readable tags.
    """
    tags = Tags(file)
    page = next(tags.pages(), None)
    pieces: list[tuple[int, int]] = []
    if page is not None:
        for offsets, sizes in ((_STRIP_OFFSETS, _STRIP_SIZES), (_TILE_OFFSETS, _TILE_SIZES)):
            pieces += zip(tags.numbers(page, offsets), tags.numbers(page, sizes), strict=False)
    return pieces


def _has_all_pieces(tags: Tags, page: Directory) -> bool:
    """Whether the tags list as many strips or tiles as the size of the picture asks for."""
    width, height = tags.number(page, _WIDTH), tags.number(page, _HEIGHT)
    planes = tags.number(page, _SAMPLES, 1) if tags.number(page, _PLANAR) == _SEPARATE else 1
    if _TILE_OFFSETS in page.entries:
        across = -(-width // max(1, tags.number(page, _TILE_WIDTH)))
        down = -(-height // max(1, tags.number(page, _TILE_HEIGHT)))
        return len(tags.numbers(page, _TILE_OFFSETS)) >= across * down * planes
    strips = -(-height // max(1, tags.number(page, _ROWS_PER_STRIP, height)))
    return len(tags.numbers(page, _STRIP_OFFSETS)) >= strips * planes


def _is_reduced(tags: Tags, page: Directory) -> bool:
    return bool(tags.number(page, _SUBFILE) & _REDUCED)
