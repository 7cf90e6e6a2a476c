"""Numbers as whole numbers of 8 bits: what layers are given, and what they weigh it by.

What a layer is given is put on 256 steps between the least and the greatest number in it, anew at
each call, since nobody knows them before; weights lie on 255 steps, those of each channel their
own, made once.

Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference".
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compiled import compiled

STEPS, WEIGHT_STEPS = 255, 127
LEAST_STEP = 1e-8
SIXTH = 6 / STEPS  # the step of what ReLU6 gives


class Counted(NamedTuple):
    """A tensor in whole numbers: (count - zero) * step.

    Attributes:
        counts: uint8, shape and order in memory of the tensor.
        step: between two neighboring numbers.
        zero: 0..255, the count that stands for 0.
    """

    counts: Tensor
    step: float
    zero: int


def counted(x: Tensor) -> Counted:
    """A tensor of 32-bit floats in whole numbers.

    Args:
        x: of any shape; with 4 axes the second is the last one in memory.
    """
    rows = (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).contiguous()
    values, count = rows.reshape(-1).numpy(), np.empty(x.numel(), np.uint8)
    step, zero = _count(values, values.view(np.int32), count)
    found = torch.from_numpy(count).view(rows.shape)
    return Counted(found.permute(0, 3, 1, 2) if x.dim() == 4 else found, float(step), int(zero))


@compiled
def _count(values: Any, bits: Any, count: Any) -> Any:
    # As whole numbers floats above 0 are in their order, and without their sign those below, too.
    most = least = np.int32(0)
    for i in range(len(bits)):
        most = max(most, bits[i])
        least = max(least, np.int32((bits[i] >> np.int32(31)) & bits[i] & np.int32(0x7FFFFFFF)))
    below, above = np.int32(least).view(np.float32), np.int32(most).view(np.float32)
    step = max((above + below) / np.float32(STEPS), np.float32(LEAST_STEP))
    zero = np.floor(below / step + np.float32(0.5))
    per_step, middle = np.float32(1) / step, zero + np.float32(0.5)
    for i in range(len(values)):
        # The greatest may come to lie half a step above, none below.
        count[i] = np.uint8(min(np.int32(values[i] * per_step + middle), np.int32(STEPS)))
    return step, zero


def counted_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Weights in whole numbers.

    Args:
        weight: (out, ...).

    Returns:
        The same shape, int8; (out,), the step of each channel.
    """
    step = (weight.flatten(1).abs().amax(dim=1) / WEIGHT_STEPS).clamp(min=LEAST_STEP)
    count = (weight / step.view(-1, *[1] * (weight.dim() - 1))).round()
    return count.to(torch.int8), step
