"""The export panel: how, where and under which name, and what the file will be like."""

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import VARIABLES, BadTemplate, filled_name, translate, variables_of
from gui.export_rows import EXPORT_ROWS, rows_that_matter
from gui.file_dialogs import FolderDialog
from gui.preset_box import PresetBox
from gui.presets import Export, Preset, Presets
from gui.pressing import pressed_focused
from gui.scales import DIALOG, MEDIUM, SMALL, TINY, WIDE
from gui.theme import icon, theme
from gui.views.proof_view import ProofView
from gui.views.rows_form import RowsForm
from gui.views.scrolling import scrolled

# A choice that was not changed for so long is tried out.
REST_MS = 350
FORM_WIDTH = 400
SIZE = QSize(840, 620)


class ExportDialog(QDialog):
    """Asks for an export, and shows what would come of it.

    Args:
        parent: the window.
        photo: the one to export.
        folder: where it goes at first.
        presets: what is kept.
        today: the date for names.

    Signals:
        proof_wanted: an Export, to be tried out.
        agreed: the Export, and the path of the file.
    """

    proof_wanted = Signal(object)
    agreed = Signal(object, object)

    def __init__(
        self,
        parent: QWidget,
        photo: Path,
        folder: Path,
        presets: Presets,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("Export"))
        self._window, self._photo, self._presets, self._today = parent, photo, presets, today
        self._export = presets.last
        self.proof = ProofView()
        self.form = RowsForm(EXPORT_ROWS, self._export.values)
        self.form.changed.connect(self._on_form)
        self.preset = PresetBox(presets, self._export)
        self.preset.activated.connect(self._on_preset)
        self._keep = _tool("content-save-outline", translate("Keep these choices by a name…"))
        self._keep.clicked.connect(self._on_keep)
        self._forget = _tool("trash-can-outline", translate("Delete this preset"))
        self._forget.clicked.connect(self._on_forget)
        self.folder = QLineEdit(str(folder))
        self.folder.textChanged.connect(self._show_name)
        self.no_folder = QLabel(translate("There is no such folder."))
        self.no_folder.setStyleSheet(f"color: {theme().bad}")
        self._choose = QPushButton(translate("Choose…"), autoDefault=False)
        self._choose.clicked.connect(self._on_choose)
        self.name = QLineEdit(self._export.name)
        self.name.textChanged.connect(self._on_name)
        self.example = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.example.setProperty("quiet", True)
        self.example.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._go = QPushButton(translate("Export"), default=True)
        self._go.setProperty("primary", True)
        self._go.clicked.connect(self.accept)
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._on_rest)
        self._put_together()
        self._show_preset()
        self._show_rows()
        self._show_name()
        self._rest.start(0)  # the first one at once
        self.proof.show_waiting()

    @property
    def export(self) -> Export:
        """What is chosen now."""
        return self._export

    @property
    def suffix(self) -> str:
        """The ending of the file."""
        return self._export.suffix_for(self._photo.suffix)

    @property
    def target(self) -> Path | None:
        """The file; None while its name makes none, or its folder is not there."""
        try:
            return self._folder / self._file_name() if self._has_folder else None
        except BadTemplate:
            return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus; anywhere else it exports."""
        if not pressed_focused(self, event):
            super().keyPressEvent(event)

    def accept(self) -> None:
        """Tell what was chosen."""
        target = self.target
        if target is None:  # the folder is gone since it was looked up
            self._show_name()
        else:
            self._presets.remember(self._export)
            super().accept()
            self.agreed.emit(self._export, target)

    def use(self, export: Export) -> None:
        """Choose all that an export says."""
        self._export = export
        self.form.show_values(export.values)
        if self.name.text() != export.name:
            self.name.setText(export.name)
        self._on_changed()

    @property
    def _folder(self) -> Path:
        """What is typed; RuntimeError for the home of a user who is not known."""
        return Path(self.folder.text()).expanduser()

    @property
    def _has_folder(self) -> bool:
        try:
            return self._folder.is_dir()
        except (OSError, ValueError, RuntimeError):
            return False

    def _is_taken(self, name: str) -> bool:
        try:
            return (self._folder / name).exists()
        except OSError:
            return False

    def _put_together(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(MEDIUM)
        line = QHBoxLayout()
        line.setSpacing(TINY)
        line.addWidget(self.preset, 1)
        line.addWidget(self._keep)
        line.addWidget(self._forget)
        right.addLayout(line)
        area = scrolled(self.form)
        bar = area.verticalScrollBar().sizeHint().width()
        area.setMinimumWidth(max(FORM_WIDTH, self.form.minimumSizeHint().width() + bar))
        right.addWidget(area, 1)
        columns = QHBoxLayout()
        columns.setSpacing(WIDE)
        columns.addWidget(self.proof)
        columns.addLayout(right, 1)
        cancel = QPushButton(translate("Cancel"), autoDefault=False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        box = QVBoxLayout(self)
        box.setContentsMargins(*DIALOG)
        box.setSpacing(MEDIUM)
        box.addLayout(columns, 1)
        box.addLayout(self._where())
        box.addLayout(buttons)
        self.setTabOrder(self.preset, self.form.editor("format"))
        self.resize(SIZE.boundedTo(self._window.size()))

    def _where(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(MEDIUM)
        grid.setVerticalSpacing(SMALL)
        grid.setColumnStretch(1, 1)
        for row, (words, field, below) in enumerate((
            (translate("Folder:"), self.folder, self.no_folder),
            (translate("Name:"), self.name, self.example),
        )):  # fmt: skip
            label = QLabel(words)
            label.setBuddy(field)
            field.setAccessibleName(words.rstrip(":："))
            grid.addWidget(label, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
            grid.addWidget(below, 2 * row + 1, 1, 1, 2)
        grid.addWidget(self._choose, 0, 2)
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        self.name.setToolTip(translate("Any text, with these in it: {known}", known=known))
        return grid

    def _show_preset(self) -> None:
        self.preset.show_export(self._export)
        self._forget.setEnabled(self.preset.is_own)

    def _show_rows(self) -> None:
        file_format = self._export.format_for(self._photo.suffix)
        for name, matters in rows_that_matter(self._export, file_format).items():
            self.form.show_row(name, matters)

    @Slot()
    def _show_name(self) -> None:
        has_folder = self._has_folder
        try:
            words, is_bad = self._file_name(), False
            if has_folder and self._is_taken(words):
                words = translate("{name} is there already; a number is added.", name=words)
        except BadTemplate as error:
            words, is_bad = str(error), True
        self.no_folder.setVisible(not has_folder)
        self.folder.setAccessibleDescription("" if has_folder else self.no_folder.text())
        self.example.setText(self._elided(words))
        self.example.setToolTip(words)
        self.example.setStyleSheet(f"color: {theme().bad}" if is_bad else "")
        self.name.setAccessibleDescription(words)
        self._go.setEnabled(has_folder and not is_bad)

    def _elided(self, words: str) -> str:
        """A name that has no place to break must not widen the window."""
        room = 2 * max(200, self.example.width() - 20)
        return self.example.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room)

    def _file_name(self) -> str:
        values = variables_of(self._photo, self.suffix, self._today())
        return filled_name(self._export.name, values, self.suffix)

    def _on_changed(self) -> None:
        self._show_preset()
        self._show_rows()
        self._show_name()
        self.proof.show_waiting()
        self._rest.start(REST_MS)

    @Slot()
    def _on_form(self) -> None:
        self._export = self._export.with_values(self.form.values)
        self._on_changed()

    @Slot(str)
    def _on_name(self, template: str) -> None:
        self._export = msgspec.structs.replace(self._export, name=template)
        self._show_name()

    @Slot(int)
    def _on_preset(self, at: int) -> None:
        export = self.preset.itemData(at)
        if export is not None:
            self.use(msgspec.structs.replace(export, name=self._export.name))
        else:
            self._show_preset()

    @Slot()
    def _on_keep(self) -> None:
        """Ask for a name; one that is taken is replaced, as its owner says by typing it."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(translate("Keep these choices"))
        dialog.setLabelText(translate("Name of the preset:"))
        dialog.setOkButtonText(translate("Keep"))
        dialog.setCancelButtonText(translate("Cancel"))
        dialog.textValueSelected.connect(self.keep_as)
        dialog.open()

    @Slot(str)
    def keep_as(self, name: str) -> None:
        """Keep the choices of the moment by a name."""
        if name.strip():
            self._presets.keep(Preset(name.strip(), self._export))
            self.preset.fill()
            self.preset.setCurrentText(name.strip())
            self._forget.setEnabled(self.preset.is_own)

    @Slot()
    def _on_forget(self) -> None:
        self._presets.forget(self.preset.currentText())
        self.preset.fill()
        self._show_preset()

    @Slot()
    def _on_choose(self) -> None:
        dialog = FolderDialog(self, self.folder.text())
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    @Slot()
    def _on_rest(self) -> None:
        self.proof_wanted.emit(self._export)


def _tool(sign: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(sign))
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button
