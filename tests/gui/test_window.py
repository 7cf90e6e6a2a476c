import threading
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QToolButton,
    QTreeView,
)

import gui.document
import gui.theme as theme_module
import gui.worker.desk as desk_module
from engine import set_language
from engine.errors import OutOfMemory
from engine.network.fallback import FallbackPredictor
from gui.file_dialogs import OpenDialog, SaveDialog
from gui.main_window import MainWindow
from gui.saving_questions import LossesQuestion
from gui.views.transform import fit
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread
from tests.gui.conftest import is_done
from tests.support.fakes import FakePredictor

CANCEL_LIMIT_S = 1.0

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def drop(window: MainWindow, *urls: QUrl) -> bool:
    """Drop URLs on the window as the system would.

    Returns:
        Whether the window wanted them.
    """
    data = QMimeData()
    data.setUrls(list(urls))
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, left, none))
    return True


def drop_files(window: MainWindow, *paths: Path) -> bool:
    return drop(window, *(QUrl.fromLocalFile(str(path)) for path in paths))


def action(window: MainWindow, name: str):
    return window._actions[name]


def dialogs(kind: type) -> list:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind)]


def visible_button(parent, text: str) -> QPushButton:
    return next(
        each
        for each in parent.findChildren(QPushButton)
        if each.isVisible() and each.text() == text
    )


def test_at_first_it_says_what_to_do(window):
    words = " ".join(label.text() for label in window.stage.empty.findChildren(QLabel))
    assert window.stage.empty.isVisible()
    assert "Drop" in words
    assert "stays on this computer" in words
    assert not action(window, "save").isEnabled()
    assert window.windowTitle() == "Photochrom"


def test_a_dropped_photo_is_colored(qtbot, window, make_photo):
    assert drop_files(window, make_photo("größe 写真.png"))
    qtbot.waitUntil(lambda: is_done(window))
    assert window.stage.view.shows_split
    assert not window.stage.empty.isVisible()
    assert not window.stage.working.isVisible()
    assert window.windowTitle() == "größe 写真.png[*] – Photochrom"
    assert "300 × 200 pixels" in window.status_line.text
    assert "8 bit" in window.status_line.text
    assert "Colored " in window.status_line.text
    assert action(window, "save").isEnabled()


def test_things_that_are_no_files_here_are_refused(window):
    assert not drop(window, QUrl("https://example.org/photo.jpg"))
    assert not drop(window)


def test_of_several_photos_the_first_is_shown_and_the_others_are_a_step_away(
    qtbot, window, make_photo
):
    paths = [make_photo(f"{name}.png", width=width) for name, width in (("a", 50), ("b", 60))]
    drop_files(window, *paths, paths[0])
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.path == paths[0]
    assert window.toolbar._roll_label.text() == "Photo 1 of 2"
    assert not action(window, "previous").isEnabled()
    action(window, "next").trigger()
    qtbot.waitUntil(lambda: window.document.path == paths[1] and is_done(window))
    assert window.toolbar._roll_label.text() == "Photo 2 of 2"
    assert not action(window, "next").isEnabled()
    action(window, "previous").trigger()
    qtbot.waitUntil(lambda: window.document.path == paths[0] and is_done(window))


def test_while_the_network_works_the_photo_is_there_and_the_stage_is_told(
    qtbot, window, predictor, make_photo
):
    predictor.gate.clear()
    window.open_photos([make_photo()])
    qtbot.waitUntil(window.stage.working.isVisible)
    qtbot.waitUntil(lambda: window.stage.working._stage.text() == "Finding the colors")
    assert window.stage.view.original is not None
    assert not window.stage.view.shows_split
    predictor.gate.set()
    qtbot.waitUntil(lambda: is_done(window))
    assert not window.stage.working.isVisible()


