"""The network made fast on a CPU: each convolution or matrix product one call of oneDNN.

PyTorch reorders the weights of a convolution anew in every call, walks through memory once more for
each activation and addition, and leaves small convolutions and all matrix products to slower
routines. The operators of `torch.ops.mkldnn` do without: their weights are reordered once, and what
follows is done while a value is still in a register. They are private, made for PyTorch's own
compiler, so they are tried out before they are relied on; without them the plain modules do.

The results differ by rounding only. See docs/decisions/0018.
"""

import platform
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.network.cells import DETAIL
from engine.network.compiled_cells import CompiledCells
from engine.network.encoder import Block, Conv, Encoder
from engine.network.hints import HintPointer
from engine.network.model import (
    ColorNetwork,
    DetailedConv,
    ResidualPair,
    TransformerBlock,
    attended,
)

# How the operators want to be told what to do with a result: a name and its numbers.
NOTHING: tuple[str, list[float]] = ("none", [])
RELU: tuple[str, list[float]] = ("relu", [])
RELU6: tuple[str, list[float]] = ("hardtanh", [0.0, 6.0])
TOLERANCE = 1e-4
# On other processors the operators may be there and slower than the plain modules.
MEASURED_ON = ("x86_64", "amd64")


class PackedConv(nn.Module):
    """A convolution whose weights lie as oneDNN wants them; activation and addition in one call.

    Args:
        conv: the plain one, its batch norm folded in.
        act: RELU, RELU6 or NOTHING, done last.
        weight: instead of that of `conv`.
        extra: padding before `conv` (left, right, top, bottom), one more right than left.
    """

    def __init__(
        self,
        conv: nn.Conv2d,
        act: tuple[str, list[float]] = NOTHING,
        weight: Tensor | None = None,
        extra: tuple[int, int, int, int] | None = None,
    ) -> None:
        super().__init__()
        weight, padding = padded(conv, weight, extra)
        self.act = act
        self.options = (padding, [*conv.stride], [*conv.dilation], conv.groups)
        self.bias = None if conv.bias is None else conv.bias.detach()
        self.weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight.contiguous(memory_format=torch.channels_last), *self.options
        )

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(B, inside, H, W), (B, out, H / stride, W / stride) to be added -> the latter's shape."""
        x = x.contiguous(memory_format=torch.channels_last)
        name, numbers = self.act
        run = torch.ops.mkldnn._convolution_pointwise
        if added is None:
            y: Tensor = run(x, self.weight, self.bias, *self.options, name, numbers, "")
        else:
            after = (None if name == "none" else name, numbers, "")
            y = run.binary(x, added, self.weight, self.bias, *self.options, "add", 1.0, *after)
        return y


def padded(
    conv: nn.Conv2d, weight: Tensor | None, extra: tuple[int, int, int, int] | None
) -> tuple[Tensor, list[int]]:
    """The weight of a convolution, and the padding with it; see `PackedConv`."""
    weight = conv.weight.detach() if weight is None else weight
    if extra:
        # A row and a column of zeros make the padding the same on both sides: no padded copy.
        return F.pad(weight, (1, 0, 1, 0)), [extra[1], extra[3]]
    assert not isinstance(conv.padding, str)
    return weight, [*conv.padding]


class PackedLinear(nn.Module):
    """A matrix product, likewise.

    Args:
        linear: the plain one.
        act: "none" or "gelu".
    """

    def __init__(self, linear: nn.Linear, act: str = "none") -> None:
        super().__init__()
        self.act = act
        self.bias = linear.bias.detach()
        self.weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach())

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(..., inside), (..., out) to be added -> the latter's shape."""
        run = torch.ops.mkldnn._linear_pointwise
        y: Tensor
        if added is None:
            y = run(x, self.weight, self.bias, self.act, [], "none")
        else:
            y = run.binary(x, added, self.weight, self.bias, "add")
        return y


