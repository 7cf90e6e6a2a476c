"""Tones, yellowed paper and stains go out of the lightness if that is wanted."""

import cv2
import numpy as np
import pytest

from engine.photo.lightness import measure_lightness
from engine.photo.neutral import neutral_of
from tests.support.pictures import gray_picture, photo_of

HEIGHT, WIDTH = 300, 400


def scene() -> np.ndarray:
    """Gray 0..1 with detail, black and white."""
    gray = gray_picture(HEIGHT, WIDTH).astype(np.float64)
    return (gray - gray.min()) / (gray.max() - gray.min())


def stains() -> np.ndarray:
    """How much of a stain lies on each pixel: a few round ones with soft edges."""
    density = np.zeros((HEIGHT, WIDTH))
    for x, y, radius in ((90, 100, 40), (260, 180, 50), (330, 80, 25)):
        cv2.circle(density, (x, y), radius, 1.0, -1)
    return cv2.GaussianBlur(density, (0, 0), 4)


def coded(channels: list[np.ndarray], dtype: type) -> np.ndarray:
    top = np.iinfo(dtype).max
    return np.rint(np.stack(channels, axis=-1) * top).astype(dtype)


def mean_off(pixels: np.ndarray, gray: np.ndarray, *, neutralized: bool) -> float:
    """How far L* is from that of the gray scene, in the mean."""
    photo = photo_of(pixels)
    neutral = neutral_of(photo) if neutralized else None
    L = measure_lightness(photo, None, neutral).L
    return float(np.abs(L - measure_lightness(photo_of(coded([gray], np.uint16))).L).mean())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_yellowed_paper_becomes_white(dtype):
    gray = scene()
    pixels = coded([gray, 0.9 * gray, 0.6 * gray], dtype)
    assert mean_off(pixels, gray, neutralized=False) > 4
    assert mean_off(pixels, gray, neutralized=True) < 0.8


def test_a_gray_photo_stays_as_it_is():
    gray = 0.1 + 0.7 * scene()
    assert mean_off(coded([gray] * 3, np.uint16), gray, neutralized=True) < 0.01
    assert neutral_of(photo_of(coded([gray], np.uint8))) is None


@pytest.mark.parametrize(
    ("absorbed", "clear"), [((0.06, 0.35, 0.9), 0), ((0.9, 0.35, 0.06), 2)], ids=["brown", "blue"]
)
def test_stains_are_seen_least_in_the_channel_that_is_taken(absorbed, clear):
    gray, density = scene(), stains()
    pixels = coded([gray * np.exp(-share * density) for share in absorbed], np.uint8)
    neutral = neutral_of(photo_of(pixels))
    assert neutral is not None
    assert neutral.clear == clear
    before, after = (mean_off(pixels, gray, neutralized=each) for each in (False, True))
    assert after < before / 2


def test_where_half_of_the_photo_is_stained_red_is_taken():
    gray = scene()
    density = np.zeros((HEIGHT, WIDTH))
    density[:, : WIDTH // 2] = 1
    pixels = coded([gray * np.exp(-share * density) for share in (0.05, 0.3, 0.8)], np.uint8)
    neutral = neutral_of(photo_of(pixels))
    assert neutral is not None
    assert neutral.clear == 0


@pytest.mark.parametrize(
    "tone",
    [
        lambda gray: [gray**0.8, gray, gray**1.4],
        lambda gray: [gray**1.6, gray, gray**0.8],
    ],
    ids=["sepia", "cyanotype"],
)
def test_a_tone_is_not_taken_for_a_stain(tone):
    neutral = neutral_of(photo_of(coded(tone(scene()), np.uint8)))
    assert neutral is not None
    assert neutral.clear is None


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 3)])
@pytest.mark.parametrize("value", [0, 255, 140])
def test_empty_and_tiny_photos_stay_as_they_are(size, value):
    pixels = np.full((*size, 3), value, np.uint8)
    photo = photo_of(pixels)
    L = measure_lightness(photo, None, neutral_of(photo)).L
    np.testing.assert_allclose(L, measure_lightness(photo).L, atol=0.001)