@pytest.mark.parametrize("how", ["button", "escape", "toolbar"])
def test_cancel_works_within_a_second(qtbot, window, predictor, make_photo, how):
    predictor.gate.clear()
    window.open_photos([make_photo()])
    qtbot.waitUntil(window.stage.working.isVisible)
    started = time.monotonic()
    if how == "button":
        qtbot.mouseClick(visible_button(window.stage, "Cancel"), Qt.MouseButton.LeftButton)
    elif how == "escape":
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    else:
        action(window, "cancel").trigger()
    qtbot.waitUntil(window.stage.notice.isVisible)
    assert time.monotonic() - started < CANCEL_LIMIT_S
    assert not window.stage.working.isVisible()
    assert not action(window, "cancel").isEnabled()
    predictor.gate.set()  # what the network then delivers is of no interest
    qtbot.mouseClick(visible_button(window.stage, "Color this photo"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_done(window))
    assert not window.stage.notice.isVisible()


def test_a_change_that_was_cancelled_can_be_made_up_for(qtbot, window, predictor, open_colored):
    open_colored()
    before = window.document.shown
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    predictor.gate.set()
    assert window.stage.notice.isVisible()
    words = " ".join(label.text() for label in window.stage.notice.findChildren(QLabel))
    assert "as it was colored before" in words
    assert window.stage.view.colored is before.picture
    qtbot.mouseClick(visible_button(window.stage, "Color this photo"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_done(window) and window.document.shown is not before)
    assert not window.stage.notice.isVisible()


def test_a_wrong_file_leaves_the_open_photos_as_they_are(
    qtbot, window, tmp_path, open_colored, make_photo
):
    first = open_colored()
    view = window.stage.view
    view.zoom_by(3)
    qtbot.waitUntil(lambda: view.transform.scale == view.scale)
    bad, other = tmp_path / "holiday.jpg", make_photo("b.png")
    bad.write_bytes(b"no photo")
    drop_files(window, bad)
    qtbot.waitUntil(lambda: "“holiday.jpg” cannot be read" in window.message_bar.text)
    assert window.document.path == first
    assert view.shows_split
    assert not view.transform.is_fit
    assert not window.stage.notice.isVisible()
    assert window.windowTitle().startswith("attic.png")
    assert action(window, "save").isEnabled()
    drop_files(window, bad, tmp_path / "gone.jpg", other, first)
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))
    assert "“holiday.jpg” cannot be read" in window.message_bar.text
    assert "Not opened either: gone.jpg" in window.message_bar.text
    assert window.toolbar._roll_label.text() == "Photo 2 of 2"


def test_a_relative_and_an_absolute_name_are_one_photo(qtbot, window, open_colored, monkeypatch):
    path = open_colored()
    monkeypatch.chdir(path.parent)
    window.open_photos([Path(path.name)])
    assert not window.document.is_working
    assert window.document.roll.photos == (path,)


def test_a_photo_that_cannot_be_read_is_told_in_its_place(qtbot, window, tmp_path):
    bad = tmp_path / "holiday.jpg"
    bad.write_bytes(b"no photo")
    drop_files(window, bad)
    qtbot.waitUntil(window.stage.notice.isVisible)
    words = " ".join(label.text() for label in window.stage.notice.findChildren(QLabel))
    assert "“holiday.jpg” cannot be read" in words
    assert "Choose a JPEG" in words
    assert window.stage.view.original is None
    assert not action(window, "save").isEnabled()
    main = visible_button(window.stage.notice, "Open another photo…")
    assert main.property("primary")
    assert main.hasFocus()
    qtbot.mouseClick(main, Qt.MouseButton.LeftButton)
    (dialog,) = dialogs(OpenDialog)
    dialog.close()
    with Image.new("L", (40, 30), 99) as image:
        image.save(bad, "PNG")
    qtbot.mouseClick(visible_button(window.stage, "Try again"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_done(window))


def test_a_photo_that_cannot_be_colored_stays_with_the_sentence_over_it(
    qtbot, window, predictor, make_photo
):
    predictor.error = OutOfMemory(device="cuda")
    window.open_photos([make_photo()])
    qtbot.waitUntil(window.stage.notice.isVisible)
    words = " ".join(label.text() for label in window.stage.notice.findChildren(QLabel))
    assert "“cuda” is not enough" in words
    assert "Close other programs" in words
    assert "fast" not in words  # the window has no such choice
    assert window.stage.view.original is not None


def test_what_was_given_up_for_lack_of_memory_is_said_once(qtbot, settings, make_photo, predictor):
    class Small(FakePredictor):
        def prepare(self, lightness, quality):
            if quality != "fast":
                raise OutOfMemory(device="cuda")
            return super().prepare(lightness, quality)

    thread = EngineThread(Desk(load=lambda: FallbackPredictor(Small(device="cuda"))))
    window = MainWindow(thread, settings, "en")
    qtbot.addWidget(window)
    window.show()
    thread.start()
    window.open_photos([make_photo()])
    qtbot.waitUntil(lambda: is_done(window))
    assert "colored at a lower one" in window.message_bar.text
    window.message_bar.clear()
    window.panel.adjusted.emit("saturation", 150, 1)
    qtbot.waitUntil(lambda: is_done(window))
    assert window.message_bar.text == ""
    window.set_language("zh_CN")
    window.open_photos([make_photo("b.png")])
    qtbot.waitUntil(lambda: is_done(window) and bool(window.message_bar.text))
    assert "较低的质量" in window.message_bar.text
    set_language("en")
    for work in window.document._works.values():
        work.edits = work.saved
    window.close()


def test_a_stale_result_is_never_shown(qtbot, window, predictor, make_photo):
    first, second = make_photo("a.png", width=80), make_photo("b.png", width=120)
    predictor.gate.clear()
    window.open_photos([first])
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked)
    window.open_photos([second])
    shown: list[int] = []
    window._thread.result_ready.connect(
        lambda _: shown.append(window.stage.view.colored.size[0])
        if window.stage.view.colored is not None else None
    )  # fmt: skip
    predictor.gate.set()
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.path == second
    assert window.stage.view.colored.size[0] == 120
    assert set(shown) == {120}


