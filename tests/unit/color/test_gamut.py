"""Gamut mapping keeps L* and hue and never clips, in sRGB and in other spaces."""

from pathlib import Path

import colour
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.color.gamut import chroma_share_inside, encode_rows
from engine.color.lab import linear_srgb_to_lab, linearize
from engine.color.rgb import SRGB_SPACE, space_of_profile

ICC = Path(__file__).parents[2] / "data/icc"
P3 = space_of_profile((ICC / "DisplayP3-v4.icc").read_bytes(), "Display P3")
ADOBE = space_of_profile((ICC / "AdobeCompat-v2.icc").read_bytes(), "Adobe RGB")
PROPHOTO = space_of_profile((ICC / "ProPhoto-v4.icc").read_bytes(), "ProPhoto RGB")


@pytest.fixture(scope="module", autouse=True)
def compiled_beforehand():
    """Hypothesis takes the second that compiling costs for a test gone slow."""
    encoded(50, 0, 0)
    chroma_share_inside(50, 0, 0, SRGB_SPACE)


def encoded(L, a, b, space=SRGB_SPACE, dtype=np.uint16):
    """One color: its codes, and whether its chroma was lowered."""
    ab = np.array([[[a]], [[b]]], np.float32)
    out = np.zeros((1, 1, 3), dtype)
    lowered = encode_rows(np.array([[L]], np.float32), ab, space, out)
    return out[0, 0], lowered == 1


def lab_of(codes, space):
    """CIELAB for D65 by colour-science."""
    encoded_values = codes.astype(np.float64) / 65535
    names = {"sRGB": "sRGB", "Display P3": "Display P3", "Adobe RGB": "Adobe RGB (1998)"}
    name = names.get(space.name, "ProPhoto RGB")
    own = colour.RGB_COLOURSPACES[name]
    xyz = colour.RGB_to_XYZ(encoded_values, own, apply_cctf_decoding=True)
    d65 = colour.xy_to_XYZ(colour.RGB_COLOURSPACES["sRGB"].whitepoint)
    white = colour.xy_to_XYZ(own.whitepoint)
    xyz = colour.chromatic_adaptation(xyz, white, d65, transform="Bradford")
    return colour.XYZ_to_Lab(xyz, colour.RGB_COLOURSPACES["sRGB"].whitepoint)


@given(L=st.floats(0, 100), a=st.floats(-128, 128), b=st.floats(-128, 128))
def test_lightness_and_hue_are_kept(L, a, b):
    codes, lowered = encoded(L, a, b)
    L_out, a_out, b_out = linear_srgb_to_lab(linearize(codes[None]).astype(np.float64))[0]
    assert L_out == pytest.approx(L, abs=0.006)
    chroma_in, chroma_out = np.hypot(a, b), np.hypot(a_out, b_out)
    assert chroma_out <= chroma_in + 0.03
    if not lowered:
        assert chroma_out == pytest.approx(chroma_in, abs=0.03)
    if chroma_out > 1:
        turn = np.arctan2(b_out, a_out) - np.arctan2(b, a)
        assert abs(np.sin(turn / 2)) * 2 * chroma_out < 0.07


@example(L=32.0, hue=5.375)  # near sRGB's blue, which has the largest chroma: 134
@given(L=st.floats(1, 99), hue=st.floats(0, 2 * np.pi))
def test_no_more_chroma_is_taken_than_needed(L, hue):
    a, b = 140 * np.cos(hue), 140 * np.sin(hue)
    share = chroma_share_inside(L, a, b, SRGB_SPACE)
    assert share < 1
    assert not encoded(L, (share - 0.001) * a, (share - 0.001) * b)[1]
    assert encoded(L, (share + 0.002) * a, (share + 0.002) * b)[1]


def test_a_color_inside_is_left_alone():
    assert chroma_share_inside(50, 10, 10, SRGB_SPACE) == 1.0
    assert not encoded(50, 10, 10)[1]


@pytest.mark.parametrize("space", [SRGB_SPACE, P3, ADOBE, PROPHOTO], ids=lambda s: s.name)
@pytest.mark.parametrize("lab", [(60, 30, 40), (35, -20, 10), (80, 5, -15), (12, 3, 4)])
def test_colors_are_written_in_any_space(space, lab):
    codes, lowered = encoded(*lab, space)
    assert not lowered
    np.testing.assert_allclose(lab_of(codes, space), lab, atol=0.06)
    assert lab_of(codes, space)[0] == pytest.approx(lab[0], abs=0.01)


def test_a_wider_space_holds_more():
    shares = [chroma_share_inside(60, -80, 60, each) for each in (SRGB_SPACE, ADOBE, PROPHOTO)]
    assert shares == sorted(shares)
    assert shares[0] < shares[1] <= shares[2]


@pytest.mark.parametrize("space", [SRGB_SPACE, P3, ADOBE, PROPHOTO], ids=lambda s: s.name)
def test_gray_has_equal_channels_in_every_space(space):
    L = np.linspace(0, 100, 1000, dtype=np.float32)[None]
    out = np.zeros((1, 1000, 3), np.uint16)
    assert encode_rows(L, np.zeros((2, 1, 1000), np.float32), space, out) == 0
    np.testing.assert_array_equal(out[..., 0], out[..., 1])
    np.testing.assert_array_equal(out[..., 0], out[..., 2])
    assert out[0, 0].max() == 0
    assert out[0, -1].min() == 65535


@pytest.mark.parametrize("space", [SRGB_SPACE, PROPHOTO], ids=lambda s: s.name)
def test_many_colors_at_once_are_as_one_at_a_time(space):
    rng = np.random.default_rng(5)
    L = np.concatenate([rng.uniform(0.01, 10, 1000), rng.uniform(10, 100, 1000)])
    L = L.astype(np.float32)[None]
    ab = rng.normal(0, 60, (2, 1, 2000)).astype(np.float32)
    codes = np.zeros((1, 2000, 3), np.uint16)
    assert encode_rows(L, ab, space, codes) > 500
    for x in range(2000):
        a, b = ab[:, 0, x]
        share = chroma_share_inside(L[0, x], a, b, space)
        # A hair less, so that it is found to be inside, wherever it was rounded to.
        alone, lowered = encoded(L[0, x], a * share * 0.99999, b * share * 0.99999, space)
        assert not lowered
        # In light, about; a share of what there is at that lightness.
        at_once, one = ((each / 65535) ** 2.2 for each in (codes[0, x], alone))
        np.testing.assert_allclose(at_once, one, atol=3e-4 * min(1, float(L[0, x]) / 10))
