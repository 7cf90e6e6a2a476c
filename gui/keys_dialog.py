"""The sheet of all keys and mouse moves, which can be searched."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine import translate
from gui.key_groups import GROUPS, KeyGroup, KeyLine, lines_of
from gui.scales import DIALOG, HAIR, LARGE, MEDIUM, TINY, VAST
from gui.views.scrolling import scrolled

# How much of the screen the sheet may take; the rest is for its frame and what is behind it.
SHARE_OF_SCREEN = 0.86
MOST_HEIGHT = 760
# What the sheet is wider than its columns.
_AROUND = 80

_SCROLLING = {
    Qt.Key.Key_Up: -1.0, Qt.Key.Key_Down: 1.0, Qt.Key.Key_PageUp: -8.0, Qt.Key.Key_PageDown: 8.0,
}  # fmt: skip


class KeysDialog(QDialog):
    """Lists under headings what keys and mouse do; typing leaves only what fits.

    Escape clears what is typed, then closes; the arrows and the page keys scroll.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Keys and mouse"))
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(translate("Search by word or key: zoom, ctrl s"))
        self.search.setAccessibleName(translate("Search the keys"))
        self.search.textChanged.connect(self._on_search)
        self._groups = [_Group(group, self) for group in GROUPS]
        self._nothing = QLabel()
        self._nothing.setProperty("quiet", True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        self._inside = QWidget()
        self._area = scrolled(self._inside)
        self._close = QPushButton(translate("Close"))
        self._close.setAutoDefault(False)  # Return in the search closes nothing
        self._close.clicked.connect(self.accept)
        self._put_together()
        self.search.setFocus()

    @property
    def lines(self) -> list[KeyLine]:
        """What is shown now."""
        return [line for group in self._groups for line in group.shown]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear the search before closing; scroll without leaving the search."""
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif Qt.Key(event.key()) in _SCROLLING:
            bar = self._area.verticalScrollBar()
            step = self.fontMetrics().height() * 2 * _SCROLLING[Qt.Key(event.key())]
            bar.setValue(bar.value() + round(step))
        else:
            super().keyPressEvent(event)

    def _put_together(self) -> None:
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(HAIR, 0, MEDIUM, 0)
        columns.setSpacing(VAST)
        room = self.screen().availableSize() * SHARE_OF_SCREEN
        for groups in self._columns(room.width()):
            hands = max(group.hands_width for group in groups)
            column = QVBoxLayout()
            column.setSpacing(0)
            for group in groups:
                group.set_hands_width(hands)
                column.addWidget(group)
            column.addStretch(1)
            columns.addLayout(column)
        columns.addStretch(1)
        both = QVBoxLayout(self._inside)
        both.setContentsMargins(0, 0, 0, 0)
        both.addWidget(sheet)
        both.addWidget(self._nothing, 1)
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(sheet.sizeHint().width() + bar)
        box = QVBoxLayout(self)
        box.setContentsMargins(*DIALOG)
        box.setSpacing(MEDIUM)
        box.addWidget(self.search)
        box.addWidget(self._area, 1)
        box.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        for each in (self.search, self._close):
            each.ensurePolished()
        around = self.sizeHint().height() - self._area.sizeHint().height()
        height = min(sheet.sizeHint().height() + around, room.height(), MOST_HEIGHT)
        self.resize(self.sizeHint().width(), height)

    def _columns(self, room: int) -> list[list["_Group"]]:
        """The groups in one column, or in two of about the same height where there is room."""
        hands = max(group.hands_width for group in self._groups)
        words = max(group.sizeHint().width() - group.hands_width for group in self._groups)
        if 2 * (hands + words) + VAST + _AROUND > room:
            return [self._groups]
        counts = [len(group.lines) + 2 for group in self._groups]
        first = min(range(len(counts)), key=lambda at: abs(sum(counts[:at]) - sum(counts[at:])))
        return [self._groups[:first], self._groups[first:]]

    @Slot(str)
    def _on_search(self, search: str) -> None:
        for group in self._groups:
            group.filter(search)
        self._nothing.setText(translate("Nothing found for “{words}”.", words=search.strip()))
        self._nothing.setVisible(not self.lines)
        self._area.verticalScrollBar().setValue(0)


class _Group(QWidget):
    """A heading and the lines under it.

    Attributes:
        lines: all of them.
        shown: those that fit what is searched for.
    """

    def __init__(self, group: KeyGroup, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines = self.shown = lines_of(group)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, LARGE)
        self._grid.setHorizontalSpacing(LARGE)
        self._grid.setVerticalSpacing(TINY)
        self._grid.setColumnStretch(1, 1)
        heading = QLabel(group.heading())
        heading.setProperty("heading", True)
        heading.setIndent(0)
        self._grid.addWidget(heading, 0, 0, 1, 2)
        self._rows: list[tuple[QWidget, QWidget]] = []
        for row, line in enumerate(self.lines, 1):
            words = QLabel(line.words)
            words.setAccessibleName(": ".join((", ".join(line.hands), line.words)))
            parts = (_keys(line), words)
            for column, part in enumerate(parts):
                self._grid.addWidget(part, row, column)
            self._rows.append(parts)
        # Only with the style sheet's margins are the sizes right.
        for each in self.findChildren(QWidget):
            each.ensurePolished()
        self._even_out()

    @property
    def hands_width(self) -> int:
        """The width of the widest keys."""
        return max(keys.sizeHint().width() for keys, _ in self._rows)

    def set_hands_width(self, width: int) -> None:
        """Let all words of a column begin at the same place."""
        self._grid.setColumnMinimumWidth(0, width)

    def filter(self, search: str) -> None:
        """Show what fits, and the heading only over something."""
        self.shown = [line for line in self.lines if line.matches(search)]
        for line, parts in zip(self.lines, self._rows, strict=True):
            for part in parts:
                part.setVisible(line in self.shown)
        self.setVisible(bool(self.shown))

    def _even_out(self) -> None:
        """Make lines without keys as high as those with them."""
        height = max(keys.sizeHint().height() for keys, _ in self._rows)
        for _, words in self._rows:
            words.setMinimumHeight(height)


def _keys(line: KeyLine) -> QWidget:
    """The keys of a line beside each other, or the words for what the hand does."""
    keys = QWidget()
    box = QHBoxLayout(keys)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(TINY)
    for hand in line.hands:
        label = QLabel(hand)
        label.setProperty("key" if line.keys else "quiet", True)
        box.addWidget(label)
    box.addStretch(1)
    return keys
