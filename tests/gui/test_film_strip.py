"""The open photos below the picture."""

import gc

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QStyle, QStyleOptionViewItem

from gui.images import Picture
from gui.views.film_strip import FilmStrip
from gui.views.name_delegate import LINE_SEPARATOR, in_two_lines
from tests.gui.conftest import is_done

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def click(strip, row: int) -> None:
    at = strip.visualItemRect(strip.item(row)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))


def is_picture(strip, row: int) -> bool:
    """Whether there is a thumbnail, and no mere sign."""
    image = strip.item(row).icon().pixmap(strip.iconSize()).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 5) for y in (20, 30)}
    return len(colors) > 8


def has_color(strip, row: int) -> bool:
    """Whether the thumbnail is of the colored photo."""
    image = strip.item(row).icon().pixmap(strip.iconSize()).toImage()
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    return middle.saturation() > 10


def test_one_photo_needs_no_strip(window, open_colored):
    open_colored()
    assert not window.film_strip.isVisible()


def test_a_click_opens_a_photo_whose_edits_are_kept(qtbot, window, make_photo):
    names = [make_photo(f"{number}.png", width=300 + number) for number in range(3)]
    window.open_photos(names)
    qtbot.waitUntil(lambda: is_done(window))
    strip = window.film_strip
    assert strip.isVisible()
    assert [strip.item(row).text() for row in range(3)] == ["0.png", "1.png", "2.png"]
    assert [has_color(strip, row) for row in range(3)] == [True, False, False]
    window.panel.adjusted.emit("tint", 30, 1)
    qtbot.waitUntil(lambda: is_done(window))
    assert strip.item(0).text() == "• 0.png"
    window.recolor()  # as another theme does
    assert strip.item(0).text() == "• 0.png"
    assert strip.currentRow() == 0
    click(strip, 2)
    qtbot.waitUntil(lambda: window.document.path == names[2] and is_done(window))
    assert strip.currentRow() == 2
    assert window.document.edits.adjustments.tint == 0
    assert [has_color(strip, row) for row in range(3)] == [True, False, True]
    click(strip, 0)
    qtbot.waitUntil(lambda: window.document.path == names[0] and is_done(window))
    assert window.document.edits.adjustments.tint == 30
    assert window.document.shown.edits.adjustments.tint == 30


def test_photos_are_closed_one_by_one(qtbot, window, make_photo, monkeypatch):
    first, second = make_photo("first.png"), make_photo("second.png")
    window.open_photos([first, second])
    qtbot.waitUntil(lambda: is_done(window))
    window.panel.adjusted.emit("tint", 30, 1)
    qtbot.waitUntil(lambda: is_done(window))
    asked = []

    def refuse(box: QMessageBox) -> int:
        asked.append(box.text())
        reject = QMessageBox.ButtonRole.RejectRole
        next(each for each in box.buttons() if box.buttonRole(each) == reject).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", refuse)
    window._actions["close_photo"].trigger()
    assert "first.png" in asked[0]
    assert window.document.path == first
    window._actions["undo"].trigger()
    window._actions["close_photo"].trigger()
    qtbot.waitUntil(lambda: window.document.path == second and is_done(window))
    assert window.document.roll.photos == (second,)
    assert not window.film_strip.isVisible()
    window._actions["close_photo"].trigger()
    assert window.stage.empty.isVisible()
    assert not window._actions["close_photo"].isEnabled()
    window.open_photos([first])
    qtbot.waitUntil(lambda: window.document.path == first and is_done(window))
    assert len(asked) == 1


