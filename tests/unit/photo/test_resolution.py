"""Resolutions in every form files tell them in, judged by tifffile, Pillow and ExifTool."""

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from engine.photo.read import read_photo
from engine.photo.resolution import resolution_of_tiff
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.exiftool import needs_exiftool, tags_of
from tests.support.hostile import body_at, png_chunk, tiff_of
from tests.support.pictures import by_pillow, gray_picture

INCH, CENTIMETER, NO_UNIT = 2, 3, 1
MM = {INCH: 25.4, CENTIMETER: 10.0}
SHORT, RATIONAL, SRATIONAL, FLOAT, DOUBLE = 3, 5, 10, 11, 12


def number(kind, value):
    return {
        SHORT: lambda: struct.pack("<HH", round(value), 0),
        RATIONAL: lambda: struct.pack("<II", round(value * 1000), 1000),
        SRATIONAL: lambda: struct.pack("<ii", round(value * 1000), 1000),
        FLOAT: lambda: struct.pack("<f", value),
        DOUBLE: lambda: struct.pack("<d", value),
    }[kind]()


def tiff_with(kind, across, down, unit):
    """A gray TIFF file whose resolution is of this TIFF type."""
    pixels = gray_picture().tobytes()
    values = [number(kind, across), number(kind, down)]
    inline = len(values[0]) == 4
    behind = body_at(11 + (unit is not None))
    places = [struct.unpack("<I", one)[0] for one in values] if inline else [behind, behind + 8]
    body = (b"" if inline else b"".join(values)) + pixels
    tags = [
        (256, 4, 1, 64), (257, 4, 1, 48), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, behind + len(body) - len(pixels)), (277, 3, 1, 1), (278, 4, 1, 48),
        (279, 4, 1, len(pixels)), (282, kind, 1, places[0]), (283, kind, 1, places[1]),
    ]  # fmt: skip
    return tiff_of(tags if unit is None else [*tags, (296, 3, 1, unit)], body)


def read(tmp_path, data, name="photo.tif"):
    (tmp_path / name).write_bytes(data)
    return read_photo(tmp_path / name)


@pytest.mark.parametrize("kind", [SHORT, RATIONAL, SRATIONAL, FLOAT, DOUBLE])
@pytest.mark.parametrize(
    ("across", "down", "unit"),
    [(25.4, 25.4, INCH), (25.4, 50.8, INCH), (10, 10, CENTIMETER), (10, 20, CENTIMETER),
     (2.54, 2.54, INCH), (1, 1, CENTIMETER), (300, 600, INCH), (118.11, 118.11, CENTIMETER),
     (25.4, 25.4, None), (72, 72, None)],
)  # fmt: skip
def test_tiff_of_any_kind_of_number(tmp_path, kind, across, down, unit):
    resolution = read(tmp_path, tiff_with(kind, across, down, unit)).source.pixels_per_mm
    mm = MM[unit or INCH]
    with tifffile.TiffFile(tmp_path / "photo.tif") as judge:
        said = [judge.pages.first.tags.valueof(tag) for tag in (282, 283)]
    parts = [np.atleast_1d(one).tolist() for one in said]  # of fractions, two numbers
    seen = [one[0] / one[1] if len(one) == 2 else one[0] for one in parts]
    if kind == SHORT:
        across, down = round(across), round(down)
    assert seen == pytest.approx([across, down], rel=1e-6)
    assert resolution == pytest.approx((across / mm, down / mm), rel=1e-6)


@needs_exiftool
@pytest.mark.parametrize("kind", [FLOAT, DOUBLE])
def test_exiftool_reads_the_same(tmp_path, kind):
    read(tmp_path, tiff_with(kind, 25.4, 50.8, INCH))
    seen = tags_of(tmp_path / "photo.tif", "-n")
    assert seen["IFD0:XResolution"] == pytest.approx(25.4)
    assert seen["IFD0:YResolution"] == pytest.approx(50.8)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_numbers_that_are_no_resolution(value):
    assert resolution_of_tiff(io.BytesIO(tiff_with(FLOAT, value, value, INCH))) is None
    assert resolution_of_tiff(io.BytesIO(tiff_with(DOUBLE, value, 1, NO_UNIT))) is None


