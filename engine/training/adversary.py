"""What the vivid phase compares and judges results with.

Small heads on the frozen features of an ImageNet network tell results from truths; the same
features give a matching loss. Frozen features make such an adversary cheap and quick to converge.

Source: Sauer et al. 2021, "Projected GANs Converge Faster"; Miyato et al. 2018 (spectral norm).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from engine.network.encoder import LITE0, TAPPED_STAGES, Encoder

WIDTH = 64
JUDGED_CHANNELS = tuple(LITE0[index].channels for index in TAPPED_STAGES)

Features = tuple[Tensor, ...]


class Head(nn.Module):
    """Says of each place of a feature map how true it looks.

    Args:
        inside: channels of the features.
    """

    def __init__(self, inside: int) -> None:
        super().__init__()
        # The scale of frozen features differs from tap to tap; spectral norm would not even it out.
        self.scale = nn.GroupNorm(1, inside, affine=False)
        self.layers = nn.Sequential(
            spectral_norm(nn.Conv2d(inside, WIDTH, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(WIDTH, WIDTH, 3, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(WIDTH, 1, 3, padding=1)),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, inside, h, w) -> (B, 1, h, w)."""
        score: Tensor = self.layers(self.scale(features))
        return score


class Adversary(nn.Module):
    """One head per tapped feature map."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList([Head(channels) for channels in JUDGED_CHANNELS])

    def forward(self, features: Features) -> list[Tensor]:
        """Scores of each map, (B, 1, h, w)."""
        return [head(each) for head, each in zip(self.heads, features, strict=True)]


def tell_apart_loss(false: list[Tensor], true: list[Tensor]) -> Tensor:
    """What the adversary minimizes: the hinge loss, the mean over the heads."""
    parts = [F.relu(1 + f).mean() + F.relu(1 - t).mean() for f, t in zip(false, true, strict=True)]
    return torch.stack(parts).mean()


def deceive_loss(false: list[Tensor]) -> Tensor:
    """What the color network minimizes against the adversary."""
    return -torch.stack([score.mean() for score in false]).mean()


def matching_loss(results: Features, truths: Features) -> Tensor:
    """Mean difference of the features relative to their mean size, the mean over the taps."""
    parts = [
        (result - truth).abs().mean() / (truth.abs().mean() + 1e-6)
        for result, truth in zip(results, truths, strict=True)
    ]
    return torch.stack(parts).mean()


def judged(judge: Encoder, rgb: Tensor) -> Features:
    """Features of pictures, (B, 3, H, W) 0..1, in 32-bit floats."""
    return tuple(each.float() for each in judge.features(255 * rgb))
