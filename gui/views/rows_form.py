"""A form made of declared rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QWidget,
)

from gui.rows import Amount, Choice, Row, Switch
from gui.scales import LARGE, MEDIUM, TINY
from gui.theme import check_box_palette
from gui.views.number_field import NumberField


class RowsForm(QWidget):
    """Shows rows and lets them be changed.

    Args:
        rows: top to bottom.
        values: of all of them, by name.

    Signals:
        changed: the name of a row.
    """

    changed = Signal(str)

    def __init__(self, rows: Sequence[Row], values: Mapping[str, Any]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(LARGE)
        grid.setVerticalSpacing(TINY)
        grid.setColumnStretch(1, 1)
        self._fields: dict[str, _Field] = {}
        for row in rows:
            field = _FIELDS[type(row.kind)](row, grid)
            field.changed.connect(self.changed)
            self._fields[row.name] = field
        grid.setRowStretch(grid.rowCount(), 1)
        self.show_values(values)
        self.retranslate()

    @property
    def values(self) -> dict[str, Any]:
        """What is chosen now, by name."""
        return {name: field.value() for name, field in self._fields.items()}

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show values, without telling of it; those of other rows are passed over."""
        for name, field in self._fields.items():
            if name in values:
                field.show_value(values[name])

    def show_row(self, name: str, shown: bool) -> None:
        """Show or hide a row."""
        self._fields[name].set_visible(shown)

    def editor(self, name: str) -> QWidget:
        """What a row is changed with."""
        return self._fields[name].editor

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        for field in self._fields.values():
            field.retranslate()

    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        for field in self._fields.values():
            field.recolor()


class _Field(QWidget):
    """One row: its name, its editor, its help. Itself it is not seen; it holds the parts."""

    changed = Signal(str)

    def __init__(self, row: Row, grid: QGridLayout, editor: QWidget, shown: QWidget) -> None:
        super().__init__(grid.parentWidget())
        self.hide()
        self.row, self.editor, self.shown = row, editor, shown
        self.name = QLabel()
        self.name.setBuddy(editor)
        self.help = QLabel()
        self.help.setProperty("quiet", True)
        at = grid.rowCount()
        self._place(grid, at)
        self.recolor()

    def _place(self, grid: QGridLayout, at: int) -> None:
        grid.addWidget(self.name, at, 0)
        grid.addWidget(self.shown, at, 1)
        grid.addWidget(self.help, at + 1, 1)
        grid.setRowMinimumHeight(at + 2, TINY)  # what belongs together stands closer

    def value(self) -> object:
        """What is chosen."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show it, without telling of it."""
        raise NotImplementedError

    def set_visible(self, shown: bool) -> None:
        """Show or hide all parts."""
        self.name.setVisible(shown)
        self.shown.setVisible(shown)
        self.help.setVisible(shown and bool(self.help.text()))

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.name.setText(self.row.words())
        self.editor.setAccessibleName(self.row.words())
        self.say_help(self.row.help() if self.row.help is not None else "")

    def say_help(self, words: str) -> None:
        """Show a sentence below."""
        self.help.setText(words)
        self.help.setVisible(bool(words) and not self.shown.isHidden())
        self.editor.setAccessibleDescription(words)

    def recolor(self) -> None:
        """Show all in the colors of the moment; most have none of their own."""

    def tell(self) -> None:
        """Say that another value was chosen."""
        self.changed.emit(self.row.name)


class _ChoiceField(_Field):
    def __init__(self, row: Row, grid: QGridLayout) -> None:
        assert isinstance(row.kind, Choice)
        self._options = row.kind.options
        self._combo = QComboBox()
        self._combo.addItems([""] * len(self._options))
        super().__init__(row, grid, self._combo, self._combo)
        self._combo.currentIndexChanged.connect(self._on_index)

    def value(self) -> object:
        return self._options[self._combo.currentIndex()].value

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._combo):
            self._combo.setCurrentIndex([option.value for option in self._options].index(value))
        self._help_of_option()

    def retranslate(self) -> None:
        super().retranslate()
        for at, option in enumerate(self._options):
            self._combo.setItemText(at, option.words())
        helps = [option.help() for option in self._options if option.help is not None]
        # So that nothing moves while something is chosen.
        widths = [self.help.fontMetrics().horizontalAdvance(words) for words in helps]
        self.help.setMinimumWidth(max(widths, default=0) + TINY)
        self._help_of_option()

    def _help_of_option(self) -> None:
        option = self._options[self._combo.currentIndex()]
        if option.help is not None:
            self.say_help(option.help())

    @Slot()
    def _on_index(self) -> None:
        self._help_of_option()
        self.tell()


class _SwitchField(_Field):
    def __init__(self, row: Row, grid: QGridLayout) -> None:
        self._box = QCheckBox()
        super().__init__(row, grid, self._box, self._box)
        self._box.toggled.connect(self.tell)

    def _place(self, grid: QGridLayout, at: int) -> None:
        self.name.hide()
        grid.addWidget(self._box, at, 0, 1, 2)
        grid.addWidget(self.help, at + 1, 0, 1, 2)
        grid.setRowMinimumHeight(at + 2, TINY)

    def value(self) -> object:
        return self._box.isChecked()

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._box):
            self._box.setChecked(bool(value))

    def set_visible(self, shown: bool) -> None:
        super().set_visible(shown)
        self.name.hide()

    def retranslate(self) -> None:
        super().retranslate()
        self._box.setText(self.row.words())

    def recolor(self) -> None:
        super().recolor()
        self._box.setPalette(check_box_palette())


class _AmountField(_Field):
    def __init__(self, row: Row, grid: QGridLayout) -> None:
        assert isinstance(row.kind, Amount)
        self._amount = kind = row.kind
        self._spin = NumberField()
        self._none = kind.low - 1 if kind.nothing is not None else None
        self._spin.limit(kind.low, kind.high, self._none)
        self._spin.setSingleStep(kind.step)
        self._spin.setSuffix(kind.unit)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(self._spin.minimum(), kind.high)
        self._slider.setPageStep(5)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(MEDIUM)
        if kind.slides:
            self._spin.setButtonSymbols(NumberField.ButtonSymbols.NoButtons)
            self._spin.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.addWidget(self._slider, 1)
            line.addWidget(self._spin)
        else:
            line.addWidget(self._spin, 1)
            self._slider.setParent(both)
            self._slider.hide()
        super().__init__(row, grid, self._slider if kind.slides else self._spin, both)
        self._slider.valueChanged.connect(self._spin.setValue)
        self._spin.valueChanged.connect(self._on_number)

    def value(self) -> object:
        number = self._spin.value()
        return None if number == self._none else number

    def show_value(self, value: Any) -> None:
        number = self._none if value is None else value
        for part in (self._spin, self._slider):
            with QSignalBlocker(part):
                part.setValue(number if number is not None else self._amount.low)

    def retranslate(self) -> None:
        super().retranslate()
        self._spin.setAccessibleName(self.row.words())
        if self._amount.nothing is not None:
            self._spin.setSpecialValueText(self._amount.nothing())

    @Slot(int)
    def _on_number(self, number: int) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(number)
        self.tell()


_FIELDS = {Choice: _ChoiceField, Switch: _SwitchField, Amount: _AmountField}
