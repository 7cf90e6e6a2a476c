"""The command line's contract: arguments, files, output, exit status."""

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli.main import run
from engine.cli.progress import progress_bar
from engine.color.lab import srgb_to_lab
from engine.errors import OutOfMemory
from engine.network.fallback import FallbackPredictor
from engine.network.header import SHIPPED
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from tests.support.fakes import FakePredictor

ROOT = Path(__file__).resolve().parents[2]


def save_gray(path: Path, seed: int = 0, dtype: type = np.uint8) -> Path:
    rng = np.random.default_rng(seed)
    small = rng.uniform(0, 255, (5, 7)).astype(np.float32)
    plane = np.clip(cv2.resize(small, (210, 150), interpolation=cv2.INTER_CUBIC), 0, 255)
    scale = 257 if dtype == np.uint16 else 1
    ok, data = cv2.imencode(path.suffix, (plane * scale).astype(dtype))
    assert ok
    path.write_bytes(data.tobytes())
    return path


def read(path: Path) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)[..., ::-1]


@pytest.fixture
def photo(tmp_path) -> Path:
    return save_gray(tmp_path / "attic.png")


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_the_result_lies_beside_the_photo(photo, capsys):
    before = photo.read_bytes()
    assert run(["colorize", str(photo)]) == 0
    result = read(photo.with_name("attic-colorized.png"))
    gray = cv2.imdecode(np.frombuffer(before, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert result.shape == (*gray.shape, 3)
    lab = srgb_to_lab(result)
    expected = srgb_to_lab(np.repeat(gray[..., None], 3, axis=2))[..., 0]
    assert np.abs(lab[..., 0] - expected).max() < 0.5
    assert np.hypot(lab[..., 1], lab[..., 2]).mean() > 2  # it has color
    assert photo.read_bytes() == before
    assert "attic-colorized.png" in capsys.readouterr().out


def test_16_bit_stays_16_bit(tmp_path):
    photo = save_gray(tmp_path / "scan.tif", dtype=np.uint16)
    assert run(["colorize", str(photo)]) == 0
    assert read(tmp_path / "scan-colorized.tif").dtype == np.uint16


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("out/", "out/attic-colorized.png"),
        ("deep/er/", "deep/er/attic-colorized.png"),
        ("name.jpg", "name.jpg"),
        ("new/name.tif", "new/name.tif"),
    ],
)
def test_output_names_a_file_or_a_folder(photo, monkeypatch, output, expected):
    monkeypatch.chdir(photo.parent)
    assert run(["colorize", "attic.png", "-o", output]) == 0
    assert (photo.parent / expected).is_file()


def test_on_conflict(photo):
    target = photo.with_name("attic-colorized.png")
    target.write_bytes(b"earlier")
    assert run(["colorize", str(photo), "--on-conflict", "skip"]) == 0
    assert target.read_bytes() == b"earlier"
    assert run(["colorize", str(photo)]) == 0
    assert target.read_bytes() == b"earlier"
    assert photo.with_name("attic-colorized-2.png").is_file()
    assert run(["colorize", str(photo), "--on-conflict", "overwrite"]) == 0
    assert target.read_bytes() != b"earlier"


def test_the_original_is_never_written_over(photo, capsys):
    before = photo.read_bytes()
    assert run(["colorize", str(photo), "-o", str(photo), "--on-conflict", "overwrite"]) == 1
    assert photo.read_bytes() == before
    assert "never written over" in capsys.readouterr().err


def test_the_same_input_gives_the_same_bytes(photo, tmp_path):
    for name in ("a.png", "b.png", "a.jpg", "b.jpg", "a.tif", "b.tif"):
        assert run(["colorize", str(photo), "-o", str(tmp_path / "out" / name)]) == 0
    for suffix in (".png", ".jpg", ".tif"):
        first, second = (tmp_path / "out" / f"{name}{suffix}" for name in "ab")
        assert first.read_bytes() == second.read_bytes()


