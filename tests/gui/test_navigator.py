"""The small picture of the whole photo: when it is there, what it shows, what it moves."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow
from gui.views.compare_view import CompareView
from gui.views.navigator import EDGE, MOST_SIZE
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread
from tests.gui.test_compare_view import GRAY, HEIGHT, LEFT, RED, WIDTH, plain, rest

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def view(qtbot) -> CompareView:
    """Shows a gray photo and its red coloring."""
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    view.show()
    view.show_original(plain(GRAY))
    view.show_colored(plain(RED))
    return view


def zoom(qtbot, view: CompareView, factor: float = 4) -> None:
    view.zoom_by(factor)
    rest(qtbot, view)


def middle(rect: QRectF) -> QPoint:
    return rect.center().toPoint()


def wheel(widget, delta: int) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_it_is_there_only_beyond_the_whole_photo(qtbot, view):
    assert not view.navigator.isVisible()
    zoom(qtbot, view, 1.5)
    assert view.navigator.isVisible()
    view.zoom_to_fit()
    rest(qtbot, view)
    assert not view.navigator.isVisible()
    zoom(qtbot, view)
    view.show_original(plain(GRAY))
    assert not view.navigator.isVisible()
    zoom(qtbot, view)
    view.clear()
    assert not view.navigator.isVisible()


def test_a_small_photo_that_is_enlarged_but_wholly_seen_needs_none(qtbot, view):
    view.show_original(plain(GRAY))
    view.resize(3200, 2200)
    view.zoom_to(1.05)
    rest(qtbot, view)
    assert view.navigator.isVisible() == view.transform.is_zoomed_in
    assert not view.navigator.isVisible()


def test_it_is_small_and_in_the_lower_left_corner(qtbot, view):
    zoom(qtbot, view)
    for width, height in ((WIDTH, HEIGHT), (300, 260), (1900, 1200)):
        view.resize(width, height)
        place = view.navigator.geometry()
        assert place.width() <= min(MOST_SIZE.width(), 0.3 * width) + 2 * EDGE
        assert place.height() <= min(MOST_SIZE.height(), 0.3 * height) + 2 * EDGE
        assert (place.left(), view.height() - 1 - place.bottom()) == (12, 12)
        inside = place.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        assert inside.width() / inside.height() == pytest.approx(1.5, abs=0.06)


def test_it_shows_the_colored_photo_darker_outside_the_frame(qtbot, view):
    zoom(qtbot, view)
    navigator = view.navigator
    image = navigator.grab().toImage()
    inside = QColor(image.pixel(middle(navigator.frame())))
    outside = QColor(image.pixel(8, 8))
    assert (inside.red(), inside.green(), inside.blue()) == RED
    assert outside.red() < inside.red() - 25
    view.show_colored(None)
    inside = QColor(navigator.grab().toImage().pixel(middle(navigator.frame())))
    assert (inside.red(), inside.green(), inside.blue()) == GRAY


@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_frame_is_what_is_on_screen(qtbot, view, side_by_side):
    view.show_side_by_side(side_by_side)
    zoom(qtbot, view, 5)
    frame, whole = view.navigator.frame(), view.navigator.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
    transform = view.transform
    seen = transform.view[0] / (transform.photo[0] * transform.scale)
    assert frame.width() / whole.width() == pytest.approx(seen, rel=0.02)
    before = transform.center
    qtbot.mouseClick(view.navigator, LEFT, pos=QPoint(whole.width() - 3, whole.height() - 3))
    _, _, right, bottom = view.transform.visible
    assert (right, bottom) == pytest.approx(transform.photo)  # and not beyond the photo
    assert view.transform.scale == transform.scale
    assert view.transform.center > before


def test_the_frame_is_dragged_from_where_it_was_grabbed(qtbot, view):
    zoom(qtbot, view, 6)
    navigator, before = view.navigator, view.transform
    grabbed = middle(navigator.frame()) + QPoint(4, 3)
    qtbot.mousePress(navigator, LEFT, pos=grabbed)
    assert view.transform == before
    assert navigator.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseMove(navigator, grabbed + QPoint(20, -10))
    qtbot.mouseRelease(navigator, LEFT, pos=grabbed + QPoint(20, -10))
    scale = 3000 / (navigator.width() - 2 * EDGE)
    assert view.transform.center[0] == pytest.approx(before.center[0] + 20 * scale, rel=0.01)
    assert view.transform.center[1] == pytest.approx(before.center[1] - 10 * scale, rel=0.01)
    moved = view.transform
    qtbot.mouseMove(navigator, middle(navigator.frame()) + QPoint(2, 2))
    assert view.transform == moved  # it was let go of
    assert navigator.cursor().shape() == Qt.CursorShape.OpenHandCursor


def test_other_buttons_and_double_clicks_do_nothing_to_the_view_beneath(qtbot, view):
    zoom(qtbot, view, 6)
    before = view.transform
    corner = QPoint(3, 3)
    qtbot.mouseClick(view.navigator, Qt.MouseButton.RightButton, pos=corner)
    qtbot.mouseClick(view.navigator, Qt.MouseButton.MiddleButton, pos=corner)
    assert view.transform == before
    qtbot.mouseDClick(view.navigator, LEFT, pos=corner)
    rest(qtbot, view)
    assert view.transform.scale == before.scale


def test_the_wheel_zooms_around_the_middle(qtbot, view):
    zoom(qtbot, view)
    before = view.transform
    wheel(view.navigator, 120)
    rest(qtbot, view)
    assert view.transform.scale == pytest.approx(1.25 * before.scale)
    assert view.transform.center == pytest.approx(before.center)
    for _ in range(12):
        wheel(view.navigator, -120)
    rest(qtbot, view)
    assert view.transform.is_fit
    assert not view.navigator.isVisible()


@pytest.mark.parametrize("size", [(30000, 300), (300, 30000)])
def test_in_long_photos_the_frame_can_still_be_seen_and_grabbed(qtbot, view, size):
    width, height = size
    pixels = plain(GRAY, width // 10, height // 10)
    view.show_original(type(pixels)(size, pixels.levels))
    view.zoom_to(8)
    rest(qtbot, view)
    navigator = view.navigator
    assert min(navigator.width(), navigator.height()) >= 12
    assert min(navigator.frame().width(), navigator.frame().height()) >= 6
    assert not np.isnan(navigator.frame().width())
    navigator.grab()


def test_it_gives_way_to_what_lies_over_the_lower_edge(qtbot, window, open_colored, tmp_path):
    open_colored(width=1500, height=1000)
    view = window.stage.view
    zoom(qtbot, view)
    window.saving.take_target(tmp_path / "out.png", False)
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    assert not view.navigator.geometry().intersects(window.message_bar.geometry())
    window.message_bar.clear()
    assert view.height() - 1 - view.navigator.geometry().bottom() == 12


def test_it_can_be_switched_off_which_is_remembered(
    qtbot, window, open_colored, settings, predictor
):
    assert not window._actions["navigator"].isEnabled()
    open_colored(width=1500, height=1000)
    zoom(qtbot, window.stage.view)
    assert window.stage.view.navigator.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert not window.stage.view.navigator.isVisible()
    other = MainWindow(EngineThread(Desk(load=lambda: predictor)), settings, "en")
    assert not other._actions["navigator"].isChecked()
    other.deleteLater()
    menu = window.toolbar._ways_to_compare.menu()
    assert window._actions["navigator"] in menu.actions()
    window._actions["navigator"].trigger()
    assert window.stage.view.navigator.isVisible()
