"""How long the window lets one wait: a dropped photo, a slider, and the window itself.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.window [FOLDER]

A gray JPEG of 24 megapixels is opened in the real window with the real network. Measured on the
GUI thread: from the opening to the first colored preview; from a slider's change to its preview,
one at a time and in a drag of 60 changes a second; and, by a timer that should fire every 5 ms, for
how long the thread ever stood still. The network is loaded before, as it is while one looks for a
photo. FOLDER, /tmp by default, needs 20 MB.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.files import grainy_jpeg
from gui.garbage import GarbageCollector
from gui.main_window import MainWindow
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread

HEARTBEAT_MS = 5
TURNS = 15
DRAG_MS, DRAG_CHANGES = 16, 60
PATIENCE_S = 60.0


def main(folder: Path) -> None:
    """Measure and print."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    with tempfile.TemporaryDirectory(dir=folder) as work:
        photo = grainy_jpeg(Path(work))
        settings = QSettings(str(Path(work) / "settings.ini"), QSettings.Format.IniFormat)
        thread = EngineThread(Desk())
        collector = GarbageCollector()
        thread.result_ready.connect(collector.on_result)
        window = MainWindow(thread, settings, "en")
        window.show()
        thread.start()
        window.warm_up()
        _wait(lambda: window.document.warming_up is None and window.document.photo is None, 3.0)
        heart = _Heart()
        heart.beat()
        _measure(window, photo)
        print(f"longest stall of the GUI thread {1000 * heart.longest:6.0f} ms")
        window.document.undo()
        for each in window.document._works.values():
            each.saved = each.edits
        window.close()


def _measure(window: MainWindow, photo: Path) -> None:
    document = window.document
    start = time.perf_counter()
    window.open_photos([photo])
    _wait(lambda: document.shown is not None)
    print(f"photo to colored preview        {1000 * (time.perf_counter() - start):6.0f} ms")
    _wait(lambda: document.shown is not None and document.shown.complete)
    print(f"photo to full size              {1000 * (time.perf_counter() - start):6.0f} ms")
    slider = window.panel.slider("saturation")
    waits = []
    for turn in range(TURNS):
        start = time.perf_counter()
        slider.setValue(100 + 3 * (turn + 1))
        _wait(lambda: document.shown is not None and document.shown.edits == document.edits)
        waits.append(1000 * (time.perf_counter() - start))
    print(f"slider to preview, median       {statistics.median(waits):6.0f} ms")
    print(f"slider to preview, longest      {max(waits):6.0f} ms")
    shown: set[int] = set()
    for change in range(DRAG_CHANGES):
        slider.setValue(100 + change % 50)
        end = time.perf_counter() + DRAG_MS / 1000
        while time.perf_counter() < end:
            QApplication.processEvents()
            if document.shown is not None:
                shown.add(document.shown.generation)
    seconds = DRAG_CHANGES * DRAG_MS / 1000
    print(f"previews a second in a drag     {len(shown) / seconds:6.0f}")


class _Heart:
    """A timer that notes the longest time between two beats."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=HEARTBEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._timer.start()

    def beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def _wait(until: Callable[[], bool], least: float = 0.0) -> None:
    start = time.perf_counter()
    while time.perf_counter() - start < least or not until():
        QApplication.processEvents()
        time.sleep(0.0002)
        if time.perf_counter() - start > PATIENCE_S:
            raise TimeoutError


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()))
