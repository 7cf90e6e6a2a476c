"""How results are written: asked once, kept for all of them."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine import Depth, SaveOptions, SpaceChoice, TiffCompression, translate
from gui.theme import check_box_palette, theme

# Values of each choice, with the functions that give its words.
_DEPTHS: tuple[tuple[Depth | None, Callable[[], str]], ...] = (
    (None, lambda: translate("As the photo has them")),
    (8, lambda: translate("8 bits")),
    (16, lambda: translate("16 bits")),
)
_SPACES: tuple[tuple[SpaceChoice, Callable[[], str]], ...] = (
    ("own", lambda: translate("The photo's own")),
    ("srgb", lambda: "sRGB"),
    ("display-p3", lambda: "Display P3"),
    ("adobe-rgb", lambda: "Adobe RGB (1998)"),
    ("prophoto-rgb", lambda: "ProPhoto RGB"),
)
_COMPRESSIONS: tuple[tuple[TiffCompression, Callable[[], str]], ...] = (
    ("deflate", lambda: translate("Deflate: the smallest files")),
    ("lzw", lambda: translate("LZW: for older programs")),
    ("none", lambda: translate("None: the largest files")),
)


def _space_help() -> dict[str, str]:
    return {
        "own": translate("Nothing changes; gray photos become sRGB."),
        "srgb": translate("Looks right in every program and on every screen."),
        "display-p3": translate("More vivid colors, for newer screens and phones."),
        "adobe-rgb": translate("For prints, and programs that use color profiles."),
        "prophoto-rgb": translate("The largest; for editing on, best with 16 bits."),
    }


class SaveOptionsDialog(QDialog):
    """Asks how results are written.

    Args:
        parent: the window.
        options: what is chosen at first.
        asks: whether it is asked before 16 bits per channel become 8.

    Signals:
        chosen: the SaveOptions that the user agreed to, and whether to ask.
    """

    chosen = Signal(object, bool)

    def __init__(self, parent: QWidget, options: SaveOptions, *, asks: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Save options"))
        self._depth = _combo([words() for _, words in _DEPTHS])
        self._space = _combo([words() for _, words in _SPACES])
        self._space_help = _quiet("")
        self._space.currentIndexChanged.connect(self._on_space)
        self._quality = QSlider(Qt.Orientation.Horizontal)
        self._quality.setRange(1, 100)
        self._quality.setPageStep(5)
        self._quality_number = QLabel()
        self._quality.valueChanged.connect(self._quality_number.setNum)
        self._compression = _combo([words() for _, words in _COMPRESSIONS])
        self._lossless = QCheckBox(translate("WebP without any loss"))
        self._metadata = QCheckBox(translate("Keep the photo's metadata (EXIF, XMP, IPTC)"))
        self._label = QCheckBox(translate("Say in the file that the colors are made up"))
        self._keep_time = QCheckBox(translate("Give the file the time of the original"))
        self._asks = QCheckBox(translate("Ask before 16 bits per channel become 8"))
        self._put_together()
        self._set(options, asks=asks)

    @property
    def options(self) -> SaveOptions:
        """What is chosen now."""
        return SaveOptions(
            depth=_DEPTHS[self._depth.currentIndex()][0],
            space=_SPACES[self._space.currentIndex()][0],
            quality=self._quality.value(),
            tiff_compression=_COMPRESSIONS[self._compression.currentIndex()][0],
            lossless=self._lossless.isChecked(),
            metadata=self._metadata.isChecked(),
            label=self._label.isChecked(),
            keep_time=self._keep_time.isChecked(),
        )

    def accept(self) -> None:
        """Tell what was chosen."""
        self.chosen.emit(self.options, self._asks.isChecked())
        super().accept()

    def _set(self, options: SaveOptions, *, asks: bool) -> None:
        self._depth.setCurrentIndex([each for each, _ in _DEPTHS].index(options.depth))
        self._space.setCurrentIndex([each for each, _ in _SPACES].index(options.space))
        self._quality.setValue(options.quality)
        self._compression.setCurrentIndex(
            [each for each, _ in _COMPRESSIONS].index(options.tiff_compression)
        )
        for box, checked in (
            (self._lossless, options.lossless),
            (self._metadata, options.metadata),
            (self._label, options.label),
            (self._keep_time, options.keep_time),
            (self._asks, asks),
        ):
            box.setChecked(checked)
        self._on_space()

    def _put_together(self) -> None:
        quality_line = QHBoxLayout()
        quality_line.setSpacing(12)
        quality_line.addWidget(self._quality, 1)
        quality_line.addWidget(self._quality_number)
        quality_help = _quiet(translate("For JPEG, WebP and AVIF; at 95 nobody sees a loss."))
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(3)
        form.setColumnStretch(1, 1)
        for words, field, shown, below in (
            (translate("Bits per channel"), self._depth, self._depth, None),
            (translate("Color space"), self._space, self._space, self._space_help),
            (translate("Quality"), self._quality, quality_line, quality_help),
            (translate("TIFF compression"), self._compression, self._compression, None),
        ):
            _add_row(form, words, field, shown, below)
        self._reserve_room()
        checks = QVBoxLayout()
        checks.setSpacing(8)
        for box in (self._lossless, self._metadata, self._label, self._keep_time, self._asks):
            box.setPalette(check_box_palette())
            checks.addWidget(box)
        all_of_it = QVBoxLayout(self)
        all_of_it.setContentsMargins(26, 22, 26, 18)
        all_of_it.setSpacing(18)
        all_of_it.addLayout(form)
        all_of_it.addLayout(checks)
        all_of_it.addLayout(self._buttons())
        all_of_it.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _reserve_room(self) -> None:
        """So that nothing moves while something is chosen."""
        metrics = self._space_help.fontMetrics()
        widths = [metrics.horizontalAdvance(words) for words in _space_help().values()]
        self._space_help.setMinimumWidth(max(widths) + 4)
        self._quality_number.setMinimumWidth(metrics.horizontalAdvance("100"))
        self._quality_number.setAlignment(Qt.AlignmentFlag.AlignRight)

    def _buttons(self) -> QHBoxLayout:
        reset = QPushButton(translate("Reset to defaults"))
        reset.clicked.connect(self._on_reset)
        cancel = QPushButton(translate("Cancel"))
        cancel.clicked.connect(self.reject)
        agree = QPushButton(translate("OK"))
        agree.setProperty("primary", True)
        agree.setDefault(True)
        agree.clicked.connect(self.accept)
        line = QHBoxLayout()
        line.addWidget(reset)
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(agree)
        for each in (reset, cancel):
            each.setAutoDefault(False)
        return line

    @Slot()
    def _on_reset(self) -> None:
        self._set(SaveOptions(), asks=True)

    @Slot()
    def _on_space(self) -> None:
        words = _space_help()[cast("str", _SPACES[self._space.currentIndex()][0])]
        self._space_help.setText(words)
        self._space.setAccessibleDescription(words)


def _add_row(
    form: QGridLayout,
    words: str,
    field: QWidget,
    shown: QWidget | QHBoxLayout,
    below: QLabel | None,
) -> None:
    """A name, what it names, and the help below that."""
    name = QLabel(words)
    name.setBuddy(field)
    field.setAccessibleName(words)
    row = form.rowCount()
    if row > 1:
        form.setRowMinimumHeight(row, 6)  # what belongs together stands closer
        row += 1
    form.addWidget(name, row, 0)
    if isinstance(shown, QWidget):
        form.addWidget(shown, row, 1)
    else:
        form.addLayout(shown, row, 1)
    if below is not None:
        form.addWidget(below, row + 1, 1)


def _combo(words: list[str]) -> QComboBox:
    combo = QComboBox()
    combo.addItems(words)
    return combo


def _quiet(words: str) -> QLabel:
    label = QLabel(words)
    label.setStyleSheet(f"color: {theme().quiet}")
    return label
