"""Whether the same photo, slightly different, gets the same colors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.lab import (
    decode_srgb,
    encode_srgb,
    lightness_of_luminance,
    luminance_of_lightness,
    srgb_to_lab,
)
from engine.measuring.evaluate import read_truth
from engine.measuring.photos import PhotoEntry
from engine.values import Lightness, Predictor, Quality

Plane = NDArray[np.float32]
SIZE = 512
NOISE = 1.0  # L*, standard deviation


@dataclass(frozen=True)
class Variant:
    """A change of the photo, and how the colors are brought back onto the photo as it was.

    Attributes:
        name: as reported.
        change: of L*, (H, W).
        back: of a*b*, (2, h, w).
    """

    name: str
    change: Callable[[Plane], Plane]
    back: Callable[[Plane], Plane] = lambda ab: ab


def variants() -> tuple[Variant, ...]:
    """Four other sizes, three turns, mirrored, two gammas, noise."""
    return (
        *(Variant(f"size x {factor:g}", _scaled(factor)) for factor in (0.5, 0.75, 1.5, 2.0)),
        *(
            Variant(f"turned by {90 * turns} degrees", _turned(turns), _turned(-turns))
            for turns in (1, 2, 3)
        ),
        Variant("mirrored", _mirrored, _mirrored),
        *(Variant(f"gamma {gamma:g}", _with_gamma(gamma)) for gamma in (0.8, 1.25)),
        Variant("noise", _noisy),
    )


def measure_stability(
    entries: Sequence[PhotoEntry],
    predictor: Predictor,
    quality: Quality,
    cancel: CancelToken | None = None,
    report: Callable[[int, int], None] | None = None,
) -> dict[str, float]:
    """How much the colors change, for each kind of variant and at each other quality level.

    The levels differ in the sizes at which the network looks at a photo, whatever its own, and of
    how many looks they are the mean; besides, "fast" may calculate with fewer digits.

    Args:
        entries: the photos.
        predictor: the network.
        quality: quality level.
        cancel: checked between photos.
        report: told how many of how many photos are done.

    Returns:
        Name of the variant, or "as fast" and the like -> mean distance in a*b* to the colors of
        the photo as it is.

    Raises:
        Cancelled: on request.
    """
    changes: dict[str, list[float]] = {variant.name: [] for variant in variants()}
    changes |= {f"as {level}": [] for level in _other_levels(quality)}
    for index, entry in enumerate(entries):
        if cancel is not None:
            cancel.raise_if_set()
        pixels = read_truth(entry, SIZE, squeeze=False)
        if pixels is not None:
            L = np.ascontiguousarray(srgb_to_lab(pixels)[..., 0])
            for name, change in _changes(L, predictor, quality):
                changes[name].append(change)
        if report is not None:
            report(index + 1, len(entries))
    return {name: float(np.mean(each)) if each else float("nan") for name, each in changes.items()}


def _changes(L: Plane, predictor: Predictor, quality: Quality) -> Iterator[tuple[str, float]]:
    """Name of each variant, and its mean distance in a*b* to the colors of the photo as it is."""
    own = _colors(L, predictor, quality)
    for variant in variants():
        changed = np.ascontiguousarray(variant.change(L), np.float32)
        yield variant.name, _distance(own, variant.back(_colors(changed, predictor, quality)))
    for level in _other_levels(quality):
        yield f"as {level}", _distance(own, _colors(L, predictor, level))


def _other_levels(quality: Quality) -> list[Quality]:
    return [level for level in get_args(Quality) if level != quality]


def _distance(own: Plane, ab: Plane) -> float:
    """Mean distance of (2, H, W) a*b*, the second perhaps of another size."""
    if ab.shape != own.shape:
        size = own.shape[2], own.shape[1]
        way = cv2.INTER_AREA if ab.shape[2] > own.shape[2] else cv2.INTER_LINEAR
        ab = np.stack([cv2.resize(plane, size, interpolation=way) for plane in ab])
    return float(np.hypot(*(ab - own)).mean())


def _colors(L: Plane, predictor: Predictor, quality: Quality) -> Plane:
    return predictor.predict(predictor.prepare(Lightness(L), quality), ()).ab


def _scaled(factor: float) -> Callable[[Plane], Plane]:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC

    def change(L: Plane) -> Plane:
        scaled = cv2.resize(L, None, fx=factor, fy=factor, interpolation=way)
        return np.asarray(np.clip(scaled, 0, 100), np.float32)

    return change


def _turned(turns: int) -> Callable[[Plane], Plane]:
    return lambda planes: np.rot90(planes, turns, axes=(-2, -1))


def _mirrored(planes: Plane) -> Plane:
    return planes[..., ::-1]


def _with_gamma(gamma: float) -> Callable[[Plane], Plane]:
    def change(L: Plane) -> Plane:
        code = encode_srgb(luminance_of_lightness(L)).clip(0, 1) ** np.float32(gamma)
        return np.asarray(lightness_of_luminance(decode_srgb(code)), np.float32)

    return change


def _noisy(L: Plane) -> Plane:
    noise = np.random.default_rng(0).normal(0, NOISE, L.shape)
    return np.asarray(np.clip(L + noise, 0, 100), np.float32)
