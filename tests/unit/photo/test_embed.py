"""Metadata put into JPEG, PNG, WebP and AVIF files, judged by Pillow, libvips and ExifTool."""

import io
import struct

import numpy as np
import pytest
import pyvips
from PIL import Image, IptcImagePlugin

from engine.photo.embed import (
    AFTER_JPEG_START,
    AFTER_PNG_HEADER,
    metadata_for_jpeg,
    metadata_for_png,
)
from engine.photo.embed_avif import put_exif_in_avif
from engine.photo.embed_webp import BadWebp, put_metadata_in_webp
from engine.photo.extended_xmp import joined_packet, split_packet
from engine.photo.heif_items import extents_of, items_of, meta_boxes
from engine.photo.packet import BadPacket
from engine.photo.xmp import Array, properties_of, with_properties
from tests.support.exiftool import needs_exiftool, tags_of
from tests.support.pictures import (
    by_pillow,
    exif_block,
    gray_picture,
    iptc_records,
    rgb_picture,
    xmp_packet,
)

EVERYTHING = {
    "exif-data": exif_block(),
    "xmp-data": xmp_packet(1),
    "iptc-data": b"\x1c\x01\x5a\0\x03\x1b%G" + iptc_records("Grüße aus dem Frühling".encode()),
}
SUBJECT = "{http://purl.org/dc/elements/1.1/}subject"
HISTORY = "{http://ns.adobe.com/photoshop/1.0/}History"


def jpeg_with(metadata):
    jpeg = by_pillow(gray_picture(), "JPEG")[:2] + by_pillow(gray_picture(), "JPEG")[20:]  # no JFIF
    segments, left_out = metadata_for_jpeg(metadata, (11.811, 11.811))
    return jpeg[:AFTER_JPEG_START] + segments + jpeg[AFTER_JPEG_START:], left_out


def png_with(metadata, pixels_per_mm=(11.811, 11.811)):
    png = by_pillow(gray_picture(), "PNG")
    chunks = metadata_for_png(metadata, pixels_per_mm)
    return png[:AFTER_PNG_HEADER] + chunks + png[AFTER_PNG_HEADER:]


def large_packet():
    """140 KB in three large properties and a small one."""
    texts = {f"{HISTORY}{number}": f"{number} & so on. " * 5_000 for number in range(3)}
    return with_properties(xmp_packet(1), {**texts, SUBJECT: Array("Bag", ("spring", "街道"))})


def test_jpeg_carries_all_three():
    data, left_out = jpeg_with(EVERYTHING)
    assert not left_out
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.info["dpi"] == (300, 300)
        assert image.info["exif"] == b"Exif\0\0" + EVERYTHING["exif-data"]
        assert image.info["xmp"] == EVERYTHING["xmp-data"]
        assert IptcImagePlugin.getiptcinfo(image)[2, 120].decode() == "Grüße aus dem Frühling"


def test_exif_too_large_for_jpeg_is_left_out_and_told():
    assert not jpeg_with({"exif-data": bytes(65_527)})[1]
    data, left_out = jpeg_with({**EVERYTHING, "exif-data": bytes(65_528)})
    assert left_out
    with Image.open(io.BytesIO(data)) as image:
        assert "exif" not in image.info
        assert image.info["xmp"] == EVERYTHING["xmp-data"]


