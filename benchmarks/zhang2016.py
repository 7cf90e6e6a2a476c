"""A network of the shape of Zhang et al. 2016, with random weights, as a yardstick for speed.

Written from the layer table of "Colorful Image Colorization" (figure 2 and appendix): eight blocks
of 3x3 convolutions, the fifth and sixth dilated; a distribution over 313 colors at 1/4.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.zhang2017 import block

COLORS = 313


def halving(inside: int, out: int, count: int) -> nn.Sequential:
    """A block whose last convolution has stride 2."""
    layers = block(inside, out, count)
    layers[-2].stride = (2, 2)
    return layers


class Zhang2016(nn.Module):
    """32 million parameters; batch norms left out, since they fold into the convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            halving(1, 64, 2),
            halving(64, 128, 2),
            halving(128, 256, 3),
            block(256, 512, 3),
            block(512, 512, 3, dilation=2),
            block(512, 512, 3, dilation=2),
            block(512, 512, 3),
        )
        self.up = nn.ConvTranspose2d(512, 256, 4, 2, 1)
        self.conv8 = nn.Sequential(nn.ReLU(inplace=True), block(256, 256, 2))
        self.to_colors = nn.Conv2d(256, COLORS, 1)
        self.to_ab = nn.Conv2d(COLORS, 2, 1, bias=False)

    def forward(self, L: Tensor) -> Tensor:
        """(B, 1, H, W) -> (B, 2, H, W)."""
        share = self.to_colors(self.conv8(self.up(self.encoder(L)))).softmax(dim=1)
        return F.interpolate(self.to_ab(share), scale_factor=4, mode="bilinear")


def parameters(network: nn.Module) -> float:
    """Millions of parameters."""
    return sum(parameter.numel() for parameter in network.parameters()) / 1e6


if __name__ == "__main__":
    print(f"{parameters(Zhang2016()):.1f} million", Zhang2016()(torch.rand(1, 1, 64, 64)).shape)
