"""Fields for numbers: what is typed is limited when it is taken, not while it is typed."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QSpinBox

_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class NumberField(QSpinBox):
    """Takes a number that is out of reach for the nearest one that is not.

    Qt's own takes the digits up to the one with which the number would be too large: 25 for 250.

    Below the least number may stand one that means none, and is shown as words.
    """

    _least: int | None = None

    def limit(self, least: int, largest: int, none: int | None = None) -> None:
        """Set which numbers there are.

        Args:
            least: of those that are one.
            largest: of all.
            none: means none, and is less than `least`; None if it cannot be chosen.
        """
        self._least = least
        self.setRange(least if none is None else none, largest)

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """Let any whole number be typed."""
        state, text, at = super().validate(text, at)
        number = self._number_in(text)
        is_begun = text.removesuffix(self.suffix()).strip() == "-"
        if is_begun or (number is not None and number != self._nearest(number)):
            state = QValidator.State.Intermediate
        return state, text, at

    def fixup(self, text: str) -> str:
        """Make the nearest one of a number that is out of reach."""
        number = self._number_in(text)
        if number is None:
            return text
        return self.textFromValue(self._nearest(number)) + self.suffix()

    def _nearest(self, number: int) -> int:
        if number == self.minimum():  # which may be the one that means none
            return number
        least = self.minimum() if self._least is None else self._least
        return min(max(number, least), self.maximum())

    def _number_in(self, text: str) -> int | None:
        try:
            return int(text.removesuffix(self.suffix()))
        except ValueError:
            return None


class PanelNumberField(NumberField):
    """In the window's panel: the keyboard leaves it as easily as it enters.

    Return takes what is typed, Escape puts the number back; both let the keyboard go.
    Undo and redo are those of its text only while that is being edited, else those of the window.

    Signals:
        left: the keyboard is for something else now.
    """

    left = Signal()

    @property
    def is_edited(self) -> bool:
        """Whether it shows something else than its number."""
        return self.cleanText() != self.textFromValue(self.value())

    def event(self, event: QEvent) -> bool:
        """Say which keys are meant for it and not for the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()  # the window's Escape cancels the work
                return True
            if _is_step(event) and not self.is_edited:
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave it with Return or Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
        else:
            super().keyPressEvent(event)
        if event.key() in _LEAVING:
            event.accept()
            self.left.emit()

    def _put_back(self) -> None:
        with QSignalBlocker(self):
            self.setValue(self.value())  # writes it anew


def _is_step(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(
        QKeySequence.StandardKey.Redo
    )
