"""Which cells of a photo are of one kind, and letting those agree on what they are.

The decoder decides cell by cell; where a coat may be maroon or navy, it says one here and the other
there. What it says is therefore averaged over cells that the encoder saw as alike: sleeve with
sleeve, not with the wall beside it. Only what is coarser than a cell is averaged; edges and small
things stay. A hint, too, is for what is alike.

Source: Buades et al. 2005, "A non-local algorithm for image denoising", with the encoder's features
in the place of patches of pixels. See docs/decisions/0029 and 0031.
"""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

CELL = 4  # cells at 1/4 along a cell at 1/16


def descriptors(at_8: Tensor, at_16: Tensor) -> Tensor:
    """What the encoder saw in each cell, comparable from photo to photo.

    Args:
        at_8: (B, C8, 2h, 2w), features at 1/8.
        at_16: (B, C16, h, w), features at 1/16.

    Returns:
        (B, C8 + C16, h, w), 32-bit floats; either kind has the mean 0 in each channel and a mean
        squared length of about 1.
    """
    return torch.cat([F.avg_pool2d(_even(at_8), 2), _even(at_16)], dim=1)


def kinship(described: Tensor, within: float, reach: float) -> Tensor:
    """How much each cell takes from each.

    Args:
        described: (B, C, h, w), from `descriptors`.
        within: squared distance of two descriptors at which the weight is 1/e; above 0.
        reach: standard deviation of the weight over the place, as a share of the shorter side;
            above 0.

    Returns:
        (B, h*w, h*w), rows adding up to 1.
    """
    _, _, h, w = described.shape
    f = described.flatten(2)
    # The square of what asks is the same in all of its row, and falls out of the softmax.
    less = _distances(h, w, reach, f.device) + f.square().sum(dim=1)[:, None] / within
    with torch.autocast(f.device.type, enabled=False):
        same = torch.baddbmm(less, f.transpose(1, 2), f, beta=-1, alpha=2 / within)
        return same.softmax(dim=2)


# The matrix of a large photo is large: only that of the last one is kept.
@lru_cache(maxsize=1)
def _distances(h: int, w: int, reach: float, device: torch.device) -> Tensor:
    """(h*w, h*w), by how much the weight's logarithm falls with the place."""
    y, x = (torch.arange(float(n), device=device) for n in (h, w))
    place = torch.cartesian_prod(y, x)
    return torch.cdist(place, place).square() / (2 * (reach * min(h, w)) ** 2)


def agreed(x: Tensor, kin: Tensor) -> Tensor:
    """Features with their coarse part averaged over cells of one kind.

    Args:
        x: (B, C, 4h, 4w).
        kin: (B, h*w, h*w), from `kinship`.

    Returns:
        The shape and precision of x.
    """
    coarse = F.avg_pool2d(x, CELL).float()
    rows = coarse.flatten(2).transpose(1, 2)
    mixed = (kin @ rows).transpose(1, 2).view(coarse.shape)
    # In this order the difference lies in memory as `coarse` does: interpolated ten times as fast.
    change = torch.rsub(coarse, mixed)
    fine = F.interpolate(change, scale_factor=CELL, mode="bilinear", align_corners=False)
    return x + fine.to(x.dtype)


def apart(described: Tensor, places: Tensor) -> Tensor:
    """How much less alike cells are to what lies at some places than those places themselves.

    Args:
        described: (B, C, h, w), from `descriptors`.
        places: (B, 1, N, 2), x and y, -1..1; N is above 0.

    Returns:
        (B, N, 4h, 4w), squared distances of descriptors.
    """
    batch, _, h, w = described.shape
    there = F.grid_sample(described, places, align_corners=False, padding_mode="border")[:, :, 0]
    squares = described.square().sum(dim=1).flatten(1)
    rows = there.square().sum(dim=1)[:, :, None] + squares[:, None]
    rows = torch.baddbmm(rows, there.transpose(1, 2), described.flatten(2), alpha=-2)
    far = F.interpolate(
        rows.view(batch, -1, h, w), scale_factor=CELL, mode="bilinear", align_corners=False
    )
    # Between cells a place is like none of them entirely, least of all on an edge.
    each = far.view(-1, 1, CELL * h, CELL * w), places.reshape(-1, 1, 1, 2)
    least = F.grid_sample(*each, align_corners=False, padding_mode="border")
    return (far - least.view(batch, -1, 1, 1)).clamp(min=0)


def _even(features: Tensor) -> Tensor:
    """Mean 0 in each channel, mean squared length 1."""
    plain = features.float()
    centered = plain - plain.mean(dim=(2, 3), keepdim=True)
    spread = plain.std(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
    even: Tensor = centered / (spread * plain.shape[1] ** 0.5)
    return even
