"""All ways by which photos come in, but for the drop: dialog, clipboard, recent ones, samples."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from engine import SAMPLES, translate
from gui.file_dialogs import OpenDialog
from gui.message_bar import Kind, Message
from gui.pasting import Pasted
from gui.recent import Recent, RecentPhoto
from gui.settings_rows import RECENT, WINDOW, setting
from gui.texts import error_text
from gui.views.cards import EmptyPage
from gui.worker.jobs import PhotoOpened, PreviewReady

_FOLDER_KEY = "open_folder"


class Opening(QObject):
    """Asks for photos, and remembers which there were.

    Args:
        window: what the dialog belongs to.
        page: shown while no photo is open.
        settings: what is remembered between runs.

    Signals:
        photos_wanted: a list of paths.
        said: a Message.
    """

    photos_wanted = Signal(list)
    said = Signal(object)

    def __init__(self, window: QWidget, page: EmptyPage, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._page, self._settings = window, page, settings
        self._pasted = Pasted()
        self._recent = Recent(settings)
        self._remembered: set[Path] = set()
        page.open_wanted.connect(self.on_open)
        page.photo_wanted.connect(self._on_photo_wanted)
        page.clear_wanted.connect(self._on_clear_wanted)
        self.offer_photos()

    def offer_photos(self) -> None:
        """Show on the empty page what was opened last, or the samples."""
        recent = self._recent.photos() if self._keeps_recent else []
        samples = [] if recent else sorted(SAMPLES.glob("*.jpg"))
        self._page.show_photos(recent, [RecentPhoto(path, QImage(str(path))) for path in samples])

    @property
    def _keeps_recent(self) -> bool:
        return bool(setting(self._settings, WINDOW, RECENT))

    def folder_for(self, photo: Path) -> Path:
        """Where results of a photo go at first."""
        return self._pasted.folder_for(photo)

    def note_opened(self, opened: PhotoOpened) -> None:
        """Let the dialog begin in this photo's folder from now on."""
        self._settings.setValue(_FOLDER_KEY, str(self.folder_for(opened.request.path)))

    def note_colored(self, path: Path, result: PreviewReady) -> None:
        """Put a photo that is colored now among the recent ones, once."""
        if not result.complete or path in self._remembered:
            return
        self._remembered.add(path)
        is_own = not self._pasted.is_pasted(path) and path.parent != SAMPLES
        if is_own and self._keeps_recent:
            self._recent.add(path, result.picture.levels[-1].image)

    def note_closed(self, path: Path) -> None:
        """When it is opened again, it is in front again."""
        self._remembered.discard(path)
        self.offer_photos()

    @Slot()
    def on_open(self) -> None:
        """Choose photos."""
        dialog = OpenDialog(self._window, str(self._settings.value(_FOLDER_KEY, "")))
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    @Slot()
    def on_paste(self) -> None:
        """Open what was copied: files, or a picture."""
        try:
            photos = self._pasted.paths(QGuiApplication.clipboard().mimeData())
        except OSError as error:
            self.said.emit(Message(Kind.ERROR, partial(error_text, error)))
            return
        if photos:
            self.photos_wanted.emit(photos)
        else:
            self.said.emit(Message(Kind.NOTE, lambda: translate(
                "There is no photo to paste. Copy a picture or a file first."
            )))  # fmt: skip

    @Slot(list)
    def _on_files_selected(self, names: list[str]) -> None:
        self.photos_wanted.emit([Path(name) for name in names])

    @Slot(object)
    def _on_photo_wanted(self, path: Path) -> None:
        self.photos_wanted.emit([path])

    @Slot()
    def _on_clear_wanted(self) -> None:
        self._recent.clear()
        self.offer_photos()
