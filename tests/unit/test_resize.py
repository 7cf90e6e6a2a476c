"""Smaller copies of the lightness: means over areas, the same from codes as from L*."""

import cv2
import numpy as np
import pytest

from engine.color.lab import lightness_of_luminance, luminance_of_lightness, srgb_to_lab
from engine.resize import (
    lightness_at_size,
    shrink,
    smaller,
    smaller_alpha,
    smaller_size,
)
from engine.values import Lightness


def ramp_and_noise(height, width):
    noise = np.random.default_rng(4).uniform(0, 100, (height, width))
    return Lightness(noise.astype(np.float32))


@pytest.mark.parametrize(("long_side", "size"), [(32, (24, 32)), (64, (48, 64)), (999, (48, 64))])
def test_shrink(long_side, size):
    lightness = ramp_and_noise(48, 64)
    small = shrink(lightness, long_side)
    assert small.size == size
    assert (small is lightness) == (long_side >= 64)


def test_shrink_takes_the_mean_and_keeps_a_pixel():
    L = np.arange(16, dtype=np.float32).reshape(4, 4)
    np.testing.assert_allclose(shrink(Lightness(L), 2).L, [[2.5, 4.5], [10.5, 12.5]])
    line = Lightness(np.zeros((1000, 1), np.float32))
    assert shrink(line, 10).size == (10, 1)


@pytest.mark.parametrize("size", [(7, 5), (48, 64), (13, 64), (1, 1), (47, 3)])
def test_areas_are_those_of_opencv(size):
    lightness = ramp_and_noise(48, 64)
    expected = cv2.resize(lightness.L, size[::-1], interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(lightness_at_size(lightness, size), expected, atol=2e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_codes_give_the_mean_lightness_not_the_lightness_of_the_mean(dtype):
    top = np.iinfo(dtype).max
    codes = np.random.default_rng(5).integers(0, top + 1, (40, 50), dtype)
    every = np.repeat(np.arange(top + 1, dtype=dtype)[:, None, None], 3, axis=2)
    table = np.ascontiguousarray(srgb_to_lab(every)[:, 0, 0])
    coded = Lightness(codes, table)
    np.testing.assert_array_equal(coded.L, table[codes])
    assert coded.at(3, 4) == pytest.approx(float(table[codes[3, 4]]))
    small = lightness_at_size(coded, (7, 9))
    np.testing.assert_allclose(small, lightness_at_size(Lightness(coded.L), (7, 9)), atol=1e-3)


def test_enlarging_stays_within_the_range():
    large = lightness_at_size(Lightness(np.array([[0, 100], [100, 0]], np.float32)), (20, 30))
    assert large.shape == (20, 30)
    assert large.min() >= 0
    assert large.max() <= 100


@pytest.mark.parametrize("from_codes", [False, True])
def test_smaller_takes_the_mean_of_light(from_codes):
    codes = np.random.default_rng(6).integers(0, 256, (40, 60), np.uint8)
    every = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    table = np.ascontiguousarray(srgb_to_lab(every)[:, 0, 0])
    lightness = Lightness(codes, table) if from_codes else Lightness(table[codes])
    made = smaller(lightness, 15)
    light = luminance_of_lightness(table[codes].astype(np.float64))
    mean = light.reshape(10, 4, 15, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(made.L, lightness_of_luminance(mean), atol=2e-3)


def test_smaller_never_enlarges():
    lightness = ramp_and_noise(48, 64)
    assert smaller(lightness, None) is lightness
    assert smaller(lightness, 64) is lightness
    assert smaller_size((1000, 1), 10) == (10, 1)


def test_alpha_follows():
    alpha = np.zeros((8, 8), np.uint16)
    alpha[:, 4:] = 65535
    made = smaller_alpha(alpha, (4, 4))
    assert made.dtype == np.uint16
    np.testing.assert_array_equal(made[0], [0, 0, 65535, 65535])
    assert smaller_alpha(None, (4, 4)) is None
    assert smaller_alpha(alpha, (8, 8)) is alpha
