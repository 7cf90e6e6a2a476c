"""The short list of keys and mouse moves."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine import translate
from gui.actions import ROWS, key_text
from gui.theme import theme


class KeysDialog(QDialog):
    """Lists what the keys do and, beside it, what the mouse does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Keys and mouse"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        grid.setColumnMinimumWidth(2, 28)
        for column, lines in ((0, _key_lines()), (3, _view_lines())):
            for row, (keys, text) in enumerate(lines):
                key = QLabel(keys)
                key.setStyleSheet(f"color: {theme().quiet}")
                grid.addWidget(key, row, column)
                grid.addWidget(QLabel(text), row, column + 1)
        close = QPushButton(translate("Close"))
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(26, 22, 26, 18)
        box.setSpacing(20)
        box.addLayout(grid)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        box.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)


def _key_lines() -> list[tuple[str, str]]:
    return [(key_text(row), row.text()) for row in ROWS if row.keys]


def _view_lines() -> list[tuple[str, str]]:
    return [
        (translate("Drag the divider"), translate("Compare before and after")),
        ("←  →", translate("Move the divider")),
        (translate("Hold \\"), translate("Show the original")),
        (translate("Mouse wheel"), translate("Zoom at the pointer")),
        (translate("Drag the photo"), translate("Move it")),
        (translate("Hold Space and drag"), translate("Move it, even by the divider")),
        (translate("Double-click"), translate("Whole photo or 100 %")),
    ]
