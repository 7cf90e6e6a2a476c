"""write_photo, judged by Pillow and tifffile."""

import io
import os
import stat
import threading
import time
import zlib

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image, ImageCms

from engine.color.icc import SRGB, luminance_model
from engine.errors import CannotWrite, SameAsSource, TooLargeForFormat, UnknownFormat
from engine.photo import write
from engine.photo.lightness import measure_lightness
from engine.photo.read import read_photo
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import by_pillow, by_tifffile, gray_picture, photo_of, rgb_picture


@pytest.fixture
def photo(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "photo.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG", dpi=(300, 300)))
    return read_photo(path)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".tif", ".TIFF"])
@pytest.mark.parametrize("depth", [8, 16])
def test_lossless_formats_keep_every_value(tmp_path, photo, suffix, depth):
    picture = rgb_picture(depth=depth)
    saved = write_photo(Rendition(picture), photo, tmp_path / f"out{suffix}")
    assert saved.path == tmp_path / f"out{suffix}"
    assert saved.notices == ()
    np.testing.assert_array_equal(read_photo(saved.path).pixels, picture)
    if suffix.lower().startswith(".tif"):
        with tifffile.TiffFile(saved.path) as tiff:
            page = tiff.pages[0]
            assert page.photometric == tifffile.PHOTOMETRIC.RGB
            np.testing.assert_array_equal(undone_by_hand(saved.path), picture)
    elif depth == 8:
        with Image.open(saved.path) as image:
            assert image.mode == "RGB"
            np.testing.assert_array_equal(np.asarray(image), picture)


def undone_by_hand(path):
    """Pixels of a deflated TIFF file: tifffile finds them, but lacks the codecs."""
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        rows = []
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
            tiff.filehandle.seek(offset)
            raw = zlib.decompress(tiff.filehandle.read(count))
            rows.append(np.frombuffer(raw, page.dtype).reshape(-1, page.imagewidth, 3))
        differences = np.concatenate(rows)
    assert page.predictor == tifffile.PREDICTOR.HORIZONTAL
    return np.cumsum(differences, axis=1, dtype=page.dtype)


def test_jpeg_is_of_high_quality(tmp_path, photo):
    saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.jpg")
    with Image.open(saved.path) as image:
        assert image.format == "JPEG"
        assert [component[1:3] for component in image.layer] == [(1, 1)] * 3  # 4:4:4
        expected = Image.open(io.BytesIO(by_pillow(rgb_picture(), "JPEG", quality=95)))
        assert image.quantization == expected.quantization
        assert np.abs(np.asarray(image).astype(int) - rgb_picture()).mean() < 4
    with pytest.raises(ValueError, match="8 bits"):
        write_photo(Rendition(rgb_picture(depth=16)), photo, tmp_path / "out16.jpg")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_is_tagged_as_srgb(tmp_path, photo, suffix):
    saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / f"out{suffix}")
    with Image.open(saved.path) as image:
        icc = image.info["icc_profile"]
    name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    assert "sRGB" in name
    assert luminance_model(icc) is SRGB
    again = read_photo(saved.path)
    assert again.source.icc == icc
    np.testing.assert_array_equal(
        measure_lightness(again).L, measure_lightness(photo_of(again.pixels)).L
    )


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_resolution_is_restored(tmp_path, photo, suffix):
    saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / f"out{suffix}")
    with Image.open(saved.path) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    plain = write_photo(Rendition(rgb_picture()), photo_of(gray_picture()), tmp_path / f"b{suffix}")
    with Image.open(plain.path) as image:
        assert image.info["dpi"] == pytest.approx((72, 72), abs=0.1)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize(("before", "after"), [(8, 8), (8, 16), (16, 8), (16, 16)])
