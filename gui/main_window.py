"""The window: puts the parts together, asks the worker, shows what comes back."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast, get_args

from PySide6.QtCore import QSettings, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from engine import SAMPLES, PhotochromError, Quality, color_layer_path, colorized_path, translate
from gui.adjusting import ADJUSTMENTS
from gui.document import Document
from gui.file_dialogs import OpenDialog, SaveDialog
from gui.keys_dialog import KeysDialog
from gui.language import KEY as LANGUAGE_KEY
from gui.language import use_language
from gui.message_bar import Kind, Message
from gui.pasting import Pasted, local_files
from gui.recent import Recent, RecentPhoto
from gui.saving import Saving
from gui.status_line import StatusLine
from gui.texts import error_text, refused_text, replacing_text
from gui.theme import SURROUNDS, palette, stylesheet
from gui.toolbar import Toolbar, make_actions, translate_actions
from gui.variants import Variant
from gui.variants_dialog import VariantsDialog
from gui.views.adjust_panel import AdjustPanel
from gui.views.compare_view import STEP
from gui.views.film_strip import FilmStrip
from gui.views.photo_stage import PhotoStage
from gui.worker.jobs import (
    WARMING_UP,
    Failed,
    PhotoOpened,
    PhotoSaved,
    PreviewReady,
    Progressed,
    Request,
    Result,
    VariantReady,
    WarmUp,
)
from gui.worker.thread import EngineThread

logger = logging.getLogger(__name__)

FIRST_SIZE = QSize(1200, 800)
LEAST_WIDTH, LEAST_HEIGHT = 780, 560
_PANEL_KEY, _QUALITY_KEY, _SURROUND_KEY = "panel", "quality", "surround"
_SIDE_BY_SIDE_KEY, _LYING_KEY = "side_by_side", "lying_divider"
_ABOUT_THE_DIVIDER = ("lay_divider", "divider_left", "divider_middle", "divider_right")
_NEEDS_PHOTO = (
    "zoom_out", "zoom_in", "fit", "full", "side_by_side", *_ABOUT_THE_DIVIDER,
)  # fmt: skip


class MainWindow(QMainWindow):
    """The only window.

    Args:
        thread: the worker, started; the window shuts it down when it is closed.
        settings: what is remembered between runs.
        language: a key of LANGUAGES.

    Signals:
        variant_ready: a VariantReady for the sheet that is open.
    """

    variant_ready = Signal(object)

    def __init__(self, thread: EngineThread, settings: QSettings, language: str) -> None:
        super().__init__()
        self._thread = thread
        self._settings = settings
        self.document = Document()
        self._saving = Saving(self, self.document, settings)
        self._pasted = Pasted()
        self._recent = Recent(settings)
        self._remembered: set[Path] = set()
        self._closing = False
        self._actions = make_actions(self)
        self.toolbar = Toolbar(self._actions, self)
        self.stage = PhotoStage()
        self.panel = AdjustPanel(self._actions["neutralize"])
        self.message_bar = self.stage.message_bar
        self.film_strip = FilmStrip()
        self.status_line = StatusLine()
        self._put_together()
        self._connect()
        self._recall()
        self._offer_photos()
        self.recolor()
        self.set_language(language)
        # The frame and its title need some of the screen, too.
        room = self.screen().availableSize() * 0.92
        self.resize(FIRST_SIZE.boundedTo(room))
        geometry = settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)

    def open_photos(self, photos: Sequence[Path]) -> None:
        """Add photos to those that are open, and show the first new one."""
        paths = [photo.absolute() for photo in photos]
        if paths:
            self.message_bar.clear()
            self._ask(self.document.open(paths))

    def warm_up(self) -> None:
        """Let the worker load the network while the user looks for a photo."""
        self._thread.submit(WarmUp(generation=WARMING_UP))

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
        self.toolbar.show_language(used)
        self._show()

    @Slot()
    def recolor(self) -> None:
        """Show all in the colors of the moment."""
        QApplication.setPalette(palette())
        self.setStyleSheet(stylesheet())
        for part in (self.toolbar, self.stage, self.panel, self.film_strip, self.status_line):
            part.recolor()

    @Slot(object)
    def on_result(self, result: Result) -> None:
        """Take a result of the worker, if it is still wanted, and show it."""
        before = self.document.photo
        if not self.document.accept(result):
            return
        if isinstance(result, Progressed):
            self._show_progress()
            return
        if isinstance(result, PhotoOpened):
            self._on_opened(result)
        elif isinstance(result, PreviewReady):
            self._say_notices(result.warnings)
            self._remember(result)
        elif isinstance(result, VariantReady):
            self.variant_ready.emit(result)
            return
        elif isinstance(result, PhotoSaved):
            self._on_saved(result)
        elif isinstance(result, Failed) and result.error in self.document.refused.values():
            self.say(Message(Kind.ERROR, partial(refused_text, dict(self.document.refused))))
            self._ask(self.document.go_on())
        elif isinstance(result, Failed) and result.error is not self.document.error:
            self.say(Message(Kind.ERROR, partial(error_text, result.error)))
        if self.document.photo is not before:
            self.stage.view.setFocus()
        self._show()
        self._close_if_wanted(result)

    @Slot()
    def on_open(self) -> None:
        """Choose photos."""
        dialog = OpenDialog(self, str(self._settings.value("open_folder", "")))
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    @Slot()
    def on_paste(self) -> None:
        """Open what was copied: files, or a picture."""
        try:
            photos = self._pasted.paths(QGuiApplication.clipboard().mimeData())
        except OSError as error:
            self.say(Message(Kind.ERROR, partial(error_text, error)))
            return
        if photos:
            self.open_photos(photos)
        else:
            self.say(Message(Kind.NOTE, lambda: translate(
                "There is no photo to paste. Copy a picture or a file first."
            )))  # fmt: skip

    @Slot()
    def on_save(self) -> None:
        """Choose where the colored photo goes."""
        if self.document.path is not None:
            path = self.document.path
            self._ask_for_target(colorized_path(path, self._pasted.folder_for(path)))

    @Slot()
    def on_save_layer(self) -> None:
        """Choose where the color alone goes."""
        path = self.document.path
        if path is not None:
            self._ask_for_target(color_layer_path(path, self._pasted.folder_for(path)), layer=True)

    @Slot()
    def on_save_options(self) -> None:
        """Choose how results are written."""
        self._saving.ask_options()

    @Slot(bool)
    def on_neutralize(self, wanted: bool) -> None:
        """Take the photo's tone out of its lightness, or leave it there."""
        self._ask(self.document.neutralize(wanted))
        self._show()

    @Slot()
    def on_undo(self) -> None:
        """Take the last step back."""
        self._ask(self.document.undo())
        self._show()

    @Slot()
    def on_redo(self) -> None:
        """Do again what was undone."""
        self._ask(self.document.redo())
        self._show()

    @Slot()
    def on_variants(self) -> None:
        """Show the photo in other ways to choose from."""
        request = self.document.make_variants()
        photo = self.document.photo
        if request is None or photo is None:
            return
        dialog = VariantsDialog(self, photo.picture.levels[-1].image)
        dialog.chosen.connect(self._on_variant_chosen)
        dialog.finished.connect(self.document.stop_variants)
        self.variant_ready.connect(dialog.show_variant)
        dialog.open()
        self._ask(request)

    @Slot()
    def on_copy_adjustments(self) -> None:
        """Keep the adjustments for other photos."""
        self.document.copy_adjustments()
        self._show()

    @Slot()
    def on_paste_adjustments(self) -> None:
        """Give this photo the adjustments of another."""
        self._ask(self.document.paste_adjustments())

    @Slot()
    def on_reset_adjustments(self) -> None:
        """Take all adjustments back."""
        self._ask(self.document.reset_adjustments())

    @Slot(bool)
    def on_side_by_side(self, on: bool) -> None:
        """Show both pictures as wholes, or the divider."""
        self.stage.view.show_side_by_side(on)
        self._settings.setValue(_SIDE_BY_SIDE_KEY, on)
        self._show()

    @Slot(bool)
    def on_lay_divider(self, on: bool) -> None:
        """Let the divider lie or stand."""
        self.stage.view.turn_divider(upright=not on)
        self._settings.setValue(_LYING_KEY, on)

    @Slot(bool)
    def on_panel(self, shown: bool) -> None:
        """Show or hide the panel beside the photo."""
        self.panel.setVisible(shown)
        self._settings.setValue(_PANEL_KEY, shown)
        self._show()

    @Slot()
    def on_replace_original(self) -> None:
        """Put the colored photo in the place of the original, if the user is sure."""
        self._saving.ask_to_replace()

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
        if path is not None and self._may_lose([p for p in self.document.unsaved if p == path]):
            self.message_bar.clear()
            self._ask(self.document.close_photo())
            self._remembered.discard(path)
            if self.document.path is None:
                self._offer_photos()
            self._show()

    @Slot()
    def on_zoom_in(self) -> None:
        """Zoom in around the middle."""
        self.stage.view.zoom_by(STEP)

    @Slot()
    def on_zoom_out(self) -> None:
        """Zoom out around the middle."""
        self.stage.view.zoom_by(1 / STEP)

    @Slot()
    def on_fit(self) -> None:
        """Show the whole photo."""
        self.stage.view.zoom_to_fit()

    @Slot()
    def on_full(self) -> None:
        """Show one photo pixel per screen pixel."""
        self.stage.view.zoom_to_full()

    @Slot()
    def on_divider_left(self) -> None:
        """Show the colored photo alone."""
        self.stage.view.set_divider(0.0)

    @Slot()
    def on_divider_middle(self) -> None:
        """Show half of each."""
        self.stage.view.set_divider(0.5)

    @Slot()
    def on_divider_right(self) -> None:
        """Show the original alone."""
        self.stage.view.set_divider(1.0)

    @Slot()
    def on_cancel(self) -> None:
        """Give up what is being done."""
        self.document.cancel()
        self._closing = False
        self._show()

    @Slot()
    def on_keys(self) -> None:
        """Show the list of keys."""
        KeysDialog(self).open()

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
        if not self._closing and not self._may_lose(self.document.unsaved):
            event.ignore()
            return
        if self.document.is_saving and not self._closing:
            self._closing = True
            self.say(Message(Kind.NOTE, lambda: translate(
                "The window closes as soon as the photo is saved."
            )))  # fmt: skip
            event.ignore()
            return
        self._settings.setValue("geometry", self.saveGeometry())
        self.hide()
        self.document.cancel()
        self._thread.shut_down()
        event.accept()

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
        self.open_photos(local_files(event.mimeData().urls()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While backslash is held the original is shown; Escape, with no work, closes a message."""
        if event.key() == Qt.Key.Key_Backslash:
            self.stage.view.peek(True)
        elif event.key() == Qt.Key.Key_Escape:
            self.message_bar.clear()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the colored photo again."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
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
        quality = str(self._settings.value(_QUALITY_KEY, ""))
        if quality in get_args(Quality):
            self.document.quality = cast("Quality", quality)
        for name, key, usual in (
            ("panel", _PANEL_KEY, True),
            ("side_by_side", _SIDE_BY_SIDE_KEY, False),
            ("lay_divider", _LYING_KEY, False),
        ):
            self._actions[name].setChecked(bool(self._settings.value(key, usual, bool)))
        self.panel.setVisible(self._actions["panel"].isChecked())
        self.stage.view.show_side_by_side(self._actions["side_by_side"].isChecked())
        self.stage.view.turn_divider(upright=not self._actions["lay_divider"].isChecked())
        surround = str(self._settings.value(_SURROUND_KEY, ""))
        self._use_surround(surround if surround in SURROUNDS else "theme")

    def _connect(self) -> None:
        for name, action in self._actions.items():
            action.triggered.connect(getattr(self, f"on_{name}"))
        QApplication.styleHints().colorSchemeChanged.connect(self.recolor)
        self._thread.result_ready.connect(self.on_result)
        self.stage.open_wanted.connect(self.on_open)
        self.stage.again_wanted.connect(self.on_again)
        self.stage.cancel_wanted.connect(self.on_cancel)
        self.stage.view.zoom_changed.connect(self.toolbar.show_zoom)
        self.film_strip.photo_wanted.connect(self._on_photo_wanted)
        self.panel.adjusted.connect(self._on_adjusted)
        self.panel.quality_chosen.connect(self._on_quality_chosen)
        self.panel.reset_wanted.connect(self.on_reset_adjustments)
        self.panel.stepped.connect(self._on_stepped)
        self.stage.empty.photo_wanted.connect(self._on_photo_of_page_wanted)
        self.stage.empty.clear_wanted.connect(self._on_clear_wanted)
        self._saving.wanted.connect(self._ask)
        self._saving.said.connect(self.say)
        self.toolbar.zoom_box.scale_wanted.connect(self._on_scale_wanted)
        self.toolbar.surround_chosen.connect(self._on_surround_chosen)
        self.toolbar.language_chosen.connect(self._on_language_chosen)

    def _step(self, step: int) -> None:
        if self.document.roll.has(step):
            self.message_bar.clear()
            self._ask(self.document.step(step))

    def _ask(self, request: Request | None) -> None:
        if request is not None:
            self._thread.submit(request)
            self._show()

    def _show_progress(self) -> None:
        """Bring what tells of progress in line with the document; this comes often."""
        self.stage.show_document(self.document)
        self.status_line.show_document(self.document)

    def _show(self) -> None:
        """Bring everything on screen in line with the document."""
        document = self.document
        self.stage.show_document(document)
        self.status_line.show_document(document)
        self.toolbar.show_document(document)
        self.panel.show_document(document)
        self.film_strip.show_document(document)
        can = dict.fromkeys(_NEEDS_PHOTO, document.photo is not None) | {
            "save": document.can_save,
            "save_layer": document.can_save,
            "replace_original": document.can_replace,
            "neutralize": document.can_neutralize,
            "undo": document.can_adjust and document.work.steps.canUndo(),
            "redo": document.can_adjust and document.work.steps.canRedo(),
            "variants": document.can_adjust,
            "copy_adjustments": document.can_adjust,
            "paste_adjustments": document.can_adjust and document.copied is not None,
            "reset_adjustments": document.can_adjust,
            "cancel": document.is_working,
            "previous": document.roll.has(-1),
            "next": document.roll.has(1),
            "close_photo": document.path is not None and not document.is_opening,
        }
        if self.stage.view.is_side_by_side:
            can |= dict.fromkeys(_ABOUT_THE_DIVIDER, False)
        for name, possible in can.items():
            self._actions[name].setEnabled(possible)
        self._actions["neutralize"].setChecked(document.edits.neutralize)
        self._actions["replace_original"].setToolTip(replacing_text(document))
        # Buttons that do not fit would be gone.
        self.setMinimumWidth(max(LEAST_WIDTH, self.toolbar.sizeHint().width()))
        name = document.path.name if document.path is not None else ""
        self.setWindowTitle(f"{name} – Photochrom" if name else "Photochrom")

    def _on_opened(self, opened: PhotoOpened) -> None:
        self._say_notices(opened.notices)
        folder = self._pasted.folder_for(opened.request.path)
        self._settings.setValue("open_folder", str(folder))
        if not self.document.must_ask:
            self._ask(self.document.recolor())

    def _on_saved(self, result: PhotoSaved) -> None:
        saved = result.saved

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

    def _say_notices(self, notices: Sequence[str]) -> None:
        if notices and not self.document.refused:
            self.say(Message(Kind.NOTE, lambda: " ".join(translate(each) for each in notices)))

    def _close_if_wanted(self, result: Result) -> None:
        """Close after the save for which closing was put off, unless it failed."""
        if not self._closing or self.document.is_saving:
            return
        if isinstance(result, PhotoSaved):
            self.close()
        self._closing = False

    def _may_lose(self, unsaved: Sequence[Path]) -> bool:
        """Whether the edits of these photos may be lost, which the user is asked."""
        if not unsaved:
            return True
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        if len(unsaved) == 1:
            box.setText(translate("The changes to “{name}” are not saved.", name=unsaved[0].name))
        else:
            box.setText(translate("The changes to {count} photos are not saved.",
                                  count=len(unsaved)))  # fmt: skip
        box.setInformativeText(translate("They are lost if you go on."))
        go_on = box.addButton(translate("Go on"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(translate("Stay here"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is go_on

    @Slot(object)
    def _on_variant_chosen(self, variant: Variant) -> None:
        if variant.quality is not None:
            self._settings.setValue(_QUALITY_KEY, variant.quality)
        self._ask(self.document.take_variant(variant))
        self._show()

    @Slot(str, int, int)
    def _on_adjusted(self, name: str, value: int, gesture: int) -> None:
        row = next(row for row in ADJUSTMENTS if row.name == name)
        self._ask(self.document.adjust(name, value * row.per_unit, row.words, gesture))

    @Slot(str)
    def _on_quality_chosen(self, quality: Quality) -> None:
        self._settings.setValue(_QUALITY_KEY, quality)
        self._ask(self.document.set_quality(quality))

    @Slot()
    def _on_stepped(self) -> None:
        self._ask(self.document.follow_steps())
        self._show()

    @Slot(list)
    def _on_files_selected(self, names: list[str]) -> None:
        self.open_photos([Path(name) for name in names])

    def _ask_for_target(self, proposal: Path, *, layer: bool = False) -> None:
        path = self.document.path
        if path is None or not self.document.can_save:
            return
        dialog = SaveDialog(self, path, proposal, layer=layer)
        dialog.target_chosen.connect(partial(self._on_target_chosen, layer=layer))
        dialog.refused.connect(partial(self._on_target_refused, layer=layer))
        dialog.open()

    def _on_target_refused(self, error: PhotochromError, proposal: Path, *, layer: bool) -> None:
        """Say why, then ask once more."""
        box = QMessageBox(QMessageBox.Icon.Warning, "", str(error), parent=self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda: self._ask_for_target(proposal, layer=layer))
        box.open()

    def _on_target_chosen(self, target: Path, overwrite: bool, *, layer: bool = False) -> None:
        if layer:
            options = self._saving.options
            self._ask(self.document.save(target, overwrite=overwrite, options=options, layer=True))
        else:
            self._saving.save(target, overwrite=overwrite)

    @Slot(object)
    def _on_photo_of_page_wanted(self, path: Path) -> None:
        self.open_photos([path])

    @Slot()
    def _on_clear_wanted(self) -> None:
        self._recent.clear()
        self._offer_photos()

    def _offer_photos(self) -> None:
        """Show on the empty page what was opened last, or the samples."""
        samples = [RecentPhoto(path, QImage(str(path))) for path in sorted(SAMPLES.glob("*.jpg"))]
        self.stage.empty.show_photos(self._recent.photos(), samples)

    def _remember(self, result: PreviewReady) -> None:
        """Put a photo that is colored now among the recent ones, once."""
        path = self.document.path
        if path is None or not result.complete or path in self._remembered:
            return
        self._remembered.add(path)
        if not self._pasted.is_pasted(path) and path.parent != SAMPLES:
            self._recent.add(path, result.picture.levels[-1].image)

    @Slot(int)
    def _on_photo_wanted(self, at: int) -> None:
        self.message_bar.clear()
        self._ask(self.document.go_to(at))
        self._show()

    @Slot(float)
    def _on_scale_wanted(self, scale: float) -> None:
        self.stage.view.zoom_to(scale)
        self.stage.view.setFocus()

    @Slot(str)
    def _on_surround_chosen(self, code: str) -> None:
        self._settings.setValue(_SURROUND_KEY, code)
        self._use_surround(code)

    def _use_surround(self, code: str) -> None:
        self.stage.view.set_surround(SURROUNDS[code])
        self.toolbar.show_surround(code)

    @Slot(str)
    def _on_language_chosen(self, code: str) -> None:
        self._settings.setValue(LANGUAGE_KEY, code)
        self.set_language(code)


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
