"""How long the table of a batch keeps the window busy with ten thousand rows.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.table [ROWS]

Measured: showing a plan; one step of scrolling, painted as a whole; taking in what a run tells in
one go of 60 ms, here 200 photos at a time; filtering. The bar for each frame is 50 ms.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from engine.batch import Plan, Row, RowChanged
from gui.batch.dialog import BatchDialog
from gui.batch.table import Listed

STEPS, AT_ONCE = 60, 200


def main(count: int) -> None:
    """Measure and print."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    parent = QWidget()
    dialog = BatchDialog(parent, QSettings(), lambda: "fast")
    dialog.resize(1240, 760)
    dialog.show()
    app.processEvents()
    listed = Listed.of(_plan(count), None)  # in the thread of the batch
    _once("showing a plan", lambda: dialog.table.show_plan(listed))
    screen = QImage(dialog.view.viewport().size(), QImage.Format.Format_RGB32)
    bar = dialog.view.verticalScrollBar()

    def scroll(step: int) -> None:
        bar.setValue(bar.maximum() * step // STEPS)
        dialog.view.viewport().render(screen)

    _many("a step of scrolling", scroll)

    def take(step: int) -> None:
        first = step * AT_ONCE % count
        dialog.table.take([
            RowChanged(at, Path(f"/album/{at:06}.jpg"), "done", seconds=1.0)
            for at in range(first, min(first + AT_ONCE, count))
        ])  # fmt: skip
        dialog.view.viewport().render(screen)

    _many(f"taking in {AT_ONCE} photos", take)
    _once("filtering", lambda: dialog._on_filter(2))
    _many("the same, filtered", take)
    dialog.shut_down()


def _plan(count: int) -> Plan:
    rows = tuple(
        Row(Path(f"/album/{at:06}.jpg"), f"{at:06}.jpg", 1, 1, at, None, "",
            Path(f"/results/{at:06}-colorized.jpg"), None, "unique")
        for at in range(count)
    )  # fmt: skip
    return Plan(rows, (), (), None)


def _once(name: str, do: Callable[[], None]) -> None:
    start = time.perf_counter()
    do()
    QApplication.processEvents()
    print(f"{name:28} {1000 * (time.perf_counter() - start):7.1f} ms")


def _many(name: str, do: Callable[[int], None]) -> None:
    times = []
    for step in range(STEPS):
        start = time.perf_counter()
        do(step)
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name:28} {statistics.median(times):7.1f} ms median {max(times):7.1f} ms at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
