"""A few photos to choose from, on the page that no photo is open on."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import translate
from gui.recent import THUMBNAIL, RecentPhoto
from gui.scales import SMALL
from gui.theme import icon, theme

# What a button is wider than its picture.
_FRAME = 2 * SMALL


class PhotoRow(QWidget):
    """A heading over a row of pictures; nothing at all without photos.

    Signals:
        photo_wanted: the path of the one that was pressed.
        clear_wanted: the list is to be forgotten.
    """

    photo_wanted = Signal(object)
    clear_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words: Callable[[], str] = str
        self._heading = QLabel()
        self._heading.setProperty("section", True)
        self._clear = QToolButton()
        self._clear.clicked.connect(self.clear_wanted)
        self._row = QHBoxLayout()
        self._row.setSpacing(SMALL)
        self._photos: tuple[RecentPhoto, ...] = ()
        self._buttons: list[QToolButton] = []
        top = QHBoxLayout()
        top.addStretch(1)
        top.addWidget(self._heading)
        top.addWidget(self._clear)
        top.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(top)
        box.addLayout(self._row)
        # As wide as the page is, and no wider, however many photos there are.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hide()

    def show_photos(
        self, photos: Sequence[RecentPhoto], words: Callable[[], str], *, can_clear: bool
    ) -> None:
        """Show photos.

        Args:
            photos: as many as there is room for.
            words: give the heading in the language of the moment.
            can_clear: whether there is a button to forget them.
        """
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()  # it is gone only later
            button.deleteLater()
        self._photos = tuple(photos)
        self._buttons = [self._button(photo) for photo in photos]
        while (rest := self._row.takeAt(0)) is not None:
            del rest
        self._row.addStretch(1)
        for button in self._buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._fit()
        self._words = words
        self._clear.setVisible(can_clear)
        self.setVisible(bool(photos))
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self._heading.setText(self._words())
        for button, photo in zip(self._buttons, self._photos, strict=True):
            button.setAccessibleName(translate("Open {name}", name=photo.path.name))
        self._clear.setText(translate("Clear"))
        self._clear.setToolTip(translate("Forget these photos and their thumbnails"))

    def _fit(self) -> None:
        each = THUMBNAIL.width() + _FRAME + self._row.spacing()
        room = max(1, (self.width() + self._row.spacing()) // each)
        for number, button in enumerate(self._buttons):
            button.setVisible(number < room)

    def _button(self, photo: RecentPhoto) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(THUMBNAIL)
        button.setFixedWidth(THUMBNAIL.width() + _FRAME)
        metrics = button.fontMetrics()
        name = metrics.elidedText(photo.path.name, Qt.TextElideMode.ElideMiddle, THUMBNAIL.width())
        button.setText(name.replace("&", "&&"))
        button.setToolTip(str(photo.path))
        if photo.thumbnail is None:
            button.setIcon(icon("image-outline", theme().quiet))
        else:
            button.setIcon(QIcon(QPixmap.fromImage(photo.thumbnail)))
        button.clicked.connect(partial(self._on_pressed, photo.path))
        return button

    def _on_pressed(self, path: Path) -> None:
        self.photo_wanted.emit(path)
