"""What the training minimizes.

Sources: Zhang et al. 2016, section 2.2 (soft targets, rebalancing); Zhang et al. 2017 (Huber).
"""

from collections.abc import Iterable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.network.bins import bin_centers, nearest_bins
from engine.network.hints import HintBatch
from engine.network.model import AB_SCALE, Painting

SOFT_SIGMA = 5.0
NEIGHBORS = 5


def rebalancing(ab: Iterable[NDArray[np.float32]], uniform_share: float = 0.5) -> Tensor:
    """Weights that keep rare, vivid colors from drowning in gray.

    Args:
        ab: colors of many photos, each (N, 2).
        uniform_share: 0..1, how far the weights lean towards equal weights of the bins.

    Returns:
        (K,) float32, weights of the bins with mean 1 over the colors given.

    Source: Zhang et al. 2016, formula 4.
    """
    centers = bin_centers().astype(np.float64)
    counts = np.zeros(len(centers))
    for colors in ab:
        index, _ = nearest_bins(colors, 1)
        counts += np.bincount(index[:, 0], minlength=len(centers))
    distance = ((centers[:, None] - centers[None]) ** 2).sum(axis=-1)
    spread = np.exp(-distance / (2 * SOFT_SIGMA**2))
    smooth = spread / spread.sum(axis=0, keepdims=True) @ counts
    share = smooth / smooth.sum()
    weights = 1 / ((1 - uniform_share) * share + uniform_share / len(centers))
    weights /= (weights * share).sum()
    return torch.tensor(weights, dtype=torch.float32)


def soft_targets(ab: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """Each color as a mix of its nearest bins.

    Args:
        ab: (N, 2).
        centers: (K, 2).

    Returns:
        (N, 5) indices, nearest first; (N, 5) weights adding up to 1.
    """
    distance = torch.cdist(ab, centers)
    near, index = distance.topk(NEIGHBORS, dim=1, largest=False)
    weights = torch.exp(-near.square() / (2 * SOFT_SIGMA**2)) + 1e-12
    return index, weights / weights.sum(dim=1, keepdim=True)


def class_loss(
    painting: Painting,
    hints: HintBatch,
    truth: Tensor,
    centers: Tensor,
    weights: Tensor,
    chosen: Tensor,
) -> Tensor:
    """Rebalanced cross-entropy of the distribution, the hints' share in it included.

    Args:
        painting: from the network, at 1/4.
        hints: those it was given.
        truth: (B, 2, h, w), a*b* at 1/4.
        centers: (K, 2).
        weights: (K,), from `rebalancing`.
        chosen: (M,) cells of the B * h * w that count; a random part of them is enough.

    Returns:
        Scalar.
    """
    batch = truth.shape[0]
    truth = truth.permute(0, 2, 3, 1).reshape(-1, 2)[chosen]
    index, share = soft_targets(truth, centers)
    logits = painting.logits.permute(0, 2, 3, 1).reshape(-1, len(centers))[chosen]
    own = logits.float().log_softmax(dim=1).gather(1, index).exp()  # (M, 5)
    pointer = painting.pointer.permute(0, 2, 3, 1).reshape(-1, painting.pointer.shape[1])[chosen]
    mixed = pointer[:, :1] * own
    if hints.radius.shape[1]:
        # Of each cell's 5 target bins: how much of each hint's color lies in them.
        hint_index, hint_share = soft_targets(hints.ab.reshape(-1, 2), centers)
        dense = torch.zeros(hint_index.shape[0], len(centers), device=truth.device)
        dense = dense.scatter(1, hint_index, hint_share).view(batch, -1, len(centers))
        photo = chosen // (painting.logits.shape[2] * painting.logits.shape[3])
        in_hints = dense.transpose(1, 2)[photo[:, None], index]  # (M, 5, N)
        mixed = mixed + (in_hints * pointer[:, None, 1:]).sum(dim=-1)
    loss = -(share * mixed.clamp(min=1e-7).log()).sum(dim=1)
    balance = weights[index[:, 0]]
    return (balance * loss).sum() / balance.sum()


def color_loss(ab: Tensor, truth: Tensor) -> Tensor:
    """Huber loss of a*b* at full size; both (B, 2, H, W)."""
    return F.huber_loss(ab / AB_SCALE, truth / AB_SCALE, delta=0.1) * 10


def hint_loss(ab: Tensor, hints: HintBatch) -> Tensor:
    """Mean error at the hinted points.

    Args:
        ab: (B, 2, H, W), the result.
        hints: those the network was given.

    Returns:
        Scalar; 0 without hints.
    """
    size = torch.tensor([ab.shape[3], ab.shape[2]], device=ab.device)
    where = (hints.place / size * 2 - 1)[:, None]
    got = F.grid_sample(ab, where, align_corners=False, padding_mode="border")[:, :, 0]
    error = (got.transpose(1, 2) - hints.ab).abs().mean(dim=2) / AB_SCALE
    present = hints.present
    return (error * present).sum() / present.sum().clamp(min=1)
