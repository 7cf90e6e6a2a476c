"""TIFF files libvips does not read, made by tifffile with imagecodecs from known pixels."""

import io

import numpy as np
import pytest
import tifffile

from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo.bits import as_16_bit
from engine.photo.channels import upright
from engine.photo.decode import CHANNEL_LEFT_OUT, CMYK_CONVERTED, SEVERAL_PAGES
from engine.photo.decoded import TOO_LARGE, Undecodable
from engine.photo.odd_tiff import decode_odd_tiff
from engine.photo.read import read_photo
from tests.support.pictures import ICC, by_tifffile, gray_picture, rgb_picture
from tests.support.written import of_bits


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.tif"
    path.write_bytes(data)
    return read_photo(path)


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
def test_bits_that_fill_no_whole_bytes(tmp_path, make, bits):
    codes = make(depth=16) >> (16 - bits)
    codes.flat[:3], codes.flat[-3:] = 0, 2**bits - 1
    photo = read(tmp_path, of_bits(codes, bits))
    expected = np.rint(codes * (65535 / (2**bits - 1)))
    np.testing.assert_array_equal(photo.pixels.squeeze(), expected)


@pytest.mark.parametrize("bits", range(9, 17))
def test_white_and_black_stay(bits):
    values = np.array([[[0], [2**bits - 1], [2 ** (bits - 1)]]], np.uint16)
    scaled = as_16_bit(values, bits).ravel().tolist()
    assert scaled[:2] == [0, 65535]
    assert scaled[2] == pytest.approx(32768, abs=70)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
@pytest.mark.parametrize("options", [{}, {"tile": (16, 16)}, {"predictor": True}])
def test_lzma(tmp_path, make, depth, options):
    data = by_tifffile(make(depth=depth), compression="lzma", **options)
    np.testing.assert_array_equal(read(tmp_path, data).pixels.squeeze(), make(depth=depth))


def test_lossless_jpeg_of_12_bit(tmp_path):
    codes = gray_picture(depth=16) >> 4
    arguments = {"lossless": True, "bitspersample": 12}
    data = by_tifffile(codes, compression="jpeg", compressionargs=arguments)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages[0].tags["BitsPerSample"].valueoffset
    data = data[:at] + b"\x0c" + data[at + 1 :]
    expected = np.rint(codes * (65535 / 4095))
    np.testing.assert_array_equal(read(tmp_path, data).pixels[..., 0], expected)


def test_doubles(tmp_path):
    share = rgb_picture(depth=16) / 65535
    p3 = (ICC / "DisplayP3-v4.icc").read_bytes()
    photo = read(tmp_path, by_tifffile(share, photometric="rgb", iccprofile=p3))
    assert np.abs(photo.pixels - np.rint(share * 65535)).max() <= 1
    assert photo.source.icc == p3


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["assocalpha", "unassalpha", "unspecified"])
def test_a_fourth_channel(tmp_path, kind, planar):
    colors = rgb_picture(depth=16)
    alpha = np.full(colors.shape[:2], 65535, np.uint16)
    alpha[:, 10:30] = 30000
    stored = colors * (alpha[..., None] / 65535) if kind == "assocalpha" else colors
    channels = np.dstack([stored.round().astype(np.uint16), alpha])
    data = by_tifffile(
        channels if planar == "contig" else channels.transpose(2, 0, 1),
        photometric="rgb",
        planarconfig=planar,
        extrasamples=[kind],
        compression="lzma",
    )
    photo = read(tmp_path, data)
    assert np.abs(photo.pixels.astype(int) - colors).max() <= 2
    if kind == "unspecified":
        assert photo.alpha is None
        assert photo.source.notices == (CHANNEL_LEFT_OUT,)
    else:
        np.testing.assert_array_equal(photo.alpha, alpha)


