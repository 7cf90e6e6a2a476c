"""Return presses the button that has the focus, in dialogs whose buttons Qt would pass over."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton, QToolButton


def is_return(event: QKeyEvent) -> bool:
    """Whether it is one of the two keys of that name."""
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def pressed_focused(dialog: QDialog, event: QKeyEvent) -> bool:
    """Press the button with the focus if the key is Return; whether that was so."""
    button = dialog.focusWidget()
    if not is_return(event) or not isinstance(button, QPushButton | QToolButton):
        return False
    if not event.isAutoRepeat():  # a key held down must not press what comes next
        button.click()
    return True
