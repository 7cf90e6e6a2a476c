"""Memory that gives out and cards that fail: smaller first, then on the processor, and told."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

import engine.network.fallback as fallback_module
from engine.edits import Hint
from engine.errors import DeviceFailed, OutOfMemory
from engine.network.fallback import (
    CARD_FAILED,
    LOWERED,
    ON_PROCESSOR,
    FallbackPredictor,
    load_with_fallback,
)
from engine.network.predict import load
from engine.values import AbPlanes, Lightness, ModelId

PHOTO = Lightness(np.full((8, 8), 50, np.float32))
HINT = Hint(x=0.5, y=0.5, a=10, b=10)


@dataclass
class Prepared:
    quality: str


@dataclass
class Device:
    """A device that can do some levels and no others, and counts what it is asked."""

    device: str = "cuda"
    prepares: tuple = ("fast", "balanced", "fine")
    predicts: tuple = ("fast", "balanced", "fine")
    error: type = OutOfMemory
    model: ModelId = ModelId("fake", "0" * 64)
    asked: list = field(default_factory=list)

    def prepare(self, lightness, quality):
        self.asked.append(f"prepare {quality}")
        if quality not in self.prepares:
            raise self.error(device=self.device)
        return Prepared(quality)

    def predict(self, prepared, hints):
        self.asked.append(f"predict {prepared.quality} {len(hints)}")
        if prepared.quality not in self.predicts:
            raise self.error(device=self.device)
        return AbPlanes(PHOTO.L, np.zeros((2, 8, 8), np.float32))


def test_nothing_is_given_up_where_all_goes_well():
    card = Device()
    predictor = FallbackPredictor(card, lambda: pytest.fail("not needed"))
    planes = predictor.predict(predictor.prepare(PHOTO, "fine"), ())
    assert planes.notices == ()
    assert planes.lowered_to is None
    assert card.asked == ["prepare fine", "predict fine 0"]
    assert predictor.device == "cuda"


def test_memory_that_gives_out_while_looking_lowers_the_quality():
    card = Device(prepares=("fast",))
    predictor = FallbackPredictor(card)
    prepared = predictor.prepare(PHOTO, "fine")
    assert prepared.quality == "fine"  # so that it is kept as what was asked for
    planes = predictor.predict(prepared, ())
    assert planes.notices == (LOWERED,)
    assert planes.lowered_to == "fast"
    assert card.asked == ["prepare fine", "prepare balanced", "prepare fast", "predict fast 0"]


def test_memory_that_gives_out_while_coloring_is_not_tried_again_with_each_hint():
    card = Device(predicts=("fast",))
    predictor = FallbackPredictor(card)
    prepared = predictor.prepare(PHOTO, "balanced")
    assert predictor.predict(prepared, ()).notices == (LOWERED,)
    assert predictor.predict(prepared, (HINT,)).notices == (LOWERED,)
    assert card.asked == [
        "prepare balanced", "predict balanced 0", "prepare fast", "predict fast 0",
        "predict fast 1",
    ]  # fmt: skip


def test_then_the_processor_takes_over_for_this_photo_alone():
    card, processor = Device(prepares=()), Device("cpu")
    predictor = FallbackPredictor(card, lambda: processor)
    planes = predictor.predict(predictor.prepare(PHOTO, "balanced"), ())
    assert planes.notices == (ON_PROCESSOR,)
    assert planes.lowered_to is None
    assert predictor.device == "cpu"
    card.prepares = ("balanced",)
    planes = predictor.predict(predictor.prepare(PHOTO, "balanced"), ())
    assert planes.notices == ()
    assert predictor.device == "cuda"


def test_the_processor_too_goes_down_and_both_are_told():
    card, processor = Device(prepares=()), Device("cpu", prepares=("fast",))
    predictor = FallbackPredictor(card, lambda: processor)
    planes = predictor.predict(predictor.prepare(PHOTO, "fine"), ())
    assert planes.notices == (ON_PROCESSOR, LOWERED)
    assert planes.lowered_to == "fast"


def test_a_card_that_fails_is_not_used_again():
    card, processor = Device(predicts=(), error=DeviceFailed), Device("cpu")
    predictor = FallbackPredictor(card, lambda: processor)
    for _ in range(2):
        planes = predictor.predict(predictor.prepare(PHOTO, "fine"), ())
        assert planes.notices == (CARD_FAILED,)
        assert planes.lowered_to is None
    # Not even at a lower level, which would fail as well.
    assert card.asked == ["prepare fine", "predict fine 0"]
    assert predictor.device == "cpu"


@pytest.mark.parametrize("error", [OutOfMemory, DeviceFailed])
def test_where_nothing_is_left_the_error_is_told(error):
    predictor = FallbackPredictor(Device(prepares=(), error=error))
    with pytest.raises(error):
        predictor.prepare(PHOTO, "fine")


def test_a_photo_of_another_predictor_is_a_bug():
    with pytest.raises(TypeError, match="another predictor"):
        FallbackPredictor(Device()).predict(Prepared("fast"), ())


def test_a_card_that_is_there_and_does_not_work_is_told(monkeypatch):
    real = load("cpu", None)

    def broken(device, weights):
        if device == "cuda":
            raise RuntimeError("CUDA driver version is insufficient")
        return real

    monkeypatch.setattr(fallback_module, "choose_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr(fallback_module, "load", broken)
    predictor = load_with_fallback("auto", None)
    planes = predictor.predict(predictor.prepare(PHOTO, "fast"), ())
    assert planes.notices == (CARD_FAILED,)
    assert predictor.device == "cpu"
    with pytest.raises(RuntimeError):  # who named it wants to know
        load_with_fallback("cuda", None)


def test_on_the_processor_all_is_as_without():
    plain, careful = load("cpu", None), load_with_fallback("cpu", None)
    photo = Lightness(np.linspace(0, 100, 64 * 64, dtype=np.float32).reshape(64, 64))
    expected = plain.predict(plain.prepare(photo, "fast"), (HINT,))
    prepared = careful.prepare(photo, "fast")
    np.testing.assert_array_equal(careful.predict(prepared, (HINT,)).ab, expected.ab)
    belief = careful.believe(prepared, ())
    assert belief.doubt.shape == (64, 64)