def test_alpha_is_restored(tmp_path, suffix, before, after):
    alpha = gray_picture(depth=before)
    alpha[0, 0], alpha[0, 1] = 0, 2**before - 1
    data = by_tifffile(
        np.dstack([rgb_picture(depth=before), alpha]),
        photometric="rgb",
        extrasamples=["unassalpha"],
    )
    (tmp_path / "in.tif").write_bytes(data)
    photo = read_photo(tmp_path / "in.tif")
    picture = rgb_picture(depth=after)
    saved = write_photo(Rendition(picture), photo, tmp_path / f"out{suffix}")
    again = read_photo(saved.path)
    np.testing.assert_array_equal(again.pixels, picture)
    expected = alpha / (2**before - 1) * (2**after - 1)
    assert np.abs(again.alpha - expected).max() <= 0.5
    if suffix == ".tif":
        with tifffile.TiffFile(saved.path) as tiff:
            assert tiff.pages[0].extrasamples == (tifffile.EXTRASAMPLE.UNASSALPHA,)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_same_input_gives_the_same_bytes(tmp_path, photo, suffix):
    first = write_photo(Rendition(rgb_picture()), photo, tmp_path / f"a{suffix}").path.read_bytes()
    time.sleep(1.1)  # the finest time that any of the formats holds is a second
    second = write_photo(Rendition(rgb_picture()), photo, tmp_path / f"b{suffix}").path.read_bytes()
    assert first == second
    assert b"tIME" not in first
    if suffix == ".tif":
        with tifffile.TiffFile(io.BytesIO(first)) as tiff:
            assert "DateTime" not in tiff.pages[0].tags


def test_unique_skip_and_overwrite(tmp_path, photo):
    target = tmp_path / "out.png"
    target.write_bytes(b"another's")
    one, two = Rendition(rgb_picture()), Rendition(rgb_picture()[::-1].copy())
    assert write_photo(one, photo, target).path == tmp_path / "out-2.png"
    assert write_photo(one, photo, target, "unique").path == tmp_path / "out-3.png"
    assert write_photo(one, photo, target, "skip") is None
    assert target.read_bytes() == b"another's"
    assert write_photo(two, photo, target, "overwrite").path == target
    np.testing.assert_array_equal(read_photo(target).pixels, two.pixels)
    assert names(tmp_path) == ["out-2.png", "out-3.png", "out.png"]


