import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine.cli.main as command_line
import gui.system_libraries as libraries
import main as program

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a matter of Linux")


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("first", ["colorize", "evaluate", "train", "info", "--version", "-h"])
def test_a_verb_or_an_option_goes_to_the_command_line(monkeypatch, first):
    monkeypatch.setattr(command_line, "run", lambda argv: len(argv))
    assert program.main([first, "a", "b"]) == 3


def test_photos_go_to_the_window(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr("gui.app.run_window", lambda photos: opened.append(photos) or 0)
    assert program.main([str(tmp_path / "a.png"), "b.png"]) == 0
    assert [path.name for path in opened[0]] == ["a.png", "b.png"]
    assert program.main([]) == 0
    assert opened[1] == []


@linux_only
def test_without_a_display_a_sample_is_colored(monkeypatch, capsys):
    monkeypatch.setattr(command_line, "color_sample", lambda: 0)
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)
    assert program.main([]) == 0
    assert "no display" in capsys.readouterr().out


@linux_only
def test_without_a_display_photos_are_left_to_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)
    assert program.main(["a.png"]) == 1
    told = capsys.readouterr()
    assert "photochrom colorize PHOTO" in told.err
    assert told.err.count("\n") == 1
    assert not told.out


@linux_only
def test_without_a_display_what_is_neither_file_nor_command_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)
    assert program.main(["bogus"]) == 2
    assert capsys.readouterr().err == "There is no file and no command “bogus”.\n"
    scan = tmp_path / "scan"
    scan.touch()
    assert program.main([str(scan)]) == 1
    assert "There is no display" in capsys.readouterr().err


@linux_only
def test_a_display_that_does_not_answer_is_none(tmp_path):
    environment = os.environ | {"DISPLAY": ":4999", "LANGUAGE": "", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "main.py", str(tmp_path / "a.png")],
        cwd=Path(program.__file__).parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "There is no display" in done.stderr
    assert done.stderr.count("\n") == 1


@linux_only
def test_a_missing_system_library_is_told_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr("gui.display.has_display", lambda _: True)
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)
    monkeypatch.setattr(libraries, "missing_for_window", lambda _: "libxcb-cursor.so.0")
    assert program.main([]) == 1
    told = capsys.readouterr()
    assert "libxcb-cursor0" in told.err
    assert told.err.count("\n") == 1


@linux_only
def test_a_library_that_qt_itself_misses_is_told_too(monkeypatch, capsys):
    monkeypatch.setattr("gui.display.has_display", lambda _: True)
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)

    class Broken:
        def __getattr__(self, name: str):
            text = "libEGL.so.1: cannot open shared object file: No such file or directory"
            raise ImportError(text)

    monkeypatch.setitem(sys.modules, "gui.app", Broken())
    assert program.main([]) == 1
    assert "libegl1" in capsys.readouterr().err


def test_a_name_too_long_to_look_up_is_a_photo_that_is_missing(monkeypatch, capsys):
    monkeypatch.setattr("gui.display.has_display", lambda _: False)
    monkeypatch.setattr(program, "_speak_system_language", lambda: None)
    assert program.main(["x" * 300 + ".jpg"]) == 1
    assert "There is no display" in capsys.readouterr().err
