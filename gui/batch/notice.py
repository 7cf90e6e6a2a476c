"""What tells of a batch where its window is not seen: the taskbar or dock, and a notification."""

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from engine import translate

# So long the sign of a notification stays, which takes the notification with it.
STAYS_MS = 60_000


class Notice(QObject):
    """Tells whoever works elsewhere meanwhile.

    Qt knows no bar in a taskbar, but a number on the program's icon: in the dock of macOS, on the
    taskbar of Windows, and on Linux where the desktop has it. It is the percentage.

    Args:
        window: of the batch; a click on the notification shows it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._sign: QSystemTrayIcon | None = None
        self._rest = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._rest.timeout.connect(self.hide)

    def show_share(self, share: float) -> None:
        """Show how far it is, 0..1, on the program's icon."""
        self._set_number(int(100 * share))

    def show_no_share(self) -> None:
        """Show that nothing is under way."""
        self._set_number(0)

    def tell(self, words: str) -> None:
        """Say something, unless the window is the one that is worked in."""
        if self._window.isActiveWindow():
            return
        QApplication.alert(self._window)
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._sign is None:
            self._sign = QSystemTrayIcon(self._window.windowIcon(), self)
            self._sign.messageClicked.connect(self._on_clicked)
            self._sign.activated.connect(self._on_clicked)
        self._sign.setToolTip(words)
        self._sign.show()
        self._sign.showMessage(translate("Color folders"), words, self._window.windowIcon())
        self._rest.start()

    @Slot()
    def hide(self) -> None:
        """Take the sign away."""
        self._rest.stop()
        if self._sign is not None:
            self._sign.hide()

    @Slot()
    def _on_clicked(self) -> None:
        self.hide()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _set_number(self, number: int) -> None:
        app = QApplication.instance()
        if isinstance(app, QGuiApplication):
            app.setBadgeNumber(number)
