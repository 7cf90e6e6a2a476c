"""JPEG 2000 files, encoded by imagecodecs and judged by Pillow or by what was put in."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo import jpeg_2000
from engine.photo.decode import RGB_PROFILE_OF_GRAY
from engine.photo.decoded import TOO_EARLY, TOO_LARGE, UNSUPPORTED, Undecodable
from engine.photo.read import read_photo
from tests.support.pictures import ICC, by_pillow, exif_block, gray_picture, rgb_picture
from tests.support.written import box

P3 = (ICC / "DisplayP3-v4.icc").read_bytes()


def encoded(pixels, **options) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, **options))


def with_colors(data: bytes, colr: bytes) -> bytes:
    """The same file with another colr box."""
    at = data.index(b"colr") - 4
    (old,) = struct.unpack_from(">I", data, at)
    new = box(b"colr", colr)
    outer = data.index(b"jp2h") - 4
    (size,) = struct.unpack_from(">I", data, outer)
    head = data[:outer] + struct.pack(">I", size + len(new) - old) + data[outer + 4 : at]
    return head + new + data[at + old :]


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.jp2"
    path.write_bytes(data)
    return read_photo(path)


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
def test_without_loss_it_comes_back_exactly(tmp_path, make, depth, kind):
    photo = read(tmp_path, encoded(make(depth=depth), codecformat=kind))
    assert photo.source.depth == depth
    np.testing.assert_array_equal(photo.pixels.squeeze(), make(depth=depth))


@pytest.mark.parametrize("bits", [10, 12])
def test_white_stays_white_at_other_depths(tmp_path, bits):
    codes = gray_picture(depth=16) >> (16 - bits)
    codes[0, :2] = 0, 2**bits - 1
    photo = read(tmp_path, encoded(codes, bitspersample=bits))
    expected = np.rint(codes * (65535 / (2**bits - 1)))
    np.testing.assert_array_equal(photo.pixels[..., 0], expected)


def test_lossy_as_pillow_reads_it(tmp_path):
    data = by_pillow(rgb_picture(96, 128), "JPEG2000", quality_layers=[20], irreversible=True)
    reference = np.asarray(Image.open(io.BytesIO(data)), int)
    assert np.abs(read(tmp_path, data).pixels - reference).max() <= 1


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_kept_apart(tmp_path, mode):
    pixels = np.dstack([rgb_picture(), gray_picture()])[..., -len(mode) :]
    photo = read(tmp_path, by_pillow(pixels, "JPEG2000"))
    np.testing.assert_array_equal(np.dstack([photo.pixels, photo.alpha]), pixels)


def test_profile_and_metadata_are_kept(tmp_path):
    uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    data = with_colors(encoded(rgb_picture()), b"\x02\0\0" + P3)
    data += box(b"uuid", uuid + b"<x:xmpmeta/>")
    data += box(b"uuid", b"JpgTiffExif->JP2" + exif_block())
    source = read(tmp_path, data).source
    assert source.icc == P3
    metadata = dict(source.metadata)
    assert metadata["xmp-data"] == b"<x:xmpmeta/>"
    assert b"Camera Works" in metadata["exif-data"]


def test_a_profile_for_something_else_is_left_aside(tmp_path):
    source = read(tmp_path, with_colors(encoded(gray_picture()), b"\x02\0\0" + P3)).source
    assert source.icc is None
    assert source.notices == (RGB_PROFILE_OF_GRAY,)


@pytest.mark.parametrize("space", [12, 14, 18])  # CMYK, CIELAB, sYCC
def test_other_colors_are_refused_instead_of_shown_wrong(tmp_path, space):
    data = with_colors(encoded(rgb_picture()), b"\x01\0\0" + struct.pack(">I", space))
    with pytest.raises(UnsupportedPhoto) as info:
        read(tmp_path, data)
    assert info.value.values["reason"] == UNSUPPORTED


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.99, 0.999])
def test_a_cut_file_is_not_read(tmp_path, share):
    data = encoded(rgb_picture(200, 300))
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[: int(len(data) * share)])


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    monkeypatch.setattr(jpeg_2000, "imported", None)
    with pytest.raises(Undecodable) as info:
        jpeg_2000.decode_jpeg_2000(encoded(rgb_picture()))
    assert info.value.reason == TOO_LARGE


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
def test_a_picture_without_its_end_is_not_read(tmp_path, kind):
    data = encoded(gray_picture(), codecformat=kind)
    assert read(tmp_path, data + bytes(9) * (kind == "j2k")).size == (48, 64)
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, data[:-2] + b"\0\0")
    assert info.value.values["reason"] == TOO_EARLY
