"""RGB color spaces that results are written in.

Sources: ICC.1:2022 for profiles; B. Lindbloom, "Chromatic Adaptation", for linear Bradford.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.color.icc import BadProfile, is_whole, rgb_model
from engine.color.lab import SRGB_TO_XYZ, WHITE, encode_srgb

# Nodes of the encoding curves. They lie even over the square root of light, so that curves that
# start steeply are followed. Between them 16-bit codes are interpolated, off by 0.001 of a code at
# most; 8-bit codes are those of the nearest node, off by 0.01 of a code before they are rounded.
NODES = 16384
_SAMPLES = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class RgbSpace:
    """An RGB space with a curve for each channel.

    Attributes:
        name: for people; the profile's own description where it comes from a file.
        icc: its profile, to be embedded; empty for the sRGB profile libvips brings along.
        mixing: (3, 2) float32. With x, y, z the tristimulus values over those of the white, a
            channel's light is y + mixing[c, 0] * (x - y) + mixing[c, 1] * (z - y): written so,
            gray has equal channels to the last bit.
        encoding: (3, NODES) float32, light -> code 0..65535, at light (k / (NODES - 1))**2.
        bytes: (3, NODES) uint8, the same, 0..255.
    """

    name: str
    icc: bytes
    mixing: NDArray[np.float32]
    encoding: NDArray[np.float32]
    bytes: NDArray[np.uint8]

    @property
    def is_srgb(self) -> bool:
        """Whether it is sRGB, but for rounding in the profile."""
        return self.mixing.tobytes() == SRGB_SPACE.mixing.tobytes()

    def __post_init__(self) -> None:
        for array in (self.mixing, self.encoding, self.bytes):
            array.setflags(write=False)


def _space(
    name: str, icc: bytes, to_xyz: NDArray[np.float64], curves: NDArray[np.float64]
) -> RgbSpace:
    """A space from its matrix, and (3, NODES) codes 0..1."""
    encoding = (curves * 65535).astype(np.float32)
    return RgbSpace(name, icc, _mixing(to_xyz), encoding, np.rint(curves * 255).astype(np.uint8))


def _mixing(to_xyz: NDArray[np.float64]) -> NDArray[np.float32]:
    """From the matrix linear RGB -> XYZ for D65.

    Rows add up to 1 but for the rounding in profiles. That is put right in the share of y, which is
    left out here: so luminance stays exact whatever the chroma.
    """
    return np.ascontiguousarray((np.linalg.inv(to_xyz) * WHITE)[:, [0, 2]], np.float32)


def _light() -> NDArray[np.float64]:
    return np.asarray((np.arange(NODES) / (NODES - 1)) ** 2, np.float64)


_SRGB_CURVES = np.repeat(np.asarray(encode_srgb(_light()), np.float64)[None], 3, axis=0)
SRGB_SPACE = _space("sRGB", b"", SRGB_TO_XYZ, _SRGB_CURVES)


@lru_cache(maxsize=8)
def space_of_profile(icc: bytes, name: str) -> RgbSpace | None:
    """The space of a profile, if it is of the kind "three curves and a matrix".

    Args:
        icc: an ICC profile for RGB.
        name: what to call it.

    Returns:
        None if its colors lie in tables, if one of its curves cannot be turned around, or if it is
        damaged in some other place.
    """
    try:
        model = rgb_model(icc)
    except BadProfile:
        return None
    if model is None or not is_whole(icc):
        return None
    if model.is_srgb:
        return _space(name, icc, SRGB_TO_XYZ, _SRGB_CURVES)
    if not _is_sound(model.to_xyz):
        return None
    codes = np.linspace(0, 1, _SAMPLES)
    encoding = []
    for curve in model.curves:
        light = np.asarray(curve(codes), np.float64)
        if not (np.all(np.diff(light) >= 0) and light[0] < 0.01 and light[-1] > 0.99):
            return None
        encoding.append(np.interp(_light(), light, codes))
    return _space(name, icc, model.to_xyz, np.array(encoding))


def _is_sound(to_xyz: NDArray[np.float64]) -> bool:
    """Whether its white is that of D65, and its primaries span a space."""
    return (
        bool(np.abs(to_xyz.sum(axis=1) - WHITE).max() < 0.02)
        and abs(float(np.linalg.det(to_xyz))) > 1e-3
    )
