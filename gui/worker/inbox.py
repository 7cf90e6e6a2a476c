"""Where requests wait: the newest wins where only the newest matters, saves stand in a queue."""

import threading
from collections import deque

from gui.worker.jobs import MakeVariants, OpenPhoto, Recolor, Request, SavePhoto, WarmUp


class Inbox:
    """Hands requests from the window to the worker.

    A save that was asked for goes first and is never dropped by what comes later. Of photos to
    open, of colorings and of variants only the newest waits; a newer photo to open also stops what
    is running for the older one, a newer coloring lets the one that is running go no further than
    its preview. Variants come after what is for the picture on screen. Warming up waits until there
    is nothing else to do, and is cut short as soon as there is.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._saves: deque[SavePhoto] = deque()
        self._open: OpenPhoto | None = None
        self._recolor: Recolor | None = None
        self._variants: MakeVariants | None = None
        self._warm_up: WarmUp | None = None
        self._running: Request | None = None
        self._closed = False

    def put(self, request: Request) -> None:
        """Leave a request; after `close` it is ignored."""
        with self._changed:
            if self._closed:
                return
            if isinstance(self._running, WarmUp):
                self._running.stop()
            if isinstance(request, SavePhoto):
                self._saves.append(request)
            elif isinstance(request, OpenPhoto):
                self._give_up_photo()
                self._open = request
            elif isinstance(request, Recolor):
                self._recolor = request
                if isinstance(self._running, Recolor):
                    self._running.completing.cancel()
            elif isinstance(request, MakeVariants):
                self._variants = request
            elif isinstance(request, WarmUp):
                self._warm_up = request
            self._changed.notify()

    def take(self) -> Request | None:
        """The next request, waiting for it; None once the inbox is closed."""
        with self._changed:
            self._running = None
            while not self._closed:
                self._running = self._next()
                if self._running is not None:
                    return self._running
                self._changed.wait()
            return None

    def close(self) -> None:
        """Stop everything, running and waiting, and let `take` return None from now on."""
        with self._changed:
            self._closed = True
            if self._running is not None:
                self._running.stop()
            self._saves.clear()
            self._open = self._recolor = self._variants = self._warm_up = None
            self._changed.notify_all()

    def _next(self) -> Request | None:
        if self._saves:
            return self._saves.popleft()
        request: Request | None
        if self._open is not None:
            request, self._open = self._open, None
        elif self._recolor is not None:
            request, self._recolor = self._recolor, None
        elif self._variants is not None:
            request, self._variants = self._variants, None
        else:
            request, self._warm_up = self._warm_up, None
        return request

    def _give_up_photo(self) -> None:
        self._recolor = self._variants = None
        if isinstance(self._running, OpenPhoto | Recolor | MakeVariants):
            self._running.stop()