def test_what_the_file_says_is_kept(tmp_path):
    p3 = (ICC / "DisplayP3-v4.icc").read_bytes()
    data = by_tifffile(
        rgb_picture(),
        compression="lzma",
        photometric="rgb",
        iccprofile=p3,
        resolution=(300, 600),
        resolutionunit="inch",
        extratags=[(274, "H", 1, 6), (700, "B", 12, b"<x:xmpmeta/>")],
    )
    photo = read(tmp_path, data)
    np.testing.assert_array_equal(photo.pixels, upright(rgb_picture(), 6))
    assert photo.source.icc == p3
    assert photo.source.pixels_per_mm == pytest.approx((600 / 25.4, 300 / 25.4))
    assert dict(photo.source.metadata)["xmp-data"] == b"<x:xmpmeta/>"


def test_white_may_be_zero(tmp_path):
    data = by_tifffile(gray_picture(), compression="lzma", photometric="miniswhite")
    np.testing.assert_array_equal(read(tmp_path, data).pixels[..., 0], 255 - gray_picture())


def test_inks_become_srgb(tmp_path):
    inks = np.zeros((16, 32, 4), np.uint8)
    inks[:, 16:, 3] = 255
    photo = read(tmp_path, by_tifffile(inks, compression="lzma", photometric="separated"))
    assert CMYK_CONVERTED in photo.source.notices
    assert photo.pixels[8, 8].min() > 240
    assert photo.pixels[8, 24].max() < 80


def test_several_pages_give_the_first_and_a_notice(tmp_path):
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(gray_picture(), compression="lzma")
        writer.write(gray_picture()[::-1], compression="lzma")
    photo = read(tmp_path, buffer.getvalue())
    np.testing.assert_array_equal(photo.pixels[..., 0], gray_picture())
    assert photo.source.notices == (SEVERAL_PAGES,)


def test_colors_that_would_come_out_wrong_are_refused(tmp_path):
    for kind in ("cielab", "ycbcr"):
        with pytest.raises(UnsupportedPhoto):
            read(tmp_path, by_tifffile(rgb_picture(), compression="lzma", photometric=kind))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_or_damaged_file_is_not_read(tmp_path, share):
    data = by_tifffile(rgb_picture(200, 300), compression="lzma", photometric="rgb")
    at = int(len(data) * share)
    for broken in (data[:at], data[:at] + bytes(200) + data[at + 200 :]):
        with pytest.raises(UnreadablePhoto):
            read(tmp_path, broken)
    short = of_bits(gray_picture(depth=16) >> 4, 12)
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, short[:-40])


@pytest.mark.parametrize("compression", [None, "lzma"])
def test_pixels_farther_away_than_files_can_be(compression):
    data = bytearray(by_tifffile(gray_picture(), compression=compression, bigtiff=True))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages[0].tags["StripOffsets"].valueoffset
    data[at : at + 8] = b"\xff" * 8
    with pytest.raises(Undecodable):
        decode_odd_tiff(bytes(data))


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    with pytest.raises(Undecodable) as info:
        decode_odd_tiff(by_tifffile(gray_picture(), compression="lzma"))
    assert info.value.reason == TOO_LARGE


def test_lossless_jpeg_that_lacks_pixels_is_not_read(tmp_path):
    codes = gray_picture(64, 96, depth=16)
    arguments = {"lossless": True, "bitspersample": 16}
    data = by_tifffile(codes, compression="jpeg", compressionargs=arguments, tile=(32, 48))
    np.testing.assert_array_equal(read(tmp_path, data).pixels[..., 0], codes)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        start, size = file.pages[0].dataoffsets[2], file.pages[0].databytecounts[2]
    middle = start + size // 2
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[:middle] + b"\xff\xd9" + data[middle + 2 :])


def test_a_stream_with_frames_of_two_kinds_is_not_read(tmp_path):
    """A decoder that has no table left runs beyond its memory, and the program ends."""
    codes = gray_picture(64, 96, depth=16)
    arguments = {"lossless": True, "bitspersample": 16}
    data = by_tifffile(codes, compression="jpeg", compressionargs=arguments, tile=(32, 48))
    at = data.index(b"\xff\xc4") + 1  # the table of codes becomes another frame
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, data[:at] + b"\xc5" + data[at + 1 :])
