"""A slider with its name above it and its value beside that, to be typed as well."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QStyle, QWidget

from engine import translate
from gui.adjusting import AdjustRow
from gui.scales import HAIR, MEDIUM
from gui.views.number_field import PanelNumberField

# So that the numbers stand in one column.
_WIDEST = "-100 %"


class ValueSlider(QWidget):
    """Shows and sets one adjustment; a double-click on it goes back to the start.

    Args:
        row: what it adjusts.

    Attributes:
        row: the same.
        slider: the slider itself.

    Signals:
        changed: the value as shown, and a number that stays the same during one gesture.
        left: a number was typed, or not; the keyboard is for something else now.
    """

    changed = Signal(int, int)
    left = Signal()

    def __init__(self, row: AdjustRow) -> None:
        super().__init__()
        self.row = row
        self._gesture = 0
        self._name = QLabel()
        self._number = PanelNumberField(minimum=row.low, maximum=row.high)
        self._number.setButtonSymbols(PanelNumberField.ButtonSymbols.NoButtons)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._number.setKeyboardTracking(False)
        self._number.setFixedWidth(
            self._number.fontMetrics().horizontalAdvance(_WIDEST) + 2 * MEDIUM
        )
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(row.low, row.high)
        self.slider.setPageStep(10)
        self.slider.setProperty("ends", row.name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(HAIR)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._number, 0, 1)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.setFocusProxy(self.slider)
        self.show_value(row.start)
        self.slider.sliderPressed.connect(self._on_new_gesture)
        self.slider.reset_wanted.connect(self._on_reset)
        self.slider.valueChanged.connect(self._on_slid)
        self._number.valueChanged.connect(self._on_typed)
        self._number.left.connect(self.left)
        self.retranslate()

    @property
    def value(self) -> int:
        """As shown."""
        return self.slider.value()

    def show_value(self, value: int) -> None:
        """Show a value without telling of it; one out of reach is shown as near as it goes."""
        for part in (self.slider, self._number):
            if part.value() != value:  # else what is just being typed would be gone
                with QSignalBlocker(part):
                    part.setValue(value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the start."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._on_reset()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        words, does = self.row.words(), self.row.help()
        self._name.setText(words)
        self._number.setSuffix(self.row.unit())
        tip = translate("{help}. Double-click to reset.", help=does)
        self.setToolTip(tip)
        for part in (self.slider, self._number):
            part.setAccessibleName(words)
            part.setAccessibleDescription(does)

    @Slot()
    def _on_new_gesture(self) -> None:
        self._gesture += 1

    @Slot()
    def _on_reset(self) -> None:
        self._gesture += 1
        self.slider.setValue(self.row.start)
        self._gesture += 1

    @Slot(int)
    def _on_slid(self, value: int) -> None:
        with QSignalBlocker(self._number):
            self._number.setValue(value)
        self.changed.emit(value, self._gesture)

    @Slot(int)
    def _on_typed(self, value: int) -> None:
        self._gesture += 1
        self.slider.setValue(value)


class _Slider(QSlider):
    """Goes at once to where it is pressed, and leaves the wheel to what can be scrolled.

    Signals:
        reset_wanted: it was double-clicked.
    """

    reset_wanted = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the handle under the pointer and take hold of it."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setSliderPosition(self._value_at(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the start."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nothing: a value that changes while one scrolls past it is changed unseen."""
        event.ignore()

    def _value_at(self, event: QMouseEvent) -> int:
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
        along = round(event.position().x()) - handle // 2
        room = self.width() - handle
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), along, room)
