"""Plans what is added while a batch runs, and gives it to the run."""

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import Cancelled
from engine.batch import Steering, find_photos, journal_path, opened_journal, plan_in
from gui.batch.chain import Chain
from gui.batch.choices import BatchOrder
from gui.batch.table import Listed

logger = logging.getLogger(__name__)


class Adder(QObject):
    """Plans one order after the other, on threads of their own: that of the batch has a run to do.

    Signals:
        added: what a run has got besides, as Listed, and the reins of that run.
        failed: an Exception, and the same.
    """

    added = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chain = Chain("batch-adding")

    def begin(self, order: BatchOrder, steering: Steering, known: Collection[Path]) -> None:
        """Find the photos of an order and give them to a run.

        Args:
            order: with the places that are new, and the choices of the run.
            steering: the reins of the run.
            known: photos that it has already.
        """
        self._chain.begin(lambda: self._add(order, steering, known))

    def wait(self) -> None:
        """Let what is being planned end."""
        self._chain.wait()

    def _add(self, order: BatchOrder, steering: Steering, known: Collection[Path]) -> None:
        try:
            job = order.job
            finding = find_photos(order.places, order.choice, steering.cancel)
            steering.cancel.raise_if_set()
            with opened_journal(journal_path(order.into)) as journal:
                plan = plan_in(journal, finding, job, order.settings.on_conflict)
            plan = replace(plan, rows=tuple(row for row in plan.rows if row.source not in known))
            # First, so that the table has the rows when the run tells of them.
            self.added.emit(Listed.of(plan, order.into), steering)
            steering.add(plan.to_color)
        except Cancelled:
            logger.info("The run was stopped before anything was added")
        except Exception as error:  # told in the window; the run goes on
            logger.info("Adding to a batch failed", exc_info=True)
            self.failed.emit(error, steering)