class PackedPoint(nn.Module):
    """A convolution of 1x1, as the matrix product that it is; somewhat faster.

    Args:
        conv: the plain one, its batch norm folded in.
        act: as for `PackedConv`.
    """

    def __init__(self, conv: nn.Conv2d, act: tuple[str, list[float]] = NOTHING) -> None:
        super().__init__()
        self.act = act
        self.bias = None if conv.bias is None else conv.bias.detach()
        weight = conv.weight.detach().flatten(1)
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight)

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """See `PackedConv`; what has an activation takes nothing to be added."""
        run = torch.ops.mkldnn._linear_pointwise
        rows = in_rows(x)
        if added is None:
            y: Tensor = run(rows, self.weight, self.bias, *self.act, "")
        else:
            assert self.act == NOTHING
            y = run.binary(rows, in_rows(added), self.weight, self.bias, "add")
        return in_planes(y, x)


def in_rows(planes: Tensor) -> Tensor:
    """(B, C, h, w) -> (B * h * w, C); no copy where channels come last in memory."""
    return planes.permute(0, 2, 3, 1).reshape(-1, planes.shape[1])


def in_planes(rows: Tensor, like: Tensor) -> Tensor:
    """(B * h * w, C) -> (B, C, h, w), with the batch and size of other planes; no copy."""
    return rows.view(len(like), *like.shape[2:], -1).permute(0, 3, 1, 2)


class PackedDetailedConv(nn.Module):
    """`DetailedConv` of packed parts.

    Args:
        conv: the plain one.
        late: what the part that follows the decoder becomes.
    """

    def __init__(self, conv: DetailedConv, late: Callable[..., Any] = PackedConv) -> None:
        super().__init__()
        weight = conv.weight.detach()
        self.early = PackedConv(conv, weight=weight[:, -DETAIL:])
        self.late = late(conv, RELU, weight[:, :-DETAIL])
        self.late.bias = None  # it is in `early`


class PackedBlock(nn.Module):
    """`encoder.Block` of packed parts.

    Args:
        block: the plain one.
        part: what its convolutions become; packed ones by default.
    """

    def __init__(self, block: Block, part: Callable[[Conv], nn.Module] | None = None) -> None:
        super().__init__()
        part = part or _packed
        self.expand = None if block.expand is None else part(block.expand)
        self.depthwise = part(block.depthwise)
        self.project = part(block.project)
        self.adds = block.adds

    def forward(self, x: Tensor) -> Tensor:
        """See `Block`."""
        wide = self.expand(x) if self.expand is not None else x
        y: Tensor = self.project(self.depthwise(wide), x if self.adds else None)
        return y


class PackedPair(nn.Module):
    """`ResidualPair` of packed parts.

    Args:
        pair: the plain one.
        part: what its convolutions become.
    """

    def __init__(self, pair: ResidualPair, part: Callable[..., nn.Module] = PackedConv) -> None:
        super().__init__()
        self.conv_1 = part(pair.conv_1, RELU)
        self.conv_2 = part(pair.conv_2, RELU)

    def forward(self, x: Tensor) -> Tensor:
        """See `ResidualPair`."""
        y: Tensor = self.conv_2(self.conv_1(x), x)
        return y


class PackedTransformerBlock(nn.Module):
    """`TransformerBlock` of packed parts.

    Args:
        block: the plain one.
        product: what its matrix products become; they may change what they add to.
    """

    def __init__(
        self, block: TransformerBlock, product: Callable[..., nn.Module] = PackedLinear
    ) -> None:
        super().__init__()
        self.heads = block.heads
        self.position = PackedConv(block.position)
        self.norm_attention = block.norm_attention
        self.qkv, self.project = product(block.qkv), product(block.project)
        self.norm_mlp = block.norm_mlp
        first, _, second = block.mlp
        assert isinstance(first, nn.Linear)
        assert isinstance(second, nn.Linear)
        self.mlp_1, self.mlp_2 = product(first, "gelu"), product(second)

    def forward(self, x: Tensor) -> Tensor:
        """See `TransformerBlock`."""
        batch, channels, h, w = x.shape
        x = self.position(x, x.contiguous(memory_format=torch.channels_last))
        t: Tensor = x.permute(0, 2, 3, 1).reshape(batch, h * w, channels)  # no copy
        t = self.project(attended(self.qkv(self.norm_attention(t)), self.heads), t)
        t = self.mlp_2(self.mlp_1(self.norm_mlp(t)), t)
        return t.view(batch, h, w, channels).permute(0, 3, 1, 2)


