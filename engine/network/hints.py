"""Color hints inside the network: as planes of context, and as a pointer that must be obeyed.

The pointer follows See et al. 2017 (pointer-generator networks): every pixel chooses between the
hints and "none of them"; where it chooses a hint, that hint's color is taken, not predicted.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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


def no_hints(batch: int, device: torch.device | str = "cpu") -> HintBatch:
    """A batch without any hint; N is 0."""
    empty = torch.zeros(batch, 0, device=device)
    pair = torch.zeros(batch, 0, 2, device=device)
    return HintBatch(pair, empty, pair, empty)


def _cell_distance(hints: HintBatch, height: int, width: int, step: int) -> Tensor:
    """(B, N, height, width): distance from each cell's center to each hint, in input pixels."""
    device = hints.place.device
    y = (torch.arange(height, device=device) + 0.5) * step
    x = (torch.arange(width, device=device) + 0.5) * step
    dx = x[None, None, None, :] - hints.place[:, :, 0, None, None]
    dy = y[None, None, :, None] - hints.place[:, :, 1, None, None]
    return (dx.square() + dy.square()).sqrt()


def hint_planes(hints: HintBatch, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Hints drawn into cells; a later hint covers an earlier one.

    Args:
        hints: N may be 0.
        height: of the network input, pixels.
        width: likewise.

    Returns:
        (B, 3, H/4, W/4), (B, 3, H/8, W/8), (B, 3, H/16, W/16): mask 0 or 1, a*/110, b*/110; a
        coarse cell holds the mean of the colors drawn in it.
    """
    batch, count = hints.radius.shape
    h, w = height // 4, width // 4
    fine = torch.zeros(batch, 3, h, w, device=hints.place.device)
    if count:
        distance = _cell_distance(hints, h, w, 4)
        reach = hints.radius.clamp(min=3.0)[:, :, None, None]  # at least the cell it lies in
        covered = (distance <= reach) & hints.present[:, :, None, None]
        order = torch.arange(1, count + 1, device=fine.device)[None, :, None, None]
        last = (covered * order).amax(dim=1).flatten(1)  # (B, h*w), 0 where no hint is
        drawn = F.pad(hints.ab / 110, (1, 0), value=1.0)  # (B, N, 3)
        table = F.pad(drawn, (0, 0, 1, 0)).transpose(1, 2)  # (B, 3, 1 + N)
        fine = table.gather(2, last[:, None].expand(-1, 3, -1)).view(batch, 3, h, w)
    middle = _coarser(fine)
    return fine, middle, _coarser(middle)


def _coarser(planes: Tensor) -> Tensor:
    """(B, 3, h, w) -> (B, 3, h/2, w/2), colors averaged over the drawn cells only."""
    mask = F.max_pool2d(planes[:, :1], 2)
    share = F.avg_pool2d(planes[:, :1], 2)
    color = F.avg_pool2d(planes[:, 1:] * planes[:, :1], 2) / share.clamp(min=1e-3)
    return torch.cat([mask, color * mask], dim=1)


class HintPointer(nn.Module):
    """For every cell at 1/4: which hint, if any, gives it its color."""

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

    def forward(
        self, features: Tensor, hints: HintBatch, pull: float = 0.0, fall: float = 0.0
    ) -> Tensor:
        """Weights of "none" and of each hint.

        Args:
            features: (B, channels, h, w) at 1/4 of the input.
            hints: N hints a photo; N may be 0.
            pull: added to the hints' scores.
            fall: how much more than learned their scores fall per 100 input pixels.

        Returns:
            (B, 1 + N, h, w), adding up to 1 over the second axis; the first is "none of them".
        """
        batch, _, h, w = features.shape
        if not hints.radius.shape[1]:
            return torch.ones(batch, 1, h, w, device=features.device)
        size = torch.tensor([4.0 * w, 4.0 * h], device=features.device)
        where = (hints.place / size * 2 - 1)[:, None].clamp(-1, 1)
        # Keys are made where the hints lie only, and taken through the map to queries: both are
        # linear, and so neither has to be made for every cell.
        there = F.grid_sample(features.float(), where, align_corners=False, padding_mode="border")
        key = self.scale * self.key(there)[:, :, 0].transpose(1, 2)  # (B, N, width)
        vector, offset = key @ self.query.weight.flatten(1), key @ self.query.bias
        score = (vector @ features.flatten(2)).float() + offset.float()[:, :, None]
        score = score.view(batch, -1, h, w)
        distance = _cell_distance(hints, h, w, 4)
        radius = hints.radius.clamp(min=4.0)[:, :, None, None]
        score = score + pull - (F.softplus(self.slope) + fall) * distance / 100
        score = score + F.softplus(self.bonus) * torch.exp(-(distance / radius).square())
        score = score + hints.confidence[:, :, None, None]
        return torch.cat([self.none(features).float(), score], dim=1).softmax(dim=1)
