"""EXIF, XMP and IPTC on their way from file to file, judged by Pillow and tifffile."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image, IptcImagePlugin

from engine.photo.embed import AFTER_JPEG_START, metadata_for_jpeg
from engine.photo.exif import fitted_exif
from engine.photo.ifd import BadDirectory, Tags
from engine.photo.losses import NO_ALPHA_IN_JPEG, TOO_LARGE_FOR_JPEG
from engine.photo.metadata import DAMAGED_EXIF, PHOTOSHOP, carried_metadata, photoshop_resource
from engine.photo.read import read_photo
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import (
    by_pillow,
    by_tifffile,
    exif_block,
    gray_picture,
    iptc_records,
    jpeg_with_segments,
    rgb_picture,
    xmp_packet,
)


def photo_with_everything(tmp_path, orientation=6):
    jpeg = jpeg_with_segments(
        by_pillow(gray_picture(), "JPEG"),
        (0xE1, b"Exif\0\0" + exif_block(orientation)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(orientation)),
        (0xED, PHOTOSHOP + photoshop_resource(iptc_records())),
    )
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg)
    return read_photo(path)


def colored(photo):
    return Rendition(np.repeat(photo.pixels, 3, axis=2))


def test_reading_takes_the_orientation_out(tmp_path):
    photo = photo_with_everything(tmp_path)
    metadata = dict(photo.source.metadata)
    exif = Image.Exif()
    exif.load(metadata["exif-data"])
    assert exif[0x010F] == "Camera Works"
    assert exif[0x0112] == 1
    details = exif.get_ifd(0x8769)
    assert (details[0xA001], details[0xA002], details[0xA003]) == (0xFFFF, 48, 64)
    assert exif.get_ifd(1) == {}  # the preview
    assert metadata["xmp-data"] == xmp_packet(1)
    assert metadata["iptc-data"] == iptc_records()


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_exif_and_xmp_arrive(tmp_path, suffix):
    photo = photo_with_everything(tmp_path)
    saved = write_photo(colored(photo), photo, tmp_path / f"out{suffix}")
    with Image.open(saved.path) as image:
        assert image.size == (48, 64)
        assert image.getexif()[0x010F] == "Camera Works"
        assert image.getexif().get(0x0112, 1) == 1
        xmp = image.info["xmp"] if suffix == ".jpg" else image.info["XML:com.adobe.xmp"].encode()
        assert xmp == xmp_packet(1)
    assert saved.notices == ()
    again = read_photo(saved.path)
    assert again.source.metadata == carried_metadata(dict(photo.source.metadata), (64, 48), True)


def test_iptc_arrives_in_jpeg(tmp_path):
    photo = photo_with_everything(tmp_path)
    saved = write_photo(colored(photo), photo, tmp_path / "out.jpg")
    with Image.open(saved.path) as image:
        assert IptcImagePlugin.getiptcinfo(image)[(2, 120)] == b"A street in spring"


def test_xmp_and_iptc_arrive_in_tiff(tmp_path):
    photo = photo_with_everything(tmp_path)
    saved = write_photo(colored(photo), photo, tmp_path / "out.tif")
    assert saved.notices == ()
    with tifffile.TiffFile(saved.path) as tiff:
        tags = tiff.pages[0].tags
        assert tags["XMP"].value == xmp_packet(1)
        assert bytes(tags["IPTCNAA"].value) == iptc_records()
        assert tags.get("Orientation") is None or tags["Orientation"].value == 1
    assert dict(read_photo(saved.path).source.metadata)["iptc-data"] == iptc_records()


def test_no_metadata_gives_none_and_no_notice(tmp_path):
    (tmp_path / "a.png").write_bytes(by_pillow(gray_picture(), "PNG"))
    photo = read_photo(tmp_path / "a.png")
    assert photo.source.metadata == ()
    for suffix in (".jpg", ".png", ".tif"):
        saved = write_photo(colored(photo), photo, tmp_path / f"out{suffix}")
        assert saved.notices == ()
        assert read_photo(saved.path).source.metadata == ()


def test_transparency_is_missed_in_jpeg_only_if_there_was_some(tmp_path):
    for alpha, notices in ((gray_picture(), (NO_ALPHA_IN_JPEG,)), (gray_picture() * 0 + 255, ())):
        (tmp_path / "a.png").write_bytes(by_pillow(np.dstack([rgb_picture(), alpha]), "PNG"))
        photo = read_photo(tmp_path / "a.png")
        assert write_photo(Rendition(photo.pixels), photo, tmp_path / "o.jpg").notices == notices


def embed_in_jpeg(jpeg, metadata, pixels_per_mm):
    segments, left_out = metadata_for_jpeg(metadata, pixels_per_mm)
    return jpeg[:AFTER_JPEG_START] + segments + jpeg[AFTER_JPEG_START:], left_out


def test_a_block_too_large_for_jpeg_is_left_out():
    jpeg = by_pillow(gray_picture(), "JPEG")
    data, left_out = embed_in_jpeg(jpeg, {"exif-data": bytes(65_528)}, (3.0, 3.0))
    assert left_out
    assert len(data) == len(jpeg) + 18
    assert "too large" in TOO_LARGE_FOR_JPEG
    data, left_out = embed_in_jpeg(jpeg, {"exif-data": bytes(65_527)}, (1e9, 1e-9))
    assert not left_out
    Image.open(io.BytesIO(data)).load()


@pytest.mark.parametrize("order", ["<", ">"])
def test_damaged_exif_is_mended_or_left_out(order):
    block = exif_block(6, order)
    rng = np.random.default_rng(2)
    for cut in range(0, len(block), 7):
        fitted_exif(block[:cut], (48, 64))
    for _ in range(300):
        broken = bytearray(block)
        for at in rng.integers(0, 140, 3):
            broken[at] = rng.integers(256)
        result = fitted_exif(bytes(broken), (48, 64))
        assert result is None or len(result) <= len(block)
    assert fitted_exif(b"Exif\0\0", (48, 64)) is None
    assert fitted_exif(b"MM\0*\0\0\0\0", (48, 64)) is None


def test_sizes_that_do_not_fit_stay():
    fitted = fitted_exif(exif_block(), (70_000, 70_000))
    tags = Tags(fitted)
    details = tags.directory(tags.number(next(tags.pages()), 0x8769))
    assert tags.number(details, 0xA002) == 70_000  # a LONG
    assert tags.number(details, 0xA003) == 48  # a SHORT


def test_iptc_in_all_its_wrappings():
    records = iptc_records(b"Ten lettrs")[:-1] + b"s\0"
    assert len(records) % 4 == 0
    swapped = np.frombuffer(records, "<u4").astype(">u4").tobytes()
    other = b"8BIM\x04\x25\x03abc\0\0\0\x10" + bytes(16)
    for block in (records, swapped, PHOTOSHOP + photoshop_resource(records)):
        assert dict(carried_metadata({"iptc-data": block}, (1, 1)))["iptc-data"] == records
    for mark in (b"8BIM", b"MeSa"):  # Photoshop's, and ImageReady's
        wrapped = {"photoshop-data": mark + other[4:] + photoshop_resource(records)}
        assert dict(carried_metadata(wrapped, (1, 1)))["iptc-data"] == records
    for cut in range(60):
        carried_metadata({"iptc-data": photoshop_resource(records)[:cut]}, (1, 1))


def test_links_in_a_circle_end():
    data = by_tifffile(gray_picture())
    tags = Tags(data)
    first = next(tags.pages())
    looped = bytearray(data)
    start = int.from_bytes(data[4:8], "little")
    looped[first.next_at : first.next_at + 4] = start.to_bytes(4, "little")
    assert len(list(Tags(bytes(looped)).pages())) == 1
    with pytest.raises(BadDirectory):
        Tags(b"II*")
    with pytest.raises(BadDirectory):
        Tags(b"II\x00\x00\x00\x00\x00\x00")


@pytest.mark.parametrize(
    ("block", "notices"),
    [
        (exif_block(), ()),
        (exif_block()[:20], (DAMAGED_EXIF,)),
        (b"II*\0\xff\xff\xff\xff", (DAMAGED_EXIF,)),
        (bytes(30), ()),
        (b"", ()),
    ],
)
def test_damaged_exif_is_told(tmp_path, block, notices):
    path = tmp_path / "photo.jpg"
    path.write_bytes(
        jpeg_with_segments(by_pillow(gray_picture(), "JPEG"), (0xE1, b"Exif\0\0" + block))
    )
    photo = read_photo(path)
    assert photo.source.notices == notices
    assert bool(photo.source.metadata) is (block == exif_block())
