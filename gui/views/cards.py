"""What is said over the picture, or where it will be."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMarginsF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine import translate
from gui.recent import RecentPhoto
from gui.scales import (
    DISPLAY,
    LARGE,
    MEDIUM,
    NOTICE_SIGN,
    PAGE_SIGN,
    PLATE_CORNER,
    SMALL,
    TITLE,
    VAST,
    Words,
)
from gui.texts import percent, stage_text
from gui.theme import icon, theme
from gui.views.photo_row import PhotoRow
from gui.views.progress_line import ProgressLine
from gui.worker.jobs import Progressed

EMPTY_WIDTH = 560
# Between the edge of the window and the frame that photos are dropped into.
FRAME = QMarginsF(LARGE, LARGE, LARGE, LARGE)


class Card(QWidget):
    """A rounded plate."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the plate."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().line), 1))
        painter.setBrush(QColor(theme().card))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), PLATE_CORNER, PLATE_CORNER
        )


class WorkingCard(Card):
    """Says what is being done; has a button to stop it.

    Signals:
        cancel_wanted: the button was pressed.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._progress: Progressed | None = None
        self._stage = QLabel()
        self._percent = QLabel()
        self._line = ProgressLine()
        self._cancel = QPushButton()
        self._cancel.clicked.connect(self.cancel_wanted)
        words = QHBoxLayout()
        words.addWidget(self._stage, 1)
        words.addWidget(self._percent)
        left = QVBoxLayout()
        left.setSpacing(SMALL)
        left.addLayout(words)
        left.addWidget(self._line)
        box = QHBoxLayout(self)
        box.setContentsMargins(LARGE, MEDIUM, MEDIUM, MEDIUM)
        box.setSpacing(LARGE)
        box.addLayout(left, 1)
        box.addWidget(self._cancel)
        self.retranslate()

    def show_progress(self, progress: Progressed | None) -> None:
        """Show what is being done."""
        self._progress = progress
        self._line.show_fraction(progress.fraction if progress is not None else None)
        self.retranslate()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self._cancel.setText(translate("Cancel"))
        progress = self._progress
        self._stage.setText(
            stage_text(progress.stage) if progress is not None else translate("Waiting")
        )
        share = progress.fraction if progress is not None else None
        self._percent.setText("" if share is None else percent(share))
        self._line.setAccessibleName(translate("Progress"))


class NoticeCard(Card):
    """Says what happened and offers what to do about it.

    Signals:
        again_wanted: the button to try once more was pressed.
        open_wanted: the button to open another photo was pressed.
    """

    again_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: Callable[[], tuple[str, str, str]] | None = None
        self._is_error = self._opens_first = False
        self._sign = QLabel()
        self._title = Words(TITLE)
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._main, self._other = QPushButton(), QPushButton()
        self._main.setProperty("primary", "true")
        self._main.clicked.connect(self._on_main)
        self.setFocusProxy(self._main)
        self._other.clicked.connect(self._on_other)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        buttons.addStretch(1)
        buttons.addWidget(self._other)
        buttons.addWidget(self._main)
        words = QVBoxLayout()
        words.setSpacing(SMALL)
        for widget in (self._title, self._text):
            words.addWidget(widget)
        words.addSpacing(SMALL)
        words.addLayout(buttons)
        box = QHBoxLayout(self)
        box.setContentsMargins(LARGE, LARGE, LARGE, LARGE)
        box.setSpacing(MEDIUM)
        box.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(words, 1)

    def say(
        self,
        words: Callable[[], tuple[str, str, str]],
        *,
        is_error: bool,
        opens_first: bool = False,
    ) -> None:
        """Show a notice.

        Args:
            words: gives title, text and the button to try once more in the language of the moment.
            is_error: whether something went wrong.
            opens_first: whether opening another photo promises more than trying once more.
        """
        self._words, self._is_error, self._opens_first = words, is_error, opens_first
        self.retranslate()
        self.recolor()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        if self._words is not None:
            title, text, again = self._words()
            another = translate("Open another photo…")
            self._main.setText(another if self._opens_first else again)
            self._other.setText(again if self._opens_first else another)
            self._title.setText(title)
            self._text.setText(text)
            self._text.setVisible(bool(text))

    def recolor(self) -> None:
        """Show the sign in the colors of the moment."""
        name, color = ("alert-circle-outline", theme().bad) if self._is_error else (
            "pause-circle-outline", theme().quiet)  # fmt: skip
        self._sign.setPixmap(icon(name, color).pixmap(NOTICE_SIGN, self.devicePixelRatioF()))

    @Slot()
    def _on_main(self) -> None:
        (self.open_wanted if self._opens_first else self.again_wanted).emit()

    @Slot()
    def _on_other(self) -> None:
        (self.again_wanted if self._opens_first else self.open_wanted).emit()


class EmptyPage(QWidget):
    """What to do when no photo is open.

    Signals:
        open_wanted: the button was pressed.
        photo_wanted: the path of a recent photo or sample.
        clear_wanted: the recent photos are to be forgotten.
    """

    open_wanted = Signal()
    photo_wanted = Signal(object)
    clear_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = PhotoRow()
        self._row.photo_wanted.connect(self.photo_wanted)
        self._row.clear_wanted.connect(self.clear_wanted)
        self._sign = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = Words(DISPLAY)
        self._formats, self._folders, self._privacy = (QLabel(wordWrap=True) for _ in range(3))
        quiet = (self._formats, self._folders, self._privacy)
        self._open = QPushButton()
        self._open.setProperty("primary", "true")
        self._open.clicked.connect(self.open_wanted)
        self.setFocusProxy(self._open)
        middle = QWidget()
        middle.setMaximumWidth(EMPTY_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        for widget in (self._sign, self._title, self._formats, self._folders):
            column.addWidget(widget)
        column.addSpacing(MEDIUM)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(LARGE)
        column.addWidget(self._privacy)
        for label in (self._title, *quiet):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label in quiet:
            label.setProperty("quiet", True)
        box = QGridLayout(self)
        box.setContentsMargins(VAST, VAST, VAST, VAST)
        box.setVerticalSpacing(LARGE)
        for edge in (0, 2):
            box.setRowStretch(edge, 1)
            box.setColumnStretch(edge, 1)
        box.setColumnStretch(1, 100)  # the column takes what it may, the edges the rest
        box.addWidget(middle, 1, 1)
        box.addWidget(self._row, 2, 0, 1, 3, Qt.AlignmentFlag.AlignBottom)
        self.retranslate()
        self.recolor()

    def show_photos(self, recent: Sequence[RecentPhoto], samples: Sequence[RecentPhoto]) -> None:
        """Offer the recent photos; at first, the samples."""
        if recent:
            self._row.show_photos(recent, lambda: translate("Recent photos"), can_clear=True)
        else:
            self._row.show_photos(
                samples, lambda: translate("No photo at hand? Try one of these"), can_clear=False
            )

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self._row.retranslate()
        self._title.setText(translate("Drop a black-and-white photo here"))
        self._formats.setText(
            translate("JPEG, PNG, TIFF, HEIC, raw and more; several at once if you like")
        )
        self._folders.setText(translate("Drop a folder, and all photos in it are colored"))
        self._open.setText(translate("Open photos…"))
        self._privacy.setText(
            translate("Everything stays on this computer. No photo is ever sent anywhere.")
        )

    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        sign = icon("image-plus-outline", theme().quiet)
        self._sign.setPixmap(sign.pixmap(PAGE_SIGN, self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the frame into which photos are dropped."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().surround))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().quiet), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(
            QRectF(self.rect()).marginsRemoved(FRAME), PLATE_CORNER, PLATE_CORNER
        )


class DropFrame(QWidget):
    """Lies over all while photos are held over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint a bright frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().accent), 3))
        wash = QColor(theme().accent)
        wash.setAlphaF(0.08)
        painter.setBrush(wash)
        painter.drawRoundedRect(
            QRectF(self.rect()).marginsRemoved(FRAME), PLATE_CORNER, PLATE_CORNER
        )
