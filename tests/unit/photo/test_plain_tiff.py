"""Uncompressed TIFF files, which are written without libvips, judged by four other readers."""

import io
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image

from engine.cancel import CancelToken
from engine.errors import Cancelled, DiskFull
from engine.photo.options import SaveOptions
from engine.photo.place import Draft
from engine.photo.plain_tiff import head_of_tiff
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import exif_block, gray_picture, photo_of, rgb_picture, xmp_packet

PLAIN = SaveOptions(tiff_compression="none")
# Offsets and sizes of the strips, and how they are packed.
OF_STORAGE = {273, 278, 279, 259, 317}


@pytest.fixture
def small_strips(monkeypatch):
    monkeypatch.setattr("engine.composition.STRIP_PIXELS", 500)


def source(*, alpha: bool, depth: int, pixels_per_mm=(300 / 25.4, 240.5 / 25.4)):
    photo = photo_of(gray_picture())
    ramp = np.linspace(0, 2**depth - 1, photo.size[0] * photo.size[1]).reshape(photo.size)
    translucent = ramp.astype(np.uint8 if depth == 8 else np.uint16) if alpha else None
    known = replace(photo.source, pixels_per_mm=pixels_per_mm)
    return replace(photo, alpha=translucent, source=known)


@pytest.mark.usefixtures("small_strips")
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_readers_find_what_was_written(tmp_path, depth, alpha):
    picture, photo = rgb_picture(depth=depth), source(alpha=alpha, depth=depth)
    path = write_photo(Rendition(picture), photo, tmp_path / "a.tif", options=PLAIN).path
    whole = np.dstack([picture, photo.alpha]) if alpha else picture
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages[0].dataoffsets) > 3
        np.testing.assert_array_equal(tiff.asarray(), whole)
    np.testing.assert_array_equal(pyvips.Image.new_from_file(str(path)).numpy(), whole)
    if depth == 8:
        with Image.open(path) as image:
            assert image.mode == ("RGBA" if alpha else "RGB")
            np.testing.assert_array_equal(np.asarray(image), whole)
    found = subprocess.run(
        ["exiftool", "-validate", "-warning", "-a", "-s3", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["OK"]


@pytest.mark.usefixtures("small_strips")
def test_a_large_one_is_bigtiff_with_its_metadata(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.photo.encode._BIG_TIFF_BYTES", 1000)
    exif, packet = exif_block(), xmp_packet()
    photo = source(alpha=False, depth=8)
    known = replace(photo.source, metadata=(("exif-data", exif), ("xmp-data", packet)))
    path = write_photo(
        Rendition(rgb_picture()), replace(photo, source=known), tmp_path / "a.tif", options=PLAIN
    ).path
    with tifffile.TiffFile(path) as tiff:
        assert tiff.is_bigtiff
        np.testing.assert_array_equal(tiff.asarray(), rgb_picture())
        assert tiff.pages[0].tags["Make"].value == "Camera Works"
        assert b"tiff:Orientation" in tiff.pages[0].tags["XMP"].value


@pytest.mark.parametrize(
    ("pixels_per_mm", "kept"),
    [(4294967.295, True), (0.00001, True), (11.811, True), (1e300, False), (1e-300, False)],
)
def test_odd_resolutions_are_kept_or_brought_as_near_as_they_can_be(pixels_per_mm, kept):
    pixels = np.zeros((3, 2, 3), np.uint8)
    head = head_of_tiff((3, 2), 3, 8, 3, pixels_per_mm=(pixels_per_mm, 11.811))
    with tifffile.TiffFile(io.BytesIO(head + pixels.tobytes())) as tiff:
        above, below = tiff.pages[0].tags["XResolution"].value
        down = tiff.pages[0].tags["YResolution"].value
    assert above > 0 < below
    assert down[0] / down[1] == pytest.approx(300, abs=0.01)
    if kept:
        assert above / below == pytest.approx(25.4 * pixels_per_mm, rel=1e-4)


@pytest.mark.usefixtures("small_strips")
def test_tags_are_those_of_a_packed_file(tmp_path):
    photo = source(alpha=True, depth=8)
    tags = []
    for packing in ("none", "lzw"):
        options = SaveOptions(tiff_compression=packing)
        path = write_photo(
            Rendition(rgb_picture()), photo, tmp_path / f"{packing}.tif", options=options
        ).path
        with tifffile.TiffFile(path) as tiff:
            found = {tag.code: tag.value for tag in tiff.pages[0].tags.values()}
        for code in (282, 283):
            found[code] = round(found[code][0] / found[code][1], 4)
        tags.append({code: value for code, value in found.items() if code not in OF_STORAGE})
    assert tags[0] == tags[1]


def test_resolution_that_is_not_known_is_left_at_72(tmp_path):
    photo = source(alpha=False, depth=8, pixels_per_mm=None)
    path = write_photo(Rendition(rgb_picture()), photo, tmp_path / "a.tif", options=PLAIN).path
    with Image.open(path) as image:
        assert image.info["dpi"] == (72, 72)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("height", [1, 9, 10])
def test_heads_of_both_kinds_lead_to_the_pixels(big, height):
    pixels = np.random.default_rng(2).integers(0, 65536, (height, 7, 3)).astype("<u2")
    head = head_of_tiff((height, 7), 3, 16, 4, icc=b"profile", big=big)
    with tifffile.TiffFile(io.BytesIO(head + pixels.tobytes())) as tiff:
        assert tiff.is_bigtiff is big
        assert len(tiff.pages[0].dataoffsets) == -(-height // 4)
        np.testing.assert_array_equal(tiff.asarray(), pixels)
        assert tiff.pages[0].tags[34675].value == b"profile"


@pytest.mark.usefixtures("small_strips")
def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path, monkeypatch):
    photo, cancel = source(alpha=False, depth=8), CancelToken()

    class Slow(Rendition):
        def rows(self, rows):
            if rows.start:
                cancel.cancel()
            return super().rows(rows)

    with pytest.raises(Cancelled):
        write_photo(Slow(rgb_picture()), photo, tmp_path / "a.tif", options=PLAIN, cancel=cancel)
    assert not list(tmp_path.iterdir())

    write, times = Draft.write, iter(range(100))

    def full(self, data):
        if next(times) == 4:  # while further strips are worked on
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Draft, "write", full)
    with pytest.raises(DiskFull):
        write_photo(Rendition(rgb_picture()), photo, tmp_path / "a.tif", options=PLAIN)
    assert not list(tmp_path.iterdir())
