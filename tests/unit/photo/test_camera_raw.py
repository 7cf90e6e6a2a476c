"""Raw files from cameras, made by tifffile as DNG, judged by the light that was put into them."""

import io
import os
import struct

import numpy as np
import pytest
import rawpy
import tifffile
from PIL import Image

from engine.color.lab import encode_srgb, lightness_of_luminance, srgb_to_lab
from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo.camera_raw import DEVELOPED, NOT_DEVELOPED, _heeding_complaints, decode_camera_raw
from engine.photo.decoded import DAMAGED, TOO_EARLY, TOO_LARGE, Undecodable
from engine.photo.formats import RAW
from engine.photo.lightness import measure_lightness
from engine.photo.raw_exif import exif_of_raw
from engine.photo.raw_extents import check_raw_whole, tiff_tags
from engine.photo.read import read_photo
from tests.support.pictures import gray_picture
from tests.support.written import dng, mosaic

PATCHES = np.array([[40000, 10000, 10000], [10000, 40000, 10000], [20000, 20000, 20000]])


def scene(height: int = 64) -> np.ndarray:
    """Red, green and gray side by side, 32 pixels each, (H, 96, 3) linear light."""
    return np.repeat(np.tile(PATCHES, (height, 1, 1)), 32, axis=1).astype(np.uint16)


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.dng"
    path.write_bytes(data)
    return read_photo(path)


def true_lightness(light: np.ndarray) -> np.ndarray:
    return srgb_to_lab(encode_srgb(light / 65535))[..., 0]


@pytest.mark.parametrize("kind", ["mosaic", "linear"])
def test_lightness_is_that_of_the_scene(tmp_path, kind):
    light = scene()
    data = dng(mosaic(light), cfa=(0, 1, 1, 2)) if kind == "mosaic" else dng(light)
    photo = read(tmp_path, data)
    assert photo.pixels.dtype == np.uint16
    assert photo.source.depth == 16
    assert photo.source.notices == (DEVELOPED,)
    inside = np.s_[8:-8, [16, 48, 80]]  # away from edges, which demosaicing blurs
    measured, true = measure_lightness(photo).L[inside], true_lightness(light)[inside]
    assert np.abs(measured - true).max() < 0.1


def test_white_balance_is_the_cameras(tmp_path):
    gains = np.array([2.0, 1.0, 1.5])
    light = np.full((64, 96, 3), 15000, np.uint16)
    seen = (light / gains).astype(np.uint16)
    photo = read(tmp_path, dng(mosaic(seen), cfa=(0, 1, 1, 2), white_balance=gains))
    middle = photo.pixels[16:-16, 16:-16].astype(int)
    assert np.ptp(middle, axis=-1).max() < 0.003 * 65535
    assert np.ptp(middle) < 0.01 * 65535


def test_brightness_is_left_as_exposed(tmp_path):
    light = np.full((64, 96), 3000, np.uint16)
    light[:, 48:] = 6000
    photo = read(tmp_path, dng(light))
    L = measure_lightness(photo).L
    expected = lightness_of_luminance(np.array([3000, 6000]) / 65535)
    assert L[32, [16, 80]] == pytest.approx(expected, abs=0.05)


def test_a_monochrome_camera_stays_gray(tmp_path):
    light = gray_picture(depth=16)
    light[0, 0] = 65535
    photo = read(tmp_path, dng(light))
    assert photo.pixels.shape == (*light.shape, 1)
    assert photo.source.icc is None
    expected = encode_srgb(light / 65535) * 65535
    assert np.abs(photo.pixels[..., 0] - expected).max() < 4


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_270),
        (8, Image.Transpose.ROTATE_90),
    ],
)
def test_is_put_upright_once(tmp_path, orientation, turn):
    light = gray_picture(depth=16)
    lying = read(tmp_path, dng(light)).pixels[..., 0]
    photo = read(tmp_path, dng(light, orientation))
    expected = np.asarray(Image.fromarray(lying.astype(np.int32)).transpose(turn))
    np.testing.assert_array_equal(photo.pixels[..., 0], expected)
    exif = Image.Exif()
    exif.load(dict(photo.source.metadata)["exif-data"])
    assert exif[0x0112] == 1


def test_metadata_is_kept(tmp_path):
    photo = read(tmp_path, dng(gray_picture(depth=16)))
    metadata = dict(photo.source.metadata)
    exif = Image.Exif()
    exif.load(metadata["exif-data"])
    assert exif[0x010F] == "Photochrom"
    assert exif[0x0110] == "Test camera"
    assert metadata["xmp-data"] == b"<x/>"


@pytest.mark.parametrize("big_endian", [False, True])
def test_exposure_and_place_are_kept(big_endian):
    made = Image.Exif()
    made.endian = ">" if big_endian else "<"
    made[0x010F] = "Photochrom"
    details = made.get_ifd(0x8769)
    details[0x829A] = 0.004
    details[0x8827] = 400
    details[0x927C] = b"maker" * 40
    place = made.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    data = made.tobytes()[6:]
    block = exif_of_raw(data, tiff_tags(data))
    assert block[:2] == data[:2]
    read_back = Image.Exif()
    read_back.load(block)
    assert read_back[0x010F] == "Photochrom"
    assert read_back.get_ifd(0x8769)[0x829A] == pytest.approx(0.004)
    assert read_back.get_ifd(0x8769)[0x8827] == 400
    assert 0x927C not in read_back.get_ifd(0x8769)
    assert read_back.get_ifd(0x8825)[2] == (52.0, 31.0, 12.0)