def test_a_new_result_keeps_the_zoom_and_a_new_photo_does_not(
    qtbot, window, open_colored, make_photo
):
    open_colored()
    view = window.stage.view
    view.zoom_by(3, QPointF(300, 200))
    qtbot.waitUntil(lambda: view.transform.scale == view.scale)
    zoomed, before = view.transform, view.colored
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window) and view.colored is not before)
    assert view.transform == zoomed
    open_colored("other.png")
    assert view.transform.is_fit


def test_the_zoom_can_be_typed_and_chosen(qtbot, window, open_colored):
    open_colored()
    box, view = window.toolbar.zoom_box, window.stage.view
    box.setFocus()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "250")
    window._show()  # what goes on meanwhile takes nothing from under the fingers
    assert box.currentText() == "250"
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert view.scale == 2.5
    assert box.currentText() == "250 %"
    assert not box.lineEdit().hasFocus()
    box.activated.emit(2)
    assert view.scale == 1
    box.lineEdit().setText("as you like")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert view.scale == 1
    assert box.currentText() == "100 %"


def test_ways_to_compare_are_remembered(qtbot, window, open_colored, predictor, settings):
    open_colored()
    action(window, "lay_divider").trigger()
    window.toolbar._surrounds["black"].trigger()
    assert not window.stage.view.is_upright
    action(window, "side_by_side").trigger()
    assert window.stage.view.is_side_by_side
    assert not action(window, "lay_divider").isEnabled()
    other = MainWindow(EngineThread(Desk(load=lambda: predictor)), settings, "en")
    assert other.stage.view.is_side_by_side
    assert not other.stage.view.is_upright
    assert other.toolbar._surrounds["black"].isChecked()
    other.resize(400, 300)
    assert other.stage.view.grab().toImage().pixelColor(5, 5).lightness() == 0
    other.deleteLater()


def test_side_by_side_a_photo_with_color_is_in_the_middle_until_it_is_colored(
    qtbot, window, tmp_path
):
    path = tmp_path / "color.png"
    hue = np.linspace(0, 255, 90)[None].repeat(60, axis=0)
    Image.fromarray(np.stack([hue, 255 - hue, hue / 2], axis=2).astype(np.uint8)).save(path)
    window.open_photos([path])
    qtbot.waitUntil(lambda: window.document.photo is not None and window.document.must_ask)
    action(window, "side_by_side").trigger()
    view = window.stage.view
    assert view.is_side_by_side
    assert view.transform.view[0] == pytest.approx(view.width() * view.devicePixelRatioF())
    window.on_again()
    qtbot.waitUntil(lambda: is_done(window))
    assert view.transform.view[0] < view.width() * view.devicePixelRatioF() / 2


def test_the_preview_is_replaced_by_the_full_size(qtbot, window, make_photo, monkeypatch):
    monkeypatch.setattr(gui.document, "PREVIEW_SIDES", (100,))
    window.open_photos([make_photo()])
    qtbot.waitUntil(lambda: is_done(window))
    assert window.stage.view.colored.levels[0].image.width() == 300
    size = window.stage.view.width(), window.stage.view.height()
    assert window.stage.view.transform == fit((300.0, 200.0), size)


