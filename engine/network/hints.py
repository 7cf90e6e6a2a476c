"""Color hints inside the network: as planes of context, and as a pointer that must be obeyed.

The pointer follows See et al. 2017 (pointer-generator networks): every pixel chooses between the
hints and "none of them"; where it chooses a hint, that hint's color is taken, not predicted.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELL = 4  # pixels of the network input, at 1/4
FAR = 1e4  # a score no softmax ever picks, small enough for bfloat16


class HintBatch(NamedTuple):
    """Hints of a batch of photos, padded to the same number.

    Attributes:
        place: (B, N, 2), x and y of the centers, in pixels of the network input; the center of
            pixel i is at i + 0.5.
        radius: (B, N), pixels.
        ab: (B, N, 2), a* and b*.
        confidence: (B, N), added to the score; 0 for hints of a user; -FAR for padding.
    """

    place: Tensor
    radius: Tensor
    ab: Tensor
    confidence: Tensor

    @property
    def present(self) -> Tensor:
        """(B, N) bool: a hint, not padding."""
        return self.confidence > -FAR / 2


def under_hints(planes: Tensor, hints: HintBatch) -> Tensor:
    """What planes hold in the cells in which the hints lie.

    Args:
        planes: (B, C, h, w), at 1/4 of the input.
        hints: N may be 0.

    Returns:
        (B, C, 1, N).
    """
    batch, _, h, w = planes.shape
    cell = (hints.place / CELL).long()
    x, y = cell[:, :, 0].clamp(0, w - 1), cell[:, :, 1].clamp(0, h - 1)
    found = planes[torch.arange(batch, device=planes.device)[:, None], :, y, x]  # (B, N, C)
    return found.transpose(1, 2)[:, :, None]


def places(hints: HintBatch, h: int, w: int) -> Tensor:
    """Where hints lie in planes at 1/4, (B, 1, N, 2), as `grid_sample` wants it.

    Args:
        hints: N hints a photo.
        h: height of the planes.
        w: their width.
    """
    size = CELL * torch.tensor([w, h], device=hints.place.device)
    return (hints.place / size * 2 - 1)[:, None].clamp(-1, 1)


def no_hints(batch: int, device: torch.device | str = "cpu") -> HintBatch:
    """A batch without any hint; N is 0."""
    empty = torch.zeros(batch, 0, device=device)
    pair = torch.zeros(batch, 0, 2, device=device)
    return HintBatch(pair, empty, pair, empty)


class Pull(NamedTuple):
    """How the hints' scores depend on the distance.

    Attributes:
        more: (B, N), added to them.
        fall: (B, N), how much they fall per 100 pixels of the network input.
        bonus: how much higher they are at the hint itself.
    """

    more: Tensor
    fall: Tensor
    bonus: Tensor


class HintPointer(nn.Module):
    """For every cell at 1/4: scores of the hints, and of "none of them".

    `cells.CellWork.pointing` makes weights of them, with what `pull` says of the distance.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.scale = width**-0.5
        self.query = nn.Conv2d(channels, width, 1)
        self.key = nn.Conv2d(channels, width, 1)
        self.none = nn.Conv2d(channels, 1, 1)
        # Scores fall by softplus(slope) per 100 input pixels and rise by softplus(bonus) at the
        # hint itself; both learned from a start at which the hinted spot is obeyed.
        self.slope = nn.Parameter(torch.tensor(2.0))
        self.bonus = nn.Parameter(torch.tensor(8.0))

    def forward(self, features: Tensor, hints: HintBatch) -> Tensor:
        """How much each cell has in common with what lies under the hints.

        Args:
            features: (B, channels, h, w) at 1/4 of the input.
            hints: N hints a photo; N may be 0.

        Returns:
            (B, 1 + N, h, w), scores; the first is that of "none of them".
        """
        batch, _, h, w = features.shape
        if not hints.radius.shape[1]:  # Apple's GPUs cannot take a sample at no place
            alone: Tensor = self.none(features)
            return alone
        where = places(hints, h, w)
        # Keys are made where the hints lie only, and taken through the map to queries: both are
        # linear, and so neither has to be made for every cell.
        there = F.grid_sample(features, where, align_corners=False, padding_mode="border")
        at_hints = there[:, :, 0].transpose(1, 2)  # (B, N, channels)
        key = self.scale * F.linear(at_hints, self.key.weight.flatten(1), self.key.bias)
        vector, offset = key @ self.query.weight.flatten(1), key @ self.query.bias
        # The first row is that of "none of them", so that all take one product.
        assert self.none.bias is not None
        vector = torch.cat([self.none.weight.flatten(1).expand(batch, 1, -1), vector], dim=1)
        offset = torch.cat([self.none.bias.expand(batch, 1), offset], dim=1)
        score = torch.baddbmm(offset[:, :, None], vector, features.flatten(2))
        return score.view(batch, -1, h, w)

    def pull(self, more: Tensor, fall: Tensor) -> Pull:
        """What the distance adds to the scores.

        Args:
            more: (B, N), see `Pull`.
            fall: (B, N), how much more than learned the hints' scores fall per 100 input pixels.
        """
        return Pull(more, F.softplus(self.slope) + fall, F.softplus(self.bonus))
