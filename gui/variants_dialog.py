"""A sheet of small results to choose from."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine import Quality, translate
from gui.pressing import pressed_focused
from gui.scales import LARGE, MEDIUM, SMALL
from gui.variants import VARIANTS, Variant
from gui.worker.jobs import VariantReady

COLUMNS = 3
# How many rows onward these keys go.
_ROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
LARGEST, SMALLEST = QSize(248, 176), QSize(120, 84)
# What the sheet is wider and higher than its pictures, for each of them and in all.
_FRAME, _WORDS, _MARGINS = 24, 36, QSize(60, 90)


class _Button(QToolButton):
    """Leaves Up and Down to the sheet: by itself it would take them for Left and Right."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As Qt asks for it."""
        if event.key() in _ROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class VariantsDialog(QDialog):
    """Shows each variant as it comes; a click, a number, or Return on it takes it.

    Args:
        parent: the window, which the sheet shall not be larger than.
        gray: the photo without color, shown where a variant is still to come.
        quality: that of the photo on screen, whose variant is the photo as it is.

    Signals:
        chosen: a Variant.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, gray: QImage, quality: Quality) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Variants"))
        help_line = QLabel(
            translate("Click one to take it, or press its number. Esc changes nothing.")
        )
        help_line.setProperty("quiet", True)
        self._thumbnail = _thumbnail_size(parent.size())
        waiting = self._icon(gray)
        grid = QGridLayout()
        grid.setSpacing(SMALL)
        self._buttons: list[QToolButton] = []
        now: QToolButton | None = None
        for number, variant in enumerate(VARIANTS):
            button = _Button()
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(self._thumbnail)
            button.setFixedWidth(self._thumbnail.width() + 2 * SMALL)
            button.setIcon(waiting)
            button.setText(f"{number + 1}   {variant.words()}")
            button.setAccessibleName(variant.words())
            button.clicked.connect(partial(self._take, variant))
            grid.addWidget(button, number // COLUMNS, number % COLUMNS)
            self._buttons.append(button)
            if variant.quality == quality:
                words = translate("{words} (now)", words=variant.words())
                button.setText(f"{number + 1}   {words}")
                now = button
        box = QVBoxLayout(self)
        box.setContentsMargins(LARGE, LARGE, LARGE, LARGE)
        box.setSpacing(MEDIUM)
        box.addLayout(grid)
        box.addWidget(help_line, 0, Qt.AlignmentFlag.AlignHCenter)
        box.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        if now is not None:
            now.setFocus()  # only now is it in the window

    @Slot(object)
    def show_variant(self, result: VariantReady) -> None:
        """Show a result in its place."""
        button = self._buttons[VARIANTS.index(result.variant)]
        button.setIcon(self._icon(result.picture.levels[0].image))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A number takes its variant, Return the one with the focus; Up and Down go by rows."""
        number, row = event.text(), _ROWS.get(event.key(), 0)
        if number.isdecimal() and 1 <= int(number) <= len(VARIANTS):
            self._take(VARIANTS[int(number) - 1])
        elif row:
            self._go_by(row * COLUMNS)
        elif not pressed_focused(self, event):
            super().keyPressEvent(event)

    def _go_by(self, step: int) -> None:
        focused = self.focusWidget()
        at = (self._buttons.index(focused) if focused in self._buttons else 0) + step
        if 0 <= at < len(self._buttons):
            self._buttons[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _icon(self, image: QImage) -> QIcon:
        ratio = self.devicePixelRatioF()
        small = image.scaled(
            self._thumbnail * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap = QPixmap.fromImage(small)
        pixmap.setDevicePixelRatio(ratio)
        return QIcon(pixmap)

    def _take(self, variant: Variant) -> None:
        self.accept()
        self.chosen.emit(variant)


def _thumbnail_size(window: QSize) -> QSize:
    """As large as three by three fit into the window."""
    room = window - _MARGINS
    each = QSize(room.width() // COLUMNS - _FRAME, room.height() // COLUMNS - _WORDS)
    return each.boundedTo(LARGEST).expandedTo(SMALLEST)
