"""What a file would be like: a part of it at 100 %, and what was kept of the photo."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine import translate
from gui.images import Picture
from gui.proof_lines import ProofLine
from gui.scales import LINE_SIGN, MEDIUM, SMALL, TINY
from gui.theme import icon, theme

PART = QSize(340, 200)
_SIGNS = {"kept": "check", "changed": "circle-small", "lost": "alert-outline"}


class _Part(QWidget):
    """A part of the picture, one of its pixels per screen pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(PART)
        self.picture: Picture | None = None
        self.words = ""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().surround))
        if self.picture is not None:
            image = self.picture.levels[0].image
            ratio = self.devicePixelRatioF()
            width, height = image.width() / ratio, image.height() / ratio
            painter.drawImage(
                QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height),
                image,
            )
        if self.words:
            painter.fillRect(self.rect(), QColor(0, 0, 0, 110 if self.picture is not None else 0))
            painter.setPen(QColor("#ffffff") if self.picture is not None else QColor(theme().quiet))
            inside = self.rect().adjusted(MEDIUM, MEDIUM, -MEDIUM, -MEDIUM)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inside, flags, self.words)


class ProofView(QWidget):
    """Shows a proof, that it is being made, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._part = _Part()
        self._caption = QLabel(translate("A part at 100 %, read back from the file"))
        self._caption.setProperty("quiet", True)
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SMALL)
        self._grid.setVerticalSpacing(TINY)
        self._grid.setColumnStretch(2, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SMALL)
        box.addWidget(self._part)
        box.addWidget(self._caption)
        box.addSpacing(TINY)
        box.addWidget(self._lines)
        box.addStretch(1)
        self._part.setAccessibleName(self._caption.text())

    @property
    def part_size(self) -> tuple[int, int]:
        """Width and height of the part, in pixels of the screen."""
        ratio = self.devicePixelRatioF()
        return round(PART.width() * ratio), round(PART.height() * ratio)

    @property
    def text(self) -> str:
        """All lines, for tests and for the clipboard."""
        words = []
        for row in range(self._grid.rowCount()):
            items = [self._grid.itemAtPosition(row, column) for column in (1, 2)]
            labels = [item.widget() for item in items if item is not None]
            words.append(": ".join(each.text() for each in labels if isinstance(each, QLabel)))
        return "\n".join(words)

    def show_waiting(self) -> None:
        """Say that it is being made; what was shown before stays, faded."""
        self._part.words = translate("Trying it out…")
        self._lines.setEnabled(False)
        self._part.update()

    def show_failed(self, words: str) -> None:
        """Say why there is none."""
        self._part.picture, self._part.words = None, words
        self._show_lines(())
        self._part.update()

    def show_proof(self, picture: Picture, lines: tuple[ProofLine, ...]) -> None:
        """Show it."""
        self._part.picture, self._part.words = picture, ""
        self._show_lines(lines)
        self._lines.setEnabled(True)
        self._part.update()

    def _show_lines(self, lines: tuple[ProofLine, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for row, line in enumerate(lines):
            sign = QLabel()
            color = theme().bad if line.verdict == "lost" else None
            sign.setPixmap(icon(_SIGNS[line.verdict], color).pixmap(LINE_SIGN))
            name, value = QLabel(line.name), QLabel(line.value, wordWrap=True)
            name.setProperty("quiet", True)
            value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            value.setToolTip(line.remark)
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(sign, row, 0, top)
            self._grid.addWidget(name, row, 1, top)
            self._grid.addWidget(value, row, 2, top)
