"""Stopping work that is under way."""

import threading

from engine.errors import Cancelled


class CancelToken:
    """Carried by a request; whoever holds it can stop the work, from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether the work was asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long for being asked to stop; whether that was asked."""
        return self._event.wait(seconds)

    def raise_if_set(self) -> None:
        """Raise `Cancelled` if the work was asked to stop. Called between stages and strips."""
        if self._event.is_set():
            raise Cancelled
