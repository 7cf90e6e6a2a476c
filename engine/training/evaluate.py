"""Measuring what users get: photos go through the very stages that color a user's photo."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.lab import srgb_to_lab
from engine.composition import compose
from engine.edits import Adjustments, Edits, Hint
from engine.training.metrics import Measures, mean_measures, measure
from engine.training.photos import PhotoEntry, decode_photo
from engine.training.samples import draw_hints
from engine.values import Lightness, Predictor, Quality

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
    """

    hints: tuple[int, ...] = (0,)
    size: int = 256
    squeeze: bool = False
    quality: Quality = "balanced"
    seed: int = 0


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        photos: how many photos.
        unreadable: names of those that could not be used.
        no_color: measures of the gray photos.
        by_hints: measures for each number of hints.
    """

    photos: int
    unreadable: tuple[str, ...]
    no_color: Measures
    by_hints: dict[int, Measures]


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
    """
    gray: list[Measures] = []
    colored: dict[int, list[Measures]] = {count: [] for count in options.hints}
    unreadable = []
    for index, entry in enumerate(entries):
        if cancel is not None:
            cancel.raise_if_set()
        truth = read_truth(entry, options.size, squeeze=options.squeeze)
        if truth is None:
            unreadable.append(entry.name)
            continue
        results = _color(truth, predictor, options, index)
        gray.append(measure(next(results), truth))
        for count, result in zip(options.hints, results, strict=True):
            colored[count].append(measure(result, truth))
            if show is not None and count == options.hints[0]:
                show(entry.name, truth, result)
        if report is not None:
            report(index + 1, len(entries))
    return Evaluation(
        photos=len(gray),
        unreadable=tuple(unreadable),
        no_color=mean_measures(gray),
        by_hints={count: mean_measures(many) for count, many in colored.items()},
    )


def read_truth(entry: PhotoEntry, size: int, *, squeeze: bool) -> Pixels | None:
    """A photo with its true colors at the size it is measured at; None if it cannot be read."""
    rgb = decode_photo(entry.read())
    if rgb is None:
        return None
    height, width = rgb.shape[:2]
    scale = size / min(height, width)
    target = (size, size) if squeeze else (round(width * scale), round(height * scale))
    way = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, target, interpolation=way), np.uint8)


def _color(
    truth: Pixels, predictor: Predictor, options: EvaluateOptions, index: int
) -> Iterator[Pixels]:
    """The photo without color, then colored with each number of hints."""
    lab = srgb_to_lab(truth)
    lightness = Lightness(np.ascontiguousarray(lab[..., 0]))
    prepared = predictor.prepare(lightness, options.quality)
    planes = predictor.predict(prepared, ())
    colorless = Edits(adjustments=Adjustments(strength=0))
    yield np.asarray(compose(lightness, planes, colorless).pixels, np.uint8)
    ab = np.ascontiguousarray(lab[..., 1:].transpose(2, 0, 1))
    for count in options.hints:
        hints = true_hints(ab, count, (options.seed, index))
        planes = predictor.predict(prepared, hints)
        yield np.asarray(compose(lightness, planes, Edits(hints=hints)).pixels, np.uint8)


def true_hints(ab: NDArray[np.float32], count: int, seed: tuple[int, int]) -> tuple[Hint, ...]:
    """Hints that tell the truth at random places; more of them contain the fewer.

    Args:
        ab: (2, H, W), the truth.
        count: how many.
        seed: of the places.
    """
    _, height, width = ab.shape
    return tuple(
        Hint(
            x=float(x / width),
            y=float(y / height),
            radius=float(radius / min(height, width)),
            a=float(a),
            b=float(b),
        )
        for x, y, radius, a, b, _ in draw_hints(ab, count, np.random.default_rng(seed))
    )
