"""Choosing photos to open, and where a colored one goes."""

import contextlib
import re
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFileDialog,
    QHeaderView,
    QPushButton,
    QSplitter,
    QToolButton,
    QTreeView,
    QWidget,
)

from engine import (
    ENDINGS,
    WRITABLE,
    PhotochromError,
    SameAsSource,
    UnknownFormat,
    colorized_path,
    translate,
)
from gui.save_rows import FORMAT_NAMES
from gui.theme import icon

# Suffixes of each format, the one that is proposed first.
FORMATS = {
    name: tuple(suffix[1:] for suffix, each in WRITABLE.items() if each == code)
    for code, name in FORMAT_NAMES.items()
}

# Of Qt's own dialog, which is shown where the system has none: it has room for all its columns.
SIZE = QSize(860, 540)
SIDE_WIDTH = 150
_ICONS = {
    "backButton": "arrow-left",
    "forwardButton": "arrow-right",
    "toParentButton": "arrow-up",
    "newFolderButton": "folder-plus-outline",
    "listModeButton": "view-grid-outline",
    "detailModeButton": "view-list-outline",
}

# "Folder" and "jpg File", which Qt's catalogs leave partly in English; the icons say it, too.
_TYPE_COLUMN = 2

# What is meant as an ending: that of "attic.gif", not that of "attic.2" or "Mr. Smith".
_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,3}", re.IGNORECASE)

# What is shown at first; what is read is decided by content.
READABLE = " ".join(f"*.{ending}" for ending in ENDINGS)


class OpenDialog(QFileDialog):
    """Asks for one or more photos."""

    def __init__(self, parent: QWidget, folder: str) -> None:
        super().__init__(parent, translate("Open photos"), folder)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.ExistingFiles)
        # The endings stand there twice, for systems that tell "jpg" from "JPG".
        self.setOption(QFileDialog.Option.HideNameFilterDetails)
        photos, others = translate("Photos"), translate("All files")
        self.setNameFilters([f"{photos} ({READABLE} {READABLE.upper()})", f"{others} (*)"])
        _label(self)
        _dress(self)


class PhotoDialog(OpenDialog):
    """Asks for one photo, in the folder of the one that was chosen before."""

    def __init__(self, parent: QWidget, photo: str) -> None:
        super().__init__(parent, str(Path(photo).parent) if photo else "")
        self.setWindowTitle(translate("Choose a photo"))
        self.setFileMode(QFileDialog.FileMode.ExistingFile)


class FolderDialog(QFileDialog):
    """Asks for a folder that is there."""

    def __init__(self, parent: QWidget, folder: str) -> None:
        super().__init__(parent, translate("Choose a folder"), folder)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.Directory)
        self.setOption(QFileDialog.Option.ShowDirsOnly)
        _label(self)
        _dress(self)


class SaveDialog(QFileDialog):
    """Asks for a file of one of the formats that can be written.

    Args:
        parent: the window.
        original: the photo that was colored, for which no name is taken.
        proposal: the name to start with.
        layer: whether it is for the color alone, of 16 bit, which JPEG files do not hold.

    Signals:
        target_chosen: the file, and whether it may be replaced if it is there already, to which
            the dialog has then had the user agree.
        refused: why the name that was typed cannot be used, and one that can be; the dialog is
            then closed.
    """

    target_chosen = Signal(object, bool)
    refused = Signal(object, object)

    def __init__(
        self, parent: QWidget, original: Path, proposal: Path, *, layer: bool = False
    ) -> None:
        title = translate("Save the color layer") if layer else translate("Save the colored photo")
        super().__init__(parent, title, str(proposal.parent))
        self._original = original
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self._filters = {
            f"{name} ({' '.join(f'*.{suffix}' for suffix in suffixes)})": suffixes
            for name, suffixes in FORMATS.items()
            if not (layer and name == "JPEG")
        }
        self.setNameFilters(list(self._filters))
        self.selectNameFilter(self._filter_of(proposal))
        self.selectFile(proposal.name)
        _label(self)
        _dress(self)
        self.filterSelected.connect(self._on_filter_selected)
        self.fileSelected.connect(self._on_file_selected)

    def accept(self) -> None:
        """Refuse names that cannot be used, before Qt asks whether to replace what has them."""
        typed = Path(next(iter(self.selectedFiles()), ""))
        error, better = self._check(typed)
        if error is None:
            super().accept()
            return
        self.reject()
        self.refused.emit(error, better)

    def _check(self, typed: Path) -> tuple[PhotochromError | None, Path]:
        """Why a name cannot be used, or None, and a name that can be."""
        with contextlib.suppress(OSError, ValueError):  # there is no such file
            if typed.samefile(self._original):
                return SameAsSource(name=typed.name), colorized_path(self._original)
        is_known = any(_has(typed.name, suffixes) for suffixes in self._filters.values())
        if not is_known and _ENDING.fullmatch(typed.suffix):
            suffix = self._filters.get(self.selectedNameFilter(), ("png",))[0]
            return UnknownFormat(name=typed.name), typed.with_suffix(f".{suffix}")
        return None, typed

    def _filter_of(self, target: Path) -> str:
        suffix = target.suffix.lower().removeprefix(".")
        fitting = (name for name, suffixes in self._filters.items() if suffix in suffixes)
        return next(fitting, next(iter(self._filters)))

    @Slot(str)
    def _on_filter_selected(self, name: str) -> None:
        """Let the name follow the format that was chosen."""
        files = self.selectedFiles()
        suffixes = self._filters.get(name)
        if files and suffixes and not _has(files[0], suffixes):
            current = Path(files[0])
            known = any(_has(files[0], each) for each in FORMATS.values())
            stem = current.stem if known else current.name
            self.selectFile(f"{stem}.{suffixes[0]}")

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        target = Path(name)
        if any(_has(name, suffixes) for suffixes in self._filters.values()):
            self.target_chosen.emit(target, True)
            return
        # The user left out the ending; the dialog has not asked about the name that results.
        suffix = self._filters.get(self.selectedNameFilter(), ("png",))[0]
        self.target_chosen.emit(target.with_name(f"{target.name}.{suffix}"), False)


def _dress(dialog: QFileDialog) -> None:
    """Let Qt's own dialog look like the rest: its icons are dark in every theme, or colored."""
    dialog.resize(SIZE)
    for name, sign in _ICONS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icon(sign))
    halves = dialog.findChild(QSplitter)
    if halves is not None:
        halves.setSizes([SIDE_WIDTH, SIZE.width() - SIDE_WIDTH])
    files = dialog.findChild(QTreeView, "treeView")
    if files is not None:
        files.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        files.hideColumn(_TYPE_COLUMN)
    for each in dialog.findChildren(QPushButton):
        each.setIcon(QIcon())


def _label(dialog: QFileDialog) -> None:
    """Give words to what Qt's own catalogs leave in English."""
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, translate("Folder:"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileName, translate("Name:"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, translate("Format:"))


def _has(name: str, suffixes: tuple[str, ...]) -> bool:
    return name.lower().endswith(tuple(f".{suffix}" for suffix in suffixes))
