"""A line for a path, and a button that asks for it."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from engine import translate
from gui.scales import SMALL


class PathLine(QWidget):
    """The two of them, side by side.

    Args:
        path: what stands there at first.
        name: what it is called for those who do not see it.
        ask: makes the dialog that asks, given its parent and what stands there.
    """

    def __init__(self, path: str, name: str, ask: Callable[[QWidget, str], QFileDialog]) -> None:
        super().__init__()
        self._ask = ask
        self.field = QLineEdit(path)
        self.field.setAccessibleName(name)
        self.button = QPushButton(translate("Choose…"), autoDefault=False)
        self.button.clicked.connect(self._on_choose)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SMALL)
        line.addWidget(self.field, 1)
        line.addWidget(self.button)

    @Slot()
    def _on_choose(self) -> None:
        dialog = self._ask(self, self.field.text())
        dialog.fileSelected.connect(self.field.setText)
        dialog.open()
