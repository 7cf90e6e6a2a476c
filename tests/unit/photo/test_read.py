"""read_photo, judged by Pillow and tifffile."""

import io
import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image, ImageCms, ImageOps

from engine.cancel import CancelToken
from engine.errors import (
    Cancelled,
    FolderNotPhoto,
    ForbiddenPhoto,
    MissingPhoto,
    TooLargePhoto,
    TooManyPixels,
    UnreadablePhoto,
    UnsupportedPhoto,
)
from engine.photo import heif
from engine.photo.camera_raw import NOT_DEVELOPED
from engine.photo.channels import upright
from engine.photo.color_tags import Cicp
from engine.photo.decode import (
    CHANNEL_LEFT_OUT,
    CMYK_CONVERTED,
    PROFILE_LEFT_ASIDE,
    RGB_PROFILE_OF_GRAY,
    SEVERAL_PAGES,
)
from engine.photo.decoded import (
    BIT_DEPTH,
    COMPRESSION,
    NO_MEMORY,
    TOO_LARGE,
    UNSUPPORTED,
    Decoded,
)
from engine.photo.formats import NOT_READ
from engine.photo.lightness import measure_lightness
from engine.photo.read import EMPTY, FORBIDDEN, MISSING, NO_PHOTO, read_photo
from tests.support.pictures import (
    ICC,
    by_pillow,
    by_tifffile,
    exif_block,
    gray_gamma_profile,
    gray_picture,
    rgb_picture,
    table_profile,
)


def saved(folder: Path, data: bytes, name: str = "photo.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def pillow_pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        array = np.asarray(image)
    return array[..., None] if array.ndim == 2 else array


def reason_of(path: Path) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(path)
    kinds = {
        UnsupportedPhoto: {*NOT_READ.values(), UNSUPPORTED, BIT_DEPTH, COMPRESSION, NOT_DEVELOPED},
        TooManyPixels: {TOO_LARGE},
        TooLargePhoto: {NO_MEMORY},
        MissingPhoto: {MISSING},
        ForbiddenPhoto: {FORBIDDEN},
    }
    fitting = (kind for kind, reasons in kinds.items() if caught.value.values["reason"] in reasons)
    assert type(caught.value) is next(fitting, UnreadablePhoto)
    assert caught.value.values["name"] == path.name
    reason = caught.value.values["reason"]
    told = reason.replace("{most}", str(caught.value.values["most"]))
    assert str(caught.value).startswith(f"“{path.name}” cannot be read: {told}.")
    return str(reason)


@pytest.mark.parametrize("picture", [gray_picture(), rgb_picture()], ids=["gray", "rgb"])
@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "quality": 100, "subsampling": 0}),
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_deflate"}),
        ("BMP", {}),
        ("PPM", {}),
        ("GIF", {}),
    ],
)
def test_reads_8_bit_as_pillow_does(tmp_path, picture, file_format, options):
    data = by_pillow(picture, file_format, **options)
    photo = read_photo(saved(tmp_path, data))
    assert photo.source.depth == 8
    assert photo.alpha is None
    assert photo.source.notices == ()
    expected = pillow_pixels(data)
    if file_format == "GIF":  # a palette
        with Image.open(io.BytesIO(data)) as image:
            expected = np.asarray(image.convert("RGB"))
    assert photo.pixels.dtype == np.uint8
    np.testing.assert_array_equal(np.broadcast_to(photo.pixels, expected.shape), expected)


@pytest.mark.parametrize("lossless", [True, False])
def test_reads_webp(tmp_path, lossless):
    data = by_pillow(rgb_picture(), "WEBP", lossless=lossless)
    photo = read_photo(saved(tmp_path, data))
    np.testing.assert_array_equal(photo.pixels, pillow_pixels(data))


def test_reads_avif(tmp_path):
    data = by_pillow(rgb_picture(), "AVIF", quality=100, subsampling="4:4:4")
    photo = read_photo(saved(tmp_path, data))
    assert photo.source.format == "heif"
    assert np.abs(photo.pixels.astype(int) - rgb_picture()).mean() < 1