def jpeg_with(unit, across, down):
    data = by_pillow(gray_picture(), "JPEG")
    at = data.index(b"JFIF\0") + 7
    return data[:at] + struct.pack(">BHH", unit, across, down) + data[at + 5 :]


def png_with(unit, across, down):
    data = by_pillow(gray_picture(), "PNG")
    return data[:33] + png_chunk(b"pHYs", struct.pack(">IIB", across, down, unit)) + data[33:]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.tif", tiff_with(RATIONAL, 1, 2, NO_UNIT)), ("a.tif", tiff_with(FLOAT, 50, 100, NO_UNIT)),
     ("a.jpg", jpeg_with(0, 1, 2)), ("a.png", png_with(0, 1, 2))],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".tif", ".png", ".jpg", ".webp", ".avif"])
def test_the_shape_of_pixels_is_kept_where_there_is_no_unit(tmp_path, name, data, suffix):
    across, down = written(tmp_path, read(tmp_path, data, name), suffix)
    assert (across, down) == pytest.approx((72, 144), rel=0.001)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.tif", tiff_with(RATIONAL, 300, 300, NO_UNIT)), ("a.jpg", jpeg_with(0, 1, 1)),
     ("a.png", png_with(0, 1, 1)), ("a.png", png_with(0, 1, 1000)), ("a.jpg", jpeg_with(1, 0, 0))],
)  # fmt: skip
def test_square_pixels_without_a_unit_have_no_resolution(tmp_path, name, data):
    assert read(tmp_path, data, name).source.pixels_per_mm is None


@pytest.mark.parametrize(
    ("name", "data", "dpi"),
    [("a.tif", tiff_with(RATIONAL, 25.4, 25.4, INCH), 25.4),
     ("a.tif", tiff_with(DOUBLE, 10, 10, CENTIMETER), 25.4),
     ("a.jpg", jpeg_with(2, 10, 10), 25.4), ("a.png", png_with(1, 1000, 1000), 25.4),
     ("a.jpg", jpeg_with(2, 118, 118), 299.72), ("a.png", png_with(1, 2834, 2834), 71.9836),
     ("a.tif", tiff_with(RATIONAL, 1200, 1200, INCH), 1200)],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".tif", ".png", ".jpg", ".webp", ".avif"])
def test_results_have_the_same_resolution(tmp_path, name, data, dpi, suffix):
    across, down = written(tmp_path, read(tmp_path, data, name), suffix)
    # PNG has whole pixels per meter, JPEG whole ones per inch or centimeter.
    off = {".png": 0.02, ".jpg": 0.03}.get(suffix, 0.001)
    assert (across, down) == pytest.approx((dpi, dpi), abs=off)


def written(tmp_path, photo, suffix):
    """Pixels per inch of a result, as Pillow reads them."""
    rgb = np.zeros((*photo.size, 3), np.uint8)
    saved = write_photo(Rendition(rgb), photo, tmp_path / f"result{suffix}")
    with Image.open(saved.path) as image:
        if suffix in (".webp", ".avif"):
            exif = image.getexif()
            assert exif[0x0128] == INCH
            return float(exif[0x011A]), float(exif[0x011B])
        return image.info["dpi"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2.0])
def test_a_unit_may_be_any_number(tmp_path, value):
    data = bytearray(tiff_with(RATIONAL, 25.4, 25.4, INCH))
    at = data.index(struct.pack("<HHI", 296, SHORT, 1))
    struct.pack_into("<HHIf", data, at, 296, FLOAT, 1, value)
    resolution = read(tmp_path, bytes(data)).source.pixels_per_mm
    assert resolution == ((1.0, 1.0) if value == INCH else None)
