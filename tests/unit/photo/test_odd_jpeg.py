"""JPEG files of more than 8 bit, encoded by imagecodecs from known pixels."""

import struct

import imagecodecs
import numpy as np
import pytest

from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo.channels import upright
from engine.photo.decoded import BIT_DEPTH, TOO_LARGE, Undecodable
from engine.photo.odd_jpeg import decode_odd_jpeg
from engine.photo.read import read_photo
from tests.support.pictures import ICC, exif_block, gray_picture, rgb_picture


def lossless(pixels, bits: int) -> bytes:
    return bytes(imagecodecs.jpeg_encode(pixels, lossless=True, bitspersample=bits))


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    return read_photo(path)


def with_segment(data: bytes, marker: int, content: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + data[2:]


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_gray_without_loss_comes_back_exactly(tmp_path, bits):
    codes = gray_picture(depth=16) >> (16 - bits)
    photo = read(tmp_path, lossless(codes, bits))
    expected = np.rint(codes * (65535 / (2**bits - 1)))
    np.testing.assert_array_equal(photo.pixels[..., 0], expected)


@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
def test_12_bit_is_near(tmp_path, make):
    codes = make(96, 128, depth=16) >> 4
    data = bytes(imagecodecs.jpeg_encode(codes, level=98, bitspersample=12))
    photo = read(tmp_path, data)
    error = np.abs(photo.pixels.squeeze() / 65535 - codes / 4095)
    assert error.mean() < 0.02
    reference = np.rint(imagecodecs.jpeg_decode(data) * (65535 / 4095))
    assert np.abs(photo.pixels.squeeze() - reference).max() <= 1


def test_what_the_file_says_is_kept(tmp_path):
    gray = (ICC / "sGrey-v4.icc").read_bytes()
    codes = gray_picture(depth=16) >> 4
    data = with_segment(lossless(codes, 12), 0xE2, b"ICC_PROFILE\0\1\1" + gray)
    data = with_segment(data, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>")
    data = with_segment(data, 0xE1, b"Exif\0\0" + exif_block(orientation=6))
    photo = read(tmp_path, data)
    expected = upright(np.rint(codes * (65535 / 4095)), 6)
    np.testing.assert_array_equal(photo.pixels[..., 0], expected)
    assert photo.source.icc == gray
    metadata = dict(photo.source.metadata)
    assert metadata["xmp-data"] == b"<x:xmpmeta/>"
    assert b"Camera Works" in metadata["exif-data"]


def test_colors_without_loss_are_refused(tmp_path):
    with pytest.raises(UnsupportedPhoto) as info:
        read(tmp_path, lossless(rgb_picture(depth=16) >> 4, 12))
    assert info.value.values["reason"] == BIT_DEPTH


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95, 0.999])
def test_a_cut_file_is_not_read(tmp_path, share):
    codes = gray_picture(200, 300, depth=16) >> 4
    lossy = bytes(imagecodecs.jpeg_encode(codes, level=95, bitspersample=12))
    for data in (lossless(codes, 12), lossy):
        with pytest.raises(UnreadablePhoto):
            read(tmp_path, data[: int(len(data) * share)])


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    with pytest.raises(Undecodable) as info:
        decode_odd_jpeg(lossless(gray_picture(depth=16), 16))
    assert info.value.reason == TOO_LARGE
