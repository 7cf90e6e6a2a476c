"""Photoshop files, written here by the specification and judged by Pillow or by what was put in."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from engine.color.lab import encode_srgb
from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo import photoshop
from engine.photo.decode import CHANNEL_LEFT_OUT, CMYK_CONVERTED, RGB_PROFILE_OF_GRAY
from engine.photo.decoded import TOO_LARGE, UNSUPPORTED, Undecodable
from engine.photo.photoshop import ONLY_LAYERS
from engine.photo.read import read_photo
from tests.support.pictures import ICC, exif_block, gray_picture, rgb_picture
from tests.support.written import psd, resource

GRAY, RGB, CMYK, LAB = 1, 3, 4, 9


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.psd"
    path.write_bytes(data)
    return read_photo(path)


@pytest.mark.parametrize("rle", [False, True])
@pytest.mark.parametrize(("make", "mode"), [(gray_picture, GRAY), (rgb_picture, RGB)])
def test_8_bit_as_pillow_reads_it(tmp_path, make, mode, rle):
    data = psd(make(), mode, rle=rle)
    reference = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(reference, make())
    np.testing.assert_array_equal(read(tmp_path, data).pixels.squeeze(), reference)


@pytest.mark.parametrize(("make", "mode"), [(gray_picture, GRAY), (rgb_picture, RGB)])
def test_16_bit_exactly(tmp_path, make, mode):
    photo = read(tmp_path, psd(make(depth=16), mode))
    assert photo.source.depth == 16
    np.testing.assert_array_equal(photo.pixels.squeeze(), make(depth=16))


def test_floating_point_is_linear_light(tmp_path):
    share = (gray_picture(depth=16) / 65535).astype(np.float32)
    expected = encode_srgb(share.astype(np.float64)) * 65535
    photo = read(tmp_path, psd(share, GRAY))
    assert np.abs(photo.pixels[..., 0] - expected).max() < 1


def test_bilevel_has_1_for_black(tmp_path):
    # By the specification and ImageMagick; Pillow takes it the other way around.
    white = gray_picture() > 128
    start = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 1, *white.shape, 1, 0)
    data = start + bytes(12) + struct.pack(">H", 0) + np.packbits(~white, axis=1).tobytes()
    np.testing.assert_array_equal(read(tmp_path, data).pixels[..., 0], white * 255)


def test_palette_becomes_rgb(tmp_path):
    numbers = gray_picture() // 4
    palette = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)
    start = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 1, *numbers.shape, 8, 2)
    table = struct.pack(">I", 768) + palette.T.tobytes()
    data = start + table + bytes(8) + struct.pack(">H", 0) + numbers.tobytes()
    np.testing.assert_array_equal(read(tmp_path, data).pixels, palette[numbers])


@pytest.mark.parametrize("depth", [8, 16])
def test_cmyk_is_not_inverted(tmp_path, depth):
    top = 2**depth - 1
    inks = np.zeros((4, 32, 4))  # white, black, cyan and half of gray
    inks[:, 8:16, 3] = 1
    inks[:, 16:24, 0] = 1
    inks[:, 24:, 3] = 0.5
    stored = np.rint((1 - inks) * top).astype(f"u{depth // 8}")
    photo = read(tmp_path, psd(stored, CMYK))
    assert photo.pixels.shape == (4, 32, 3)
    assert CMYK_CONVERTED in photo.source.notices
    white, black, cyan, gray = (photo.pixels[2, at] / top for at in (4, 12, 20, 28))
    assert white.min() > 0.95
    assert black.max() < 0.3
    assert cyan[0] < 0.3 < 0.5 < cyan[2]
    assert np.ptp(gray) < 0.1
    assert 0.4 < gray.mean() < 0.8


def test_profile_and_metadata_are_kept(tmp_path):
    p3 = (ICC / "DisplayP3-v4.icc").read_bytes()
    iptc = b"\x1c\x02\x05\x00\x05Title"
    resources = (
        resource(1028, iptc)
        + resource(1039, p3)
        + resource(1058, exif_block())
        + resource(1060, b"<x:xmpmeta/>")
    )
    source = read(tmp_path, psd(rgb_picture(), RGB, resources)).source
    metadata = dict(source.metadata)
    assert source.icc == p3
    assert metadata["iptc-data"] == iptc
    assert metadata["xmp-data"] == b"<x:xmpmeta/>"
    assert b"Camera Works" in metadata["exif-data"]
    aside = read(tmp_path, psd(gray_picture(), GRAY, resources)).source
    assert aside.icc is None
    assert RGB_PROFILE_OF_GRAY in aside.notices


def test_another_channel_is_left_out_and_noticed(tmp_path):
    pixels = np.dstack([rgb_picture(), gray_picture()])
    photo = read(tmp_path, psd(pixels, RGB))
    assert photo.alpha is None
    assert photo.source.notices == (CHANNEL_LEFT_OUT,)
    np.testing.assert_array_equal(photo.pixels, rgb_picture())


def test_only_layers_gets_a_sentence_of_its_own(tmp_path):
    told = resource(1057, struct.pack(">IB", 1, 0) + bytes(13))
    with pytest.raises(UnsupportedPhoto) as info:
        read(tmp_path, psd(np.full((8, 8, 3), 255, np.uint8), RGB, told))
    assert info.value.values["reason"] == ONLY_LAYERS


def test_lab_is_refused(tmp_path):
    with pytest.raises(UnsupportedPhoto) as info:
        read(tmp_path, psd(rgb_picture(), LAB))
    assert info.value.values["reason"] == UNSUPPORTED


@pytest.mark.parametrize("rle", [False, True])
@pytest.mark.parametrize("share", [0.001, 0.005, 0.3, 0.7, 0.95, 0.999])
def test_a_cut_file_is_not_read(tmp_path, share, rle):
    data = psd(rgb_picture(200, 300), RGB, rle=rle)
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[: int(len(data) * share)])


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    monkeypatch.setattr(photoshop, "open_with_oiio", None)
    with pytest.raises(Undecodable) as info:
        photoshop.decode_photoshop(psd(rgb_picture(), RGB))
    assert info.value.reason == TOO_LARGE


@pytest.mark.parametrize("lengths", [b"\0\0", b"\0\1", b"\xff\xff"])
def test_rows_of_too_few_bytes_are_not_taken_for_black(tmp_path, lengths):
    data = psd(gray_picture(), GRAY, rle=True)
    start = len(psd(np.zeros((0, 64), np.uint8), GRAY, rle=True))
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[:start] + lengths * 48 + data[start + 96 :])
    assert read(tmp_path, data).pixels.any()


@pytest.mark.parametrize("rle", [False, True])
def test_a_small_file_without_its_rows_is_not_read(tmp_path, rle):
    # Shorter than OpenImageIO likes, so that zeros are put behind it.
    data = psd(gray_picture(8, 8), GRAY, rle=rle)
    for length in range(36, len(data)):
        with pytest.raises(UnreadablePhoto):
            read(tmp_path, data[:length])


def test_runs_of_equal_bytes_are_whole_rows(tmp_path):
    pixels = np.full((8, 64), 200, np.uint8)
    data = psd(pixels, GRAY, rle=True)
    start = len(psd(pixels[:0], GRAY, rle=True))
    rows = struct.pack(">8H", *[2] * 8) + bytes((257 - 64, 200)) * 8
    np.testing.assert_array_equal(read(tmp_path, data[:start] + rows).pixels[..., 0], pixels)
