"""Toned prints lie on a curve in CIELAB; photos of colors do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from engine.photo.tone import tone_of
from tests.support.pictures import by_pillow, by_tifffile, gray_picture, photo_of, rgb_picture


def scene() -> np.ndarray:
    """Gray 0..1 with detail everywhere."""
    return gray_picture(300, 400) / 255


def toned(gray: np.ndarray, powers: tuple[float, float, float], top=(1, 1, 1)) -> np.ndarray:
    channels = [share * gray**power for power, share in zip(powers, top, strict=True)]
    return np.rint(np.stack(channels, axis=-1) * 255).astype(np.uint8)


def patches(chroma: int) -> np.ndarray:
    """The scene with fields of red, green and blue over it."""
    gray = np.rint(scene() * 200).astype(int)
    pixels = np.repeat(gray[..., None], 3, axis=2)
    y, x = np.mgrid[:300, :400]
    np.put_along_axis(pixels, ((x // 50 + y // 50) % 3)[..., None], gray[..., None] + chroma, 2)
    return pixels.clip(0, 255).astype(np.uint8)


def test_a_gray_photo_is_gray():
    assert tone_of(photo_of(gray_picture())).kind == "gray"
    assert tone_of(photo_of(toned(scene(), (1, 1, 1)))).kind == "gray"


@pytest.mark.parametrize(
    ("powers", "top"),
    [
        ((0.8, 1, 1.4), (1, 0.95, 0.8)),
        ((1.8, 1.2, 0.7), (0.9, 0.95, 1)),
        ((1, 1, 1), (1, 0.93, 0.7)),
        ((1.2, 1, 0.9), (1, 0.97, 0.9)),
    ],
    ids=["sepia", "cyanotype", "yellowed", "split"],
)
def test_a_toned_photo_is_toned_even_as_a_coarse_jpeg(tmp_path, powers, top):
    path = tmp_path / "toned.jpg"
    path.write_bytes(by_pillow(toned(scene(), powers, top), "JPEG", quality=50))
    assert tone_of(read_photo(path)).kind == "toned"


def test_a_pale_result_is_colored_and_a_gray_one_is_gray():
    xmp = Provenance("Photochrom", "1", "photochrom", "0" * 64, "balanced").to_xmp(b"")
    for pixels, before, after in (
        (toned(scene(), (0.8, 1, 1.4), (1, 0.95, 0.8)), "toned", "colored"),
        (toned(scene(), (1, 1, 1)), "gray", "gray"),  # saved with a strength of 0
    ):
        photo = photo_of(pixels)
        assert tone_of(photo).kind == before
        source = replace(photo.source, metadata=(("xmp-data", xmp),))
        assert tone_of(replace(photo, source=source)).kind == after


def test_a_photo_of_colors_is_colored():
    assert tone_of(photo_of(patches(60))).kind == "colored"


def stained(color: tuple[float, float, float]) -> np.ndarray:
    """The scene on yellowed paper, and soft stains of a color over a quarter of it."""
    light = 0.1 + 0.9 * scene()[..., None] * (1, 0.96, 0.85)
    y, x = np.mgrid[:300, :400]
    stains = np.zeros((300, 400))
    for top, left in ((70, 90), (210, 280)):
        stains = np.maximum(stains, 1 / (1 + np.exp((np.hypot(y - top, x - left) - 65) / 6)))
    light *= 1 - stains[..., None] * (1 - np.array(color))
    return np.rint(light * 255).astype(np.uint8)


def test_brown_stains_are_no_colors_and_a_blue_one_is():
    brown, blue = (
        tone_of(photo_of(stained(color))) for color in ((0.9, 0.75, 0.55), (0.55, 0.75, 0.9))
    )
    assert brown.kind == "toned"
    assert brown.spread * brown.breadth**0.3 > 11.1  # which would be colored in any other hue
    assert blue.kind == "colored"


def test_a_color_target_at_the_edge_is_no_color_of_the_photo():
    pixels = toned(scene(), (0.8, 1, 1.4))
    pixels[-24:] = patches(120)[-24:]
    assert tone_of(photo_of(pixels)).kind == "toned"


@pytest.mark.parametrize("value", [0, 255])
def test_black_and_white_alone_and_single_pixels_are_gray(value):
    assert tone_of(photo_of(np.full((40, 50, 3), value, np.uint8))).kind == "gray"
    assert tone_of(photo_of(np.full((1, 1, 3), value, np.uint8))).kind == "gray"


@pytest.mark.parametrize("size", [(40, 1500), (1300, 700)])
def test_the_sample_is_the_same_however_the_photo_is_read(tmp_path: Path, size, monkeypatch):
    path = tmp_path / "photo.tif"
    pixels = rgb_picture(*size)
    path.write_bytes(by_tifffile(pixels, photometric="rgb"))
    step = -(-max(size) // 512)
    for keep in ("pixels", "lightness"):
        sample = read_photo(path, keep=keep).sample
        np.testing.assert_array_equal(sample, pixels[::step, ::step])
