"""Plans and runs a batch on a thread of its own, so that the window stays usable meanwhile."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QThread, Signal

from engine import Cancelled, CancelToken, Predictor, load_lasting_predictor
from engine.batch import (
    BatchReport,
    Event,
    Means,
    Steering,
    find_photos,
    journal_path,
    make_plan,
    merge_shards,
    opened_journal,
    peek,
    plan_in,
    run_batch,
)
from gui.batch.choices import BatchOrder
from gui.batch.reporting import Reporter
from gui.batch.table import Listed
from gui.batch.trying import Trial

logger = logging.getLogger(__name__)

PATIENCE_MS = 10_000


class BatchThread(QThread):
    """Does one thing at a time: a plan, or a run.

    Args:
        load: gives the network.
        parent: as usual.

    Attributes:
        steering: the reins of the run that was begun last.
        reporter: writes the reports.
        trial: finds out how long a plan will take.

    Signals:
        planned: what would be done, as Listed; nothing was written.
        began: the same, while it is being carried out.
        ended: a Finished; the report follows, see `reporter`.
        given_up: a run was stopped before its plan was made.
        failed: an Exception, and whether it ended a run; else it ended a plan.
    """

    planned = Signal(object)
    began = Signal(object)
    ended = Signal(object)
    given_up = Signal()
    failed = Signal(object, bool)

    def __init__(
        self,
        load: Callable[[], Predictor] = load_lasting_predictor,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("batch")
        self._load = load
        self._changed = threading.Condition()
        # With the reins of the run; of a plan there are none.
        self._order: tuple[BatchOrder, Steering | None] | None = None
        self._closed = False
        self._events: list[Event] = []
        self._events_lock = threading.Lock()
        self._looking: CancelToken | None = None
        self.steering = Steering()
        self.reporter = Reporter(self)
        self.trial = Trial(load, self)

    def plan(self, order: BatchOrder) -> None:
        """Work out what would be done; an older plan under way is given up."""
        self._give(order, None)

    def carry_out(self, order: BatchOrder) -> None:
        """Do it."""
        # Now, so that the reins hold while it is being made ready, too.
        self.steering = Steering()
        self._give(order, self.steering)

    def take_events(self) -> list[Event]:
        """What the run told since this was called last, oldest first."""
        with self._events_lock:
            events, self._events = self._events, []
        return events

    def run(self) -> None:
        """Work until `shut_down`."""
        while (taken := self._take()) is not None:
            order, steering = taken
            try:
                if steering is None:
                    self._plan(order)
                else:
                    self._carry_out(order, steering)
            except Exception as error:  # the thread must live on, whatever went wrong
                logger.info("A batch failed", exc_info=True)
                self.failed.emit(error, steering is not None)
            except Cancelled:  # by what came after, by stopping or by closing
                logger.info("A plan was given up")
                if steering is not None:
                    self.given_up.emit()

    def shut_down(self) -> None:
        """Stop the work, and wait for the thread to end, which is never killed."""
        with self._changed:
            self._closed = True
            self._order = None
            self._stop_looking()
            self._changed.notify()
        self.steering.cancel.cancel()
        if not self.wait(PATIENCE_MS):
            logger.warning("A batch is still busy; waiting for it to end.")
            self.wait()
        self.reporter.hurry_up()
        self.trial.wait()

    def _give(self, order: BatchOrder, steering: Steering | None) -> None:
        with self._changed:
            self._order = (order, steering)
            # As long as the order cannot be taken: afterwards it would be given up itself.
            self._stop_looking()
            self._changed.notify()

    def _take(self) -> tuple[BatchOrder, Steering | None] | None:
        with self._changed:
            while self._order is None and not self._closed:
                self._changed.wait()
            taken, self._order = self._order, None
            self._looking = CancelToken()
            return None if self._closed else taken

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    def _plan(self, order: BatchOrder) -> None:
        job = order.job
        job.look.check(job.edits, self._looking)
        finding = find_photos(order.places, order.choice, self._looking)
        known = peek(journal_path(order.into), job.fingerprint)
        plan = make_plan(
            finding, job, known, order.settings.on_conflict, retry_failed=order.retry_failed
        )
        cancel = self._looking or CancelToken()
        cancel.raise_if_set()
        self.planned.emit(Listed.of(plan, order.into))
        if plan.seconds is None:
            self.trial.begin(plan, job, cancel)

    def _carry_out(self, order: BatchOrder, steering: Steering) -> None:
        self.reporter.hurry_up()  # so that what it writes is not taken for the report of this run
        job = order.job
        finding = find_photos(order.places, order.choice, steering.cancel)
        steering.cancel.raise_if_set()
        with opened_journal(journal_path(order.into)) as journal:
            merge_shards(journal)
            plan = plan_in(
                journal, finding, job, order.settings.on_conflict, retry_failed=order.retry_failed
            )
            self.began.emit(Listed.of(plan, order.into))
            means = Means(self._load)
            finished = run_batch(plan.to_color, job, journal, means, self._tell, steering)
            records = journal.records(job.fingerprint).values()
        self.ended.emit(finished)
        self.reporter.begin(BatchReport.of(records, finished.seconds), journal.path.parent)

    def _tell(self, event: Event) -> None:
        with self._events_lock:
            self._events.append(event)


def with_retry(order: BatchOrder) -> BatchOrder:
    """The same, trying again what failed."""
    return replace(order, retry_failed=True)