def test_json_is_one_line_per_photo(photo, tmp_path, capsys):
    bad = tmp_path / "notes.txt"
    bad.write_text("not a photo")
    good = save_gray(tmp_path / "写真 é.jpg", 1)
    assert run(["colorize", str(photo), str(bad), str(good), "--json"]) == 1
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert [set(row) for row in rows] == [
        {"source", "target", "layer", "seconds", "device", "warnings", "error"}
    ] * 3
    assert rows[0]["target"] == str(photo.with_name("attic-colorized.png"))
    assert rows[0]["error"] is None
    assert rows[1]["target"] is None
    assert "notes.txt" in rows[1]["error"]
    assert rows[2]["source"] == str(good)
    assert Path(rows[2]["target"]).is_file()
    assert rows[2]["seconds"] > 0


def test_one_bad_photo_does_not_stop_the_others(photo, tmp_path, capsys):
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "folder.jpg").mkdir()
    bad = [tmp_path / name for name in ("empty.jpg", "folder.jpg", "missing.jpg")]
    assert run(["colorize", *map(str, bad), str(photo)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    for line, path in zip(errors, bad, strict=True):
        assert path.name in line
    assert listing(tmp_path) == ["attic-colorized.png", "attic.png", "empty.jpg", "folder.jpg"]


def edits(tmp_path: Path, value: object) -> str:
    path = tmp_path / "edits.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_edits_are_obeyed_and_options_laid_over_them(photo, tmp_path):
    hint = {"x": 0.5, "y": 0.5, "radius": 0.1, "ab": [15, -20]}
    file = edits(tmp_path, {"version": 1, "hints": [hint], "adjustments": {"saturation": 1.0}})
    target = tmp_path / "hinted.tif"
    assert run(["colorize", str(photo), "--edits", file, "-o", str(target)]) == 0
    lab = srgb_to_lab(read(target))
    np.testing.assert_allclose(lab[75, 105, 1:], [15, -20], atol=1.5)  # 8 bits
    gray = tmp_path / "gray.tif"
    assert run(["colorize", str(photo), "--edits", file, "--strength", "0", "-o", str(gray)]) == 0
    assert (read(gray) == read(gray)[..., :1]).all()


@pytest.mark.parametrize(
    ("options", "dtype", "said"),
    [
        (["--format", "jpeg", "--depth", "16"], np.uint8, "holds 8 bits per channel, not the 16"),
        (["--format", "webp", "--depth", "16"], np.uint8, "holds 8 bits per channel, not the 16"),
        (["--format", "avif", "--depth", "16"], np.uint8, "holds 12 bits per channel, not the 16"),
        (["--format", "jpeg", "--depth", "16"], np.uint16, "holds 8 of the photo's 16 bits"),
        (["--format", "jpeg", "--depth", "8"], np.uint16, ""),
        (["--format", "jpeg"], np.uint8, ""),
        (["--format", "png", "--depth", "16"], np.uint8, ""),
    ],
)
def test_bits_that_were_asked_for_in_vain_are_told(tmp_path, capsys, options, dtype, said):
    photo = save_gray(tmp_path / "attic.png", dtype=dtype)
    assert run(["colorize", str(photo), "--quality", "fast", *options, "--json"]) == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert len(warnings) == bool(said)
    assert said in "".join(warnings)


def test_a_hint_beyond_the_gamut_is_warned_of(photo, tmp_path, capsys):
    hint = {"x": 0.5, "y": 0.5, "radius": 0.1, "ab": [120, -120]}
    file = edits(tmp_path, {"version": 1, "hints": [hint]})
    assert run(["colorize", str(photo), "--edits", file, "--json"]) == 0
    assert "hint 1" in json.loads(capsys.readouterr().out)["warnings"][0]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--quality", "best"],
        ["--strength", "2"],
        ["--saturation", "x"],
        ["--edits", "missing.json"],
        ["--on-conflict", "ask"],
        ["-o", "name.xyz"],
        ["--device", "tpu"],
        ["--unknown"],
    ],
)
def test_wrong_usage_is_status_2_and_leaves_nothing(photo, monkeypatch, capsys, arguments):
    monkeypatch.chdir(photo.parent)
    photos = ["attic.png"] if arguments else []
    assert run(["colorize", *photos, *arguments]) == 2
    assert "Error:" in capsys.readouterr().err
    assert listing(photo.parent) == ["attic.png"]


def test_one_file_for_several_photos_is_wrong_usage(photo, tmp_path):
    other = save_gray(tmp_path / "other.png", 2)
    assert run(["colorize", str(photo), str(other), "-o", str(tmp_path / "one.png")]) == 2
    assert listing(tmp_path) == ["attic.png", "other.png"]


