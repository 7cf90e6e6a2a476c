"""The whole color network: lightness and hints in, a distribution over colors and a*b* out.

    L* (B, 1, H, W)
      -> encoder                      features at 1/4, 1/8, 1/16, 1/32     look(): once per photo
      -> 1/16: lateral + upsampled 1/32 + fully connected view of the whole photo
    hints                                                                 paint(): once per edit
      -> 1/16: + hints; transformer blocks over all cells
      -> 1/8:  up + lateral + hints; residual pair of 3x3
      -> 1/4:  up + lateral + hints; residual pair of 3x3
      -> cells of one kind agree
      -> logits over the bins, pointer to the hints, color by the mean of the sharpened distribution
      -> convex upsampling to H x W: each pixel a learned mean of 9 coarse neighbors

Sources: Zhang et al. 2016 (bins, annealed mean), Iizuka et al. 2016 (view of the whole photo),
Yun et al. 2023 (hints carried by attention), Teed and Deng 2020 (convex upsampling).
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.network.bins import bin_centers
from engine.network.calibration import Calibration
from engine.network.cells import DETAIL, CellWork, PlainCells
from engine.network.encoder import TAPPED_CHANNELS, Encoder
from engine.network.hints import HintBatch, HintPointer, places, under_hints
from engine.network.kinship import agreed, apart, descriptors, kinship

AB_SCALE = 110.0
INPUT_MULTIPLE = 32
LEARNED = Calibration()
# The more hints there are, the less each has to say beyond its spot: with so many more, half.
FEW = 10
# What n likely hints agree on holds for the whole photo by n / (n + BEFORE).
BEFORE = 5
# a*b*; so far a color is always in doubt, and so little chroma is none.
LEAST_SPREAD = LEAST_CHROMA = 6.0
# How far a photo's hues agree in the mean, see `Calibration`; looked at in one cell of so many each
# way. No photo is read out more timidly or more boldly than so.
SURE, ONE_OF = 0.72, 4
LEAST_BOLD, MOST_BOLD = 0.8, 1.4


@dataclass(frozen=True)
class NetworkConfig:
    """The sizes of the network; stored in the weights file.

    Attributes:
        width_16: channels at 1/16, in the transformer.
        width_8: channels at 1/8.
        width_4: channels at 1/4.
        blocks: transformer blocks.
        heads: attention heads.
        expansion: of the transformer's MLP.
        pointer_width: channels of the hint pointer's queries and keys.
        bins: colors to choose between.
        kin_within, kin_reach: which cells agree on their colors, see `kinship`; within 0: none.
    """

    width_16: int = 256
    width_8: int = 128
    width_4: int = 96
    blocks: int = 3
    heads: int = 8
    expansion: int = 3
    pointer_width: int = 48
    bins: int = 261
    kin_within: float = 0.25
    kin_reach: float = 0.2

    def to_dict(self) -> dict[str, float]:
        """As plain numbers, for the weights file."""
        return asdict(self)


class Unhinted(NamedTuple):
    """What the decoder makes of a photo before anyone gives a hint; the same at each edit.

    Hints change neither where edges are nor, to speak of, how the mean is corrected; and how boldly
    the rest of a photo is read out is no business of theirs, only of the calibration.

    Attributes:
        agreed: (B, width_4, H/4, W/4), features, those of one kind agreed.
        some: (B, bins, H/16, W/16), logits of one in `ONE_OF` cells each way.
        calibration: for which `bold` holds.
        bold: see `Painting`.
        residual: likewise.
        upsampling: likewise.
    """

    agreed: Tensor
    some: Tensor
    calibration: Calibration
    bold: Tensor | None
    residual: Tensor
    upsampling: Tensor | None


class Look(NamedTuple):
    """What the encoder saw of a photo, already at the decoder's widths.

    Attributes:
        at_4: (B, width_4, H/4, W/4).
        at_8: (B, width_8, H/8, W/8).
        at_16: (B, width_16, H/16, W/16).
        detail: (B, 64, H/4, W/4), the part of the upsampling that only asks the lightness itself,
            4x4 pixels a cell; None once that is done.
        described: (B, C, H/16, W/16), what each cell at 1/16 is like, see `kinship.descriptors`.
        kin: (B, n, n), how much each of the n cells at 1/16 takes from each; None for nothing.
        unhinted: what `ColorNetwork.ahead` adds.
    """

    at_4: Tensor
    at_8: Tensor
    at_16: Tensor
    detail: Tensor | None
    described: Tensor
    kin: Tensor | None
    unhinted: Unhinted | None = None


class Painting(NamedTuple):
    """What the decoder makes of it, at 1/4 of the input.

    Once `ahead` was asked, residual, upsampling and bold belong to the look and must not be
    changed; logits and pointer are new each time.

    Attributes:
        logits: (B, bins, H/4, W/4), the network's own distribution over the bins, in the precision
            that it calculates in.
        residual: (B, 2, H/4, W/4), a small correction to its mean, in units of AB_SCALE.
        pointer: (B, 1 + N, H/4, W/4), weights of "no hint" and of each hint.
        upsampling: what each fine pixel takes of its 9 coarse neighbors, see `CellWork.shares`;
            None where nothing is to be read out.
        bold: (B, 1, 1, 1), by how much hues count as more agreed on, see `Calibration`.
        news: (B, N, 2), by how much likely hints differ from the network's own color, as far as
            that holds nearby, too; None without likely hints.
        cast: (B, 2, 1, 1), what of it holds for the whole photo, for a spread of 1; likewise.
        vivid: (B, 1, 1, 1), how much more chroma the whole photo has than expected; likewise.
    """

    logits: Tensor
    residual: Tensor
    pointer: Tensor
    upsampling: Tensor | None
    bold: Tensor | None = None
    news: Tensor | None = None
    cast: Tensor | None = None
    vivid: Tensor | None = None


class _Said(NamedTuple):
    """What hints say beyond what was learned; see `HintPointer.pull` and `Painting`."""

    more: Tensor
    fall: Tensor
    kin: Tensor
    news: Tensor | None = None
    cast: Tensor | None = None
    vivid: Tensor | None = None


class TransformerBlock(nn.Module):
    """Depthwise 3x3 for position, attention over all cells, MLP; each added to its input."""

    def __init__(self, width: int, heads: int, expansion: int) -> None:
        super().__init__()
        self.heads = heads
        self.position = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.norm_attention = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> the same shape."""
        batch, channels, h, w = x.shape
        x = x + self.position(x)
        t: Tensor = x.flatten(2).transpose(1, 2)  # (B, h*w, C)
        t = t + self.project(attended(self.qkv(self.norm_attention(t)), self.heads))
        t = t + self.mlp(self.norm_mlp(t))
        return t.transpose(1, 2).reshape(batch, channels, h, w)


