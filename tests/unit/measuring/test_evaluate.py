"""Measures tell good from bad, and the evaluation goes through the real stages."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from engine.color.lab import srgb_to_lab
from engine.edits import Hint
from engine.measuring.evaluate import EvaluateOptions, evaluate
from engine.measuring.hints import true_hints
from engine.measuring.metrics import Truth, colorfulness, mean_measures, psnr, ssim
from engine.measuring.perceptual import frechet_distance, perceptual
from engine.measuring.photos import find_photos
from engine.values import AbPlanes, Belief, Lightness
from tests.unit.conftest import colorful


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

    def believe(self, prepared: Lightness, hints: Sequence[Hint]) -> Belief:
        return no_belief(prepared)


def no_belief(lightness: Lightness) -> Belief:
    cells = tuple(-(-side // 4) for side in lightness.L.shape)
    return Belief(*(np.zeros((*n, *cells), np.float32) for n in ((2,), (), ())))


def test_measures_of_the_truth_and_of_gray():
    truth = Truth(colorful(1))
    same, _ = truth.measure(truth.pixels)
    assert same.psnr > 90
    assert same.ssim == pytest.approx(1)
    assert same.lpips == same.ciede2000 == same.colorfulness_error == 0
    assert same.colorfulness_ratio == 1
    assert same.mean_a == same.mean_b == 0
    flat, _ = truth.measure(np.repeat(truth.pixels[..., 1:2], 3, axis=2))
    assert flat.colorfulness == pytest.approx(0)
    assert flat.near_gray == 1
    assert flat.ciede2000 > 5
    assert flat.ssim < 0.98
    assert flat.lpips > 0.1
    assert flat.colorfulness_error == flat.true_colorfulness
    assert mean_measures([same, flat]).colorfulness_ratio == pytest.approx(0.5)


def test_a_measure_that_no_photo_has_is_none():
    vivid = np.full((64, 64, 3), (200, 30, 40), np.uint8)
    measures, _ = Truth(vivid).measure(vivid)
    mean = mean_measures([measures, measures])
    assert np.isnan(mean.false_color)
    assert mean.psnr == measures.psnr


def test_ssim_of_plain_planes_is_its_luminance_term():
    first, other = np.full((20, 20, 3), 100, np.uint8), np.full((20, 20, 3), 120, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(first, other) == pytest.approx((2 * 100 * 120 + c1) / (100**2 + 120**2 + c1))


def test_the_measuring_network_says_how_different_pictures_look():
    picture = colorful(3)
    judge = perceptual()
    soft = cv2.GaussianBlur(picture, (0, 0), 2)
    near = judge.distance(judge.look(picture), judge.look(soft))
    far = judge.distance(judge.look(picture), judge.look(colorful(4)))
    assert 0 < near < far
    assert judge.distance(judge.look(soft), judge.look(picture)) == pytest.approx(near, rel=1e-5)


def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    first = rng.normal(0, 1, (20_000, 3))
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(first, first + np.array([3, 0, 4])) == pytest.approx(25)
    # Spreads of 1 and 2 in each of 3 directions: 3 * (2 - 1)^2.
    assert frechet_distance(first, 2 * first) == pytest.approx(3, rel=0.05)


def test_psnr_of_a_known_error():
    black, other = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 16, np.uint8)
    assert psnr(black, other) == pytest.approx(10 * np.log10(255**2 / 256))


def test_colorfulness_is_that_of_its_formula():
    pixels = np.zeros((1, 2, 3), np.uint8)
    pixels[0, 0] = (200, 100, 0)  # rg = 100, yb = 150
    expected = np.hypot(50, 75) + 0.3 * np.hypot(50, 75)
    assert colorfulness(pixels) == pytest.approx(expected)


def test_a_predictor_that_knows_the_truth_is_found_good(photo_tar):
    from engine.measuring.evaluate import read_truth

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
    assert evaluation.by_hints[0].measures.psnr > evaluation.no_color.measures.psnr + 5
    assert evaluation.by_hints[0].measures.colorfulness_ratio > 0.8
    assert evaluation.by_hints[0].fid < evaluation.no_color.fid
    assert abs(evaluation.mean_color.measures.mean_a) < 0.5  # gamut and rounding shift it a little
    assert evaluation.no_color.measures.colorfulness == pytest.approx(0, abs=0.1)


def test_a_photo_that_the_disk_does_not_give_is_named_and_left_out(photo_tar, failing_read):
    from engine.measuring.evaluate import read_truth

    entries = find_photos([photo_tar])
    truths = [read_truth(entry, 96, squeeze=False) for entry in entries]
    failing_read(entries[2].name)
    evaluation = evaluate(entries, KnowsTheTruth(truths), EvaluateOptions(size=96))
    assert evaluation.photos == 4
    assert evaluation.unreadable == (entries[2].name,)


def test_squeezing_makes_squares(photo_tar):
    from engine.measuring.evaluate import read_truth

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

        def believe(self, prepared, hints):
            return no_belief(prepared)

    told = []
    evaluation = evaluate(
        find_photos([photo_folder]),
        Gray(),
        EvaluateOptions(size=64),
        report=lambda done, of: told.append((done, of)),
    )
    assert told == [(done, 11) for done in range(1, 12)]
    assert evaluation.unreadable == ("broken.jpg",)
    assert evaluation.photos == 10
