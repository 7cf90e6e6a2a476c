import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from gui import texts
from gui.app import BugReporter, _Receiver
from gui.worker.jobs import Stage

ROOT = Path(__file__).resolve().parents[2]

# Opens the window, closes it once it has been painted, and tells what was loaded until then.
PROGRAM = """
import sys
from PySide6.QtCore import QTimer
import gui.app, gui.main_window

class Window(gui.main_window.MainWindow):
    def warm_up(self):
        print("torch" in sys.modules, self.isVisible(), self._thread.isRunning())
        QTimer.singleShot(0, self.close)

gui.app.MainWindow = Window
status = gui.app.run_window([])
print(status)
"""


@pytest.fixture
def reporter() -> BugReporter:
    return BugReporter()


def raised() -> ZeroDivisionError:
    try:
        1 / 0  # noqa: B018 - raising is all that is wanted
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_the_window_is_there_before_torch_and_ends_with_status_0(tmp_path):
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | home | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split("\n")[:2] == ["False True True", "0"], done.stderr
    if sys.platform.startswith("linux"):
        (log,) = tmp_path.rglob("photochrom.log")
        assert "Photochrom" in log.read_text(encoding="utf-8")


def test_an_exception_nobody_caught_is_logged_and_told(qtbot, window, reporter, caplog):
    receiver = _Receiver(window)
    reporter.bug_found.connect(receiver.on_bug)
    error = raised()
    reporter._on_exception(type(error), error, error.__traceback__)
    assert "ZeroDivisionError" in window.message_bar.text
    assert "raised" in caplog.text


def test_one_of_another_thread_is_told_on_the_gui_thread(qtbot, window, reporter, monkeypatch):
    receiver = _Receiver(window)
    reporter.bug_found.connect(receiver.on_bug)
    monkeypatch.setattr(logging.getLogger("gui.app"), "disabled", True)
    error = raised()
    args = threading.ExceptHookArgs([type(error), error, error.__traceback__, None])
    other = threading.Thread(target=reporter._on_thread_exception, args=[args])
    other.start()
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.message_bar.text)
    other.join()


def test_ctrl_c_is_no_bug(reporter, monkeypatch):
    quits: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", lambda: quits.append(True))
    reporter.bug_found.connect(lambda _: pytest.fail("told as a bug"))
    reporter._on_exception(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert quits == [True]


def test_a_file_from_outside_is_opened(qtbot, window, make_photo):
    path = make_photo()
    event = QFileOpenEvent(str(path))
    _Receiver(window).on_file(event.file())
    qtbot.waitUntil(lambda: window.document.path == path)


def test_errors_without_a_sentence_of_their_own_get_one(monkeypatch):
    monkeypatch.setattr(texts, "log_path", None)
    assert "KeyError" in texts.error_text(KeyError("x"))
    monkeypatch.setattr(texts, "log_path", Path("/logs/photochrom.log"))
    assert "/logs/photochrom.log" in texts.error_text(KeyError("x"))
    assert "memory" in texts.error_text(MemoryError())


def test_every_stage_and_device_has_words():
    assert all(texts.stage_text(stage) for stage in Stage)
    assert texts.device_text("cuda") == "the graphics card"
    assert texts.device_text("xpu") == "xpu"
