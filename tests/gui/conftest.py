import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings

from engine import set_language
from gui.garbage import GarbageCollector
from gui.main_window import MainWindow
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread
from tests.support.fakes import FakePredictor

MakePhoto = Callable[..., Path]


@pytest.fixture(autouse=True, scope="package")
def collector(qapp) -> Iterator[GarbageCollector]:
    """As in the program: widgets that nobody refers to are not destroyed by a worker."""
    made = GarbageCollector()
    yield made
    made.hand_back()


@pytest.fixture
def make_photo(tmp_path) -> MakePhoto:
    """Writes a gray photo with a ramp in it."""

    def make(name: str = "attic.png", width: int = 300, height: int = 200, depth: int = 8) -> Path:
        ramp = np.linspace(0.1, 0.9, width)[None] * np.linspace(0.6, 1, height)[:, None]
        codes = ramp * (2**depth - 1)
        path = tmp_path / name
        Image.fromarray(codes.astype(np.uint8 if depth == 8 else np.uint16)).save(path)
        return path

    return make


@pytest.fixture
def predictor() -> FakePredictor:
    return FakePredictor()


@pytest.fixture
def settings(tmp_path, monkeypatch) -> QSettings:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # thumbnails of recent photos
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot, predictor, settings) -> Iterator[MainWindow]:
    """The window with a running worker, 900 x 600."""
    thread = EngineThread(Desk(load=lambda: predictor))
    window = MainWindow(thread, settings, "en")
    window.resize(900, 600)
    window.show()
    thread.start()
    yield window
    predictor.gate.set()
    for work in window.document._works.values():  # so that closing asks nothing
        work.edits = work.saved
    window.close()
    window.close()  # the first time it may have waited for a save
    thread.shut_down()
    window.deleteLater()
    set_language("en")


@pytest.fixture
def open_colored(qtbot, window, make_photo) -> Callable[..., Path]:
    """Opens a photo and waits until it is colored."""

    def open_it(name: str = "attic.png", **how: int) -> Path:
        path = make_photo(name, **how)
        window.open_photos([path])
        qtbot.waitUntil(lambda: window.document.path == path and is_done(window))
        return path

    return open_it


def is_done(window: MainWindow) -> bool:
    """Whether the colored photo is on screen and nothing goes on."""
    shown = window.document.shown
    return shown is not None and shown.complete and not window.document.is_working
