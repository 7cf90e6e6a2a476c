"""Metadata read straight out of files of every format, made by Pillow, tifffile and ExifTool."""

import io
import struct
import zlib

import numpy as np
import pytest
import pyvips
from PIL import Image

from engine.photo.blocks import blocks_of_file
from engine.photo.embed import AFTER_PNG_HEADER, metadata_for_jpeg, metadata_for_png
from engine.photo.embed_avif import put_exif_in_avif
from engine.photo.embed_webp import put_metadata_in_webp
from engine.photo.exif_of_tiff import put_metadata_in_tiff
from engine.photo.metadata import PHOTOSHOP, carried_metadata, photoshop_resource
from engine.photo.xmp import properties_of, with_properties
from tests.support.exiftool import needs_exiftool, write_tags
from tests.support.pictures import (
    by_pillow,
    by_tifffile,
    exif_block,
    gray_picture,
    iptc_records,
    rgb_picture,
    xmp_packet,
)
from tests.support.written import box

EVERYTHING = {
    "exif-data": exif_block(),
    "xmp-data": xmp_packet(1),
    "iptc-data": iptc_records("Grüße aus 中国".encode()),
}
SIZE = (48, 64)


def carried(data, file_format):
    return dict(carried_metadata(blocks_of_file(data, file_format), SIZE))


def expected(*names):
    return dict(carried_metadata({name: EVERYTHING[name] for name in names}, SIZE))


def jpeg():
    plain = by_pillow(gray_picture(), "JPEG")
    return plain[:2] + metadata_for_jpeg(EVERYTHING, (3, 3))[0] + plain[20:]


def png():
    plain = by_pillow(gray_picture(), "PNG")
    chunks = metadata_for_png(EVERYTHING, None)
    return plain[:AFTER_PNG_HEADER] + chunks + plain[AFTER_PNG_HEADER:]


def webp():
    plain = pyvips.Image.new_from_array(rgb_picture()).webpsave_buffer(lossless=True, keep="none")
    return put_metadata_in_webp(plain, EVERYTHING)


def avif():
    image = pyvips.Image.new_from_array(rgb_picture()).copy(interpretation="srgb")
    image.set_type(pyvips.GValue.blob_type, "xmp-data", EVERYTHING["xmp-data"])
    return put_exif_in_avif(image.heifsave_buffer(compression="av1"), EVERYTHING["exif-data"])[0]


def gif():
    return by_pillow(gray_picture(), "GIF", xmp=EVERYTHING["xmp-data"])


def test_what_was_written_is_read():
    assert carried(jpeg(), "jpeg") == expected(*EVERYTHING)
    assert carried(png(), "png") == expected(*EVERYTHING)
    assert carried(webp(), "webp") == expected("exif-data", "xmp-data")
    assert carried(avif(), "heif") == expected("exif-data", "xmp-data")


def test_tiff(tmp_path):
    path = tmp_path / "a.tif"
    extra = [(700, 1, len(EVERYTHING["xmp-data"]), EVERYTHING["xmp-data"], True),
             (33723, 7, len(EVERYTHING["iptc-data"]), EVERYTHING["iptc-data"], True)]  # fmt: skip
    for big in (False, True):
        data = by_tifffile(gray_picture(), extratags=extra, bigtiff=big, metadata=None)
        path.write_bytes(data)
        put_metadata_in_tiff(path, {"exif-data": EVERYTHING["exif-data"]})
        with path.open("rb") as file:
            found = carried_metadata(blocks_of_file(file, "tiff"), SIZE)
        exif = Image.Exif()
        exif.load(dict(found)["exif-data"])
        assert exif[0x010F] == "Camera Works"
        assert dict(found)["xmp-data"] == EVERYTHING["xmp-data"]
        assert dict(found)["iptc-data"] == EVERYTHING["iptc-data"]


def test_gif():
    packet = EVERYTHING["xmp-data"]
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    extension = b"\x21\xff\x0bXMP DataXMP" + packet + trailer
    plain = by_pillow(gray_picture(), "GIF")
    assert blocks_of_file(plain[:-1] + extension + b";", "gif") == {"xmp-data": packet}
    assert blocks_of_file(plain, "gif") == {}


