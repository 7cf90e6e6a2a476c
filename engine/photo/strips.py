"""Strips of rows, so that work on a large photo needs little memory beside it."""

from collections.abc import Iterator

STRIP_PIXELS = 1 << 20


def row_strips(height: int, width: int) -> Iterator[slice]:
    """Slices of rows from top to bottom, of about a million pixels each."""
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