def test_a_preview_is_as_large_as_the_photo_is_seen(qtbot, window, make_photo):
    """What is larger keeps a slider waiting; what is smaller is not sharp."""
    window.open_photos([make_photo("large.png", 3000, 2000)])
    qtbot.waitUntil(lambda: is_done(window), timeout=20_000)
    asked: list[int] = []
    submit = window._thread.submit

    def noting(request) -> None:
        asked.append(request.side)
        submit(request)

    window._thread.submit = noting
    view, slider = window.stage.view, window.panel.slider("saturation")
    for scale, side in ((view.scale, 1024), (0.4, 1536), (0.6, 2048), (2.0, 2048)):
        view.zoom_to(scale)
        qtbot.waitUntil(lambda scale=scale: view.transform.scale == pytest.approx(scale))
        slider.setValue(slider.value() + 5)
        assert asked.pop() == side
    qtbot.waitUntil(lambda: is_done(window), timeout=20_000)


def test_keys_move_the_divider_and_zoom(qtbot, window, open_colored):
    open_colored()
    view = window.stage.view
    for key, divider in ((Qt.Key.Key_1, 0.0), (Qt.Key.Key_3, 1.0), (Qt.Key.Key_2, 0.5)):
        qtbot.keyClick(window, key)
        assert view.divider == divider
    fitted = view.scale
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert view.scale > fitted
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert view.scale == 1
    assert window.toolbar.zoom_box.currentText() == "100 %"
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.scale == fitted


@pytest.mark.parametrize("key", [Qt.Key.Key_Backslash, Qt.Key.Key_B])
def test_the_original_is_shown_while_a_key_is_held(qtbot, window, open_colored, key):
    open_colored()
    qtbot.keyPress(window.stage.view, key)
    assert not window.stage.view.shows_split
    qtbot.keyRelease(window.stage.view, key)
    assert window.stage.view.shows_split


def test_a_key_that_another_window_sees_let_go_of_is_held_no_more(qtbot, window, open_colored):
    open_colored()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyPress(window.stage.view, Qt.Key.Key_B)
    assert not window.stage.view.shows_split
    window._actions["keys"].trigger()
    qtbot.waitUntil(lambda: window.stage.view.shows_split)


def test_saving_writes_a_file_of_the_right_size(qtbot, window, open_colored, monkeypatch):
    source = open_colored()
    folders: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", folders.append)
    action(window, "save").trigger()
    (dialog,) = dialogs(SaveDialog)
    proposal = source.with_name("attic-colorized.png")
    assert [Path(name) for name in dialog.selectedFiles()] == [proposal]
    dialog.accept()
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    assert str(proposal) in window.message_bar.text
    with Image.open(proposal) as image:
        assert image.size == (300, 200)
        assert image.mode == "RGB"
    qtbot.mouseClick(visible_button(window.message_bar, "Open folder"), Qt.MouseButton.LeftButton)
    assert [url.toLocalFile() for url in folders] == [str(source.parent)]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.message_bar.isVisible()


@pytest.mark.parametrize("dark", [False, True])
def test_qt_s_own_dialog_has_icons_in_the_colors_of_the_theme(qtbot, window, monkeypatch, dark):
    monkeypatch.setattr(theme_module, "is_dark", lambda: dark)
    dialog = OpenDialog(window, "")
    qtbot.addWidget(dialog)
    buttons = [button for button in dialog.findChildren(QToolButton) if button.objectName()]
    assert "toParentButton" in {button.objectName() for button in buttons}
    for button in buttons:
        image = button.icon().pixmap(64).toImage()
        colors = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        }
        assert colors == {theme_module.theme().text}, button.objectName()
    assert all(button.icon().isNull() for button in dialog.findChildren(QPushButton))
    assert dialog.findChild(QComboBox, "fileTypeCombo").itemText(0) == "Photos"
    dialog.close()


@pytest.mark.parametrize(
    ("language", "photos", "name", "kind"),
    [("zh_CN", "照片", "名称", "类型"), ("de", "Fotos", "Name", "Typ")],
)
def test_qt_s_own_dialog_speaks_the_language(qtbot, window, language, photos, name, kind):
    window.set_language(language)
    dialog = OpenDialog(window, "")
    qtbot.addWidget(dialog)
    assert dialog.findChild(QComboBox, "fileTypeCombo").itemText(0) == photos
    files = dialog.findChild(QTreeView, "treeView")
    titles = {
        str(files.model().headerData(column, Qt.Orientation.Horizontal)): column
        for column in range(files.model().columnCount())
    }
    assert {name, kind} <= set(titles)
    assert files.isColumnHidden(titles[kind])  # "Folder" is English in Qt's catalog
    dialog.close()


