"""The segments of a JPEG file, up to its pixels. Source: ITU-T T.81, annex B.1.1."""

from collections.abc import Iterator


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Second bytes of the markers, and contents; ends where something else than a marker stands.

    Args:
        data: a file, or as much of it as is wanted; a segment that it cuts off is given in part.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + size]
        at += 2 + size
