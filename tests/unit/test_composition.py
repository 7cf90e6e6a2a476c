"""Composition keeps lightness, obeys hints, and does not depend on strips."""

import colour
import numpy as np
import pytest

from engine import compose as front_door_compose
from engine.cancel import CancelToken
from engine.color.lab import srgb_to_lab
from engine.composition import compose
from engine.edits import Adjustments, Edits, Hint
from engine.errors import Cancelled
from engine.values import AbPlanes, Lightness

HEIGHT, WIDTH = 90, 130


@pytest.fixture
def lightness() -> Lightness:
    rng = np.random.default_rng(3)
    ramp = np.linspace(0, 100, WIDTH, dtype=np.float32)[None] + rng.normal(0, 5, (HEIGHT, 1))
    return Lightness(np.clip(ramp, 0, 100).astype(np.float32))


@pytest.fixture
def planes() -> AbPlanes:
    rng = np.random.default_rng(4)
    L = rng.uniform(0, 100, (32, 48)).astype(np.float32)
    return AbPlanes(L, rng.normal(0, 40, (2, 32, 48)).astype(np.float32))


def lab_of(pixels: np.ndarray) -> np.ndarray:
    """By another library, in double precision."""
    encoded = pixels / np.iinfo(pixels.dtype).max
    return colour.XYZ_to_Lab(colour.sRGB_to_XYZ(encoded), (0.3127, 0.3290))


@pytest.mark.parametrize(("depth", "allowed"), [(8, 0.5), (16, 0.01)])
def test_lightness_is_kept(lightness, planes, depth, allowed):
    rendition = compose(lightness, planes, Edits(), depth)
    assert rendition.pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    assert np.abs(lab_of(rendition.pixels)[..., 0] - lightness.L).max() < allowed


def test_strips_leave_no_seams(lightness, planes, monkeypatch):
    hint = Hint(x=0.4, y=0.5, radius=0.2, a=10, b=-30)
    whole = compose(lightness, planes, Edits(hints=(hint,)))
    monkeypatch.setattr("engine.composition.STRIP_PIXELS", WIDTH * 7)
    np.testing.assert_array_equal(
        compose(lightness, planes, Edits(hints=(hint,))).pixels, whole.pixels
    )


def test_no_strength_gives_the_gray_photo(lightness, planes):
    edits = Edits(adjustments=Adjustments(strength=0, temperature=50, tint=-50))
    pixels = compose(lightness, planes, edits).pixels
    assert (pixels == pixels[..., :1]).all()


@pytest.mark.parametrize(("depth", "dtype"), [(8, np.uint8), (16, np.uint16)])
def test_a_gray_photo_without_color_comes_back_code_for_code(planes, depth, dtype):
    codes = np.arange(2**depth, dtype=dtype).reshape(2 ** (depth // 2), -1)
    gray = np.repeat(codes[..., None], 3, axis=2)
    lightness = Lightness(np.ascontiguousarray(srgb_to_lab(gray)[..., 0]))
    edits = Edits(adjustments=Adjustments(strength=0))
    np.testing.assert_array_equal(compose(lightness, planes, edits, depth).pixels, gray)


def test_a_hinted_spot_has_exactly_its_color(planes):
    lightness = Lightness(np.full((HEIGHT, WIDTH), 55, np.float32))
    hint = Hint(x=70.5 / WIDTH, y=30.5 / HEIGHT, radius=0.1, a=20, b=-15)
    lab = lab_of(compose(lightness, planes, Edits(hints=(hint,)), 16).pixels)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    inside = np.hypot(x - 70, y - 30) <= 0.1 * HEIGHT
    np.testing.assert_allclose(lab[inside][:, 1:], np.tile([20, -15], (inside.sum(), 1)), atol=0.05)


def test_the_later_hint_wins(planes):
    lightness = Lightness(np.full((HEIGHT, WIDTH), 55, np.float32))
    first = Hint(x=0.5, y=0.5, radius=0.2, a=20, b=20)
    last = Hint(x=0.5, y=0.5, radius=0.2, a=-20, b=0)
    lab = srgb_to_lab(compose(lightness, planes, Edits(hints=(first, last)), 16).pixels)
    assert lab[HEIGHT // 2, WIDTH // 2, 1] == pytest.approx(-20, abs=0.1)


def test_a_hint_smaller_than_a_pixel_still_colors_the_clicked_one(planes):
    lightness = Lightness(np.full((HEIGHT, WIDTH), 55, np.float32))
    hint = Hint(x=10.1 / WIDTH, y=20.9 / HEIGHT, radius=0.0001, a=12, b=12)
    lab = srgb_to_lab(compose(lightness, planes, Edits(hints=(hint,)), 16).pixels)
    np.testing.assert_allclose(lab[20, 10, 1:], [12, 12], atol=0.05)


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_hints_may_lie_on_the_edge(planes, corner):
    lightness = Lightness(np.full((HEIGHT, WIDTH), 55, np.float32))
    hint = Hint(x=corner[0], y=corner[1], radius=0.05, a=5, b=5)
    assert compose(lightness, planes, Edits(hints=(hint,))).warnings == ()


def test_a_color_that_does_not_exist_there_is_told(planes):
    lightness = Lightness(np.full((HEIGHT, WIDTH), 95, np.float32))
    hint = Hint(x=0.5, y=0.5, radius=0.05, a=20, b=-90)
    rendition = compose(lightness, planes, Edits(hints=(hint,)))
    assert "hint 1" in rendition.warnings[0]
    assert rendition.reduced_share > 0


def test_adjustments_move_color_the_way_they_say(lightness, planes):
    def mean_ab(**values: float) -> np.ndarray:
        edits = Edits(adjustments=Adjustments(**values))
        return srgb_to_lab(compose(lightness, planes, edits, 16).pixels)[..., 1:].mean(axis=(0, 1))

    plain = mean_ab()
    assert mean_ab(temperature=60)[1] > plain[1] + 1
    assert mean_ab(temperature=-60)[1] < plain[1] - 1
    assert mean_ab(tint=60)[0] > plain[0] + 1

    def chroma(**values: float) -> float:
        edits = Edits(adjustments=Adjustments(**values))
        lab = srgb_to_lab(compose(lightness, planes, edits, 16).pixels)
        return float(np.hypot(lab[..., 1], lab[..., 2]).mean())

    assert chroma(saturation=0.5) == pytest.approx(0.5 * chroma(), rel=0.15)
    assert chroma(saturation=1.5) > chroma()


def test_cancel_ends_it(lightness, planes):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        front_door_compose(lightness, planes, Edits(), 8, cancel)


def test_a_photo_of_one_pixel(planes):
    one = Lightness(np.full((1, 1), 50, np.float32))
    tiny = AbPlanes(np.full((1, 1), 50, np.float32), np.full((2, 1, 1), 10, np.float32))
    assert compose(one, tiny, Edits()).pixels.shape == (1, 1, 3)
