"""Lightness and hints as the network wants them: small, true to aspect ratio, padded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.edits import Hint
from engine.network.hints import HintBatch

# A panorama keeps its shorter side at the working size only while its area stays within this many
# squares of that size; attention over all cells costs the square of the area.
MOST_SQUARES = 3.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the photo lies in the padded input: its upper left `height` x `width` pixels."""

    height: int
    width: int
    padded_height: int
    padded_width: int


def frame_for(photo_size: tuple[int, int], size: int, multiple: int) -> Frame:
    """The frame of a photo whose shorter side is brought to `size` pixels.

    Args:
        photo_size: height and width of the photo.
        size: wanted shorter side.
        multiple: what the padded sides must be multiples of.
    """
    height, width = photo_size
    scale = size / min(height, width)
    squares = height * width * scale * scale / size**2
    scale *= min(1.0, (MOST_SQUARES / squares) ** 0.5)
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    return Frame(h, w, -(-h // multiple) * multiple, -(-w // multiple) * multiple)


def padded_input(small: NDArray[np.float32], frame: Frame) -> Tensor:
    """The network input.

    Args:
        small: (height, width), as the frame wants it.
        frame: its frame.

    Returns:
        (1, 1, padded_height, padded_width) float32; the photo is mirrored into the padding, so
        that the network meets no edge there that the photo does not have.
    """
    below, right = frame.padded_height - frame.height, frame.padded_width - frame.width
    padded = np.pad(small, ((0, below), (0, right)), mode="symmetric")
    return torch.from_numpy(np.ascontiguousarray(padded))[None, None]


def hints_in_frame(
    hints: Sequence[Hint], frame: Frame, device: torch.device, *, mirrored: bool = False
) -> HintBatch:
    """Hints of one photo in pixels of the network input.

    Args:
        hints: in order; N may be 0.
        frame: of the photo.
        device: where the tensors go.
        mirrored: whether the photo lies mirrored in its frame.
    """
    short = min(frame.height, frame.width)
    rows = [
        (
            (1 - hint.x if mirrored else hint.x) * frame.width,
            hint.y * frame.height,
            hint.radius * short,
            hint.a,
            hint.b,
        )
        for hint in hints
    ]
    table = torch.tensor(rows, dtype=torch.float32, device=device).reshape(1, len(rows), 5)
    return HintBatch(
        place=table[..., :2],
        radius=table[..., 2],
        ab=table[..., 3:],
        confidence=torch.zeros(1, len(rows), device=device),
    )
