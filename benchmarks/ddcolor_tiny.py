"""A network of the shape of DDColor-tiny, with random weights, as a yardstick for speed.

Written from Kang et al. 2023, "DDColor: Towards Photo-Realistic Image Colorization via Dual
Decoders", section 3 and its supplement, and Liu et al. 2022 for the encoder: ConvNeXt-T; a pixel
decoder of three shuffled steps and a last one of four; a color decoder of 100 queries, nine layers
over three scales; both joined into 100 planes and refined with the input to a* and b*.
"""

import itertools

import torch
from torch import Tensor, nn

DEPTHS, WIDTHS = (3, 3, 9, 3), (96, 192, 384, 768)
QUERIES, HIDDEN, HEADS, FEEDFORWARD = 100, 256, 8, 2048
ROUNDS = 3


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of a plane."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.scale = nn.Parameter(torch.full((width,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        y = self.depthwise(x).permute(0, 2, 3, 1)
        return x + (self.scale * self.mlp(self.norm(y))).permute(0, 3, 1, 2)


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.downs = nn.ModuleList([nn.Sequential(nn.Conv2d(3, 96, 4, 4), ChannelNorm(96))])
        for inside, out in itertools.pairwise(WIDTHS):
            self.downs.append(nn.Sequential(ChannelNorm(inside), nn.Conv2d(inside, out, 2, 2)))
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvNeXtBlock(width) for _ in range(depth)))
            for depth, width in zip(DEPTHS, WIDTHS, strict=True)
        )
        self.norms = nn.ModuleList(ChannelNorm(width) for width in WIDTHS)

    def forward(self, x: Tensor) -> list[Tensor]:
        taps = []
        for down, stage, norm in zip(self.downs, self.stages, self.norms, strict=True):
            x = stage(down(x))
            taps.append(norm(x))
        return taps


class UpStep(nn.Module):
    """Shuffled up by 2, joined with a tap of the encoder."""

    def __init__(self, inside: int, tap: int, out: int) -> None:
        super().__init__()
        self.up = nn.Sequential(nn.Conv2d(inside, 4 * out, 1), nn.PixelShuffle(2), nn.ReLU())
        self.join = nn.Sequential(nn.Conv2d(out + tap, out, 3, padding=1), nn.ReLU())

    def forward(self, x: Tensor, tap: Tensor) -> Tensor:
        return self.join(torch.cat([self.up(x), tap], dim=1))


class QueryLayer(nn.Module):
    """Cross-attention to one scale, self-attention, feed-forward."""

    def __init__(self) -> None:
        super().__init__()
        self.cross = nn.MultiheadAttention(HIDDEN, HEADS, batch_first=True)
        self.own = nn.MultiheadAttention(HIDDEN, HEADS, batch_first=True)
        self.mlp = nn.Sequential(
            nn.Linear(HIDDEN, FEEDFORWARD), nn.ReLU(), nn.Linear(FEEDFORWARD, HIDDEN)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in range(3))

    def forward(self, queries: Tensor, memory: Tensor) -> Tensor:
        seen, _ = self.cross(queries, memory, memory, need_weights=False)
        queries = self.norms[0](queries + seen)
        shared, _ = self.own(queries, queries, queries, need_weights=False)
        queries = self.norms[1](queries + shared)
        return self.norms[2](queries + self.mlp(queries))


class DDColorTiny(nn.Module):
    """About 55 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.steps = nn.ModuleList(
            [UpStep(768, 384, 512), UpStep(512, 192, 512), UpStep(512, 96, 256)]
        )
        self.last = nn.Sequential(nn.Conv2d(256, 256 * 16, 1), nn.PixelShuffle(4), nn.ReLU())
        self.projections = nn.ModuleList(nn.Conv2d(width, HIDDEN, 1) for width in (512, 512, 256))
        self.queries = nn.Parameter(torch.randn(1, QUERIES, HIDDEN))
        self.layers = nn.ModuleList(QueryLayer() for _ in range(3 * ROUNDS))
        self.embed = nn.Sequential(
            *(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()),
            nn.Linear(HIDDEN, 256),
        )
        self.refine = nn.Conv2d(QUERIES + 3, 2, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 2, H, W)."""
        taps = self.encoder(rgb)
        x, memories = taps[3], []
        for step, tap, project in zip(self.steps, taps[2::-1], self.projections, strict=True):
            x = step(x, tap)
            memories.append(project(x).flatten(2).transpose(1, 2))
        queries = self.queries.expand(rgb.shape[0], -1, -1)
        for index, layer in enumerate(self.layers):
            queries = layer(queries, memories[index % len(memories)])
        planes = torch.einsum("bqc,bchw->bqhw", self.embed(queries), self.last(x))
        return self.refine(torch.cat([planes, rgb], dim=1))
