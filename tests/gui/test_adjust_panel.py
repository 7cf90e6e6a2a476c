"""The panel beside the photo, by mouse and keys."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import Adjustments
from gui.adjusting import ADJUSTMENTS
from gui.main_window import MainWindow
from gui.texts import percent, percent_sign
from gui.views.adjust_panel import STEPS_HEIGHT
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread
from tests.gui.conftest import is_done

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def drag(slider, start: float, end: float) -> None:
    """Press at a share of the width, move in steps, let go."""
    y = slider.height() // 2
    steps = [QPoint(round(slider.width() * (start + (end - start) * k / 8)), y) for k in range(9)]
    QTest.mousePress(slider, LEFT, pos=steps[0])
    for at in steps[1:]:
        QTest.mouseMove(slider, at)
    QTest.mouseRelease(slider, LEFT, pos=steps[-1])


@pytest.fixture
def small_letters(qapp) -> Iterator[None]:
    """Letters of a known size, whatever the font of the system is; to be named before `window`."""
    before = QApplication.font()
    font = QFont(before)
    for size in range(14, 0, -1):
        font.setPixelSize(size)
        metrics = QFontMetrics(font)
        if metrics.lineSpacing() <= 14 and metrics.horizontalAdvance("n") <= 8:
            break
    QApplication.setFont(font)
    yield
    QApplication.setFont(before)


def slider_of(window: MainWindow, name: str):
    return window.panel.slider(name)


def adjustments(window: MainWindow) -> Adjustments:
    return window.document.edits.adjustments


def test_nothing_can_be_adjusted_without_a_photo(window):
    assert not any(slider_of(window, row.name).isEnabled() for row in ADJUSTMENTS)
    assert not window._actions["undo"].isEnabled()


def test_a_drag_colors_again_and_is_undone_as_one_step(qtbot, window, open_colored):
    open_colored()
    before = window.document.shown
    drag(slider_of(window, "saturation"), 0.5, 0.0)
    assert adjustments(window).saturation == 0
    qtbot.waitUntil(lambda: is_done(window) and window.document.shown is not before)
    assert window.document.shown.edits.adjustments.saturation == 0
    assert window.document.work.steps.count() == 1
    window._actions["undo"].trigger()
    assert slider_of(window, "saturation").value() == 100
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.shown.edits.adjustments.saturation == 1


def test_each_drag_is_a_step_of_its_own(window, open_colored):
    open_colored()
    slider = slider_of(window, "temperature")
    drag(slider, 0.5, 0.7)
    drag(slider, 0.7, 0.9)
    assert window.document.work.steps.count() == 2


def test_a_double_click_resets_one(qtbot, window, open_colored):
    open_colored()
    slider = slider_of(window, "tint")
    drag(slider, 0.5, 0.8)
    assert adjustments(window).tint > 10
    QTest.mouseDClick(slider, LEFT, pos=slider.rect().center())
    assert adjustments(window).tint == 0
    assert window.document.unsaved == ()


def test_reset_says_that_it_is_for_the_sliders(window, open_colored):
    open_colored()
    reset = window.panel._reset
    assert reset.toolTip() == reset.accessibleName() == "Reset the sliders"
    window.editing.on_neutralize(True)
    assert not reset.isEnabled()
    drag(slider_of(window, "tint"), 0.5, 0.8)
    reset.click()
    assert adjustments(window) == Adjustments()
    assert window.document.edits.neutralize


def test_numbers_can_be_typed(window, open_colored):
    open_colored()
    number = window.panel._sliders["strength"]._number
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "40")
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert adjustments(window).strength == pytest.approx(0.4)
    assert slider_of(window, "strength").value() == 40


def type_number(window: MainWindow, name: str, text: str):
    """Type into the field of a slider, over what stands there."""
    number = window.panel._sliders[name]._number
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, text)
    return number


def press(window: MainWindow, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is, shortcuts and all."""
    QTest.keyClick(window.windowHandle(), key, modifier)


def test_return_takes_a_typed_number_and_gives_the_keys_back(window, open_colored):
    open_colored()
    type_number(window, "temperature", "40")
    press(window, Qt.Key.Key_Return)
    assert adjustments(window).temperature == 40
    assert window.stage.view.hasFocus()
    press(window, Qt.Key.Key_1)
    assert window.stage.view.divider == 0
    press(window, Qt.Key.Key_Z, CTRL)
    assert adjustments(window).temperature == 0


@pytest.mark.parametrize(
    ("name", "typed", "taken"),
    [
        ("temperature", "250", 100), ("temperature", "-1234567890123", -100),
        ("strength", "250", 100), ("saturation", "1999", 200), ("saturation", "-5", 0),
        ("tint", "abc", 0), ("tint", "-", 0), ("tint", "-7", -7),
    ],
)  # fmt: skip
def test_a_number_out_of_reach_becomes_the_nearest(window, open_colored, name, typed, taken):
    open_colored()
    number = type_number(window, name, typed)
    press(window, Qt.Key.Key_Return)
    assert slider_of(window, name).value() == taken
    assert number.text() == f"{taken}{number.suffix()}"


def test_escape_puts_the_number_back_and_gives_the_keys_back(window, open_colored):
    open_colored()
    number = type_number(window, "tint", "40")
    press(window, Qt.Key.Key_Escape)
    assert number.text() == "0"
    assert adjustments(window).tint == 0
    assert window.stage.view.hasFocus()


