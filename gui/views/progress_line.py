"""A thin line that fills up, or on which a piece wanders where no share can be told."""

from PySide6.QtCore import QRectF, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme

HEIGHT = 4
WANDER_MS = 1600
PIECE = 0.3


class ProgressLine(QWidget):
    """Shows how far the work is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fraction: float | None = None
        self._place = 0.0
        self._wander = QVariantAnimation(self)
        self._wander.setStartValue(0.0)
        self._wander.setEndValue(1.0)
        self._wander.setDuration(WANDER_MS)
        self._wander.setLoopCount(-1)
        self._wander.valueChanged.connect(self._on_wander)

    def show_fraction(self, fraction: float | None) -> None:
        """Show 0..1 of the work as done, or that it goes on."""
        self._fraction = fraction
        self._keep_wandering()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Move only while it can be seen."""
        super().showEvent(event)
        self._keep_wandering()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._wander.stop()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the groove and what is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(self.rect())
        painter.setBrush(QColor(theme().line))
        painter.drawRoundedRect(groove, HEIGHT / 2, HEIGHT / 2)
        start, end = 0.0, self._fraction or 0.0
        if self._fraction is None:
            head = self._place * (1 + PIECE)
            start, end = max(0.0, head - PIECE), min(1.0, head)
        done = QRectF(start * groove.width(), 0, (end - start) * groove.width(), HEIGHT)
        painter.setBrush(QColor(theme().accent))
        painter.drawRoundedRect(done, HEIGHT / 2, HEIGHT / 2)

    @Slot(object)
    def _on_wander(self, place: float) -> None:
        self._place = place
        self.update()

    def _keep_wandering(self) -> None:
        wanted = self._fraction is None and self.isVisible()
        running = self._wander.state() == QVariantAnimation.State.Running
        if wanted and not running:
            self._wander.start()
        elif not wanted:
            self._wander.stop()