class ResidualPair(nn.Module):
    """Two 3x3 convolutions with batch norm, added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm_1: nn.Module = nn.BatchNorm2d(width, momentum=0.05)
        self.conv_2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm_2: nn.Module = nn.BatchNorm2d(width, momentum=0.05)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) -> the same shape."""
        y = F.relu(self.norm_1(self.conv_1(x)))
        return F.relu(x + self.norm_2(self.conv_2(y)))


class DetailedConv(nn.Conv2d):
    """3x3 convolution over features stacked upon details, which are known earlier."""

    def early(self, detail: Tensor) -> Tensor:
        """The share of the details: (B, DETAIL, h, w) -> (B, out, h, w)."""
        return F.conv2d(detail, self.weight[:, -DETAIL:], self.bias, padding=1)

    def late(self, x: Tensor, early: Tensor) -> Tensor:
        """Features (B, inside - DETAIL, h, w) and what `early` gave -> (B, out, h, w), above 0."""
        return F.relu(F.conv2d(x, self.weight[:, :-DETAIL], padding=1) + early)


class ColorNetwork(nn.Module):
    """The network; `look` then `paint` then `read_out`."""

    centers: Tensor
    bin_weights: Tensor
    cells: CellWork

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.cells = PlainCells()
        self.config = config = config or NetworkConfig()
        if config.kin_within and not (config.kin_within > 0 and config.kin_reach > 0):
            raise ValueError("kin need a distance and a reach above 0")
        at_4, at_8, at_16, at_32 = TAPPED_CHANNELS
        self.encoder = Encoder()
        self.lateral_4 = nn.Conv2d(at_4, config.width_4, 1)
        self.lateral_8 = nn.Conv2d(at_8, config.width_8, 1)
        self.lateral_16 = nn.Conv2d(at_16, config.width_16, 1)
        self.lateral_32 = nn.Conv2d(at_32, config.width_16, 1)
        self.whole = nn.Linear(at_32, config.width_16)
        self.hints_4 = nn.Conv2d(3, config.width_4, 1, bias=False)
        self.hints_8 = nn.Conv2d(3, config.width_8, 1, bias=False)
        self.hints_16 = nn.Conv2d(3, config.width_16, 1, bias=False)
        self.transformer = nn.Sequential(
            *(
                TransformerBlock(config.width_16, config.heads, config.expansion)
                for _ in range(config.blocks)
            )
        )
        self.up_8 = nn.Conv2d(config.width_16, config.width_8, 1)
        self.pair_8 = ResidualPair(config.width_8)
        self.up_4 = nn.Conv2d(config.width_8, config.width_4, 1)
        self.pair_4 = ResidualPair(config.width_4)
        self.to_bins = nn.Conv2d(config.width_4, config.bins, 1)
        self.to_residual = nn.Conv2d(config.width_4, 2, 3, padding=1)
        nn.init.zeros_(self.to_residual.weight)
        nn.init.zeros_(self.to_residual.bias)  # type: ignore[arg-type]  # it has a bias
        self.pointer = HintPointer(config.width_4, config.pointer_width)
        self.upsampling_1 = DetailedConv(config.width_4 + DETAIL, 64, 3, padding=1)
        self.upsampling_2 = nn.Conv2d(64, 9 * DETAIL, 1)
        self.register_buffer("centers", torch.tensor(bin_centers()))
        # By which the training weighed the bins; the honest percentages take them out again.
        self.register_buffer("bin_weights", torch.ones(config.bins))

    def look(self, L: Tensor) -> Look:
        """Look at a photo; independent of the hints.

        Args:
            L: (B, 1, H, W), L* 0..100; H and W multiples of 32.
        """
        f4, f8, f16, f32 = self.encoder(L)
        coarse = F.interpolate(
            self.lateral_32(f32), scale_factor=2, mode="bilinear", align_corners=False
        )
        whole = self.whole(f32.mean(dim=(2, 3)))[:, :, None, None]
        at_8, at_16 = self.lateral_8(f8), self.lateral_16(f16) + coarse + whole
        # Nothing is learned through it: each cell alone would rather be asked by itself.
        described = descriptors(at_8.detach(), at_16.detach())
        within, reach = self.config.kin_within, self.config.kin_reach
        return Look(
            at_4=self.lateral_4(f4),
            at_8=at_8,
            at_16=at_16,
            detail=self.upsampling_1.early(F.pixel_unshuffle(L / 50 - 1, 4)),
            described=described,
            kin=kinship(described, within, reach) if within else None,
        )

    def ahead(self, look: Look, calibration: Calibration, *, read: bool = True) -> Look:
        """A look with all done that needs no hints, so that each edit is quicker.

        Args:
            look: from `look`.
            calibration: likely that of the edits to come.
            read: whether colors are to be read out of it; else it is for its distributions only.
        """
        x = self._decoded(look, None)
        agreed_on = _agreed(x, look)
        some = self.to_bins(_some_of(agreed_on))
        return look._replace(
            detail=None,
            unhinted=Unhinted(
                agreed=agreed_on,
                some=some,
                calibration=calibration,
                bold=self._bold(some, calibration),
                residual=self.to_residual(x).float(),
                upsampling=self._upsampling(x, look) if read else None,
            ),
        )

    def _decoded(self, look: Look, hints: HintBatch | None) -> Tensor:
        """(B, width_4, H/4, W/4); None and no hints at all are the same."""
        x, drawn = look.at_16, None
        if hints is not None and hints.radius.shape[1]:
            drawn = self.cells.planes(hints, *look.at_4.shape[2:])
            x = self.cells.hinted(x.clone(), drawn[2], self.hints_16.weight)
        x = _joined(self.up_8(self.transformer(x)), look.at_8)
        if drawn is not None:
            x = self.cells.hinted(x, drawn[1], self.hints_8.weight)
        x = _joined(self.up_4(self.pair_8(F.relu(x, inplace=True))), look.at_4)
        if drawn is not None:
            x = self.cells.hinted(x, drawn[0], self.hints_4.weight)
        decoded: Tensor = self.pair_4(F.relu(x, inplace=True))
        return decoded

    def _upsampling(self, features: Tensor, look: Look) -> Tensor:
        """See `Painting`."""
        assert look.detail is not None
        return self.cells.shares(self.upsampling_2(self.upsampling_1.late(features, look.detail)))

    def paint(self, look: Look, hints: HintBatch, calibration: Calibration = LEARNED) -> Painting:
        """Choose colors for a photo that was looked at, obeying the hints.

        Args:
            look: of the photo.
            hints: of a user; may be none.
            calibration: how hints are obeyed beyond what was learned.
        """
        known, given = look.unhinted, bool(hints.radius.shape[1])
        if known is None or given:
            x = self._decoded(look, hints)
            agreed_on = _agreed(x, look)
        else:
            x = agreed_on = known.agreed
        logits = self.to_bins(agreed_on)
        residual = self.to_residual(x).float() if known is None else known.residual
        if known is not None and known.calibration == calibration:
            bold = known.bold
        else:
            bold = self._bold(_some_of(logits) if known is None else known.some, calibration)
        said = self._said(logits, residual, hints, calibration, bold)
        scores = self.pointer(x.float(), hints).float()
        if calibration.hint_kin and given:
            less = apart(look.described, places(hints, *look.at_4.shape[2:]))
            scores[:, 1:] -= said.kin[:, :, None, None] * less
        pull = self.pointer.pull(said.more, said.fall)
        return Painting(
            logits=logits,
            residual=residual,
            pointer=self.cells.pointing(scores, hints, pull),
            upsampling=self._upsampling(x, look) if known is None else known.upsampling,
            bold=bold,
            news=said.news,
            cast=said.cast,
            vivid=said.vivid,
        )

    def _bold(self, some: Tensor, calibration: Calibration) -> Tensor | None:
        """See `Painting`; None without boldness.

        Args:
            some: (B, bins, H/16, W/16), logits of one in `ONE_OF` cells each way.
            calibration: how bold.
        """
        if not calibration.boldness:
            return None
        found = self._found(some, calibration)
        of_means, chroma = _chroma(found[:, :2]).mean(dim=(2, 3)), found[:, 2:].mean(dim=(2, 3))
        one_hue = (of_means / chroma.clamp(min=1e-3)).clamp(min=1e-3)
        bold: Tensor = (SURE / one_hue) ** calibration.boldness
        return bold.clamp(LEAST_BOLD, MOST_BOLD)[:, :, None, None]

    def _said(
        self,
        logits: Tensor,
        residual: Tensor,
        hints: HintBatch,
        calibration: Calibration,
        bold: Tensor | None,
    ) -> _Said:
        """What the hints say beyond what was learned; see `Painting` for the planes."""
        more = torch.full_like(hints.radius, calibration.hint_pull)
        fall = torch.full_like(hints.radius, calibration.hint_fall)
        kin = torch.full_like(hints.radius, calibration.hint_kin)
        count = hints.radius.shape[1]
        if not count or not calibration.likely_within:
            return _Said(more, fall, kin)
        there = under_hints(logits, hints), under_hints(residual, hints)
        own, spread = self._own(*there, calibration, bold)
        off = hints.ab - own[:, :, 0].transpose(1, 2)  # (B, N, 2)
        spreads = (calibration.likely_spreads or torch.inf) * spread[:, 0, 0]
        within = spreads.clamp(max=calibration.likely_within)
        likely = torch.exp(-((off.norm(dim=2) / within) ** 4)) * hints.present
        few = FEW / (FEW + count - 1)
        news = likely[:, :, None] * off
        # The more a color is in doubt, the more it goes along with one that was told: of two that
        # vary together, the one is expected to be off as the other is, in units of their spreads.
        everywhere = calibration.likely_everywhere * (1 + BEFORE) * count / (count + BEFORE)
        cast = everywhere * (news / spread[:, 0].transpose(1, 2)).mean(dim=1)
        more_chroma = (_chroma(hints.ab.transpose(1, 2)) + LEAST_CHROMA).log()
        more_chroma = more_chroma - (_chroma(own[:, :, 0]) + LEAST_CHROMA).log()  # (B, 1, N)
        share = calibration.likely_vividness * 2 * count / (count + 1)
        vivid = (share * (likely[:, None] * more_chroma).mean(dim=2)).clamp(-1, 1).exp()
        return _Said(
            more + few * calibration.likely_pull * likely,
            fall - few * calibration.likely_fall * likely,
            kin - few * calibration.likely_kin * likely,
            calibration.likely_nearby * news,
            cast[:, :, None, None],
            vivid[:, :, None, None],
        )

    def own_color(self, painting: Painting, calibration: Calibration = LEARNED) -> Tensor:
        """The network's own color, with what likely hints say of the whole photo.

        Args:
            painting: from `paint`.
            calibration: how vivid, see `Calibration`.

        Returns:
            (B, 2, H/4, W/4), a* and b*.
        """
        color, spread = self._own(painting.logits, painting.residual, calibration, painting.bold)
        if painting.cast is not None and painting.vivid is not None:
            color = painting.vivid * color + spread * painting.cast
        return color

    def _found(self, logits: Tensor, calibration: Calibration) -> Tensor:
        """(B, 3, h, w), the means of a*, b* and chroma."""
        values = torch.cat([self.centers, _chroma(self.centers)], dim=1)
        return self.cells.means(logits, values, calibration.temperature)

    def _own(
        self, logits: Tensor, residual: Tensor, calibration: Calibration, bold: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The color, (B, 2, h, w); how far off it may be, (B, 1, h, w), a*b*."""
        found = self._found(logits, calibration)
        mean, chroma = found[:, :2], found[:, 2:]
        of_mean = _chroma(mean)
        if calibration.agreement:
            one_hue = of_mean / chroma.clamp(min=1e-3)
            if bold is not None:
                one_hue = (bold * one_hue).clamp(max=1.0)
            color = (1 + (calibration.gain - 1) * one_hue**calibration.agreement) * mean
        else:
            color = calibration.gain * mean
        spread = (chroma.square() - of_mean.square()).clamp(min=0).sqrt() + LEAST_SPREAD
        return color + AB_SCALE * residual, spread

    def read_out(self, painting: Painting, own: Tensor, hints: HintBatch) -> Tensor:
        """Color with the hints taken in, at the size of the input.

        Args:
            painting: from `paint`.
            own: (B, 2, H/4, W/4), from `own_color`.
            hints: those given to `paint`.

        Returns:
            (B, 2, H, W), a* and b*.
        """
        assert painting.upsampling is not None
        none, each = painting.pointer[:, :1], painting.pointer[:, 1:]
        if painting.news is not None:
            nearby = torch.einsum("bnhw,bnc->bchw", each, painting.news)
            own = own + nearby / (1 - none).clamp(min=1e-6).sqrt()
        mixed = none * own
        if hints.radius.shape[1]:
            mixed = mixed + torch.einsum("bnhw,bnc->bchw", each, hints.ab)
        return self.cells.upsampled(mixed, painting.upsampling)

    def forward(self, L: Tensor, hints: HintBatch, calibration: Calibration = LEARNED) -> Tensor:
        """(B, 1, H, W) lightness -> (B, 2, H, W) a*b*."""
        painting = self.paint(self.look(L), hints, calibration)
        return self.read_out(painting, self.own_color(painting, calibration), hints)


AnyNetwork = TypeVar("AnyNetwork", bound=nn.Module)


def in_channels_last(network: AnyNetwork) -> AnyNetwork:
    """The network with its weights laid out for convolutions on a CPU, 1.3 times as fast."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stub lacks it
    return network


def attended(qkv: Tensor, heads: int) -> Tensor:
    """Attention of all cells to all: (B, N, 3C), queries, keys and values -> (B, N, C)."""
    batch, cells, _ = qkv.shape
    q, k, v = qkv.view(batch, cells, 3, heads, -1).permute(2, 0, 3, 1, 4)  # (B, heads, N, C/heads)
    seen = F.scaled_dot_product_attention(q, k, v)
    return seen.transpose(1, 2).reshape(batch, cells, -1)


def _chroma(ab: Tensor) -> Tensor:
    """(B, 2, ...) -> (B, 1, ...); PyTorch's norm takes ten times as long. No gradient at 0."""
    return torch.hypot(ab[:, :1], ab[:, 1:])


def _agreed(x: Tensor, look: Look) -> Tensor:
    """(B, width_4, H/4, W/4) -> the same shape."""
    return x if look.kin is None else agreed(x, look.kin)


def _some_of(planes: Tensor) -> Tensor:
    """(B, C, h, w), one in `ONE_OF` cells each way."""
    return planes[:, :, ONE_OF // 2 :: ONE_OF, ONE_OF // 2 :: ONE_OF]


def _joined(coarse: Tensor, seen: Tensor) -> Tensor:
    """(B, C, h/2, w/2), (B, C, h, w) -> (B, C, h, w)."""
    twice = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    return twice.add_(seen)
