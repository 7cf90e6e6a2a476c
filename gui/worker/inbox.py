"""Where requests wait: the newest wins where only the newest matters, saves stand in a queue."""

import threading
from collections import deque

from gui.worker.jobs import (
    MakeProof,
    MakeThumbnail,
    MakeVariants,
    OpenPhoto,
    Recolor,
    Request,
    SavePhoto,
    WarmUp,
)

# Which goes first of those of which only the newest waits, and which are of the photo on screen.
_ORDER = (OpenPhoto, Recolor, MakeVariants, MakeProof, WarmUp)
_OF_A_PHOTO = (Recolor, MakeVariants, MakeProof)


class Inbox:
    """Hands requests from the window to the worker.

    A save that was asked for goes first and is never dropped by what comes later. Of photos to
    open, of colorings, of variants and of proofs only the newest waits; a newer photo to open also
    stops what is running for the older one, a newer coloring lets the one that is running go no
    further than its preview. Variants and proofs come after what is for the picture on screen.
    Warming up waits until there is nothing else to do, and is cut short as soon as there is. Last
    of all come thumbnails, in their order.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._saves: deque[SavePhoto] = deque()
        self._thumbnails: deque[MakeThumbnail] = deque()
        self._newest: dict[type[Request], Request] = {}
        self._running: Request | None = None
        self._closed = False

    def put(self, request: Request) -> None:
        """Leave a request; after `close` it is ignored."""
        with self._changed:
            if self._closed:
                return
            if isinstance(request, MakeThumbnail):
                self._thumbnails.append(request)
            elif isinstance(request, SavePhoto):
                self._saves.append(request)
            else:
                self._newest[type(request)] = request
            self._make_way_for(request)
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
            self._thumbnails.clear()
            self._newest.clear()
            self._changed.notify_all()

    def _next(self) -> Request | None:
        if self._saves:
            return self._saves.popleft()
        kind = next((kind for kind in _ORDER if kind in self._newest), None)
        if kind is not None:
            return self._newest.pop(kind)
        return self._thumbnails.popleft() if self._thumbnails else None

    def _make_way_for(self, request: Request) -> None:
        """Stop what is running for nothing now, and what can be done later."""
        if isinstance(self._running, WarmUp) and not isinstance(request, MakeThumbnail):
            self._running.stop()
        if isinstance(request, OpenPhoto):
            for kind in _OF_A_PHOTO:
                self._newest.pop(kind, None)
            if isinstance(self._running, (OpenPhoto, *_OF_A_PHOTO)):
                self._running.stop()
        elif isinstance(request, Recolor) and isinstance(self._running, Recolor):
            self._running.completing.cancel()
        elif isinstance(request, MakeProof) and isinstance(self._running, MakeProof):
            self._running.stop()
