"""Samples depend on the seed and their number alone, and tell the truth."""

from itertools import islice

import numpy as np
import pytest

from engine.color.lab import srgb_to_lab
from engine.errors import NoPhotos
from engine.measuring.hints import draw_hints
from engine.measuring.photos import find_photos
from engine.training.ageing import _EFFECTS, aged_lightness
from engine.training.samples import (
    MOST_HINTS,
    Batch,
    SampleOptions,
    make_sample,
    sample_stream,
)
from tests.unit.conftest import colorful


def test_a_stream_can_be_entered_anywhere(photo_tar):
    entries = find_photos([photo_tar])
    options = SampleOptions(size=32)
    straight = list(islice(sample_stream(entries, options, 3, 0), 12))
    late = list(islice(sample_stream(entries, options, 3, 7), 5))
    for first, second in zip(straight[7:], late, strict=True):
        np.testing.assert_array_equal(first.L, second.L)
        np.testing.assert_array_equal(first.hints, second.hints)
    other = next(sample_stream(entries, options, 4, 0))
    assert not np.array_equal(other.L, straight[0].L)


def test_each_epoch_sees_every_photo(photo_tar):
    entries = find_photos([photo_tar])
    options = SampleOptions(size=32, ageing=0, hinted=0)
    means = [
        round(float(s.ab.mean()), 3) for s in islice(sample_stream(entries, options, 0, 0), 10)
    ]
    assert len(set(means[:5])) == 5


def test_broken_photos_are_replaced(photo_folder):
    entries = find_photos([photo_folder])
    samples = list(islice(sample_stream(entries, SampleOptions(size=32), 0, 0), 22))
    assert len(samples) == 22


def test_a_photo_that_the_disk_does_not_give_is_replaced(photo_folder, failing_read):
    entries = find_photos([photo_folder])
    failing_read("00.png")
    samples = list(islice(sample_stream(entries, SampleOptions(size=32), 0, 0), 22))
    assert len(samples) == 22


def test_photos_none_of_which_can_be_used_end_the_stream(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture")
    entries = find_photos([tmp_path])
    with pytest.raises(NoPhotos, match=f"“{tmp_path}”"):
        next(sample_stream(entries, SampleOptions(size=32), 0, 0))


def test_without_ageing_lightness_is_exact():
    rgb = colorful(1)
    aged = aged_lightness(rgb, np.random.default_rng(0), 0)
    np.testing.assert_allclose(aged, srgb_to_lab(rgb)[..., 0], atol=1e-3)


@pytest.mark.parametrize(("effect", "_"), _EFFECTS)
def test_each_effect_changes_the_photo_and_keeps_its_shape(effect, _):
    L = srgb_to_lab(colorful(1))[..., 0]
    before = L.copy()
    changed = [effect(L, np.random.default_rng(seed)) for seed in range(8)]
    np.testing.assert_array_equal(L, before)
    assert all(one.shape == L.shape and one.dtype == np.float32 for one in changed)
    assert max(np.abs(one - L).max() for one in changed) > 0.5


def test_ageing_stays_within_lightness_and_leaves_the_truth_alone():
    options = SampleOptions(size=64, ageing=1.0, contrary=0.0)
    for seed in range(20):
        sample = make_sample(colorful(2), options, np.random.default_rng(seed))
        assert sample.L.min() >= 0
        assert sample.L.max() <= 100
    plain = SampleOptions(size=64, ageing=0.0, hinted=0.0)
    aged = SampleOptions(size=64, ageing=1.0, hinted=0.0)
    first = make_sample(colorful(2), plain, np.random.default_rng(5))
    second = make_sample(colorful(2), aged, np.random.default_rng(5))
    np.testing.assert_array_equal(first.ab, second.ab)


def test_hints_tell_the_truth():
    ab = np.ascontiguousarray(srgb_to_lab(colorful(3))[..., 1:].transpose(2, 0, 1))
    for x, y, radius, a, b, present in draw_hints(ab, 20, np.random.default_rng(0)):
        assert present == 1
        assert 1.5 <= radius <= 4.5
        assert np.hypot(*(ab[:, int(y), int(x)] - (a, b))) < 15


def test_fewness_draws_a_single_hint_more_often():
    def singles(fewness: float) -> float:
        options = SampleOptions(size=32, ageing=0, hinted=1.0, fewness=fewness)
        photo = colorful(4)
        samples = (make_sample(photo, options, np.random.default_rng(i)) for i in range(400))
        counts = np.array([sample.hints[:, 5].sum() for sample in samples])
        assert counts.min() >= 1
        assert counts.max() > MOST_HINTS / 2
        return float((counts == 1).mean())

    assert 0.04 < singles(1.0) < 0.15
    assert 0.22 < singles(2.0) < 0.38


def test_contrary_samples_turn_every_hue_alike():
    options = SampleOptions(size=64, ageing=0, hinted=1.0, contrary=1.0)
    plain = SampleOptions(size=64, ageing=0, hinted=0.0)
    turned = make_sample(colorful(4), options, np.random.default_rng(9))
    straight = make_sample(colorful(4), plain, np.random.default_rng(9))
    assert turned.is_contrary
    z, w = (s.ab[0] + 1j * s.ab[1] for s in (straight, turned))
    angle = np.angle(w / z)[np.abs(z) > 5]
    assert np.abs(np.exp(1j * angle) - np.exp(1j * angle[0])).max() < 1e-3
    assert abs(angle[0]) > 0.25


def test_a_batch_drops_the_padding_nobody_needs():
    options = SampleOptions(size=32, hinted=1.0)
    samples = [make_sample(colorful(5), options, np.random.default_rng(seed)) for seed in range(3)]
    counts = [int(sample.hints[:, 5].sum()) for sample in samples]
    batch = Batch(samples)
    assert batch.hints.radius.shape[1] == max(counts) <= MOST_HINTS
    assert batch.hints.present.sum(1).tolist() == counts
