"""Strips of rows, so that work on a large photo needs little memory beside it."""

from collections.abc import Iterator

STRIP_PIXELS = 1 << 20
# libvips keeps what it has decoded of a strip in a list that it searches for each new line: a
# picture one pixel wide and 917,512 high took it 12 s in one strip, and 0.1 s in many.
_MOST_ROWS = 2048


def row_strips(height: int, width: int) -> Iterator[slice]:
    """Slices of rows from top to bottom, of about a million pixels each, or less."""
    rows = min(max(1, STRIP_PIXELS // max(1, width)), _MOST_ROWS)
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
