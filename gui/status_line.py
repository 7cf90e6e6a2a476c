"""The line below the photo: what it is, and what was or is being done with it."""

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from engine import translate
from gui.document import Document
from gui.scales import HAIRLINE, LARGE, TINY
from gui.texts import device_text, percent, stage_text
from gui.theme import theme
from gui.worker.jobs import PhotoOpened, PreviewReady, Progressed

LEAST_HEIGHT = 30
# Less would be shown as no time at all.
SHORTEST_S = 0.05


class StatusLine(QWidget):
    """Tells size and depth at the left, work or its outcome at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened: PhotoOpened | None = None
        self._photo, self._work = (QLabel(textFormat=Qt.TextFormat.PlainText) for _ in range(2))
        # A long file name must not widen the window.
        self._photo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        box = QHBoxLayout(self)
        box.setContentsMargins(LARGE, TINY, LARGE, TINY)
        box.setSpacing(LARGE)
        box.addWidget(self._photo, 1)
        box.addWidget(self._work)
        # As high without words as with them, in any script, so that the photo does not move.
        self.setMinimumHeight(LEAST_HEIGHT)
        for label in (self._photo, self._work):
            label.setProperty("quiet", True)

    @property
    def text(self) -> str:
        """All that it says."""
        return f"{self._photo.text()} {self._work.text()}"

    def show_document(self, document: Document) -> None:
        """Tell what there is to tell of the document."""
        self._opened = document.photo
        self._photo.setToolTip(str(document.path) if document.path is not None else "")
        self._work.setText(_work_text(document))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the photo's name as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground and a hairline over it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().bar))
        painter.fillRect(0, 0, self.width(), HAIRLINE, QColor(theme().line))

    def _fit(self) -> None:
        """Shorten the name, so that size and depth are not cut off."""
        if self._opened is None:
            self._photo.clear()
            return
        box = self.layout()
        assert box is not None
        gaps = box.contentsMargins().left() + box.contentsMargins().right() + box.spacing()
        metrics = self._photo.fontMetrics()
        taken = gaps + self._work.sizeHint().width()
        taken += metrics.horizontalAdvance(_photo_text(self._opened, ""))
        name = metrics.elidedText(
            self._opened.request.path.name, Qt.TextElideMode.ElideMiddle, self.width() - taken
        )
        self._photo.setText(_photo_text(self._opened, name))


def _photo_text(photo: PhotoOpened, name: str) -> str:
    width, height = photo.picture.size
    return translate(
        "{name}   ·   {width} × {height} pixels   ·   {depth} bit",
        name=name,
        width=width,
        height=height,
        depth=photo.depth,
    )


def _work_text(document: Document) -> str:
    if document.is_saving:
        return _progress_text(document.save_progress) or translate("Waiting to be saved")
    if document.shown is None or document.is_opening:
        return ""  # a card over the picture says it
    if document.is_coloring:
        return _progress_text(document.progress)
    return _outcome_text(document.shown)


def _progress_text(progress: Progressed | None) -> str:
    if progress is None:
        return ""
    words = stage_text(progress.stage)
    return words if progress.fraction is None else f"{words}  {percent(progress.fraction)}"


def _outcome_text(shown: PreviewReady) -> str:
    if not shown.complete:
        return translate("Preview; saving gives the full size")
    if shown.seconds < SHORTEST_S:
        return translate("Colored at once on {device}", device=device_text(shown.device))
    return translate(
        "Colored in {seconds} s on {device}",
        seconds=QLocale().toString(shown.seconds, "f", 1),
        device=device_text(shown.device),
    )
