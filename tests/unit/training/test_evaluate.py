"""Measures tell good from bad, and the evaluation goes through the real stages."""

from collections.abc import Sequence

import numpy as np
import pytest

from engine.color.lab import srgb_to_lab
from engine.edits import Hint
from engine.training.evaluate import EvaluateOptions, evaluate, true_hints
from engine.training.metrics import colorfulness, mean_measures, measure, psnr
from engine.training.photos import find_photos
from engine.values import AbPlanes, Lightness

from .conftest import colorful


class KnowsTheTruth:
    """A predictor that looks the colors of some photos up by their lightness."""

    device = "cpu"

    def __init__(self, truths: Sequence[np.ndarray]) -> None:
        self.labs = [srgb_to_lab(truth) for truth in truths]

    def prepare(self, lightness: Lightness, quality: str) -> Lightness:
        return lightness

    def predict(self, prepared: Lightness, hints: Sequence[Hint]) -> AbPlanes:
        lab = next(lab for lab in self.labs if np.array_equal(lab[..., 0], prepared.L))
        return AbPlanes(prepared.L, np.ascontiguousarray(lab[..., 1:].transpose(2, 0, 1)))


def test_measures_of_the_truth_and_of_gray():
    truth = colorful(1)
    same = measure(truth, truth)
    assert same.psnr > 90
    assert same.ciede2000 == 0
    assert same.colorfulness_ratio == 1
    assert same.mean_a == same.mean_b == 0
    gray = np.repeat(truth[..., 1:2], 3, axis=2)
    flat = measure(gray, truth)
    assert flat.colorfulness == pytest.approx(0)
    assert flat.near_gray == 1
    assert flat.ciede2000 > 5
    assert mean_measures([same, flat]).colorfulness_ratio == pytest.approx(0.5)


def test_psnr_of_a_known_error():
    black, other = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 16, np.uint8)
    assert psnr(black, other) == pytest.approx(10 * np.log10(255**2 / 256))


def test_colorfulness_is_that_of_its_formula():
    pixels = np.zeros((1, 2, 3), np.uint8)
    pixels[0, 0] = (200, 100, 0)  # rg = 100, yb = 150
    expected = np.hypot(50, 75) + 0.3 * np.hypot(50, 75)
    assert colorfulness(pixels) == pytest.approx(expected)


def test_a_predictor_that_knows_the_truth_is_found_good(photo_tar):
    from engine.training.evaluate import read_truth

    entries = find_photos([photo_tar])
    truths = [read_truth(entry, 96, squeeze=False) for entry in entries]
    shown = []
    evaluation = evaluate(
        entries,
        KnowsTheTruth(truths),
        EvaluateOptions(hints=(0, 3), size=96),
        show=lambda name, truth, result: shown.append(name),
    )
    assert evaluation.photos == len(shown) == 5
    assert evaluation.by_hints[0].psnr > evaluation.no_color.psnr + 5
    assert evaluation.by_hints[0].colorfulness_ratio > 0.8
    assert evaluation.no_color.colorfulness == pytest.approx(0, abs=0.1)


def test_squeezing_makes_squares(photo_tar):
    from engine.training.evaluate import read_truth

    entry = find_photos([photo_tar])[0]
    assert read_truth(entry, 64, squeeze=True).shape == (64, 64, 3)
    assert read_truth(entry, 64, squeeze=False).shape == (64, 85, 3)


def test_more_hints_contain_the_fewer():
    ab = np.random.default_rng(0).normal(0, 20, (2, 64, 80)).astype(np.float32)
    assert true_hints(ab, 10, (0, 1))[:3] == true_hints(ab, 3, (0, 1))
    assert true_hints(ab, 10, (0, 1)) != true_hints(ab, 10, (0, 2))


def test_what_cannot_be_read_is_named(photo_folder):
    class Gray:
        device = "cpu"

        def prepare(self, lightness, quality):
            return lightness

        def predict(self, prepared, hints):
            return AbPlanes(prepared.L, np.zeros((2, *prepared.L.shape), np.float32))

    evaluation = evaluate(find_photos([photo_folder]), Gray(), EvaluateOptions(size=64))
    assert evaluation.unreadable == ("broken.jpg",)
    assert evaluation.photos == 10