@pytest.mark.parametrize("picture", [gray_picture(depth=16), rgb_picture(depth=16)])
@pytest.mark.parametrize(
    "options",
    [{}, {"byteorder": ">"}, {"tile": (16, 16)}, {"bigtiff": True}, {"rowsperstrip": 5}],
)
def test_reads_16_bit_tiff_exactly(tmp_path, picture, options):
    data = by_tifffile(picture, photometric="rgb" if picture.ndim == 3 else None, **options)
    photo = read_photo(saved(tmp_path, data))
    assert photo.source.depth == 16
    np.testing.assert_array_equal(photo.pixels.squeeze(), picture)


def test_reads_16_bit_planar_tiff(tmp_path):
    picture = rgb_picture(depth=16)
    planes = np.ascontiguousarray(np.moveaxis(picture, -1, 0))
    data = by_tifffile(planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read_photo(saved(tmp_path, data)).pixels, picture)


def test_reads_16_bit_png_exactly(tmp_path):
    gray = gray_picture(depth=16)
    photo = read_photo(saved(tmp_path, by_pillow(gray, "PNG")))
    assert photo.source.depth == 16
    np.testing.assert_array_equal(photo.pixels[..., 0], gray)


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_floating_point_is_linear_light(tmp_path, kind):
    linear = np.linspace(0, 1.5, 48 * 64 * 3).reshape(48, 64, 3).astype(kind)
    photo = read_photo(saved(tmp_path, by_tifffile(linear, photometric="rgb")))
    clipped = linear.clip(0, 1).astype(np.float64)
    encoded = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    assert photo.source.depth == 16
    assert np.abs(photo.pixels / 65535 - encoded).max() < 1e-4


def test_floating_point_with_a_profile_is_encoded_by_it(tmp_path):
    values = np.linspace(0, 1, 48 * 64 * 3).reshape(48, 64, 3).astype(np.float32)
    icc = (ICC / "AdobeCompat-v2.icc").read_bytes()
    data = by_tifffile(values, photometric="rgb", iccprofile=icc)
    photo = read_photo(saved(tmp_path, data))
    assert photo.source.icc == icc
    assert np.abs(photo.pixels / 65535 - values).max() < 1e-5


@pytest.mark.parametrize("top", [255, 65535, 3000])
def test_floating_point_with_whole_numbers_is_scaled(tmp_path, top):
    values = (np.linspace(0, top, 48 * 64).reshape(48, 64)).astype(np.float32)
    values[3, 3] = np.nan
    photo = read_photo(saved(tmp_path, by_tifffile(values)))
    white = 255 if top == 255 else 65535
    assert photo.pixels.max() == round(65535 * top / white)
    assert photo.pixels[3, 3] == 0


@pytest.mark.parametrize("kind", [np.uint32, np.int16, np.int32])
def test_other_whole_numbers_become_16_bit(tmp_path, kind):
    top = np.iinfo(kind).max
    values = np.linspace(0, top, 48 * 64).reshape(48, 64).astype(kind)
    photo = read_photo(saved(tmp_path, by_tifffile(values)))
    assert np.abs(photo.pixels[..., 0] - values / top * 65535).max() <= 1


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP", "PPM"])
def test_bilevel_is_black_and_white(tmp_path, file_format):
    bits = gray_picture() > 128
    data = by_pillow(bits, file_format)
    photo = read_photo(saved(tmp_path, data))
    expected = np.where(bits, 255, 0)[..., None]
    np.testing.assert_array_equal(photo.pixels, np.broadcast_to(expected, photo.pixels.shape))


def test_white_may_be_zero_in_tiff(tmp_path):
    gray = gray_picture()
    data = by_tifffile(gray, photometric="miniswhite")
    np.testing.assert_array_equal(read_photo(saved(tmp_path, data)).pixels[..., 0], 255 - gray)


