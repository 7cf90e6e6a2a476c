"""photochrom check: what was kept, what was lost, and the exit status that says so."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from engine.checking.iptc_tags import iptc_tags
from engine.cli.main import run
from engine.photo.embed import AFTER_PNG_HEADER, metadata_for_jpeg, metadata_for_png
from engine.photo.embed_webp import put_metadata_in_webp
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from tests.support.pictures import (
    ICC,
    by_pillow,
    by_tifffile,
    exif_block,
    gray_gamma_profile,
    gray_picture,
    iptc_records,
    xmp_packet,
)

ROOT = Path(__file__).resolve().parents[2]
METADATA = {"exif-data": exif_block(), "xmp-data": xmp_packet(1), "iptc-data": iptc_records()}


def png(pixels, metadata=METADATA, dpi=(300, 300), **options):
    plain = by_pillow(pixels, "PNG", dpi=dpi, **options)
    chunks = metadata_for_png(metadata, None)
    return plain[:AFTER_PNG_HEADER] + chunks + plain[AFTER_PNG_HEADER:]


def gray_as_rgb():
    return np.repeat(gray_picture()[..., None], 3, axis=2)


@pytest.fixture
def checked(tmp_path, capsys):
    """Runs the check on two files and gives the exit status and the report."""

    def check(original, result, suffix=".png"):
        (tmp_path / "original.png").write_bytes(original)
        (tmp_path / f"result{suffix}").write_bytes(result)
        status = run(
            ["check", str(tmp_path / "original.png"), str(tmp_path / f"result{suffix}"), "--json"]
        )
        return status, json.loads(capsys.readouterr().out)

    return check


def test_a_whole_result(checked):
    made = Provenance("Photochrom", "0.1.0", "photochrom", "ab" * 32, "fine")
    result = {**METADATA, "xmp-data": made.to_xmp(METADATA["xmp-data"])}
    status, report = checked(png(gray_picture()), png(gray_as_rgb(), result))
    assert status == 0
    assert report["whole"]
    assert {name: row["verdict"] for name, row in report["properties"].items()} == dict.fromkeys(
        ["size", "depth", "profile", "dpi", "alpha", "lightness"], "kept"
    )
    assert report["metadata"]["EXIF"]["kept"] == 5
    assert report["metadata"]["XMP"]["fitted"]
    assert report["metadata"]["IPTC"]["kept"] == 1
    assert report["provenance"]["quality"] == "fine"


@pytest.mark.parametrize(
    ("left_out", "block", "names"),
    [
        ("exif-data", "EXIF", ["Make"]),
        ("iptc-data", "IPTC", ["Caption-Abstract"]),
    ],
)
def test_lost_tags_are_named(checked, left_out, block, names):
    result = {name: one for name, one in METADATA.items() if name != left_out}
    status, report = checked(png(gray_picture()), png(gray_as_rgb(), result))
    assert status == 1
    assert report["metadata"][block]["lost"] == names
    others = [one["whole"] for name, one in report["metadata"].items() if name != block]
    assert all(others)


def test_changed_tags_are_named(checked):
    result = {**METADATA, "iptc-data": iptc_records(b"Another street")}
    status, report = checked(png(gray_picture()), png(gray_as_rgb(), result))
    assert status == 1
    assert report["metadata"]["IPTC"]["changed"] == ["Caption-Abstract"]


def test_what_has_to_be_another_is_no_loss(checked):
    before = {**METADATA, "exif-data": exif_block(size=(9, 9)), "xmp-data": xmp_packet(3)}
    after = {**METADATA, "exif-data": exif_block(size=(48, 64))}
    status, report = checked(png(gray_picture(), before), png(gray_as_rgb(), after))
    assert status == 0
    assert report["metadata"]["EXIF"]["fitted"] == ["ExifImageHeight", "ExifImageWidth"]
    assert report["metadata"]["XMP"]["fitted"] == ["Orientation"]


def test_a_damaged_packet_is_kept_if_it_is_the_same(checked):
    before = {"xmp-data": b"<x:xmpmeta"}
    status, report = checked(png(gray_picture(), before), png(gray_as_rgb(), before))
    assert status == 0
    assert report["metadata"]["XMP"]["damaged"]
    assert checked(png(gray_picture(), before), png(gray_as_rgb()))[0] == 1


def test_a_damaged_exif_block_is_lost(checked):
    before = {"exif-data": exif_block()[:20]}
    status, report = checked(png(gray_picture(), before), png(gray_as_rgb(), {}))
    assert status == 1
    assert report["metadata"]["EXIF"]["damaged"]


def test_lost_properties(checked):
    alpha = np.dstack([gray_picture(), gray_picture()])
    cases = {
        "lightness": (png(gray_picture()), png(gray_as_rgb() + np.uint8(3))),
        "size": (png(gray_picture()), png(gray_as_rgb()[:-1])),
        "dpi": (png(gray_picture()), png(gray_as_rgb(), dpi=(72, 72))),
        "alpha": (png(alpha), png(gray_as_rgb())),
        "depth": (png(gray_picture(depth=16)), png(gray_as_rgb())),
    }
    for name, (original, result) in cases.items():
        status, report = checked(original, result)
        assert status == 1, name
        lost = [row["name"] for row in report["properties"].values() if row["verdict"] == "lost"]
        assert lost == [name]


def test_16_bit_is_held_to_more(checked):
    original = by_tifffile(gray_picture(depth=16), resolution=(300, 300), metadata=None)
    rgb = np.repeat(gray_picture(depth=16)[..., None], 3, axis=2)
    for shift, status in ((0, 0), (3, 0), (60, 1)):
        result = by_tifffile(
            rgb + np.uint16(shift), photometric="rgb", resolution=(300, 300), metadata=None
        )
        assert checked(original, result)[0] == status


def test_jpeg_is_allowed_its_compression(checked):
    def jpeg(quality, shift=0):
        data = by_pillow(gray_as_rgb() + np.uint8(shift), "JPEG", quality=quality, subsampling=0)
        return data[:2] + metadata_for_jpeg(METADATA, (11.811, 11.811))[0] + data[20:]

    status, report = checked(png(gray_picture()), jpeg(95), ".jpg")
    assert status == 0
    assert "compressed with loss" in report["properties"]["lightness"]["remark"]
    assert checked(png(gray_picture()), jpeg(95, shift=4), ".jpg")[0] == 1


def test_webp_without_loss_is_held_to_rounding(checked):
    def webp(shift=0, **options):
        data = by_pillow(gray_as_rgb() + np.uint8(shift), "WEBP", **options)
        return put_metadata_in_webp(data, METADATA)

    original = png(gray_picture(), {"exif-data": METADATA["exif-data"]})
    for shift, verdict in ((0, "kept"), (1, "lost")):
        row = checked(original, webp(shift, lossless=True), ".webp")[1]["properties"]["lightness"]
        assert row["verdict"] == verdict
        assert "up to 0.5 is rounding" in row["remark"]
    row = checked(original, webp(quality=95), ".webp")[1]["properties"]["lightness"]
    assert row["verdict"] == "changed"
    assert "compressed with loss" in row["remark"]


def test_another_profile_with_the_same_lightness_is_no_loss(checked):
    original = png(gray_picture(), icc_profile=gray_gamma_profile(2.2))
    status, report = checked(original, png(gray_as_rgb()))
    assert report["properties"]["profile"]["verdict"] == "changed"
    assert report["properties"]["profile"]["original"] == "test"
    assert report["properties"]["lightness"]["verdict"] == "lost"  # other codes would be needed
    assert status == 1


def test_a_profile_that_is_left_aside_is_not_called_missing(checked):
    rgb = (ICC / "sRGB-v2-micro.icc").read_bytes()
    for icc, name in ((rgb, "left aside (sRGB)"), (None, "none (sRGB)")):
        options = {} if icc is None else {"icc_profile": icc}
        row = checked(png(gray_picture(), **options), png(gray_as_rgb()))[1]["properties"][
            "profile"
        ]
        assert row["original"] == name


def test_the_table_is_for_people(tmp_path, capsys):
    for name, metadata in (("a.png", METADATA), ("b.png", {})):
        (tmp_path / name).write_bytes(png(gray_as_rgb(), metadata))
    assert run(["check", str(tmp_path / "a.png"), str(tmp_path / "b.png")]) == 1
    told = capsys.readouterr().out
    for words in ("64 x 48", "8 bit", "none (sRGB)", "300", "Caption-Abstract", "lost"):
        assert words in told
    assert told.splitlines()[-1] == "Something was lost."


def test_wrong_usage_and_unreadable_files(tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(png(gray_picture()))
    (tmp_path / "notes.txt").write_text("no photo")
    photo = str(tmp_path / "a.png")
    assert run(["check", photo]) == 2
    assert run(["check", photo, str(tmp_path / "missing.png")]) == 2
    assert run(["check", photo, str(tmp_path)]) == 2
    assert run(["check", photo, str(tmp_path / "notes.txt")]) == 1
    assert "notes.txt" in capsys.readouterr().err


def test_a_colored_photo_is_checked_as_a_program(tmp_path):
    photo = tmp_path / "attic.png"
    Image.fromarray(gray_picture(150, 200)).save(photo, dpi=(300, 300))
    assert run(["colorize", str(photo), "--quality", "fast", "-o", str(tmp_path / "out.png")]) == 0
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "check", str(photo), str(tmp_path / "out.png")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Nothing was lost."


def test_metadata_of_heic_is_looked_at(tmp_path, capsys):
    heic = (ROOT / "tests/data/heic/turned-6.heic").read_bytes()
    orientation, iso = struct.pack(">HH", 0x0112, 3), struct.pack(">HH", 0x8827, 3)
    original, result = tmp_path / "original.heic", tmp_path / "result.png"
    original.write_bytes(heic.replace(orientation, iso))
    assert original.read_bytes() != heic
    result.write_bytes(by_pillow(read_photo(original).pixels, "PNG"))
    assert run(["check", str(original), str(result), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["metadata"]["EXIF"]["lost"] == ["ISO"]


def test_metadata_that_only_the_decoder_finds_is_looked_at(tmp_path, capsys):
    codestream = imagecodecs.jpegxl_encode(gray_as_rgb(), lossless=True)
    boxes = [(b"JXL ", b"\r\n\x87\n"), (b"ftyp", b"jxl \0\0\0\0jxl "), (b"jxlc", codestream),
             (b"Exif", bytes(4) + exif_block())]  # fmt: skip
    original, result = tmp_path / "original.jxl", tmp_path / "result.png"
    original.write_bytes(
        b"".join(struct.pack(">I4s", 8 + len(body), name) + body for name, body in boxes)
    )
    result.write_bytes(by_pillow(gray_as_rgb(), "PNG"))
    assert run(["check", str(original), str(result), "--json"]) == 1
    assert "Make" in json.loads(capsys.readouterr().out)["metadata"]["EXIF"]["lost"]


def test_only_the_tag_itself_may_be_another(checked):
    # FocalPlaneXResolution is not XResolution.
    block = bytearray(exif_block())
    at = block.index(struct.pack(">HH", 0xA001, 3))
    block[at : at + 2] = struct.pack(">H", 0xA210)
    status, report = checked(png(gray_picture(), {"exif-data": bytes(block)}), png(gray_as_rgb()))
    assert status == 1
    assert "FocalPlaneResolutionUnit" in report["metadata"]["EXIF"]["lost"]


def test_edits_too_deep_to_be_read_are_no_edits(checked):
    made = Provenance("Photochrom", "0.1.0", "fake", "ab" * 32, "fine", edits="[" * 100_000)
    result = {**METADATA, "xmp-data": made.to_xmp(METADATA["xmp-data"])}
    assert checked(png(gray_picture()), png(gray_as_rgb(), result))[0] == 0


def test_a_size_beyond_all_numbers_makes_nothing_smaller(checked):
    made = Provenance(
        "Photochrom", "0.1.0", "fake", "ab" * 32, "fine", settings={"longest": 10**400}
    )
    result = {**METADATA, "xmp-data": made.to_xmp(METADATA["xmp-data"])}
    assert checked(png(gray_picture()), png(gray_as_rgb(), result))[0] == 0


def test_millions_of_keywords_are_counted_one_by_one():
    # Copying those before it for each of them would move terabytes.
    keyword = struct.pack(">BBBH", 0x1C, 2, 25, 1) + b"k"
    tags = iptc_tags(keyword * 1_500_000)
    assert list(tags) == ["Keywords"]
    assert len(tags["Keywords"]) == 1_500_000
