"""From the wish to save to the request: asks what has to be asked before anything is written."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine import (
    EIGHT_BITS,
    FileFormat,
    SaveOptions,
    UnknownFormat,
    beforehand,
    format_for,
    losses_of,
    translate,
)
from gui.document import Document
from gui.message_bar import Kind, Message
from gui.save_options_dialog import SaveOptionsDialog
from gui.save_settings import (
    ask_about_bits,
    asks_about_bits,
    remember_options,
    remembered_options,
)
from gui.saving_questions import Answer, LossesQuestion, ReplaceQuestion
from gui.worker.jobs import PhotoOpened, SavePhoto

# Formats to go over to, the first that holds everything, and their endings.
_BETTER: dict[FileFormat, str] = {"tiff": ".tif", "png": ".png"}


class Saving(QObject):
    """Asks by boxes that do not block, and tells what comes of it.

    Args:
        window: what the boxes belong to.
        document: makes the requests.
        settings: where the choices are kept.

    Signals:
        wanted: a SavePhoto for the worker.
        said: a Message.
    """

    wanted = Signal(object)
    said = Signal(object)

    def __init__(self, window: QWidget, document: Document, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._settings = settings

    @property
    def options(self) -> SaveOptions:
        """How results are written from now on."""
        return remembered_options(self._settings)

    def ask_options(self) -> None:
        """Let the user choose how results are written."""
        asks = asks_about_bits(self._settings)
        dialog = SaveOptionsDialog(self._window, self.options, asks=asks)
        dialog.chosen.connect(self._on_options_chosen)
        dialog.open()

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
        lost = self._losses(photo, file_format)
        if not lost:
            self._go(photo, target, overwrite)
            return
        better = next((each for each in _BETTER if not self._losses(photo, each)), None)
        question = LossesQuestion(self._window, file_format, lost, better)
        question.answered.connect(partial(self._on_answered, photo, target, overwrite, better))
        question.open()

    def ask_to_replace(self) -> None:
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

    def _losses(self, photo: PhotoOpened, file_format: FileFormat) -> tuple[str, ...]:
        """What is worth a question."""
        lost = losses_of(photo.belongings, file_format, self.options)
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
        self.said.emit(Message(Kind.NOTE, lambda: translate(
            "Another photo was opened meanwhile; nothing was saved."
        )))  # fmt: skip
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

    @Slot(object, bool)
    def _on_options_chosen(self, options: SaveOptions, asks: bool) -> None:
        remember_options(self._settings, options)
        ask_about_bits(self._settings, asks)


def _left_out_by_choice(photo: PhotoOpened, options: SaveOptions) -> list[str]:
    """What the options leave out: worth a word only where it is then gone for good."""
    has, words = photo.belongings, []
    if has.depth == 16 and options.depth == 8:
        words.append(translate("As the save options say, 16 bits per channel become 8."))
    if has.metadata and not options.metadata:
        words.append(translate("As the save options say, its metadata is left out."))
    return words
