"""Small pictures of photos that are not open."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.photo import thumbnail
from engine.photo.thumbnail import as_jpeg, thumbnail_of
from tests.support.pictures import by_pillow, by_tifffile, gray_picture, rgb_picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("color", [False, True])
def test_it_is_the_photo_made_small(tmp_path, kind, color):
    pixels = rgb_picture(480, 640) if color else gray_picture(480, 640)
    path = tmp_path / "photo"
    path.write_bytes(by_pillow(pixels, kind))
    made = thumbnail_of(path, 64)
    assert made.shape == (48, 64, 3)
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB").resize((64, 48), Image.Resampling.BOX))
    assert np.abs(made.astype(int) - expected).mean() < 6


def test_it_is_upright(tmp_path):
    image = Image.fromarray(gray_picture(48, 64))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "photo.jpg", exif=exif)
    assert thumbnail_of(tmp_path / "photo.jpg", 32).shape == (32, 24, 3)


def test_transparency_becomes_white(tmp_path):
    clear = np.zeros((20, 20, 4), np.uint8)
    (tmp_path / "photo.png").write_bytes(by_pillow(clear, "PNG"))
    assert (thumbnail_of(tmp_path / "photo.png", 20) == 255).all()


def test_small_ones_are_not_enlarged(tmp_path):
    (tmp_path / "photo.png").write_bytes(by_pillow(gray_picture(10, 20), "PNG"))
    assert thumbnail_of(tmp_path / "photo.png", 100).shape == (10, 20, 3)


@pytest.mark.parametrize("data", [b"", b"no photo", by_pillow(gray_picture(), "JPEG")[:60]])
def test_what_gives_no_picture_gives_none(tmp_path, data):
    (tmp_path / "photo.jpg").write_bytes(data)
    assert thumbnail_of(tmp_path / "photo.jpg", 64) is None


def test_what_takes_long_gives_none(tmp_path, monkeypatch):
    (tmp_path / "photo.tif").write_bytes(by_tifffile(gray_picture()))
    assert thumbnail_of(tmp_path / "photo.tif", 64) is not None
    monkeypatch.setitem(thumbnail._MOST_PIXELS, "tiff", 1000)
    assert thumbnail_of(tmp_path / "photo.tif", 64) is None
    assert thumbnail_of(tmp_path / "nothing.jpg", 64) is None
    assert thumbnail_of(tmp_path, 64) is None


def test_as_a_file():
    pixels = rgb_picture(30, 40)
    with Image.open(io.BytesIO(as_jpeg(pixels))) as image:
        assert image.size == (40, 30)
        assert np.abs(np.asarray(image).astype(int) - pixels).mean() < 30