def test_the_name_follows_the_format_and_gets_an_ending(qtbot, window, make_photo):
    source = make_photo("attic.2.tif")
    dialog = SaveDialog(window, source, source)
    qtbot.addWidget(dialog)
    assert dialog.selectedNameFilter() == "TIFF (*.tif *.tiff)"
    chosen: list[tuple[Path, bool]] = []
    dialog.target_chosen.connect(lambda path, overwrite: chosen.append((path, overwrite)))
    dialog.filterSelected.emit("JPEG (*.jpg *.jpeg)")
    assert Path(dialog.selectedFiles()[0]).name == "attic.2.jpg"
    dialog.fileSelected.emit("/photos/attic.2")
    dialog.fileSelected.emit("/photos/attic.PNG")
    assert chosen == [(Path("/photos/attic.2.tif"), False), (Path("/photos/attic.PNG"), True)]
    dialog.close()


@pytest.mark.parametrize(
    ("typed", "sentence", "proposed"),
    [
        ("attic.png", "never written over", "attic-colorized.png"),
        ("foo.gif", "no ending that says which format", "foo.png"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_asked_for_again(
    qtbot, window, open_colored, typed, sentence, proposed
):
    source = open_colored()
    before = source.read_bytes()
    action(window, "save").trigger()
    (dialog,) = dialogs(SaveDialog)
    dialog.selectFile(typed)
    dialog.accept()  # Qt asks nothing about replacing, or this would wait for the answer
    (box,) = dialogs(QMessageBox)
    assert sentence in box.text()
    assert not dialog.isVisible()
    box.accept()
    again = next(each for each in dialogs(SaveDialog) if each.isVisible())
    assert [Path(name).name for name in again.selectedFiles()] == [proposed]
    again.accept()
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    assert source.read_bytes() == before
    assert source.with_name(proposed).exists()


def test_saving_over_the_original_is_refused_in_the_message_bar(qtbot, window, open_colored):
    source = open_colored()
    before = source.read_bytes()
    window.saving.take_target(source, True)
    qtbot.waitUntil(lambda: "never written over" in window.message_bar.text)
    assert source.read_bytes() == before
    assert window.stage.view.shows_split
    assert not window.stage.notice.isVisible()


def test_a_lost_depth_is_told(qtbot, window, open_colored, tmp_path):
    open_colored(depth=16)
    assert "16 bit" in window.status_line.text
    window.saving.take_target(tmp_path / "out.jpg", False)
    qtbot.mouseClick(
        visible_button(dialogs(LossesQuestion)[0], "Save anyway"), Qt.MouseButton.LeftButton
    )
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    assert "16 bits per channel" in window.message_bar.text


def test_closing_during_work_ends_the_thread(qtbot, window, predictor, make_photo):
    predictor.gate.clear()
    window.open_photos([make_photo()])
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked)
    threading.Timer(0.2, predictor.gate.set).start()
    assert window.close()
    assert window._thread.isFinished()
    assert not window.isVisible()


def test_closing_waits_for_a_save(qtbot, window, predictor, open_colored, tmp_path):
    open_colored()
    window.panel.adjusted.emit("strength", 40, 1)
    window.saving.take_target(tmp_path / "out.tif", False)
    assert not window.close()
    assert "as soon as" in window.message_bar.text
    qtbot.waitUntil(lambda: not window.isVisible())
    assert (tmp_path / "out.tif").exists()
    assert window._thread.isFinished()


def test_a_save_that_failed_keeps_the_window_open(qtbot, window, open_colored):
    source = open_colored()
    window.saving.take_target(source, True)
    assert not window.close()
    qtbot.waitUntil(lambda: "never written over" in window.message_bar.text)
    assert window.isVisible()


def test_edits_that_were_not_saved_are_asked_about_when_the_window_is_closed(
    qtbot, window, open_colored, monkeypatch
):
    open_colored()
    window.panel.adjusted.emit("strength", 40, 1)
    asked: list[str] = []

    def answer(role: QMessageBox.ButtonRole):
        def exec_(box: QMessageBox) -> int:
            asked.append(box.text())
            button = next(each for each in box.buttons() if box.buttonRole(each) == role)
            button.click()
            return 0

        return exec_

    monkeypatch.setattr(QMessageBox, "exec", answer(QMessageBox.ButtonRole.RejectRole))
    assert not window.close()
    assert "attic.png" in asked[-1]
    open_colored("other.png")  # nothing is lost by that
    assert len(asked) == 1
    window.panel.adjusted.emit("tint", 10, 1)
    assert not window.close()
    assert "2 photos" in asked[-1]
    monkeypatch.setattr(QMessageBox, "exec", answer(QMessageBox.ButtonRole.DestructiveRole))
    assert window.close()


def test_the_thread_is_one_for_life_and_does_all_of_the_engine_s_work(
    qtbot, window, open_colored, predictor, monkeypatch, tmp_path
):
    threads: dict[str, set[int]] = {}
    for name in ("read_photo", "measure_lightness", "compose", "write_photo", "picture_of"):
        original = getattr(desk_module, name)

        def noting(*args, _original=original, _name=name, **kwargs):
            threads.setdefault(_name, set()).add(threading.get_ident())
            return _original(*args, **kwargs)

        monkeypatch.setattr(desk_module, name, noting)
    open_colored("a.png")
    open_colored("b.png")
    window.saving.take_target(tmp_path / "out.png", False)
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    assert set(threads) == {
        "read_photo", "measure_lightness", "compose", "write_photo", "picture_of",
    }  # fmt: skip
    (worker,) = set.union(*threads.values())
    assert worker != threading.get_ident()
    assert {thread for _, thread in predictor.calls} == {worker}
    assert window._thread.isRunning()


def test_the_network_is_loaded_by_the_worker_after_the_window_is_shown(qtbot, settings, predictor):
    loaded: list[bool] = []

    def load():
        loaded.append(window.isVisible() and threading.current_thread() is not main)
        return predictor

    main = threading.main_thread()
    thread = EngineThread(Desk(load=load))
    window = MainWindow(thread, settings, "en")
    qtbot.addWidget(window)
    window.show()
    thread.start()
    window.warm_up()
    qtbot.waitUntil(lambda: len(predictor.calls) == 4)
    window.close()
    assert loaded == [True]


def test_a_photo_that_waits_for_the_network_says_so(qtbot, settings, predictor, make_photo):
    loaded = threading.Event()

    def load():
        loaded.wait(10)
        return predictor

    thread = EngineThread(Desk(load=load))
    window = MainWindow(thread, settings, "en")
    qtbot.addWidget(window)
    window.show()
    thread.start()
    window.warm_up()
    qtbot.waitUntil(lambda: window.document.warming_up is not None)
    window.open_photos([make_photo()])
    qtbot.waitUntil(window.stage.working.isVisible)
    assert window.stage.working._stage.text() == "Loading the network"
    loaded.set()
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.warming_up is None
    window.close()


def test_photos_can_be_chosen_in_a_dialog(qtbot, window, make_photo, settings):
    path = make_photo()
    action(window, "open").trigger()
    (dialog,) = dialogs(OpenDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(path)])
    dialog.close()
    qtbot.waitUntil(lambda: is_done(window))
    assert settings.value("open_folder") == str(path.parent)


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_in_the_smallest_window_every_button_is_there(qtbot, window, make_photo, language):
    window.set_language(language)
    window.open_photos([make_photo(f"{number}.png") for number in range(12)])
    qtbot.waitUntil(lambda: is_done(window))
    window.resize(1, 1)
    QApplication.processEvents()
    assert window.height() == 560
    for button in window.toolbar.findChildren(QToolButton):
        if button.objectName() != "qt_toolbar_ext_button":
            assert button.isVisible(), button.text()
            assert button.geometry().right() < window.toolbar.width()
    assert window.width() <= 900


def test_words_on_buttons_give_way_to_the_buttons(qtbot, window, make_photo):
    window.open_photos([make_photo("a.png"), make_photo("b.png")])
    qtbot.waitUntil(lambda: is_done(window))
    button = window.toolbar.widgetForAction(action(window, "open"))
    for width, words, place in (
        (1400, True, "Photo 1 of 2"), (window.minimumWidth(), False, "1 / 2"),
        (1400, True, "Photo 1 of 2"),
    ):  # fmt: skip
        window.resize(width, 600)
        QApplication.processEvents()
        assert (button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon) is words
        assert window.toolbar._roll_label.text() == place
        assert window.toolbar._roll_label.toolTip() == "Photo 1 of 2"


def test_a_long_name_is_shortened_so_that_the_rest_is_readable(qtbot, window, open_colored):
    path = open_colored("grandmother " * 18 + "1907.png")
    QApplication.processEvents()
    for width in (1200, 760):
        window.resize(width, 600)
        QApplication.processEvents()
        label = window.status_line._photo
        assert label.text().startswith("grandm")
        assert "1907.png   ·   300 × 200 pixels   ·   8 bit" in label.text()
        assert label.sizeHint().width() <= label.width()
    assert str(path) == label.toolTip()


def test_everything_that_can_be_reached_has_an_accessible_name(window, open_colored):
    open_colored()
    assert window.stage.view.accessibleName()
    for button in window.findChildren(QToolButton):
        if button.objectName() != "qt_toolbar_ext_button":
            assert button.accessibleName() or button.text(), button
    for button in window.findChildren(QPushButton):
        assert button.accessibleName() or button.text() or not button.isVisible()


def test_size_and_place_are_remembered(qtbot, window, settings):
    window.resize(910, 610)
    window.close()
    assert settings.value("geometry") is not None


def test_a_change_of_the_system_s_colors_is_followed(qtbot, window, open_colored, monkeypatch):
    import gui.theme

    open_colored()
    light = window.stage.view.grab().toImage().pixel(3, 3)
    monkeypatch.setattr(gui.theme, "is_dark", lambda: True)
    QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    dark = window.stage.view.grab().toImage().pixel(3, 3)
    assert (light & 0xFF) > 2 * (dark & 0xFF)


def test_the_first_window_fits_on_a_small_screen(qtbot, settings, predictor, monkeypatch):
    monkeypatch.setattr(
        "PySide6.QtGui.QScreen.availableSize", lambda _: QSize(1024, 720), raising=True
    )
    thread = EngineThread(Desk(load=lambda: predictor))
    window = MainWindow(thread, settings, "en")
    qtbot.addWidget(window)
    assert window.width() < 1024
    assert window.height() < 720


def make_colored(folder: Path, name: str = "colors.png") -> Path:
    """A ramp across, a field of each color down."""
    picture = Image.new("RGB", (240, 150))
    for y in range(150):
        for x in range(240):
            code = [20 + x // 2] * 3
            code[y // 50] += 80
            picture.putpixel((x, y), tuple(code))
    picture.save(folder / name)
    return folder / name


def test_a_photo_with_color_is_colored_anew_only_when_the_user_says_so(
    qtbot, window, predictor, make_photo, tmp_path
):
    path = make_colored(tmp_path)
    window.open_photos([path])
    qtbot.waitUntil(window.stage.notice.isVisible)
    assert predictor.asked == []
    assert window.stage.view.original is not None
    assert not action(window, "save").isEnabled()
    visible_button(window.stage.notice, "Color it anew").click()
    qtbot.waitUntil(lambda: is_done(window))
    assert not window.stage.notice.isVisible()
    assert action(window, "save").isEnabled()
    window.open_photos([make_photo()])
    qtbot.waitUntil(lambda: window.document.path != path and is_done(window))
    action(window, "previous").trigger()  # the answer is kept
    qtbot.waitUntil(lambda: window.document.path == path and is_done(window))


def test_a_toned_photo_can_be_neutralized(qtbot, window, make_photo, tmp_path):
    gray = np.linspace(0, 255, 300)[None].repeat(200, axis=0)
    path = tmp_path / "yellowed.png"
    Image.fromarray((gray[..., None] * [1, 0.9, 0.6]).astype(np.uint8)).save(path)
    switch = action(window, "neutralize")
    assert not switch.isEnabled()
    window.open_photos([path])
    qtbot.waitUntil(lambda: is_done(window))
    assert switch.isEnabled()
    with_tone = window.document.shown
    switch.trigger()
    qtbot.waitUntil(lambda: is_done(window) and window.document.shown is not with_tone)
    assert window.document.shown.edits.neutralize
    switch.trigger()
    qtbot.waitUntil(lambda: is_done(window) and not window.document.shown.edits.neutralize)
    steps = window.document.work.steps
    assert [steps.text(at) for at in range(steps.count())] == ["Neutralize", "Keep the tone"]
    window.open_photos([make_photo()])
    qtbot.waitUntil(lambda: window.document.path != path and is_done(window))
    assert not switch.isEnabled()


def test_a_photo_with_color_is_neutralized_only_when_it_is_colored_anew(
    qtbot, window, predictor, tmp_path
):
    window.open_photos([make_colored(tmp_path)])
    qtbot.waitUntil(window.stage.notice.isVisible)
    assert not action(window, "neutralize").isEnabled()
    assert predictor.asked == []
    visible_button(window.stage.notice, "Color it anew").click()
    qtbot.waitUntil(lambda: is_done(window))
    action(window, "neutralize").trigger()
    assert action(window, "neutralize").isChecked()


def test_after_a_photo_with_color_a_gray_one_is_colored_unasked(
    qtbot, window, make_photo, tmp_path
):
    window.open_photos([make_colored(tmp_path), make_photo()])
    qtbot.waitUntil(window.stage.notice.isVisible)
    window.set_language("zh_CN")
    assert visible_button(window.stage.notice, "重新上色").isVisible()
    window.set_language("en")
    action(window, "next").trigger()
    qtbot.waitUntil(lambda: is_done(window))
    assert not window.stage.notice.isVisible()


def test_the_color_alone_is_saved_as_a_layer(qtbot, window, open_colored):
    path = open_colored()
    target = path.with_name("attic-color-layer.tif")
    action(window, "save_layer").trigger()
    dialog = dialogs(SaveDialog)[-1]
    assert Path(dialog.selectedFiles()[0]) == target
    assert not any("JPEG" in each for each in dialog.nameFilters())
    dialog.accept()
    qtbot.waitUntil(lambda: "Saved" in window.message_bar.text)
    layer = tifffile.imread(target)
    assert layer.shape == (200, 300, 3)
    assert layer.dtype == np.uint16
    assert layer.std() > 500
    assert np.ptp(layer.astype(float) @ [0.21, 0.72, 0.07]) < 12000  # no picture of its own


def test_a_layer_is_not_saved_as_jpeg(window, open_colored, tmp_path):
    path = open_colored()
    dialog = SaveDialog(window, path, path.with_name("layer.tif"), layer=True)
    refused = []
    dialog.refused.connect(lambda error, better: refused.append(better))
    dialog.selectFile("layer.jpg")
    dialog.accept()
    assert refused[0].suffix == ".tif"


def test_names_are_no_markup_and_no_mnemonics(qtbot, window, open_colored, tmp_path):
    name = "Tom & Anna <i>.png"
    open_colored(name)
    assert "<i>" in window.status_line.text
    window.saving.take_target(tmp_path / "<b> & c.png", False)
    qtbot.waitUntil(lambda: "<b> & c.png" in window.message_bar.text)
    for label in (*window.status_line.findChildren(QLabel), window.message_bar._text):
        assert label.textFormat() == Qt.TextFormat.PlainText
    action(window, "close_photo").trigger()
    qtbot.waitUntil(lambda: window.document.photo is None)
    buttons = window.stage.empty._row._buttons
    assert buttons[0].text().replace("&&", "&").startswith("Tom &")


def test_what_was_done_is_not_said_for_ever(qtbot, window, open_colored, tmp_path, monkeypatch):
    open_colored()
    window.message_bar._going.setInterval(200)
    monkeypatch.setattr(window.message_bar, "underMouse", lambda: False)
    window.saving.take_target(tmp_path / "out.png", False)
    qtbot.waitUntil(lambda: "out.png" in window.message_bar.text)
    qtbot.waitUntil(lambda: window.message_bar.text == "")


def test_going_back_to_a_photo_does_not_ask_the_network_again(qtbot, window, predictor, make_photo):
    window.open_photos([make_photo("a.png"), make_photo("b.png", width=310)])
    qtbot.waitUntil(lambda: is_done(window))
    action(window, "next").trigger()
    qtbot.waitUntil(lambda: window.document.path.name == "b.png" and is_done(window))
    asked = len(predictor.asked)
    action(window, "previous").trigger()
    qtbot.waitUntil(lambda: window.document.path.name == "a.png" and is_done(window))
    assert len(predictor.asked) == asked
    window.panel.adjusted.emit("tint", 40, 1)
    qtbot.waitUntil(lambda: is_done(window))
    assert len(predictor.asked) == asked


def test_a_photo_that_was_changed_meanwhile_is_looked_at_again(
    qtbot, window, predictor, make_photo
):
    first = make_photo("a.png")
    window.open_photos([first, make_photo("b.png")])
    qtbot.waitUntil(lambda: is_done(window))
    action(window, "next").trigger()
    qtbot.waitUntil(lambda: window.document.path.name == "b.png" and is_done(window))
    make_photo("a.png", width=200)
    asked = len(predictor.asked)
    action(window, "previous").trigger()
    qtbot.waitUntil(lambda: window.document.path == first and is_done(window))
    assert len(predictor.asked) > asked
