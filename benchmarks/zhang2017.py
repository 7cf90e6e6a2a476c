"""A network of the shape of Zhang et al. 2017, with random weights, as a yardstick for speed.

Written from the layer table of "Real-Time User-Guided Image Colorization with Learned Deep
Priors" (figure 2 and appendix): ten blocks of 3x3 convolutions, the fifth and sixth dilated, three
shortcuts; input lightness with hint planes (4 channels), output a* and b*.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def block(inside: int, out: int, count: int, dilation: int = 1) -> nn.Sequential:
    layers: list[nn.Module] = []
    for index in range(count):
        layers += [
            nn.Conv2d(inside if index == 0 else out, out, 3, padding=dilation, dilation=dilation),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class Zhang2017(nn.Module):
    """34 million parameters; batch norms left out, since they fold into the convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = block(4, 64, 2)
        self.conv2 = block(64, 128, 2)
        self.conv3 = block(128, 256, 3)
        self.conv4 = block(256, 512, 3)
        self.conv5 = block(512, 512, 3, dilation=2)
        self.conv6 = block(512, 512, 3, dilation=2)
        self.conv7 = block(512, 512, 3)
        self.up8 = nn.ConvTranspose2d(512, 256, 4, 2, 1)
        self.short3 = nn.Conv2d(256, 256, 3, padding=1)
        self.conv8 = block(256, 256, 2)
        self.up9 = nn.ConvTranspose2d(256, 128, 4, 2, 1)
        self.short2 = nn.Conv2d(128, 128, 3, padding=1)
        self.conv9 = block(128, 128, 1)
        self.up10 = nn.ConvTranspose2d(128, 128, 4, 2, 1)
        self.short1 = nn.Conv2d(64, 128, 3, padding=1)
        self.conv10 = block(128, 128, 1)
        self.out = nn.Conv2d(128, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 4, H, W) -> (B, 2, H, W)."""
        at_1 = self.conv1(x)
        at_2 = self.conv2(at_1[..., ::2, ::2])
        at_4 = self.conv3(at_2[..., ::2, ::2])
        at_8 = self.conv7(self.conv6(self.conv5(self.conv4(at_4[..., ::2, ::2]))))
        y = self.conv8(F.relu(self.up8(at_8) + self.short3(at_4)))
        y = self.conv9(F.relu(self.up9(y) + self.short2(at_2)))
        y = self.conv10(F.relu(self.up10(y) + self.short1(at_1)))
        return torch.tanh(self.out(y)) * 110
