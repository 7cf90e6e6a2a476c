"""Makes small ICC profiles out of primaries and a transfer curve.

Some files tell of their colors in numbers instead of by a profile. Turned into one, they take the
same way as every other profile, and it can be written into a result.
Source: ICC.1:2022 (profile format 4.4), 7.2, 8.3 and 10.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from engine.color.icc import PCS_WHITE, adaptation

Chromaticity = tuple[float, float]

# Curves as ICC parameters, as `rgb_profile` takes them.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
LINEAR_CURVE = (1.0,)

_HEADER_BYTES = 128
# Perceptual intent; 2026-01-01 as its date, so that the same numbers give the same bytes.
_DATE = (2026, 1, 1, 0, 0, 0)


def rgb_profile(
    primaries: tuple[Chromaticity, Chromaticity, Chromaticity],
    white: Chromaticity,
    curve: tuple[float, ...],
) -> bytes:
    """A profile for RGB pixels.

    Args:
        primaries: x and y of red, green and blue.
        white: x and y of the white.
        curve: encoded value -> linear light: an exponent alone, or the five numbers g, a, b, c, d
            of (a v + b)^g from d on and c v below it.

    Raises:
        ValueError: the primaries are no triangle, or the white is none.
    """
    if white[1] <= 0 or any(y <= 0 for _, y in primaries):
        raise ValueError("a chromaticity without light")
    white_xyz = _xyz(white)
    columns = np.stack([_xyz(primary) for primary in primaries], axis=1)
    try:
        amounts = np.linalg.solve(columns, white_xyz)
    except np.linalg.LinAlgError as error:
        raise ValueError("primaries on a line") from error
    if not (amounts > 0).all() or abs(np.linalg.det(columns)) < 1e-6:
        raise ValueError("the white lies outside the primaries")
    turn = adaptation(white_xyz, PCS_WHITE)
    colorants = turn @ (columns * amounts)
    tags = {name: _xyz_tag(colorants[:, i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve_tag(curve))
    tags[b"chad"] = b"sf32\0\0\0\0" + _fixed(turn.ravel())
    return _profile(b"RGB ", tags)


def gray_profile(curve: tuple[float, ...]) -> bytes:
    """A profile for gray pixels; the curve as in `rgb_profile`."""
    return _profile(b"GRAY", {b"kTRC": _curve_tag(curve)})


def _xyz(chromaticity: Chromaticity) -> NDArray[np.float64]:
    """XYZ with Y = 1."""
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(numbers: NDArray[np.float64]) -> bytes:
    rounded = np.rint(numbers * 65536).astype(np.int64).tolist()
    return struct.pack(f">{len(rounded)}i", *rounded)


def _xyz_tag(xyz: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(xyz)


def _curve_tag(curve: tuple[float, ...]) -> bytes:
    kind = {1: 0, 5: 3}[len(curve)]
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _fixed(np.array(curve))


def _text_tag(text: str) -> bytes:
    letters = text.encode("utf-16-be")
    return struct.pack(">4s4xIIHHII", b"mluc", 1, 12, 0x656E, 0x5553, len(letters), 28) + letters


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {
        b"desc": _text_tag("Colors as told by the file"),
        b"cprt": _text_tag("Public domain"),
        b"wtpt": _xyz_tag(PCS_WHITE),
        **tags,
    }
    at = _HEADER_BYTES + 4 + 12 * len(tags)
    table, body, places = b"", b"", {}
    for name, tag in tags.items():
        if tag not in places:
            places[tag] = at + len(body)
            body += tag + b"\0" * (-len(tag) % 4)
        table += struct.pack(">4sII", name, places[tag], len(tag))
    size = at + len(body)
    header = struct.pack(
        ">I4xI4s4s4s6H4s4x4x4x4x8xI",
        size, 0x04400000, b"mntr", space, b"XYZ ", *_DATE, b"acsp", 0,
    )  # fmt: skip
    header += _fixed(PCS_WHITE)
    return header.ljust(_HEADER_BYTES, b"\0") + struct.pack(">I", len(tags)) + table + body
