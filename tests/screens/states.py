"""The states of the window, and how each is come to."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine import translate
from gui.licenses_dialog import LicensesDialog
from gui.saving_questions import UnsavedQuestion

if TYPE_CHECKING:
    from tests.screens.photographer import Photographer

State = Callable[["Photographer"], QWidget | None]


def _empty(_: "Photographer") -> QWidget | None:
    return None


def _opening(at: "Photographer") -> QWidget | None:
    at.hold()
    at.window.open_photos([at.photos[0]])
    at.until(lambda: at.window.stage.working.isVisible())
    return None


def _split(at: "Photographer") -> QWidget | None:
    at.open(at.photos)
    return None


def _lying(at: "Photographer") -> QWidget | None:
    at.open(at.photos[:1])
    at.do("lay_divider", True)
    return None


def _side_by_side(at: "Photographer") -> QWidget | None:
    at.open(at.photos)
    at.do("side_by_side", True)
    return None


def _zoomed(at: "Photographer") -> QWidget | None:
    at.open(at.photos[:1])
    at.do("full")
    at.do("zoom_in")
    at.do("zoom_in")
    at.rest(0.4)
    return None


def _adjusted(at: "Photographer") -> QWidget | None:
    at.open(at.photos)
    for gesture, (name, value) in enumerate((("saturation", 130), ("temperature", 20))):
        at.window.panel.adjusted.emit(name, value, gesture)
        at.until(at.is_done)
    return None


def _history(at: "Photographer") -> QWidget | None:
    """Some steps, of which the last are undone."""
    at.open(at.photos)
    steps = (("saturation", 130), ("temperature", 20), ("strength", 80), ("tint", -10))
    for gesture, (name, value) in enumerate(steps):
        at.window.panel.adjusted.emit(name, value, gesture)
    for _ in range(2):
        at.do("undo")
    at.until(at.is_done)
    return None


def _tiny(at: "Photographer") -> QWidget | None:
    at.open([at.tiny])
    return None


def _dropping(at: "Photographer") -> QWidget | None:
    at.open(at.photos[:1])
    at.window.stage.show_drop(True)
    return None


def _recent(at: "Photographer") -> QWidget | None:
    for photo in at.photos:
        copy = at.folder / f"recent {photo.name}"
        copy.write_bytes(photo.read_bytes())
        at.open([copy])
        at.do("close_photo")
    return None


def _closing(at: "Photographer") -> QWidget | None:
    """What is asked while two photos have work that no file has."""
    at.open(at.photos)
    for _ in range(2):
        at.window.panel.adjusted.emit("strength", 80, 0)
        at.until(at.is_done)
        at.do("next")
        at.until(at.is_done)
    unsaved = at.window.document.unsaved
    question = UnsavedQuestion(at.window, unsaved, at.window.saving.targets(unsaved))
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.open()
    return question


def _licenses(at: "Photographer") -> QWidget | None:
    dialog = LicensesDialog(at.window)
    dialog.open()
    return dialog


def _error(at: "Photographer") -> QWidget | None:
    at.window.open_photos([at.broken])
    at.until(lambda: at.window.stage.notice.isVisible())
    return None


def _colored_already(at: "Photographer") -> QWidget | None:
    at.window.open_photos([at.in_color])
    at.until(lambda: at.window.document.must_ask)
    return None


def _saved(at: "Photographer") -> QWidget | None:
    at.open(at.photos[:1])
    at.window.saving.take_target(at.folder / f"saved-{at.number}.png", False)
    at.until(lambda: bool(at.window.message_bar.text))
    return None


def _dialog(action: str, ready: Callable[["Photographer"], bool] = lambda at: True) -> State:
    def come(at: "Photographer") -> QWidget | None:
        at.open(at.photos)
        at.do(action)
        at.until(lambda: at.dialog() is not None and ready(at))
        return at.dialog()

    return come


def _losses(at: "Photographer") -> QWidget | None:
    at.open([at.deep])
    at.window.saving.save(at.folder / "deep.jpg", overwrite=False)
    at.until(lambda: at.dialog() is not None)
    return at.dialog()


def _batch(
    until: Callable[["Photographer"], bool] | None, *, pause: bool = False, ignored: bool = False
) -> State:
    """The window for folders: planned, or on the way."""

    def come(at: "Photographer") -> QWidget | None:
        at.window.batching.add([at.album()])
        dialog = at.window.batching.dialog
        assert dialog is not None
        dialog.resize(dialog.size().boundedTo(at.window.size()))
        dialog.panel.under.setChecked(True)
        dialog.panel.into.setText(str(at.folder / f"results-{at.number}"))
        at.until(lambda: len(dialog.table.lines) > 0)
        at.rest(1.0)  # for the thumbnails
        if until is None:
            at.until(lambda: translate("Time: about {time}").split("{")[0] in dialog.summary.text())
        if ignored:
            last = dialog.filter_box.count() - 1
            dialog.filter_box.setCurrentIndex(last)
            dialog.filter_box.activated.emit(last)
        if until is not None:
            dialog.start.click()
            at.until(lambda: until(at))
            failed = [at for at, line in enumerate(dialog.table.lines) if line.state == "failed"]
            for row in failed:
                dialog.view.scrollTo(dialog.filter.index(row, 0))
        if pause:
            dialog.pause.click()
            at.until(lambda: dialog.pause.text() != translate("Pause"))
        return dialog

    return come


def _some_done(at: "Photographer") -> bool:
    dialog = at.window.batching.dialog
    return dialog is not None and sum(one.state == "done" for one in dialog.table.lines) >= 3


def _batch_ended(at: "Photographer") -> bool:
    dialog = at.window.batching.dialog
    return dialog is not None and not dialog.is_running


STATES: dict[str, State] = {
    "empty": _empty,
    "opening": _opening,
    "split": _split,
    "lying-divider": _lying,
    "side-by-side": _side_by_side,
    "zoomed": _zoomed,
    "adjusted": _adjusted,
    "history": _history,
    "tiny": _tiny,
    "dropping": _dropping,
    "recent": _recent,
    "error": _error,
    "colored-already": _colored_already,
    "saved": _saved,
    "save-dialog": _dialog("save_as"),
    "losses": _losses,
    "export": _dialog("export", lambda at: at.window.document.proof is not None),
    "variants": _dialog("variants", lambda at: at.variants_are_done()),
    "settings": _dialog("settings"),
    "keys": _dialog("keys"),
    "about": _dialog("about"),
    "licenses": _licenses,
    "closing": _closing,
    "batch-plan": _batch(None),
    "batch-ignored": _batch(None, ignored=True),
    "batch-running": _batch(_some_done),
    "batch-paused": _batch(_some_done, pause=True),
    "batch-done": _batch(_batch_ended),
}
