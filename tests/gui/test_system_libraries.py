import subprocess
import sys
from pathlib import Path

import pytest

import gui.system_libraries as libraries

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a matter of Linux")


def test_plugin_paths_of_opencv_are_forgotten_and_others_kept():
    environment = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/venv/lib/python3.11/site-packages/cv2/qt/plugins",
        "QT_QPA_FONTDIR": "/usr/share/fonts",
    }
    libraries.forget_foreign_plugins(environment)
    assert environment == {"QT_QPA_FONTDIR": "/usr/share/fonts"}
    libraries.forget_foreign_plugins({})


def test_the_library_is_found_in_the_error_of_an_import():
    text = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert libraries.missing_in(ImportError(text)) == "libEGL.so.1"
    assert libraries.missing_in(ImportError("No module named 'PySide6'")) is None


@linux_only
def test_a_plugin_that_cannot_be_loaded_names_its_library(tmp_path, monkeypatch):
    def load(name: str) -> None:
        if name.endswith("libqxcb.so") or name == "libxcb-cursor.so.0":
            raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file")

    plugins = tmp_path / "Qt" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    for name in ("libqxcb.so", "libqwayland.so"):
        (plugins / name).touch()
    spec = type("Spec", (), {"submodule_search_locations": [str(tmp_path)]})
    monkeypatch.setattr(libraries, "find_spec", lambda _: spec)
    monkeypatch.setattr(libraries.ctypes, "CDLL", load)
    assert libraries.missing_for_window({"DISPLAY": ":0"}) == "libxcb-cursor.so.0"
    assert libraries.missing_for_window({"QT_QPA_PLATFORM": "xcb"}) == "libxcb-cursor.so.0"
    # With Wayland there is another way to a window.
    assert libraries.missing_for_window({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}) is None
    assert libraries.missing_for_window({"QT_QPA_PLATFORM": "offscreen"}) is None
    assert libraries.missing_libraries() == ["libxcb-cursor.so.0"]
    sentence = libraries.sentence_for("libxcb-cursor.so.0")
    assert "libxcb-cursor.so.0" in sentence
    assert "sudo apt install libxcb-cursor0" in sentence


def test_a_library_without_a_known_package_is_named_all_the_same(monkeypatch):
    monkeypatch.setattr(libraries, "missing_libraries", list)
    sentence = libraries.sentence_for("libodd.so.7")
    assert "libodd.so.7" in sentence
    assert "apt" not in sentence


@linux_only
def test_run_as_a_program_it_prints_packages_on_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "gui.system_libraries"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.count("\n") == 1
    assert set(done.stdout.split()) <= set(libraries.PACKAGES.values())
