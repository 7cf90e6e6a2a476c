"""EXIF out of TIFF files and into them, judged by ExifTool, tifffile and Pillow."""

import io
import struct

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image

from engine.photo.blocks import blocks_of_file
from engine.photo.exif_of_tiff import (
    exif_block_of_tiff,
    put_metadata_in_tiff,
)
from engine.photo.ifd import BadDirectory
from engine.photo.metadata import carried_metadata
from engine.photo.read import read_photo
from tests.support.exiftool import needs_exiftool, tags_of, write_tags
from tests.support.pictures import (
    by_tifffile,
    exif_block,
    gray_picture,
    iptc_records,
    rgb_picture,
    xmp_packet,
)

MAKE, EXIF, GPS, INTEROP, NOTES = 0x010F, 0x8769, 0x8825, 0xA005, 0x927C
SHORT, LONG, TEXT, RATIONAL, UNDEFINED = 3, 4, 2, 5, 7


def directory(entries, order, at):
    """A directory at an offset; values are bytes, or whole numbers that fit into the entry."""
    end = at + 2 + 12 * len(entries) + 4
    table, values = struct.pack(f"{order}H", len(entries)), b""
    for tag, kind, count, value in entries:
        table += struct.pack(f"{order}HHI", tag, kind, count)
        if isinstance(value, int):
            table += struct.pack(
                f"{order}{'HH' if kind == SHORT else 'I'}",
                *((value, 0) if kind == SHORT else (value,)),
            )
        else:
            table += struct.pack(f"{order}I", end + len(values))
            values += value + b"\0" * (len(value) % 2)
    return table + bytes(4) + values


def rich_exif(order="<", notes=b"Our own notes, byte for byte"):
    """A block with all four directories."""
    index = directory(
        [(1, TEXT, 4, int.from_bytes(b"R98\0", "little" if order == "<" else "big"))], order, 8
    )
    interop = 8
    at = interop + len(index)
    exposure = struct.pack(f"{order}2I", 1, 250)
    details = directory(
        [(0x829A, RATIONAL, 1, exposure), (0x8827, SHORT, 1, 400),
         (NOTES, UNDEFINED, len(notes), notes), (INTEROP, LONG, 1, interop)],
        order, at)  # fmt: skip
    degrees = struct.pack(f"{order}6I", 47, 1, 22, 1, 30, 1)
    gps_at = at + len(details)
    place = directory(
        [(1, TEXT, 2, ord("N") if order == "<" else ord("N") << 24), (2, RATIONAL, 3, degrees)],
        order,
        gps_at,
    )
    main_at = gps_at + len(place)
    main = directory(
        [(0x0100, LONG, 1, 9999), (MAKE, TEXT, 13, b"Camera Works\0"), (0x0112, SHORT, 1, 6),
         (EXIF, LONG, 1, at), (GPS, LONG, 1, gps_at)], order, main_at)  # fmt: skip
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, main_at)
    return start + index + details + place + main


@pytest.fixture(params=[False, True], ids=["plain", "big"])
def tiff(request, tmp_path):
    """A finished file as libvips writes it."""
    path = tmp_path / "out.tif"
    image = pyvips.Image.new_from_array(rgb_picture()).copy(interpretation="srgb")
    image.tiffsave(str(path), compression="deflate", predictor="horizontal", bigtiff=request.param)
    return path


def pixels_of(path):
    return pyvips.Image.new_from_file(str(path)).numpy()


