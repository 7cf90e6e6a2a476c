"""Writes the report of a run while the window is usable again: its pictures may take minutes."""

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import CancelToken
from engine.batch import BatchReport, write_report

logger = logging.getLogger(__name__)


class Reporter(QObject):
    """Writes one report at a time, on a thread of its own.

    Signals:
        written: the page, a Path.
    """

    written = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hurry = CancelToken()
        self._thread: threading.Thread | None = None

    def begin(self, report: BatchReport, folder: Path) -> None:
        """Write a report into a folder; one that is being written gets no more pictures."""
        self.hurry_up()
        self._hurry = CancelToken()
        self._thread = threading.Thread(
            target=self._write, args=(report, folder, self._hurry), name="report"
        )
        self._thread.start()

    def hurry_up(self) -> None:
        """Make no more pictures, and wait until the rest is written."""
        self._hurry.cancel()
        if self._thread is not None:
            self._thread.join()

    def _write(self, report: BatchReport, folder: Path, hurry: CancelToken) -> None:
        try:
            page = write_report(report, folder, hurry)[0]
        except OSError as error:  # a batch is not worth less without one
            logger.warning("The report cannot be written: %s", error)
        else:
            self.written.emit(page)