def test_compressed_xmp_and_other_raw_profiles_in_png():
    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    def raw(kind, block):
        lines = block.hex()
        return f"\n{kind}\n{len(block):8}\n{lines[:72]}\n{lines[72:]}\n".encode()

    packet, records = EVERYTHING["xmp-data"], EVERYTHING["iptc-data"]
    exif = b"Exif\0\0" + EVERYTHING["exif-data"]
    plain = by_pillow(gray_picture(), "PNG")
    compressed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet)
    cases = [
        ((b"iTXt", compressed), {"xmp-data": packet}),
        ((b"tEXt", b"Raw profile type xmp\0" + raw("xmp", packet)), {"xmp-data": packet}),
        ((b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(raw("generic profile", exif))),
         {}),
        ((b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw("exif", exif))),
         {"exif-data": exif}),
        ((b"tEXt", b"Raw profile type iptc\0" + raw("iptc", records)), {"iptc-data": records}),
        ((b"tEXt", b"Raw profile type 8bim\0" + raw("8bim", photoshop_resource(records))),
         {"photoshop-data": photoshop_resource(records)}),
        ((b"tEXt", b"Raw profile type iptc\0no digits"), {}),
    ]  # fmt: skip
    for (name, body), blocks in cases:
        behind = plain[:-12] + chunk(name, body) + plain[-12:]
        found = blocks_of_file(behind, "png")
        if b"APP1" not in body:
            assert found == blocks


def test_large_xmp_in_jpeg_is_one_again():
    texts = {
        f"{{http://ns.adobe.com/photoshop/1.0/}}History{n}": f"{n}. " * 9_000 for n in range(5)
    }
    packet = with_properties(xmp_packet(1), texts)
    plain = by_pillow(gray_picture(), "JPEG")
    data = plain[:2] + metadata_for_jpeg({"xmp-data": packet}, (3, 3))[0] + plain[20:]
    assert properties_of(blocks_of_file(data, "jpeg")["xmp-data"]) == properties_of(packet)


@needs_exiftool
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_what_exiftool_wrote_is_read(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(rgb_picture()).save(path)
    write_tags(path, "-EXIF:Artist=A. Nobody", "-XMP-dc:Title=中国",
               *(["-IPTC:Keywords=spring"] if suffix in ("jpg", "tif") else []))  # fmt: skip
    with path.open("rb") as file:
        blocks = blocks_of_file(file, {"jpg": "jpeg", "tif": "tiff"}.get(suffix, suffix))
    assert b"A. Nobody" in blocks["exif-data"]
    assert "中国".encode() in blocks["xmp-data"]
    if suffix in ("jpg", "tif"):
        assert b"spring" in dict(carried_metadata(blocks, SIZE))["iptc-data"]


@pytest.mark.parametrize(("make", "file_format"), [
    (jpeg, "jpeg"), (png, "png"), (webp, "webp"), (avif, "heif"), (lambda: by_tifffile(
        gray_picture(), software="someone"), "tiff"), (gif, "gif")])  # fmt: skip
def test_damaged_files_give_what_can_be_had(make, file_format):
    data = make()
    rng = np.random.default_rng(5)
    for _ in range(100):
        broken = bytearray(data[: rng.integers(0, len(data) + 1)])
        for at in rng.integers(0, max(1, min(400, len(broken))), 5):
            broken[at : at + 1] = bytes([rng.integers(256)])
        carried(bytes(broken), file_format)
    assert blocks_of_file(data, "bmp") == {}


def test_only_tags_are_read_of_large_files():
    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size=-1):
            data = super().read(size)
            self.read_bytes += len(data)
            return data

    large = np.zeros((1000, 1000, 3), np.uint8)
    for data, file_format in (
        (by_tifffile(large, photometric="rgb", software="someone"), "tiff"),
        (by_pillow(np.random.default_rng(1).integers(0, 255, large.shape, np.uint8), "PNG"), "png"),
    ):
        file = Counting(data)
        blocks_of_file(file, file_format)
        assert file.read_bytes < 2_000


def item_of_many_parts(count, size):
    """An EXIF item that is the same bytes again and again."""
    entry = box(b"infe", struct.pack(">BxxxHH4sx", 2, 1, 0, b"Exif"))
    items = box(b"iinf", struct.pack(">xxxxH", 1) + entry)
    places = (
        struct.pack(">xxxxBBHHHH", 0x44, 0, 1, 1, 0, count) + struct.pack(">II", 0, size) * count
    )
    meta = box(b"meta", bytes(4) + items + box(b"iloc", places))
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + meta + box(b"mdat", bytes(size))


def png_of_bombs(name, keyword):
    body = keyword + zlib.compress(bytes(60 << 20), 9)
    chunk = struct.pack(">I4s", len(body), name) + body + bytes(4)
    plain = by_pillow(gray_picture(), "PNG")
    return plain[:AFTER_PNG_HEADER] + chunk * 200 + plain[AFTER_PNG_HEADER:]