@pytest.mark.parametrize("order", ["<", ">"])
def test_all_directories_arrive_and_come_back(tiff, order):
    put_metadata_in_tiff(tiff, {"exif-data": rich_exif(order)})
    np.testing.assert_array_equal(pixels_of(tiff), rgb_picture())
    with tifffile.TiffFile(tiff) as file:
        tags = file.pages[0].tags
        assert tags["Make"].value == "Camera Works"
        assert tags["ImageWidth"].value == 64  # not what the block says of its own pixels
        assert tags.get("Orientation") is None or tags["Orientation"].value == 1
        assert tags["ExifTag"].value["ExposureTime"] == (1, 250)
        assert tags["ExifTag"].value["ISOSpeedRatings"] == 400
        assert tags["ExifTag"].value["MakerNote"] == b"Our own notes, byte for byte"
        assert tags["GPSTag"].value["GPSLatitude"] == (47, 1, 22, 1, 30, 1)
    with tiff.open("rb") as file:
        block = exif_block_of_tiff(file)
    exif = Image.Exif()
    exif.load(block)
    assert exif[MAKE] == "Camera Works"
    assert exif.get_ifd(EXIF)[0x829A] == pytest.approx(1 / 250)
    assert exif.get_ifd(EXIF)[NOTES] == b"Our own notes, byte for byte"
    assert exif.get_ifd(GPS)[2] == (47, 22, 30)
    assert exif.get_ifd(INTEROP)[1] == "R98"
    assert 0x0100 not in exif


@needs_exiftool
def test_exiftool_finds_nothing_wrong(tmp_path):
    path = tmp_path / "out.tif"
    path.write_bytes(by_tifffile(rgb_picture(), photometric="rgb"))
    assert "ExifTool:Warning" not in tags_of(path)
    put_metadata_in_tiff(path, {"exif-data": rich_exif()})
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["ExifIFD:ISO"] == 400
    assert tags["GPS:GPSLatitude"] == "47 deg 22' 30.00\""
    assert tags["InteropIFD:InteropIndex"] == "R98 - DCF basic file (sRGB)"


@needs_exiftool
def test_what_exiftool_wrote_into_a_tiff_is_read(tmp_path):
    path = tmp_path / "in.tif"
    path.write_bytes(by_tifffile(gray_picture(depth=16)))
    write_tags(path, "-Artist=A. Nobody", "-ISO=200", "-LensModel=50 mm", "-GPSLatitude=47.375",
               "-GPSLatitudeRef=N", "-InteropIndex=R98", "-Orientation#=6")  # fmt: skip
    with path.open("rb") as file:
        (tmp_path / "block.exif").write_bytes(exif_block_of_tiff(file))
    tags = tags_of(tmp_path / "block.exif")
    assert "ExifTool:Warning" not in tags
    assert tags["IFD0:Artist"] == "A. Nobody"
    assert tags["IFD0:Orientation"] == "Rotate 90 CW"
    assert tags["ExifIFD:LensModel"] == "50 mm"
    assert tags["GPS:GPSLatitudeRef"] == "North"


def test_notes_keep_their_distance_where_there_is_room():
    for gap in (0, 5_000):
        notes = bytes(range(100))
        at = 8 + 2 + 12 * 1 + 4 + gap
        details_at = at + len(notes)
        details = struct.pack("<HHHIII", 1, NOTES, UNDEFINED, len(notes), at, 0)
        main_at = details_at + len(details)
        main = struct.pack("<HHHIII", 1, EXIF, LONG, 1, details_at, 0)
        data = b"II*\0" + struct.pack("<I", main_at) + bytes(at - 8) + notes + details + main
        block = exif_block_of_tiff(data)
        assert block[at : at + len(notes)] == notes
        exif = Image.Exif()
        exif.load(block)
        assert exif.get_ifd(EXIF)[NOTES] == notes


def test_large_notes_are_not_padded():
    data = exif_block_of_tiff(rich_exif(notes=bytes(200_000)))
    assert 200_000 < len(data) < 201_000


def test_nothing_to_say_gives_nothing(tmp_path):
    plain = io.BytesIO()
    Image.fromarray(rgb_picture()).save(plain, "TIFF")
    assert exif_block_of_tiff(plain.getvalue()) == b""
    assert exif_block_of_tiff(b"no TIFF file") == b""
    path = tmp_path / "a.tif"
    path.write_bytes(plain.getvalue())
    for exif in (b"", b"Exif\0\0", b"II*\0", b"II*\0\xff\xff\xff\xff", plain.getvalue()):
        put_metadata_in_tiff(path, {"exif-data": exif})
        assert path.read_bytes() == plain.getvalue()
    path.write_bytes(b"no TIFF file")
    with pytest.raises(BadDirectory):
        put_metadata_in_tiff(path, {"exif-data": rich_exif()})
    assert path.read_bytes() == b"no TIFF file"


