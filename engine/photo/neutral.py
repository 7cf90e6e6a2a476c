"""Toned photo -> the codes it would have without its tone, its yellowed paper and its stains.

Yellowed paper is darker in blue than in red. Each channel is stretched so that its white is that of
the lightest channel, and its black the gray of the same luminance: both come out neutral. Stains
take light from some channels more than from others; where there are any, the channel that shows
them least is taken alone, as a restorer would.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.photo.channels import top_code
from engine.photo.sample import cells_of, inside, sample_of
from engine.values import Photo

# The share of the cells that are taken for the photo's white, and for its black.
_ENDS = 0.01
# White and black nearer than this, 0..1, are of an empty picture; nothing is stretched by them.
_LEAST_RANGE = 0.05
# Parts of equal area, from dark to light, in each of which the channels' usual distance is found.
_PARTS = 16
# A photo is stained if 5 of 100 cells have a channel farther from the tone than this, 0..1. Split
# tones and dark mounts come to 0.048 in the old photographs it was chosen on.
_STAINED = 0.05
# Stains go one way. Where the cells beside the tone go both, half the photo is stained, and what is
# usual in it is no measure; red is taken then, for age makes paper yellow and brown.
_ONE_WAY = 0.5
_RED = 0
# Near enough to any profile's curves and primaries to find a gray as dark as a color.
_GAMMA = 2.2
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

Cells = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """How a photo's codes become neutral.

    Attributes:
        tables: (3, 256 or 65536) uint16, for each code of a channel the neutral one, 0..65535, on
            the same curve.
        clear: 0..2, the channel that counts alone since there are stains; None if all count.
    """

    tables: NDArray[np.uint16]
    clear: int | None

    def __call__(self, pixels: NDArray[np.generic]) -> NDArray[np.uint16]:
        """Neutral codes, (h, w, 3) uint16, for (h, w, 3) codes of the photo."""
        channels = range(3) if self.clear is None else [self.clear] * 3
        return np.stack([self.tables[i][pixels[..., i]] for i in channels], axis=-1)


def neutral_of(photo: Photo) -> Neutral | None:
    """What takes the tone out of a photo of three channels; None for a gray one."""
    sample = photo.sample
    if sample is None and photo.pixels is not None:
        sample = sample_of(photo.pixels)
    if sample is None:
        return None
    top = top_code(sample)
    cells = inside(cells_of(sample.astype(np.float64) / top)).reshape(-1, 3)
    black, white = _ends(cells)
    ends = float((_LUMINANCE @ black**_GAMMA) ** (1 / _GAMMA)), float(white.max())
    codes = np.repeat(np.linspace(0, 1, top + 1)[:, None], 3, axis=1)
    tables = np.rint(_stretched(codes, black, white, ends) * 65535).astype(np.uint16)
    clear = _clear_channel(_stretched(cells, black, white, ends))
    return Neutral(np.ascontiguousarray(tables.T), clear)


def _ends(cells: Cells) -> tuple[Cells, Cells]:
    """The photo's black and white, (3,) each."""
    order = np.argsort(cells.mean(axis=1), kind="stable")
    count = max(1, round(len(order) * _ENDS))
    return np.median(cells[order[:count]], axis=0), np.median(cells[order[-count:]], axis=0)


def _stretched(values: Cells, black: Cells, white: Cells, ends: tuple[float, float]) -> Cells:
    """(n, 3) values with each channel's black and white brought to the same two ends."""
    span = white - black
    if span.min() < _LEAST_RANGE:
        return values
    return np.clip(ends[0] + (values - black) * (ends[1] - ends[0]) / span, 0, 1)


def _clear_channel(cells: Cells) -> int | None:
    """The channel that shows the stains least; None if there are none."""
    mean = cells.mean(axis=1)
    beside = cells - mean[:, None]
    for part in np.array_split(np.argsort(mean, kind="stable"), min(_PARTS, len(cells))):
        beside[part] -= np.median(beside[part], axis=0)
    far = np.abs(beside).max(axis=1)
    limit = np.percentile(far, 95)
    if limit < _STAINED:
        return None
    off = beside[far >= limit]
    clear = int(np.argmax(off.mean(axis=0)))
    one_way = off[:, clear].mean() >= _ONE_WAY * np.abs(off[:, clear]).mean()
    return clear if one_way else _RED
