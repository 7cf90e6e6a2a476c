"""How others influence a run: stop it, pause it, give it more to do. From any thread."""

import threading
from collections.abc import Iterable
from queue import Empty, SimpleQueue

from engine.batch.plan import Row
from engine.cancel import CancelToken


class Steering:
    """The reins of one run."""

    def __init__(self) -> None:
        self.cancel = CancelToken()
        self._pause = threading.Event()
        self._go_on = threading.Event()
        self._added: SimpleQueue[tuple[Row, ...]] = SimpleQueue()

    def pause(self) -> None:
        """Begin no further photo; those in hand are finished."""
        self._go_on.clear()
        self._pause.set()

    def go_on(self) -> None:
        """End a pause, whoever asked for it, such as one for a full disk."""
        self._pause.clear()
        self._go_on.set()

    def add(self, rows: Iterable[Row]) -> None:
        """Color more photos; the journal keeps their names already."""
        self._added.put(tuple(rows))

    @property
    def is_paused(self) -> bool:
        """Whether a pause was asked for."""
        return self._pause.is_set()

    def take_go_on(self) -> bool:
        """Whether somebody asked to go on since this was called last."""
        asked = self._go_on.is_set()
        self._go_on.clear()
        return asked

    def take_added(self) -> tuple[Row, ...]:
        """What was added since this was called last."""
        rows: list[Row] = []
        while True:
            try:
                rows += self._added.get_nowait()
            except Empty:
                return tuple(rows)
