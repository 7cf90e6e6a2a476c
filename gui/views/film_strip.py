"""The open photos in a row below the picture; there is one as soon as there are two of them."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem

from engine import translate
from gui.document import Document
from gui.images import Picture
from gui.scales import MEDIUM, SMALL, WIDE
from gui.theme import icon, theme
from gui.views.name_delegate import NameDelegate
from gui.views.painting import in_middle

THUMBNAIL = QSize(92, 62)
_MARK = "•"


class FilmStrip(QListWidget):
    """Shows the roll; a photo that has not been opened yet has a sign for its picture.

    Signals:
        photo_wanted: its place in the roll.
        thumbnail_wanted: a photo that has no picture yet, and the most pixels of its longer side.
    """

    photo_wanted = Signal(int)
    thumbnail_wanted = Signal(object, int)

    def __init__(self) -> None:
        super().__init__()
        self.setFlow(QListView.Flow.LeftToRight)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setIconSize(THUMBNAIL)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._names = NameDelegate(self)
        self.setItemDelegate(self._names)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The arrows of the keyboard belong to the divider; photos have keys of their own.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._photos: tuple[Path, ...] = ()
        self._pictures: dict[Path, QPixmap] = {}
        self._asked: set[Path] = set()
        self._newest: Picture | None = None
        self.itemClicked.connect(self._on_clicked)
        self._fit()
        self.hide()

    def show_document(self, document: Document) -> None:
        """Show which photos are open, which of them is on screen, and what became of it."""
        photos = document.roll.photos
        if photos != self._photos:
            self._photos = photos
            self._asked.intersection_update(photos)
            self._pictures = {
                path: self._pictures[path] for path in photos if path in self._pictures
            }
            self._fill()
        self._take_picture(document)
        unsaved = set(document.unsaved)
        with QSignalBlocker(self):
            for row, path in enumerate(photos):
                words = f"{_MARK} {path.name}" if path in unsaved else path.name
                item = self.item(row)
                if item.text() != words:  # with many photos, each change costs a layout
                    item.setText(words)
            self.setCurrentRow(document.roll.at)
        self.setVisible(len(photos) > 1)
        self._ask_for_thumbnails(document)

    def show_thumbnail(self, path: Path, picture: Picture) -> None:
        """Show a photo that was not opened yet; what was seen of it in the window stays."""
        if path in self._photos and path not in self._pictures:
            self._pictures[path] = self._thumbnail(picture.levels[0].image)
            self.item(self._photos.index(path)).setIcon(self._icon(path))

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.setAccessibleName(translate("Open photos"))

    def recolor(self) -> None:
        """Show the signs in the colors of the moment; names and the frame stay."""
        for row, path in enumerate(self._photos):
            self.item(row).setIcon(self._icon(path))

    def _ask_for_thumbnails(self, document: Document) -> None:
        """Once for each photo, but for the one that is being opened anyway."""
        if self.isHidden():
            return
        side = round(max(THUMBNAIL.width(), THUMBNAIL.height()) * self.devicePixelRatioF())
        now = document.roll.photos[document.roll.at]
        for path in self._photos:
            if path not in self._asked and path not in self._pictures and path != now:
                self._asked.add(path)
                self.thumbnail_wanted.emit(path, side)

    def _fill(self) -> None:
        with QSignalBlocker(self):
            self.clear()
            for path in self._photos:
                item = QListWidgetItem(self._icon(path), path.name)
                item.setToolTip(str(path))
                item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
                self.addItem(item)

    def _icon(self, path: Path) -> QIcon:
        pixmap = self._pictures.get(path)
        if pixmap is None:
            return icon("image-outline", theme().line)
        shown = QIcon(pixmap)
        shown.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it
        return shown

    def _take_picture(self, document: Document) -> None:
        """Make a thumbnail of what is on screen, if that is new and done."""
        photo, shown = document.photo, document.shown
        if photo is None:
            self._newest = None  # else it would be kept, with all its pixels
            return
        picture = photo.picture
        if shown is not None:
            picture = shown.picture if shown.complete else picture
        path = photo.request.path
        if picture is self._newest or path not in self._photos:
            return
        if picture is photo.picture and path in self._pictures:
            return  # it was seen in color before
        self._newest = picture
        self._pictures[photo.request.path] = self._thumbnail(picture.levels[-1].image)
        row = self._photos.index(photo.request.path)
        self.item(row).setIcon(self._icon(photo.request.path))

    def _thumbnail(self, image: QImage) -> QPixmap:
        return in_middle(image, THUMBNAIL, self.devicePixelRatioF())

    def _fit(self) -> None:
        """As high as a thumbnail with its name in two lines and a bar to scroll by."""
        text = 2 * self.fontMetrics().lineSpacing()
        self.setGridSize(QSize(THUMBNAIL.width() + WIDE, THUMBNAIL.height() + text + MEDIUM))
        self._names.cell = self.gridSize()
        self.setViewportMargins(SMALL, SMALL, SMALL, 0)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(SMALL + self.gridSize().height() + bar)

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.photo_wanted.emit(self.row(item))
