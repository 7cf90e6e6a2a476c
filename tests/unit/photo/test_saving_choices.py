"""Formats, depths, color spaces and other choices for a result, judged by other readers."""

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image, ImageCms

from engine.cancel import CancelToken
from engine.color.rgb import SRGB_SPACE
from engine.composition import Composition
from engine.edits import Edits
from engine.errors import Cancelled, TooLargeForFormat
from engine.photo.embed import AFTER_PNG_HEADER, metadata_for_png
from engine.photo.lightness import measure_lightness
from engine.photo.losses import EIGHT_BITS, NO_IPTC, TWELVE_BITS, depth_for, losses
from engine.photo.naming import WRITABLE
from engine.photo.options import SaveOptions
from engine.photo.read import read_photo
from engine.photo.spaces import OWN_NOT_WRITABLE, space_for
from engine.photo.write import write_photo
from engine.photo.xmp import properties_of
from engine.values import AbPlanes, Rendition
from tests.support.pictures import (
    by_pillow,
    by_tifffile,
    gray_picture,
    iptc_records,
    photo_of,
    rgb_picture,
    xmp_packet,
)

ICC = Path(__file__).parents[2] / "data/icc"
ADOBE = (ICC / "AdobeCompat-v2.icc").read_bytes()
PROPHOTO = (ICC / "ProPhoto-v4.icc").read_bytes()


def composed(photo, depth=8, choice="own", chroma=12.0):
    """The photo with some color that every space holds where it is not too light or dark."""
    lightness = measure_lightness(photo)
    h, w = photo.size
    ab = np.full((2, h, w), chroma, np.float32)
    planes = AbPlanes(np.ascontiguousarray(lightness.L), ab)
    space, _ = space_for(photo, choice)
    return Composition(lightness, planes, Edits(), depth, space)


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_webp_and_avif_are_read_alike_by_pillow(tmp_path, suffix):
    picture = rgb_picture()
    saved = write_photo(Rendition(picture), photo_of(gray_picture()), tmp_path / f"out{suffix}")
    assert saved.notices == ()
    with Image.open(saved.path) as image:
        difference = np.abs(np.asarray(image.convert("RGB")).astype(int) - picture)
        assert image.info["icc_profile"]
    assert difference.mean() < 6


def test_webp_without_loss(tmp_path):
    picture = rgb_picture()
    options = SaveOptions(lossless=True)
    write_photo(
        Rendition(picture), photo_of(gray_picture()), tmp_path / "a.webp", "unique", options
    )
    with Image.open(tmp_path / "a.webp") as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_webp_without_loss_keeps_what_lies_under_transparency(tmp_path):
    picture = rgb_picture()
    alpha = np.full(picture.shape[:2], 255, np.uint8)
    alpha[::2] = 0
    photo = replace(photo_of(gray_picture()), alpha=alpha)
    options = SaveOptions(lossless=True)
    write_photo(Rendition(picture), photo, tmp_path / "a.webp", "unique", options)
    with Image.open(tmp_path / "a.webp") as image:
        np.testing.assert_array_equal(np.asarray(image), np.dstack([picture, alpha]))


def test_avif_keeps_twelve_of_sixteen_bits(tmp_path):
    photo = photo_of(gray_picture(depth=16))
    saved = write_photo(composed(photo, 16), photo, tmp_path / "out.avif")
    assert saved.notices == (TWELVE_BITS,)
    assert pyvips.Image.new_from_file(str(saved.path)).get("heif-bitdepth") == 12


@pytest.mark.parametrize("icc", [ADOBE, PROPHOTO], ids=["Adobe RGB", "ProPhoto RGB"])
@pytest.mark.parametrize(("suffix", "depth"), [(".tif", 16), (".png", 16), (".png", 8)])
def test_an_rgb_photo_keeps_its_profile_and_its_lightness(tmp_path, icc, suffix, depth):
    photo = photo_of(rgb_picture(depth=depth), icc)
    saved = write_photo(composed(photo, depth), photo, tmp_path / f"out{suffix}")
    again = read_photo(saved.path)
    assert again.source.icc == icc
    off = np.abs(measure_lightness(again).L - measure_lightness(photo).L)
    assert off.max() < (0.01 if depth == 16 else 0.5)


