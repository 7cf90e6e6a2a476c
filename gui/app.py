"""Starts the window: Qt, log, colors, language, worker."""

import logging
import os
import signal
import sys
import threading
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QSettings, QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from engine import VERSION
from gui import texts
from gui.garbage import GarbageCollector
from gui.language import remembered_language
from gui.main_window import MainWindow
from gui.message_bar import Kind, Message
from gui.single import Doorbell, hand_over, meeting_place
from gui.system_libraries import forget_foreign_plugins
from gui.theme import ICON_FILE
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread

logger = logging.getLogger(__name__)

LOG_BYTES = 500_000


class Application(QApplication):
    """The Qt application; macOS hands it the files that are opened with the program.

    Signals:
        file_wanted: a path.
    """

    file_wanted = Signal(str)

    def event(self, event: QEvent) -> bool:
        """Besides the usual: files from the Finder."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_wanted.emit(event.file())
            return True
        return super().event(event)


class BugReporter(QObject):
    """Logs exceptions that nothing has caught, from any thread, and has the window say so.

    Signals:
        bug_found: the exception; sent across threads.
    """

    bug_found = Signal(object)

    def install(self) -> None:
        """Take over from Python, which would only print them, or nothing at all in a bundle."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
            return
        logger.critical("Not caught", exc_info=(kind, error, trace))
        self.bug_found.emit(error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)


class _Receiver(QObject):
    """Brings what comes from outside the window into it, on the GUI thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    @Slot(object)
    def on_bug(self, error: BaseException) -> None:
        self._window.say(Message(Kind.ERROR, partial(texts.error_text, error)))

    @Slot(str)
    def on_file(self, name: str) -> None:
        self._window.open_photos([Path(name)])

    @Slot(list)
    def on_later_start(self, photos: list[Path]) -> None:
        self._window.open_photos(photos)
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()


def run_window(photos: list[Path]) -> int:
    """Show the window until it is closed.

    Args:
        photos: to be opened at once.

    Returns:
        Exit status.
    """
    forget_foreign_plugins(os.environ)
    QApplication.setApplicationName("Photochrom")
    QApplication.setOrganizationName("Photochrom")
    QApplication.setApplicationVersion(VERSION)
    QApplication.setDesktopFileName("photochrom")
    QApplication.setStyle("Fusion")
    app = Application(sys.argv[:1])
    app.setWindowIcon(QIcon(str(ICON_FILE)))
    place = meeting_place()
    if hand_over(place, photos):
        return 0
    _start_log()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in a terminal ends the program
    reporter = BugReporter()
    reporter.install()
    thread = EngineThread(Desk())
    collector = GarbageCollector(app)
    thread.result_ready.connect(collector.on_result)
    settings = QSettings()
    window = MainWindow(thread, settings, remembered_language(settings))
    receiver = _Receiver(window)
    reporter.bug_found.connect(receiver.on_bug)
    app.file_wanted.connect(receiver.on_file)
    doorbell = Doorbell(place)
    doorbell.rung.connect(receiver.on_later_start)
    window.closed.connect(doorbell.close)
    window.show()
    thread.start()
    window.open_photos(photos)
    # After the first painting: loading torch keeps Python busy for moments at a time.
    QTimer.singleShot(100, window.warm_up)
    status = app.exec()
    doorbell.close()
    return status


def _start_log() -> None:
    """Log into a file, since a program without a terminal has nowhere else to speak."""
    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    folder = Path(QStandardPaths.writableLocation(place))
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:
        handlers.append(logging.StreamHandler())
        handlers[0].setLevel(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "photochrom.log"
        file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        handlers.append(file)
        texts.log_path = path
    except OSError:
        pass  # a read-only home: the program works without a log
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=handlers,
    )  # fmt: skip
    # It tells of every thread pool, and of every strip of a damaged file.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    logger.info("Photochrom %s", VERSION)
