"""What is done cell by cell, by PyTorch's operations: hints drawn, weighed, and color read out.

For training, and for other devices than a CPU, for which `compiled_cells` does the same.

The mean of a sharpened distribution over the bins is the annealed mean of Zhang et al. 2016, convex
upsampling that of Teed and Deng 2020 (RAFT), section 3.3.
"""

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.network.hints import CELL, HintBatch, Pull

DETAIL = 16  # pixels of a cell at 1/4
# So many distributions over the bins fit into a core's cache.
CELLS_AT_ONCE = 1024
Planes = tuple[Tensor, Tensor, Tensor]


class CellWork(Protocol):
    """The steps; all tensors are on the device of the network."""

    def planes(self, hints: HintBatch, h: int, w: int) -> Planes:
        """Hints drawn into cells; a later hint covers an earlier one.

        Args:
            hints: N may be 0.
            h: rows of cells at 1/4 of the input; a multiple of 4.
            w: cells of a row, likewise.

        Returns:
            (B, 3, h, w), (B, 3, h/2, w/2), (B, 3, h/4, w/4): mask 0 or 1, a*/110, b*/110; a coarse
            cell holds the mean of the colors drawn in it.
        """

    def hinted(self, x: Tensor, planes: Tensor, weight: Tensor) -> Tensor:
        """Features with hints added.

        Args:
            x: (B, C, h, w); may be changed.
            planes: (B, 3, h, w), one of `planes`; zeros add nothing.
            weight: (C, 3, 1, 1), of a convolution.

        Returns:
            The shape of x.
        """

    def pointing(self, scores: Tensor, hints: HintBatch, pull: Pull) -> Tensor:
        """Which hint, if any, gives a cell its color.

        Args:
            scores: (B, 1 + N, h, w), 32-bit floats, from `HintPointer`.
            hints: its hints.
            pull: what the distance adds.

        Returns:
            (B, 1 + N, h, w), adding up to 1 over the second axis; the first is "none of them".
        """

    def means(self, logits: Tensor, values: Tensor, temperature: float) -> Tensor:
        """The mean of some values of the bins, under a sharpened distribution.

        Args:
            logits: (B, K, h, w).
            values: (K, 3), of each bin.
            temperature: the logits are divided by it; above 0.

        Returns:
            (B, 3, h, w), 32-bit floats.
        """

    def shares(self, logits: Tensor) -> Tensor:
        """What each fine pixel takes of the 9 coarse cells around it.

        Args:
            logits: (B, 9 * DETAIL, h, w), by neighbor, then by pixel of the cell.

        Returns:
            As many shares, adding up to a whole over the neighbors; in the order and the units that
            `upsampled` of the same kind wants.
        """

    def upsampled(self, coarse: Tensor, shares: Tensor) -> Tensor:
        """Each fine pixel as a weighted mean of the 9 coarse cells around it.

        Args:
            coarse: (B, 2, h, w); at the border it goes on as it ends.
            shares: from `shares`.

        Returns:
            (B, 2, 4h, 4w).
        """


