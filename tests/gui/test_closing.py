"""What becomes of unsaved work when its photo, or the window, is closed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import read_photo
from gui.saving_questions import UnsavedQuestion
from tests.gui.conftest import is_done

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Answer = Callable[[UnsavedQuestion], None]


class Asked(list):
    """The questions that were put, as text and further text, answered in turn."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: list[Answer] = []

    def answer(self, *answers: Answer) -> None:
        """Answer the next questions."""
        self._answers += answers
        QTimer.singleShot(0, self._look)

    def _look(self) -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, UnsavedQuestion) and box.isActiveWindow():
            self.append((box.text(), box.informativeText()))
            try:
                self._answers.pop(0)(box)
            finally:
                if box.isVisible():  # no answer must not keep the test waiting
                    box.reject()
        if self._answers:
            QTimer.singleShot(20, self._look)


@pytest.fixture
def asked() -> Asked:
    return Asked()


def press(words: str) -> Answer:
    def answer(box: UnsavedQuestion) -> None:
        next(button for button in box.buttons() if button.text() == words).click()

    return answer


def keys(*pressed: Qt.Key) -> Answer:
    def answer(box: UnsavedQuestion) -> None:
        for key in pressed:
            QTest.keyClick(QApplication.focusWidget() or box, key)

    return answer


@pytest.fixture
def open_changed(qtbot, window, open_colored) -> Callable[..., Path]:
    """Opens a photo and sets its strength, which no file has then."""

    def open_it(name: str, strength: int, **how: int) -> Path:
        path = open_colored(name, **how)
        change(qtbot, window, strength)
        return path

    return open_it


def change(qtbot, window, strength: int) -> None:
    window.panel.adjusted.emit("strength", strength, strength)
    qtbot.waitUntil(lambda: is_done(window))


def is_gray(path: Path) -> bool:
    pixels = read_photo(path).pixels
    return bool((pixels == pixels[..., :1]).all())


