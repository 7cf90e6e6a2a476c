"""Names of files in two lines, so that similar ones can be told apart."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui.scales import LARGE

LINE_SEPARATOR = "\u2028"  # the only one that Qt's items honor
_BREAKS = " -_,"


class NameDelegate(QStyledItemDelegate):
    """Shows the names of a list in two lines of a width.

    Attributes:
        cell: the size of each item, in logical pixels.
    """

    cell = QSize()

    @property
    def room(self) -> int:
        """How wide a line can be: within the border, the padding and the style's margins."""
        return self.cell.width() - LARGE

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        """The same for all: Qt's own is narrower where the name of the first one is short."""
        return self.cell

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """As Qt asks for it."""
        super().initStyleOption(option, index)
        option.text = in_two_lines(option.text, option.fontMetrics, self.room)


def in_two_lines(name: str, metrics: QFontMetrics, width: int) -> str:
    """A name broken once where it does not fit; what is left out then is left out in its middle."""
    if metrics.horizontalAdvance(name) <= width:
        return name
    at = _break_of(name, metrics, width)
    rest = metrics.elidedText(name[at:], Qt.TextElideMode.ElideLeft, width)
    return f"{name[:at]}{LINE_SEPARATOR}{rest}"


def _break_of(name: str, metrics: QFontMetrics, width: int) -> int:
    """How many letters stand in the first line: to the end of a word, if the others fit then."""
    most = 1
    while metrics.horizontalAdvance(name[: most + 1]) <= width:
        most += 1
    at = 1 + max(name.rfind(each, 0, most) for each in _BREAKS)
    return at if at and metrics.horizontalAdvance(name[at:]) <= width else most
