import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.images import Picture, picture_of
from gui.views.compare_view import CompareView
from gui.views.marks import HANDLE_RADIUS

WIDTH, HEIGHT = 800, 600
LEFT = Qt.MouseButton.LeftButton
GRAY, RED = (128, 128, 128), (200, 40, 40)


def plain(color: tuple[int, int, int], width: int = 3000, height: int = 2000) -> Picture:
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = color
    return picture_of(pixels, (3000, 2000))


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


def color_at(view: CompareView, x: float, y: float) -> tuple[int, int, int]:
    image: QImage = view.grab().toImage()
    found = QColor(image.pixel(int(x), int(y)))
    return found.red(), found.green(), found.blue()


def turn_wheel(view: CompareView, at: QPointF, delta: int) -> None:
    QApplication.sendEvent(
        view,
        QWheelEvent(
            at, view.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def rest(qtbot, view: CompareView) -> None:
    """Wait for the end of a glide."""
    qtbot.waitUntil(lambda: view.transform is not None and view.transform.scale == view.scale)


def drag(qtbot, view: CompareView, start: QPoint, *stops: QPoint, button=LEFT) -> None:
    qtbot.mousePress(view, button, pos=start)
    for stop in stops:
        qtbot.mouseMove(view, stop)
        QApplication.processEvents()
    qtbot.mouseRelease(view, button, pos=stops[-1])


def test_the_original_is_left_of_the_divider_and_the_colored_photo_right(view):
    assert color_at(view, 200, 200) == GRAY
    assert color_at(view, 600, 200) == RED
    view.set_divider(0.9)
    assert color_at(view, 600, 200) == GRAY


@pytest.mark.parametrize("upright", [True, False])
def test_a_photo_of_ten_pixels_is_seen_on_both_sides_of_the_handle(view, upright):
    for show, color in ((view.show_original, GRAY), (view.show_colored, RED)):
        pixels = np.full((10, 10, 3), color, np.uint8)
        show(picture_of(pixels, (10, 10)))
    view.turn_divider(upright=upright)
    beside = HANDLE_RADIUS + 6
    across, down = (beside, 0) if upright else (0, beside)
    assert color_at(view, WIDTH / 2 - across, HEIGHT / 2 - down) == GRAY
    assert color_at(view, WIDTH / 2 + across, HEIGHT / 2 + down) == RED


def test_without_color_the_original_is_everywhere_and_there_is_no_divider(view):
    view.show_colored(None)
    assert color_at(view, 600, 200) == GRAY
    assert color_at(view, WIDTH / 2, 30) != (255, 255, 255)
    assert not view.shows_split


def test_the_divider_is_dragged_from_where_it_was_grabbed(qtbot, view):
    middle = QPoint(WIDTH // 2 + 7, 100)
    drag(qtbot, view, middle, middle + QPoint(1, 0), middle + QPoint(120, 60))
    assert view.divider == pytest.approx((WIDTH / 2 + 120) / WIDTH)


def test_the_handle_can_be_grabbed_beside_the_line(qtbot, view):
    beside = QPoint(WIDTH // 2 - 15, HEIGHT // 2)
    drag(qtbot, view, beside, beside - QPoint(80, 0))
    assert view.divider == pytest.approx((WIDTH / 2 - 80) / WIDTH)


def test_the_divider_stays_inside(qtbot, view):
    drag(qtbot, view, QPoint(WIDTH // 2, 50), QPoint(WIDTH + 500, 50))
    assert view.divider == 1
    drag(qtbot, view, QPoint(WIDTH - 1, 50), QPoint(-500, 50))
    assert view.divider == 0


@pytest.mark.parametrize(("divider", "edge", "inward"), [(0.0, 0, 1), (1.0, WIDTH - 1, -1)])
def test_at_an_edge_the_handle_is_whole_and_can_be_grabbed(qtbot, view, divider, edge, inward):
    view.set_divider(divider)
    image = view.grab().toImage()
    middle = [QColor(image.pixel(edge + inward * x, HEIGHT // 2)).lightness() for x in range(60)]
    ring = [x for x in range(3, 60) if middle[x] > 200]
    assert ring[0] <= 4
    assert ring[-1] >= 2 * HANDLE_RADIUS  # its far side
    far = QPoint(edge + inward * 34, HEIGHT // 2)
    drag(qtbot, view, far, far + QPoint(inward * 80, 0))
    assert view.divider == pytest.approx(divider + inward * 80 / WIDTH)


def test_the_divider_keeps_its_share_of_the_width(view):
    view.set_divider(0.25)
    view.resize(400, 600)
    assert view.divider == 0.25
    assert color_at(view, 80, 300) == GRAY
    assert color_at(view, 130, 300) == RED


def test_arrow_keys_move_the_divider(qtbot, view):
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.divider == pytest.approx(0.48)


def test_a_lying_divider_has_the_original_above(qtbot, view):
    view.turn_divider(upright=False)
    assert color_at(view, 200, 200) == color_at(view, 600, 200) == GRAY
    assert color_at(view, 200, 400) == color_at(view, 600, 400) == RED
    start = QPoint(200, HEIGHT // 2 + 4)
    drag(qtbot, view, start, start + QPoint(50, 90))
    assert view.divider == pytest.approx((HEIGHT / 2 + 90) / HEIGHT)
    for key, step in ((Qt.Key.Key_Up, -0.02), (Qt.Key.Key_Down, 0.02), (Qt.Key.Key_Left, 0)):
        before = view.divider
        qtbot.keyClick(view, key)
        assert view.divider == pytest.approx(before + step)


def test_side_by_side_both_are_whole_and_move_as_one(qtbot, view):
    view.show_side_by_side(True)
    half = (WIDTH - 2) / 2
    for x in (50, half - 50):
        assert color_at(view, x, HEIGHT / 2) == GRAY
        assert color_at(view, half + 2 + x, HEIGHT / 2) == RED
    assert view.transform.is_fit
    # At the same place of either half, the wheel does the same.
    turn_wheel(view, QPointF(100, 200), 240)
    rest(qtbot, view)
    first = view.transform
    view.zoom_to_fit()
    rest(qtbot, view)
    turn_wheel(view, QPointF(half + 2 + 100, 200), 240)
    rest(qtbot, view)
    assert view.transform.scale == pytest.approx(first.scale)
    assert view.transform.center == pytest.approx(first.center)
    assert not view.shows_split
    view.peek(True)
    assert color_at(view, WIDTH - 100, HEIGHT / 2) == GRAY
    view.peek(False)
    view.show_side_by_side(False)
    assert view.shows_split
    assert view.transform.view == (WIDTH, HEIGHT)


def test_side_by_side_without_color_shows_the_original_at_the_left(view):
    view.show_colored(None)
    view.show_side_by_side(True)
    assert color_at(view, 200, HEIGHT / 2) == GRAY
    assert color_at(view, WIDTH - 200, HEIGHT / 2) not in (GRAY, RED)


def test_side_by_side_a_photo_that_will_have_no_color_is_in_the_middle(view):
    view.show_colored(None)
    view.show_side_by_side(True)
    view.expect_color(False)
    assert view.transform.view == (WIDTH, HEIGHT)
    assert view.transform.is_fit
    assert color_at(view, 100, HEIGHT / 2) == color_at(view, WIDTH - 100, HEIGHT / 2) == GRAY
    view.expect_color(True)
    assert color_at(view, WIDTH - 100, HEIGHT / 2) not in (GRAY, RED)
    view.expect_color(False)
    view.show_colored(plain(RED))
    assert color_at(view, 100, HEIGHT / 2) == GRAY
    assert color_at(view, WIDTH - 100, HEIGHT / 2) == RED


def test_double_click_on_the_divider_puts_it_in_the_middle(qtbot, view):
    view.set_divider(0.2)
    qtbot.mouseDClick(view, LEFT, pos=QPoint(160, 40))
    assert view.divider == 0.5


@pytest.mark.parametrize("at", [QPointF(400, 300), QPointF(123, 210), QPointF(700, 480)])
def test_the_wheel_zooms_at_the_pointer(qtbot, view, at):
    point = view.transform.to_photo(at.x(), at.y())
    before = view.scale
    for _ in range(6):
        turn_wheel(view, at, 120)
    rest(qtbot, view)
    assert view.scale == pytest.approx(before * 1.25**6)
    assert view.transform.to_view(*point) == pytest.approx((at.x(), at.y()), abs=1e-6)


def test_the_wheel_zooms_out_to_the_whole_photo(qtbot, view):
    fitted = view.transform
    turn_wheel(view, QPointF(30, 200), 480)
    rest(qtbot, view)
    turn_wheel(view, QPointF(700, 400), -4800)
    rest(qtbot, view)
    assert view.transform == fitted


@pytest.mark.parametrize("button", [LEFT, Qt.MouseButton.MiddleButton])
def test_a_drag_beside_the_divider_pans(qtbot, view, button):
    view.zoom_to_full()
    rest(qtbot, view)
    point = view.transform.to_photo(100, 100)
    drag(qtbot, view, QPoint(100, 100), QPoint(130, 80), QPoint(150, 60), button=button)
    assert view.transform.to_view(*point) == pytest.approx((150, 60))
    assert view.divider == 0.5


def test_with_space_a_drag_pans_even_on_the_divider(qtbot, view):
    view.zoom_to_full()
    rest(qtbot, view)
    point = view.transform.to_photo(400, 100)
    qtbot.keyPress(view, Qt.Key.Key_Space)
    drag(qtbot, view, QPoint(400, 100), QPoint(430, 120))
    qtbot.keyRelease(view, Qt.Key.Key_Space)
    assert view.transform.to_view(*point) == pytest.approx((430, 120))
    assert view.divider == 0.5
    drag(qtbot, view, QPoint(400, 100), QPoint(440, 100))
    assert view.divider == pytest.approx(0.55)
    qtbot.keyPress(view, Qt.Key.Key_Space)
    view.let_go_of_keys()
    drag(qtbot, view, QPoint(440, 100), QPoint(400, 100))
    assert view.divider == pytest.approx(0.5)


def test_double_click_changes_between_the_whole_photo_and_100_percent(qtbot, view):
    fitted = view.transform
    point = view.transform.to_photo(200, 200)
    qtbot.mouseDClick(view, LEFT, pos=QPoint(200, 200))
    rest(qtbot, view)
    assert view.scale == 1
    assert view.transform.to_view(*point) == pytest.approx((200, 200))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(50, 50))
    rest(qtbot, view)
    assert view.transform == fitted


def test_a_new_result_keeps_zoom_place_and_divider(qtbot, view):
    turn_wheel(view, QPointF(100, 100), 360)
    rest(qtbot, view)
    view.set_divider(0.3)
    before = view.transform
    view.show_colored(plain((10, 20, 200)))
    assert view.transform == before
    assert view.divider == 0.3
    assert color_at(view, 600, 200) == (10, 20, 200)


def test_a_preview_lies_exactly_where_the_full_size_will_lie(qtbot, view):
    pixels = np.zeros((2000, 3000, 3), np.uint8)
    pixels[:1000] = (250, 0, 0)
    view.set_divider(0)
    edges = []
    for step in (1, 2):
        view.show_colored(picture_of(np.ascontiguousarray(pixels[::step, ::step]), (3000, 2000)))
        image = view.grab().toImage()
        reds = [QColor(image.pixel(600, y)).red() for y in range(HEIGHT)]
        edges.append(next(y for y in range(250, HEIGHT) if reds[y] < 128))
    assert edges[0] == edges[1]


def test_a_new_photo_is_shown_whole(qtbot, view):
    view.zoom_to_full()
    rest(qtbot, view)
    view.show_original(plain(GRAY))
    assert view.transform.is_fit
    assert view.colored is None


def test_while_peeking_the_original_is_everywhere(view):
    view.peek(True)
    assert color_at(view, 600, 200) == GRAY
    view.peek(False)
    assert color_at(view, 600, 200) == RED


def test_pixels_are_smooth_up_to_200_percent_and_blocks_above(qtbot, view):
    pixels = np.zeros((100, 100, 1), np.uint8)
    pixels[:, ::2] = 255
    view.show_original(picture_of(pixels, (100, 100)))
    for scale, smooth in ((2.0, True), (6.0, False)):
        view.zoom_by(scale / view.scale)
        rest(qtbot, view)
        assert view.scale == pytest.approx(scale)
        image = view.grab().toImage()
        grays = {QColor(image.pixel(x, 330)).red() for x in range(350, 450)}
        assert (grays == {0, 255}) is not smooth


def test_at_100_percent_photo_pixels_are_screen_pixels(qtbot, view):
    pixels = np.random.default_rng(3).integers(0, 256, (2000, 3000, 1), np.uint8)
    view.show_original(picture_of(pixels, (3000, 2000)))
    view.zoom_to_full(QPointF(213, 311))
    rest(qtbot, view)
    left, top = view.transform.sharp_origin
    image = view.grab().toImage()
    for x, y in ((300, 200), (301, 200), (555, 444)):
        assert QColor(image.pixel(x, y)).red() == pixels[int(y - top), int(x - left), 0]


def test_badges_lie_inside_the_picture(view):
    # The photo is narrower than the view here; its corners are known.
    view.show_original(picture_of(np.full((3000, 1500, 1), 128, np.uint8), (1500, 3000)))
    left, top = view.transform.sharp_origin
    image = view.grab().toImage()
    surround = image.pixel(5, 5)
    dark = [x for x in range(WIDTH) if QColor(image.pixel(x, int(top) + 25)).red() < 90]
    assert dark
    assert min(dark) > left
    assert image.pixel(int(left) - 5, int(top) + 25) == surround


def test_a_pinch_zooms(qtbot, view):
    from PySide6.QtGui import QNativeGestureEvent, QPointingDevice

    before = view.scale
    at = QPointF(200, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        at, at, view.mapToGlobal(at), 0.5, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert view.scale == pytest.approx(1.5 * before)


def test_an_empty_view_bears_every_event(qtbot):
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(200, 100)
    view.show()
    turn_wheel(view, QPointF(50, 50), 120)
    qtbot.mousePress(view, LEFT, pos=QPoint(50, 50))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(50, 50))
    QApplication.sendEvent(
        view, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier)
    )
    view.zoom_by(2)
    view.zoom_to_fit()
    view.zoom_to_full()
    view.clear()
    assert view.transform is None