def results(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*-colorized*")}


def test_save_writes_all_photos_each_with_its_own_edits_and_closes(
    qtbot, window, open_changed, asked, tmp_path
):
    open_changed("gray.png", 0)
    open_changed("vivid.tif", 80)
    asked.answer(press("Save"))
    assert not window.close()
    assert "photos are saved" in window.message_bar.text
    qtbot.waitUntil(lambda: not window.isVisible())
    ((text, where),) = asked
    assert "2 photos" in text
    assert f"into the folder {tmp_path.name}." in where
    assert results(tmp_path) == {"gray-colorized.png", "vivid-colorized.tif"}
    assert is_gray(tmp_path / "gray-colorized.png")
    assert not is_gray(tmp_path / "vivid-colorized.tif")
    assert window._thread.isFinished()


def test_save_goes_where_the_photo_was_saved_before(qtbot, window, open_changed, asked, tmp_path):
    open_changed("attic.png", 0)
    target = tmp_path / "elsewhere" / "mine.png"
    target.parent.mkdir()
    window.saving.take_target(target, False)
    qtbot.waitUntil(lambda: not window.document.unsaved and not window.document.is_saving)
    assert is_gray(target)
    change(qtbot, window, 90)
    asked.answer(press("Save"))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert "“mine.png” into the folder elsewhere." in asked[0][1]
    assert not is_gray(target)
    assert [path.name for path in target.parent.iterdir()] == ["mine.png"]
    assert not results(tmp_path)


def test_nothing_of_others_is_written_over(qtbot, window, open_changed, asked, tmp_path):
    open_changed("first.png", 50)
    mine, others = tmp_path / "mine.png", tmp_path / "second-colorized.png"
    window.saving.take_target(mine, False)
    qtbot.waitUntil(lambda: not window.document.unsaved and not window.document.is_saving)
    change(qtbot, window, 60)
    open_changed("second.png", 50)
    for path in (mine, others):
        path.write_bytes(b"someone's work")
    asked.answer(press("Save"))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert mine.read_bytes() == others.read_bytes() == b"someone's work"
    assert not is_gray(tmp_path / "mine-2.png")
    assert not is_gray(tmp_path / "second-colorized-2.png")


def test_a_format_that_would_lose_something_is_left_for_one_that_does_not(
    qtbot, window, make_photo, asked, tmp_path
):
    path = make_photo("attic.png", depth=16).rename(tmp_path / "attic.jpg")
    window.open_photos([path])
    qtbot.waitUntil(lambda: is_done(window))
    change(qtbot, window, 50)
    asked.answer(press("Save"))
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert "“attic-colorized.tif”" in asked[0][1]
    assert read_photo(tmp_path / "attic-colorized.tif").source.depth == 16


def test_a_save_that_fails_keeps_the_window_and_the_work(
    qtbot, window, open_changed, asked, tmp_path
):
    gone = open_changed("gone.png", 50)
    open_changed("other.png", 50)
    open_changed("shown.png", 50)
    gone.unlink()
    asked.answer(press("Save"))
    assert not window.close()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert asked[0][1].startswith("shown.png\ngone.png\nother.png\n\n")
    assert window.isVisible()
    assert window.document.unsaved == (gone,)
    assert results(tmp_path) == {"other-colorized.png", "shown-colorized.png"}
    assert "“gone.png”" in window.message_bar.text  # not covered by the one saved after it
    assert not window.closing.is_waiting


def test_cancel_stops_the_saving_and_the_closing(
    qtbot, window, predictor, open_changed, asked, tmp_path
):
    path = open_changed("attic.png", 50)
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")  # so that the network has to look again
    asked.answer(press("Save"))
    assert not window.close()
    window._actions["cancel"].trigger()
    predictor.gate.set()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert window.isVisible()
    assert window.document.unsaved == (path,)
    assert not results(tmp_path)


@pytest.mark.parametrize("what", ["window", "photo"])
def test_work_done_while_what_is_to_be_closed_is_saved_is_asked_about(
    qtbot, window, predictor, open_changed, asked, tmp_path, what
):
    path = open_changed("attic.png", 50)
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    asked.answer(press("Save"), press("Cancel"))
    if what == "photo":
        window._actions["close_photo"].trigger()
    else:
        assert not window.close()
    window.panel.adjusted.emit("tint", 20, 1)
    predictor.gate.set()
    qtbot.waitUntil(lambda: len(asked) == 2)
    qtbot.waitUntil(lambda: is_done(window))
    assert window.isVisible()
    assert window.document.unsaved == (path,)
    assert results(tmp_path) == {"attic-colorized.png"}


def test_work_that_was_given_up_is_not_asked_about_again_after_a_save(
    qtbot, window, predictor, open_changed, asked, tmp_path
):
    open_changed("attic.png", 50)
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    window.saving.take_target(tmp_path / "out.png", False)
    window.panel.adjusted.emit("tint", 20, 1)
    asked.answer(press("Don’t save"))
    assert not window.close()
    predictor.gate.set()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert len(asked) == 1
    assert (tmp_path / "out.png").exists()


def test_don_t_save_closes_at_once(window, open_changed, asked, tmp_path):
    open_changed("attic.png", 50)
    asked.answer(press("Don’t save"))
    assert window.close()
    assert not results(tmp_path)


def test_the_keyboard_suffices(qtbot, window, open_changed, asked, tmp_path):
    path = open_changed("attic.png", 50)
    asked.answer(keys(Qt.Key.Key_Escape))
    assert not window.close()
    assert not window.document.is_saving
    around = len(UnsavedQuestion(window, [path], [path]).buttons())
    reached: list[str] = []

    def go_around(box: UnsavedQuestion) -> None:
        for _ in range(around):
            reached.append(QApplication.focusWidget().text())
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClick(box, Qt.Key.Key_Return)

    asked.answer(go_around)
    assert not window.close()
    assert set(reached) == {"Save", "Don’t save", "Cancel"}
    assert reached[0] == "Save"
    qtbot.waitUntil(lambda: not window.isVisible())
    assert results(tmp_path) == {"attic-colorized.png"}


def test_a_photo_is_closed_as_soon_as_it_is_saved(qtbot, window, open_changed, asked, tmp_path):
    first = open_changed("first.png", 50)
    second = open_changed("second.png", 50)
    asked.answer(press("Save"))
    window._actions["close_photo"].trigger()
    assert window.document.path == second  # until it is on the disk
    qtbot.waitUntil(lambda: window.document.path == first and is_done(window))
    assert "second.png" in asked[0][0]
    assert results(tmp_path) == {"second-colorized.png"}
    assert "second-colorized.png" in window.message_bar.text
    assert window.document.unsaved == (first,)


def test_saving_a_photo_that_was_closed_meanwhile_leaves_no_work_behind(
    qtbot, window, predictor, open_changed, tmp_path
):
    open_changed("attic.png", 50)
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    window.saving.take_target(tmp_path / "out.png", False)
    window._actions["close_photo"].trigger()  # asks nothing: a file will have it
    predictor.gate.set()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert (tmp_path / "out.png").exists()
    assert window.document.unsaved == ()


def test_photos_that_come_while_something_is_asked_are_opened_after_the_answer(
    qtbot, window, open_changed, make_photo, asked
):
    path, later = open_changed("attic.png", 50), make_photo("later.png")

    def while_asked(box: UnsavedQuestion) -> None:
        window.open_photos([later])  # as the system, or a second start, may ask at any time
        assert not window.document.is_opening
        window.on_close_photo()  # no second question either
        press("Cancel")(box)

    asked.answer(while_asked)
    assert not window.close()
    qtbot.waitUntil(lambda: window.document.path == later and is_done(window))
    assert window.document.unsaved == (path,)
    assert len(asked) == 1
