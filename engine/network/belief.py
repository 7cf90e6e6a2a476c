"""What the network believes of a color, as honest percentages.

The distribution that colors are read out of leans towards vivid colors twice over: its training
weighed rare colors more, and a temperature below 1 sharpens it. Here the weights are taken out
again (Bayes' rule) and the temperature is one that was fitted to truths, so that what is called
70 % happens seven times in ten.

Source of fitting a temperature: Guo et al. 2017, "On Calibration of Modern Neural Networks".
"""

import torch
from torch import Tensor

from engine.network.hints import HintBatch
from engine.network.model import Painting

# Two colors nearer than this in a*b* pass for the same choice.
SAME_COLOR = 15.0


def posterior(logits: Tensor, bin_weights: Tensor, temperature: float, unweighing: float) -> Tensor:
    """The honest distribution.

    Args:
        logits: (B, K, h, w), from the network.
        bin_weights: (K,), by which its training weighed the bins.
        temperature: fitted on photos kept from training.
        unweighing: 0..1, how far the weights are taken out again; fitted, too.

    Returns:
        (B, K, h, w), adding up to 1 over the second axis.
    """
    prior = unweighing * bin_weights.log()[None, :, None, None]
    return ((logits.float() - prior) / temperature).softmax(dim=1)


def doubt(
    painting: Painting, share: Tensor, result: Tensor, centers: Tensor, hints: HintBatch
) -> Tensor:
    """How far off the result is expected to be.

    Args:
        painting: from `ColorNetwork.paint`, without a batch: B = 1.
        share: (1, K, h, w), from `posterior`.
        result: (1, 2, h, w), the a*b* shown.
        centers: (K, 2), of the bins.
        hints: those given to `paint`.

    Returns:
        (h, w), the root of the expected squared distance in a*b*; where a hint rules, that of the
        hint, which is taken for true.
    """
    # E|c - r|^2 = E|c|^2 - 2 r E[c] + |r|^2, so no plane per bin is needed.
    mean = torch.einsum("bkhw,kc->bchw", share, centers)
    square = torch.einsum("bkhw,k->bhw", share, centers.square().sum(dim=1))
    off = square - 2 * (mean * result).sum(dim=1) + result.square().sum(dim=1)
    expected = painting.pointer[:, 0] * off
    if hints.radius.shape[1]:
        from_hints = (hints.ab[:, :, :, None, None] - result[:, None]).square().sum(dim=2)
        expected = expected + (painting.pointer[:, 1:] * from_hints).sum(dim=1)
    return expected.clamp(min=0).sqrt()[0]


def likeliest(share: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """The color with the most belief around it, and how much that is.

    Args:
        share: (1, K, h, w), from `posterior`.
        centers: (K, 2), of the bins.

    Returns:
        (1, 2, h, w), a*b*; (1, h, w), 0..1, the belief within SAME_COLOR of it.
    """
    near = (torch.cdist(centers, centers) <= SAME_COLOR).to(share.dtype)
    around = torch.einsum("bkhw,kn->bnhw", share, near)
    belief, index = around.max(dim=1)
    return centers[index].permute(0, 3, 1, 2), belief
