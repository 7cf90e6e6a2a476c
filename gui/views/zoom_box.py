"""The zoom as a percentage: shown, typed, or chosen."""

import re

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit

from engine import translate
from gui.scales import LARGE
from gui.texts import percent

CHOICES = (0.25, 0.5, 1.0, 2.0, 4.0)


class ZoomBox(QComboBox):
    """Shows screen pixels per photo pixel.

    Signals:
        scale_wanted: another one was typed or chosen.
    """

    scale_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._scale = 1.0
        self.activated.connect(self._on_chosen)
        self._edit.returnPressed.connect(self._on_typed)
        self._edit.editingFinished.connect(self.retranslate)

    @property
    def _edit(self) -> QLineEdit:
        edit = self.lineEdit()
        assert edit is not None
        return edit

    def show_scale(self, scale: float) -> None:
        """Show a scale, unless the user is just typing another one."""
        self._scale = scale
        if not self._edit.hasFocus():
            self._edit.setText(percent(scale))

    @Slot()
    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        with QSignalBlocker(self):
            self.clear()
            self.addItems([percent(scale) for scale in CHOICES])
            self.setCurrentIndex(-1)
        self._edit.setText(percent(self._scale))
        self.setToolTip(translate("Screen pixels per photo pixel"))
        self.setAccessibleName(translate("Zoom"))
        metrics = self.fontMetrics()
        self.setFixedWidth(metrics.horizontalAdvance(percent(33.33)) + 2 * LARGE)

    @Slot(int)
    def _on_chosen(self, at: int) -> None:
        self._take(CHOICES[at])

    @Slot()
    def _on_typed(self) -> None:
        number = re.search(r"\d+(?:[.,]\d+)?", self._edit.text())
        if number is not None:
            self._take(float(number[0].replace(",", ".")) / 100)

    def _take(self, scale: float) -> None:
        self._scale = scale
        self.scale_wanted.emit(scale)
        self.clearFocus()
        self._edit.setText(percent(self._scale))