def fuse(network: ColorNetwork) -> None:
    """Compile what is done cell by cell; pack the parts where this machine can run them so.

    The network must be on the CPU, in 32-bit floats, its batch norms folded; it can then neither be
    trained nor saved.
    """
    network.cells = CompiledCells()
    if available():
        pack_parts(network)


@cache
def available() -> bool:
    """Whether the private operators are there and give what the plain modules give."""
    if platform.machine().lower() not in MEASURED_ON or not torch._C._has_mkldnn:
        return False
    return agree(_samples, TOLERANCE)


def agree(samples: Callable[[], list[tuple[Tensor, Tensor]]], tolerance: float) -> bool:
    """Whether private operators are there and give what plain modules give.

    Args:
        samples: makes results of both, in pairs, by chance of a seed of its own.
        tolerance: how far they may be apart.
    """
    try:
        with torch.random.fork_rng(devices=[]), torch.inference_mode():
            return all(torch.allclose(a, b, atol=tolerance) for a, b in samples())
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False  # another version of PyTorch has them differently, or not for this CPU


def _samples() -> list[tuple[Tensor, Tensor]]:
    """Results of plain and of packed modules: every operator with everything it is asked to do."""
    torch.manual_seed(0)
    x, other = (torch.randn(1, 16, 8, 8) for _ in range(2))
    x, other = (y.contiguous(memory_format=torch.channels_last) for y in (x, other))
    even = Conv(16, 16, 5, stride=2, groups=16)
    even.norm = nn.Identity()
    conv, point, linear = nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(16, 16, 1), nn.Linear(16, 16)
    rows, more = (y.flatten(2).transpose(1, 2) for y in (x, other))
    plain = [
        even(x),
        point(x),
        point(x) + other,
        F.relu6(point(5 * x)),
        conv(x),
        conv(x) + other,
        F.relu(conv(x)),
        F.relu(conv(x) + other),
        F.gelu(linear(rows)),
        linear(rows) + more,
    ]
    packed = [
        _packed(even)(x),
        PackedPoint(point)(x),
        PackedPoint(point)(x, other),
        PackedPoint(point, RELU6)(5 * x),
        PackedConv(conv)(x),
        PackedConv(conv)(x, other),
        PackedConv(conv, RELU)(x),
        PackedConv(conv, RELU)(x, other),
        PackedLinear(linear, "gelu")(rows),
        PackedLinear(linear)(rows, more),
    ]
    return list(zip(plain, packed, strict=True))


def _packed(conv: Conv) -> PackedConv | PackedPoint:
    act = RELU6 if conv.act else NOTHING
    if is_point(conv.conv):
        return PackedPoint(conv.conv, act)
    return PackedConv(conv.conv, act, extra=conv.extra)


def is_point(conv: nn.Conv2d) -> bool:
    """Whether a convolution is a matrix product, pixel by pixel."""
    one = (1, 1)
    plain = (conv.kernel_size, conv.stride, conv.padding) == (one, one, (0, 0))
    return plain and conv.groups == 1


def pack_parts(module: nn.Module) -> None:
    """Replace the plain parts of a network by packed ones."""
    for name, part in module.named_children():
        if isinstance(part, HintPointer) or name.startswith("hints_"):
            continue  # they work on a few places, and with the weights themselves
        if isinstance(part, Encoder):
            part.take_gray()
        packed = _packed_part(part)
        if packed is None:
            pack_parts(part)
        else:
            setattr(module, name, packed)


def _packed_part(part: nn.Module) -> nn.Module | None:
    packed: nn.Module | None = None
    if isinstance(part, Block):
        packed = PackedBlock(part)
    elif isinstance(part, Conv):
        packed = _packed(part)
    elif isinstance(part, ResidualPair):
        packed = PackedPair(part)
    elif isinstance(part, TransformerBlock):
        packed = PackedTransformerBlock(part)
    elif isinstance(part, DetailedConv):
        packed = PackedDetailedConv(part)
    elif isinstance(part, nn.Conv2d):
        packed = PackedPoint(part) if is_point(part) else PackedConv(part)
    return packed
