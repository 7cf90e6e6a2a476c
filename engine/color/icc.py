"""What an ICC profile says of luminance, adapted from its D50 to our D65 once, here.

Profiles of the kinds "gray curve" and "three curves and a matrix" are worked out exactly. Others
are tables of colors, which LittleCMS reads; it hands back CIELAB for D50, and
`lightness_of_pcs_lab` turns that into ours.

Why not LittleCMS for all: libvips 8.18 runs it in 16 bit with its tables on. Measured against the
formulas on random 8-bit and 16-bit pixels, L* was off by up to 0.20 in the shadows for sRGB, Adobe
RGB and gray profiles (0.01 to 0.03 on average; `pcs="xyz"` no better), and by 6 for blues in
ProPhoto RGB; black-point compensation off, relative intent. The way here, in 8 and 16 bit: gray
profiles 0.0003; against colour-science 0.0015 for Adobe RGB, 0.0023 for Display P3, and 0.010 for
ProPhoto RGB, whose D50 has other digits than the profile format's.

Sources: ICC.1:2022 (profile format 4.4) and ICC.1:2001-04 (2.x); Annex E of the former and
B. Lindbloom, "Chromatic Adaptation", for the linear Bradford transform.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.color.lab import (
    SRGB_TO_XYZ,
    WHITE,
    Floats,
    decode_srgb,
    lightness_of_luminance,
    luminance_of_lightness,
)

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# The white of the profile connection space, ICC.1:2022, 7.2.16.
PCS_WHITE: NDArray[np.float64] = np.array([0.9642, 1.0, 0.8249])

_CHANNELS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_PCS = (b"XYZ ", b"Lab ")
# A header and the number of tags.
_LEAST_BYTES = 132
_DEVICE_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_LOOKUP_TAGS = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2", b"D2B3")
_CURVES, _COLUMNS = (b"rTRC", b"gTRC", b"bTRC"), (b"rXYZ", b"gXYZ", b"bXYZ")
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


class BadProfile(ValueError):
    """The profile is damaged or of a kind that says nothing about a photo's colors."""