def test_a_depth_no_library_has_is_refused(tmp_path):
    data = with_tag(by_tifffile(gray_picture(depth=16)), "BitsPerSample", 17)
    path = saved(tmp_path, data)
    assert reason_of(path) == BIT_DEPTH
    with pytest.raises(UnsupportedPhoto, match="Save it as an 8- or 16-bit TIFF or PNG"):
        read_photo(path)


def test_a_compression_no_library_has_is_refused(tmp_path):
    data = with_tag(by_tifffile(gray_picture()), "Compression", 32908)
    assert reason_of(saved(tmp_path, data)) == COMPRESSION


def with_tag(tiff: bytes, name: str, value: int) -> bytes:
    """The file with another number in a tag."""
    with tifffile.TiffFile(io.BytesIO(tiff)) as file:
        at = file.pages[0].tags[name].valueoffset
    return tiff[:at] + value.to_bytes(2, "little") + tiff[at + 2 :]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_palette_becomes_rgb(tmp_path, file_format):
    buffer = io.BytesIO()
    image = Image.fromarray(rgb_picture()).quantize(32)
    image.save(buffer, file_format)
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_kept_apart(tmp_path, mode, file_format):
    image = Image.fromarray(rgb_picture()).convert(mode)
    image.putalpha(Image.fromarray(gray_picture()[::-1]))
    buffer = io.BytesIO()
    image.save(buffer, file_format)
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    np.testing.assert_array_equal(photo.alpha, gray_picture()[::-1])
    np.testing.assert_array_equal(photo.pixels, np.asarray(image)[..., :-1])


