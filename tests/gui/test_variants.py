"""Other ways to color a photo, on a sheet to choose from."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine import Adjustments, Edits
from gui.variants import VARIANTS
from gui.variants_dialog import VariantsDialog
from gui.worker.desk import Desk
from gui.worker.inbox import Inbox
from gui.worker.jobs import MakeVariants, OpenPhoto, Recolor, VariantReady, WasCancelled
from tests.gui.conftest import is_done

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def by_name(name: str):
    return next(each for each in VARIANTS if each.words() == name)


def test_changes_start_from_the_edits_of_the_moment():
    edits = Edits(adjustments=Adjustments(saturation=1.9, temperature=-90, tint=5), neutralize=True)
    warmer = by_name("Warmer").applied(edits)
    assert warmer.adjustments == Adjustments(saturation=1.9, temperature=-72, tint=5)
    assert warmer.neutralize
    assert by_name("Colder").applied(edits).adjustments.temperature == -100
    assert by_name("More vivid").applied(edits).adjustments.saturation == 2
    assert by_name("Balanced: two sizes").applied(edits) == edits


def test_each_variant_comes_and_differs(predictor, make_photo):
    desk = Desk(load=lambda: predictor)
    results = []
    photo = OpenPhoto(generation=1, path=make_photo())
    desk.serve(MakeVariants(generation=2, photo=photo, edits=Edits()), results.append)
    made = [each for each in results if isinstance(each, VariantReady)]
    assert {each.variant for each in made} == set(VARIANTS)
    assert [each.variant.quality for each in made[-2:]] == ["fast", "fine"]
    assert {each.picture.size for each in made} == {(300, 200)}
    assert {each for each in predictor.asked if "prepare" in each} == {
        "prepare balanced", "prepare fast", "prepare fine",
    }  # fmt: skip
    changed = {each.picture.levels[0].kept.tobytes() for each in made if each.variant.changes}
    assert len(changed) == 6
    # The look at the photo that is on screen is kept.
    predictor.calls.clear()
    desk.serve(Recolor(generation=3, photo=photo, edits=Edits()), results.append)
    assert predictor.asked == []


def test_variants_wait_for_the_picture_on_screen_and_go_with_their_photo():
    inbox = Inbox()
    photo = OpenPhoto(generation=1, path=None)
    variants = MakeVariants(generation=2, photo=photo, edits=Edits())
    inbox.put(variants)
    inbox.put(Recolor(generation=3, photo=photo, edits=Edits()))
    assert isinstance(inbox.take(), Recolor)
    assert inbox.take() is variants
    inbox.put(OpenPhoto(generation=4, path=None))
    assert variants.cancel.is_set


def sheet() -> VariantsDialog:
    return next(each for each in QApplication.topLevelWidgets() if isinstance(each, VariantsDialog))


def pixels(button) -> bytes:
    image = button.icon().pixmap(button.iconSize()).toImage()
    return bytes(image.constBits())


def test_one_is_taken_by_a_click_and_can_be_undone(qtbot, window, open_colored):
    open_colored()
    window._actions["variants"].trigger()
    waiting = pixels(sheet()._buttons[0])
    qtbot.waitUntil(lambda: all(pixels(each) != waiting for each in sheet()._buttons))
    qtbot.mouseClick(sheet()._buttons[3], Qt.MouseButton.LeftButton)
    assert window.document.edits.adjustments.temperature == 18
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.shown.edits.adjustments.temperature == 18
    assert window.panel.slider("temperature").value() == 18
    assert window.document.work.steps.undoText() == "Warmer"
    window._actions["undo"].trigger()
    assert window.document.edits == Edits()


def test_the_keyboard_begins_at_the_one_of_now_and_return_takes_one(qtbot, window, open_colored):
    open_colored()
    window._actions["variants"].trigger()
    dialog = sheet()
    now = dialog.focusWidget()
    assert now.text().endswith("Balanced: two sizes (now)")
    for _ in range(2):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget().text().endswith("Warmer")
    for key, row in ((Qt.Key.Key_Up, 0), (Qt.Key.Key_Up, 0), (Qt.Key.Key_Down, 1)):
        qtbot.keyClick(dialog.focusWidget(), key)
        assert dialog._buttons.index(dialog.focusWidget()) == row * 3
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert window.document.edits.adjustments.temperature == 18


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
@pytest.mark.parametrize("size", [(780, 560), (1900, 1200)])
def test_the_sheet_fits_into_the_window(window, open_colored, size, language):
    window.set_language(language)
    open_colored()
    window.resize(*size)
    window._actions["variants"].trigger()
    QApplication.processEvents()
    assert sheet().sizeHint().width() <= window.width()
    assert sheet().sizeHint().height() <= window.height()
    for button in sheet()._buttons:
        words = button.fontMetrics().horizontalAdvance(button.text())
        assert words + 8 <= button.width(), button.text()
    sheet().reject()


def test_a_number_takes_one_and_a_quality_level_stays(qtbot, window, open_colored, settings):
    open_colored()
    window._actions["variants"].trigger()
    qtbot.keyClick(sheet(), Qt.Key.Key_3)
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.quality == "fine"
    assert settings.value("quality") == "fine"


def test_closing_the_sheet_stops_the_work(qtbot, window, open_colored, predictor):
    open_colored()
    predictor.gate.clear()
    window._actions["variants"].trigger()
    request = window.document._variants
    sheet().reject()
    assert request.cancel.is_set
    predictor.gate.set()
    assert not window.document.accept(WasCancelled(request.generation))
    assert window.document.edits == Edits()
    assert window._actions["variants"].isEnabled()


def test_the_sheet_goes_when_another_photo_comes(qtbot, window, open_colored, make_photo):
    open_colored()
    window._actions["variants"].trigger()
    assert sheet().isVisible()
    other = make_photo("other.png")
    window.open_photos([other])  # dropped, or given by a second start
    qtbot.waitUntil(lambda: window.document.path == other)
    tops = QApplication.topLevelWidgets()
    assert not any(isinstance(each, VariantsDialog) and each.isVisible() for each in tops)
