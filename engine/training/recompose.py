"""Lab to sRGB and its colorfulness in torch, so that losses can look at the finished picture.

The same formulas as `engine.color.lab` and `metrics.colorfulness`, differentiable.
"""

import torch
from torch import Tensor

from engine.color.lab import WHITE, XYZ_TO_SRGB

# A slope below this value of the cube root is linear (ISO/CIE 11664-4).
KNEE = 6.0 / 29.0


def to_srgb(L: Tensor, ab: Tensor) -> Tensor:
    """The picture a photo and its colors make.

    Args:
        L: (B, 1, H, W), L* 0..100.
        ab: (B, 2, H, W), a* and b*.

    Returns:
        (B, 3, H, W), sRGB-encoded, 0..1. What no display shows is cut off here, as a loss needs a
        slope and no exactness; the program itself never clips.
    """
    f_y = (L + 16) / 116
    f = torch.cat([f_y + ab[:, :1] / 500, f_y, f_y - ab[:, 1:] / 200], dim=1)
    cubed = torch.where(f > KNEE, f**3, 3 * KNEE**2 * (f - 4 / 29))
    white = torch.tensor(WHITE, dtype=L.dtype, device=L.device)
    to_rgb = torch.tensor(XYZ_TO_SRGB, dtype=L.dtype, device=L.device)
    linear = torch.einsum("bchw,rc->brhw", cubed, to_rgb * white)
    # Slightly above 0, where the slope of the power would be infinite.
    linear = linear.clamp(1e-4, 1)
    high = 1.055 * linear ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, high)


def colorfulness(rgb: Tensor) -> Tensor:
    """Colorfulness of pictures.

    Args:
        rgb: (B, 3, H, W), sRGB-encoded, 0..1.

    Returns:
        (B,), on the scale of `metrics.colorfulness`.

    Source: Hasler and Suesstrunk 2003, formula 3.
    """
    red, green, blue = (255 * rgb).unbind(dim=1)
    rg, yb = (red - green).flatten(1), ((red + green) / 2 - blue).flatten(1)
    # A tiny variance keeps the slope of the root finite in plain gray pictures.
    spread = (rg.var(dim=1, correction=0) + yb.var(dim=1, correction=0) + 1e-3).sqrt()
    middle = (rg.mean(dim=1).square() + yb.mean(dim=1).square() + 1e-3).sqrt()
    return spread + 0.3 * middle
