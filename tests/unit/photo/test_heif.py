"""HEIC files, made with pillow-heif outside this project (see tests/data/SOURCES.md)."""

import importlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from engine.color.icc import luminance_model
from engine.errors import UnreadablePhoto, UnsupportedPhoto
from engine.photo import heif
from engine.photo.boxes import boxes, check_whole
from engine.photo.decode import SEVERAL_PAGES
from engine.photo.decoded import DAMAGED, HEIC, TOO_EARLY, TOO_LARGE, Undecodable
from engine.photo.formats import NOT_READ
from engine.photo.read import read_photo
from tests.support.pictures import by_pillow, rgb_picture

FILES = Path(__file__).parents[2] / "data" / "heic"


def made(channels: int, bits: int = 8) -> np.ndarray:
    """What the files hold: ramps to the right, downwards, along the diagonal, and to the left."""
    y, x = np.mgrid[:32, :48]
    ramps = np.stack([x / 47, y / 31, (x + y) / 78, 1 - x / 47], axis=-1)[..., :channels]
    if bits == 8:
        return np.rint(ramps * 255).astype(np.uint8)
    codes = np.rint(ramps * 65535).astype(int) >> (16 - bits)
    return np.rint(codes * (65535 / (2**bits - 1))).astype(np.uint16)


@pytest.mark.parametrize(
    ("name", "channels", "bits"),
    [("gray-8", 1, 8), ("rgb-8", 3, 8), ("gray-10", 1, 10), ("rgb-10", 3, 10), ("rgb-12", 3, 12)],
)
def test_is_read_exactly_at_every_depth(name, channels, bits):
    photo = read_photo(FILES / f"{name}.heic")
    assert photo.alpha is None
    assert photo.source.format == "heic"
    np.testing.assert_array_equal(photo.pixels, made(channels, bits))


@pytest.mark.parametrize(("name", "bits"), [("rgba-8", 8), ("rgba-10", 10)])
def test_alpha_is_kept_apart(name, bits):
    photo = read_photo(FILES / f"{name}.heic")
    both = np.dstack([photo.pixels, photo.alpha])
    np.testing.assert_array_equal(both, made(4, bits))


@pytest.mark.parametrize(
    ("number", "turn"),
    [
        (3, Image.Transpose.ROTATE_180),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_270),
        (8, Image.Transpose.ROTATE_90),
    ],
)
def test_is_put_upright_once(number, turn):
    photo = read_photo(FILES / f"turned-{number}.heic")
    expected = np.asarray(Image.fromarray(made(3)).transpose(turn))
    np.testing.assert_array_equal(photo.pixels, expected)
    metadata = dict(photo.source.metadata)
    exif = Image.Exif()
    exif.load(metadata["exif-data"])
    assert exif[0x0112] == 1
    assert b'Orientation="1"' in metadata["xmp-data"]
    assert photo.source.icc is not None
    assert luminance_model(photo.source.icc) is not None


def test_colors_told_in_numbers_become_a_profile():
    icc = read_photo(FILES / "p3-nclx.heic").source.icc
    assert icc is not None
    # Display P3's share of green, against sRGB's 0.715. Source: SMPTE EG 432-1.
    assert luminance_model(icc).weights[1] == pytest.approx(0.6917, abs=2e-4)
    assert read_photo(FILES / "rgb-8.heic").source.icc is None


def test_high_dynamic_range_is_refused():
    with pytest.raises(UnsupportedPhoto) as info:
        read_photo(FILES / "pq.heic")
    assert info.value.values["reason"] == NOT_READ["hdr"]


def test_several_pictures_are_noticed():
    photo = read_photo(FILES / "two.heic")
    assert SEVERAL_PAGES in photo.source.notices
    np.testing.assert_array_equal(photo.pixels, made(3))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.95, 0.999])
def test_a_cut_file_is_not_read(tmp_path, share):
    data = (FILES / "rgb-8.heic").read_bytes()
    path = tmp_path / "cut.heic"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadablePhoto):
        read_photo(path)


def test_pixel_count_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr("engine.photo.decoded._most_pixels", 48 * 32 - 1)
    with pytest.raises(Undecodable) as info:
        heif.decode_heic((FILES / "rgb-8.heic").read_bytes())
    assert info.value.reason == TOO_LARGE