def test_large_xmp_goes_into_several_segments(tmp_path):
    packet = large_packet()
    assert len(packet) > 140_000
    main, extended = split_packet(packet, 65_502)
    assert len(main) <= 65_502
    assert properties_of(joined_packet(main, extended)) == properties_of(packet)
    data, left_out = jpeg_with({"xmp-data": packet})
    assert not left_out
    Image.open(io.BytesIO(data)).load()
    assert data.count(b"http://ns.adobe.com/xmp/extension/\0") == -(-len(extended) // 65_400)


def test_padding_is_dropped_before_xmp_is_split():
    padded = xmp_packet(1).replace(b"<?xpacket end", b" " * 70_000 + b"<?xpacket end")
    main, extended = split_packet(padded, 65_502)
    assert extended == b""
    assert properties_of(main) == properties_of(xmp_packet(1))


def test_large_damaged_xmp_is_left_out_and_told():
    assert jpeg_with({"xmp-data": b"<x:xmpmeta" + b" " * 70_000 + b"<"})[1]
    with pytest.raises(BadPacket):
        split_packet(with_properties(b"", {}), 100)  # nothing in it that could go elsewhere


@needs_exiftool
def test_exiftool_reads_large_xmp_and_iptc(tmp_path):
    captions = b"".join(
        b"\x1c\x02\x19" + struct.pack(">H", 60) + f"keyword {number:052}".encode()
        for number in range(1500)
    )
    path = tmp_path / "large.jpg"
    path.write_bytes(jpeg_with({"xmp-data": large_packet(), "iptc-data": captions})[0])
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["XMP-photoshop:History2"] == "2 & so on. " * 5_000
    assert tags["XMP-dc:Subject"] == ["spring", "街道"]
    assert len(tags["IPTC:Keywords"]) == 1500


def test_png_carries_all_three():
    with Image.open(io.BytesIO(png_with(EVERYTHING))) as image:
        image.load()
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.info["exif"] == b"Exif\0\0" + EVERYTHING["exif-data"]  # Pillow's prefix
        assert image.info["xmp"] == EVERYTHING["xmp-data"]
        profile = image.text["Raw profile type iptc"]
    name, size, *lines = profile.split("\n")[1:]
    assert name == "iptc"
    block = bytes.fromhex("".join(lines))
    assert len(block) == int(size)
    assert EVERYTHING["iptc-data"] in block
    assert "dpi" not in Image.open(io.BytesIO(png_with(EVERYTHING, None))).info


@needs_exiftool
@pytest.mark.parametrize("make", [jpeg_with, png_with])
def test_exiftool_reads_all_three(tmp_path, make):
    data = make(EVERYTHING)
    path = tmp_path / "file"
    path.write_bytes(data[0] if isinstance(data, tuple) else data)
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["IFD0:Make"] == "Camera Works"
    assert tags["XMP-tiff:Orientation"] == "Horizontal (normal)"
    assert tags["IPTC:Caption-Abstract"] == "Grüße aus dem Frühling"


def webp(lossless, alpha=False, icc=False):
    pixels = np.dstack([rgb_picture(), gray_picture()]) if alpha else rgb_picture()
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    if icc:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", pyvips.Image.profile_load("p3"))
    data: bytes = image.webpsave_buffer(lossless=lossless, keep="icc")
    return data


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("icc", [False, True])
def test_webp_carries_exif_and_xmp(tmp_path, lossless, alpha, icc):
    plain = webp(lossless, alpha, icc)
    metadata = {name: EVERYTHING[name] for name in ("exif-data", "xmp-data")}
    data = put_metadata_in_webp(plain, metadata)
    with Image.open(io.BytesIO(data)) as image, Image.open(io.BytesIO(plain)) as before:
        assert image.mode == before.mode
        np.testing.assert_array_equal(np.asarray(image), np.asarray(before))
        assert image.info["exif"] == EVERYTHING["exif-data"]
        assert image.info["xmp"] == EVERYTHING["xmp-data"]
        assert ("icc_profile" in image.info) == icc
    by_vips = pyvips.Image.new_from_buffer(data, "")
    assert by_vips.get("xmp-data") == EVERYTHING["xmp-data"]
    assert put_metadata_in_webp(data, metadata) == data  # replaced, not doubled
    for cut in range(0, len(data) - 1, 31):
        with pytest.raises(BadWebp):
            put_metadata_in_webp(data[:cut], {})


@needs_exiftool
def test_exiftool_reads_webp(tmp_path):
    path = tmp_path / "a.webp"
    path.write_bytes(put_metadata_in_webp(webp(lossless=False), EVERYTHING))
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["IFD0:Make"] == "Camera Works"
    assert tags["XMP-tiff:Orientation"] == "Horizontal (normal)"
    assert tags["File:ImageWidth" if "File:ImageWidth" in tags else "RIFF:ImageWidth"] == 64


def avif(**blocks):
    image = pyvips.Image.new_from_array(rgb_picture()).copy(interpretation="srgb")
    for name, block in blocks.items():
        image.set_type(pyvips.GValue.blob_type, f"{name}-data", block)
    data: bytes = image.heifsave_buffer(compression="av1", effort=0, keep="icc|exif|xmp")
    return data


@pytest.mark.parametrize("exif", [b"", exif_block()])
def test_avif_gets_its_exif_whole(tmp_path, exif):
    plain = avif(xmp=xmp_packet(1), **({"exif": exif} if exif else {}))
    block = exif_block() + bytes(range(256))
    data, left_out = put_exif_in_avif(plain, block)
    assert not left_out
    again = pyvips.Image.new_from_buffer(data, "")
    assert again.get("exif-data") == b"Exif\0\0" + block
    assert again.get("xmp-data") == xmp_packet(1)
    np.testing.assert_array_equal(again.numpy(), pyvips.Image.new_from_buffer(plain, "").numpy())
    inside = meta_boxes(data)
    assert [item.kind for item in items_of(data, inside)] == [b"av01", b"Exif", b"mime"]
    assert len(extents_of(data, inside)) == 3


@needs_exiftool
def test_exiftool_reads_avif(tmp_path):
    path = tmp_path / "a.avif"
    path.write_bytes(put_exif_in_avif(avif(xmp=xmp_packet(1)), exif_block())[0])
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["IFD0:Make"] == "Camera Works"
    assert tags["XMP-tiff:Orientation"] == "Horizontal (normal)"


def test_no_place_for_exif_in_avif_is_told():
    for data in (b"", b"no AVIF file", avif()[:100]):
        assert put_exif_in_avif(data, exif_block()) == (data, True)
