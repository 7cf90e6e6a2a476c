"""`photochrom batch`: its options, what it prints, and its exit status."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.batch.events import Finished, Progressed
from engine.cli import batch as batch_command
from engine.cli.batch_voices import PlainVoice, Teller
from engine.cli.main import run
from engine.errors import Cancelled, DeviceMissing
from engine.photo.read import read_photo
from tests.support.batches import digests, save_photo, save_photos
from tests.support.fakes import FakePredictor

ROOT = Path(__file__).resolve().parents[2]
LINE = {"source", "target", "layer", "state", "seconds", "warnings", "error"}


@pytest.fixture(autouse=True)
def fake_network(monkeypatch, tmp_path):
    predictor = FakePredictor()
    monkeypatch.setattr(batch_command, "load_lasting_predictor", lambda *_: predictor)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return predictor


@pytest.fixture
def folder(tmp_path):
    save_photos(tmp_path / "in", 3)
    save_photo(tmp_path / "in" / "deep" / "a.tif", 3)
    (tmp_path / "in" / "Thumbs.db").touch()
    return tmp_path / "in"


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_results_lie_beside_the_photos(folder, capsys):
    assert run(["batch", str(folder)]) == 0
    said = capsys.readouterr()
    lines = sorted(said.out.splitlines())  # they come as the photos are finished
    assert len(lines) == 3
    assert lines[0].startswith(f"{folder / '000.png'} -> {folder / '000-colorized.png'} (")
    assert "3 to color; 0 left as they are; 2 ignored; about 1 MB needed" in said.err
    assert "3 colored, 0 failed." in said.err
    assert run(["batch", str(folder)]) == 0
    said = capsys.readouterr()
    assert not said.out
    assert "0 to color; 3 left as they are; 5 ignored." in said.err
    assert len(digests(folder)) == 8
    assert not [path.name for path in folder.iterdir() if path.suffix == ".sqlite"]


def test_folders_are_mirrored(folder, tmp_path, capsys):
    out = tmp_path / "out"
    sources = digests(folder)
    assert run(["batch", str(folder), "--into", str(out), "--recursive", "--json"]) == 0
    rows = lines(capsys.readouterr().out)
    assert set(digests(out)) == {
        "000-colorized.png", "001-colorized.png", "002-colorized.png", "deep/a-colorized.tif"
    }  # fmt: skip
    assert all(set(row) == LINE for row in rows)
    assert {row["state"] for row in rows} == {"done"}
    assert {row["target"] for row in rows} == {str(out / name) for name in digests(out)}
    assert digests(folder) == sources


def test_paths_are_as_they_were_given(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert run(["batch", "in", "--into", "out", "--include", "000*", "--json"]) == 0
    (row,) = lines(capsys.readouterr().out)
    assert row["source"] == os.path.join("in", "000.png")  # noqa: PTH118
    assert row["target"] == os.path.join("out", "000-colorized.png")  # noqa: PTH118


@pytest.mark.parametrize("into", [[], ["--into", "out"], ["--into", "in/../out"]])
def test_what_is_gone_on_with_is_told_as_before(folder, capsys, monkeypatch, into):
    monkeypatch.chdir(folder.parent)
    command = ["batch", "in", *into, "--report", "report"]
    (folder / "bad.png").write_bytes(b"no photo")
    with monkeypatch.context() as patch:  # all is planned, nothing begun
        stopped = Finished(0, 0, 0, waiting=4, seconds=0.0, cancelled=True)
        patch.setattr(batch_command, "run_batch", lambda *_: stopped)
        assert run(command) == 130
    where = into[1] if into else "in"
    result = os.path.join(where, "002-colorized.png")  # noqa: PTH118
    capsys.readouterr()
    assert run([*command, "--plan"]) == 0
    said = capsys.readouterr().out
    assert f" -> {result}\n" in said
    assert "another" not in said
    assert run(command) == 1
    said = capsys.readouterr()
    assert f" -> {result} (" in said.out
    assert "another" not in said.err
    assert run([*command, "--retry-failed", "--plan"]) == 0
    said = capsys.readouterr().out
    bad = os.path.join(where, "bad-colorized.png")  # noqa: PTH118
    assert f" -> {bad}\n" in said
    assert "another" not in said


def test_a_plan_writes_nothing(folder, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    arguments = ["batch", str(folder), "--recursive", "--into", str(tmp_path / "out"), "--plan"]
    assert run(arguments) == 0
    said = capsys.readouterr().out
    assert f"{folder / '000.png'} -> {tmp_path / 'out' / '000-colorized.png'}" in said
    assert f"{folder / 'Thumbs.db'}: It was put there by a system" in said
    assert re.search(r"4 to color; .*; about \d+ s\.", said)  # by a trial
    assert run([*arguments, "--json"]) == 0
    rows = lines(capsys.readouterr().out)
    assert [row["action"] for row in rows] == ["color"] * 4 + ["ignore"]
    assert sorted(tmp_path.rglob("*")) == before
    assert run(arguments[:-1]) == 0
    capsys.readouterr()
    before = sorted(tmp_path.rglob("*"))
    assert run(arguments) == 0
    assert "0 to color; 4 left as they are" in capsys.readouterr().out
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "error",
    [DeviceMissing(device="cuda", available="cpu"), OSError(28, "No space left"), Cancelled()],
)
def test_a_trial_that_fails_leaves_the_plan(folder, capsys, monkeypatch, error):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(batch_command, "tried_seconds", fail)
    assert run(["batch", str(folder), "--plan"]) == 0
    said = capsys.readouterr()
    assert "000-colorized.png" in said.out
    assert "3 to color" in said.out
    assert "about" not in said.out.splitlines()[-1].split("free")[-1]
    assert ("is not known" in said.err) == (not isinstance(error, Cancelled))


def test_one_bad_photo_is_a_line_and_status_1(folder, capsys):
    (folder / "bad.jpg").write_bytes(b"no photo")
    assert run(["batch", str(folder), str(folder / "missing.jpg"), "--json"]) == 1
    said = capsys.readouterr()
    failed = {Path(row["source"]).name: row for row in lines(said.out) if row["error"]}
    assert set(failed) == {"bad.jpg", "missing.jpg"}
    assert failed["bad.jpg"]["target"] is None
    assert "it is not a photo" in failed["bad.jpg"]["error"]
    assert "it does not exist" in failed["missing.jpg"]["error"]
    assert "3 colored, 2 failed." in said.err
    assert run(["batch", str(folder)]) == 1
    assert "1 failed earlier" in capsys.readouterr().err
    save_photo(folder / "001.jpg")
    shutil.copy(folder / "001.jpg", folder / "bad.jpg")
    assert run(["batch", str(folder)]) == 0  # it has changed


@pytest.mark.parametrize("option", [[], ["--plan"], ["--json"], ["--json", "--plan"]])
def test_what_does_not_exist_is_told_before_anything_is_done(tmp_path, capsys, option):
    missing, into = tmp_path / "in" / "nodir", tmp_path / "out"
    assert run(["batch", str(missing), "--into", str(into), *option]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"{missing}: “nodir” cannot be read: it does not exist. Check its name and folder."
    ]
    assert len(said.out.splitlines()) == ("--json" in option)
    assert not into.exists()


def test_what_does_not_exist_stops_no_other(folder, tmp_path, capsys):
    missing, report = tmp_path / "nodir", tmp_path / "report"
    command = ["batch", str(missing), str(folder)]
    assert run([*command, "--plan"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"{missing}: ")
    assert "3 to color" in said.out
    assert str(missing) not in said.out
    assert run([*command, "--report", str(report)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"{missing}: ")
    assert "3 to color" in said.err
    assert "3 colored, 1 failed." in said.err
    assert "--retry-failed" not in said.err  # it would not help
    told = json.loads((report / "photochrom-report.json").read_text("utf-8"))
    assert told["counts"] == {"failed": 1, "done": 3}
    assert run(command) == 1
    assert "0 colored, 1 failed." in capsys.readouterr().err


def test_the_report_names_what_does_not_exist_by_its_whole_path(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder.parent)
    for places, counts in (
        (["nodir"], {"failed": 1}),  # nothing else is there to be done
        (["nodir", "in"], {"failed": 1, "done": 3}),
        (["nodir"], {"failed": 1, "done": 3}),
    ):
        capsys.readouterr()
        options = ["--into", "out", "--report", "report", "--json"]
        assert run(["batch", *places, *options]) == 1
        said = capsys.readouterr()
        assert said.err.startswith("nodir: ")
        assert lines(said.out)[0]["source"] == "nodir"
        told = json.loads(Path("report", "photochrom-report.json").read_text("utf-8"))
        assert told["counts"] == counts
        (row,) = [row for row in told["photos"] if row["state"] == "failed"]
        assert row["source"] == str(folder.parent / "nodir")
    shutil.rmtree("report")
    assert run(["batch", "nodir", *options, "--plan"]) == 1
    assert not Path("report").exists()


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (["--include", "*.xyz", "--include", "b*"],
         'No photo fits --include "*.xyz", "b*"; 3 left out by it.'),
        (["--exclude", "0*"], 'No photo is left after --exclude "0*".'),
        (["--include", "000*"], ""),
        (["--exclude", "000*"], ""),
    ],
)  # fmt: skip
def test_patterns_that_leave_no_photo_are_named(folder, capsys, patterns, said):
    for option in (["--plan"], []):
        assert run(["batch", str(folder), *patterns, *option]) == 0
        heard = capsys.readouterr().err
        assert said in heard
        assert ("No photo" in heard) == bool(said)


def test_failed_ones_are_tried_again_on_request(folder, fake_network, capsys):
    fake_network.error = ZeroDivisionError("odd")
    assert run(["batch", str(folder)]) == 1
    assert "Give the same command with --retry-failed" in capsys.readouterr().err
    fake_network.error = None
    assert run(["batch", str(folder)]) == 1
    assert "0 to color" in capsys.readouterr().err
    assert run(["batch", str(folder), "--retry-failed"]) == 0
    assert "3 colored" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("on_conflict", "results", "replaced"),
    [("unique", 4, False), ("skip", 3, False), ("overwrite", 3, True), ("if-changed", 4, False)],
)
def test_on_conflict(folder, tmp_path, on_conflict, results, replaced):
    target = tmp_path / "out" / "000-colorized.png"
    target.parent.mkdir()
    target.write_bytes(b"another's")
    out = str(target.parent)
    assert run(["batch", str(folder), "--into", out, "--on-conflict", on_conflict]) == 0
    assert len(digests(target.parent)) == results
    assert (target.read_bytes() != b"another's") == replaced


def test_if_changed_colors_again_what_has_changed(folder, tmp_path, capsys):
    arguments = ["batch", str(folder), "--into", str(tmp_path / "out")]
    arguments += ["--on-conflict", "if-changed"]
    assert run(arguments) == 0
    first = digests(tmp_path / "out")
    save_photo(folder / "001.png", 77)
    assert run(arguments) == 0
    second = digests(tmp_path / "out")
    assert {name for name in first if first[name] != second[name]} == {"001-colorized.png"}
    assert run([*arguments, "--strength", "0.5"]) == 0
    third = digests(tmp_path / "out")
    assert set(third) == set(first)
    assert not set(third.values()) & set(second.values())
    assert run(arguments) == 0  # back again: what is there is not what is wished for
    assert digests(tmp_path / "out") == second


def test_choices_for_saving_are_those_of_colorize(folder, tmp_path):
    out = tmp_path / "out"
    arguments = ["--format", "jpeg", "--longest", "20", "--layer", "--image-quality", "80"]
    assert run(["batch", str(folder), "--into", str(out), *arguments]) == 0
    assert len(digests(out)) == 6
    assert max(read_photo(out / "000-colorized.jpg").size) == 20
    assert (out / "000-color-layer.tif").exists()


def test_names_by_template(folder, tmp_path):
    out = str(tmp_path / "out")
    assert run(["batch", str(folder), "--into", out, "--name", "{folder} {number}"]) == 0
    assert set(digests(tmp_path / "out")) == {"in 0001.png", "in 0002.png", "in 0003.png"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "Missing argument"),
        (["in", "--name", "{nmae}"], "{nmae}"),
        (["in", "--shard", "5/4"], "no share such as"),
        (["in", "--shard", "1"], "no share such as"),
        (["in", "--workers", "0"], "--workers"),
        (["in", "--on-conflict", "ask"], "--on-conflict"),
        (["in", "--into", "in/000.png"], "is a file"),
        (["in", "--edits", "none.json"], "none.json"),
    ],
)
def test_wrong_usage_is_status_2_and_writes_nothing(folder, monkeypatch, capsys, wrong, said):
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    assert run(["batch", *wrong]) == 2
    assert said in capsys.readouterr().err
    assert sorted(folder.parent.rglob("*")) == before


def test_a_folder_that_cannot_be_written(folder, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert run(["batch", str(folder), "--into", str(tmp_path / "file" / "out")]) == 1
    assert "permission is missing or the folder cannot be used" in capsys.readouterr().err


def test_a_damaged_journal_is_told(folder, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / ".photochrom-batch.sqlite").write_bytes(b"damaged" * 1000)
    assert run(["batch", str(folder), "--into", str(out)]) == 1
    assert "Move it elsewhere" in capsys.readouterr().err


def test_a_full_disk_says_how_to_go_on(folder, tmp_path, capsys, monkeypatch):
    def write(function, path):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("engine.photo.place._write", write)
        assert run(["batch", str(folder), "--into", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "no space is left" in said
    assert "0 colored, 0 failed, 3 not begun." in said
    assert "Give the same command again to go on." in said
    assert run(["batch", str(folder), "--into", str(tmp_path / "out")]) == 0


def test_a_name_that_is_no_letters(folder, capfdbinary):
    name = os.fsdecode(b"\xff.png")
    shutil.copy(folder / "000.png", folder / name)
    assert run(["batch", str(folder), "--include", name, "--json"]) == 0
    (row,) = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert row["source"] == str(folder / name)


def test_lines_for_a_file_go_there_though_a_terminal_shows_the_bar(folder, tmp_path):
    pty = pytest.importorskip("pty")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "tests.support.batch_process", "batch", str(folder), "--json"]
    with (tmp_path / "lines").open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=end, env=environment, cwd=ROOT)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # so it ends
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    assert process.wait(30) == 0
    assert len(lines((tmp_path / "lines").read_text())) == 3
    assert b"source" not in shown
    assert b"3 colored" in shown


@pytest.fixture
def read_only_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(disk)]
    if getattr(os, "geteuid", lambda: 1)() or subprocess.run(mount, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    save_photos(disk / "in", 2)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_read_only_disk(read_only_disk, tmp_path, capsys):
    photos, out = read_only_disk / "in", read_only_disk / "out"
    assert run(["batch", str(photos), "--into", str(out)]) == 1
    assert "cannot be written to" in capsys.readouterr().err
    assert run(["batch", str(photos), "--json"]) == 1  # beside the photos
    rows = lines(capsys.readouterr().out)
    assert ["cannot be written to" in row["error"] for row in rows] == [True, True]
    assert run(["batch", str(photos), "--into", str(tmp_path / "out")]) == 0


def test_an_empty_folder(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert run(["batch", str(tmp_path / "empty")]) == 0
    assert "0 to color" in capsys.readouterr().err


def test_the_bar_shows_the_share_and_the_time_left(monkeypatch):
    with Teller(PlainVoice(), 4) as teller:
        teller.tell(Progressed(1, 4, 0.3, 90.0))
        (task,) = teller._bar.tasks
        assert task.completed == pytest.approx(0.3)
        assert task.description == "1/4"
        assert task.fields["left"] == "90 s left"


def test_one_look(folder, tmp_path, capsys):
    into = tmp_path / "out"
    assert run(["batch", str(folder), "--into", str(into), "--one-look"]) == 0
    assert "3 colored, 0 failed." in capsys.readouterr().err
    others = ["--look-of", str(folder / "000.png"), "--look-of", str(folder / "001.png")]
    assert run(["batch", str(folder), "--into", str(into), *others]) == 0
    assert len(digests(into)) == 6  # another look, another job
    assert run(["batch", str(folder), "--one-look", *others]) == 2
    assert "leave it out" in capsys.readouterr().err


def test_a_look_that_cannot_be_had_is_told_before_anything_is_done(folder, tmp_path, capsys):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    before = digests(tmp_path)
    assert run(["batch", str(folder), "--look-of", str(broken)]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("“broken.jpg”, which gives the others its look, cannot be used.")
    assert len(said.splitlines()) == 1
    assert digests(tmp_path) == before


def test_a_report_is_written_on_request(folder, tmp_path, capsys):
    (folder / "bad.jpg").write_bytes(b"no photo")
    into, report = tmp_path / "out", tmp_path / "told" / "here"
    assert run(["batch", str(folder), "--into", str(into), "--report", str(report)]) == 1
    names = ["photochrom-report.csv", "photochrom-report.html", "photochrom-report.json"]
    assert sorted(path.name for path in report.iterdir()) == names
    told = json.loads((report / names[2]).read_text("utf-8"))
    assert told["counts"] == {"failed": 1, "done": 3}
    assert "4 photos" in told["title"]
    capsys.readouterr()
    (tmp_path / "file").touch()
    again = ["batch", str(folder), "--into", str(into), "--report", str(tmp_path / "file" / "x")]
    assert run(again) == 1  # as one photo failed earlier
    assert "The report cannot be written into" in capsys.readouterr().err