@pytest.mark.parametrize("order", ["<", ">"])
def test_damaged_blocks_never_damage_the_file(tmp_path, order):
    path = tmp_path / "a.tif"
    before = by_tifffile(rgb_picture(), photometric="rgb")
    block = rich_exif(order)
    rng = np.random.default_rng(4)
    for number in range(150):
        broken = bytearray(block[: rng.integers(8, len(block) + 1)])
        for at in rng.integers(0, len(broken), number % 6):
            broken[at] = rng.integers(256)
        path.write_bytes(before)
        put_metadata_in_tiff(path, {"exif-data": bytes(broken)})
        exif_block_of_tiff(bytes(broken))
        np.testing.assert_array_equal(tifffile.imread(path), rgb_picture())


def test_all_blocks_in_one_go(tiff):
    for _ in range(2):  # the second time they are replaced
        put_metadata_in_tiff(
            tiff,
            {"exif-data": exif_block(), "xmp-data": xmp_packet(), "iptc-data": iptc_records()},
        )
    again = read_photo(tiff)  # no complaints of libtiff
    np.testing.assert_array_equal(again.pixels, rgb_picture())
    with tiff.open("rb") as file:
        carried = dict(carried_metadata(blocks_of_file(file, "tiff"), (48, 64)))
    assert carried["xmp-data"] == xmp_packet()
    assert carried["iptc-data"] == iptc_records()
    assert b"Camera Works" in carried["exif-data"]
    assert dict(again.source.metadata)["iptc-data"] == iptc_records()


@pytest.mark.parametrize("order", ["<", ">"])
def test_comments_stay_readable(tmp_path, order):
    """They are UTF-16 in the block's byte order, and libvips writes in the machine's."""
    text = "街道 at noon".encode("utf-16-le" if order == "<" else "utf-16-be")
    comment = b"UNICODE\0" + text
    details = directory([(0x9286, UNDEFINED, len(comment), comment)], order, 8)
    main = directory([(EXIF, LONG, 1, 8)], order, 8 + len(details))
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(details))
    for byteorder in "<>":
        path = tmp_path / "a.tif"
        path.write_bytes(by_tifffile(rgb_picture(), photometric="rgb", byteorder=byteorder))
        put_metadata_in_tiff(path, {"exif-data": start + details + main})
        expected = "街道 at noon".encode("utf-16-le" if byteorder == "<" else "utf-16-be")
        assert b"UNICODE\0" + expected in path.read_bytes()


@needs_exiftool
def test_exiftool_finds_captions_where_they_belong(tmp_path):
    path = tmp_path / "out.tif"
    path.write_bytes(by_tifffile(rgb_picture(), photometric="rgb"))
    put_metadata_in_tiff(path, {"iptc-data": iptc_records(), "xmp-data": xmp_packet()})
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["IPTC:Caption-Abstract"] == "A street in spring"
    assert tags["XMP-tiff:Orientation"] == "Horizontal (normal)"


def test_other_pages_stay(tmp_path):
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        for seed in (0, 1):
            writer.write(np.roll(rgb_picture(), seed, axis=0), photometric="rgb", metadata=None)
    put_metadata_in_tiff(path, {"exif-data": exif_block()})
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == 2
        np.testing.assert_array_equal(file.pages[1].asarray(), np.roll(rgb_picture(), 1, axis=0))


def test_neither_reads_nor_moves_the_pixels(tiff):
    """The file only grows at its end; in front of it only the offset in the header changes."""
    before = tiff.read_bytes()
    put_metadata_in_tiff(tiff, {"exif-data": rich_exif()})
    after = tiff.read_bytes()
    assert after[16 : len(before)] == before[16:]
    assert len(after) < len(before) + 3 * len(rich_exif())
