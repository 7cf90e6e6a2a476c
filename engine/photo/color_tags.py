"""Colors that a file tells in numbers: code points (CICP), or gamma and chromaticities.

Turned into an ICC profile; None stands for sRGB, as everywhere. Source: ITU-T H.273 (the code
points of primaries and curves that PNG, HEIF, AVIF and JPEG XL share), tables 2 and 3.
"""

from dataclasses import dataclass

from engine.color.made_profile import (
    LINEAR_CURVE,
    SRGB_CURVE,
    Chromaticity,
    gray_profile,
    rgb_profile,
)
from engine.photo.decoded import Undecodable
from engine.photo.formats import NOT_READ

Primaries = tuple[Chromaticity, Chromaticity, Chromaticity]

_D65 = (0.3127, 0.3290)
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
SRGB_PRIMARIES: Primaries = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
SRGB_WHITE = _D65
_PRIMARIES: dict[int, tuple[Primaries, Chromaticity]] = {
    5: (((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)), _D65),  # PAL
    6: (((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)), _D65),  # NTSC
    9: (((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), _D65),  # BT.2020
    11: (_P3, (0.314, 0.351)),
    12: (_P3, _D65),  # Display P3
}
# Curves that are not shown like sRGB's. That of BT.709 (1, 6, 14, 15) is one for cameras: pictures
# marked with it are made on, and for, screens with about the curve of sRGB.
_CURVES: dict[int, tuple[float, ...]] = {4: (2.2,), 5: (2.8,), 8: LINEAR_CURVE}
_PQ, _HLG = 16, 18


@dataclass(frozen=True, slots=True)
class Cicp:
    """Two of the code points.

    Attributes:
        primaries: H.273, table 2.
        curve: H.273, table 3.
    """

    primaries: int
    curve: int


def refuse_high_dynamic_range(cicp: Cicp) -> None:
    """Turn down PQ and HLG.

    How bright their values are depends on the screen; whatever they were toned down to, the result
    would not keep the photo's lightness, which is what this program promises.

    Raises:
        Undecodable: it is one of them.
    """
    if cicp.curve in (_PQ, _HLG):
        raise Undecodable(NOT_READ["hdr"])


def profile_of_cicp(cicp: Cicp, gray: bool) -> bytes | None:
    """The profile that says the same; None for sRGB and for what nobody told."""
    curve = _CURVES.get(cicp.curve)
    if gray:
        return None if curve is None else gray_profile(curve)
    primaries = _PRIMARIES.get(cicp.primaries)
    if curve is None and primaries is None:
        return None
    return rgb_profile(*(primaries or (SRGB_PRIMARIES, SRGB_WHITE)), curve or SRGB_CURVE)
