"""A field for a number in the window's panel, which the keyboard leaves as easily as it enters."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSpinBox

_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class NumberField(QSpinBox):
    """Return takes what is typed, Escape puts the number back; both let the keyboard go.

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
