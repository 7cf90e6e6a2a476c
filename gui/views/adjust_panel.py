"""The panel beside the photo: adjustments, quality, and what was done so far."""

from typing import get_args

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from engine import Quality, translate
from gui.adjusting import ADJUSTMENTS
from gui.document import Document
from gui.scales import HAIRLINE, PANEL, SMALL
from gui.theme import check_box_palette, theme
from gui.views.scrolling import scrolled
from gui.views.value_slider import ValueSlider
from gui.work import Work

WIDTH = 264
STEPS_HEIGHT = 72
QUALITIES: tuple[Quality, ...] = get_args(Quality)


class AdjustPanel(QWidget):
    """Shows and changes what is done to the open photo.

    Args:
        neutralize: the window's switch of that name.

    Signals:
        adjusted: a field of `Adjustments`, its value as shown, and the number of the gesture.
        quality_chosen: a quality level.
        reset_wanted: all adjustments are to be taken back.
        stepped: the edits are those of another step now.
        left: a number was typed, or not; the keyboard is for the photo again.
    """

    adjusted = Signal(str, int, int)
    quality_chosen = Signal(str)
    reset_wanted = Signal()
    stepped = Signal()
    left = Signal()

    def __init__(self, neutralize: QAction) -> None:
        super().__init__()
        self._neutral_action = neutralize
        self._work: Work | None = None
        self._sliders = {row.name: ValueSlider(row) for row in ADJUSTMENTS}
        self._headings = (_heading(), _heading(), _heading())
        self._neutral = QCheckBox()
        self._neutral.clicked.connect(neutralize.trigger)
        self._quality = QComboBox()
        self._quality.activated.connect(self._on_quality)
        self._quality_help = QLabel(wordWrap=True)
        self._quality_help.setProperty("quiet", True)
        self._reset = QToolButton()
        self._reset.clicked.connect(self.reset_wanted)
        self._steps = _Steps()
        self._steps.setFrameShape(QFrame.Shape.NoFrame)
        for name, slider in self._sliders.items():
            slider.changed.connect(
                lambda value, gesture, name=name: self.adjusted.emit(name, value, gesture)
            )
            slider.left.connect(self.left)
        self._put_together()
        self.retranslate()
        self.recolor()

    def slider(self, name: str) -> QSlider:
        """The slider of a field of `Adjustments`."""
        return self._sliders[name].slider

    def show_document(self, document: Document) -> None:
        """Show what is done to the open photo."""
        edits, can = document.edits, document.can_adjust
        for slider in self._sliders.values():
            slider.setEnabled(can)
            slider.show_value(slider.row.shown(edits.adjustments))
        self._reset.setEnabled(can and edits.adjustments != type(edits.adjustments)())
        self._neutral.setEnabled(document.can_neutralize)
        self._neutral.setChecked(edits.neutralize)
        with QSignalBlocker(self._quality):
            self._quality.setCurrentIndex(QUALITIES.index(document.quality))
        self._show_steps(document)

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        words = translate("Adjust"), translate("Network"), translate("History")
        for heading, text in zip(self._headings, words, strict=True):
            heading.setText(text)
        for slider in self._sliders.values():
            slider.retranslate()
        self._neutral.setText(translate("Neutralize tone and stains"))
        self._neutral.setToolTip(self._neutral_action.toolTip())
        self._reset.setText(translate("Reset"))
        # Neutralize below is none of them: it changes the lightness, not the colors.
        self._reset.setToolTip(translate("Reset the sliders"))
        self._reset.setAccessibleName(translate("Reset the sliders"))
        self._quality.setAccessibleName(translate("Quality"))
        names = translate("Fast"), translate("Balanced"), translate("Fine")
        at = max(0, self._quality.currentIndex())
        with QSignalBlocker(self._quality):
            self._quality.clear()
            self._quality.addItems(names)
            self._quality.setCurrentIndex(at)
        self._quality_help.setText(
            translate("Fast looks at the photo once, Balanced twice, Fine six times.")
        )
        self._steps.setEmptyLabel(translate("As colored"))
        self._steps.setAccessibleName(translate("History"))
        self._fit()

    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        self._neutral.setPalette(check_box_palette())
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Only with the style sheet are the widths right."""
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        """Be so wide that no word is cut off, however large the letters are."""
        for each in self._inside.findChildren(QWidget):
            each.ensurePolished()
        layout = self._inside.layout()
        assert layout is not None
        layout.invalidate()
        least = layout.minimumSize().width() + self._bar.sizeHint().width() + HAIRLINE
        self.setFixedWidth(max(WIDTH, least))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground and a hairline beside the photo."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().bar))
        painter.fillRect(0, 0, HAIRLINE, self.height(), QColor(theme().line))

    def _put_together(self) -> None:
        adjust, network, history = self._headings
        inside = self._inside = QWidget()
        inside.setAutoFillBackground(False)
        area = scrolled(inside)  # a low window has not room for all of it
        self._bar = area.verticalScrollBar()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(HAIRLINE, 0, 0, 0)
        whole.addWidget(area)
        box = QVBoxLayout(inside)
        box.setContentsMargins(*PANEL)
        box.setSpacing(SMALL)
        top = QHBoxLayout()
        top.addWidget(adjust, 1)
        top.addWidget(self._reset)
        box.addLayout(top)
        for slider in self._sliders.values():
            box.addWidget(slider)
        box.addWidget(self._neutral)
        box.addSpacing(SMALL)
        box.addWidget(network)
        box.addWidget(self._quality)
        box.addWidget(self._quality_help)
        box.addSpacing(SMALL)
        box.addWidget(history)
        box.addWidget(self._steps, 1)

    def _show_steps(self, document: Document) -> None:
        work = document.work
        if work is self._work:
            return
        if self._work is not None:
            self._work.steps.indexChanged.disconnect(self._on_stepped)
        self._work = work
        self._steps.setStack(work.steps)
        work.steps.indexChanged.connect(self._on_stepped)

    @Slot()
    def _on_stepped(self) -> None:
        self.stepped.emit()

    @Slot(int)
    def _on_quality(self, at: int) -> None:
        self.quality_chosen.emit(QUALITIES[at])


class _Steps(QUndoView):
    """Takes the room that is left, and asks for little: it can be scrolled by itself.

    Qt's own asks for so much that the whole panel would be scrolled while it is half empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(STEPS_HEIGHT)

    def sizeHint(self) -> QSize:
        """As Qt asks for it."""
        return QSize(super().sizeHint().width(), STEPS_HEIGHT)


def _heading() -> QLabel:
    label = QLabel()
    label.setProperty("section", True)
    return label
