"""The encoder: EfficientNet-Lite2 without its classifier, looking at lightness.

Source: Tan and Le 2019 (EfficientNet); EfficientNet-Lite of the TensorFlow TPU models: no
squeeze-excitation, ReLU6, batch norm with eps 1e-3, padding as TensorFlow's "SAME".
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Stage:
    """One row of the layer table: blocks, kernel, first stride, expansion, channels."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STEM_CHANNELS = 32
LITE2 = (
    Stage(1, 3, 1, 1, 16),
    Stage(3, 3, 2, 6, 24),
    Stage(3, 5, 2, 6, 48),
    Stage(4, 3, 2, 6, 88),
    Stage(4, 5, 1, 6, 120),
    Stage(5, 5, 2, 6, 208),
    Stage(1, 3, 1, 6, 352),
)
# The smaller sister, against which the vivid phase of the training judges.
LITE0 = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
TAPPED_STAGES = (1, 2, 4, 6)
TAPPED_CHANNELS = tuple(LITE2[index].channels for index in TAPPED_STAGES)


class Conv(nn.Module):
    """Convolution with TensorFlow's SAME padding, batch norm and, if asked for, ReLU6."""

    def __init__(
        self,
        inside: int,
        out: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        *,
        act: bool = True,
    ) -> None:
        super().__init__()
        # For even sizes and stride 2 SAME puts the odd pixel to the right and below.
        left = (kernel - stride) // 2
        right = kernel - stride - left
        self.extra = (left, right, left, right) if left != right else None
        padding = 0 if self.extra else left
        self.conv = nn.Conv2d(inside, out, kernel, stride, padding, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(out, eps=1e-3, momentum=0.01)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        """(B, inside, H, W) -> (B, out, H / stride, W / stride)."""
        if self.extra:
            x = F.pad(x, self.extra)
        x = self.norm(self.conv(x))
        return F.relu6(x) if self.act else x


class Block(nn.Module):
    """Inverted residual: 1x1 up, depthwise, 1x1 down; the input added where shapes agree."""

    def __init__(self, inside: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inside * expansion
        self.expand = Conv(inside, wide, 1) if expansion > 1 else None
        self.depthwise = Conv(wide, wide, kernel, stride, groups=wide)
        self.project = Conv(wide, out, 1, act=False)
        self.adds = stride == 1 and inside == out

    def forward(self, x: Tensor) -> Tensor:
        """(B, inside, H, W) -> (B, out, H / stride, W / stride)."""
        wide = self.expand(x) if self.expand is not None else x
        y: Tensor = self.project(self.depthwise(wide))
        return x + y if self.adds else y


class Encoder(nn.Module):
    """Pictures to features at 1/4, 1/8, 1/16 and 1/32 of their size.

    Args:
        rows: the layer table.
    """

    def __init__(self, rows: tuple[Stage, ...] = LITE2) -> None:
        super().__init__()
        self.stem = Conv(3, STEM_CHANNELS, 3, stride=2)
        stages: list[nn.Module] = []
        inside = STEM_CHANNELS
        for row in rows:
            blocks = []
            for index in range(row.blocks):
                stride = row.stride if index == 0 else 1
                blocks.append(Block(inside, row.channels, row.kernel, stride, row.expansion))
                inside = row.channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self._gray = False

    def take_gray(self) -> None:
        """Take lightness for what it is, not for three equal colors; the results stay the same.

        The encoder can then no longer be saved, nor shown colors. Once is enough.
        """
        if self._gray:
            return
        conv = self.stem.conv
        conv.in_channels = 1
        conv.weight = nn.Parameter(conv.weight.sum(dim=1, keepdim=True), requires_grad=False)
        self._gray = True

    def forward(self, L: Tensor) -> tuple[Tensor, ...]:
        """Features of lightness.

        Args:
            L: (B, 1, H, W), L* 0..100; H and W multiples of 32.

        Returns:
            (B, 24, H/4, W/4), (B, 48, H/8, W/8), (B, 120, H/16, W/16), (B, 352, H/32, W/32).
        """
        gray = L * 2.55
        return self.features(gray if self._gray else gray.expand(-1, 3, -1, -1))

    def features(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Features of a picture.

        Args:
            pixels: (B, 3, H, W), or (B, 1, H, W) after `take_gray`, 0..255.

        Returns:
            Features after the tapped stages.
        """
        # The input range the starting weights were trained with.
        x = ((pixels - 127) / 128).contiguous(memory_format=torch.channels_last)
        x = self.stem(x)
        taps = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in TAPPED_STAGES:
                taps.append(x)
        return tuple(taps)
