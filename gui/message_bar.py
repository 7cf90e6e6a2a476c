"""The one place where the window says something besides the picture.

It lies over the lower edge of the picture: a bar of its own would push the picture around whenever
it comes and goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from engine import translate
from gui.scales import BUTTON_SIGN, LARGE, SMALL
from gui.theme import icon, theme
from gui.views.cards import Card

# What was done is said for so long.
DONE_MS = 12_000


class Kind(Enum):
    """How a message is meant."""

    DONE = "check-circle-outline"
    NOTE = "information-outline"
    ERROR = "alert-circle-outline"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say; its words are fetched anew when the language changes.

    Attributes:
        kind: how it is meant.
        text: gives the sentences.
        button: gives the words of a button; None for no button.
        on_button: what the button does.
    """

    kind: Kind
    text: Callable[[], str]
    button: Callable[[], str] | None = None
    on_button: Callable[[], None] | None = None


class MessageBar(Card):
    """Shows the newest message until it is closed.

    Signals:
        changed: there is another message, or none.
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self._sign = QLabel()
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._button.clicked.connect(self._on_button)
        self._close = QToolButton()
        self._close.clicked.connect(self.clear)
        self._going = QTimer(self, singleShot=True, interval=DONE_MS)
        self._going.timeout.connect(self._on_going)
        box = QHBoxLayout(self)
        box.setContentsMargins(LARGE, SMALL, SMALL, SMALL)
        box.setSpacing(SMALL)
        box.addWidget(self._sign)
        box.addWidget(self._text, 1)
        box.addWidget(self._button)
        box.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; empty if nothing."""
        return self._text.text() if self._message is not None else ""

    def say(self, message: Message) -> None:
        """Show a message in place of the one before."""
        self._message = message
        self.retranslate()
        self.recolor()
        self.show()
        self.raise_()
        self.changed.emit()
        if message.kind is Kind.DONE:
            self._going.start()
        else:
            self._going.stop()

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        self._message = None
        self.hide()
        self.changed.emit()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self._close.setToolTip(translate("Close this message"))
        self._close.setAccessibleName(translate("Close this message"))
        if self._message is not None:
            self._text.setText(self._message.text())
            button = self._message.button
            self._button.setVisible(button is not None)
            self._button.setText(button() if button is not None else "")

    def recolor(self) -> None:
        """Show the signs in the colors of the moment."""
        self._close.setIcon(icon("close"))
        if self._message is not None:
            kind = self._message.kind
            color = theme().bad if kind is Kind.ERROR else theme().text
            sign = icon(kind.value, color)
            self._sign.setPixmap(sign.pixmap(BUTTON_SIGN, self.devicePixelRatioF()))

    @Slot()
    def _on_going(self) -> None:
        """What was done need not be said for long, unless someone is about to press the button."""
        if self.underMouse():
            self._going.start()
        else:
            self.clear()

    @Slot()
    def _on_button(self) -> None:
        if self._message is not None and self._message.on_button is not None:
            self._message.on_button()
