"""One window per user: a second start hands its photos to the one that runs.

They speak through a socket in the user's own folder, or a named pipe in Windows; nothing of it
touches any network. Python's is used, as Qt's would have the system provide Kerberos.
"""

import contextlib
import getpass
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

logger = logging.getLogger(__name__)

PATIENCE_S = 2.0
# More than any command line holds.
_MOST_BYTES = 4_000_000
_TAKEN = b"taken"


def meeting_place() -> str:
    """Where the starts of this user's program meet."""
    if sys.platform == "win32":
        return rf"\\.\pipe\photochrom-{getpass.getuser()}"
    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    if os.environ.get("XDG_RUNTIME_DIR"):  # without it Qt would complain of that
        place = QStandardPaths.StandardLocation.RuntimeLocation
    folder = Path(QStandardPaths.writableLocation(place))
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return str(folder / "photochrom.socket")


def hand_over(place: str, photos: Sequence[Path]) -> bool:
    """Give photos to the window that runs already.

    Args:
        place: where it listens.
        photos: to be opened there.

    Returns:
        Whether there is one, and it took them.
    """
    try:
        with Client(place) as connection:
            connection.send_bytes(json.dumps([str(each.absolute()) for each in photos]).encode())
            return connection.poll(PATIENCE_S) and connection.recv_bytes(100) == _TAKEN
    except (OSError, EOFError):
        return False


class Doorbell(QObject):
    """Takes photos from later starts, on a thread of its own that does nothing else.

    Args:
        place: where to listen.

    Signals:
        rung: the photos, as a list of paths, which may be empty.
    """

    rung = Signal(list)

    def __init__(self, place: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener = _listener_at(place)
        if self._listener is not None:
            threading.Thread(target=self._listen, name="doorbell", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _listen(self) -> None:
        while (listener := self._listener) is not None:
            try:
                with listener.accept() as connection:
                    self._hear(connection)
            except (OSError, EOFError) as error:
                if self._listener is not None:
                    logger.info("A later start could not be heard: %s", error)

    def _hear(self, connection: Connection) -> None:
        if not connection.poll(PATIENCE_S):
            return
        try:
            photos = [Path(name) for name in json.loads(connection.recv_bytes(_MOST_BYTES))]
        except (ValueError, TypeError):
            logger.warning("A later start said something else than names of photos")
            return
        connection.send_bytes(_TAKEN)
        self.rung.emit(photos)


def _listener_at(place: str) -> Listener | None:
    for _ in range(2):
        try:
            return Listener(place)
        except OSError as error:
            if sys.platform == "win32":
                break
            logger.info("Left behind by a program that was killed: %s", error)
            with contextlib.suppress(OSError):
                Path(place).unlink()
    logger.warning("Later starts open windows of their own.")
    return None
