"""How long one picture on screen takes while one zooms and pans in a photo of 100 megapixels.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.looking [MEGAPIXELS]

The view is 1,600 x 1,000 pixels. Every step paints all of it at once, as a screen would ask for. A
step under 16 ms keeps up with 60 pictures a second. The smaller copies of the picture are made
first, as the worker makes them when a photo is opened.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gui.images import picture_of
from gui.views.compare_view import CompareView

WIDTH, HEIGHT = 1600, 1000
STEPS = 40
_SCREEN = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)


def main(megapixels: int) -> None:
    """Measure and print."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    side = int((megapixels * 1e6 / 1.5) ** 0.5)
    size = (int(side * 1.5), side)
    gray = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 1), np.uint8)
    color = np.repeat(gray, 3, axis=2)
    start = time.perf_counter()
    pictures = picture_of(gray, size), picture_of(color, size)
    print(f"{megapixels} megapixels; smaller copies of both pictures {_seconds(start):.2f} s")
    view = CompareView()
    view.resize(WIDTH, HEIGHT)
    view.show()
    view.show_original(pictures[0])
    view.show_colored(pictures[1])
    for side_by_side in (False, True):
        view.show_side_by_side(side_by_side)
        for name, steps in (("zoom", _zoom), ("pan at 100 %", _pan), ("divider", _divide)):
            if side_by_side and name == "divider":
                continue
            times = [_painted(view, step) for step in steps(view)]
            how = "side by side" if side_by_side else "divided"
            print(
                f"{how:>13}, {name:<13} {1000 * statistics.median(times):6.1f} ms median"
                f" {1000 * max(times):6.1f} ms at most"
            )


def _painted(view: CompareView, step: Callable[[], None]) -> float:
    step()
    view._glide.setCurrentTime(view._glide.duration())  # to the end of the glide at once
    start = time.perf_counter()
    view.render(_SCREEN)
    return _seconds(start)


def _zoom(view: CompareView) -> Iterator[Callable[[], None]]:
    view.zoom_to_fit()
    at = QPointF(WIDTH * 0.4, HEIGHT * 0.6)
    for step in range(STEPS):
        factor = 1.25 if step < STEPS // 2 else 1 / 1.25
        yield lambda factor=factor: view.zoom_by(factor, at)


def _pan(view: CompareView) -> Iterator[Callable[[], None]]:
    view.zoom_to_full()
    for _ in range(STEPS):
        yield lambda: view._set_transform(view._transform.panned(-37, -23))


def _divide(view: CompareView) -> Iterator[Callable[[], None]]:
    for step in range(STEPS):
        yield lambda step=step: view.set_divider(step / STEPS)


def _seconds(start: float) -> float:
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