def adaptation(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 3 x 3 matrix that takes XYZ seen under one white to another, by linear Bradford."""
    gains = (_BRADFORD @ target) / (_BRADFORD @ source)
    matrix: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD
    return matrix


# Weights of the PCS's X, Y and Z in the Y of D65.
_PCS_TO_XYZ: NDArray[np.float64] = adaptation(PCS_WHITE, WHITE)
_PCS_TO_LUMINANCE: NDArray[np.float64] = _PCS_TO_XYZ[1]


@dataclass(frozen=True, slots=True)
class LuminanceModel:
    """Luminance as a weighted sum of curves, one for each channel.

    Attributes:
        curves: encoded value 0..1 -> linear light, 1 or 3 of them.
        weights: what each channel adds to Y, D65, Y = 1 for the white.
    """

    curves: tuple[Curve, ...]
    weights: tuple[float, ...]

    def tables(self, top: int) -> tuple[NDArray[np.float32], ...]:
        """Each channel's part of Y for the whole numbers 0..top, worked out in double precision."""
        ramp = np.arange(top + 1, dtype=np.float64) / top
        return tuple(
            (weight * curve(ramp)).astype(np.float32)
            for curve, weight in zip(self.curves, self.weights, strict=True)
        )

    def luminance(self, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
        """Y of encoded values.

        Args:
            encoded: (..., 1 or 3), 0..1.

        Returns:
            (...), Y for D65, 1 for the white; may lie a little outside 0..1.
        """
        parts = zip(self.curves, self.weights, strict=True)
        channels = (weight * curve(encoded[..., i]) for i, (curve, weight) in enumerate(parts))
        return np.asarray(sum(channels), np.float64)


@dataclass(frozen=True, slots=True)
class RgbModel:
    """An RGB profile as curves and a matrix.

    Attributes:
        curves: encoded value 0..1 -> linear light.
        to_xyz: (3, 3) linear RGB -> XYZ for D65, Y = 1 for the white.
        is_srgb: whether it is sRGB but for rounding.
    """

    curves: tuple[Curve, ...]
    to_xyz: NDArray[np.float64]
    is_srgb: bool


def _srgb_curve(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(decode_srgb(encoded), np.float64)


SRGB_GRAY = LuminanceModel((_srgb_curve,), (1.0,))
SRGB = LuminanceModel((_srgb_curve,) * 3, tuple(SRGB_TO_XYZ[1].tolist()))


def profile_channels(profile: bytes) -> int:
    """How many channels the pixels have that a profile is for: 1, 3 or 4.

    Raises:
        BadProfile: it is no ICC profile, or one for something else than gray, RGB or CMYK pixels.
    """
    if len(profile) < _LEAST_BYTES or profile[36:40] != b"acsp":
        raise BadProfile("no ICC header")
    if profile[12:16] not in _DEVICE_CLASSES or profile[16:20] not in _CHANNELS:
        raise BadProfile(f"for {profile[12:20]!r}")
    return _CHANNELS[profile[16:20]]


def without_padding(profile: bytes) -> bytes:
    """The profile as long as it says it is; scanners' files pad it, or keep something behind it."""
    size = int.from_bytes(profile[:4], "big")
    return profile[:size] if size >= _LEAST_BYTES else profile


def is_whole(profile: bytes) -> bool:
    """Whether a profile that can be read can also be given on: no reader will turn it down.

    libpng, for one, refuses to write a file whose profile has another length than it says, or tags
    that lie outside of it.
    """
    size, version = int.from_bytes(profile[:4], "big"), profile[8]
    if size != len(profile) or (version > 3 and size % 4) or profile[20:24] not in _PCS:
        return False
    if struct.unpack_from(">I", profile, 64)[0] >= 1 << 16:  # the rendering intent
        return False
    (count,) = struct.unpack_from(">I", profile, 128)
    if _LEAST_BYTES + 12 * count > size:
        return False
    places = (struct.unpack_from(">II", profile, _LEAST_BYTES + 12 * n + 4) for n in range(count))
    return all(offset + length <= size for offset, length in places)


def profile_tags(profile: bytes) -> dict[bytes, memoryview]:
    """The profile's tags by signature. Source: ICC.1:2022, 7.3.

    They are views, as all of them may be all of the profile.

    Raises:
        BadProfile: their table is cut off, or longer than that of any profile.
    """
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 200 or _LEAST_BYTES + 12 * count > len(profile):
        raise BadProfile(f"{count} tags")
    tags: dict[bytes, memoryview] = {}
    view = memoryview(profile)
    for at in range(_LEAST_BYTES, _LEAST_BYTES + 12 * count, 12):
        name, offset, size = struct.unpack_from(">4sII", profile, at)
        tags[name] = view[offset : offset + size]
    return tags


def luminance_model(profile: bytes) -> LuminanceModel | None:
    """The profile as curves and weights.

    Returns:
        None if its colors lie in tables (or it is for CMYK), so that LittleCMS has to read it.

    Raises:
        BadProfile: it is damaged, or its white is not white.
    """
    channels = profile_channels(profile)
    tags = profile_tags(profile)
    if channels == 4 or any(tag in tags for tag in _LOOKUP_TAGS):
        return None
    try:
        model = _gray_model(profile, tags) if channels == 1 else _matrix_model(tags)
        white = float(model.luminance(np.ones((1, channels)))[0])
    except (KeyError, struct.error, OverflowError, IndexError) as error:
        raise BadProfile("a tag is missing or cut off") from error
    if not abs(white - 1) < 0.05:
        raise BadProfile(f"white of luminance {white}")
    return _or_srgb_itself(model)


def rgb_model(profile: bytes) -> RgbModel | None:
    """An RGB profile as curves and a matrix, to write results in its space.

    Returns:
        None if its colors lie in tables, or if it is not for RGB.

    Raises:
        BadProfile: it is damaged, or its white is not white.
    """
    luminance = luminance_model(profile)
    if luminance is None or len(luminance.curves) != 3:
        return None
    tags = profile_tags(profile)
    columns = np.stack([_fixed(tags[name], 8, 3) for name in _COLUMNS], axis=1)
    curves = tuple(_curve(tags[name]) for name in _CURVES)
    return RgbModel(curves, _PCS_TO_XYZ @ columns, luminance is SRGB)


def lightness_of_pcs_lab(lab: Floats) -> NDArray[np.float32]:
    """L* for D65 of CIELAB as the profile connection space has it, for D50.

    Args:
        lab: (..., 3): L* 0..100, a*, b*.

    Returns:
        (...) float32, 0..100.
    """
    fy = (lab[..., 0] + 16) / 116
    # f(t) and L* are the same curve, so lab.py's inverse serves for X and Z as well.
    parts = (fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200)
    weights = _PCS_TO_LUMINANCE * PCS_WHITE
    Y = sum(w * luminance_of_lightness(116 * f - 16) for w, f in zip(weights, parts, strict=True))
    return lightness_of_luminance(np.clip(Y, 0, 1)).astype(np.float32)


def _or_srgb_itself(model: LuminanceModel) -> LuminanceModel:
    """Our own sRGB in place of a profile that is sRGB but for rounding."""
    ours = SRGB if len(model.curves) == 3 else SRGB_GRAY
    levels = np.linspace(0, 1, 18)
    grid = np.stack(np.meshgrid(*[levels] * len(model.curves), indexing="ij"), axis=-1)
    theirs = lightness_of_luminance(model.luminance(grid))
    same = np.abs(theirs - lightness_of_luminance(ours.luminance(grid))).max() < 0.1
    return ours if same else model


def _gray_model(profile: bytes, tags: dict[bytes, memoryview]) -> LuminanceModel:
    curve = _curve(tags[b"kTRC"])
    if profile[20:24] == b"Lab ":
        # ICC.1:2022, F.2: the curve then gives L*, not Y.
        return LuminanceModel((partial(_through_lightness, curve),), (1.0,))
    return LuminanceModel((curve,), (1.0,))


def _through_lightness(curve: Curve, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(luminance_of_lightness(100 * curve(encoded)))


def _matrix_model(tags: dict[bytes, memoryview]) -> LuminanceModel:
    curves = tuple(_curve(tags[name]) for name in _CURVES)
    columns = [_fixed(tags[name], 8, 3) for name in _COLUMNS]
    return LuminanceModel(curves, tuple(float(_PCS_TO_LUMINANCE @ column) for column in columns))


def _fixed(tag: memoryview, at: int, count: int) -> NDArray[np.float64]:
    """Numbers of the type s15Fixed16. Source: ICC.1:2022, 4.6."""
    return np.array(struct.unpack_from(f">{count}i", tag, at), np.float64) / 65536


def _curve(tag: memoryview) -> Curve:
    """A transfer curve. Source: ICC.1:2022, 10.6 and 10.18."""
    if bytes(tag[:4]) == b"para":
        return _parametric_curve(tag)
    if bytes(tag[:4]) != b"curv":
        raise BadProfile(f"a curve of type {bytes(tag[:4])!r}")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return np.asarray
    values = np.array(struct.unpack_from(f">{count}H", tag, 12), np.float64)
    if count == 1:
        return _power_curve(float(values[0]) / 256)
    return partial(_interpolate, values=values / 65535)


def _power_curve(exponent: float) -> Curve:
    if exponent <= 0:
        raise BadProfile("a curve that does not rise")
    return partial(_power, exponent=exponent)


def _power(encoded: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    return np.asarray(encoded**exponent)


def _interpolate(encoded: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.interp(encoded, np.linspace(0, 1, len(values)), values)


def _parametric_curve(tag: memoryview) -> Curve:
    """A curve given by formula. Source: ICC.1:2022, table 68."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind > 4:
        raise BadProfile(f"a parametric curve of kind {kind}")
    p = [float(value) for value in _fixed(tag, 12, (1, 3, 4, 5, 7)[kind])]
    if kind == 0:
        return _power_curve(p[0])
    g, a, b = p[:3]
    if g <= 0 or a <= 0:
        raise BadProfile("a curve that does not rise")
    start = -b / a if kind < 3 else p[4]
    above, below, slope = 0.0, 0.0, 0.0
    if kind == 2:
        above = below = p[3]
    elif kind > 2:
        slope = p[3]
    if kind == 4:
        above, below = p[5:]
    return partial(_two_pieces, power=(g, a, b, above), line=(slope, below), start=start)


def _two_pieces(
    encoded: NDArray[np.float64],
    power: tuple[float, float, float, float],
    line: tuple[float, float],
    start: float,
) -> NDArray[np.float64]:
    """(a x + b)^g + e from `start` on, c x + f below it."""
    g, a, b, e = power
    # Of the branch that np.where throws away no warning shall be heard.
    with np.errstate(over="ignore"):
        high = np.clip(a * encoded + b, 0, None) ** g + e
    return np.where(encoded >= start, high, line[0] * encoded + line[1])
