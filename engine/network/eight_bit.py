"""The network made faster still, for what is wanted in haste: it counts in whole numbers of 8 bits.

Processors of the last years add up four products of such numbers where they add one of 32-bit
floats. What goes into convolutions and products is counted (`counted`); sums, biases, activations
and all the rest stay in 32-bit floats. As in `fused` the operators are private, and tried out. The
results differ by more than rounding: see docs/decisions/0032.
"""

import copy
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.network import fused
from engine.network.compiled_cells import CompiledCells
from engine.network.counted import SIXTH, Counted, counted, counted_weight
from engine.network.device import counts_in_eight_bits
from engine.network.encoder import Block, Conv
from engine.network.fused import NOTHING, RELU
from engine.network.model import ColorNetwork, ResidualPair, TransformerBlock

# Of values around 1, sums of 144 products.
TOLERANCE = 5e-2


class _Counting(nn.Module):
    """What weighs whole numbers by whole numbers.

    Attributes:
        weight: as the operator wants it.
        step: (out,), of the weights of each channel.
        zero: (out,), the counts that stand for 0.
    """

    weight: Tensor
    step: Tensor
    zero: Tensor

    def _given(self, x: Counted) -> tuple[Any, ...]:
        return x.counts, x.step, x.zero, self.weight, self.step, self.zero


class CountedConv(_Counting):
    """A convolution of whole numbers; activation and addition in 32-bit floats in the same call.

    Args:
        conv: the plain one, its batch norm folded in.
        act: RELU or NOTHING, done last.
        weight: instead of that of `conv`.
        extra: as for `fused.PackedConv`.
    """

    def __init__(
        self,
        conv: nn.Conv2d,
        act: tuple[str, list[float]] = NOTHING,
        weight: Tensor | None = None,
        extra: tuple[int, int, int, int] | None = None,
    ) -> None:
        super().__init__()
        weight, padding = fused.padded(conv, weight, extra)
        count, self.step = counted_weight(weight)
        self.zero = torch.zeros(len(count), dtype=torch.int64)
        self.act = act[0]
        self.bias = None if conv.bias is None else conv.bias.detach()
        self.options = ([*conv.stride], padding, [*conv.dilation], conv.groups)
        self.weight = torch.ops.onednn.qconv_prepack(
            count.contiguous(memory_format=torch.channels_last), self.step, 1.0, 0, *self.options
        )

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(B, inside, H, W), (B, out, H', W') to be added -> the latter's shape."""
        return self.into(counted(x), None if added is None else added.clone())

    def into(self, x: Counted, whole: Tensor | None) -> Tensor:
        """The same; what it is added to is changed."""
        made = (*self.options, 1.0, 0, torch.float32)
        run = torch.ops.onednn.qconv2d_pointwise
        y: Tensor
        if whole is None:
            y = run(*self._given(x), self.bias, *made, self.act, [], "")
        else:
            whole = whole.contiguous(memory_format=torch.channels_last)
            last = None if self.act == "none" else self.act
            given = (*self._given(x), whole, self.bias)
            y = run.binary(*given, *made, 1.0, 0, "sum", 1.0, last, [], "")
        return y

    def up_to_6(self, x: Counted) -> Counted:
        """With ReLU6 instead of `act`; where counts end, it does."""
        run = torch.ops.onednn.qconv2d_pointwise
        made = (*self.options, SIXTH, 0, torch.uint8)
        return Counted(run(*self._given(x), self.bias, *made, "relu", [], ""), SIXTH, 0)


class CountedBlock(fused.PackedBlock):
    """`encoder.Block` of such parts; what is wide stays in whole numbers."""

    expand: "CountedConv | CountedPoint | None"
    depthwise: "CountedConv | CountedPoint"
    project: "CountedConv | CountedPoint"

    def __init__(self, block: Block) -> None:
        super().__init__(block, _counted_conv)

    def forward(self, x: Tensor) -> Tensor:
        """See `Block`; x is changed where it is added."""
        wide = counted(x)
        if self.expand is not None:
            wide = self.expand.up_to_6(wide)
        return self.project.into(self.depthwise.up_to_6(wide), x if self.adds else None)


def _counted_conv(conv: Conv) -> "CountedConv | CountedPoint":
    if fused.is_point(conv.conv):
        return CountedPoint(conv.conv)
    return CountedConv(conv.conv, extra=conv.extra)


class CountedLinear(_Counting):
    """A matrix product, likewise.

    Args:
        linear: the plain one, or a convolution of 1x1.
        act: "none", "relu" or "gelu".
    """

    def __init__(self, linear: nn.Linear | nn.Conv2d, act: str = "none") -> None:
        super().__init__()
        count, self.step = counted_weight(linear.weight.detach().flatten(1))
        self.zero = torch.zeros(len(count), dtype=torch.int64)
        self.act = act
        self.bias = None if linear.bias is None else linear.bias.detach()
        self.weight = torch.ops.onednn.qlinear_prepack(count, None)

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(..., inside), (..., out) to be added, which is changed -> the latter's shape."""
        given = counted(x)
        rows = Counted(given.counts.view(-1, x.shape[-1]), given.step, given.zero)
        y = self.product(rows, None if added is None else added.view(-1, added.shape[-1]))
        return y.view(*x.shape[:-1], -1)

    def product(self, x: Counted, whole: Tensor | None) -> Tensor:
        """(N, inside), (N, out) to be added, which is changed -> (N, out)."""
        run = torch.ops.onednn.qlinear_pointwise
        made = (1.0, 0, torch.float32)
        y: Tensor
        if whole is None:
            y = run(*self._given(x), self.bias, *made, self.act, [], "none")
        else:
            given = (*self._given(x), whole.contiguous(), self.bias)  # it is not asked for strides
            y = run.binary(*given, *made, 1.0, 0, "sum", 1.0, self.act, [], "none")
        return y


