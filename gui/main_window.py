"""The window: puts the parts together, asks the worker, shows what comes back."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from engine import Edits, translate
from gui.batching import Batching
from gui.closing import Closing
from gui.document import Document
from gui.editing import Editing
from gui.exporting import Exporting
from gui.keys_dialog import KeysDialog
from gui.language import KEY as LANGUAGE_KEY
from gui.language import use_language
from gui.message_bar import Kind, Message
from gui.opening import Opening
from gui.pasting import is_folder, local_files
from gui.saving import Saving
from gui.settings_dialog import SettingsDialog
from gui.settings_rows import LANGUAGE, RECENT, SURROUND, THEME, WINDOW, setting
from gui.status_line import StatusLine
from gui.texts import error_text, refused_text, replacing_text
from gui.theme import palette, stylesheet, use_scheme
from gui.toolbar import Toolbar, make_actions, translate_actions
from gui.viewing import Viewing
from gui.views.adjust_panel import AdjustPanel
from gui.views.film_strip import FilmStrip
from gui.views.photo_stage import PhotoStage
from gui.worker.jobs import (
    THUMBNAILS,
    WARMING_UP,
    Failed,
    MakeThumbnail,
    PhotoOpened,
    PhotoSaved,
    PreviewReady,
    Progressed,
    Request,
    Result,
    ThumbnailReady,
    VariantReady,
    WarmUp,
)
from gui.worker.thread import EngineThread

logger = logging.getLogger(__name__)

FIRST_SIZE = QSize(1200, 800)
LEAST_WIDTH, LEAST_HEIGHT = 780, 560
# What has to wait for an answer looks for it so often.
_AFTER_ANSWER_MS = 200
_PANEL_KEY = "panel"
# Backslash is what other programs have; many keyboards have it in an awkward place only.
_PEEKING = (Qt.Key.Key_Backslash, Qt.Key.Key_B)


class MainWindow(QMainWindow):
    """The only window.

    Args:
        thread: the worker, started; the window shuts it down when it is closed.
        settings: what is remembered between runs.
        language: a key of LANGUAGES.

    Signals:
        closed: the window is gone for good.
    """

    closed = Signal()

    def __init__(self, thread: EngineThread, settings: QSettings, language: str) -> None:
        super().__init__()
        self._thread = thread
        self._settings = settings
        self._system_font = QFont()
        self.document = Document()
        self._closing = False
        self._said_of_color: tuple[str, ...] = ()
        self._actions = make_actions(self)
        self.toolbar = Toolbar(self._actions, self)
        self.stage = PhotoStage()
        self.panel = AdjustPanel(self._actions["neutralize"])
        self.message_bar = self.stage.message_bar
        self.film_strip = FilmStrip()
        self.status_line = StatusLine()
        self.opening = Opening(self, self.stage.empty, settings)
        self.saving = Saving(self, self.document, settings, self.opening.folder_for)
        self.closing = Closing(self, self.saving)
        self.exporting = Exporting(
            self, self.document, self.stage.view, settings, self.opening.folder_for
        )
        self.batching = Batching(self, self.document, settings)
        self.editing = Editing(self, self.document, self.panel, settings)
        self.viewing = Viewing(self.stage.view, self.toolbar, self._actions, settings)
        self._put_together()
        self._connect()
        self._recall()
        self.recolor()
        self.set_language(language)
        # The frame and its title need some of the screen, too.
        room = self.screen().availableSize() * 0.92
        self.resize(FIRST_SIZE.boundedTo(room))
        geometry = settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)

    @Slot(list)
    def open_photos(self, photos: Sequence[Path]) -> None:
        """Add photos to those that are open, and show the first new one.

        Folders go to the window for folders. What comes while the user is asked something waits for
        the answer.
        """
        if self.closing.is_asking:
            QTimer.singleShot(_AFTER_ANSWER_MS, partial(self.open_photos, photos))
            return
        folders = [photo.absolute() for photo in photos if is_folder(photo)]
        paths = [photo.absolute() for photo in photos if photo.absolute() not in folders]
        if folders:
            self.batching.add(folders)
        if paths and self._may_leave(partial(self.open_photos, paths)):
            self.message_bar.clear()
            self._ask(self.document.open(paths))

    def warm_up(self) -> None:
        """Let the worker load the network while the user looks for a photo."""
        self._thread.submit(WarmUp(generation=WARMING_UP))

    @Slot(object)
    def say(self, message: Message) -> None:
        """Show a message."""
        self.message_bar.say(message)

    @Slot(str)
    def set_language(self, code: str) -> None:
        """Show all words in another language, and remember it."""
        used = use_language(code)
        translate_actions(self._actions)
        for part in (self.toolbar, self.stage, self.document, self.panel, self.film_strip):
            part.retranslate()
        self.batching.retranslate()
        self.toolbar.show_language(used)
        self._show()

    @Slot()
    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        QApplication.setPalette(palette())
        self.setStyleSheet(stylesheet())
        for part in (self.toolbar, self.stage, self.panel, self.film_strip):
            part.recolor()

    @Slot(object)
    def on_result(self, result: Result) -> None:
        """Take a result of the worker, if it is still wanted, and show it."""
        before = self.document.photo
        if not self.document.accept(result):
            return
        if isinstance(result, Progressed):
            self._show_progress()
        elif isinstance(result, ThumbnailReady):
            self.film_strip.show_thumbnail(result.path, result.picture)
            self.batching.show_thumbnail(result.path, result.picture)
        elif isinstance(result, VariantReady):
            self.editing.show_variant(result)
        elif result is self.document.proof:
            self.exporting.show_proof(self.document.proof)
        else:
            self._tell_of(result)
            if self.document.photo is not before:
                self.stage.view.setFocus()
                self.editing.photo_changed.emit()
                self.exporting.close_panel()
            self._show()
            self.closing.note(result)

    def _tell_of(self, result: Result) -> None:
        """Say what came of a request, and ask for what follows from it."""
        if isinstance(result, PhotoOpened):
            self._on_opened(result)
        elif isinstance(result, PreviewReady):
            self._say_of_color(result.warnings)
            if self.document.path is not None:
                self.opening.note_colored(self.document.path, result)
        elif isinstance(result, PhotoSaved):
            self._on_saved(result)
        elif isinstance(result, Failed):
            self._on_failed(result.error)

    @Slot(bool)
    def on_panel(self, shown: bool) -> None:
        """Show or hide the panel beside the photo."""
        self.panel.setVisible(shown)
        self._settings.setValue(_PANEL_KEY, shown)
        self._show()

    @Slot()
    def on_previous(self) -> None:
        """Open the photo before."""
        self._step(-1)

    @Slot()
    def on_next(self) -> None:
        """Open the next photo."""
        self._step(1)

    @Slot()
    def on_close_photo(self) -> None:
        """Take the photo out of the window; asks if its edits would be lost."""
        path = self.document.path
        if path is None:
            return
        unsaved = [each for each in self.document.unsaved if each == path]
        if self.closing.may_go(unsaved, partial(self._close_saved, path)):
            self.message_bar.clear()
            self._close_photo(path)

    @Slot()
    def on_cancel(self) -> None:
        """Give up what is being done."""
        self.document.cancel()
        self.closing.stay()
        self._show()

    @Slot()
    def on_keys(self) -> None:
        """Show the list of keys."""
        KeysDialog(self).open()

    @Slot()
    def on_settings(self) -> None:
        """Show the settings."""
        dialog = SettingsDialog(self, self._settings)
        dialog.changed.connect(partial(self._on_setting, dialog))
        dialog.open()

    @Slot()
    def on_about(self) -> None:
        """Tell of the program."""
        # What it needs to read what is installed takes its time: not before it is wanted.
        from gui.about_dialog import AboutDialog

        shown = self.document.shown
        AboutDialog(self, shown.device if shown is not None else "").open()

    @Slot()
    def on_quit(self) -> None:
        """Close the window, and with it the program."""
        self.close()

    @Slot()
    def on_again(self) -> None:
        """Try once more what failed or was stopped, or color a photo in spite of its color."""
        if self.document.photo is not None:
            self._ask(self.document.recolor())
        else:
            self._ask(self.document.open_again())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the worker; but let a save that was asked for be finished first."""
        if not self._closing and not (
            self.closing.may_go(self.document.unsaved, self.close) and self.batching.may_close()
        ):
            event.ignore()
            self._say_waiting()
            return
        if self.document.is_saving and not self._closing:
            then = partial(self._close_at_last, self._unsaved_work)
            self.closing.wait_for(self.document.saves, then)
            event.ignore()
            self._say_waiting()
            return
        self._settings.setValue("geometry", self.saveGeometry())
        self.closed.emit()  # from now on, photos would be lost here
        self.hide()
        self.document.cancel()
        self.batching.shut_down()
        self._thread.shut_down()
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Let go of held keys, and follow the system's font.

        Without that, keys let go of in another window would count as held, and what the style
        sheet has touched would keep the old font.
        """
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.stage.view.let_go_of_keys()
        if event.type() == QEvent.Type.FontChange and QFont() != self._system_font:
            self._system_font = QFont()
            self.setStyleSheet(stylesheet())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of this computer."""
        if local_files(event.mimeData().urls()):
            event.acceptProposedAction()
            self.stage.show_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files went away again."""
        self.stage.show_drop(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the files."""
        self.stage.show_drop(False)
        event.acceptProposedAction()
        self.activateWindow()
        # Not at once: where they come from waits for the end of this, and a question may follow.
        QTimer.singleShot(0, partial(self.open_photos, local_files(event.mimeData().urls())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While B is held the original is shown; Escape, with no work, closes a message."""
        if event.key() in _PEEKING:
            self.stage.view.peek(True)
        elif event.key() == Qt.Key.Key_Escape:
            self.message_bar.clear()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the colored photo again."""
        if event.key() in _PEEKING and not event.isAutoRepeat():
            self.stage.view.peek(False)
        else:
            super().keyReleaseEvent(event)

    def _put_together(self) -> None:
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setAcceptDrops(True)
        self.addToolBar(self.toolbar)
        middle = QWidget()
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.stage, 1)
        row.addWidget(self.panel)
        box.addLayout(row, 1)
        box.addWidget(self.film_strip)
        box.addWidget(self.status_line)
        self.setCentralWidget(middle)
        self.stage.empty.setFocus()

    def _recall(self) -> None:
        """Take up what was chosen in the run before."""
        use_scheme(str(setting(self._settings, WINDOW, THEME)))
        self.editing.recall()
        self.viewing.recall()
        self._actions["panel"].setChecked(bool(self._settings.value(_PANEL_KEY, True, bool)))
        self.panel.setVisible(self._actions["panel"].isChecked())

    def _connect(self) -> None:
        doers = (
            self, self.opening, self.saving, self.exporting, self.batching, self.editing,
            self.viewing,
        )  # fmt: skip
        for name, action in self._actions.items():
            slot = f"on_{name}"
            doer = next(each for each in doers if hasattr(each, slot))
            action.triggered.connect(getattr(doer, slot))
        QApplication.styleHints().colorSchemeChanged.connect(self.recolor)
        self._thread.result_ready.connect(self.on_result)
        self.stage.open_wanted.connect(self.opening.on_open)
        self.stage.again_wanted.connect(self.on_again)
        self.stage.cancel_wanted.connect(self.on_cancel)
        self.opening.photos_wanted.connect(self.open_photos)
        self.film_strip.photo_wanted.connect(self._on_photo_wanted)
        self.film_strip.thumbnail_wanted.connect(self._on_thumbnail_wanted)
        self.batching.thumbnail_wanted.connect(self._on_thumbnail_wanted)
        self.opening.said.connect(self.say)
        self.saving.said.connect(self.say)
        self.saving.wanted.connect(self._ask)
        self.exporting.wanted.connect(self._ask)
        self.exporting.said.connect(self.say)
        self.editing.wanted.connect(self._ask)
        self.editing.changed.connect(self._show)
        self.viewing.changed.connect(self._show)
        self.stage.view.zoom_changed.connect(self._on_zoom)
        self.toolbar.language_chosen.connect(self._on_language_chosen)
        self.panel.left.connect(self.stage.view.setFocus)

    def _step(self, step: int) -> None:
        if self.document.roll.has(step) and self._may_leave(partial(self._step, step)):
            self.message_bar.clear()
            self._ask(self.document.step(step))

    @Slot(object, int)
    def _on_thumbnail_wanted(self, path: Path, side: int) -> None:
        self._thread.submit(MakeThumbnail(generation=THUMBNAILS, path=path, side=side))

    @Slot(object)
    def _ask(self, request: Request | None) -> None:
        if request is not None:
            self._thread.submit(request)
            self._show()

    def _show_progress(self) -> None:
        """Bring what tells of progress in line with the document; this comes often."""
        self.stage.show_document(self.document)
        self.status_line.show_document(self.document)

    @Slot()
    def _show(self) -> None:
        """Bring everything on screen in line with the document."""
        document = self.document
        self.stage.show_document(document)
        self.status_line.show_document(document)
        self.toolbar.show_document(document)
        self.panel.show_document(document)
        self.film_strip.show_document(document)
        can = self.viewing.possible(has_photo=document.photo is not None)
        can |= self.editing.possible() | {
            "save": document.can_save,
            "save_as": document.can_save,
            "export": document.can_save,
            "save_layer": document.can_save,
            "replace_original": document.can_replace,
            "cancel": document.is_working,
            "previous": document.roll.has(-1),
            "next": document.roll.has(1),
            "close_photo": document.path is not None and not document.is_opening,
        }
        for name, possible in can.items():
            self._actions[name].setEnabled(possible)
        self._actions["neutralize"].setChecked(document.edits.neutralize)
        self._actions["replace_original"].setToolTip(replacing_text(document))
        # Buttons that do not fit would be gone.
        self.setMinimumWidth(max(LEAST_WIDTH, self.toolbar.least_width))
        # Qt puts the system's mark of unsaved work in the place of "[*]".
        name = document.path.name.replace("[*]", "[*][*]") if document.path is not None else ""
        self.setWindowTitle(f"{name}[*] – Photochrom" if name else "Photochrom")
        self.setWindowModified(document.path in document.unsaved)

    @Slot(float)
    def _on_zoom(self, scale: float) -> None:
        self.document.seen_scale = scale

    def _on_opened(self, opened: PhotoOpened) -> None:
        self._said_of_color = ()
        self._say_notices(opened.notices)
        self.opening.note_opened(opened)
        self.stage.show_document(self.document)  # whose scale the preview's size depends on
        if not self.document.must_ask:
            self._ask(self.document.recolor())

    def _on_saved(self, result: PhotoSaved) -> None:
        saved = result.saved
        if self.closing.is_beside_failed(result) or result.generation in self.exporting.layers:
            return

        def text() -> str:
            if result.replaced:
                done = translate("The colored photo now stands in “{path}”.", path=saved.path)
            else:
                done = translate("Saved as “{path}”.", path=saved.path)
            sentences = [done]
            sentences += [translate(notice) for notice in saved.notices]
            return " ".join(sentences)

        self.say(Message(
            Kind.DONE, text, lambda: translate("Open folder"), partial(_open_folder, saved.path)
        ))  # fmt: skip

    def _on_failed(self, error: Exception) -> None:
        """Say what failed, unless it stands in the photo's place."""
        refused = dict(self.document.refused)
        if error in refused.values():
            self.say(Message(Kind.ERROR, partial(refused_text, refused)))
            self._ask(self.document.go_on())
        elif error is not self.document.error:
            self.say(Message(Kind.ERROR, partial(error_text, error)))

    def _on_setting(self, dialog: SettingsDialog, name: str) -> None:
        """Let a setting that was just changed hold at once."""
        if name == LANGUAGE.name:
            self.set_language(str(setting(self._settings, WINDOW, LANGUAGE)))
            dialog.retranslate()
        elif name == THEME.name:
            use_scheme(str(setting(self._settings, WINDOW, THEME)))
            self.recolor()
            dialog.recolor()
        elif name == SURROUND.name:
            self.viewing.use_surround()
        elif name == RECENT.name:
            self.opening.offer_photos()

    def _say_of_color(self, warnings: Sequence[str]) -> None:
        """Say what is remarkable in the colors, once and not with each move of a slider."""
        if tuple(warnings) != self._said_of_color:
            self._said_of_color = tuple(warnings)
            self._say_notices(warnings)

    def _say_notices(self, notices: Sequence[str]) -> None:
        if notices and not self.document.refused:
            self.say(Message(Kind.NOTE, lambda: " ".join(translate(each) for each in notices)))

    def _say_waiting(self) -> None:
        """Say why the window is still there."""
        if not self.closing.is_waiting or self.closing.is_leaving:
            return
        if len(self.document.saves) == 1:
            self.say(Message(Kind.NOTE, lambda: translate(
                "The window closes as soon as the photo is saved."
            )))  # fmt: skip
        else:
            self.say(Message(Kind.NOTE, lambda: translate(
                "The window closes as soon as the photos are saved."
            )))  # fmt: skip

    def _close_saved(self, path: Path) -> None:
        """Close a photo that was saved; what was done to it meanwhile is asked about."""
        if path in self.document.unsaved:
            if self.document.path == path:
                self.on_close_photo()
        else:
            self._close_photo(path)

    def _close_photo(self, path: Path) -> None:
        """Take a photo out of the window, unless another one is on screen by now."""
        if self.document.path == path and not self.document.is_opening:
            self._ask(self.document.close_photo())
            self.opening.note_closed(path)
            self._show()

    def _close_at_last(self, given_up: frozenset[tuple[Path, Edits]]) -> None:
        """Close after the saves for which that was put off; ask again only about newer work."""
        self._closing = self._unsaved_work <= given_up
        self.close()
        self._closing = False

    @property
    def _unsaved_work(self) -> frozenset[tuple[Path, Edits]]:
        document = self.document
        return frozenset((path, document.work_of(path).edits) for path in document.unsaved)

    @Slot(int)
    def _on_photo_wanted(self, at: int) -> None:
        if at == self.document.roll.at or self._may_leave(partial(self._on_photo_wanted, at)):
            self.message_bar.clear()
            self._ask(self.document.go_to(at))
        self._show()

    def _may_leave(self, then: Callable[[], object]) -> bool:
        """Whether another photo may be shown; asks about work that could not be gone on with."""
        if self.closing.may_leave(then):
            return True
        if self.closing.is_leaving:
            self.say(Message(Kind.NOTE, lambda: translate(
                "Another photo is shown as soon as this one is saved."
            )))  # fmt: skip
        return False

    @Slot(str)
    def _on_language_chosen(self, code: str) -> None:
        self._settings.setValue(LANGUAGE_KEY, code)
        self.set_language(code)


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
