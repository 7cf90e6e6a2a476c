"""Hands that do at random whatever a user can do in the window, and never close it."""

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QWidget,
)

from engine import LANGUAGES
from gui.adjusting import ADJUSTMENTS
from gui.export_dialog import ExportDialog
from gui.file_dialogs import OpenDialog
from gui.main_window import MainWindow
from gui.settings_dialog import SettingsDialog
from gui.theme import SURROUNDS
from gui.variants_dialog import VariantsDialog
from gui.views.adjust_panel import QUALITIES

# One press each; the plain ones go to the picture, as they do when it has the focus.
KEYS = (
    "Space", "Left", "Right", "Up", "Down", "1", "2", "3", "+", "-", "Ctrl+0", "Ctrl+1", "Y", "T",
    "P", "Escape", "PgUp", "PgDown", "Tab",
)  # fmt: skip
LEFT = Qt.MouseButton.LeftButton


class Monkey:
    """Knows the window's widgets and a die.

    Args:
        window: what it plays with.
        seed: of the die.
        photos: what it opens; some may not be photos.
        results: a folder for what it saves.

    Attributes:
        done: all it did, in words.
        dark: whether it has the system ask for dark windows.
    """

    def __init__(self, window: MainWindow, seed: int, photos: list[Path], results: Path) -> None:
        self._window, self._photos, self._results = window, photos, results
        self._die = random.Random(seed)
        self.done: list[str] = []
        self.dark = False
        self._ways: list[tuple[Callable[[], str], int]] = [
            (self._open, 8), (self._step, 8), (self._click_strip, 3), (self._close_photo, 4),
            (self._set_slider, 14), (self._drag_slider, 5), (self._type_number, 3),
            (self._undo, 8), (self._redo, 4), (self._choose_step, 3), (self._choose_quality, 3),
            (self._neutralize, 3), (self._copy, 2), (self._paste_adjustments, 3), (self._reset, 2),
            (self._press_key, 12), (self._drag_view, 6), (self._turn_wheel, 4),
            (self._double_click, 2), (self._peek, 2), (self._cancel, 4), (self._again, 2),
            (self._save, 4), (self._ask_dialog, 3), (self._variants, 4), (self._paste_photo, 1),
            (self._resize, 2), (self._language, 1), (self._theme, 1), (self._surround, 1),
            (self._wait, 8),
        ]  # fmt: skip

    def act(self) -> None:
        """Do something; while a dialog is open mostly there, else with any widget."""
        dialogs = self.dialogs()
        if dialogs and self._die.random() < 0.7:
            words = self._in_dialog(dialogs[-1])
        elif dialogs:  # files can be dropped, and second starts come, at any time
            words = self._open()
        else:
            ways, weights = zip(*self._ways, strict=True)
            words = self._die.choices(ways, weights)[0]()
        self.done.append(words)

    def answer(self, box: QDialog) -> int:
        """In place of `QMessageBox.exec`: press one of the buttons."""
        button = self._die.choice(box.buttons())  # type: ignore[attr-defined]
        self.done.append(f"  answered {button.text()!r}")
        button.click()
        return 0

    def dialogs(self) -> list[QDialog]:
        tops = QApplication.topLevelWidgets()
        return [each for each in tops if isinstance(each, QDialog) and each.isVisible()]

    def _trigger(self, name: str) -> str:
        action = self._window._actions[name]
        if not action.isEnabled():
            return f"{name} cannot be done"
        action.trigger()
        return name

    def _in_dialog(self, dialog: QDialog) -> str:
        name = type(dialog).__name__
        if isinstance(dialog, VariantsDialog) and self._die.random() < 0.6:
            number = str(self._die.randint(1, 9))
            QTest.keyClicks(dialog, number)
            return f"variant {number}"
        if isinstance(dialog, ExportDialog) and self._die.random() < 0.7:
            at = self._die.randrange(1, dialog.preset.count())
            dialog.preset.activated.emit(at)
            return f"preset {at}"
        if isinstance(dialog, SettingsDialog) and self._die.random() < 0.7:
            group = self._die.choice(["", "saving"])
            form = dialog.forms[group]
            name = self._die.choice([name for name in form.values if name != "language"])
            editor = form.editor(name)
            if isinstance(editor, QComboBox):
                editor.setCurrentIndex(self._die.randrange(editor.count()))
            elif isinstance(editor, QCheckBox):
                editor.click()
            return f"setting {name}"
        if self._die.random() < 0.5:
            dialog.reject()
            return f"rejected {name}"
        if isinstance(dialog, QFileDialog):
            # Not by `accept`, which may put a question of Qt's own that blocks.
            if isinstance(dialog, OpenDialog):
                dialog.filesSelected.emit([str(self._die.choice(self._photos))])
            else:
                dialog.fileSelected.emit(str(self._results / self._new_result()))
            dialog.reject()
            return f"chosen in {name}"
        dialog.accept()
        return f"accepted {name}"

    def _open(self) -> str:
        chosen = self._die.sample(self._photos, self._die.randint(1, 3))
        self._window.open_photos(chosen)
        return f"open {', '.join(path.name for path in chosen)}"

    def _step(self) -> str:
        return self._trigger(self._die.choice(["previous", "next"]))

    def _click_strip(self) -> str:
        strip = self._window.film_strip
        if not strip.isVisible():
            return "no strip"
        row = self._die.randrange(strip.count())
        strip.itemClicked.emit(strip.item(row))
        return f"photo {row} of the strip"

    def _close_photo(self) -> str:
        return self._trigger("close_photo")

    def _slider(self) -> QWidget:
        return self._window.panel._sliders[self._die.choice(ADJUSTMENTS).name]

    def _set_slider(self) -> str:
        part = self._slider()
        value = self._die.randint(part.row.low, part.row.high)
        if part.isEnabled():
            part.slider.setValue(value)
        return f"{part.row.name} {value}"

    def _drag_slider(self) -> str:
        part = self._slider()
        slider = part.slider
        if not (part.isVisible() and slider.isEnabled()):
            return "no slider"
        QTest.mousePress(slider, LEFT, pos=self._point_in(slider))
        for _ in range(self._die.randint(0, 4)):
            QTest.mouseMove(slider, self._point_in(slider))
        QTest.mouseRelease(slider, LEFT, pos=self._point_in(slider))
        return f"drag of {part.row.name}"

    def _type_number(self) -> str:
        part = self._slider()
        if not part.isEnabled():
            return "no number"
        value = self._die.randint(part.row.low, part.row.high)
        part._number.setValue(value)
        return f"{part.row.name} typed {value}"

    def _undo(self) -> str:
        return self._trigger("undo")

    def _redo(self) -> str:
        return self._trigger("redo")

    def _choose_step(self) -> str:
        stack = self._window.panel._steps.stack()
        index = self._die.randint(0, stack.count() if stack is not None else 0)
        if stack is not None and self._window.panel._steps.isEnabled():
            stack.setIndex(index)
        return f"step {index} of the history"

    def _choose_quality(self) -> str:
        at = self._die.randrange(len(QUALITIES))
        self._window.panel._quality.activated.emit(at)
        return QUALITIES[at]

    def _neutralize(self) -> str:
        return self._trigger("neutralize")

    def _copy(self) -> str:
        return self._trigger("copy_adjustments")

    def _paste_adjustments(self) -> str:
        return self._trigger("paste_adjustments")

    def _reset(self) -> str:
        return self._trigger("reset_adjustments")

    def _press_key(self) -> str:
        key = self._die.choice(KEYS)
        QTest.keySequence(self._window.stage.view, key)
        return f"key {key}"

    def _drag_view(self) -> str:
        view = self._window.stage.view
        button = self._die.choice([LEFT, Qt.MouseButton.MiddleButton])
        start = self._point_in(view)
        if self._die.random() < 0.4:  # at the divider, perhaps
            start.setX(min(view.width() - 1, round(view.divider * view.width())))
        QTest.mousePress(view, button, pos=start)
        for _ in range(self._die.randint(1, 4)):
            QTest.mouseMove(view, self._point_in(view))
        QTest.mouseRelease(view, button, pos=self._point_in(view))
        return "drag of the picture"

    def _turn_wheel(self) -> str:
        view, turned = self._window.stage.view, self._die.choice([-360, -120, 120, 360])
        at = QPointF(self._point_in(view))
        none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        plain = Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(at, at, QPoint(), QPoint(0, turned), none, plain, phase, False)
        QApplication.sendEvent(view, event)
        return f"wheel {turned}"

    def _double_click(self) -> str:
        QTest.mouseDClick(
            self._window.stage.view, LEFT, pos=self._point_in(self._window.stage.view)
        )
        return "double-click"

    def _peek(self) -> str:
        kinds = [QEvent.Type.KeyPress, QEvent.Type.KeyRelease]
        for kind in kinds[: self._die.randint(1, 2)]:
            event = QKeyEvent(kind, Qt.Key.Key_Backslash, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self._window, event)
        return "backslash"

    def _cancel(self) -> str:
        return self._trigger("cancel")

    def _again(self) -> str:
        if self._window.stage.notice.isHidden():
            return "nothing to try again"
        self._window.stage.notice.again_wanted.emit()
        return "try again"

    def _save(self) -> str:
        if not self._window._actions["save"].isEnabled():
            return "nothing to save"
        name, layer = self._new_result(), self._die.random() < 0.2
        layer = layer and not name.endswith(".jpg")  # which the dialog turns down
        self._window.saving.take_target(self._results / name, True, layer=layer)
        return f"save {name}"

    def _ask_dialog(self) -> str:
        return self._trigger(
            self._die.choice(
                ["open", "save", "save_layer", "save_as", "export", "settings", "about", "keys"]
            )
        )

    def _variants(self) -> str:
        return self._trigger("variants")

    def _paste_photo(self) -> str:
        image = QImage(60, 40, QImage.Format.Format_RGB888)
        image.fill(self._die.choice([Qt.GlobalColor.gray, Qt.GlobalColor.darkGray]))
        QApplication.clipboard().setImage(image)
        return self._trigger("paste")

    def _resize(self) -> str:
        width, height = self._die.randint(300, 1500), self._die.randint(200, 1000)
        self._window.resize(width, height)
        return f"resize {width} x {height}"

    def _language(self) -> str:
        code = self._die.choice(list(LANGUAGES))
        self._window.toolbar.language_chosen.emit(code)
        return f"language {code}"

    def _theme(self) -> str:
        self.dark = not self.dark
        QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
        return "dark" if self.dark else "light"

    def _surround(self) -> str:
        code = self._die.choice(list(SURROUNDS))
        self._window.toolbar.surround_chosen.emit(code)
        return f"{code} around the photo"

    def _wait(self) -> str:
        milliseconds = self._die.randint(1, 20)
        QTest.qWait(milliseconds)
        return f"wait {milliseconds} ms"

    def _point_in(self, widget: QWidget) -> QPoint:
        return QPoint(self._die.randrange(widget.width()), self._die.randrange(widget.height()))

    def _new_result(self) -> str:
        return f"result-{len(self.done)}{self._die.choice(['.png', '.jpg', '.tif'])}"
