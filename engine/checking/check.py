"""All that is known of how a photo's file came through."""

from pathlib import Path

from engine.cancel import CancelToken
from engine.checking.metadata import compare_metadata
from engine.checking.pixels import compare_pixels
from engine.checking.report import Report
from engine.edits import edits_from_json
from engine.errors import BadEdits
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from engine.values import Photo


def check_result(original: Path, result: Path, cancel: CancelToken | None = None) -> Report:
    """Compare a result with its original.

    Raises:
        PhotoError: one of them cannot be read.
        Cancelled: on request.
    """
    return compare(read_photo(original, cancel), read_photo(result, cancel), cancel)


def compare(before: Photo, after: Photo, cancel: CancelToken | None = None) -> Report:
    """The same for photos that are read already; their files must still be there.

    Raises:
        OSError: one of the files is gone.
        Cancelled: on request.
    """
    provenance = Provenance.from_xmp(dict(after.source.metadata).get("xmp-data", b""))
    rows = compare_pixels(
        before, after, cancel,
        neutralized=_is_neutralized(provenance), longest=_longest(provenance),
    )  # fmt: skip
    return Report(tuple(rows), tuple(compare_metadata(before, after)), provenance)


def _longest(provenance: Provenance | None) -> int | None:
    """The longer side that the result says was chosen for it."""
    longest = None if provenance is None else provenance.settings.get("longest")
    return longest if isinstance(longest, int) and longest > 0 else None


def _is_neutralized(provenance: Provenance | None) -> bool:
    """Whether the result says that tones were taken out of its lightness."""
    if provenance is None or not provenance.edits:
        return False
    try:
        return edits_from_json(provenance.edits.encode(), "").neutralize
    except BadEdits:  # metadata can be edited by anyone
        return False
