"""Colors that PNG files tell in numbers."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.color.icc import luminance_model
from engine.color.lab import lightness_of_luminance
from engine.errors import UnsupportedPhoto
from engine.photo.decode import PROFILE_LEFT_ASIDE
from engine.photo.formats import NOT_READ
from engine.photo.lightness import measure_lightness
from engine.photo.read import read_photo
from tests.support.pictures import (
    ICC,
    by_pillow,
    exif_block,
    gray_gamma_profile,
    gray_picture,
    rgb_picture,
)

P3 = (ICC / "DisplayP3-v4.icc").read_bytes()
SRGB_CHRM = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3_CHRM = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


def chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(tmp_path, pixels, *chunks: bytes):
    data = by_pillow(pixels, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data[:33] + b"".join(chunks) + data[33:])
    return path


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chromaticities(numbers: tuple[int, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def cicp(primaries: int, curve: int) -> bytes:
    return chunk(b"cICP", bytes([primaries, curve, 0, 1]))


def test_linear_light_is_measured_as_such(tmp_path):
    pixels = gray_picture()
    photo = read_photo(png(tmp_path, pixels, gamma(100_000)))
    np.testing.assert_array_equal(photo.pixels[..., 0], pixels)
    expected = lightness_of_luminance(pixels / 255)
    assert np.abs(measure_lightness(photo).L - expected).max() < 0.01


def test_primaries_weigh_the_channels(tmp_path):
    path = png(tmp_path, rgb_picture(), gamma(50_000), chromaticities(P3_CHRM))
    model = luminance_model(read_photo(path).source.icc)
    # Display P3's matrix. Source: SMPTE EG 432-1.
    assert model.weights == pytest.approx((0.2290, 0.6917, 0.0793), abs=2e-4)
    assert model.curves[0](np.array([0.5])) == pytest.approx(0.25)


@pytest.mark.parametrize(
    "chunks",
    [
        (gamma(45455), chromaticities(SRGB_CHRM)),
        (gamma(45455),),
        (chromaticities(SRGB_CHRM),),
        (chunk(b"sRGB", b"\0"), gamma(100_000)),
        (cicp(1, 13),),
        (cicp(1, 13), gamma(100_000)),
        (gamma(0), chromaticities((0,) * 8)),
        (gamma(1),),
    ],
)
def test_what_says_srgb_or_nothing_sensible_gets_no_profile(tmp_path, chunks):
    assert read_photo(png(tmp_path, rgb_picture(), *chunks)).source.icc is None


def test_code_points_are_honored(tmp_path):
    icc = read_photo(png(tmp_path, rgb_picture(), cicp(12, 13))).source.icc
    assert luminance_model(icc).weights[1] == pytest.approx(0.6917, abs=2e-4)
    gray = read_photo(png(tmp_path, gray_picture(), cicp(1, 8))).source.icc
    assert luminance_model(gray).curves[0](np.array([0.25])) == pytest.approx(0.25)


@pytest.mark.parametrize("curve", [16, 18])
def test_pq_and_hlg_are_refused(tmp_path, curve):
    with pytest.raises(UnsupportedPhoto) as info:
        read_photo(png(tmp_path, rgb_picture(), cicp(9, curve)))
    assert info.value.values["reason"] == NOT_READ["hdr"]


def test_a_profile_of_its_own_comes_first(tmp_path):
    data = by_pillow(rgb_picture(), "PNG", icc_profile=P3)
    path = tmp_path / "photo.png"
    path.write_bytes(data[:33] + gamma(100_000) + data[33:])
    assert read_photo(path).source.icc == P3


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_exif_in_a_text_tells_how_to_put_it_upright(tmp_path, orientation):
    block = b"Exif\0\0" + exif_block(orientation)
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    text = b"Raw profile type exif\0\0" + zlib.compress(text)
    path = png(tmp_path, rgb_picture(), chunk(b"zTXt", text))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(read_photo(path).pixels, expected)


@pytest.mark.parametrize("icc", [gray_gamma_profile(), bytes(200), b"no profile"])
def test_a_profile_that_is_left_aside_is_told(tmp_path, icc):
    path = tmp_path / "photo.png"
    path.write_bytes(by_pillow(rgb_picture(), "PNG", icc_profile=icc))
    source = read_photo(path).source
    assert source.icc is None
    assert source.notices == (PROFILE_LEFT_ASIDE,)
