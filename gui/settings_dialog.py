"""The settings, built from their table; whatever is changed holds at once."""

from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine import translate
from gui.scales import LARGE, MEDIUM, SMALL, WIDE
from gui.settings_rows import LANGUAGE, SECTIONS, Section, defaults_of, set_values, values_of
from gui.views.rows_form import RowsForm
from gui.views.scrolling import scrolled

WIDTH = 520


class SettingsDialog(QDialog):
    """Shows all settings and keeps what is chosen.

    Args:
        parent: the window.
        settings: where they stand.

    Signals:
        changed: the name of a setting that has another value now.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget, settings: QSettings) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._settings = parent, settings
        self._headings: list[tuple[QLabel, Section]] = []
        self.forms: dict[str, RowsForm] = {}
        self._reset = QPushButton(autoDefault=False)
        self._reset.clicked.connect(self._on_reset)
        self._close = QPushButton(default=True)
        self._close.clicked.connect(self.accept)
        self._put_together()
        self.retranslate()
        self.recolor()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.setWindowTitle(translate("Settings"))
        for heading, section in self._headings:
            heading.setText(section.words())
        for form in self.forms.values():
            form.retranslate()
        self._reset.setText(translate("Reset to defaults"))
        self._close.setText(translate("Close"))

    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        for form in self.forms.values():
            form.recolor()

    def _put_together(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(WIDE, WIDE, WIDE, SMALL)
        column.setSpacing(SMALL)
        for section in SECTIONS:
            heading = QLabel()
            heading.setProperty("section", True)
            self._headings.append((heading, section))
            form = RowsForm(section.rows, values_of(self._settings, section))
            form.changed.connect(partial(self._on_changed, section))
            self.forms[section.group] = form
            column.addWidget(heading)
            column.addWidget(form)
            column.addSpacing(SMALL)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(WIDE, MEDIUM, WIDE, LARGE)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._inside, self._area = inside, scrolled(inside)
        box.addWidget(self._area, 1)
        box.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Be so large that all can be read, as far as there is room; now the sizes are right."""
        bar = self._area.verticalScrollBar().sizeHint().width()
        width = max(WIDTH, self._inside.minimumSizeHint().width() + bar)
        wanted = self._inside.sizeHint().height() + 70
        self.resize(width, min(wanted, self._window.height() - 20))
        super().showEvent(event)

    def _on_changed(self, section: Section, name: str) -> None:
        values = self.forms[section.group].values
        set_values(self._settings, section, {name: values[name]})
        self.changed.emit(name)

    @Slot()
    def _on_reset(self) -> None:
        """Bring everything back but the language: who resets the rest still wants to read it."""
        for section in SECTIONS:
            form = self.forms[section.group]
            before = form.values
            wanted = defaults_of(self._settings, section)
            wanted.pop(LANGUAGE.name, None)
            form.show_values(wanted)
            set_values(self._settings, section, wanted)
            for name, value in wanted.items():
                if name in before and before[name] != value:
                    self.changed.emit(name)