@pytest.mark.timeout(8)
@pytest.mark.parametrize(
    ("file_format", "make"),
    [
        ("heif", lambda: item_of_many_parts(4_000, 8 << 20)),
        ("png", lambda: png_of_bombs(b"zTXt", b"Raw profile type exif\0\0")),
        ("png", lambda: png_of_bombs(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0")),
        ("jpeg", lambda: b"\xff\xd8" + b"\xff\xe0\0\2" * (32 << 20)),
        ("jpeg", lambda: b"\xff\xd8\xff\xe0\0\2" + bytes(256 << 20)),
        ("jpeg", lambda: b"\xff\xd8" + (b"\xff\xed\xff\xff" + PHOTOSHOP + bytes(65_519)) * 1_500),
    ],
)
def test_metadata_made_to_last_is_not_read_for_long(file_format, make):
    data = make()
    assert sum(map(len, blocks_of_file(data, file_format).values())) <= max(64 << 20, len(data))


def avif_with_places(content):
    """An AVIF file with EXIF and another "iloc" box, whose pixels cannot be found any more."""
    avif = by_pillow(rgb_picture(16, 24), "AVIF", exif=exif_block())
    at, meta = avif.index(b"iloc") - 4, avif.index(b"meta") - 4
    old, size = (int.from_bytes(avif[i : i + 4], "big") for i in (at, meta))
    places = box(b"iloc", content)
    grown = (size + len(places) - old).to_bytes(4, "big")
    return avif[:meta] + grown + avif[meta + 4 : at] + places + avif[at + old :]


def test_a_block_in_very_many_parts_is_not_read_without_end():
    number = 2  # of the item for EXIF, behind the picture
    content = bytes(4) + b"\x44\0" + struct.pack(">HHHH", 1, number, 0, 65_535)
    avif = avif_with_places(content + struct.pack(">II", 0, 1 << 22) * 65_535) + bytes(1 << 22)
    blocks = blocks_of_file(avif, "heif")
    assert 0 < len(blocks["exif-data"]) <= 64 << 20


def test_parts_whose_numbers_take_no_bytes_are_not_counted_without_end():
    content = bytes(6) + struct.pack(">H", 60_000) + struct.pack(">HHH", 1, 0, 65_535) * 60_000
    assert blocks_of_file(avif_with_places(content), "heif") == {}


@pytest.mark.parametrize("size", [(1 << 63) - 16, 1 << 63, (1 << 64) - 1])
def test_boxes_larger_than_any_file(tmp_path, size):
    start = box(b"ftyp", b"avif\0\0\0\0mif1avif")
    path = tmp_path / "photo.avif"
    path.write_bytes(start + struct.pack(">I4sQ", 1, b"free", size) + bytes(99))
    with path.open("rb") as file:
        assert blocks_of_file(file, "heif") == {}


def test_a_block_farther_away_than_any_file_reaches(tmp_path):
    number = 2  # of the item for EXIF, behind the picture
    places = bytes(4) + b"\x88\0" + struct.pack(">HHHH", 1, number, 0, 1)
    path = tmp_path / "photo.avif"
    path.write_bytes(avif_with_places(places + struct.pack(">QQ", (1 << 64) - 9, 9)))
    with path.open("rb") as file:
        assert blocks_of_file(file, "heif") == {}


def test_a_packet_has_one_rest():
    def packet(local):
        return (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-'
            f'rdf-syntax-ns#"><rdf:Description rdf:about="" {local}/></rdf:RDF></x:xmpmeta>'
        ).encode()

    digests = [b"A" * 32, b"B" * 32]
    main = packet(f"xmlns:o='urn:o/' o:said='{digests[1].decode()} {digests[0].decode()}'")
    plain = by_pillow(rgb_picture(), "JPEG")
    segments = [b"http://ns.adobe.com/xap/1.0/\0" + main]
    for digest, name in zip(digests, "ab", strict=True):
        rest = packet(f"xmlns:o='urn:o/' o:{name}='1'")
        place = digest + struct.pack(">II", len(rest), 0)
        segments.append(b"http://ns.adobe.com/xmp/extension/\0" + place + rest)
    told = (struct.pack(">BBH", 0xFF, 0xE1, len(one) + 2) + one for one in segments)
    found = blocks_of_file(plain[:2] + b"".join(told) + plain[2:], "jpeg")["xmp-data"]
    assert set(properties_of(found)) == {"{urn:o/}said", "{urn:o/}a"}
