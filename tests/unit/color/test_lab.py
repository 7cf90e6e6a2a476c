"""CIELAB and sRGB against colour-science and against the standard's own words."""

import colour
import numpy as np
import pytest

from engine.color import lab


@pytest.fixture(scope="module")
def colors() -> np.ndarray:
    return np.random.default_rng(1).random((4000, 3))


def test_lab_agrees_with_colour_science(colors):
    # colour-science takes the white from the chromaticity 0.3127, 0.3290; ours is that of the
    # matrix, 0.0003 away in Z, so neutrals are exactly neutral.
    xyz = colour.sRGB_to_XYZ(colors)
    theirs = colour.XYZ_to_Lab(xyz, colour.XYZ_to_xy(lab.WHITE))
    ours = lab.linear_srgb_to_lab(lab.decode_srgb(colors))
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_curve_meets_the_standard_s_numbers():
    np.testing.assert_allclose(
        lab.decode_srgb(np.array([0.0, 0.04045, 1.0])), [0, 0.0031308, 1], atol=1e-7
    )
    np.testing.assert_allclose(
        lab.encode_srgb(np.array([0.0, 0.0031308, 1.0])), [0, 0.04045, 1], atol=1e-6
    )


def test_there_and_back(colors):
    linear = lab.decode_srgb(colors)
    there = lab.linear_srgb_to_lab(linear)
    back = lab.lab_to_linear_srgb(there[:, 0], there[:, 1], there[:, 2])
    np.testing.assert_allclose(back, linear, atol=1e-12)
    np.testing.assert_allclose(lab.encode_srgb(linear), colors, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_whole_numbers_mean_shares_of_their_largest(dtype):
    top = np.iinfo(dtype).max
    codes = np.arange(0, top + 1, max(1, top // 255), dtype=dtype)
    np.testing.assert_allclose(lab.linearize(codes), lab.decode_srgb(codes / top), rtol=1e-6)


def test_grays_have_no_color():
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    assert np.abs(lab.srgb_to_lab(gray)[:, 1:]).max() < 1e-4


def test_lightness_and_luminance_are_inverse():
    L = np.linspace(0, 100, 1001)
    np.testing.assert_allclose(
        lab.lightness_of_luminance(lab.luminance_of_lightness(L)), L, atol=1e-9
    )
    assert lab.luminance_of_lightness(np.array([100.0]))[0] == pytest.approx(1)


def test_float32_stays_float32():
    values = np.ones((2, 3), np.float32) / 2
    assert lab.linear_srgb_to_lab(values).dtype == np.float32
    assert lab.lab_to_linear_srgb(values, values, values).dtype == np.float32
