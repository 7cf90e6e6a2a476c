"""The middle of the window: the comparing view and whatever lies over it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine import translate
from gui.document import Document
from gui.message_bar import MessageBar
from gui.scales import WIDE
from gui.texts import error_text
from gui.views.cards import DropFrame, EmptyPage, NoticeCard, WorkingCard
from gui.views.compare_view import CompareView

# Work shorter than this shows no card: a card that only flashes up says nothing.
CARD_DELAY_MS = 150
GAP = WIDE
WORKING_WIDTH = 440
NOTICE_WIDTH = 480
MESSAGE_WIDTH = 720


class PhotoStage(QWidget):
    """Shows a document: nothing yet, work, the comparison, or an error in the photo's place.

    Signals:
        open_wanted: the user wants to choose a photo.
        again_wanted: the user wants what failed or was stopped to be tried again.
        cancel_wanted: the user wants the work to stop.
    """

    open_wanted = Signal()
    again_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = CompareView(self)
        self.empty = EmptyPage(self)
        self.working = WorkingCard(self)
        self.notice = NoticeCard(self)
        self.message_bar = MessageBar(self)
        self._drop_frame = DropFrame(self)
        self.working.hide()
        self.notice.hide()
        self.empty.open_wanted.connect(self.open_wanted)
        self.notice.open_wanted.connect(self.open_wanted)
        self.notice.again_wanted.connect(self.again_wanted)
        self.working.cancel_wanted.connect(self.cancel_wanted)
        self.message_bar.changed.connect(self._place)
        self._card_timer = QTimer(self, singleShot=True, interval=CARD_DELAY_MS)
        self._card_timer.timeout.connect(self._on_card_due)

    def show_document(self, document: Document) -> None:
        """Show what the document holds now."""
        self._show_pictures(document)
        nothing = document.photo is None and document.error is None
        self.empty.setVisible(nothing and not document.is_opening)
        self._show_work(document)
        self._show_notice(document)
        self._keep_free()

    def show_drop(self, on: bool) -> None:
        """Show that photos held over the window can be dropped."""
        self._drop_frame.setVisible(on)
        self._drop_frame.raise_()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        for part in (self.view, self.empty, self.working, self.notice, self.message_bar):
            part.retranslate()
        self._place()

    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        self.empty.recolor()
        self.notice.recolor()
        self.message_bar.recolor()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything in its place."""
        super().resizeEvent(event)
        self._place()

    def _show_pictures(self, document: Document) -> None:
        if document.photo is None:
            self.view.clear()
            return
        gives_none = document.must_ask or document.stopped or document.error is not None
        self.view.expect_color(not gives_none)
        if self.view.original is not document.photo.picture:
            self.view.show_original(document.photo.picture)
        colored = document.shown.picture if document.shown is not None else None
        if self.view.colored is not colored:
            self.view.show_colored(colored)

    def _show_work(self, document: Document) -> None:
        first_color = document.is_coloring and document.shown is None
        if document.is_opening or first_color:
            # Until its turn has come, a photo waits for the loading of the network.
            self.working.show_progress(document.progress or document.warming_up)
            if not self.working.isVisible() and not self._card_timer.isActive():
                self._card_timer.start()
        else:
            self._card_timer.stop()
            self.working.hide()

    @Slot()
    def _on_card_due(self) -> None:
        self.working.show()
        self._place()

    def _show_notice(self, document: Document) -> None:
        error, photo = document.error, document.photo
        asks = document.must_ask
        if document.is_opening or (error is None and not document.stopped and not asks):
            if self.notice.isAncestorOf(self.focusWidget() or self):
                self.view.setFocus()
            self.notice.hide()
            return
        if error is not None and photo is None:
            self.notice.say(lambda: _words_not_opened(error), is_error=True, opens_first=True)
        elif error is not None:
            self.notice.say(lambda: _words_not_colored(error), is_error=True)
        elif asks:
            self.notice.say(_words_asking, is_error=False)
        else:
            words = _words_stopped if document.shown is None else _words_not_changed
            self.notice.say(words, is_error=False)
        if self.notice.isHidden():
            self.notice.show()
            self.notice.setFocus()
        self._place()

    @Slot()
    def _place(self) -> None:
        """Put cards over the lower edge, a notice without a photo in the middle."""
        for whole in (self.view, self.empty, self._drop_frame):
            whole.setGeometry(self.rect())
        bottom = self.height() - GAP
        for card, widest in (
            (self.working, WORKING_WIDTH), (self.notice, NOTICE_WIDTH),
            (self.message_bar, MESSAGE_WIDTH),
        ):  # fmt: skip
            layout = card.layout()
            assert layout is not None
            widest = max(widest, layout.minimumSize().width())  # large letters, long words
            width = min(widest, self.width() - 2 * GAP)
            least = layout.minimumSize().height()
            card.resize(width, max(least, card.heightForWidth(width)))
            left = (self.width() - width) // 2
            if card is self.notice and self.view.original is None:
                card.move(left, (self.height() - card.height()) // 2)
                continue
            card.move(left, bottom - card.height())
            if not card.isHidden():
                bottom -= card.height() + GAP // 2
        self._keep_free()

    def _keep_free(self) -> None:
        """Let nothing of the view lie under a card, if the window is too narrow for both."""
        tops = [
            card.y()
            for card in (self.working, self.notice, self.message_bar)
            if not card.isHidden() and card.x() < self.view.navigator.geometry().right() + GAP
        ]
        self.view.keep_free(self.height() - min(tops) if tops else 0)


def _words_not_opened(error: Exception) -> tuple[str, str, str]:
    return translate("This photo cannot be opened"), error_text(error), translate("Try again")


def _words_not_colored(error: Exception) -> tuple[str, str, str]:
    return translate("This photo cannot be colored"), error_text(error), translate("Try again")


def _words_asking() -> tuple[str, str, str]:
    text = translate("Its own color is replaced if you color it anew. The file stays as it is.")
    return translate("This photo already has color"), text, translate("Color it anew")


def _words_stopped() -> tuple[str, str, str]:
    text = translate("The photo is shown as it is. Nothing was changed.")
    return translate("Coloring was stopped"), text, translate("Color this photo")


def _words_not_changed() -> tuple[str, str, str]:
    text = translate("The photo is shown as it was colored before.")
    return translate("Coloring was stopped"), text, translate("Color this photo")