def test_littlecms_sees_the_same_color_whatever_the_space(tmp_path):
    photo = photo_of(np.full((20, 20, 1), 128, np.uint8))
    labs = []
    for choice in ("srgb", "display-p3", "adobe-rgb", "prophoto-rgb"):
        path = write_photo(composed(photo, 8, choice, 20.0), photo, tmp_path / "a.png").path
        with Image.open(path) as image:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
            lab = ImageCms.createProfile("LAB", 5000)
            to_lab = ImageCms.buildTransform(profile, lab, "RGB", "LAB", 1)
            pixel = np.asarray(ImageCms.applyTransform(image, to_lab))[10, 10]
        labs.append(pixel.astype(np.int8).astype(int) * [1, 1, 1] + [256 * (pixel[0] > 127), 0, 0])
    assert np.ptp(np.array(labs), axis=0).max() <= 2


def test_gray_photos_become_srgb_unless_another_space_is_chosen():
    gray = photo_of(gray_picture(), (ICC / "sGrey-v4.icc").read_bytes())
    assert space_for(gray, "own") == (SRGB_SPACE, ())
    assert space_for(gray, "adobe-rgb")[0].name == "Adobe RGB (1998)"
    assert space_for(photo_of(rgb_picture(), ADOBE), "srgb") == (SRGB_SPACE, ())


def test_a_profile_of_tables_is_not_written_in_and_that_is_told(monkeypatch):
    monkeypatch.setattr("engine.photo.spaces.space_of_profile", lambda *_: None)
    assert space_for(photo_of(rgb_picture(), ADOBE), "own") == (SRGB_SPACE, (OWN_NOT_WRITABLE,))


def test_what_pads_a_profile_is_not_carried_on(tmp_path):
    path = tmp_path / "padded.tif"
    path.write_bytes(by_tifffile(rgb_picture(), iccprofile=ADOBE + bytes(500) + b"x" + bytes(419)))
    photo = read_photo(path)
    assert photo.source.icc == ADOBE
    saved = write_photo(composed(photo, 8), photo, tmp_path / "out.png")
    assert read_photo(saved.path).source.icc == ADOBE


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, b"\0\0\xff\xfc"), (64, b"\xff"), (136, b"\x7f"), (140, b"\x7f")],
    ids=["its length", "its intent", "where a tag lies", "a tag's length"],
)
def test_a_profile_that_writers_turn_down_is_read_but_not_written_in(tmp_path, at, value):
    damaged = bytearray(ADOBE)
    damaged[at : at + len(value)] = value
    (tmp_path / "photo.tif").write_bytes(by_tifffile(rgb_picture(), iccprofile=bytes(damaged)))
    photo = read_photo(tmp_path / "photo.tif")
    assert photo.source.icc == damaged
    assert space_for(photo, "own") == (SRGB_SPACE, (OWN_NOT_WRITABLE,))


def test_what_is_lost_is_known_before(tmp_path):
    photo = photo_of(gray_picture(depth=16))
    photo = replace(photo, source=replace(photo.source, metadata=(("iptc-data", iptc_records()),)))
    plain = SaveOptions()
    assert losses(photo, "jpeg", plain) == (EIGHT_BITS,)
    assert losses(photo, "webp", plain) == (EIGHT_BITS, NO_IPTC)
    assert losses(photo, "webp", SaveOptions(depth=8, metadata=False)) == ()
    assert losses(photo, "tiff", plain) == losses(photo, "png", plain) == ()
    assert depth_for(photo, "tiff", plain) == depth_for(photo, "avif", plain) == 16
    assert depth_for(photo, "tiff", SaveOptions(depth=8)) == depth_for(photo, "jpeg", plain) == 8
    assert depth_for(photo_of(gray_picture()), "png", SaveOptions(depth=16)) == 16


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ("own", "Photographer's Adobe RGB"),
        ("srgb", "sRGB IEC61966-2.1"),
        ("display-p3", "Display P3"),
    ],
)
def test_metadata_names_the_profile_that_is_in_the_file(tmp_path, choice, name):
    space = "{http://ns.adobe.com/photoshop/1.0/}ICCProfile"
    packet = xmp_packet().replace(
        b"tiff:Or",
        b"xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' "
        b'photoshop:ICCProfile="Photographer\'s Adobe RGB" tiff:Or',
    )
    path = tmp_path / "photo.png"
    plain = by_pillow(rgb_picture(), "PNG", icc_profile=ADOBE)
    chunks = metadata_for_png({"xmp-data": packet}, None)
    path.write_bytes(plain[:AFTER_PNG_HEADER] + chunks + plain[AFTER_PNG_HEADER:])
    photo = read_photo(path)
    saved = write_photo(composed(photo, choice=choice), photo, tmp_path / "out.png")
    again = dict(read_photo(saved.path).source.metadata)
    assert properties_of(again["xmp-data"])[space] == name


