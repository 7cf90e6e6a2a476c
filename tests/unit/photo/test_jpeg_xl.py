"""JPEG XL files, encoded and judged by imagecodecs, which the pixels are not read with."""

import tracemalloc

import imagecodecs
import numpy as np
import pytest

from engine.color.icc import luminance_model
from engine.errors import UnreadablePhoto
from engine.photo import jpeg_xl
from engine.photo.decode import SEVERAL_PAGES
from engine.photo.decoded import TOO_LARGE, Undecodable
from engine.photo.jxl_header import look_at_jxl
from engine.photo.read import read_photo
from tests.support.pictures import exif_block, gray_picture, rgb_picture
from tests.support.written import box


def encoded(pixels, **options) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, **options))


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.jxl"
    path.write_bytes(data)
    return read_photo(path)


def boxed(codestream: bytes, *more: bytes) -> bytes:
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return start + b"".join(more) + box(b"jxlc", codestream)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
def test_whole_numbers_come_back_exactly(tmp_path, make, depth):
    pixels = make(depth=depth)
    photo = read(tmp_path, encoded(pixels))
    assert photo.source.depth == depth
    assert photo.alpha is None
    np.testing.assert_array_equal(photo.pixels.squeeze(), pixels)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_is_kept_apart(tmp_path, channels, depth):
    pixels = np.dstack([rgb_picture(depth=depth), gray_picture(depth=depth)])[..., -channels:]
    photo = read(tmp_path, encoded(pixels))
    np.testing.assert_array_equal(np.dstack([photo.pixels, photo.alpha]), pixels)


def test_lossy_is_near(tmp_path):
    pixels = rgb_picture(96, 128)
    data = bytes(imagecodecs.jpegxl_encode(pixels, distance=1.0))
    photo = read(tmp_path, data)
    reference = imagecodecs.jpegxl_decode(data).astype(int)
    assert np.abs(photo.pixels.astype(int) - reference).max() <= 1


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_floating_point_is_encoded_as_its_profile_says(tmp_path, kind):
    share = (rgb_picture(depth=16) / 65535).astype(kind)
    photo = read(tmp_path, encoded(share))
    expected = np.rint(share.astype(np.float64) * 65535)
    assert photo.pixels.dtype == np.uint16
    assert np.abs(photo.pixels - expected).max() <= 1
    # imagecodecs marks floating point as linear light.
    curve = luminance_model(photo.source.icc).curves[0]
    assert curve(np.array([0.25, 0.5])) == pytest.approx([0.25, 0.5], abs=1e-4)


def test_srgb_needs_no_profile(tmp_path):
    assert read(tmp_path, encoded(rgb_picture())).source.icc is None
    assert read(tmp_path, encoded(gray_picture())).source.icc is None


@pytest.mark.parametrize("compressed", [False, True])
def test_metadata_is_read_from_the_boxes(tmp_path, compressed):
    exif = bytes(4) + exif_block(orientation=6)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
    blocks = [(b"Exif", exif), (b"xml ", xmp)]
    if compressed:
        blocks = [(b"brob", name + imagecodecs.brotli_encode(block)) for name, block in blocks]
    pixels = rgb_picture()
    photo = read(tmp_path, boxed(encoded(pixels), *(box(*one) for one in blocks)))
    # What EXIF says of turning does not count in this format.
    np.testing.assert_array_equal(photo.pixels, pixels)
    metadata = dict(photo.source.metadata)
    assert b"Camera Works" in metadata["exif-data"]
    assert metadata["xmp-data"] == xmp


def test_first_frame_of_several(tmp_path):
    first, second = rgb_picture(), rgb_picture()[::-1]
    photo = read(tmp_path, encoded(np.stack([first, second])))
    np.testing.assert_array_equal(photo.pixels, first)
    assert photo.source.notices == (SEVERAL_PAGES,)


@pytest.mark.parametrize("frame", [boxed, bytes])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95, 0.999])
def test_a_cut_file_is_not_read(tmp_path, share, frame):
    data = frame(encoded(rgb_picture(200, 300)))
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[: int(len(data) * share)])


def test_tiny_and_single_colored(tmp_path):
    pixels = np.full((3, 2, 3), 40, np.uint8)
    np.testing.assert_array_equal(read(tmp_path, encoded(pixels)).pixels, pixels)


@pytest.mark.parametrize("size", [(1, 1), (8, 16), (256, 256), (300, 400), (7, 600), (16, 9)])
def test_header_tells_the_size(size):
    header = look_at_jxl(encoded(np.zeros(size, np.uint8)))
    assert (header.height, header.width) == size
    assert not header.animated


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    monkeypatch.setattr(jpeg_xl, "open_with_oiio", None)
    with pytest.raises(Undecodable) as info:
        jpeg_xl.decode_jpeg_xl(encoded(rgb_picture()))
    assert info.value.reason == TOO_LARGE


def test_metadata_that_unpacks_into_far_too_much_is_left_out(tmp_path):
    bomb = b"xml " + imagecodecs.brotli_encode(bytes(100 << 20), level=5)
    pixels = gray_picture()
    tracemalloc.start()
    photo = read(tmp_path, boxed(encoded(pixels), *[box(b"brob", bomb)] * 2000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 << 20
    assert not photo.source.metadata
    np.testing.assert_array_equal(photo.pixels[..., 0], pixels)