@pytest.mark.parametrize("on_conflict", ["unique", "skip"])
@pytest.mark.parametrize("links", [True, False])
def test_racing_writers_never_overwrite(tmp_path, photo, on_conflict, links, monkeypatch):
    if not links:
        monkeypatch.setattr(os, "link", refuse_link)
    pictures = [np.full((48, 64, 3), 20 * i, np.uint8) for i in range(8)]
    results: list[object] = [None] * 8
    start = threading.Barrier(8)

    def save(i):
        start.wait()
        results[i] = write_photo(Rendition(pictures[i]), photo, tmp_path / "out.png", on_conflict)

    threads = [threading.Thread(target=save, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = [(i, result) for i, result in enumerate(results) if result is not None]
    assert len(saved) == (8 if on_conflict == "unique" else 1)
    assert len({result.path for _, result in saved}) == len(saved)
    for i, result in saved:
        np.testing.assert_array_equal(read_photo(result.path).pixels, pictures[i])
    assert len(names(tmp_path)) == len(saved)


def refuse_link(*_args, **_options):
    raise PermissionError(1, "Operation not permitted")


def test_file_systems_without_hard_links(tmp_path, photo, monkeypatch):
    monkeypatch.setattr(os, "link", refuse_link)
    for name in ("out.png", "out-2.png"):
        saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.png")
        assert saved.path == tmp_path / name
        np.testing.assert_array_equal(read_photo(saved.path).pixels, rgb_picture())
    assert names(tmp_path) == ["out-2.png", "out.png"]


@pytest.mark.parametrize("on_conflict", ["unique", "skip", "overwrite"])
@pytest.mark.parametrize("way", ["itself", "symlink", "hard link", "dots"])
def test_the_original_is_never_written_over(tmp_path, photo, on_conflict, way):
    source = photo.source.path
    before = source.read_bytes()
    target = tmp_path / "other.png"
    if way == "itself":
        target = source
    elif way == "symlink":
        target.symlink_to(source)
    elif way == "hard link":
        os.link(source, target)
    else:
        target = source.parent / ".." / "in" / source.name
    with pytest.raises(SameAsSource):
        write_photo(Rendition(rgb_picture()), photo, target, on_conflict)
    assert source.read_bytes() == before


def test_a_target_that_became_the_original_meanwhile(tmp_path, photo, monkeypatch):
    target = tmp_path / "out.png"
    encode = write.encode

    def move_then_encode(*args):
        os.link(photo.source.path, target)
        return encode(*args)

    monkeypatch.setattr(write, "encode", move_then_encode)
    with pytest.raises(SameAsSource):
        write_photo(Rendition(rgb_picture()), photo, target, "overwrite")


def test_a_source_that_is_gone_is_no_obstacle(tmp_path, photo):
    photo.source.path.unlink()
    assert write_photo(Rendition(rgb_picture()), photo, photo.source.path) is not None


@pytest.mark.parametrize("name", ["out", "out.heic", "out.jpg.bak", ".png"])
def test_unknown_suffix(tmp_path, photo, name):
    with pytest.raises(UnknownFormat):
        write_photo(Rendition(rgb_picture()), photo, tmp_path / name)


@pytest.mark.parametrize("on_conflict", ["unique", "skip", "overwrite"])
def test_folders_that_do_not_work(tmp_path, photo, on_conflict):
    (tmp_path / "file").touch()
    for target in (
        tmp_path / "gone" / "out.png",
        tmp_path / "file" / "out.png",
        tmp_path / ("x" * 300 + ".png"),
        tmp_path / "nu\0ll.png",
    ):
        with pytest.raises(CannotWrite):
            write_photo(Rendition(rgb_picture()), photo, target, on_conflict)
    assert names(tmp_path) == ["file"]


def test_a_folder_in_the_way(tmp_path, photo):
    (tmp_path / "out.png").mkdir()
    with pytest.raises(CannotWrite):
        write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.png", "overwrite")
    assert write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.png", "skip") is None
    saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.png")
    assert saved.path == tmp_path / "out-2.png"
    assert names(tmp_path) == ["out-2.png"]


@pytest.mark.parametrize("size", [(8, 65_501), (65_536, 8)])
def test_too_long_for_jpeg(tmp_path, size):
    rendition, photo = Rendition(np.zeros((*size, 3), np.uint8)), photo_of(np.zeros(size, np.uint8))
    with pytest.raises(TooLargeForFormat, match=f"{size[1]} × {size[0]}.*65500.*PNG or TIFF"):
        write_photo(rendition, photo, tmp_path / "out.jpg")
    assert names(tmp_path) == []
    for suffix in (".png", ".tif"):
        saved = write_photo(rendition, photo, tmp_path / f"out{suffix}")
        assert read_photo(saved.path).size == size


def test_just_short_enough_for_jpeg(tmp_path):
    size = (8, write._MOST_SIDE["jpeg"])
    rendition, photo = Rendition(np.zeros((*size, 3), np.uint8)), photo_of(np.zeros(size, np.uint8))
    saved = write_photo(rendition, photo, tmp_path / "out.jpg")
    assert read_photo(saved.path).size == size


def test_alpha_smaller_than_the_picture_is_a_bug(tmp_path):
    small = np.dstack([rgb_picture(10, 10), gray_picture(10, 10)])
    data = by_pillow(small, "PNG")
    (tmp_path / "in.png").write_bytes(data)
    photo = read_photo(tmp_path / "in.png")
    with pytest.raises(ValueError, match="alpha of shape"):
        write_photo(Rendition(rgb_picture(12, 10)), photo, tmp_path / "out.png")


@pytest.mark.skipif(os.name == "nt", reason="Unix permissions")
def test_umask_is_honored(tmp_path, photo):
    old = os.umask(0o027)
    try:
        saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / "out.png")
    finally:
        os.umask(old)
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o640


def test_a_dangling_link_is_replaced_not_followed(tmp_path, photo):
    target = tmp_path / "out.png"
    target.symlink_to(tmp_path / "in" / "elsewhere.png")
    assert write_photo(Rendition(rgb_picture()), photo, target).path == tmp_path / "out-2.png"
    assert write_photo(Rendition(rgb_picture()), photo, target, "overwrite").path == target
    assert not target.is_symlink()
    assert names(tmp_path / "in") == ["photo.png"]


@pytest.mark.parametrize("name", ["a[1].jpg", "größe 漢字 🎞.png", "a[Q=1].tif", "a%20b.png"])
def test_any_name(tmp_path, photo, name):
    saved = write_photo(Rendition(rgb_picture()), photo, tmp_path / name)
    assert names(tmp_path) == [name]
    assert read_photo(saved.path).size == (48, 64)


def test_srgb_profile_is_the_same_bytes_everywhere():
    assert pyvips.Image.profile_load("srgb") == pyvips.Image.profile_load("srgb")
