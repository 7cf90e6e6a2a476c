"""Gamut mapping keeps L* and hue and never clips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.color.gamut import chroma_share_inside, fit_into_srgb
from engine.color.lab import lab_to_linear_srgb, linear_srgb_to_lab


def planes(*values: float) -> list[np.ndarray]:
    return [np.array([value], np.float32) for value in values]


@given(L=st.floats(0, 100), a=st.floats(-128, 128), b=st.floats(-128, 128))
def test_lightness_and_hue_are_kept(L, a, b):
    rgb, outside = fit_into_srgb(*planes(L, a, b))
    assert rgb.min() >= 0
    assert rgb.max() <= 1
    L_out, a_out, b_out = linear_srgb_to_lab(rgb.astype(np.float64))[0]
    assert L_out == pytest.approx(L, abs=0.003)
    chroma_in, chroma_out = np.hypot(a, b), np.hypot(a_out, b_out)
    assert chroma_out <= chroma_in + 0.01
    if not outside[0]:
        assert chroma_out == pytest.approx(chroma_in, abs=0.02)
    if chroma_out > 1:
        turn = np.arctan2(b_out, a_out) - np.arctan2(b, a)
        assert abs(np.sin(turn / 2)) * 2 * chroma_out < 0.05


@given(L=st.floats(1, 99), hue=st.floats(0, 2 * np.pi))
def test_no_more_chroma_is_taken_than_needed(L, hue):
    a, b = 120 * np.cos(hue), 120 * np.sin(hue)
    share = chroma_share_inside(L, a, b)
    assert share < 1
    more = share + 0.002
    rgb = lab_to_linear_srgb(*(np.array([v]) for v in (L, more * a, more * b)))
    assert rgb.min() < 0 or rgb.max() > 1


def test_a_color_inside_is_left_alone():
    assert chroma_share_inside(50, 10, 10) == 1.0
