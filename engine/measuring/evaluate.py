"""Measuring what users get: photos go through the very stages that color a user's photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.lab import srgb_to_lab
from engine.composition import compose
from engine.edits import Edits
from engine.errors import NoPhotos
from engine.measuring.doubt import DoubtGathered, DoubtMeasures
from engine.measuring.hints import true_hints
from engine.measuring.metrics import Gathered, Measures, Truth
from engine.measuring.old_film import on_old_film
from engine.measuring.photos import PhotoEntry, places_of_entries, read_photo
from engine.values import AbPlanes, Lightness, Predictor, Quality

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class EvaluateOptions:
    """How photos are measured.

    Attributes:
        hints: numbers of hints that tell the truth at random places.
        size: shorter side of the photos, pixels.
        squeeze: whether they are squeezed to a square, as papers do.
        quality: quality level.
        seed: of the places of the hints.
        aged: whether to color them once more as they would look on old film.
    """

    hints: tuple[int, ...] = (0,)
    size: int = 256
    squeeze: bool = False
    quality: Quality = "balanced"
    seed: int = 0
    aged: bool = False


@dataclass(frozen=True)
class Row:
    """Means over all photos.

    Attributes:
        measures: of the photos one by one.
        fid: Frechet distance between the features of all results and of all truths; the features
            are the means of AlexNet's last convolution, so it compares with itself only.
    """

    measures: Measures
    fid: float


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        photos: how many photos.
        unreadable: names of those that could not be used.
        no_color: the gray photos.
        mean_color: the photos all in the mean a*b* of the truths.
        by_hints: the results for each number of hints.
        aged: the results without hints from old film, put together with the photo's own lightness,
            so that only the colors differ; None if not asked for.
        doubt: whether the network knows what it does not know, without hints.
    """

    photos: int
    unreadable: tuple[str, ...]
    no_color: Row
    mean_color: Row
    by_hints: dict[int, Row]
    aged: Row | None
    doubt: DoubtMeasures


def evaluate(
    entries: Sequence[PhotoEntry],
    predictor: Predictor,
    options: EvaluateOptions,
    cancel: CancelToken | None = None,
    report: Callable[[int, int], None] | None = None,
    show: Callable[[str, Pixels, Pixels], None] | None = None,
) -> Evaluation:
    """Color photos whose colors are known and measure the difference.

    Args:
        entries: the photos.
        predictor: the network.
        options: how.
        cancel: checked between photos.
        report: told how many of how many photos are done.
        show: given name, truth and the result with the first number of hints, of each photo.

    Raises:
        Cancelled: on request.
        NoPhotos: none of the photos could be used.
    """
    table = _Table(predictor, options, _mean_color(entries, cancel))
    unreadable = []
    for index, entry in enumerate(entries):
        if cancel is not None:
            cancel.raise_if_set()
        pixels = read_truth(entry, options.size, squeeze=options.squeeze)
        if pixels is None:
            unreadable.append(entry.name)
        else:
            result = table.add(pixels, index)
            if show is not None:
                show(entry.name, pixels, result)
        if report is not None:
            report(index + 1, len(entries))
    if not table.truths:
        raise NoPhotos(place=places_of_entries(entries))
    return Evaluation(
        photos=len(table.truths),
        unreadable=tuple(unreadable),
        no_color=table.row(table.gray),
        mean_color=table.row(table.mean),
        by_hints={count: table.row(many) for count, many in table.colored.items()},
        aged=table.row(table.aged) if options.aged else None,
        doubt=table.doubt.measures(),
    )


class _Table:
    """The rows of the table, filled photo by photo."""

    def __init__(
        self, predictor: Predictor, options: EvaluateOptions, mean_ab: tuple[float, float]
    ) -> None:
        self._predictor = predictor
        self._options = options
        self._mean_ab = mean_ab
        self.truths: list[NDArray[np.float64]] = []
        self.gray, self.mean, self.aged = Gathered(), Gathered(), Gathered()
        self.doubt = DoubtGathered()
        self.colored = {count: Gathered() for count in options.hints}

    def add(self, pixels: Pixels, index: int) -> Pixels:
        """Measure a photo; its result with the first number of hints."""
        truth = Truth(pixels)
        self.truths.append(truth.features)
        ab = np.ascontiguousarray(truth.lab[..., 1:].transpose(2, 0, 1))
        lightness = Lightness(np.ascontiguousarray(truth.lab[..., 0]))
        self.gray.add(_in_one_color(lightness, (0, 0)), truth)
        self.mean.add(_in_one_color(lightness, self._mean_ab), truth)
        prepared = self._predictor.prepare(lightness, self._options.quality)
        own = self._predictor.predict(prepared, ())
        self.doubt.add(self._predictor.believe(prepared, ()), own.ab, ab)
        results = []
        for count, gathered in self.colored.items():
            hints = true_hints(ab, count, (self._options.seed, index))
            planes = self._predictor.predict(prepared, hints) if count else own
            rendition = compose(lightness, planes, Edits(hints=hints))
            results.append(np.asarray(rendition.pixels, np.uint8))
            gathered.add(results[-1], truth)
        if self._options.aged:
            self.aged.add(self._from_old_film(pixels, lightness, own.L, index), truth)
        return results[0]

    def _from_old_film(
        self, pixels: Pixels, lightness: Lightness, small: NDArray[np.float32], index: int
    ) -> Pixels:
        """Colors seen on old film, on the lightness of the photo as it was."""
        old = Lightness(on_old_film(pixels, index))
        seen = self._predictor.predict(self._predictor.prepare(old, self._options.quality), ())
        planes = AbPlanes(small, seen.ab)
        return np.asarray(compose(lightness, planes, Edits()).pixels, np.uint8)

    def row(self, gathered: Gathered) -> Row:
        return Row(gathered.means(), gathered.frechet(self.truths))


def _mean_color(entries: Sequence[PhotoEntry], cancel: CancelToken | None) -> tuple[float, float]:
    """Mean a*b* of the photos, each of the same weight: the best guess without looking."""
    means = []
    for entry in entries:
        if cancel is not None:
            cancel.raise_if_set()
        small = read_truth(entry, 32, squeeze=True)
        if small is not None:
            means.append(srgb_to_lab(small)[..., 1:].mean(axis=(0, 1)))
    a, b = np.mean(means, axis=0) if means else (0.0, 0.0)
    return float(a), float(b)


def _in_one_color(lightness: Lightness, ab: tuple[float, float]) -> Pixels:
    plane = np.empty((2, *lightness.L.shape), np.float32)
    plane[0], plane[1] = ab
    return np.asarray(compose(lightness, AbPlanes(lightness.L, plane), Edits()).pixels, np.uint8)


def read_truth(entry: PhotoEntry, size: int, *, squeeze: bool) -> Pixels | None:
    """A photo with its true colors at the size it is measured at; None if it cannot be read."""
    rgb = read_photo(entry)
    if rgb is None:
        return None
    height, width = rgb.shape[:2]
    scale = size / min(height, width)
    target = (size, size) if squeeze else (round(width * scale), round(height * scale))
    way = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, target, interpolation=way), np.uint8)
