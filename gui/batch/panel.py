"""The panel of a batch: which photos, where results go, how they are written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine import BadTemplate, translate
from engine.batch import BATCH_VARIABLES
from gui.batch.choices import BatchSettings, example_name
from gui.batch.path_line import PathLine
from gui.batch.rows import LOOK_ROWS, PHOTO_ROWS, RESULT_ROWS
from gui.export_rows import EXPORT_ROWS, rows_that_matter
from gui.file_dialogs import FolderDialog, OpenDialog, PhotoDialog
from gui.preset_box import PresetBox
from gui.presets import Presets
from gui.scales import MEDIUM, PANEL, SMALL
from gui.theme import check_box_palette, theme
from gui.views.rows_form import RowsForm

WIDTH = 300
_PLACES_HEIGHT = 84
# In letters; what does not fit is seen when the list is opened.
_SHORTEST_CHOICE = 12
# Of words that may have two lines.
_NARROWEST = 110


class BatchPanel(QScrollArea):
    """Shows and changes what is chosen.

    Args:
        settings: what is chosen at first.
        presets: the user's, shared with the export panel.

    Signals:
        changed: something else is chosen now.
    """

    changed = Signal()

    def __init__(self, settings: BatchSettings, presets: Presets) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._settings = settings
        self._places: list[Path] = []
        self._inside = QWidget()
        self.list = QListWidget()
        self.list.setFixedHeight(_PLACES_HEIGHT)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(translate("Folders and photos"))
        self.photo_form = RowsForm(PHOTO_ROWS, self._values)
        self.include, self.exclude = QLineEdit(settings.include), QLineEdit(settings.exclude)
        self.beside = QRadioButton(translate("Beside each photo"))
        self.under = QRadioButton(translate("Into a folder, in folders like those of the photos:"))
        self._into = PathLine(settings.into, translate("Folder of the results"), FolderDialog)
        self.into = self._into.field
        self.look_form = RowsForm(LOOK_ROWS, self._values)
        self._look_of = PathLine(settings.look_of, translate("Photo with the look"), PhotoDialog)
        self.look_of = self._look_of.field
        self.name = QLineEdit(settings.name)
        self.example = QLabel(wordWrap=True)
        self.example.setProperty("quiet", True)
        self.result_form = RowsForm(RESULT_ROWS, self._values)
        self.preset = PresetBox(presets, settings.export)
        self.form = RowsForm(EXPORT_ROWS, settings.export.values)
        for each in (self.beside, self.under):
            each.setPalette(check_box_palette())
        self._put_together()
        self._connect()
        self._show_all()

    @property
    def wanted_width(self) -> int:
        """So wide that nothing of it is hidden."""
        bar = self.verticalScrollBar().sizeHint().width()
        return self._inside.minimumSizeHint().width() + bar + 2

    @property
    def settings(self) -> BatchSettings:
        """What is chosen now."""
        return self._settings

    @property
    def places(self) -> tuple[Path, ...]:
        """Folders and photos."""
        return tuple(self._places)

    @property
    def problem(self) -> str:
        """Why nothing can be planned, a sentence; empty if it can."""
        if not self._settings.beside and not self._settings.into.strip():
            return translate("Choose the folder for the results.")
        if self._settings.look == "photo" and not self._settings.look_of.strip():
            return translate("Choose the photo that gives the others its look.")
        try:
            example_name(self._settings.name)
        except BadTemplate as error:
            return str(error)
        return ""

    def add(self, places: Sequence[Path]) -> None:
        """Add folders and photos, each once."""
        new = [place for place in dict.fromkeys(places) if place not in self._places]
        if new:
            self._places += new
            self._show_places()
            self.changed.emit()

    def _connect(self) -> None:
        for form in (self.photo_form, self.look_form, self.result_form, self.form):
            form.changed.connect(self._on_form)
        for field in (self.include, self.exclude, self.look_of, self.into, self.name):
            field.textChanged.connect(self._on_form)
        self.beside.toggled.connect(self._on_form)
        self.preset.activated.connect(self._on_preset)

    def _put_together(self) -> None:
        inside = self._inside
        column = QVBoxLayout(inside)
        column.setContentsMargins(*PANEL)
        column.setSpacing(SMALL)
        column.addWidget(_heading(translate("Photos")))
        column.addWidget(self.list)
        column.addLayout(self._buttons())
        column.addWidget(self.photo_form)
        column.addLayout(_fields((
            (translate("Only:"), self.include, "*.tif *.jpg"),
            (translate("Without:"), self.exclude, "*-copy.*"),
        )))  # fmt: skip
        column.addWidget(self.look_form)
        column.addWidget(self._look_of)
        column.addSpacing(SMALL)
        column.addWidget(_heading(translate("Results")))
        column.addWidget(self.beside)
        column.addWidget(self.under)
        column.addWidget(self._into)
        column.addLayout(_fields(((translate("Name:"), self.name, ""),)))
        column.addWidget(self.example)
        column.addWidget(self.result_form)
        column.addSpacing(SMALL)
        column.addWidget(_heading(translate("Files")))
        column.addWidget(self.preset)
        column.addWidget(self.form)
        column.addStretch(1)
        self._make_narrow()
        self.setWidget(inside)
        self.setMinimumWidth(WIDTH)
        self.look_form.editor("look").setToolTip(
            translate("What is seen in that photo, too, gets the color it has there.")
        )
        known = ", ".join(f"{{{name}}}" for name in BATCH_VARIABLES)
        self.name.setToolTip(translate("Any text, with these in it: {known}", known=known))

    def _make_narrow(self) -> None:
        """The table beside it needs the room more than long words here."""
        for box in self._inside.findChildren(QComboBox):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(_SHORTEST_CHOICE)
        for form in (self.photo_form, self.look_form, self.result_form, self.form):
            for label in form.findChildren(QLabel):
                label.setWordWrap(True)
                label.setMinimumWidth(_NARROWEST)

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(SMALL)
        for at, (words, slot) in enumerate((
            (translate("Add a folder…"), self._on_add_folder),
            (translate("Add photos…"), self._on_add_photos),
            (translate("Remove"), self._on_remove),
        )):  # fmt: skip
            button = QPushButton(words, autoDefault=False)
            button.clicked.connect(slot)
            grid.addWidget(button, at // 2, at % 2)
        return grid

    @property
    def _values(self) -> dict[str, Any]:
        settings = self._settings
        return {"recursive": settings.recursive, "colored": settings.colored,
                "look": settings.look, "on_conflict": settings.on_conflict}  # fmt: skip

    def _show_places(self) -> None:
        self.list.clear()
        self.list.addItems([str(place) for place in self._places])

    def _show_all(self) -> None:
        """Bring everything in line with what is chosen."""
        settings = self._settings
        (self.beside if settings.beside else self.under).setChecked(True)
        self._into.setEnabled(not settings.beside)
        self._look_of.setVisible(settings.look == "photo")
        for name, matters in rows_that_matter(settings.export, self._format()).items():
            self.form.show_row(name, matters or settings.format == "own")
        self.preset.show_export(settings.export)
        self._show_example()

    def _format(self) -> Any:
        return "jpeg" if self._settings.format == "own" else self._settings.format

    def _show_example(self) -> None:
        try:
            words, is_bad = example_name(self._settings.name), False
        except BadTemplate as error:
            words, is_bad = str(error), True
        self.example.setText(words)
        self.example.setStyleSheet(f"color: {theme().bad}" if is_bad else "")
        self.name.setStyleSheet(f"color: {theme().bad}" if is_bad else "")

    @Slot()
    def _on_form(self) -> None:
        export = self._settings.export.with_values(self.form.values)
        export = msgspec.structs.replace(export, name=self.name.text())
        self._settings = msgspec.structs.replace(
            self._settings.with_export(export),
            include=self.include.text(), exclude=self.exclude.text(),
            beside=self.beside.isChecked(), into=self.into.text(), look_of=self.look_of.text(),
            **self.photo_form.values, **self.look_form.values, **self.result_form.values,
        )  # fmt: skip
        self._show_all()
        self.changed.emit()

    @Slot(int)
    def _on_preset(self, at: int) -> None:
        export = self.preset.itemData(at)
        if export is not None:
            self.form.show_values(export.values)
        self._on_form()

    @Slot()
    def _on_add_folder(self) -> None:
        dialog = FolderDialog(self, str(self._places[-1]) if self._places else "")
        dialog.fileSelected.connect(lambda name: self.add([Path(name)]))
        dialog.open()

    @Slot()
    def _on_add_photos(self) -> None:
        dialog = OpenDialog(self, "")
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))
        dialog.open()

    @Slot()
    def _on_remove(self) -> None:
        gone = {index.row() for index in self.list.selectedIndexes()}
        if gone:
            kept = enumerate(self._places)
            self._places = [place for at, place in kept if at not in gone]
            self._show_places()
            self.changed.emit()


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("section", True)
    return label


def _fields(rows: Sequence[tuple[str, QLineEdit, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(MEDIUM)
    grid.setVerticalSpacing(SMALL)
    for at, (words, field, hint) in enumerate(rows):
        label = QLabel(words)
        label.setBuddy(field)
        field.setAccessibleName(words.rstrip(":："))
        field.setPlaceholderText(hint)
        grid.addWidget(label, at, 0)
        grid.addWidget(field, at, 1)
    return grid
