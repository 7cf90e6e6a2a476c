"""From the wish to save to the request: asks what has to be asked before anything is written."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from engine import (
    EIGHT_BITS,
    Belongings,
    FileFormat,
    PhotochromError,
    SaveOptions,
    UnknownFormat,
    beforehand,
    color_layer_path,
    colorized_path,
    format_for,
    losses_of,
    translate,
    unique_path,
)
from gui.document import Document
from gui.file_dialogs import SaveDialog
from gui.message_bar import Kind, Message
from gui.save_settings import (
    ask_about_bits,
    asks_about_bits,
    remembered_options,
)
from gui.saving_questions import Answer, LossesQuestion, ReplaceQuestion
from gui.texts import too_late_text
from gui.work import Target
from gui.worker.jobs import PhotoOpened, SavePhoto

# Formats to go over to, the first that holds everything, and their endings.
_BETTER: dict[FileFormat, str] = {"tiff": ".tif", "png": ".png"}


class Saving(QObject):
    """Asks by boxes that do not block, and tells what comes of it.

    Args:
        window: what the boxes belong to.
        document: makes the requests.
        settings: where the choices are kept.
        folder_for: gives the folder that is proposed for a photo's results.

    Signals:
        wanted: a SavePhoto for the worker.
        said: a Message.
    """

    wanted = Signal(object)
    said = Signal(object)

    def __init__(
        self,
        window: QWidget,
        document: Document,
        settings: QSettings,
        folder_for: Callable[[Path], Path],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._settings = settings
        self._folder_for = folder_for

    @property
    def document(self) -> Document:
        """What makes the requests."""
        return self._document

    @property
    def options(self) -> SaveOptions:
        """How results are written from now on."""
        return remembered_options(self._settings)

    @Slot()
    def on_save(self) -> None:
        """Save where it was saved before; the first time, choose where."""
        target = self._document.work.target
        request = self._document.save_again(self.options)
        if request is None and target is not None:
            self._say_changed(target)
            self._ask_for_target(target.path)
        elif request is None:
            self.on_save_as()
        self._tell(request)

    @Slot()
    def on_save_as(self) -> None:
        """Choose where the colored photo goes."""
        path, target = self._document.path, self._document.work.target
        if target is not None:
            self._ask_for_target(target.path)
        elif path is not None:
            self._ask_for_target(unique_path(colorized_path(path, self._folder_for(path))))

    @Slot()
    def on_save_layer(self) -> None:
        """Choose where the color alone goes."""
        path = self._document.path
        if path is not None:
            self._ask_for_target(color_layer_path(path, self._folder_for(path)), layer=True)

    def take_target(self, target: Path, overwrite: bool, *, layer: bool = False) -> None:
        """Save the photo, or its color alone, to a file that was chosen."""
        if layer:
            self._tell(self._document.save(
                target, overwrite=overwrite, options=self.options, layer=True
            ))  # fmt: skip
        else:
            self.save(target, overwrite=overwrite)

    def targets(self, photos: Sequence[Path]) -> list[Path]:
        """The files that `save_all` would write."""
        return [self._target_for(photo) for photo in photos]

    def save_all(self, photos: Sequence[Path]) -> list[int]:
        """Save photos that are open, on screen or not, without asking for names.

        Each goes where it was saved before; else beside its original, under a name that is free,
        in the photo's own format, or in one that holds all of it.

        Returns:
            The generations of the requests.
        """
        requests = [
            self._document.save_unsaved(photo, self._target_for(photo), self.options)
            for photo in photos
            if photo in self._document.unsaved  # still, after the user has thought about it
        ]
        for request in requests:
            self.wanted.emit(request)
        return [request.generation for request in requests]

    def _target_for(self, photo: Path) -> Path:
        work = self._document.work_of(photo)
        if work.target is not None:
            return work.target.path if work.target.is_as_left else unique_path(work.target.path)
        folder = self._folder_for(photo)
        proposal = colorized_path(photo, folder)
        if self._losses(work.belongings, format_for(proposal)):
            better = (each for each in _BETTER if not self._losses(work.belongings, each))
            suffix = next((_BETTER[each] for each in better), None)
            proposal = colorized_path(photo, folder, suffix)
        return unique_path(proposal)

    def save(self, target: Path, *, overwrite: bool) -> None:
        """Save the open photo, asking first if the format cannot hold all of it.

        Args:
            target: where to.
            overwrite: whether a file that is there may be replaced.
        """
        photo = self._document.photo
        if photo is None or not self._is_open(photo):
            return
        try:
            file_format = format_for(target)
        except UnknownFormat:
            self._go(photo, target, overwrite)  # the worker says what is wrong with it
            return
        lost = self._losses(photo.belongings, file_format)
        if not lost:
            self._go(photo, target, overwrite)
            return
        better = next((each for each in _BETTER if not self._losses(photo.belongings, each)), None)
        question = LossesQuestion(self._window, file_format, lost, better)
        question.answered.connect(partial(self._on_answered, photo, target, overwrite, better))
        question.open()

    @Slot()
    def on_replace_original(self) -> None:
        """Ask whether the open photo's file may be replaced by the result."""
        photo = self._document.photo
        if photo is None or photo.irreplaceable or not self._document.can_save:
            return
        path = photo.request.path
        lost = losses_of(photo.belongings, format_for(path), self.options)
        words = [translate(sentence) for sentence in (*photo.notices, *map(beforehand, lost))]
        words += _left_out_by_choice(photo, self.options)
        question = ReplaceQuestion(self._window, path, words)
        question.agreed.connect(partial(self._on_agreed, photo))
        question.open()

    def _say_changed(self, target: Target) -> None:
        """Say why it is asked again where the photo shall go."""
        name = target.path.name
        self.said.emit(Message(Kind.NOTE, lambda: translate(
            "“{name}” was changed or removed since it was saved; choose where the photo goes.",
            name=name,
        )))  # fmt: skip

    def _ask_for_target(self, proposal: Path, *, layer: bool = False) -> None:
        photo = self._document.photo
        if photo is None or not self._document.can_save:
            return
        dialog = SaveDialog(self._window, photo.request.path, proposal, layer=layer)
        dialog.target_chosen.connect(partial(self._on_target_chosen, photo, layer))
        dialog.refused.connect(partial(self._on_target_refused, photo, layer))
        dialog.open()

    def _on_target_chosen(
        self, photo: PhotoOpened, layer: bool, target: Path, overwrite: bool
    ) -> None:
        if self._is_open(photo):
            self.take_target(target, overwrite, layer=layer)

    def _on_target_refused(
        self, photo: PhotoOpened, layer: bool, error: PhotochromError, proposal: Path
    ) -> None:
        """Say why, then ask once more."""
        box = QMessageBox(QMessageBox.Icon.Warning, "", str(error), parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.finished.connect(partial(self._on_told, photo, layer, proposal))
        box.open()

    def _on_told(self, photo: PhotoOpened, layer: bool, proposal: Path, _: int) -> None:
        if self._is_open(photo):
            self._ask_for_target(proposal, layer=layer)

    def _losses(self, has: Belongings, file_format: FileFormat) -> tuple[str, ...]:
        """What is worth a question."""
        lost = losses_of(has, file_format, self.options)
        if asks_about_bits(self._settings):
            return lost
        return tuple(sentence for sentence in lost if sentence != EIGHT_BITS)

    def _go(self, photo: PhotoOpened, target: Path, overwrite: bool) -> None:
        if self._is_open(photo):
            self._tell(self._document.save(target, overwrite=overwrite, options=self.options))

    def _is_open(self, photo: PhotoOpened) -> bool:
        """Whether the photo that was asked about is still the one that would be saved."""
        if self._document.photo is photo and self._document.can_save:
            return True
        self.said.emit(Message(Kind.NOTE, too_late_text))
        return False

    def _tell(self, request: SavePhoto | None) -> None:
        if request is not None:
            self.wanted.emit(request)

    def _on_answered(
        self,
        photo: PhotoOpened,
        target: Path,
        overwrite: bool,
        better: FileFormat | None,
        answer: Answer,
        silent: bool,
    ) -> None:
        if silent:
            ask_about_bits(self._settings, False)
        if answer is Answer.OTHER_FORMAT and better is not None:
            # Of that name nobody has said that it may be replaced.
            self._go(photo, target.with_suffix(_BETTER[better]), False)
        else:
            self._go(photo, target, overwrite)

    def _on_agreed(self, photo: PhotoOpened) -> None:
        if self._is_open(photo):
            self._tell(self._document.replace_original(self.options))


def _left_out_by_choice(photo: PhotoOpened, options: SaveOptions) -> list[str]:
    """What the options leave out: worth a word only where it is then gone for good."""
    has, words = photo.belongings, []
    if has.depth == 16 and options.depth == 8:
        words.append(translate("As the save options say, 16 bits per channel become 8."))
    if has.metadata and not options.metadata:
        words.append(translate("As the save options say, its metadata is left out."))
    return words
