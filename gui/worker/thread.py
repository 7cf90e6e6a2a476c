"""The one thread on which the engine works."""

import logging

from PySide6.QtCore import QObject, QThread, Signal

from gui.worker.desk import Desk
from gui.worker.inbox import Inbox
from gui.worker.jobs import Request

logger = logging.getLogger(__name__)

PATIENCE_MS = 5000


class EngineThread(QThread):
    """Serves requests one at a time, from the opening of the window to its closing.

    It has no slots: they would run on the GUI thread, where this object lives.

    Signals:
        result_ready: a `Result`; its receivers run on the GUI thread.
    """

    result_ready = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("engine")
        self._desk = desk
        self._inbox = Inbox()

    def submit(self, request: Request) -> None:
        """Leave a request; returns at once."""
        self._inbox.put(request)

    def run(self) -> None:
        """Work until the inbox is closed."""
        while (request := self._inbox.take()) is not None:
            self._desk.serve(request, self.result_ready.emit)

    def shut_down(self) -> None:
        """Stop the work and wait for the thread to end; called once the window is out of sight.

        It is never killed: a step that cannot be interrupted is waited for, with a note in the
        log, because a thread torn out of torch or libvips takes the process down with it.
        """
        self._inbox.close()
        if not self.wait(PATIENCE_MS):
            logger.warning("The worker is still busy; waiting for it to end.")
            self.wait()