def test_a_bad_edits_file_is_status_2(photo, tmp_path, capsys):
    file = edits(tmp_path, {"version": 7})
    assert run(["colorize", str(photo), "--edits", file]) == 2
    assert "version" in capsys.readouterr().err


def test_a_device_that_is_missing_is_status_1(photo, capsys, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run(["colorize", str(photo), "--device", "cuda"]) == 1
    assert "cuda" in capsys.readouterr().err


def test_where_memory_is_short_the_options_that_help_are_named(photo, capsys, monkeypatch):
    predictor = FakePredictor(device="cuda", error=OutOfMemory(device="cuda"))
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda *_: predictor)
    assert run(["colorize", str(photo), "--json"]) == 1
    told = capsys.readouterr()
    for text in (told.err, json.loads(told.out)["error"]):
        assert "Close other programs" in text
        assert "--quality fast" in text
        assert "--device cpu" in text


@pytest.mark.parametrize("quality", ["fast", "balanced", "fine"])
def test_every_quality_level_colors(photo, tmp_path, quality):
    target = tmp_path / f"{quality}.png"
    assert run(["colorize", str(photo), "--quality", quality, "-o", str(target)]) == 0
    assert np.ptp(read(target).astype(int), axis=2).max() > 5


def program(*arguments: str, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


def test_as_a_program(photo):
    done = program("colorize", str(photo), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["source"] == str(photo)
    assert done.stderr == ""  # no progress where nobody watches
    assert program("colorize").returncode == 2
    assert program("--version").stdout.startswith("photochrom")


def test_help_names_every_verb_and_the_window():
    text = program("--help").stdout
    for word in ("colorize", "check", "evaluate", "train", "info", "photochrom [PHOTO ...]"):
        assert word in text


def test_info_is_fit_for_a_bug_report():
    done = program("info")
    assert done.returncode == 0
    for word in ("Photochrom", "Python", "torch", "cpu", "SHA-256", "MIT"):
        assert word in done.stdout


def test_evaluate_measures_and_writes_json(tmp_path, capsys):
    folder = tmp_path / "truth"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(2):
        small = rng.uniform(0, 255, (5, 7, 3)).astype(np.float32)
        rgb = np.clip(cv2.resize(small, (140, 100), interpolation=cv2.INTER_CUBIC), 0, 255)
        (folder / f"{index}.png").write_bytes(
            cv2.imencode(".png", rgb.astype(np.uint8))[1].tobytes()
        )
    report = tmp_path / "report.json"
    arguments = ["evaluate", str(folder), "--hints", "0,5", "--size", "64", "--quality", "fast"]
    sheet = tmp_path / "sheet.png"
    more = ["--aged", "--stability", "--sheet", str(sheet)]
    assert run([*arguments, *more, "--json", str(report)]) == 0
    figures = json.loads(report.read_text())
    assert figures["photos"] == 2
    assert figures["options"]["hints"] == [0, 5]
    assert figures["weights"] == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert figures["by_hints"]["5"]["psnr"] > figures["no_color"]["psnr"]
    assert figures["aged"]["psnr"] > 0
    assert figures["stability"]["mirrored"] > 0
    assert figures["stability"]["as fine"] > 0
    assert 0 < figures["doubt"]["error_in_doubtful"] <= 1
    assert cv2.imread(str(sheet)).shape == (192, 3 * 3 * 192, 3)
    assert "no color" in capsys.readouterr().out
    assert run([*arguments, "--sheet", str(tmp_path / "sheet.gif")]) == 2
    assert run([*arguments, "--squeeze", "--limit", "1", "--full-precision"]) == 0
    assert run([*arguments, "--seed", "1", "--json", str(report)]) == 0
    other = json.loads(report.read_text())["by_hints"]
    assert other["0"] == figures["by_hints"]["0"]
    assert other["5"] != figures["by_hints"]["5"]


def test_evaluate_of_nothing(tmp_path, capsys):
    assert run(["evaluate", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
    assert run(["evaluate", str(tmp_path), "--hints", "1,x"]) == 2


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupted_it_leaves_nothing_half_made(photo):
    import signal
    import time

    process = subprocess.Popen([sys.executable, str(ROOT / "main.py"), "colorize", str(photo)])
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) in (0, 130, -signal.SIGINT)
    left = listing(photo.parent)
    assert left in (["attic.png"], ["attic-colorized.png", "attic.png"])


@pytest.mark.parametrize("policy", ["unique", "skip", "overwrite"])
def test_two_photos_of_one_call_never_share_a_result(tmp_path, policy):
    for number, place in enumerate(("a", "b")):
        (tmp_path / place).mkdir()
        save_gray(tmp_path / place / "x.png", seed=number)
    photos = [str(tmp_path / place / "x.png") for place in ("a", "b")]
    out = tmp_path / "out"
    assert run(["colorize", *photos, "-o", f"{out}/", "--on-conflict", policy]) == 0
    assert listing(out) == ["x-colorized-2.png", "x-colorized.png"]


def test_calling_again_leaves_results_alone(photo, capsys):
    assert run(["colorize", str(photo)]) == 0
    both = [str(path) for path in sorted(photo.parent.glob("*.png"))]
    assert len(both) == 2
    assert run(["colorize", *both, "--on-conflict", "skip"]) == 0
    assert listing(photo.parent) == ["attic-colorized.png", "attic.png"]
    assert "left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--strength", "nan"],
        ["--saturation", "nan"],
        ["--saturation", "inf"],
        ["-o", "-"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(photo, wrong):
    assert run(["colorize", str(photo), *wrong]) == 2
    assert listing(photo.parent) == ["attic.png"]


def test_a_file_without_ending_is_no_folder(photo, tmp_path, capsys):
    (tmp_path / "plain").write_text("kept")
    assert run(["colorize", str(photo), "-o", str(tmp_path / "plain")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "plain").read_text() == "kept"


def test_a_misspelled_command_is_no_photo():
    done = program("colorise", "attic.jpg")
    assert done.returncode == 2
    assert "colorize" in done.stderr


def test_training_leaves_an_earlier_run_alone(tmp_path, capsys):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "one.png").write_bytes(
        cv2.imencode(".png", np.full((80, 80, 3), (30, 90, 200), np.uint8))[1].tobytes()
    )
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    (run_folder / "weights.safetensors").write_bytes(b"300 minutes of work")
    assert run(["train", str(folder), "--out", str(run_folder), "--steps", "1"]) == 1
    assert "--resume" in capsys.readouterr().err
    assert listing(run_folder) == ["weights.safetensors"]
    vivid = ["train", str(folder), "--out", str(tmp_path / "new"), "--phase", "vivid"]
    assert run(vivid) == 2
    assert "--start-from" in capsys.readouterr().err


def test_how_many_pixels_a_photo_may_have(tmp_path, capsys, monkeypatch):
    from engine.cli.main import run

    monkeypatch.setattr("engine.photo.decoded._most_pixels", 250_000_000)  # put back afterwards
    path = tmp_path / "large.pgm"
    path.write_bytes(b"P5 2000 1000 255\n" + bytes(2_000_000))
    assert run(["colorize", str(path), "--most-pixels", "1"]) == 1
    said = capsys.readouterr().err
    assert "more than 1 million pixels" in said
    assert "--most-pixels" in said
    assert [each.name for each in tmp_path.iterdir()] == ["large.pgm"]


def test_a_photo_with_color_is_told_or_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda _: FakePredictor())
    pixels = np.repeat(np.arange(20, 180, dtype=np.uint8)[None, :, None], 3, axis=2)
    pixels = np.repeat(pixels, 120, axis=0)  # a ramp across, a field of each color down
    for channel in range(3):
        pixels[40 * channel : 40 * channel + 40, :, channel] += 70
    photo = tmp_path / "colors.png"
    photo.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    assert run(["colorize", str(photo), "--colored", "skip"]) == 0
    assert listing(tmp_path) == ["colors.png"]
    assert "left out" in capsys.readouterr().err
    assert run(["colorize", str(photo)]) == 0
    assert listing(tmp_path) == ["colors-colorized.png", "colors.png"]
    assert "already has color" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "name"),
    [((), "attic-color-layer.tif"), (("--format", "png"), "attic-color-layer.png")],
)
def test_the_color_alone_is_written_beside_the_result(photo, monkeypatch, capsys, options, name):
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda _: FakePredictor())
    assert run(["colorize", str(photo), "--layer", "--json", *options]) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["layer"] == str(photo.with_name(name))
    layer, result = read(photo.with_name(name)), read(Path(line["target"]))
    assert layer.dtype == np.uint16
    off = srgb_to_lab(layer)[..., 1:] - srgb_to_lab(result)[..., 1:]
    assert np.abs(off).mean() < 0.6  # the result has 8 bit


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are letters there")
def test_a_name_that_is_no_letters_is_printed_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda _: FakePredictor())
    photo = save_gray(tmp_path / "attic.png").rename(tmp_path / os.fsdecode(b"caf\xe9.png"))
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, "utf-8", write_through=True))
    assert run(["colorize", str(photo)]) == 0
    assert b"caf\xe9-colorized.png" in printed.getvalue()


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".png"])
@pytest.mark.parametrize("on_conflict", ["unique", "skip"])
def test_a_target_whose_name_is_too_long(photo, monkeypatch, capsys, name, on_conflict):
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda _: FakePredictor())
    target = str(photo.with_name(name))
    assert run(["colorize", str(photo), "-o", target, "--on-conflict", on_conflict]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("on_conflict", ["unique", "skip", "overwrite"])
def test_two_photos_do_not_share_a_layer(tmp_path, photo, monkeypatch, on_conflict):
    monkeypatch.setattr("engine.cli.colorize.load_lasting_predictor", lambda _: FakePredictor())
    other = save_gray(tmp_path / "attic.tif", seed=1)
    choices = ["--layer", "--on-conflict", on_conflict]
    assert run(["colorize", str(photo), str(other), *choices]) == 0
    layers = [name for name in listing(tmp_path) if "layer" in name]
    assert layers == ["attic-color-layer-2.tif", "attic-color-layer.tif"]


def test_edits_nested_too_deep_are_told(tmp_path, photo, capsys):
    edits = tmp_path / "edits.json"
    edits.write_text("[" * 100_000)
    assert run(["colorize", str(photo), "--edits", str(edits)]) == 2
    assert "nested too deep" in capsys.readouterr().err


@pytest.mark.parametrize(("suffix", "dtype"), [(".png", np.uint8), (".tif", np.uint16)])
def test_a_result_can_be_smaller_and_is_checked_as_such(tmp_path, capsys, suffix, dtype):
    photo = save_gray(tmp_path / f"attic{suffix}", dtype=dtype)
    assert run(["colorize", str(photo), "--longest", "70", "--layer"]) == 0
    result = photo.with_name(f"attic-colorized{suffix}")
    assert read(result).shape == (50, 70, 3)
    # A layer is laid over the photo itself.
    assert read(photo.with_name("attic-color-layer.tif")).shape[:2] == (150, 210)
    capsys.readouterr()
    assert run(["check", str(photo), str(result), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["properties"]["size"]["verdict"] == "changed"
    assert report["properties"]["lightness"]["verdict"] == "kept"


def test_a_smaller_result_cannot_stand_in_the_place_of_the_original(photo, capsys):
    before = photo.read_bytes()
    assert run(["colorize", str(photo), "--longest", "70", "--replace-original"]) == 2
    assert "pixels would be lost" in capsys.readouterr().err
    assert photo.read_bytes() == before


def test_what_was_given_up_for_lack_of_memory_is_said_and_written_down(photo, capsys, monkeypatch):
    class Small(FakePredictor):
        def prepare(self, lightness, quality):
            if quality != "fast":
                raise OutOfMemory(device="cpu")
            return super().prepare(lightness, quality)

    monkeypatch.setattr(
        "engine.cli.colorize.load_lasting_predictor", lambda _: FallbackPredictor(Small())
    )
    assert run(["colorize", "--quality", "fine", str(photo)]) == 0
    assert "colored at a lower one" in capsys.readouterr().err
    result = read_photo(photo.with_name("attic-colorized.png"))
    made = Provenance.from_xmp(dict(result.source.metadata)["xmp-data"])
    assert made is not None
    assert made.quality == "fast"


def test_the_bar_shows_names_with_brackets_as_they_are():
    bar = progress_bar()
    bar.add_task("attic [bold].jpg", total=1)
    (task,) = bar.tasks
    assert bar.columns[0].render(task).plain == "attic [bold].jpg"
