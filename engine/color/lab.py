"""sRGB <-> CIE XYZ <-> CIELAB, for D65 and the 2 degree observer.

Sources: IEC 61966-2-1:1999 (curve and matrix of sRGB); ISO/CIE 11664-4 (CIELAB).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

# IEC 61966-2-1, four digits as printed there. Its rows add up to the white (0.9505, 1, 1.0890),
# so equal R, G and B give exactly a* = b* = 0.
SRGB_TO_XYZ: NDArray[np.float64] = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float64
)
XYZ_TO_SRGB: NDArray[np.float64] = np.linalg.inv(SRGB_TO_XYZ).astype(np.float64)
WHITE: NDArray[np.float64] = SRGB_TO_XYZ.sum(axis=1)

_DELTA = 6.0 / 29.0


def decode_srgb(encoded: Floats) -> Floats:
    """Undo the sRGB transfer curve.

    Args:
        encoded: any shape, 0..1.

    Returns:
        Linear light, same shape and dtype, 0..1.

    Source: IEC 61966-2-1, 5.2.
    """
    # np.abs keeps the branch that np.where throws away free of warnings for negative input.
    high = ((np.abs(encoded) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, encoded / 12.92, high).astype(encoded.dtype, copy=False)


def encode_srgb(linear: Floats) -> Floats:
    """Apply the sRGB transfer curve.

    Args:
        linear: any shape, linear light, 0..1.

    Returns:
        Encoded values, same shape and dtype, 0..1.

    Source: IEC 61966-2-1, 5.2.
    """
    high = 1.055 * np.abs(linear) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, high).astype(linear.dtype, copy=False)


def lightness_of_luminance(Y: Floats) -> Floats:
    """CIE L* of relative luminance.

    Args:
        Y: any shape, 0..1, 1 being the white.

    Returns:
        L*, same shape and dtype, 0..100.

    Source: ISO/CIE 11664-4, formula 1.
    """
    return (116 * _f(Y) - 16).astype(Y.dtype, copy=False)


def luminance_of_lightness(L: Floats) -> Floats:
    """Relative luminance of CIE L*; the inverse of `lightness_of_luminance`.

    Args:
        L: any shape, 0..100.

    Returns:
        Y, same shape and dtype, 0..1.
    """
    return _f_inverse((L + 16) / 116).astype(L.dtype, copy=False)


def xyz_to_lab(xyz: Floats) -> Floats:
    """CIELAB of tristimulus values.

    Args:
        xyz: (..., 3), D65, Y = 1 for the white.

    Returns:
        (..., 3): L* 0..100, a*, b*; same dtype.

    Source: ISO/CIE 11664-4, formulas 1 to 3.
    """
    fx, fy, fz = (_f(xyz[..., i] / WHITE[i].astype(xyz.dtype)) for i in range(3))
    return np.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], axis=-1).astype(
        xyz.dtype, copy=False
    )


def lab_to_linear_srgb(L: Floats, a: Floats, b: Floats) -> Floats:
    """Linear sRGB of CIELAB, not limited to what sRGB can hold.

    Args:
        L: any shape, L* 0..100.
        a: a*, same shape.
        b: b*, same shape.

    Returns:
        (..., 3): linear R, G, B; outside 0..1 for colors outside sRGB; dtype of L.
    """
    fy = (L + 16) / 116
    x, y, z = _f_inverse(fy + a / 500), _f_inverse(fy), _f_inverse(fy - b / 200)
    # Each row of this matrix adds up to 1. Written as a difference from y, equal x, y and z give
    # equal R, G and B to the last bit: a gray photo comes back with the very codes it had.
    matrix = (XYZ_TO_SRGB * WHITE).astype(L.dtype)
    rows = [y + row[0] * (x - y) + row[2] * (z - y) for row in matrix]
    return np.stack(rows, axis=-1)


def linear_srgb_to_lab(rgb: Floats) -> Floats:
    """CIELAB of linear sRGB.

    Args:
        rgb: (..., 3), linear, 0..1.

    Returns:
        (..., 3): L*, a*, b*; same dtype.
    """
    return xyz_to_lab(rgb @ SRGB_TO_XYZ.T.astype(rgb.dtype))


def srgb_to_lab(encoded: NDArray[np.generic]) -> NDArray[np.float32]:
    """CIELAB of encoded sRGB.

    Args:
        encoded: (..., 3), uint8, uint16, or floating point 0..1.

    Returns:
        (..., 3) float32: L* 0..100, a*, b*.
    """
    return linear_srgb_to_lab(linearize(encoded)).astype(np.float32, copy=False)


def linearize(encoded: NDArray[np.generic]) -> NDArray[np.float32]:
    """Linear light of encoded sRGB values of any depth.

    Args:
        encoded: any shape, uint8, uint16, or floating point 0..1.

    Returns:
        float32, same shape, 0..1. Whole numbers go through a table, computed in double precision.
    """
    if encoded.dtype in (np.uint8, np.uint16):
        top = 255 if encoded.dtype == np.uint8 else 65535
        table = decode_srgb(np.arange(top + 1, dtype=np.float64) / top).astype(np.float32)
        looked_up: NDArray[np.float32] = table[encoded]
        return looked_up
    return decode_srgb(encoded.astype(np.float32))


def _f(t: Floats) -> Floats:
    """The cube root of CIELAB with its straight piece near black."""
    return np.where(t > _DELTA**3, np.cbrt(t), t / (3 * _DELTA**2) + 4 / 29).astype(
        t.dtype, copy=False
    )


def _f_inverse(f: Floats) -> Floats:
    return np.where(f > _DELTA, f * f * f, 3 * _DELTA**2 * (f - 4 / 29)).astype(f.dtype, copy=False)