@pytest.mark.parametrize("suffix", sorted(WRITABLE))
def test_metadata_may_be_left_out(tmp_path, suffix):
    photo = photo_of(gray_picture())
    source = replace(photo.source, metadata=(("iptc-data", iptc_records()),))
    photo = replace(photo, source=source)
    target = tmp_path / f"out{suffix}"
    saved = write_photo(
        Rendition(rgb_picture()), photo, target, "unique", SaveOptions(metadata=False)
    )
    assert saved.notices == ()
    assert read_photo(saved.path).source.metadata == ()


def test_the_time_of_the_original_can_be_kept(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    os.utime(path, (1e9, 1e9))
    photo = read_photo(path)
    for keep in (True, False):
        target = tmp_path / f"{keep}.png"
        write_photo(Rendition(rgb_picture()), photo, target, "unique", SaveOptions(keep_time=keep))
        assert (target.stat().st_mtime == 1e9) is keep


def test_quality_and_compression(tmp_path):
    photo, colored = photo_of(gray_picture()), Rendition(rgb_picture())
    sizes = []
    for quality in (30, 95):
        path = tmp_path / f"{quality}.jpg"
        write_photo(colored, photo, path, "unique", SaveOptions(quality=quality))
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1]
    names = {"none": "NONE", "lzw": "LZW", "deflate": "ADOBE_DEFLATE"}
    for compression, name in names.items():
        path = tmp_path / f"{compression}.tif"
        write_photo(colored, photo, path, "unique", SaveOptions(tiff_compression=compression))
        with tifffile.TiffFile(path) as tiff:
            assert tiff.pages[0].compression.name == name
            np.testing.assert_array_equal(tiff.asarray(), colored.pixels)
    with pytest.raises(ValueError, match="quality"):
        SaveOptions(quality=0)


def test_webp_has_a_longest_side(tmp_path):
    wide = np.zeros((2, 16_384, 3), np.uint8)
    with pytest.raises(TooLargeForFormat, match=r"WEBP.*16383"):
        write_photo(Rendition(wide), photo_of(wide[..., :1].copy()), tmp_path / "a.webp")
    assert not list(tmp_path.iterdir())


def test_saving_can_be_cancelled_between_strips(tmp_path):
    cancel = CancelToken()

    class Slow(Rendition):
        def rows(self, rows):
            cancel.cancel()
            return super().rows(rows)

    tall = np.zeros((5000, 1000, 3), np.uint8)
    photo = photo_of(tall[..., :1].copy())
    with pytest.raises(Cancelled):
        write_photo(Slow(tall), photo, tmp_path / "a.tif", "unique", SaveOptions(), cancel)
    assert not list(tmp_path.iterdir())


def test_what_fails_while_rows_are_made_is_raised(tmp_path):
    class Broken(Rendition):
        def rows(self, rows):
            raise MemoryError("no room")

    photo = photo_of(gray_picture())
    for suffix in sorted(WRITABLE):
        with pytest.raises(MemoryError):
            write_photo(Broken(rgb_picture()), photo, tmp_path / f"a{suffix}")
    assert not list(tmp_path.iterdir())