class CountedPoint(CountedLinear):
    """A convolution of 1x1, as the matrix product that it is: up to three times as fast.

    The same as `CountedConv` to its users.
    """

    def __init__(self, conv: nn.Conv2d, act: tuple[str, list[float]] = NOTHING) -> None:
        super().__init__(conv, act[0])

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """See `CountedConv`."""
        return self.into(counted(x), None if added is None else added.clone())

    def into(self, x: Counted, whole: Tensor | None) -> Tensor:
        """See `CountedConv`."""
        y = self.product(_rows(x), None if whole is None else fused.in_rows(whole))
        return fused.in_planes(y, x.counts)

    def up_to_6(self, x: Counted) -> Counted:
        """See `CountedConv`."""
        made: tuple[Any, ...] = (SIXTH, 0, torch.uint8, "relu", [], "none")
        y = torch.ops.onednn.qlinear_pointwise(*self._given(_rows(x)), self.bias, *made)
        return Counted(fused.in_planes(y, x.counts), SIXTH, 0)


def _rows(x: Counted) -> Counted:
    return Counted(fused.in_rows(x.counts), x.step, x.zero)


class CountedPair(fused.PackedPair):
    """`ResidualPair` of such parts."""

    conv_1: CountedConv
    conv_2: CountedConv

    def __init__(self, pair: ResidualPair) -> None:
        super().__init__(pair, CountedConv)

    def forward(self, x: Tensor) -> Tensor:
        """See `ResidualPair`; x is changed."""
        return self.conv_2.into(counted(self.conv_1(x)), x)


def in_eight_bits(network: ColorNetwork) -> ColorNetwork | None:
    """A copy of a network that counts in 8 bits; None where that is not faster.

    Args:
        network: as for `fused.fuse`, and not packed.
    """
    if not usable():
        return None
    quick = copy.deepcopy(network)
    quick.cells = CompiledCells()
    decoder = {
        "up_8": CountedPoint(quick.up_8),
        "pair_8": CountedPair(quick.pair_8),
        "up_4": CountedPoint(quick.up_4),
        "pair_4": CountedPair(quick.pair_4),
        "to_bins": CountedPoint(quick.to_bins),
        "to_residual": CountedConv(quick.to_residual),
        "upsampling_1": fused.PackedDetailedConv(quick.upsampling_1, CountedConv),
        "upsampling_2": CountedPoint(quick.upsampling_2),
        "transformer": nn.Sequential(*(_counted_block(block) for block in quick.transformer)),
    }
    for name, part in decoder.items():
        setattr(quick, name, part)
    # But the first one: where edges are still as they came in, it would be off most.
    for stage in quick.encoder.stages[1:]:
        assert isinstance(stage, nn.Sequential)
        for index, block in enumerate(stage):
            assert isinstance(block, Block)
            stage[index] = CountedBlock(block)
    fused.pack_parts(quick)
    return quick


def _counted_block(block: nn.Module) -> fused.PackedTransformerBlock:
    assert isinstance(block, TransformerBlock)
    return fused.PackedTransformerBlock(block, CountedLinear)


def usable() -> bool:
    """Whether it is faster here, and right."""
    return counts_in_eight_bits() and fused.available() and available()


@cache
def available() -> bool:
    """Whether the private operators are there and give what the plain modules give."""
    return fused.agree(_samples, TOLERANCE)


def _samples() -> list[tuple[Tensor, Tensor]]:
    """Results of plain and of counted modules: every operator with everything it is asked to do."""
    torch.manual_seed(0)
    x, other = (torch.randn(1, 16, 8, 8) for _ in range(2))
    x, other = (y.contiguous(memory_format=torch.channels_last) for y in (x, other))
    conv, point, linear = nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(16, 16, 1), nn.Linear(16, 16)
    rows, more = (y.flatten(2).transpose(1, 2).contiguous() for y in (x, other))
    plain = [
        F.relu6(conv(5 * x)) / 5,
        F.relu6(point(5 * x)) / 5,
        point(x),
        point(x) + other,
        conv(x),
        conv(x.relu()),
        conv(x) + other,
        F.relu(conv(x)),
        F.relu(conv(x) + other),
        F.gelu(linear(rows)),
        linear(rows) + more,
    ]
    counted_ones = [
        _numbers(CountedConv(conv).up_to_6(counted(5 * x))) / 5,
        _numbers(CountedPoint(point).up_to_6(counted(5 * x))) / 5,
        CountedPoint(point)(x),
        CountedPoint(point)(x, other),
        CountedConv(conv)(x),
        CountedConv(conv)(x.relu()),
        CountedConv(conv)(x, other),
        CountedConv(conv, RELU)(x),
        CountedConv(conv, RELU)(x, other),
        CountedLinear(linear, "gelu")(rows),
        CountedLinear(linear)(rows, more),
    ]
    return list(zip(plain, counted_ones, strict=True))


def _numbers(x: Counted) -> Tensor:
    return (x.counts.float() - x.zero) * x.step
