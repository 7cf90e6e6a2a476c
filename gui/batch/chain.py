"""Work on threads of its own, one piece after the other."""

import threading
from collections.abc import Callable


class Chain:
    """Does what it is given in the order in which it is given it.

    Args:
        name: of the threads.
        daemon: whether the program may end while one of them is at work.
    """

    def __init__(self, name: str, *, daemon: bool = False) -> None:
        self._name, self._daemon = name, daemon
        self._last: threading.Thread | None = None

    def begin(self, work: Callable[[], None]) -> None:
        """Do it when what came before has ended."""
        before = self._last

        def follow() -> None:
            if before is not None:
                before.join()
            work()

        self._last = threading.Thread(target=follow, name=self._name, daemon=self._daemon)
        self._last.start()

    def wait(self, seconds: float | None = None) -> None:
        """Let all of it end, or wait for so long."""
        if self._last is not None:
            self._last.join(seconds)