class PlainCells:
    """By PyTorch."""

    def planes(self, hints: HintBatch, h: int, w: int) -> Planes:
        """See `CellWork`."""
        batch, count = hints.radius.shape
        fine = torch.zeros(batch, 3, h, w, device=hints.place.device)
        if count:
            distance = _distances(hints, h, w)
            reach = hints.radius.clamp(min=3.0)[:, :, None, None]  # at least the cell it lies in
            covered = (distance <= reach) & hints.present[:, :, None, None]
            order = torch.arange(1, count + 1, device=fine.device)[None, :, None, None]
            last = (covered * order).amax(dim=1).flatten(1)  # (B, h*w), 0 where no hint is
            drawn = F.pad(hints.ab / 110, (1, 0), value=1.0)  # (B, N, 3)
            table = F.pad(drawn, (0, 0, 1, 0)).transpose(1, 2)  # (B, 3, 1 + N)
            fine = table.gather(2, last[:, None].expand(-1, 3, -1)).view(batch, 3, h, w)
        middle = _coarser(fine)
        return fine, middle, _coarser(middle)

    def hinted(self, x: Tensor, planes: Tensor, weight: Tensor) -> Tensor:
        """See `CellWork`."""
        return x + F.conv2d(planes, weight)

    def pointing(self, scores: Tensor, hints: HintBatch, pull: Pull) -> Tensor:
        """See `CellWork`."""
        distance = _distances(hints, *scores.shape[2:])
        radius = hints.radius.clamp(min=4.0)[:, :, None, None]
        near = torch.exp(-(distance / radius).square())
        always = (pull.more + hints.confidence)[:, :, None, None]
        added = always - pull.fall[:, :, None, None] * distance / 100 + pull.bonus * near
        return torch.cat([scores[:, :1], scores[:, 1:] + added], dim=1).softmax(dim=1)

    def means(self, logits: Tensor, values: Tensor, temperature: float) -> Tensor:
        """See `CellWork`."""
        batch, bins, h, w = logits.shape
        cells = logits.permute(0, 2, 3, 1).reshape(-1, bins)
        some = torch.split(cells, CELLS_AT_ONCE)
        found = [(each.float() / temperature).softmax(dim=1) @ values for each in some]
        return torch.cat(found).view(batch, h, w, -1).permute(0, 3, 1, 2)

    def shares(self, logits: Tensor) -> Tensor:
        """See `CellWork`: (B, 9, DETAIL, h, w)."""
        batch, _, h, w = logits.shape
        return logits.float().contiguous().view(batch, 9, DETAIL, h, w).softmax(dim=1)

    def upsampled(self, coarse: Tensor, shares: Tensor) -> Tensor:
        """See `CellWork`."""
        return convex_upsample(coarse, shares)


def convex_upsample(coarse: Tensor, weights: Tensor) -> Tensor:
    """Each fine pixel as a weighted mean of the 9 coarse cells around it.

    Args:
        coarse: (B, C, h, w).
        weights: (B, 9, 16, h, w), adding up to 1 over the second axis.

    Returns:
        (B, C, 4h, 4w).

    Source: Teed and Deng 2020 (RAFT), section 3.3.
    """
    batch, channels, h, w = coarse.shape
    around = F.unfold(F.pad(coarse, (1, 1, 1, 1), mode="replicate"), 3)
    around = around.view(batch, channels, 9, 1, h, w)
    # One neighbor after the other, for all cells: a matrix product for each cell is slower.
    fine = around[:, :, 0] * weights[:, None, 0]  # (B, C, 16, h, w)
    for neighbor in range(1, 9):
        fine = torch.addcmul(fine, around[:, :, neighbor], weights[:, None, neighbor])
    return F.pixel_shuffle(fine.view(batch, channels * DETAIL, h, w), 4)


def _distances(hints: HintBatch, h: int, w: int) -> Tensor:
    """(B, N, h, w): from the cells' centers to the hints, pixels of the network input."""
    device = hints.place.device
    y = (torch.arange(h, device=device) + 0.5) * CELL
    x = (torch.arange(w, device=device) + 0.5) * CELL
    dx = x[None, None, None, :] - hints.place[:, :, 0, None, None]
    dy = y[None, None, :, None] - hints.place[:, :, 1, None, None]
    return (dx.square() + dy.square()).sqrt()


def _coarser(planes: Tensor) -> Tensor:
    """(B, 3, h, w) -> (B, 3, h/2, w/2), colors averaged over the drawn cells only."""
    mask = F.max_pool2d(planes[:, :1], 2)
    share = F.avg_pool2d(planes[:, :1], 2)
    color = F.avg_pool2d(planes[:, 1:] * planes[:, :1], 2) / share.clamp(min=1e-3)
    return torch.cat([mask, color * mask], dim=1)
