"""The list of what the program is made of, with licenses to be read."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine import translate
from gui.parts import PARTS
from gui.scales import DIALOG, MEDIUM, SMALL

WIDTH, HEIGHT = 760, 620
SHARE_OF_SCREEN = 0.86


class LicensesDialog(QDialog):
    """Names, versions and licenses; below them the license of the chosen one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Parts and their licenses"))
        self.parts = QTreeWidget()
        self.parts.setRootIsDecorated(False)
        self.parts.setUniformRowHeights(True)
        self.parts.setAllColumnsShowFocus(True)
        self.parts.setAccessibleName(translate("Parts and their licenses"))
        self.parts.setHeaderLabels([translate("Part"), translate("Version"), translate("License")])
        for part in PARTS:
            item = QTreeWidgetItem([part.name, part.version, part.license_name])
            item.setToolTip(2, part.license_name)
            item.setSizeHint(2, QSize(0, self.fontMetrics().height() + SMALL))
            self.parts.addTopLevelItem(item)
        header = self.parts.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(translate("License"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        close = QPushButton(translate("Close"))
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(*DIALOG)
        box.setSpacing(MEDIUM)
        box.addWidget(self.parts, 1)
        box.addWidget(self.text, 1)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        room = self.screen().availableSize() * SHARE_OF_SCREEN
        self.resize(min(WIDTH, room.width()), min(HEIGHT, room.height()))
        self.parts.currentItemChanged.connect(self._on_chosen)
        self.parts.setCurrentIndex(self.parts.model().index(0, 0))

    @Slot()
    def _on_chosen(self) -> None:
        self.text.setPlainText(PARTS[self.parts.currentIndex().row()].license_text)