def test_without_the_library_others_are_read(tmp_path, monkeypatch):
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UnsupportedPhoto) as info:
        read_photo(FILES / "rgb-8.heic")
    assert info.value.values["reason"] == HEIC
    avif = tmp_path / "photo.avif"
    avif.write_bytes(by_pillow(rgb_picture(), "AVIF", quality=100))
    assert read_photo(avif).size == (48, 64)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def uncompressed_heif() -> bytes:
    """4 x 2 gray pixels. Source: ISO/IEC 23001-17."""
    properties = box(
        b"ipco",
        box(b"ispe", struct.pack(">III", 0, 4, 2))
        + box(b"cmpd", struct.pack(">IH", 1, 0))
        + box(b"uncC", bytes(8) + struct.pack(">IHBBB", 1, 0, 7, 0, 0) + bytes(19)),
    )
    owners = box(b"ipma", struct.pack(">IIHBBBB", 0, 1, 1, 3, 1, 0x82, 0x83))

    def meta(at: int) -> bytes:
        return box(
            b"meta",
            bytes(4)
            + box(b"hdlr", bytes(8) + b"pict" + bytes(13))
            + box(b"pitm", struct.pack(">IH", 0, 1))
            + box(b"iloc", struct.pack(">IBBHHHHII", 0, 0x44, 0, 1, 1, 0, 1, at, 8))
            + box(
                b"iinf",
                struct.pack(">IH", 0, 1)
                + box(b"infe", struct.pack(">BBHHH4sB", 2, 0, 0, 1, 0, b"unci", 0)),
            )
            + box(b"iprp", properties + owners),
        )

    kind = box(b"ftyp", b"mif1" + bytes(4) + b"mif1heif")
    return kind + meta(len(kind) + len(meta(0)) + 8) + box(b"mdat", bytes(range(8)))


def test_uncompressed_heif_gets_one_sentence(tmp_path):
    path = tmp_path / "plain.heif"
    path.write_bytes(uncompressed_heif())
    with pytest.raises(UnsupportedPhoto) as info:
        read_photo(path)
    assert str(info.value).count("cannot be read") == 1


def test_gray_avif_stays_gray(tmp_path):
    path = tmp_path / "gray.avif"
    gray = rgb_picture()[..., 0]
    path.write_bytes(by_pillow(gray, "AVIF", quality=100, subsampling="4:0:0"))
    photo = read_photo(path)
    reference = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("L"), int)
    assert photo.pixels.shape == (48, 64, 1)
    assert np.abs(photo.pixels[..., 0].astype(int) - reference).max() <= 1


def test_gray_of_video_levels_is_stretched(tmp_path):
    # The file holds 16 for black and 235 for white, and says so.
    pixels = read_photo(FILES / "gray-video-8.heic").pixels
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert np.abs(pixels.astype(int) - made(1)).max() <= 1
    path = tmp_path / "gray.avif"
    gray = rgb_picture()[..., 0]
    options = {"quality": 100, "subsampling": "4:0:0", "range": "limited"}
    path.write_bytes(by_pillow(gray, "AVIF", **options))
    reference = np.asarray(Image.open(path).convert("L"), int)
    assert np.abs(read_photo(path).pixels[..., 0].astype(int) - reference).max() <= 1


@pytest.mark.parametrize("bits", [10, 12])
def test_white_of_deep_avif_is_white(tmp_path, bits):
    picture = np.zeros((32, 48, 3), np.uint16)
    picture[:, 24:] = 65535
    image = pyvips.Image.new_from_array(picture).copy(interpretation="rgb16")
    path = tmp_path / "photo.avif"
    options = {"bitdepth": bits, "lossless": True, "compression": "av1"}
    path.write_bytes(image.heifsave_buffer(**options))
    pixels = read_photo(path).pixels
    assert pixels.dtype == np.uint16
    assert (pixels[:, :16] == 0).all()
    assert (pixels[:, 32:] == 65535).all()


def test_boxes_that_reach_beyond_the_end():
    whole = box(b"ftyp", b"abcd") + box(b"mdat", bytes(20))
    assert [one.kind for one in boxes(whole)] == [b"ftyp", b"mdat"]
    check_whole(whole)
    for cut in (1, 19, 25):
        with pytest.raises(Undecodable) as info:
            check_whole(whole[:-cut])
        assert info.value.reason == TOO_EARLY
    open_ended = box(b"ftyp", b"abcd") + struct.pack(">I4s", 0, b"mdat") + bytes(5)
    check_whole(open_ended)
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + bytes(4)
    check_whole(large)
    with pytest.raises(Undecodable):
        check_whole(large[:-1])


@pytest.mark.parametrize("text", [b"application/rdf", b"Exif", b"hvc1"])
def test_a_kind_that_is_no_text_is_damage(tmp_path, text):
    data = (FILES / "turned-6.heic").read_bytes()
    at = data.index(text)
    path = tmp_path / "photo.heic"
    path.write_bytes(data[:at] + b"\x86\x96\xff\xfe" + data[at + 4 :])
    with pytest.raises(UnreadablePhoto) as info:
        read_photo(path)
    assert info.value.values["reason"] == DAMAGED