@pytest.mark.parametrize("compression", [None, "adobe_deflate", "jpeg"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_file_is_not_read(tmp_path, share, compression):
    values = mosaic(scene(256))
    options = {"compression": compression}
    if compression == "jpeg":
        pytest.importorskip("imagecodecs")
        options["compressionargs"] = {"lossless": True, "bitspersample": 16}
    data = dng(values, cfa=(0, 1, 1, 2), **options)
    cut = data[: int(len(data) * share)]
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, cut)
    assert info.value.values["reason"] in (TOO_EARLY, RAW, NOT_DEVELOPED)


def test_raw_data_that_is_not_there_is_no_black_photo(tmp_path):
    with pytest.raises(UnreadablePhoto):
        read(tmp_path, dng(np.zeros((64, 96), np.uint16), cfa=(0, 1, 1, 2)))


def test_an_unknown_camera_gets_one_sentence(tmp_path):
    path = tmp_path / "photo.cr2"
    path.write_bytes(b"II*\0\x10\0\0\0CR\2\0" + bytes(200))
    with pytest.raises(UnsupportedPhoto) as info:
        read_photo(path)
    assert info.value.values["reason"] == NOT_DEVELOPED


def test_pixel_count_is_checked_before_developing(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 64 * 96 - 1)
    with pytest.raises(Undecodable) as info:
        decode_camera_raw(dng(mosaic(scene()), cfa=(0, 1, 1, 2)))
    assert info.value.reason == TOO_LARGE


def test_a_fuji_header_that_points_beyond_the_end():
    data = bytearray(400)
    data[:16] = b"FUJIFILMCCD-RAW "
    struct.pack_into(">II", data, 100, 200, 200)
    check_raw_whole(bytes(data))
    with pytest.raises(Undecodable):
        check_raw_whole(bytes(data[:-1]))


def test_a_place_beyond_the_file_is_one_for_panasonic_only(tmp_path):
    data = dng(mosaic(scene()), cfa=(0, 1, 1, 2))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages[0].tags["StripOffsets"].valueoffset
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, data[:at] + b"\xff" * 4 + data[at + 4 :])
    assert info.value.values["reason"] == TOO_EARLY


LOSSLESS = {"compression": "jpeg", "compressionargs": {"lossless": True, "bitspersample": 16}}


@pytest.mark.parametrize("make", ["mosaic", "linear"])
def test_a_tile_without_its_pixels_is_not_what_was_in_the_memory(tmp_path, make):
    light = scene(256)
    colors = {"cfa": (0, 1, 1, 2)} if make == "mosaic" else {}
    data = dng(mosaic(light) if colors else light, tile=(128, 48), **colors, **LOSSLESS)
    assert read(tmp_path, data).size == (256, 96)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        start, size = file.pages[0].dataoffsets[1], file.pages[0].databytecounts[1]
    frame = data.index(b"\xff\xc3", start) + 5
    for at, other in (
        (start, b"\0\0"),
        (frame, struct.pack(">HH", 1, 48)),
        (frame, struct.pack(">HH", 0, 0)),
        (start + size // 2, b"\xff\xd9"),
    ):
        with pytest.raises(UnreadablePhoto) as info:
            read(tmp_path, data[:at] + other + data[at + len(other) :])
        assert info.value.values["reason"] == DAMAGED


def test_codes_are_followed_where_the_file_does_not_say_that_they_are_of_a_sensor(tmp_path):
    data = dng(mosaic(scene()), cfa=(0, 1, 1, 2), **LOSSLESS)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        at = page.tags["PhotometricInterpretation"].offset + 2  # of its type
        middle = page.dataoffsets[0] + page.databytecounts[0] // 2
    untold = data[:at] + b"\0\0" + data[at + 2 :]
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, untold[:middle] + b"\xff\xd9" + untold[middle + 2 :])
    assert info.value.values["reason"] == DAMAGED


def test_a_sensor_without_any_data_is_not_read(tmp_path):
    data = dng(mosaic(scene()), cfa=(0, 1, 1, 2))
    assert read(tmp_path, data)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tags = file.pages[0].tags
        at, packing = tags["StripOffsets"].offset, tags["Compression"].valueoffset
    # A list of another number, and a way of packing that nobody knows.
    lost = data[:at] + struct.pack("<H", 63555) + data[at + 2 :]
    lost = lost[:packing] + struct.pack("<H", 32) + lost[packing + 2 :]
    with pytest.raises(UnreadablePhoto) as info:
        read(tmp_path, lost)
    assert info.value.values["reason"] == DAMAGED


def test_complaints_count_as_damage_and_are_not_printed(capfd):
    with pytest.raises(Undecodable) as info, _heeding_complaints():
        os.write(2, b"unknown file: data corrupted at 512\nanother\n")
    assert info.value.reason == DAMAGED
    assert capfd.readouterr().err == "another\n"
    with _heeding_complaints():
        os.write(2, b"another\n")
    assert capfd.readouterr().err == "another\n"


def test_libraw_complains_of_data_that_ends_in_the_words_listened_for(capfd):
    data = dng(mosaic(scene()), cfa=(0, 1, 1, 2))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages[0].tags["StripOffsets"].valueoffset
    with rawpy.RawPy() as raw:
        raw.open_buffer(io.BytesIO(data[:at] + b"\xff" * 4 + data[at + 4 :]))
        with pytest.raises(rawpy.LibRawError):
            raw.unpack()
    assert capfd.readouterr().err.startswith("unknown file: Unexpected end of file\n")
