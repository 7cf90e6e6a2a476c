"""What is asked before a file is written: what its format would lose, and if an original may go."""

from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QMessageBox, QPushButton, QWidget

from engine import EIGHT_BITS, FileFormat, beforehand, translate
from gui.save_rows import FORMAT_NAMES
from gui.scales import QUESTION_SIGN
from gui.theme import check_box_palette, icon

# So many folders are named.
MOST_FOLDERS = 3
# So many photos are named.
MOST_PHOTOS = 5


class Answer(Enum):
    """What the user wants done about the losses."""

    SAVE = auto()
    OTHER_FORMAT = auto()


class LossesQuestion(QMessageBox):
    """Says what the format would lose, and asks what to do.

    Args:
        parent: the window.
        file_format: the one that was chosen.
        losses: sentences of the engine, at least one.
        better: the format that loses none of it, or None.

    Signals:
        answered: the Answer, and whether this is to be asked no more; not sent if cancelled.
    """

    answered = Signal(object, bool)

    def __init__(
        self,
        parent: QWidget,
        file_format: FileFormat,
        losses: Sequence[str],
        better: FileFormat | None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names of files are no markup
        self.setIconPixmap(_sign("help-circle-outline", self))
        name = FORMAT_NAMES[file_format]
        only_bits = tuple(losses) == (EIGHT_BITS,)
        if only_bits:
            self.setText(_in_words(EIGHT_BITS, name))
        else:
            self.setText(translate("Not all of this photo fits into a {format} file.", format=name))
            self.setInformativeText("\n\n".join(_in_words(each, name) for each in losses))
        self._save = self.addButton(translate("Save anyway"), QMessageBox.ButtonRole.AcceptRole)
        self._other: QPushButton | None = None
        if better is not None:
            words = translate("Save as {format} instead", format=FORMAT_NAMES[better])
            self._other = self.addButton(words, QMessageBox.ButtonRole.AcceptRole)
        cancel = self.addButton(translate("Cancel"), QMessageBox.ButtonRole.RejectRole)
        self.setEscapeButton(cancel)
        self.setDefaultButton(self._other or self._save)
        # Kept here: the box alone does not keep it alive.
        self._again = QCheckBox(translate("Do not ask again about the bits per channel"))
        self._again.setPalette(check_box_palette())
        if only_bits:
            self.setCheckBox(self._again)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        clicked = self.clickedButton()
        if clicked is self._save:
            self.answered.emit(Answer.SAVE, self._again.isChecked())
        elif clicked is not None and clicked is self._other:
            self.answered.emit(Answer.OTHER_FORMAT, False)


class Fate(Enum):
    """What the user wants done with unsaved work."""

    SAVE = auto()
    GIVE_UP = auto()
    KEEP = auto()


class UnsavedQuestion(QMessageBox):
    """Asks what becomes of work that no file has.

    It blocks, as who closes something has to know at once; Return saves, Escape changes nothing.

    Args:
        parent: the window.
        photos: those with such work, at least one.
        targets: the files that saving would write.
    """

    def __init__(self, parent: QWidget, photos: Sequence[Path], targets: Sequence[Path]) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names of files are no markup
        self.setIconPixmap(_sign("help-circle-outline", self))
        if len(photos) == 1:
            name = photos[0].name
            self.setText(translate("The changes to “{name}” are not saved.", name=name))
        else:
            count = len(photos)
            self.setText(translate("The changes to {count} photos are not saved.", count=count))
        names = [path.name for path in photos[:MOST_PHOTOS]] if len(photos) > 1 else []
        if len(photos) > MOST_PHOTOS:
            names.append("…")
        self.setInformativeText("\n".join([*names, *([""] if names else []), _where(targets)]))
        role = QMessageBox.ButtonRole
        self._save = QPushButton(translate("Save"))
        self._save.setProperty("primary", True)
        self.addButton(self._save, role.AcceptRole)
        self._give_up = self.addButton(translate("Don’t save"), role.DestructiveRole)
        cancel = self.addButton(translate("Cancel"), role.RejectRole)
        self.setDefaultButton(self._save)
        self.setEscapeButton(cancel)

    def ask(self) -> Fate:
        """Wait for the answer."""
        self.exec()
        clicked = self.clickedButton()
        self.deleteLater()
        if clicked is self._save:
            return Fate.SAVE
        return Fate.GIVE_UP if clicked is self._give_up else Fate.KEEP


class ReplaceQuestion(QMessageBox):
    """Asks whether the original may be replaced.

    Args:
        parent: the window.
        original: the file.
        losses: translated sentences about what it has and the result will not have.

    Signals:
        agreed: it may.
    """

    agreed = Signal()

    def __init__(self, parent: QWidget, original: Path, losses: Sequence[str]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names of files are no markup
        self.setIconPixmap(_sign("alert-outline", self))
        self.setText(translate("Replace the original “{name}”?", name=original.name))
        kept = translate(
            "The colored photo takes its place. A copy of the original is kept only until the "
            "result lies there whole; then the original is gone."
        )
        self.setInformativeText("\n\n".join((kept, *losses)))
        self._agree = self.addButton(
            translate("Replace the original"), QMessageBox.ButtonRole.DestructiveRole
        )
        cancel = self.addButton(translate("Cancel"), QMessageBox.ButtonRole.RejectRole)
        self.setEscapeButton(cancel)
        self.setDefaultButton(cancel)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        if self.clickedButton() is self._agree:
            self.agreed.emit()


def _sign(name: str, box: QMessageBox) -> QPixmap:
    """A sign in the theme's gray; Qt's own ones are colored."""
    return icon(name).pixmap(QUESTION_SIGN, box.devicePixelRatioF())


def _where(targets: Sequence[Path]) -> str:
    """What saving would write, in few words."""
    folders = list(dict.fromkeys(path.parent.name or str(path.parent) for path in targets))
    if len(folders) > MOST_FOLDERS:
        folders = [*folders[:MOST_FOLDERS], "…"]
    among = ", ".join(folders)
    if len(targets) == 1:
        return translate("Save writes “{name}” into the folder {folder}.",
                         name=targets[0].name, folder=among)  # fmt: skip
    if len(folders) == 1:
        return translate("Save writes them into the folder {folder}.", folder=among)
    return translate("Save writes them into these folders: {folders}", folders=among)


def _in_words(loss: str, name: str) -> str:
    """A loss, the most common one in friendlier words."""
    if loss == EIGHT_BITS:
        return translate(
            "The photo has 16 bits per channel, and {format} files hold 8. Nobody sees the "
            "difference on a screen, but there is less room for editing it later.",
            format=name,
        )
    return translate(beforehand(loss))
