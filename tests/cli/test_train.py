"""`photochrom train` from photos to weights, and `evaluate` on them."""

import csv
import errno
import hashlib
import json
import os
import signal
from dataclasses import asdict
from pathlib import Path

import cv2
import pytest

from engine.cli.main import run
from engine.network.header import SHIPPED
from engine.network.weights import load_weights
from engine.training import watch
from tests.support.locked import lock
from tests.unit.conftest import colorful, encoded

SMALL = ["--set", "batch_size=2", "--set", "samples.size=64", "--set", "rebalancing_photos=2"]


@pytest.fixture
def photos(tmp_path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(4):
        (folder / f"{index}.png").write_bytes(encoded(colorful(index)))
    return folder


@pytest.fixture(autouse=True)
def _signals_as_before():
    """Training takes Ctrl+C for itself."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def start(photos: Path, out: Path, *options: str) -> list[str]:
    return [
        *("train", str(photos), "--out", str(out), "--start-from", str(SHIPPED)),
        *("--device", "cpu", *options),
    ]


def test_a_run_leaves_weights_curve_sheets_and_figures(photos, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(watch, "WATCHED_PHOTOS", 2)
    out = tmp_path / "run"
    wanted = start(photos, out, "--steps", "2", "--validate", str(photos), "--set",
                   "learning_rate=0.0001", *SMALL)  # fmt: skip
    assert run(wanted) == 0
    assert str(out / "weights.safetensors") in capsys.readouterr().out
    _, card = load_weights(out / "weights.safetensors")
    assert card.training["options"]["learning_rate"] == 0.0001
    assert card.training["before"]["sha256"]
    rows = list(csv.DictReader((out / "validation.csv").read_text("utf-8").splitlines()))
    assert [row["step"] for row in rows] == ["1", "2"]
    best = min(rows, key=lambda row: (float(row["score"]), -int(row["step"])))["step"]
    assert card.training["steps"] == int(best)
    sheet = cv2.imread(str(out / "snapshots" / "000002.jpg"))
    assert sheet is not None
    snapshot, _ = load_weights(out / "snapshots" / f"{int(best):06}.safetensors")
    chosen, _ = load_weights(out / "weights.safetensors")
    assert snapshot.to_bins.weight.equal(chosen.to_bins.weight)
    assert "score" in (out / "learning-curve.svg").read_text(encoding="utf-8")


def test_a_run_that_nothing_judges_says_so_when_it_begins(photos, tmp_path, caplog):
    out = tmp_path / "run"
    assert run(start(photos, out, "--steps", "1", *SMALL)) == 0
    assert caplog.text.count("no learning curve, no sheets and no calibration") == 1
    assert sorted(path.name for path in out.iterdir()) == ["checkpoint.pt", "weights.safetensors"]


def test_a_vivid_run_goes_on_from_weights(photos, tmp_path):
    out = tmp_path / "run"
    assert run(start(photos, out, "--steps", "1", "--phase", "vivid", *SMALL)) == 0
    _, card = load_weights(out / "weights.safetensors")
    assert card.training["options"]["phase"] == "vivid"
    assert asdict(card.calibration)["gain"] > 0


def test_options_that_do_not_exist_are_refused_before_anything_is_made(photos, tmp_path, capsys):
    out = tmp_path / "run"
    assert run(start(photos, out, "--set", "learning_rat=1")) == 2
    assert "there is no option learning_rat" in capsys.readouterr().err
    assert run(start(photos, out, "--set", "learning_rate")) == 2
    assert "must be a number" in capsys.readouterr().err
    assert run(start(photos, out, "--resume", "--set", "learning_rate=1")) == 2
    assert "keeps its options" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "option", ["--steps=5", "--phase=vivid", "--seed=1", "--start-from=w", "--set=learning_rate=1"]
)
def test_options_that_a_resumed_run_would_not_heed_are_refused(photos, tmp_path, capsys, option):
    wanted = ["train", str(photos), "--out", str(tmp_path / "run"), "--resume", option]
    assert run(wanted) == 2
    told = capsys.readouterr().err
    assert option.partition("=")[0] in told
    assert "keeps its options" in told


def test_an_evaluation_is_the_same_to_the_digit(photos, tmp_path):
    for name in ("first", "second"):
        wanted = ["evaluate", str(photos), "--quality", "fast", "--hints", "0,3", "--device", "cpu",
                  "--aged", "--json", str(tmp_path / name)]  # fmt: skip
        assert run(wanted) == 0
    first = (tmp_path / "first").read_bytes()
    assert first == (tmp_path / "second").read_bytes()
    assert json.loads(first)["photos"] == 4


@pytest.mark.parametrize("option", ["broken weights", "no weights", "no photos", "resume", "file"])
def test_what_cannot_begin_leaves_nothing(photos, tmp_path, capsys, option):
    out = tmp_path / "runs" / "run"
    broken = tmp_path / "weights.safetensors"
    broken.write_bytes(SHIPPED.read_bytes()[:1000])
    (tmp_path / "text.txt").write_text("hello")
    wanted = {
        "broken weights": start(photos, out, "--start-from", str(broken)),
        "no weights": start(photos, out, "--start-from", str(tmp_path / "none.safetensors")),
        "no photos": start(tmp_path / "none", out),
        "resume": [*start(photos, out)[:4], "--resume"],
        "file": start(photos, tmp_path / "text.txt" / "run"),
    }[option]
    before = sorted(tmp_path.iterdir())
    assert run(wanted) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_of_broken_photos_leaves_nothing(tmp_path, capsys):
    photos, out = tmp_path / "photos", tmp_path / "run"
    photos.mkdir()
    (photos / "broken.jpg").write_bytes(b"no photo")
    assert run(start(photos, out, "--steps", "1", *SMALL)) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not out.exists()


def test_a_full_disk_ends_a_run_with_a_sentence_and_leaves_the_checkpoint(
    photos, tmp_path, capsys, monkeypatch
):
    out = tmp_path / "run"
    assert run(start(photos, out, "--steps", "1", *SMALL)) == 0
    capsys.readouterr()
    before = {path: path.read_bytes() for path in out.iterdir()}

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert run(["train", str(photos), "--out", str(out), "--resume", "--device", "cpu"]) == 1
    told = capsys.readouterr().err
    assert "no space is left" in told
    assert "Traceback" not in told
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_objects_of_other_photos_are_counted_and_of_none_refused(photos, tmp_path, capsys):
    outlined = {"object": "square", "click": [0.5, 0.5], "outline": [[0, 0], [1, 0], [1, 1]]}
    objects, figures = tmp_path / "objects.json", tmp_path / "figures.json"
    names = ("0.png", "elsewhere.png", "3.png")  # the last one is beyond --limit
    objects.write_text(json.dumps([outlined | {"photo": name} for name in names]))
    assert run(evaluation(photos, "--objects", objects, "--json", figures)) == 0
    told = capsys.readouterr()
    assert "Of 3 outlined objects 1 are in these photos" in told.err
    assert "each of 1 object:" in " ".join(told.out.split())
    report = json.loads(figures.read_bytes())
    digest = hashlib.sha256(objects.read_bytes()).hexdigest()
    assert report["objects"] == {
        "file": "objects.json", "sha256": digest, "outlined": 3, "found": 1
    }  # fmt: skip
    assert list(report["reach"]) == ["square in 0.png"]
    assert "AlexNet" in report["fid_features"]
    objects.write_text(json.dumps([outlined | {"photo": "elsewhere.png"}]))
    figures.unlink()
    assert run(evaluation(photos, "--objects", objects, "--json", figures)) == 1
    assert "no object in any of these photos" in capsys.readouterr().err
    assert not figures.exists()


def test_a_single_photo_has_no_distance_between_sets(photos, tmp_path, capsys):
    figures = tmp_path / "figures.json"
    assert run(evaluation(photos, "--limit", "1", "--json", figures)) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.strip() == "1 photo"]
    assert "nan" not in told
    report = json.loads(figures.read_bytes())
    assert report["no_color"]["fid"] is None
    assert report["objects"] is None


def evaluation(photos: Path, *options: object) -> list[str]:
    return [
        *("evaluate", str(photos), "--quality", "fast", "--device", "cpu", "--limit", "2"),
        *(str(option) for option in options),
    ]


def test_where_figures_cannot_go_is_told_before_the_work(photos, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("engine.cli.evaluate.load_predictor", None)  # not even that is done
    assert run(evaluation(photos, "--json", tmp_path)) == 2
    assert "is a directory" in capsys.readouterr().err
    assert run(evaluation(photos, "--sheet", tmp_path)) == 2
    same = tmp_path / "both.jpg"
    capsys.readouterr()
    assert run(evaluation(photos, "--json", same, "--sheet", same)) == 2
    assert "two files" in capsys.readouterr().err
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    assert run(evaluation(photos, "--json", tmp_path / "figures.json")) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["figures.json", "deeper/figures.json"])
def test_a_place_for_figures_that_may_not_be_looked_into_is_told(
    photos, tmp_path, capsys, monkeypatch, name
):
    monkeypatch.setattr("engine.cli.evaluate.load_predictor", None)
    lock(monkeypatch, tmp_path / "locked")
    assert run(evaluation(photos, "--json", tmp_path / "locked" / name)) == 1
    assert "permission is missing" in capsys.readouterr().err


def test_a_sheet_that_cannot_be_written_takes_no_figures_along(
    photos, tmp_path, capsys, monkeypatch
):
    sheet, figures = tmp_path / "sheet.jpg", tmp_path / "figures.json"
    write, calls = os.write, []

    def full(descriptor: int, data: bytes) -> int:
        calls.append(descriptor)
        if bytes(data[:2]) == b"\xff\xd8":  # a JPEG
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    assert run(evaluation(photos, "--sheet", sheet, "--json", figures)) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "sheet.jpg" in told[0]
    assert calls
    assert json.loads(figures.read_bytes())["photos"] == 2
    assert sorted(tmp_path.iterdir()) == [figures, photos]
