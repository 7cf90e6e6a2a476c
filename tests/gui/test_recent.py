"""Photos that were opened before, and samples, on the page without a photo."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QToolButton

from engine import SAMPLES
from gui.main_window import MainWindow
from gui.recent import MOST, Recent
from gui.worker.desk import Desk
from gui.worker.thread import EngineThread
from tests.gui.conftest import is_done

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def picture(color: str = "red") -> QImage:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(color)
    return image


@pytest.fixture
def recent(settings, tmp_path) -> Recent:
    return Recent(settings, tmp_path / "thumbnails")


def test_the_newest_come_first_and_only_so_many(recent, make_photo, tmp_path):
    paths = [make_photo(f"{number}.png") for number in range(MOST + 2)]
    for path in paths:
        recent.add(path, picture())
    recent.add(paths[3], picture("blue"))
    found = recent.photos()
    assert [each.path for each in found] == [paths[3], *reversed(paths[4:]), paths[2]][:MOST]
    assert found[0].thumbnail.pixelColor(5, 5).name() == "#0000ff"
    assert len(list((tmp_path / "thumbnails").iterdir())) == MOST


def test_photos_that_are_gone_are_not_offered(recent, make_photo):
    kept, gone = make_photo("kept.png"), make_photo("gone.png")
    for path in (kept, gone):
        recent.add(path, picture())
    gone.unlink()
    assert [each.path for each in recent.photos()] == [kept]


def test_forgetting_leaves_nothing(recent, make_photo, tmp_path, settings):
    recent.add(make_photo(), picture())
    recent.clear()
    assert recent.photos() == []
    assert list((tmp_path / "thumbnails").iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_no_error(settings, make_photo, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    recent = Recent(settings, tmp_path / "file" / "below")
    recent.add(make_photo(), picture())
    assert [each.thumbnail for each in recent.photos()] == [None]


def buttons(window: MainWindow) -> dict[str, QToolButton]:
    return {each.toolTip(): each for each in window.stage.empty._row._buttons}


def test_at_first_samples_are_offered_and_are_not_remembered(qtbot, window):
    found = buttons(window)
    assert list(found) == sorted(str(path) for path in SAMPLES.glob("*.jpg"))
    sample = next(iter(found))
    found[sample].click()
    qtbot.waitUntil(lambda: is_done(window))
    assert str(window.document.path) == sample
    assert window.opening.folder_for(window.document.path) != SAMPLES
    window._actions["close_photo"].trigger()
    assert set(buttons(window)) == set(found)


def test_opened_photos_are_offered_next_time(qtbot, window, open_colored, predictor, settings):
    first, second = open_colored("first.png"), open_colored("second.png")
    other = MainWindow(EngineThread(Desk(load=lambda: predictor)), settings, "en")
    assert list(buttons(other)) == [str(second), str(first)]
    assert not buttons(other)[str(first)].icon().isNull()
    other.stage.empty._row._clear.click()
    assert len(buttons(other)) == len(list(SAMPLES.glob("*.jpg")))
    other.deleteLater()