def test_photos_that_are_not_open_yet_are_seen_gray(qtbot, window, make_photo, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    names = [make_photo("0.png"), make_photo("1.png"), broken, make_photo("3.png")]
    window.open_photos(names)
    strip = window.film_strip
    qtbot.waitUntil(lambda: is_done(window) and is_picture(strip, 3))
    assert [is_picture(strip, row) for row in range(4)] == [True, True, False, True]
    assert [has_color(strip, row) for row in range(4)] == [True, False, False, False]
    click(strip, 1)
    qtbot.waitUntil(lambda: window.document.path == names[1] and is_done(window))
    assert has_color(strip, 1)


def test_a_thumbnail_is_asked_for_once(qtbot, window, make_photo):
    asked = []
    window.film_strip.thumbnail_wanted.connect(lambda path, _: asked.append(path.name))
    window.open_photos([make_photo("0.png"), make_photo("1.png")])
    qtbot.waitUntil(lambda: is_done(window))
    window.open_photos([make_photo("2.png")])
    qtbot.waitUntil(lambda: is_done(window))
    assert asked == ["1.png"]


def test_no_picture_is_kept_when_all_photos_are_closed(qtbot, window, open_colored):
    def pictures() -> list[Picture]:
        gc.collect()
        # By type: asking some objects of PyTorch for theirs makes them warn.
        return [each for each in gc.get_objects() if type(each) is Picture]

    before = pictures()
    open_colored()
    window._actions["close_photo"].trigger()
    qtbot.waitUntil(lambda: window.document.photo is None)
    assert not [each for each in pictures() if not any(each is old for old in before)]


def lines_of(name: str, letters: float) -> list[str]:
    """A name in lines for so many average letters."""
    metrics = QFontMetrics(QApplication.font())
    width = round(letters * metrics.horizontalAdvance("n"))
    lines = in_two_lines(name, metrics, width).split(LINE_SEPARATOR)
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    return lines


def test_a_name_is_broken_at_a_word_if_all_of_it_fits_then(qapp):
    assert lines_of("attic.jpg", 12) == ["attic.jpg"]
    assert lines_of("004-girl meadow.jpg", 13) == ["004-girl ", "meadow.jpg"]
    first, second = lines_of("nnnn-nnnnnnnnnnnnn.jpg", 12)
    assert len(first) > 5
    assert first + second == "nnnn-nnnnnnnnnnnnn.jpg"


@pytest.mark.parametrize("name", ["M" * 60, "老" * 60, "a-" * 90 + "b.tif", "x" * 40 + ".jpeg"])
def test_of_a_long_name_the_beginning_and_the_end_are_shown(qapp, name):
    first, second = lines_of(name, 14)
    assert name.startswith(first)
    assert second.startswith("…")
    assert name.endswith(second[1:])


def fit_font(strip: FilmStrip, lines: tuple[str, ...]) -> None:
    """Letters as large as they can be with these lines in an item's width, in any font."""
    font = strip.font()
    for size in range(40, 0, -1):
        font.setPixelSize(size)
        metrics = QFontMetrics(font)
        room = strip.itemDelegate().room
        if all(metrics.horizontalAdvance(line) <= room for line in lines):
            break
    strip.setFont(font)


def test_similar_names_can_be_told_apart(qtbot, window, make_photo):
    names = ["013-newsboy-snow-1896.png", "013-newsboy-snow-1896-colorized.png",
             "013-newsboy-snow-1896-copied.png"]  # fmt: skip
    photos = [make_photo(name) for name in names]
    window.open_photos(photos)
    qtbot.waitUntil(lambda: is_done(window))
    strip, shown = window.film_strip, []
    fit_font(strip, ("013-newsboy-", "snow-1896.png", "…colorized.png"))
    for row, photo in enumerate(photos):
        option = QStyleOptionViewItem()
        strip.initViewItemOption(option)
        strip.itemDelegate().initStyleOption(option, strip.model().index(row, 0))
        shown.append(option.text)
        option.rect = strip.visualItemRect(strip.item(row))
        place = strip.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, strip)
        margin = (
            strip.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, strip) + 1
        )
        assert place.width() - 2 * margin >= strip.itemDelegate().room + 2  # lines end in fractions
        assert option.text.startswith("013-newsboy")
        assert strip.item(row).toolTip() == str(photo)
        assert strip.visualItemRect(strip.item(row)).width() == strip.gridSize().width()
    assert shown[0].replace(LINE_SEPARATOR, "") == names[0]
    assert shown[1].endswith("colorized.png")
    assert shown[2].endswith("copied.png")
