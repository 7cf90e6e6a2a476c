"""One training sample: a crop of a photo, its lightness as the network sees it, its hints.

Sample number i of a run depends on the seed and on i alone, so a run that is stopped and resumed
sees what it would have seen.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Queue

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.color.lab import srgb_to_lab
from engine.errors import NoPhotos
from engine.measuring.hints import draw_hints
from engine.measuring.photos import PhotoEntry, places_of_entries, read_photo
from engine.network.hints import FAR, HintBatch
from engine.training.ageing import aged_lightness, framed

MOST_HINTS = 100
# So many broken pictures one after the other, and there is nothing to learn from.
MOST_BROKEN = 1000


@dataclass(frozen=True)
class SampleOptions:
    """How samples are drawn.

    Attributes:
        size: side of the square crop, pixels, a multiple of 32.
        ageing: 0..1, see `aged_lightness`.
        hinted: share of the samples that get hints.
        contrary: share of the hinted ones whose every hue is turned by a random angle, so that
            hints against all habit are obeyed too.
        fewness: 1 draws the logarithm of their number evenly from 1 to `MOST_HINTS`, which makes
            9 % of the hinted samples those of a single hint; 2 squares that draw, for 30 %.
        evenness: 0..1, see `shares`.
    """

    size: int = 256
    ageing: float = 0.4
    hinted: float = 0.6
    contrary: float = 0.2
    fewness: float = 1.0
    evenness: float = 0.35


@dataclass(frozen=True, eq=False)
class Sample:
    """Arrays of one sample.

    Attributes:
        L: (S, S) float32, L* as the network sees it, aged or not.
        unaged: (S, S) float32, L* of the photo as it was.
        ab: (2, S, S) float32, the truth.
        hints: (MOST_HINTS, 6) float32: x, y, radius in pixels; a*, b*; 1 for present.
        is_contrary: whether its hues were turned; such a truth says nothing of habit.
    """

    L: NDArray[np.float32]
    unaged: NDArray[np.float32]
    ab: NDArray[np.float32]
    hints: NDArray[np.float32]
    is_contrary: bool


class Batch:
    """A batch of samples as tensors."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.L = torch.from_numpy(np.stack([sample.L for sample in samples]))[:, None]
        self.unaged = torch.from_numpy(np.stack([sample.unaged for sample in samples]))[:, None]
        self.ab = torch.from_numpy(np.stack([sample.ab for sample in samples]))
        hints = torch.from_numpy(np.stack([sample.hints for sample in samples]))
        most = max(1, int(hints[..., 5].sum(dim=1).max()))  # present ones stand first
        hints = hints[:, :most]
        absent = (1 - hints[..., 5]) * -FAR
        self.hints = HintBatch(hints[..., :2], hints[..., 2], hints[..., 3:5], absent)
        self.is_contrary = torch.tensor([sample.is_contrary for sample in samples])

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device."""
        self.L, self.unaged, self.ab = (
            plane.to(device) for plane in (self.L, self.unaged, self.ab)
        )
        self.hints = HintBatch(*(part.to(device) for part in self.hints))
        self.is_contrary = self.is_contrary.to(device)
        return self


def make_sample(rgb: NDArray[np.uint8], options: SampleOptions, rng: np.random.Generator) -> Sample:
    """Draw a sample from a photo.

    Args:
        rgb: (H, W, 3) uint8, sRGB, any size.
        options: how.
        rng: where chance comes from.
    """
    crop = framed(_crop(rgb, options.size, rng), rng, options.ageing)
    L = aged_lightness(crop, rng, options.ageing)
    lab = srgb_to_lab(crop)
    unaged = np.ascontiguousarray(lab[..., 0])
    ab = np.ascontiguousarray(lab[..., 1:].transpose(2, 0, 1))
    is_contrary = False
    hints = np.zeros((MOST_HINTS, 6), np.float32)
    if rng.random() < options.hinted:
        is_contrary = bool(rng.random() < options.contrary)
        if is_contrary:
            ab = _turned(ab, rng.uniform(0.3, 2 * np.pi - 0.3))
        share = rng.uniform() ** options.fewness
        count = round(float(np.exp(share * np.log(MOST_HINTS))))
        hints[:count] = draw_hints(ab, count, rng)
    return Sample(L, unaged, ab, hints, is_contrary)


def shares(entries: Sequence[PhotoEntry], evenness: float) -> NDArray[np.float64]:
    """How often each photo is drawn, so that no large source rules.

    Args:
        entries: the photos.
        evenness: 0 draws each photo alike; 1 draws each source alike.

    Returns:
        (N,), adding up to 1. A source of n photos has a share proportional to n^(1 - evenness).
    """
    sizes = Counter(entry.source for entry in entries)
    share = np.array([sizes[entry.source] ** -evenness for entry in entries])
    return np.asarray(share / share.sum())


def sample_stream(
    entries: Sequence[PhotoEntry], options: SampleOptions, seed: int, start: int
) -> Iterator[Sample]:
    """Endless samples from number `start` on.

    An epoch draws as many photos as there are, those of small sources more often than once; over
    the epochs each photo is drawn as often as its share says, to within one.

    Raises:
        NoPhotos: next to none of them can be used.
    """
    drawn = np.concatenate([[0.0], np.cumsum(shares(entries, options.evenness))]) * len(entries)
    drawn[-1] = len(entries)  # rounding must not lose the last one
    number = start
    while True:
        epoch, place = divmod(number, len(entries))
        if place == 0 or number == start:
            # The photo's whole numbers between its borders in this epoch are how often it is drawn;
            # a random start makes the rounding fall on others each time.
            shift = np.random.default_rng((seed, epoch, 1)).random()
            often = np.diff(np.floor(drawn + shift).astype(int))
            chosen = np.repeat(np.arange(len(entries)), often)
            order = np.random.default_rng((seed, epoch)).permutation(chosen)
        rng = np.random.default_rng((seed, epoch, place))
        rgb = read_photo(entries[order[place]])
        yield make_sample(_another(entries, rng) if rgb is None else rgb, options, rng)
        number += 1


def _another(entries: Sequence[PhotoEntry], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A photo in place of a broken one, by chance of the same seed.

    Raises:
        NoPhotos: next to none of them can be used.
    """
    for _ in range(MOST_BROKEN):
        rgb = read_photo(entries[int(rng.integers(len(entries)))])
        if rgb is not None:
            return rgb
    raise NoPhotos(place=places_of_entries(entries))


