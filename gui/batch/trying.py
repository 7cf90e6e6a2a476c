"""Finds out how long a planned batch will take, on a thread of its own: nobody waits for that."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from engine import Cancelled, CancelToken, Predictor
from engine.batch import Job, Plan, tried_seconds

logger = logging.getLogger(__name__)


class Trial(QObject):
    """Colors one photo of a plan, of which nothing stays.

    Args:
        load: gives the network.
        parent: as usual.

    Signals:
        timed: the Plan, now with the time it will take.
    """

    timed = Signal(object)

    def __init__(self, load: Callable[[], Predictor], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._thread: threading.Thread | None = None

    def begin(self, plan: Plan, job: Job, cancel: CancelToken) -> None:
        """Try a plan out; the token gives it up."""
        self._thread = threading.Thread(
            target=self._try, args=(plan, job, cancel), name="batch-trying"
        )
        self._thread.start()

    def wait(self) -> None:
        """Let what is being tried end."""
        if self._thread is not None:
            self._thread.join()

    def _try(self, plan: Plan, job: Job, cancel: CancelToken) -> None:
        try:
            seconds = tried_seconds(plan, job, self._load, cancel)
            if seconds is not None:
                cancel.raise_if_set()
                self.timed.emit(replace(plan, seconds=seconds))
        except Cancelled:
            logger.info("A trial was given up")
        except Exception:  # the plan stays without a time; the run will say what is wrong
            logger.info("A trial failed", exc_info=True)
