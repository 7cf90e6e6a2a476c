"""Has Python look for garbage on the GUI thread only.

By itself it does so on whatever thread happens to make the next object. Among the objects that
refer to each other and to which nobody refers any more there are widgets, of a dialog that was
closed, say, and Qt's objects may be destroyed on their own thread only: now and then one of the
workers ended the program with a segmentation fault.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from gui.worker.jobs import WarmedUp

INTERVAL_MS = 1000


class GarbageCollector(QObject):
    """Takes over from Python; made on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._on_interval)
        self._timer.start()

    def hand_back(self) -> None:
        """Let Python do it again; to be called on the GUI thread."""
        self._timer.stop()
        gc.collect()
        gc.enable()

    @Slot(object)
    def on_result(self, result: object) -> None:
        """Leave out from now on what is there for good, once the network is loaded.

        Args:
            result: of the worker. Going through the 200,000 objects of torch's modules would hold
                up the window for a sixth of a second each time.
        """
        if isinstance(result, WarmedUp):
            gc.freeze()

    @Slot()
    def _on_interval(self) -> None:
        """Collect as often as Python would: the generations that have grown over their limits."""
        limits = gc.get_threshold()
        grown = [count > limit for count, limit in zip(gc.get_count(), limits, strict=True)]
        if grown[0]:
            gc.collect(2 if all(grown) else 1 if grown[1] else 0)
