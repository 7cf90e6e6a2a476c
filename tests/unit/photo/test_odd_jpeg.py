"""JPEG files of more than 8 bit, encoded by imagecodecs from known pixels."""

import struct

import imagecodecs
import numpy as np
import pytest

from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo.channels import upright
from engine.photo.decoded import BIT_DEPTH, DAMAGED, TOO_EARLY, TOO_LARGE, Undecodable
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


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_a_scan_with_a_false_end_is_not_read(tmp_path, share):
    data = lossless(gray_picture(200, 300, depth=16) >> 4, 12)
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, data[: int(len(data) * share)] + b"\xff\xd9")
    assert info.value.values["reason"] in (DAMAGED, TOO_EARLY)


def test_a_scan_for_fewer_pixels_than_the_frame_claims(tmp_path):
    data = lossless(gray_picture(depth=16), 16)
    at = data.index(b"\xff\xc3") + 5
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, data[:at] + struct.pack(">HH", 15_000, 15_000) + data[at + 4 :])
    assert info.value.values["reason"] == DAMAGED


def test_codes_that_start_anew_at_markers(tmp_path):
    row = np.random.default_rng(2).integers(0, 65536, (1, 64)).astype(np.uint16)
    file = lossless(row, 16)
    frame, scan = file.index(b"\xff\xc3") + 5, file.index(b"\xff\xda")
    restarts = b"\xff\xdd" + struct.pack(">HH", 4, 64)
    start = file[:frame] + struct.pack(">H", 3) + file[frame + 2 : scan] + restarts
    start, codes = start + file[scan : scan + 10], file[scan + 10 : -2]
    whole = start + codes + b"\xff\xd0" + codes + b"\xff\xd1" + codes + b"\xff\xd9"
    np.testing.assert_array_equal(read(tmp_path, whole).pixels[..., 0], row.repeat(3, axis=0))
    for less in (codes, codes[:50] + b"\xff\xd1" + codes):
        with pytest.raises(UnreadablePhoto):
            read(tmp_path, start + codes + b"\xff\xd0" + less + b"\xff\xd9")
