"""From the wish to color folders to the window for that, loaded when it is first wanted."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.images import Picture

if TYPE_CHECKING:
    from gui.batch.dialog import BatchDialog


class Batching(QObject):
    """Opens the window for folders, once, and passes on what concerns it.

    Args:
        window: the main one.
        document: knows the quality level.
        settings: what is remembered between runs.

    Signals:
        thumbnail_wanted: a photo, and the most pixels of its longer side.
    """

    thumbnail_wanted = Signal(object, int)

    def __init__(self, window: QWidget, document: Document, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._document, self._settings = window, document, settings
        self.dialog: BatchDialog | None = None
        # Whether its words are of another language by now.
        self._is_stale = False

    @Slot()
    def on_batch(self) -> None:
        """Show the window for folders."""
        self.add(())

    def add(self, places: Sequence[Path]) -> None:
        """Show it, with these folders and photos added."""
        self._renew()
        if self.dialog is None:
            self.dialog = self._made()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        if places:
            self.dialog.add(places)

    def retranslate(self) -> None:
        """Make it anew in the language of the moment; while it colors, its words stay."""
        self._is_stale = self.dialog is not None
        if self.dialog is not None and self.dialog.isVisible():
            self._renew()
            self.dialog.show()

    def show_thumbnail(self, path: Path, picture: Picture) -> None:
        """Show the picture of a photo there, too."""
        if self.dialog is not None:
            self.dialog.show_thumbnail(path, picture)

    def may_close(self) -> bool:
        """Whether the program may end; the user is asked if a batch is running."""
        return self.dialog is None or self.dialog.may_close()

    def _made(self) -> "BatchDialog":
        from gui.batch.dialog import BatchDialog

        dialog = BatchDialog(self._window, self._settings, lambda: self._document.quality)
        dialog.thumbnail_wanted.connect(self.thumbnail_wanted)
        return dialog

    def _renew(self) -> None:
        """Put one of the same choices in the place of one whose words are of another language."""
        old = self.dialog
        if old is None or not self._is_stale or old.is_running:
            return
        old.shut_down()
        self.dialog, self._is_stale = self._made(), False
        self.dialog.setGeometry(old.geometry())
        self.dialog.add(old.panel.places)
        old.deleteLater()
        old.hide()

    def shut_down(self) -> None:
        """Stop a batch, for good; what it has done is kept, and it can be continued."""
        if self.dialog is not None:
            self.dialog.shut_down()
