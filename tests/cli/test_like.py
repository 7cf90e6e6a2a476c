"""A result can be made again from its original and its own metadata, byte for byte."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from engine.cli.main import run
from engine.photo.embed import AFTER_PNG_HEADER, metadata_for_png
from engine.photo.lightness import measure_lightness
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from tests.support.fakes import FakePredictor
from tests.support.pictures import by_pillow, gray_picture, rgb_picture


@pytest.fixture(autouse=True)
def fake_network(monkeypatch):
    predictor = FakePredictor()
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda *_: predictor)
    return predictor


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    return path


@pytest.mark.parametrize("name", ["out.jpg", "out.png", "out.tif", "out.webp", "out.avif"])
def test_the_same_bytes_come_out(tmp_path, photo, name):
    edits = tmp_path / "edits.json"
    hint = {"x": 0.5, "y": 0.5, "radius": 0.1, "ab": [20, -10]}
    edits.write_text(json.dumps({"version": 1, "hints": [hint], "adjustments": {"tint": 5}}))
    choices = ["--edits", str(edits), "--quality", "fine", "--space", "adobe-rgb"]
    first, again = tmp_path / name, tmp_path / f"again-{name}"
    choices += ["--image-quality", "80", "--depth", "8", "--tiff-compression", "lzw"]
    assert run(["colorize", str(photo), "-o", str(first), *choices]) == 0
    assert run(["colorize", str(photo), "-o", str(again), "--like", str(first)]) == 0
    assert again.read_bytes() == first.read_bytes()


def test_a_neutralized_photo_is_checked_and_made_again_as_such(tmp_path, capsys):
    gray = gray_picture().astype(float)
    photo, first, again = (tmp_path / name for name in ("old.png", "first.png", "again.png"))
    yellowed = np.rint(gray[..., None] * [1.0, 0.9, 0.6]).astype(np.uint8)
    photo.write_bytes(by_pillow(yellowed, "PNG"))
    assert run(["colorize", str(photo), "-o", str(first), "--neutralize"]) == 0
    assert run(["colorize", str(photo), "-o", str(again), "--like", str(first)]) == 0
    assert again.read_bytes() == first.read_bytes()
    off = measure_lightness(read_photo(first)).L - measure_lightness(read_photo(photo)).L
    assert off.mean() > 2
    capsys.readouterr()
    assert run(["check", str(photo), str(first)]) == 0
    assert "neutralized" in capsys.readouterr().out


def test_another_photo_or_network_is_told(tmp_path, photo, fake_network, capsys):
    first = tmp_path / "first.png"
    assert run(["colorize", str(photo), "-o", str(first)]) == 0
    assert run(["colorize", str(photo), "--like", str(first)]) == 0
    assert "will differ" not in capsys.readouterr().err
    other = tmp_path / "other.png"
    other.write_bytes(by_pillow(rgb_picture(), "PNG"))
    assert run(["colorize", str(other), "--like", str(first)]) == 0
    assert "another file" in capsys.readouterr().err
    fake_network.model = type(fake_network.model)("fake", "1" * 64)
    assert run(["colorize", str(photo), "--like", str(first)]) == 0
    assert "another network" in capsys.readouterr().err


def test_what_says_nothing_cannot_be_followed(tmp_path, photo, capsys):
    plain = tmp_path / "plain.png"
    assert run(["colorize", str(photo), "-o", str(plain), "--no-label"]) == 0
    for like, words in (
        (plain, "does not say how it was made"),
        (photo, "does not say how it was made"),
        (tmp_path / "gone.png", "cannot be read"),
    ):
        assert run(["colorize", str(photo), "--like", str(like)]) == 2
        assert words in capsys.readouterr().err
    assert run(["colorize", str(photo), "--like", str(plain), "--depth", "8"]) == 2
    assert "--depth" in capsys.readouterr().err


@pytest.mark.parametrize(
    "said",
    [
        {"settings": {"depth": 7}},
        {"settings": {"space": []}},
        {"settings": {"tiff_compression": "jpeg"}},
        {"settings": {"metadata": "no"}},
        {"settings": {"quality": 95.5}},
        {"settings": {"quality": 0}},
        {"quality": "finest"},
        {"edits": "["},
        {"edits": "[" * 100_000},
    ],
)
def test_choices_that_were_edited_by_hand_are_not_believed(tmp_path, photo, capsys, said):
    made = replace(Provenance("Photochrom", "0.1.0", "fake", "0" * 64, "fine"), **said)
    like = tmp_path / "like.png"
    data = photo.read_bytes()
    chunks = metadata_for_png({"xmp-data": made.to_xmp(b"")}, None)
    like.write_bytes(data[:AFTER_PNG_HEADER] + chunks + data[AFTER_PNG_HEADER:])
    assert run(["colorize", str(photo), "--like", str(like)]) == 2
    assert "like.png was made with choices that" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["like.png", "photo.png"]


@pytest.mark.timeout(30)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes that have names")
def test_a_pipe_is_not_waited_for(tmp_path, photo, capsys):
    os.mkfifo(tmp_path / "pipe")
    assert run(["colorize", str(photo), "--like", str(tmp_path / "pipe")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_it_does_not_bring_along_may_be_chosen(tmp_path, photo):
    first = tmp_path / "first.PNG"
    assert run(["colorize", str(photo), "-o", str(first)]) == 0
    out = tmp_path / "out.png"
    assert run(["colorize", str(photo), "-o", str(out), "--like", str(first), "--layer"]) == 0
    assert out.read_bytes() == first.read_bytes()
    assert (tmp_path / "photo-color-layer.tif").exists()


def test_a_result_without_an_ending_may_be_followed(tmp_path, photo):
    first = tmp_path / "first.png"
    assert run(["colorize", str(photo), "-o", str(first)]) == 0
    bare = first.rename(tmp_path / "first")
    assert run(["colorize", str(photo), "--like", str(bare)]) == 0
    assert (tmp_path / "photo-colorized.png").read_bytes() == bare.read_bytes()