def test_premultiplied_alpha_is_taken_out(tmp_path):
    picture, alpha = rgb_picture(depth=16), gray_picture(depth=16) | 0x8000
    stored = np.rint(picture * (alpha[..., None] / 65535)).astype(np.uint16)
    data = by_tifffile(np.dstack([stored, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    photo = read_photo(saved(tmp_path, data))
    np.testing.assert_array_equal(photo.alpha, alpha)
    assert np.abs(photo.pixels.astype(int) - picture).max() <= 1


def test_a_saved_selection_is_no_alpha(tmp_path):
    data = by_tifffile(
        np.dstack([rgb_picture(), gray_picture()]), photometric="rgb", extrasamples=["unspecified"]
    )
    photo = read_photo(saved(tmp_path, data))
    assert photo.alpha is None
    assert photo.source.notices == (CHANNEL_LEFT_OUT,)
    np.testing.assert_array_equal(photo.pixels, rgb_picture())


def test_transparent_color_of_png_becomes_alpha(tmp_path):
    buffer = io.BytesIO()
    Image.fromarray(gray_picture()).save(buffer, "PNG", transparency=100)
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    np.testing.assert_array_equal(photo.alpha == 0, gray_picture() == 100)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_is_put_upright_once(tmp_path, orientation, file_format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    options = {"lossless": True} if file_format == "WEBP" else {}
    Image.fromarray(rgb_picture()).save(buffer, file_format, exif=exif, **options)
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    with Image.open(buffer) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(photo.pixels, expected)
    assert photo.pixels.flags.c_contiguous
    carried = dict(photo.source.metadata).get("exif-data")
    if carried is not None:
        read_back = Image.Exif()
        read_back.load(carried)
        assert read_back.get(0x0112, 1) == 1


def test_alpha_is_put_upright_too():
    numbers = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(upright(numbers, 6), [[3, 0], [4, 1], [5, 2]])
    np.testing.assert_array_equal(upright(numbers, 8), [[2, 5], [1, 4], [0, 3]])
    np.testing.assert_array_equal(upright(numbers, 99), numbers)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_profile_is_kept(tmp_path, file_format):
    icc = (ICC / "AdobeCompat-v2.icc").read_bytes()
    photo = read_photo(saved(tmp_path, by_pillow(rgb_picture(), file_format, icc_profile=icc)))
    assert photo.source.icc == icc
    assert photo.source.notices == ()


@pytest.mark.parametrize(
    "icc",
    [b"", b"nonsense", (ICC / "AdobeCompat-v2.icc").read_bytes()[:200], gray_gamma_profile()],
    ids=["empty", "nonsense", "cut", "gray"],
)
def test_unusable_profile_is_left_aside(tmp_path, icc):
    photo = read_photo(saved(tmp_path, by_pillow(rgb_picture(), "TIFF", icc_profile=icc)))
    assert photo.source.icc is None
    assert photo.source.notices == ((PROFILE_LEFT_ASIDE,) if icc else ())


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF"])
def test_gray_photo_leaves_rgb_profile_aside(tmp_path, file_format):
    icc = (ICC / "sRGB-v2-micro.icc").read_bytes()
    photo = read_photo(saved(tmp_path, by_pillow(gray_picture(), file_format, icc_profile=icc)))
    assert photo.source.icc is None
    assert photo.source.notices == (RGB_PROFILE_OF_GRAY,)


@pytest.mark.parametrize("with_numbers", [False, True])
def test_gray_avif_leaves_rgb_profile_aside(tmp_path, with_numbers, monkeypatch):
    icc = (ICC / "sRGB-v2-micro.icc").read_bytes()
    data = by_pillow(gray_picture(), "AVIF", subsampling="4:0:0", quality=100, icc_profile=icc)
    if with_numbers:  # no writer at hand gives both
        monkeypatch.setattr(heif, "_cicp", lambda _: Cicp(12, 13))
    photo = read_photo(saved(tmp_path, data))
    assert photo.pixels.shape[2] == 1
    assert photo.source.icc is None
    assert photo.source.notices == (RGB_PROFILE_OF_GRAY,)


@pytest.mark.parametrize("notice", [PROFILE_LEFT_ASIDE, RGB_PROFILE_OF_GRAY])
def test_numbers_do_not_stand_in_for_a_profile_left_aside(notice):
    one_channel = Decoded(gray_picture()[..., None], None, notices=(notice,))
    told = heif._profile_that_counts(one_channel, Cicp(12, 13), gray=True)
    assert told == (None, (notice,))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF"])
def test_a_damaged_profile_of_a_gray_photo_is_called_that(tmp_path, file_format):
    icc = (ICC / "AdobeCompat-v2.icc").read_bytes()[:200]
    photo = read_photo(saved(tmp_path, by_pillow(gray_picture(), file_format, icc_profile=icc)))
    assert photo.source.icc is None
    assert photo.source.notices == (PROFILE_LEFT_ASIDE,)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(tmp_path, file_format):
    icc = pyvips.Image.profile_load("cmyk")
    inks = Image.fromarray(np.dstack([rgb_picture(), gray_picture() // 3]), "CMYK")
    buffer = io.BytesIO()
    inks.save(buffer, file_format, icc_profile=icc)
    with Image.open(buffer) as stored:
        expected = ImageCms.profileToProfile(
            stored,
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    assert photo.source.icc is None
    assert photo.source.notices == (CMYK_CONVERTED,)
    assert np.abs(photo.pixels.astype(int) - np.asarray(expected)).max() <= 2


def test_several_pages_give_the_first_and_a_notice(tmp_path):
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(gray_picture())
        writer.write(gray_picture()[:10])
    photo = read_photo(saved(tmp_path, buffer.getvalue()))
    np.testing.assert_array_equal(photo.pixels[..., 0], gray_picture())
    assert photo.source.notices == (SEVERAL_PAGES,)


def test_a_preview_behind_the_photo_is_no_page(tmp_path):
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(gray_picture())
        writer.write(gray_picture()[::4, ::4], subfiletype=1)
    assert read_photo(saved(tmp_path, buffer.getvalue())).source.notices == ()


def test_raw_data_is_not_mistaken_for_its_preview(tmp_path):
    path = saved(tmp_path, by_tifffile(gray_picture(), subfiletype=1), "photo.nef")
    assert reason_of(path) == NOT_DEVELOPED


@pytest.mark.parametrize(
    ("file_format", "options"),
    [("JPEG", {}), ("PNG", {}), ("TIFF", {"resolution_unit": 2})],
)
def test_resolution_is_kept(tmp_path, file_format, options):
    data = by_pillow(gray_picture(), file_format, dpi=(300, 150), **options)
    resolution = read_photo(saved(tmp_path, data)).source.pixels_per_mm
    assert resolution == pytest.approx((300 / 25.4, 150 / 25.4), rel=1e-4)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_no_resolution_is_none(tmp_path, file_format):
    data = by_pillow(gray_picture(), file_format)
    assert read_photo(saved(tmp_path, data)).source.pixels_per_mm is None


def test_resolution_lies_down_with_the_photo(tmp_path):
    data = by_tifffile(gray_picture(), resolution=(300, 150), extratags=[(274, 3, 1, 6, True)])
    resolution = read_photo(saved(tmp_path, data)).source.pixels_per_mm
    assert resolution == pytest.approx((150 / 25.4, 300 / 25.4), rel=1e-4)


@pytest.mark.parametrize(
    "name",
    [
        "a[1].jpg",
        "a[page=1].tif",
        "größe 漢字 🎞.png",
        "no suffix",
        "photo.pdf",
        "-x.jpg",
        "a%20b.jpg",
    ],
)
def test_opens_by_content_whatever_the_name(tmp_path, name):
    folder = tmp_path / "box[n=-1] é"
    folder.mkdir()
    photo = read_photo(saved(folder, by_pillow(gray_picture(), "PNG"), name))
    np.testing.assert_array_equal(photo.pixels[..., 0], gray_picture())
    assert photo.source.path.name == name


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_opens_a_name_that_is_no_unicode(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    assert read_photo(path).size == (48, 64)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", EMPTY),
        (b"BMW is a car, and this is no photo at all.", NO_PHOTO),
        (b"P5 is what a PGM file starts with.", "it is damaged"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", NO_PHOTO),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', NO_PHOTO),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", NO_PHOTO),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "it is damaged"),
        (b"\xff\x4f\xff\x51\0\x2f", "it ends too early"),
        (b"8BPS\0\1\0\0", "it ends too early"),
        (b"#?RADIANCE\n", NOT_READ["hdr"]),
    ],
)
def test_what_is_no_photo(tmp_path, data, reason):
    assert reason_of(saved(tmp_path, data, "photo.jpg")) == reason


def test_folder_missing_and_pipe(tmp_path):
    with pytest.raises(FolderNotPhoto, match=f"“{tmp_path.name}” is a folder. Choose the photos"):
        read_photo(tmp_path)
    assert reason_of(tmp_path / "gone.jpg") == MISSING
    assert reason_of(saved(tmp_path, b"x") / "below.jpg") == MISSING
    assert reason_of(tmp_path / "null\0.jpg") == MISSING
    assert reason_of(tmp_path / ("x" * 300)) == "it cannot be opened"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
        assert reason_of(tmp_path / "pipe.jpg") == NO_PHOTO


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and Unix permissions")
def test_no_permission(tmp_path):
    path = saved(tmp_path, by_pillow(gray_picture(), "JPEG"))
    path.chmod(0)
    if os.geteuid() != 0:
        assert reason_of(path) == FORBIDDEN
        return
    for folder in (tmp_path, *tmp_path.parents):  # pytest's folders are root's alone
        if "pytest" in str(folder):
            folder.chmod(0o755)
    os.seteuid(65534)
    try:
        reason = reason_of(path)
    finally:
        os.seteuid(0)
    assert reason == FORBIDDEN


def test_pixel_count_is_checked_before_decoding(tmp_path, monkeypatch):
    header = struct.pack(">2I5B", 100_000, 100_000, 8, 0, 0, 0, 0)
    chunk = (
        struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    data = by_pillow(gray_picture(), "PNG")
    assert reason_of(saved(tmp_path, data[:8] + chunk + data[33:], "bomb.png")) == TOO_LARGE
    assert reason_of(saved(tmp_path, b"P5 100000 100000 255\n", "bomb.pgm")) == TOO_LARGE
    bitmap = bytearray(by_pillow(gray_picture(), "BMP"))
    bitmap[18:26] = struct.pack("<2i", 100_000, -100_000)
    assert reason_of(saved(tmp_path, bytes(bitmap), "bomb.bmp")) == TOO_LARGE
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 64 - 1)
    for file_format in ("JPEG", "TIFF", "WEBP", "GIF"):
        path = saved(tmp_path, by_pillow(gray_picture(), file_format))
        assert reason_of(path) == TOO_LARGE


def test_cancelled_before_and_while_decoding(tmp_path):
    token = CancelToken()
    token.cancel()
    path = saved(tmp_path, by_pillow(gray_picture(), "PNG"))
    with pytest.raises(Cancelled):
        read_photo(path, token)
    noise = np.random.default_rng(1).integers(0, 256, (4000, 4000, 3), np.uint8)
    large = saved(tmp_path, by_pillow(noise, "JPEG", quality=98), "large.jpg")
    token = CancelToken()
    threading.Timer(0.03, token.cancel).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        read_photo(large, token)
    assert time.monotonic() - start < 5


def test_an_unset_token_changes_nothing(tmp_path):
    path = saved(tmp_path, by_pillow(rgb_picture(), "JPEG"))
    np.testing.assert_array_equal(read_photo(path, CancelToken()).pixels, read_photo(path).pixels)


def test_arrays_are_read_only(tmp_path):
    photo = read_photo(saved(tmp_path, by_pillow(gray_picture(), "PNG")))
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0] = 1


def test_exif_in_tiff_order_of_either_kind(tmp_path):
    for order in "<>":
        data = by_pillow(gray_picture(), "JPEG", exif=b"Exif\0\0" + exif_block(6, order))
        photo = read_photo(saved(tmp_path, data))
        assert photo.size == (64, 48)


_PEAK = """
import sys
from pathlib import Path
from engine import read_photo

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

read_photo(Path(sys.argv[1]))
before = peak()
read_photo(Path(sys.argv[2]))
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory's peak is Linux's")
def test_memory_holds_the_file_once_and_its_pixels_once(tmp_path):
    small = saved(tmp_path, by_tifffile(gray_picture(), photometric="minisblack"), "small.tif")
    large = np.zeros((6000, 8000), np.uint8)
    path = saved(tmp_path, by_tifffile(large, photometric="minisblack"), "large.tif")
    command = [sys.executable, "-c", _PEAK, str(small), str(path)]
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2.4 * large.nbytes


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("gray", [True, False])
@pytest.mark.parametrize("orientation", [1, 6])
def test_lightness_measured_while_reading_is_the_same(tmp_path, name, gray, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = gray_picture() if gray else rgb_picture()
    path = saved(tmp_path, by_pillow(picture, name, exif=exif))
    whole, slim = read_photo(path), read_photo(path, keep="lightness")
    assert slim.size == whole.size
    assert slim.source == whole.source
    assert slim.is_gray == whole.is_gray == (gray and name != "WEBP")
    assert (slim.pixels is None) == (not slim.is_gray)
    np.testing.assert_array_equal(measure_lightness(slim).L, measure_lightness(whole).L)


@pytest.mark.parametrize("name", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_no_color_to_a_profile_of_tables(tmp_path, name):
    pixels = np.dstack([rgb_picture(), gray_picture()])
    path = saved(tmp_path, by_pillow(pixels, name, icc_profile=table_profile(9)))
    whole, slim = read_photo(path), read_photo(path, keep="lightness")
    assert slim.source == whole.source
    assert slim.source.icc == table_profile(9)
    np.testing.assert_array_equal(slim.alpha, whole.alpha)
    np.testing.assert_array_equal(measure_lightness(slim).L, measure_lightness(whole).L)
