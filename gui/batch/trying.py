"""Finds out how long a planned batch will take, on a thread of its own: nobody waits for that."""

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from engine import Cancelled, CancelToken, Predictor
from engine.batch import Job, Plan, tried_seconds
from gui.batch.chain import Chain

PATIENCE_SECONDS = 0.7

logger = logging.getLogger(__name__)


class Trial(QObject):
    """Colors one photo of a plan, of which nothing stays; one plan after the other.

    Args:
        load: gives the network; it is kept for the next plan.
        parent: as usual.

    Signals:
        timed: the Plan, now with the time it will take.
    """

    timed = Signal(object)

    def __init__(self, load: Callable[[], Predictor], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._predictor: Predictor | None = None
        self._chain = Chain("trying", daemon=True)  # no decoder can keep the program from ending

    def begin(self, plan: Plan, job: Job, cancel: CancelToken) -> None:
        """Try a plan out; the token gives it up."""
        self._chain.begin(lambda: self._try(plan, job, cancel))

    def wait(self) -> None:
        """Let what was given up end, but not for long: some decoders cannot be stopped."""
        self._chain.wait(PATIENCE_SECONDS)

    def _try(self, plan: Plan, job: Job, cancel: CancelToken) -> None:
        try:
            seconds = tried_seconds(plan, job, self._network, cancel)
            cancel.raise_if_set()
            if seconds is not None:
                self.timed.emit(replace(plan, seconds=seconds))
        except Cancelled:
            logger.info("A trial was given up")
        except Exception:  # the plan stays without a time; the run will say what is wrong
            logger.info("A trial failed", exc_info=True)

    def _network(self) -> Predictor:
        if self._predictor is None:
            self._predictor = self._load()
        return self._predictor