class BatchLoader:
    """Makes batches in a thread of its own, a few ahead of the training."""

    def __init__(self, samples: Iterator[Sample], batch_size: int, ahead: int = 3) -> None:
        self._samples = samples
        self._batch_size = batch_size
        self._queue: Queue[Batch | BaseException] = Queue(ahead)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="batches", daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        try:
            while not self._stop.is_set():
                batch = Batch([next(self._samples) for _ in range(self._batch_size)])
                self._queue.put(batch)
        except BaseException as error:  # noqa: BLE001 - raised again by next(), in the caller's thread
            self._queue.put(error)

    def next(self) -> Batch:
        """The next batch."""
        batch = self._queue.get()
        if isinstance(batch, BaseException):
            raise batch
        return batch

    def close(self) -> None:
        """Let the thread end."""
        self._stop.set()
        while self._thread.is_alive():
            if not self._queue.empty():
                self._queue.get_nowait()
            self._thread.join(0.05)


def _crop(rgb: NDArray[np.uint8], size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random square, upright or mirrored, of 60 to 100 % of the area of the largest one."""
    height, width = rgb.shape[:2]
    side = max(1, round(min(height, width) * rng.uniform(0.6, 1.0) ** 0.5))
    y, x = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    square = rgb[y : y + side, x : x + side]
    way = cv2.INTER_AREA if side >= size else cv2.INTER_CUBIC
    square = np.asarray(cv2.resize(square, (size, size), interpolation=way), np.uint8)
    return np.ascontiguousarray(square[:, ::-1]) if rng.random() < 0.5 else square


def _turned(ab: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    """All hues turned by an angle in radians."""
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return np.stack([cos * ab[0] - sin * ab[1], sin * ab[0] + cos * ab[1]])
