"""What is done cell by cell, compiled for a CPU.

PyTorch takes each step through memory several times, with a million exponentials, and is called
some sixty times for hints that cover a few cells; compiled, a cell's numbers are made, used and
forgotten in a core's registers. See docs/decisions/0027.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.compiled import compiled, inlined, reordered
from engine.network.cells import DETAIL, Planes
from engine.network.hints import CELL, FAR, HintBatch, Pull

WHOLE = 65535  # a share of everything, as it is kept
_WHOLE = np.float32(WHOLE)
_DOUBLINGS = np.float32(1.44269504)  # powers of 2 to a power of e
# 32-bit floats of this size are whole numbers.
_NO_FRACTION = np.float32(1.5 * 2**23)
_CELL, _PADDING = np.float32(CELL), np.float32(-FAR / 2)


class CompiledCells:
    """See `cells.CellWork`; cannot be differentiated."""

    def planes(self, hints: HintBatch, h: int, w: int) -> Planes:
        """See `cells.CellWork`."""
        batch = len(hints.radius)
        drawn = [np.zeros((batch, 3, h // part, w // part), np.float32) for part in (1, 2, 4)]
        if hints.radius.shape[1]:
            given = _arrays(hints)
            for each in range(batch):
                _draw(*(of[each] for of in given), drawn[0][each])
                _coarsen(drawn[0][each], drawn[1][each])
                _coarsen(drawn[1][each], drawn[2][each])
        fine, middle, coarse = (torch.from_numpy(planes) for planes in drawn)
        return fine, middle, coarse

    def hinted(self, x: Tensor, planes: Tensor, weight: Tensor) -> Tensor:
        """See `cells.CellWork`."""
        x = x.contiguous(memory_format=torch.channels_last)
        rows, drawn = x.permute(0, 2, 3, 1).numpy(), planes.numpy()
        columns = np.ascontiguousarray(weight.detach().flatten(1).T.numpy())
        for each, plane in zip(rows, drawn, strict=True):
            _add_drawn(plane, columns, each)
        return x

    def pointing(self, scores: Tensor, hints: HintBatch, pull: Pull) -> Tensor:
        """See `cells.CellWork`."""
        weights = scores.detach().contiguous().numpy().copy()
        place, radius, _, confidence = _arrays(hints)
        always, fall = confidence + pull.more.detach().numpy(), pull.fall.detach().numpy() / 100
        bonus = np.float32(pull.bonus.item())
        for each, *how in zip(weights, place, radius, always, fall, strict=True):
            _point(each, *how, bonus)
        return torch.from_numpy(weights)

    def means(self, logits: Tensor, values: Tensor, temperature: float) -> Tensor:
        """See `cells.CellWork`."""
        batch, bins, h, w = logits.shape
        rows = _rows(logits).reshape(-1, bins)
        found = np.empty((3, batch * h * w), np.float32)
        columns = np.ascontiguousarray(values.T.numpy())
        _means(rows, rows.view(np.int32), columns, _DOUBLINGS / np.float32(temperature), found)
        return torch.from_numpy(found).view(3, batch, h, w).transpose(0, 1)

    def shares(self, logits: Tensor) -> Tensor:
        """See `cells.CellWork`: (B, h, w, 9 * DETAIL) uint16, in units of 1 / WHOLE."""
        rows = _rows(logits)
        found = np.empty(rows.shape, np.uint16)
        for each, result in zip(rows, found, strict=True):
            _share(each, each.view(np.int32), DETAIL, result)
        return torch.from_numpy(found)

    def upsampled(self, coarse: Tensor, shares: Tensor) -> Tensor:
        """See `cells.CellWork`."""
        batch, h, w, _ = shares.shape
        around = F.pad(coarse.float(), (1, 1, 1, 1), mode="replicate").numpy()
        fine = np.empty((batch, 2, 4 * h, 4 * w), np.float32)
        for each, color, result in zip(shares.numpy(), around, fine, strict=True):
            _upsample(each, color, DETAIL, result)
        return torch.from_numpy(fine)


def _arrays(hints: HintBatch) -> list[NDArray[np.float32]]:
    """Place, radius, a*b* and confidence."""
    return [of.detach().float().contiguous().numpy() for of in hints]


def _rows(planes: Tensor) -> NDArray[np.float32]:
    """(B, C, h, w) -> (B, h, w, C)."""
    return planes.detach().permute(0, 2, 3, 1).float().contiguous().numpy()


@inlined
def _power(x: Any) -> Any:
    """2 to the power of x, which is at most 0, to 3e-7 of it; of less than -125 that of -125."""
    x = max(x, np.float32(-125.0))
    shifted = np.float32(x + _NO_FRACTION)
    f = x - (shifted - _NO_FRACTION)  # -0.5..0.5; the best polynomial of degree 5
    p = np.float32(1.3276472e-3)
    p = p * f + np.float32(9.6755410e-3)
    p = p * f + np.float32(5.5507131e-2)
    p = p * f + np.float32(2.4022120e-1)
    p = p * f + np.float32(6.9314694e-1)
    power = np.float32(p * f + np.float32(1.0000001))
    # The whole part is what `shifted` ends in; added to the exponent.
    whole = np.int32(shifted.view(np.int32) << np.int32(23))
    return np.int32(power.view(np.int32) + whole).view(np.float32)


@inlined
def _largest(bits: Any) -> Any:
    """The largest value; floats are ordered as whole numbers are, the negative ones backwards."""
    top = np.int32(-(2**31))
    for k in range(len(bits)):
        one = bits[k]
        top = max(top, np.int32(one ^ ((one >> np.int32(31)) & np.int32(0x7FFFFFFF))))
    return np.int32(top ^ ((top >> np.int32(31)) & np.int32(0x7FFFFFFF))).view(np.float32)


@reordered
def _sums(logits: Any, top: Any, sharpness: Any, values: Any) -> Any:
    """The sum of the weights, and of each row of values times them."""
    whole = first = second = third = np.float32(0)
    for k in range(len(logits)):
        weight = _power((logits[k] - top) * sharpness)
        whole += weight
        first += weight * values[0, k]
        second += weight * values[1, k]
        third += weight * values[2, k]
    return whole, first, second, third


@compiled
def _means(logits: Any, bits: Any, values: Any, sharpness: Any, found: Any) -> None:
    for cell in range(len(logits)):
        top = _largest(bits[cell])
        whole, first, second, third = _sums(logits[cell], top, sharpness, values)
        found[0, cell] = first / whole
        found[1, cell] = second / whole
        found[2, cell] = third / whole


@compiled
def _share(logits: Any, bits: Any, detail: Any, shares: Any) -> None:
    rows, columns, count = bits.shape
    weights, whole = np.empty(count, np.float32), np.empty(detail, np.float32)
    for y in range(rows):
        for x in range(columns):
            # One largest for all pixels of the cell: only a pixel all of whose weights are below
            # some e**-80 of another's would be off, in the end a plain mean.
            top = _largest(bits[y, x])
            for k in range(count):
                weights[k] = _power((logits[y, x, k] - top) * _DOUBLINGS)
            # So many times as it is told, not 16: a loop known to be that short is unrolled
            # into single steps.
            whole[:] = 0
            for neighbor in range(9):
                for i in range(detail):
                    whole[i] += weights[neighbor * detail + i]
            for neighbor in range(9):
                for i in range(detail):
                    share = weights[neighbor * detail + i] / whole[i] * _WHOLE
                    shares[y, x, neighbor * detail + i] = np.uint16(share + np.float32(0.5))


@compiled
def _upsample(shares: Any, around: Any, detail: Any, fine: Any) -> None:
    rows, columns, _ = shares.shape
    a, b = np.empty((2, detail), np.float32)
    for y in range(rows):
        for x in range(columns):
            a[:] = 0
            b[:] = 0
            for neighbor in range(9):
                near_a = around[0, y + neighbor // 3, x + neighbor % 3]
                near_b = around[1, y + neighbor // 3, x + neighbor % 3]
                for i in range(detail):
                    share = np.float32(shares[y, x, neighbor * detail + i])
                    a[i] += share * near_a
                    b[i] += share * near_b
            for i in range(detail):
                fine[0, 4 * y + i // 4, 4 * x + i % 4] = a[i] / _WHOLE
                fine[1, 4 * y + i // 4, 4 * x + i % 4] = b[i] / _WHOLE


@compiled
def _draw(place: Any, radius: Any, ab: Any, confidence: Any, fine: Any) -> None:
    _, h, w = fine.shape
    for n in range(len(radius)):
        if confidence[n] <= _PADDING:
            continue
        reach = max(radius[n], np.float32(3.0))  # at least the cell it lies in
        for y in range(h):
            dy = (np.float32(y) + np.float32(0.5)) * _CELL - place[n, 1]
            if abs(dy) > reach:
                continue
            for x in range(w):
                dx = (np.float32(x) + np.float32(0.5)) * _CELL - place[n, 0]
                if np.sqrt(dx * dx + dy * dy) <= reach:
                    fine[0, y, x] = 1
                    fine[1, y, x] = ab[n, 0] / np.float32(110)
                    fine[2, y, x] = ab[n, 1] / np.float32(110)


@compiled
def _coarsen(fine: Any, coarse: Any) -> None:
    """A coarse cell gets the mean of the colors drawn in its four."""
    _, h, w = coarse.shape
    for y in range(h):
        for x in range(w):
            mask = a = b = np.float32(0)
            for inside in range(4):
                v, u = 2 * y + inside // 2, 2 * x + inside % 2
                mask += fine[0, v, u]
                a += fine[1, v, u]
                b += fine[2, v, u]
            if mask > 0:
                coarse[0, y, x] = 1
                coarse[1, y, x] = a / mask
                coarse[2, y, x] = b / mask


@compiled
def _add_drawn(drawn: Any, columns: Any, rows: Any) -> None:
    h, w, channels = rows.shape
    for y in range(h):
        for x in range(w):
            mask = drawn[0, y, x]
            if mask > 0:
                a, b = drawn[1, y, x], drawn[2, y, x]
                for c in range(channels):
                    rows[y, x, c] += mask * columns[0, c] + a * columns[1, c] + b * columns[2, c]


@compiled
def _point(scores: Any, place: Any, radius: Any, always: Any, fall: Any, bonus: Any) -> None:
    """Scores become weights, in their place."""
    count, h, w = scores.shape
    whole = np.empty(w, np.float32)
    for y in range(h):
        at = (np.float32(y) + np.float32(0.5)) * _CELL
        for n in range(count - 1):
            dy, far = at - place[n, 1], place[n, 0]
            per_radius = np.float32(1) / max(radius[n], np.float32(4.0))
            more, slope = always[n], fall[n]
            for x in range(w):
                dx = (np.float32(x) + np.float32(0.5)) * _CELL - far
                distance = np.sqrt(dx * dx + dy * dy)
                part = distance * per_radius
                scores[n + 1, y, x] += (
                    more - slope * distance + bonus * _power(-part * part * _DOUBLINGS)
                )
        for x in range(w):
            top = scores[0, y, x]
            for n in range(1, count):
                top = max(top, scores[n, y, x])
            whole[x] = top
        _normalize(scores[:, y], whole)


@inlined
def _normalize(scores: Any, whole: Any) -> None:
    """Softmax over the first axis; `whole` holds the largest of each column."""
    count, w = scores.shape
    for n in range(count):
        for x in range(w):
            scores[n, x] = _power((scores[n, x] - whole[x]) * _DOUBLINGS)
    for x in range(w):
        whole[x] = scores[0, x]
    for n in range(1, count):
        for x in range(w):
            whole[x] += scores[n, x]
    for n in range(count):
        for x in range(w):
            scores[n, x] /= whole[x]