def test_escape_in_a_number_does_not_cancel_the_work(qtbot, window, open_colored, predictor):
    open_colored()
    predictor.gate.clear()
    window.panel._quality.activated.emit(2)
    qtbot.waitUntil(lambda: window._actions["cancel"].isEnabled())
    type_number(window, "tint", "4")
    press(window, Qt.Key.Key_Escape)
    assert window.document.is_working
    predictor.gate.set()
    qtbot.waitUntil(lambda: is_done(window))


def test_undo_in_a_number_that_is_not_edited_is_that_of_the_photo(window, open_colored):
    open_colored()
    number = type_number(window, "temperature", "40")
    press(window, Qt.Key.Key_Return)
    number.setFocus()
    press(window, Qt.Key.Key_Z, CTRL)
    assert adjustments(window).temperature == 0
    assert number.text() == "0"
    press(window, Qt.Key.Key_Y, CTRL)
    assert number.text() == "40"
    type_number(window, "temperature", "7")
    press(window, Qt.Key.Key_Z, CTRL)  # of the text
    assert adjustments(window).temperature == 40


def test_what_is_being_typed_outlasts_what_happens_meanwhile(window, open_colored):
    open_colored()
    number = type_number(window, "tint", "4")
    window._show()
    assert number.text() == "4"


def test_the_wheel_changes_no_value_by_accident(qtbot, window, open_colored):
    open_colored()
    slider = slider_of(window, "strength")
    where = slider.mapTo(window, slider.rect().center())
    qtbot.wait(1)
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent

    event = QWheelEvent(
        QPointF(slider.rect().center()), QPointF(window.mapToGlobal(where)), QPoint(),
        QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(slider, event)
    assert adjustments(window) == Adjustments()


def test_a_step_can_be_chosen_in_the_history(qtbot, window, open_colored):
    open_colored()
    for name in ("saturation", "temperature", "tint"):
        drag(slider_of(window, name), 0.5, 0.8)
    warmth = slider_of(window, "temperature").value()
    assert warmth > 50
    steps = window.panel._steps
    assert steps.model().rowCount() == 4
    steps.setCurrentIndex(steps.model().index(1, 0))
    assert adjustments(window).temperature == 0
    assert adjustments(window).saturation > 1
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.shown.edits.adjustments.temperature == 0
    window.set_language("zh_CN")
    assert [steps.model().index(row, 0).data() for row in (1, 2)] == [
        f"饱和度  {round(100 * adjustments(window).saturation)}%",
        f"冷暖  {warmth}",
    ]


def test_quality_is_chosen_and_remembered(qtbot, window, open_colored, predictor, settings):
    open_colored()
    window.panel._quality.activated.emit(2)
    qtbot.waitUntil(lambda: is_done(window) and "prepare fine" in predictor.asked)
    other = MainWindow(EngineThread(Desk(load=lambda: predictor)), settings, "en")
    assert other.document.quality == "fine"
    assert other.panel._quality.currentIndex() == 2
    other.deleteLater()


def test_the_panel_can_be_hidden_and_stays_so(window, predictor, settings):
    assert window.panel.isVisible()
    window._actions["panel"].trigger()
    assert not window.panel.isVisible()
    other = MainWindow(EngineThread(Desk(load=lambda: predictor)), settings, "en")
    other.show()
    assert not other.panel.isVisible()
    other.close()
    other.deleteLater()


def test_adjustments_are_copied_to_another_photo(qtbot, window, open_colored):
    open_colored()
    drag(slider_of(window, "tint"), 0.5, 0.8)
    tint = adjustments(window).tint
    window._actions["copy_adjustments"].trigger()
    open_colored("other.png")
    assert adjustments(window).tint == 0
    window._actions["paste_adjustments"].trigger()
    assert adjustments(window).tint == tint
    window._actions["reset_adjustments"].trigger()
    assert adjustments(window) == Adjustments()
    window._actions["previous"].trigger()
    qtbot.waitUntil(lambda: window.document.path.name == "attic.png" and is_done(window))
    assert adjustments(window).tint == tint
    assert window.document.shown.edits.adjustments.tint == tint


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_all_of_the_panel_is_readable_in_the_smallest_window(
    small_letters, window, open_colored, language
):
    window.set_language(language)
    open_colored()
    window.resize(1, 1)
    QApplication.processEvents()
    panel = window.panel
    for part in (panel._neutral, panel._reset, panel._quality, *panel._headings):
        assert part.isVisible()
        assert part.sizeHint().width() <= part.width()
        assert panel.rect().contains(part.geometry())
    assert panel._steps.height() >= 40


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_percentages_are_spelled_like_that_of_the_zoom(window, open_colored, language):
    window.set_language("en")
    open_colored()
    window.set_language(language)
    shown = window.panel._sliders["saturation"]._number.text()
    assert shown == percent(1) == {"zh_CN": "100%"}.get(language, "100 %")
    assert window.toolbar.zoom_box.currentText().endswith(percent_sign())


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_it_is_not_scrolled_while_there_is_room(
    qtbot, small_letters, window, open_colored, language
):
    window.set_language(language)
    open_colored()
    open_colored("other.png")  # the strip of photos takes some of the room
    window.resize(1200, 740)
    qtbot.wait(20)
    assert window.film_strip.isVisible()
    assert not window.panel._bar.isVisible()
    assert window.panel._steps.height() >= STEPS_HEIGHT
