"""What a TIFF file says of its pages and channels that libvips does not pass on."""

from dataclasses import dataclass
from itertools import islice

from engine.photo.ifd import BadDirectory, Directory, Tags

_SUBFILE, _EXTRA_SAMPLES, _DNG_VERSION = 254, 338, 50706
_OFFSETS_AND_SIZES = ((273, 279), (324, 325))  # of strips, of tiles
_REDUCED = 1
_UNSPECIFIED = 0


@dataclass(frozen=True, slots=True)
class TiffFacts:
    """What is remarkable about a TIFF file.

    Attributes:
        raw: its first page is only the preview of a camera's raw data.
        several_pages: there are more full pages behind the first one.
        has_alpha: a channel behind the colors is alpha, and not something unspecified such as a
            selection saved by Photoshop.
    """

    raw: bool
    several_pages: bool
    has_alpha: bool


def look_at_tiff(data: bytes) -> TiffFacts:
    """Read the facts from the tags.

    Raises:
        BadDirectory: the first page has no readable tags.
    """
    tags = Tags(data)
    pages = list(islice(tags.pages(), 100))
    if not pages:
        raise BadDirectory("no page")
    first, *others = pages
    return TiffFacts(
        raw=_is_reduced(tags, first) or _DNG_VERSION in first.entries,
        several_pages=any(not _is_reduced(tags, page) for page in others),
        has_alpha=tags.number(first, _EXTRA_SAMPLES, _UNSPECIFIED) != _UNSPECIFIED,
    )


def is_cut_off(data: bytes) -> bool:
    """Whether the first page's tags or pixels would lie behind the end of the file."""
    try:
        tags = Tags(data)
        page = next(tags.pages(), None)
    except BadDirectory:
        return True
    if page is None:
        return False
    for offsets, sizes in _OFFSETS_AND_SIZES:
        ends = zip(tags.numbers(page, offsets), tags.numbers(page, sizes), strict=False)
        if any(offset + size > len(data) for offset, size in ends):
            return True
    return False


def _is_reduced(tags: Tags, page: Directory) -> bool:
    return bool(tags.number(page, _SUBFILE) & _REDUCED)
