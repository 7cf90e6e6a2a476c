"""Photos that are cut off or damaged: a whole photo or one clear sentence, nothing in between."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
import pyvips
import tifffile

from engine.errors import UnreadablePhoto
from engine.photo import libvips, read
from engine.photo.decode import PROFILE_LEFT_ASIDE
from engine.photo.decoded import DAMAGED, NO_MEMORY, TOO_EARLY
from engine.photo.lightness import measure_lightness
from engine.photo.read import EMPTY, NO_PHOTO, read_photo
from tests.support.pictures import (
    ICC,
    by_pillow,
    by_tifffile,
    exif_block,
    gray_picture,
    rgb_picture,
    table_profile,
)


def by_libvips(name, **options):
    image = pyvips.Image.new_from_array(rgb_picture()).copy(interpretation="srgb")
    return getattr(image, f"{name}save_buffer")(**options)


def files():
    """(name, bytes) of small files of every kind that is written often."""
    adobe = (ICC / "AdobeCompat-v2.icc").read_bytes()
    gray, rgb, gray_16 = gray_picture(), rgb_picture(), gray_picture(depth=16)
    yield "jpeg gray", by_pillow(gray, "JPEG")
    yield (
        "jpeg exif icc",
        by_pillow(rgb, "JPEG", exif=b"Exif\0\0" + exif_block(6), icc_profile=adobe),
    )
    yield "jpeg progressive", by_pillow(rgb, "JPEG", progressive=True)
    yield "jpeg restart", by_libvips("jpeg", restart_interval=4)
    yield "png 8", by_pillow(gray, "PNG")
    yield "png 16", by_pillow(gray_16, "PNG")
    yield "png exif icc", by_pillow(rgb, "PNG", exif=exif_block(6), icc_profile=adobe)
    yield "png interlaced", by_libvips("png", interlace=True)
    yield "png palette", by_libvips("png", palette=True)
    yield "tiff 16", by_tifffile(gray_16)
    yield "tiff strips", by_tifffile(rgb, photometric="rgb", rowsperstrip=7, iccprofile=adobe)
    yield (
        "tiff planar",
        by_tifffile(
            np.ascontiguousarray(np.moveaxis(rgb, -1, 0)),
            photometric="rgb",
            planarconfig="separate",
        ),
    )
    yield "tiff tiles", by_tifffile(rgb, photometric="rgb", tile=(16, 16))
    yield "tiff big", by_tifffile(gray, bigtiff=True)
    yield (
        "tiff tiles deflate",
        by_tifffile(rgb, photometric="rgb", tile=(16, 16), compression="zlib"),
    )
    yield (
        "tiff strips deflate",
        by_tifffile(rgb, photometric="rgb", rowsperstrip=8, compression="zlib"),
    )
    for compression in ("lzw", "deflate", "jpeg", "packbits"):
        yield f"tiff {compression}", by_libvips("tiff", compression=compression)
        yield (
            f"tiff tiles {compression}",
            by_libvips("tiff", compression=compression, tile=True, tile_width=16, tile_height=16),
        )
    yield "webp", by_pillow(rgb, "WEBP")
    yield "gif", by_pillow(gray, "GIF")
    yield "bmp", by_pillow(rgb, "BMP")
    yield "ppm", by_pillow(rgb, "PPM")


FILES = dict(files())


@pytest.mark.parametrize("name", FILES)
def test_cut_off_anywhere(tmp_path, name):
    whole = FILES[name]
    path = tmp_path / "photo"
    path.write_bytes(whole)
    expected = read_photo(path).pixels
    lengths = sorted({*range(0, len(whole), max(1, len(whole) // 97)), *range(90), len(whole) - 1})
    reasons = set()
    for length in lengths:
        path.write_bytes(whole[:length])
        try:
            photo = read_photo(path)
        except UnreadablePhoto as error:
            reasons.add(error.values["reason"])
            continue
        # What was cut off was none of the picture.
        np.testing.assert_array_equal(photo.pixels, expected)
    assert reasons <= {EMPTY, NO_PHOTO, TOO_EARLY, DAMAGED}
    assert TOO_EARLY in reasons or name in ("bmp", "ppm")


@pytest.mark.parametrize("name", FILES)
def test_damaged_anywhere(tmp_path, name):
    whole = FILES[name]
    path = tmp_path / "photo"
    rng = np.random.default_rng(4)
    for _ in range(60):
        broken = bytearray(whole)
        for at in rng.integers(0, len(whole), rng.integers(1, 4)):
            broken[at] = rng.integers(256)
        path.write_bytes(broken)
        try:
            measure_lightness(read_photo(path))
        except UnreadablePhoto:
            continue


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("png")])
def test_a_wrong_checksum_in_png_is_damage(tmp_path, name):
    whole = bytearray(FILES[name])
    whole[whole.rfind(b"IDAT") + 10] ^= 1
    (tmp_path / "photo").write_bytes(whole)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == DAMAGED


@pytest.mark.parametrize("name", ["tiff tiles deflate", "tiff strips deflate", "tiff tiles lzw"])
def test_damaged_tiles_and_strips_are_noticed(tmp_path, name):
    whole = bytearray(FILES[name])
    with tifffile.TiffFile(io.BytesIO(whole)) as tiff:
        start = tiff.pages[0].dataoffsets[2]
    whole[start : start + 40] = b"\xff" * 40
    (tmp_path / "photo").write_bytes(whole)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == DAMAGED


@pytest.mark.parametrize("name", ["jpeg gray", "jpeg exif icc", "jpeg progressive"])
def test_half_a_jpeg_with_a_false_end(tmp_path, name):
    whole = FILES[name]
    (tmp_path / "photo").write_bytes(whole[: len(whole) * 2 // 3] + b"\xff\xd9")
    with pytest.raises(UnreadablePhoto):
        read_photo(tmp_path / "photo")


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("tail", lambda jpeg: jpeg + b"\0" * 999),
        ("stray", lambda jpeg: jpeg[:20] + b"ab" + jpeg[20:]),
    ],
)
def test_harmless_oddities_of_jpeg(tmp_path, name, harmless):
    jpeg = by_pillow(gray_picture(), "JPEG")
    assert jpeg[20:22] == b"\xff\xdb"
    (tmp_path / name).write_bytes(jpeg)
    expected = read_photo(tmp_path / name).pixels
    (tmp_path / name).write_bytes(harmless(jpeg))
    np.testing.assert_array_equal(read_photo(tmp_path / name).pixels, expected)


def test_an_earlier_error_is_not_blamed_on_the_next_file(tmp_path):
    cut = tmp_path / "cut.tif"
    cut.write_bytes(FILES["tiff strips"][:-500])
    whole = tmp_path / "whole.tif"
    whole.write_bytes(FILES["tiff strips"])
    noise = tmp_path / "noise.jpg"
    noise.write_bytes(b"\xff\xd8\xff\xd8" + bytes(256))
    reasons = {cut: TOO_EARLY, noise: DAMAGED}
    for path in itertools.chain(*itertools.permutations((cut, whole, noise))):
        if path == whole:
            read_photo(path)
            continue
        with pytest.raises(UnreadablePhoto) as caught:
            read_photo(path)
        assert caught.value.values["reason"] == reasons[path]


def test_errors_of_other_work_with_libvips_are_nothing_to_us(tmp_path):
    (tmp_path / "whole.tif").write_bytes(FILES["tiff strips"])
    pyvips.Image.tiffload_buffer(FILES["tiff planar"][:5000], fail_on="none").numpy()
    assert "tiff2vips" in libvips.error_text()
    read_photo(tmp_path / "whole.tif")


def test_memory_that_is_not_enough(tmp_path, monkeypatch):
    def no_memory(*_args):
        raise MemoryError

    monkeypatch.setitem(read._DECODERS, "png", no_memory)
    (tmp_path / "photo").write_bytes(FILES["png 8"])
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == NO_MEMORY


def test_a_disk_that_fails_while_reading(tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError(5, "Input/output error")

    (tmp_path / "photo").write_bytes(FILES["png 8"])
    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == "it cannot be opened"


@pytest.mark.timeout(20)
def test_a_width_that_would_need_thousands_of_missing_tiles(tmp_path):
    whole = bytearray(FILES["tiff tiles"])
    with tifffile.TiffFile(io.BytesIO(whole)) as tiff:
        tag = tiff.pages[0].tags["ImageWidth"]
    at = tag.valueoffset
    width = 60_000 if tag.dtype == tifffile.DATATYPE.SHORT else 3_000_000
    whole[at : at + 4] = width.to_bytes(4, "little")
    (tmp_path / "photo").write_bytes(whole)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == DAMAGED


def test_complaints_that_are_no_text():
    # Damaged files get quoted in them; so does the name here.
    with pytest.raises(pyvips.Error, match="nowhere"):
        pyvips.Source.new_from_file(b"/nowhere/\xff\xfe")


def test_a_damaged_profile_does_not_make_the_photo_damaged(tmp_path):
    broken = bytearray(table_profile(5))
    broken[broken.find(b"mft2") + 8 :] = b"\xff" * 40
    for icc in (table_profile(5)[:-200], bytes(broken)):
        (tmp_path / "photo").write_bytes(by_tifffile(rgb_picture(), iccprofile=icc))
        photo = read_photo(tmp_path / "photo")
        measure_lightness(photo)
        np.testing.assert_array_equal(photo.pixels, rgb_picture())


def whole_and_damaged(tmp_path, whole, damaged):
    """The first reads, the other one is damaged, and both look alike to the libraries."""
    (tmp_path / "photo").write_bytes(whole)
    read_photo(tmp_path / "photo")
    (tmp_path / "photo").write_bytes(damaged)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.values["reason"] == DAMAGED


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_gif_that_holds_a_part_of_its_pixels(tmp_path, interlace):
    whole = by_pillow(gray_picture(), "GIF", interlace=interlace)
    at = whole.index(b"\x2c", 13 + 3 * 256)
    # One row more on the screen, in the frame, and none in the data.
    taller = (49).to_bytes(2, "little")
    damaged = whole[:8] + taller + whole[10 : at + 7] + taller + whole[at + 9 :]
    whole_and_damaged(tmp_path, whole, damaged)


def packed_bmp(rows):
    """A BMP file of 48 rows of 64 gray pixels, by run lengths."""
    plain = by_pillow(gray_picture(), "BMP")
    start = int.from_bytes(plain[10:14], "little")
    runs = b"".join(b"\x40%c\0\0" % row for row in range(rows)) + b"\0\1"
    return plain[:30] + (1).to_bytes(4, "little") + plain[34:start] + runs


def test_a_bmp_that_holds_a_part_of_its_rows(tmp_path):
    whole_and_damaged(tmp_path, packed_bmp(48), packed_bmp(30))


@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_deflated_pixels_that_unpack_into_others(tmp_path, tile):
    # Stored without compression, so that a changed byte still unpacks.
    options = {"compression": "zlib", "compressionargs": {"level": 0}, "photometric": "rgb"}
    whole = by_tifffile(rgb_picture(), tile=tile, **options)
    damaged = bytearray(whole)
    with tifffile.TiffFile(io.BytesIO(whole)) as tiff:
        damaged[tiff.pages[0].dataoffsets[-1] + 100] ^= 1
    whole_and_damaged(tmp_path, whole, bytes(damaged))


def test_a_profile_that_was_cut_off_is_missed(tmp_path):
    whole = by_tifffile(rgb_picture(), iccprofile=table_profile(5))
    with tifffile.TiffFile(io.BytesIO(whole)) as tiff:
        at = tiff.pages[0].tags[34675].offset + 8
    # Its bytes come to lie behind the pixels, at the end, which is then cut off.
    moved = whole[:at] + len(whole).to_bytes(4, "little") + whole[at + 4 :] + table_profile(5)
    path = tmp_path / "photo"
    path.write_bytes(moved)
    assert read_photo(path).source.notices == ()
    path.write_bytes(moved[:-9])
    photo = read_photo(path)
    assert photo.source.icc is None
    assert photo.source.notices == (PROFILE_LEFT_ASIDE,)


@pytest.mark.parametrize("value", [0x7F800001, 0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF])
def test_floats_that_are_no_numbers_raise_no_warning(tmp_path, value):
    pixels = rgb_picture(8, 8).astype(np.float32) / 255
    pixels[2, 3, 1:] = np.array(value, np.uint32).view(np.float32)
    (tmp_path / "photo").write_bytes(by_tifffile(pixels, photometric="rgb"))
    L = measure_lightness(read_photo(tmp_path / "photo")).L
    assert np.isfinite(L).all()
