"""Where the memory does not suffice or a graphics card fails: smaller, then on the processor."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.edits import Hint
from engine.errors import DeviceFailed, OutOfMemory
from engine.i18n import N_
from engine.network.device import choose_device
from engine.network.predict import load
from engine.values import AbPlanes, Belief, Lightness, ModelId, Predictor, Prepared, Quality

logger = logging.getLogger(__name__)

LOWERED = N_("The memory was not enough at this quality; the photo was colored at a lower one.")
ON_PROCESSOR = N_(
    "The graphics card's memory was not enough; the photo was colored on the processor."
)
CARD_FAILED = N_(
    "The graphics card failed; this photo and all that follow are colored on the processor."
)

_AND_LOWER: dict[Quality, tuple[Quality, ...]] = {
    "fine": ("fine", "balanced", "fast"),
    "balanced": ("balanced", "fast"),
    "fast": ("fast",),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to color a photo.

    Attributes:
        level: the quality level.
        second: whether on the processor instead of where it is best.
    """

    level: Quality
    second: bool


@dataclass(slots=True, eq=False)
class _Kept:
    """A photo on the way it is colored on, and those that are left after it.

    Attributes:
        lightness: the photo.
        quality: the quality level that was asked for.
        ways: the present one and the rest.
        prepared: what the predictor of the present one made of it.
    """

    lightness: Lightness
    quality: Quality
    ways: list[_Way]
    prepared: Prepared | None = None


class FallbackPredictor:
    """Gives up as little as it must: quality first, then the graphics card, and says so.

    Args:
        predictor: the one to use while it can.
        on_processor: loads one for the processor, if there is that other way.
        failed: whether the predictor is for the processor because a graphics card failed.
    """

    def __init__(
        self,
        predictor: Predictor,
        on_processor: Callable[[], Predictor] | None = None,
        *,
        failed: bool = False,
    ) -> None:
        self._predictor = predictor
        self._on_processor = on_processor
        self._second: Predictor | None = None
        self._device = predictor.device
        self._failed = failed

    @property
    def device(self) -> str:
        """The device that the last photo was colored on."""
        return self._device

    @property
    def model(self) -> ModelId:
        """Which network it is."""
        return self._predictor.model

    def prepare(self, lightness: Lightness, quality: Quality) -> _Kept:
        """Look at a photo once, as well as can be.

        Raises:
            OutOfMemory: not even the least can be held.
            DeviceFailed: the device does not work, and there is no other one.
        """
        levels = _AND_LOWER[quality]
        places = [True] if self._on_processor is not None else []
        if not (self._failed and places):
            places.insert(0, False)
        kept = _Kept(lightness, quality, [_Way(level, at) for at in places for level in levels])
        self._work(kept, lambda _predictor, _prepared: None)
        return kept

    def predict(self, prepared: Prepared, hints: Sequence[Hint]) -> AbPlanes:
        """Color a prepared photo; the planes say what was given up for it.

        Raises:
            OutOfMemory, DeviceFailed: as above.
            TypeError: the photo was prepared by another kind of predictor.
        """
        kept = _own(prepared)
        planes = self._work(kept, lambda predictor, inner: predictor.predict(inner, hints))
        level = kept.ways[0].level
        return replace(
            planes,
            lowered_to=None if level == kept.quality else level,
            notices=tuple(self._notices(kept)),
        )

    def believe(self, prepared: Prepared, hints: Sequence[Hint]) -> Belief:
        """What is believed of the colors that `predict` gives.

        Raises:
            OutOfMemory, DeviceFailed, TypeError: as above.
        """
        return self._work(_own(prepared), lambda predictor, inner: predictor.believe(inner, hints))

    def describe(self, prepared: Prepared) -> NDArray[np.float32]:
        """What is seen in each part of a prepared photo.

        Raises:
            OutOfMemory, DeviceFailed, TypeError: as above.
        """
        return self._work(_own(prepared), lambda predictor, inner: predictor.describe(inner))

    def _work(self, kept: _Kept, do: Callable[[Predictor, Prepared], T]) -> T:
        """Do something with a photo in the present way, or in the next one that can be gone."""
        while True:
            way = kept.ways[0]
            try:
                predictor = self._predictor_of(way)
                self._device = predictor.device
                if kept.prepared is None:
                    kept.prepared = predictor.prepare(kept.lightness, way.level)
                return do(predictor, kept.prepared)
            except (OutOfMemory, DeviceFailed) as error:
                rest = kept.ways[1:]
                if isinstance(error, DeviceFailed):
                    self._failed = self._failed or not way.second
                    rest = [each for each in rest if each.second != way.second]
                if not rest:
                    raise
                logger.warning("%s at %s: %s", self._device, way.level, error)
                kept.ways, kept.prepared = rest, None

    def _predictor_of(self, way: _Way) -> Predictor:
        if not way.second:
            return self._predictor
        if self._second is None:
            assert self._on_processor is not None
            self._second = self._on_processor()
        return self._second

    def _notices(self, kept: _Kept) -> list[str]:
        """What was given up, in sentences to be translated."""
        way, notices = kept.ways[0], []
        if self._failed:
            notices.append(CARD_FAILED)
        elif way.second:
            notices.append(ON_PROCESSOR)
        if way.level != kept.quality:
            notices.append(LOWERED)
        return notices


def load_with_fallback(device: str, weights: Path | None) -> FallbackPredictor:
    """See `engine.load_lasting_predictor`."""
    chosen = choose_device(device).type
    if device != "auto" or chosen == "cpu":
        return FallbackPredictor(load(device, weights))
    try:
        predictor = load(chosen, weights)
    except RuntimeError:  # of torch, for many reasons: the card is there and does not work
        logger.warning("%s cannot be used", chosen, exc_info=True)
        return FallbackPredictor(load("cpu", weights), failed=True)
    return FallbackPredictor(predictor, lambda: load("cpu", weights))


def _own(prepared: Prepared) -> _Kept:
    if not isinstance(prepared, _Kept):
        raise TypeError(f"{type(prepared).__name__} is of another predictor")
    return prepared
