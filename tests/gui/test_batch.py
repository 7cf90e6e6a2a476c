"""The window for whole folders: plan, run, pause, stop, go on, and what it says of it all."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QDropEvent, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QSystemTrayIcon

from engine import CancelToken, SaveOptions, set_language
from engine.batch import Choice, Paused, Plan, RowChanged, find_photos, make_plan, time_text
from engine.batch.find import Ignored
from engine.batch.plan import Row
from engine.batch.records import Known
from engine.errors import DiskFull
from engine.photo.thumbnail import thumbnail_of
from gui.batch import trying
from gui.batch.choices import BatchSettings, example_name
from gui.batch.dialog import BatchDialog
from gui.batch.table import PHOTO, REASON, STATE, TARGET, THUMBNAIL, BatchTable, Listed
from gui.batch.words import plan_text
from gui.images import picture_of
from gui.presets import Export, Preset, Presets
from gui.theme import DARK, LIGHT, use_scheme
from tests.support.batches import job_of
from tests.support.fakes import FakePredictor

ARGB = QColor.NameFormat.HexArgb

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", r"raise\(\)")


@pytest.fixture
def album(tmp_path) -> Path:
    """Photos in folders, one that is damaged, and junk."""
    folder = tmp_path / "album"
    (folder / "1910 Süd").mkdir(parents=True)
    ramp = np.linspace(20, 230, 120)[None].repeat(80, axis=0).astype(np.uint8)
    for name in ("a.png", "b.jpg", "1910 Süd/c.png"):
        Image.fromarray(ramp).save(folder / name)
    (folder / "damaged.jpg").write_bytes(b"no photo")
    (folder / "Thumbs.db").write_bytes(b"junk")
    return folder


@pytest.fixture
def dialog(qtbot, window, settings, predictor, tmp_path):
    made = BatchDialog(window, settings, lambda: "fast", lambda: predictor)
    made.thumbnail_wanted.connect(window._on_thumbnail_wanted)
    made.panel.under.setChecked(True)
    made.panel.into.setText(str(tmp_path / "results"))
    made.show()
    yield made
    predictor.gate.set()
    made._running = False
    made.shut_down()
    made.deleteLater()


def planned(qtbot, dialog, *places: Path) -> None:
    dialog.add(places)
    qtbot.waitUntil(lambda: len(dialog.table.lines) > 0, timeout=10_000)


def tried(qtbot, dialog, predictor) -> None:
    """The trial is over, and what it asked of the network forgotten."""
    qtbot.waitUntil(lambda: "Time: about" in dialog.summary.text(), timeout=30_000)
    qtbot.waitUntil(lambda: not dialog._rest.isActive(), timeout=5_000)
    dialog.thread_.trial.wait()
    predictor.calls.clear()


def ended(qtbot, dialog) -> None:
    qtbot.waitUntil(lambda: not dialog.is_running, timeout=30_000)


def states(dialog) -> dict[str, str]:
    """Of the photos."""
    lines = dialog.table.lines
    return {line.relative: line.state for line in lines if line.state != "ignored"}


# From the plan to the report


def test_what_is_ignored_is_told_with_its_reason(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    shown = dialog.filter
    names = {shown.index(row, PHOTO).data() for row in range(shown.rowCount())}
    assert "Thumbs.db" not in names  # among all photos
    dialog.filter_box.setCurrentIndex(5)
    dialog._on_filter(5)
    assert shown.rowCount() == 1
    assert [shown.index(0, column).data() for column in (PHOTO, TARGET, STATE, REASON)] == [
        "Thumbs.db", "", "ignored", "It was put there by a system, not by a person.",
    ]  # fmt: skip
    assert dialog.table.photos() == {
        album / name for name in ("a.png", "b.jpg", "damaged.jpg", "1910 Süd/c.png")
    }
    dialog.start.click()
    ended(qtbot, dialog)
    assert shown.index(0, STATE).data() == "ignored"


def test_a_file_that_is_ignored_is_not_opened(qtbot, dialog, album, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    planned(qtbot, dialog, album)
    dialog.filter.show_states(frozenset({"ignored"}))
    dialog.view.setCurrentIndex(dialog.filter.index(0, PHOTO))
    dialog._on_space()
    assert opened == []
    dialog.filter.show_states(None)
    dialog.view.setCurrentIndex(dialog.filter.index(0, PHOTO))
    dialog._on_space()
    assert len(opened) == 1


def test_names_in_tool_tips_are_no_markup(qtbot, dialog, tmp_path):
    folder = tmp_path / "<b>1910"
    folder.mkdir()
    Image.new("L", (40, 30)).save(folder / "a.png")
    planned(qtbot, dialog, folder)
    tip = dialog.table.index(0, PHOTO).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;1910" in tip


def test_other_names_in_tool_tips_stay_as_they_are(qtbot, dialog, tmp_path):
    folder = tmp_path / "Smith & Sons"
    folder.mkdir()
    Image.new("L", (40, 30)).save(folder / "a.png")
    planned(qtbot, dialog, folder)
    assert dialog.table.index(0, PHOTO).data(Qt.ItemDataRole.ToolTipRole) == str(folder / "a.png")


def test_ignored_files_are_told_below_the_folder_that_was_given(tmp_path):
    album = tmp_path / "album"
    (album / "1910").mkdir(parents=True)
    for name in ("a.png", "1910/b.png"):
        Image.new("L", (40, 30)).save(album / name)
    (album / "1910" / "Thumbs.db").touch()
    (album / "notes.txt").touch()
    finding = find_photos([album], Choice(recursive=True))
    plan = make_plan(finding, job_of(), Known())
    listed = Listed.of(plan, None)
    assert [line.relative for line in listed.lines] == [
        "1910/b.png", "a.png", "notes.txt", "1910/Thumbs.db",
    ]  # fmt: skip


def test_a_plan_counts_rows_as_the_table_names_them(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    (row,) = make_plan(find_photos([tmp_path]), job_of(), Known()).rows
    skips = ("", "done", "done", "failed", "colored", "exists")
    plan = Plan(tuple(replace(row, skip=skip) for skip in skips), (), (), None)
    assert plan_text(plan) == (
        "To be colored: 1 · Colored earlier: 2 · Failed earlier: 1 · Left out: 2"
    )


def test_one_trial_at_a_time_with_one_network_and_closing_does_not_wait_for_it(monkeypatch):
    at_once, most, loads = [], [], []
    gate = threading.Event()

    def tried(_plan, _job, load, cancel):
        load()
        at_once.append(1)
        most.append(len(at_once))
        gate.wait(5)
        at_once.pop()
        cancel.raise_if_set()
        return 7.0

    def load():
        loads.append(1)
        return FakePredictor()

    monkeypatch.setattr(trying, "tried_seconds", tried)
    trial = trying.Trial(load)
    times = []
    trial.timed.connect(lambda plan: times.append(plan.seconds), Qt.ConnectionType.DirectConnection)
    tokens = [CancelToken() for _ in range(4)]
    for token in tokens:
        trial.begin(Plan((), (), (), None), job_of(), token)
    for token in tokens[:3]:
        token.cancel()
    started = time.monotonic()
    trial.wait()
    assert time.monotonic() - started < 3
    gate.set()
    trial._chain.wait(10)
    assert (max(most), len(loads), times) == (1, 1, [7.0])


def test_a_folder_that_cannot_be_looked_into_is_told_before_and_after(
    qtbot, dialog, album, monkeypatch
):
    locked = album / "locked"
    locked.mkdir()
    scandir = os.scandir

    def refuse(path):
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    planned(qtbot, dialog, album)
    sentence = f"{locked}: It cannot be looked into"
    assert sentence in dialog.summary.text()
    dialog.start.click()
    ended(qtbot, dialog)
    assert "Colored: 3" in dialog.summary.text()
    assert sentence in dialog.summary.text()


def test_many_troubles_are_counted():
    troubles = tuple(
        Ignored(Path(f"/scans/{number}"), "It is away.", trouble=True) for number in range(5)
    )
    text = plan_text(Plan((), (*troubles, troubles[0]), (), None))
    assert text.splitlines()[1:] == [
        "/scans/0: It is away.", "/scans/1: It is away.", "/scans/2: It is away.", "And 2 more.",
    ]  # fmt: skip


def test_a_plan_says_how_long_it_will_take(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    qtbot.waitUntil(lambda: "Time: about" in dialog.summary.text(), timeout=30_000)
    with qtbot.waitSignal(dialog.thread_.trial.timed, timeout=30_000):
        dialog.panel.name.setText("{name}-new")
    assert "Time: about" in dialog.summary.text()


def test_the_time_of_an_older_plan_is_not_shown(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    qtbot.waitUntil(lambda: "Time: about" in dialog.summary.text(), timeout=30_000)
    rows = dialog._planned
    dialog._on_rest()
    dialog._on_timed(Plan(rows, (), (), 7200.0))
    assert "120 min" not in dialog.summary.text()


def test_nothing_is_written_before_start(qtbot, dialog, album, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    planned(qtbot, dialog, album)
    assert states(dialog) == dict.fromkeys(
        ("a.png", "b.jpg", "damaged.jpg", "1910 Süd/c.png"), "waiting"
    )
    assert "To be colored: 4" in dialog.summary.text()
    assert "ignored: 1" in dialog.summary.text()
    assert [path for path in sorted(tmp_path.rglob("*")) if path.suffix != ".ini"] == [
        path for path in before if path.suffix != ".ini"
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_of_folders_has_a_frame_on_all_sides(qtbot, window, dialog, scheme):
    use_scheme(scheme)
    window.recolor()
    dialog.panel.name.setFocus()
    QApplication.processEvents()
    image = dialog.panel.list.grab().toImage()
    right, below = image.width() - 1, image.height() - 1
    middles = (0, below // 2), (right, below // 2), (right // 2, 0), (right // 2, below)
    colors = {image.pixelColor(x, y).name() for x, y in middles}
    use_scheme("system")
    window.recolor()
    assert colors == {{"light": LIGHT, "dark": DARK}[scheme].line}


def test_return_in_a_field_confirms_it_and_does_not_start(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    for field in (dialog.panel.name, dialog.panel.include, dialog.view, dialog.filter_box):
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClick(field, Qt.Key.Key_Enter)
    assert not dialog.is_running


def test_return_and_space_press_the_button_that_has_the_focus(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    pressed = []
    buttons = [each for each in dialog.panel.findChildren(QPushButton) if each.isVisible()]
    for button in buttons:
        button.clicked.disconnect()
        button.clicked.connect(lambda _, button=button: pressed.append(button))
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Return)
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert pressed == [button for button in buttons for _ in range(2)]
    assert not dialog.is_running
    dialog.start.setFocus()
    qtbot.keyClick(dialog.start, Qt.Key.Key_Return)
    assert dialog.is_running
    ended(qtbot, dialog)


def test_a_folder_is_colored_mirrored_and_reported(qtbot, dialog, album, tmp_path):
    planned(qtbot, dialog, album)
    dialog.start.click()
    assert dialog.is_running
    assert not dialog.panel.isEnabled()
    ended(qtbot, dialog)
    assert states(dialog) == {
        "a.png": "done", "b.jpg": "done", "1910 Süd/c.png": "done", "damaged.jpg": "failed",
    }  # fmt: skip
    results = tmp_path / "results"
    assert (results / "a-colorized.png").is_file()
    assert (results / "1910 Süd" / "c-colorized.png").is_file()
    assert "Colored: 3" in dialog.summary.text()
    assert "Failed: 1" in dialog.summary.text()
    qtbot.waitUntil(dialog.report.isVisible)
    report = results / "photochrom-report.html"
    assert dialog._report == report
    assert report.read_text("utf-8").count("<tr class=") == 4
    (row,) = [line for line in dialog.table.lines if line.state == "failed"]
    assert "damaged.jpg" in row.reason


def test_what_failed_can_be_tried_again_and_nothing_else_is_done_twice(
    qtbot, dialog, album, tmp_path, predictor
):
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "results").rglob("*.png")}
    asked = len(predictor.asked)
    Image.new("L", (60, 40), 99).save(album / "damaged.jpg")
    dialog.retry.click()
    ended(qtbot, dialog)
    assert states(dialog)["damaged.jpg"] == "done"
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(predictor.asked) == asked + 2  # prepare and predict, once


def test_it_can_be_paused_and_goes_on(qtbot, dialog, album, predictor):
    for number in range(30):  # more than are in hand at once
        Image.new("L", (40, 30), 8 * number).save(album / f"{number}.png")
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    dialog.pause.click()
    qtbot.waitUntil(lambda: dialog.pause.text() == "Go on")
    predictor.gate.set()
    time.sleep(0.5)
    QApplication.processEvents()
    assert dialog.is_running
    done = sum(state == "done" for state in states(dialog).values())
    assert 0 < done < 30
    dialog.pause.click()
    ended(qtbot, dialog)
    assert sum(state == "done" for state in states(dialog).values()) == 33


def test_it_stops_within_a_second_and_goes_on_from_there(qtbot, dialog, album, tmp_path, predictor):
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    started = time.monotonic()
    dialog.stop.click()
    ended(qtbot, dialog)
    assert time.monotonic() - started < 2
    assert "Start goes on" in dialog.summary.text()
    qtbot.waitUntil(lambda: dialog._report is not None)  # written on a thread of its own
    assert not list((tmp_path / "results").rglob("*.part"))
    predictor.gate.set()
    dialog.start.click()
    ended(qtbot, dialog)
    assert sum(state == "done" for state in states(dialog).values()) == 3


@pytest.fixture
def may_look(monkeypatch):
    """Looking for photos takes until this is set."""
    event = threading.Event()

    def look(*asked):
        assert event.wait(10)
        return find_photos(*asked)

    monkeypatch.setattr("gui.batch.thread.find_photos", look)
    event.set()
    yield event
    event.set()


def test_it_can_be_stopped_while_it_is_made_ready(qtbot, dialog, album, tmp_path, may_look):
    planned(qtbot, dialog, album)
    may_look.clear()
    dialog.start.click()
    dialog.stop.click()
    may_look.set()
    ended(qtbot, dialog)
    assert "before anything was begun" in dialog.summary.text()
    assert not (tmp_path / "results").exists()
    dialog.start.click()
    ended(qtbot, dialog)
    assert "Colored: 3" in dialog.summary.text()


def test_closing_while_it_is_made_ready_colors_nothing(qtbot, dialog, album, tmp_path, may_look):
    planned(qtbot, dialog, album)
    may_look.clear()
    dialog.start.click()
    threading.Timer(0.2, may_look.set).start()
    dialog.shut_down()
    assert dialog.thread_.isFinished()
    assert not (tmp_path / "results").exists()


def test_nobody_waits_for_the_pictures_of_the_report(qtbot, dialog, album, tmp_path, monkeypatch):
    asked, may_go_on = [], threading.Event()

    def make(path: Path, side: int):
        asked.append(path)
        assert may_go_on.wait(10)
        return thumbnail_of(path, side)

    monkeypatch.setattr("engine.batch.report_page.thumbnail_of", make)
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    assert "Colored: 3" in dialog.summary.text()
    assert not dialog.report.isVisible()
    qtbot.waitUntil(lambda: bool(asked))
    threading.Timer(0.2, may_go_on.set).start()
    dialog.shut_down()
    assert dialog.thread_.isFinished()
    assert len(asked) == 1
    page = (tmp_path / "results" / "photochrom-report.html").read_text("utf-8")
    assert page.count("<tr class=") == 4
    assert page.count("data:image") < 2


def test_a_plan_that_is_taken_at_once_is_not_given_up_with_the_one_before(
    qtbot, dialog, album, may_look, monkeypatch
):
    planned(qtbot, dialog, album)
    may_look.clear()

    class Slow(threading.Condition):
        def __exit__(self, *why):
            super().__exit__(*why)
            if threading.current_thread() is threading.main_thread():
                time.sleep(0.1)  # for the other thread to take what was given

    changed = dialog.thread_._changed
    monkeypatch.setattr(changed, "__class__", Slow)
    with qtbot.waitSignal(dialog.thread_.planned, timeout=5000):
        dialog.thread_.plan(dialog._order)
        may_look.set()


def test_the_window_is_usable_meanwhile(qtbot, window, dialog, album, predictor, open_colored):
    planned(qtbot, dialog, album)
    other = FakePredictor()
    dialog.thread_._load = lambda: other
    other.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in other.asked, timeout=10_000)
    open_colored("meanwhile.png")
    assert dialog.is_running
    other.gate.set()
    ended(qtbot, dialog)


def test_progress_never_runs_backwards(qtbot, dialog, album):
    seen = []
    dialog.bar.valueChanged.connect(seen.append)
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    assert seen[-1] == 1000
    assert seen == sorted(seen)


# What is told where the window is not seen


class Desktop:
    """Keeps what the system is asked to show."""

    def __init__(self, monkeypatch, dialog, *, has_tray: bool = True) -> None:
        self.numbers, self.alerts, self.said, self.signs = [], [], [], []
        monkeypatch.setattr(QApplication, "setBadgeNumber", lambda _, at: self.numbers.append(at))
        monkeypatch.setattr(QApplication, "alert", self.alerts.append)
        tray = QSystemTrayIcon
        monkeypatch.setattr(tray, "isSystemTrayAvailable", lambda: has_tray)
        monkeypatch.setattr(tray, "supportsMessages", lambda: has_tray)
        monkeypatch.setattr(tray, "show", lambda _: self.signs.append("shown"))
        monkeypatch.setattr(tray, "hide", lambda _: self.signs.append("hidden"))
        monkeypatch.setattr(tray, "showMessage", lambda _, *words: self.said.append(words[:2]))
        self.is_active = False
        monkeypatch.setattr(dialog, "isActiveWindow", lambda: self.is_active)


def test_the_icon_shows_the_percentage_and_the_end_is_told(qtbot, dialog, album, monkeypatch):
    titles = []
    dialog.windowTitleChanged.connect(titles.append)
    desktop = Desktop(monkeypatch, dialog)
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    *shares, none = desktop.numbers
    assert none == 0
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert any(0 < share < 100 for share in shares)
    percent = [f"{share} % – Color folders" for share in dict.fromkeys(shares)]
    assert titles == [*percent, "Color folders"]
    assert desktop.alerts == [dialog]
    ((title, words),) = desktop.said
    assert title == "Color folders"
    assert "Colored: 3" in words
    assert "Failed: 1" in words
    # A click brings the window, and the sign is gone.
    dialog.hide()
    dialog.notice._sign.messageClicked.emit()
    assert dialog.isVisible()
    assert desktop.signs == ["shown", "hidden"]


def test_who_sees_the_end_is_not_told(qtbot, dialog, album, monkeypatch):
    desktop = Desktop(monkeypatch, dialog)
    desktop.is_active = True
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    assert (desktop.alerts, desktop.said) == ([], [])


def test_who_stops_it_is_not_told(qtbot, dialog, album, predictor, monkeypatch):
    desktop = Desktop(monkeypatch, dialog)
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    dialog.stop.click()
    ended(qtbot, dialog)
    assert (desktop.alerts, desktop.said) == ([], [])
    assert desktop.numbers[-1] == 0


def test_without_a_tray_the_window_asks_to_be_looked_at(qtbot, dialog, album, monkeypatch):
    desktop = Desktop(monkeypatch, dialog, has_tray=False)
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    assert (desktop.alerts, desktop.said, desktop.signs) == ([dialog], [], [])


def test_a_full_disk_is_told(qtbot, dialog, monkeypatch):
    desktop = Desktop(monkeypatch, dialog)
    dialog._follow_one(Paused(""))
    assert desktop.said == []
    dialog._follow_one(Paused("The disk is full."))
    assert desktop.said == [("Color folders", "The disk is full.")]


# Choices


def test_a_folder_dropped_on_the_main_window_comes_here(qtbot, window, album):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(album))])
    at, copy = QPointF(100, 100), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(at, copy, data, left, none))
    qtbot.waitUntil(lambda: window.batching.dialog is not None)
    dialog = window.batching.dialog
    assert dialog.panel.places == (album,)
    assert window.document.photo is None
    dialog.close()


def test_quiet_words_fade_with_what_cannot_be_changed_while_it_runs(qtbot, dialog):
    def color() -> str:
        return dialog.panel.example.palette().color(QPalette.ColorRole.WindowText).name(ARGB)

    dialog.panel.example.ensurePolished()
    before = color()
    dialog.panel.setEnabled(False)
    assert color() != before
    dialog.panel.setEnabled(True)
    assert color() == before


def test_another_language_holds_there_at_once_or_after_the_run(qtbot, window, album):
    window.batching.add([album])
    first = window.batching.dialog
    window.set_language("de")
    dialog = window.batching.dialog
    assert dialog is not first
    assert dialog.isVisible()
    assert not first.isVisible()
    assert dialog.windowTitle() == dialog.notice._window.windowTitle() != "Color folders"
    assert dialog.stop.text() == "Stopp"
    assert dialog.panel.places == (album,)
    dialog._running = True
    window.set_language("en")
    assert window.batching.dialog is dialog
    dialog._running = False
    window.batching.on_batch()
    assert window.batching.dialog.stop.text() == "Stop"
    assert window.batching.dialog.panel.places == (album,)
    window.batching.dialog.close()


def test_the_empty_page_says_so(window):
    words = [label.text() for label in window.stage.empty.findChildren(QLabel)]
    assert "Drop a folder, and all photos in it are colored" in words


def test_patterns_and_depth_change_the_plan(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    dialog.panel.include.setText("*.png")
    qtbot.waitUntil(lambda: set(states(dialog)) == {"a.png", "1910 Süd/c.png"})
    dialog.panel.photo_form.editor("recursive").click()
    qtbot.waitUntil(lambda: set(states(dialog)) == {"a.png"})
    dialog.panel.include.setText("")
    dialog.panel.exclude.setText("A.*")
    qtbot.waitUntil(lambda: set(states(dialog)) == {"b.jpg", "damaged.jpg"})


def test_a_wrong_variable_turns_red_and_cannot_be_started(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    dialog.panel.name.setText("{number} {name}")
    assert dialog.panel.example.text() == "0001 attic.jpg"
    assert dialog.panel.name.styleSheet() == ""
    qtbot.waitUntil(lambda: any("0001 " in line.shown_target for line in dialog.table.lines))
    dialog.panel.name.setText("{nmae}")
    assert "color" in dialog.panel.name.styleSheet()
    qtbot.waitUntil(lambda: "makes no name" in dialog.summary.text())
    assert not dialog.start.isEnabled()


def test_without_a_folder_for_the_results_nothing_is_planned(qtbot, dialog, album):
    dialog.panel.into.setText(" ")
    dialog.add([album])
    qtbot.waitUntil(lambda: "Choose the folder" in dialog.summary.text())
    assert not dialog.start.isEnabled()


def test_without_places_no_plan_is_shown_that_comes_late(qtbot, dialog, album, may_look):
    may_look.clear()
    dialog.add([album])
    qtbot.waitUntil(lambda: "Looking for photos" in dialog.summary.text())
    dialog.panel.list.selectAll()
    dialog.panel._on_remove()
    qtbot.waitUntil(lambda: "Drop folders" in dialog.summary.text())
    with qtbot.waitSignal(dialog.thread_.planned, timeout=10_000):
        may_look.set()
    assert not dialog.table.lines
    assert not dialog.start.isEnabled()


def test_a_folder_that_is_dropped_during_a_run_is_colored_by_it(
    qtbot, dialog, album, tmp_path, predictor
):
    Image.new("L", (40, 30), 90).save(album / "1910 Süd" / "c.png")
    more = tmp_path / "more"
    (album / "1910 Süd").rename(more)
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(more)), QUrl.fromLocalFile(str(album / "a.png"))])
    dialog.dropEvent(QDropEvent(
        QPointF(), Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    ))  # fmt: skip
    qtbot.waitUntil(lambda: "c.png" in states(dialog), timeout=10_000)
    assert len(states(dialog)) == 4  # a.png stands there once
    assert dialog.is_running
    predictor.gate.set()
    ended(qtbot, dialog)
    assert states(dialog) == {
        "a.png": "done", "b.jpg": "done", "c.png": "done", "damaged.jpg": "failed",
    }  # fmt: skip
    assert "Colored: 3" in dialog.summary.text()
    assert (tmp_path / "results" / "c-colorized.png").is_file()


def test_what_is_added_while_a_run_is_made_ready_is_colored_too(
    qtbot, dialog, album, tmp_path, may_look, predictor
):
    more = tmp_path / "more"
    (album / "1910 Süd").rename(more)
    planned(qtbot, dialog, album)
    may_look.clear()
    predictor.gate.clear()
    dialog.start.click()
    dialog.add([more])
    qtbot.waitUntil(lambda: not dialog._rest.isActive())
    may_look.set()
    qtbot.waitUntil(lambda: "c.png" in states(dialog), timeout=30_000)
    assert dialog.is_running
    predictor.gate.set()
    ended(qtbot, dialog)
    assert states(dialog)["c.png"] == "done"


def test_what_an_earlier_run_was_to_get_is_not_shown_in_this_one(qtbot, dialog, album, predictor):
    planned(qtbot, dialog, album)
    earlier, late = dialog.thread_.steering, Listed.of(Plan((), (), (), None), None)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    dialog._awaited = 2
    dialog.adder.added.emit(late, earlier)
    dialog.adder.failed.emit(DiskFull(name="x", folder="/r"), earlier)
    assert dialog._awaited == 2
    assert "no space" not in dialog.summary.text()
    dialog.adder.added.emit(late, dialog.thread_.steering)
    assert dialog._awaited == 1  # and so is planned once more, after the run
    predictor.gate.set()
    ended(qtbot, dialog)


def test_what_cannot_be_added_is_said_and_the_run_goes_on(
    qtbot, dialog, album, tmp_path, predictor, monkeypatch
):
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)

    def full(*_: object, **__: object) -> None:
        raise DiskFull(name="x", folder="/r")

    monkeypatch.setattr("gui.batch.adding.plan_in", full)
    dialog.add([tmp_path])
    qtbot.waitUntil(lambda: "no space is left" in dialog.summary.text(), timeout=10_000)
    assert dialog.is_running
    predictor.gate.set()
    ended(qtbot, dialog)
    assert sorted(states(dialog).values()).count("done") >= 3


def test_a_plan_that_fails_leaves_nothing_to_start(qtbot, dialog, album):
    planned(qtbot, dialog, album)
    dialog.panel.look_form.editor("look").setCurrentIndex(2)
    dialog.panel.look_of.setText(str(album / "damaged.jpg"))
    qtbot.waitUntil(lambda: "“damaged.jpg”, which gives" in dialog.summary.text(), timeout=10_000)
    assert not dialog.start.isEnabled()


def test_a_plan_that_fails_late_does_not_end_the_run(qtbot, dialog, album, predictor):
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    dialog.thread_.failed.emit(ValueError("of the plan before"), False)
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    assert dialog.is_running
    predictor.gate.set()
    ended(qtbot, dialog)
    assert "Colored: 3" in dialog.summary.text()


def test_choices_are_remembered(qtbot, window, settings, dialog, predictor):
    dialog.panel.name.setText("{name} {date}")
    dialog.panel.result_form.editor("on_conflict").setCurrentIndex(2)
    dialog.panel.form.editor("format").setCurrentIndex(1)
    again = BatchDialog(window, settings, lambda: "fast", lambda: predictor)
    assert again.panel.settings == dialog.panel.settings
    assert again.panel.settings.format == "jpeg"
    again.shut_down()
    settings.setValue("batch/settings", '{"format": "gif"}')
    again = BatchDialog(window, settings, lambda: "fast", lambda: predictor)
    assert again.panel.settings == BatchSettings()
    again.shut_down()


def test_presets_that_were_kept_meanwhile_are_there_when_it_is_shown_again(dialog, settings):
    export = Export("webp", SaveOptions(quality=71))
    dialog.hide()
    Presets(settings).keep(Preset("for Ann", export))
    dialog.show()
    box = dialog.panel.preset
    at = box.findText("for Ann")
    box.setCurrentIndex(at)
    box.activated.emit(at)
    assert dialog.panel.settings.export.options == export.options
    assert box.currentText() == "for Ann"


def test_closing_asks_while_it_runs(qtbot, window, dialog, album, predictor, monkeypatch):
    answers = []

    def answer(box: QMessageBox) -> int:
        wanted = answers.pop(0)
        next(each for each in box.buttons() if each.text() == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    planned(qtbot, dialog, album)
    tried(qtbot, dialog, predictor)
    predictor.gate.clear()
    dialog.start.click()
    qtbot.waitUntil(lambda: "predict 0" in predictor.asked, timeout=10_000)
    answers[:] = ["Keep going"]
    dialog.close()
    assert dialog.isVisible()
    assert dialog.is_running
    answers[:] = ["Stop here"]
    dialog.close()
    assert not dialog.isVisible()
    ended(qtbot, dialog)


# The table


def many(count: int) -> Plan:
    rows = tuple(
        Row(Path(f"/album/{at:05}.jpg"), f"{at:05}.jpg", 1, 1, at, None, "", Path(f"/r/{at}.jpg"),
            None, "unique")
        for at in range(count)
    )  # fmt: skip
    return Plan(rows, (), (), None)


def test_with_ten_thousand_rows_only_what_is_seen_is_asked_for(qtbot, dialog):
    dialog._rest.stop()
    wanted = []
    dialog.table.thumbnail_wanted.connect(wanted.append)
    dialog.table.show_plan(Listed.of(many(10_000), None))
    dialog.view.repaint()
    QApplication.processEvents()
    assert 0 < len(wanted) < 60
    changes = [
        RowChanged(at, Path(f"/album/{at:05}.jpg"), "done", seconds=1.0) for at in range(5000)
    ]
    dialog.table.take(changes)
    assert dialog.table.lines[4999].state == "done"
    dialog.filter_box.setCurrentIndex(2)
    dialog.filter_box.activated.emit(2)
    assert dialog.filter.rowCount() == 5000


@pytest.mark.parametrize("width", [900, 1240, 2000])
@pytest.mark.parametrize("code", ["en", "de", "zh_CN"])
def test_reasons_are_in_sight_in_any_window(qtbot, window, settings, predictor, width, code):
    set_language(code)
    made = BatchDialog(window, settings, lambda: "fast", lambda: predictor)
    made.resize(width, 600)
    made.show()
    made.table.show_plan(Listed.of(many(100), None))
    QApplication.processEvents()
    heads = made.view.horizontalHeader()
    made.table.take([RowChanged(1, Path("/album/00001.jpg"), "failed")])
    words = made.table.data(made.table.index(1, STATE))
    assert made.view.fontMetrics().horizontalAdvance(words) < heads.sectionSize(STATE)
    assert heads.sectionViewportPosition(REASON) + 48 <= made.view.viewport().width()
    assert made.view.horizontalScrollBar().maximum() == 0
    assert made.panel.horizontalScrollBar().maximum() == 0  # and nothing of the panel is hidden
    made.shut_down()
    made.deleteLater()


def test_thumbnails_are_of_one_size_so_that_names_stand_in_a_line(qtbot):
    table = BatchTable()
    table.show_plan(Listed.of(many(2), None))
    for at, (width, height) in enumerate(((300, 100), (100, 300))):
        white = np.full((height, width, 3), 255, np.uint8)
        picture = picture_of(white, (width, height))
        table.show_thumbnail(Path(f"/album/{at:05}.jpg"), picture)
    pictures = [
        table.data(table.index(at, PHOTO), Qt.ItemDataRole.DecorationRole) for at in range(2)
    ]
    assert [picture.deviceIndependentSize().toSize() for picture in pictures] == [THUMBNAIL] * 2

    def opaque(x: int, y: int) -> list[bool]:
        return [each.toImage().pixelColor(x, y).alpha() > 0 for each in pictures]

    assert opaque(28, 20) == [True, True]
    assert opaque(28, 2) == [False, True]
    assert opaque(2, 20) == [True, False]


def test_cells(qtbot):
    table = BatchTable()
    table.show_plan(Listed.of(many(3), Path("/r")))
    table.take([
        RowChanged(1, Path("/album/00001.jpg"), "failed", seconds=2.2, error="It is damaged."),
        RowChanged(2, Path("/album/00002.jpg"), "done", Path("/r/2-2.jpg"), warnings=("So.",)),
        RowChanged(9, Path("/album/elsewhere.jpg"), "done"),
    ])  # fmt: skip
    cells = [[table.data(table.index(row, column)) for column in range(5)] for row in range(3)]
    assert cells[0] == ["00000.jpg", "0.jpg", "waits", "", ""]
    assert cells[1] == ["00001.jpg", "", "failed", "2.2 s", "It is damaged."]
    assert cells[2][STATE] == "colored"
    assert cells[2][REASON] == "So."
    assert cells[2][TARGET] == "2-2.jpg"  # its name was taken meanwhile
    assert table.headerData(PHOTO, Qt.Orientation.Horizontal) == "Photo"
    assert table.headerData(TARGET, Qt.Orientation.Horizontal) == "Result"


def test_a_photo_that_comes_back_is_asked_for_again_if_its_picture_was_lost(qtbot):
    table, wanted = BatchTable(), []
    table.thumbnail_wanted.connect(wanted.append)
    role, listed = Qt.ItemDataRole.DecorationRole, Listed.of(many(2), None)
    first, second = (line.source for line in listed.lines)
    picture = picture_of(np.full((40, 56, 3), 200, np.uint8), (56, 40))
    table.show_plan(listed)
    for row in range(2):
        table.data(table.index(row, PHOTO), role)
    table.show_thumbnail(first, picture)
    table.show_plan(Listed.of(many(1), None))  # the second is left out, then taken in again
    table.show_thumbnail(second, picture)
    table.show_plan(listed)
    for row in range(2):
        table.data(table.index(row, PHOTO), role)
    assert wanted == [first, second, second]


def test_all_names_begin_at_one_place_whatever_form_their_photos_have(qtbot):
    table = BatchTable()
    table.show_plan(Listed.of(many(3), Path("/r")))
    for at, (width, height) in enumerate([(30, 90), (90, 30)]):
        pixels = np.full((height, width, 3), 200, np.uint8)
        table.show_thumbnail(table.lines[at].source, picture_of(pixels, (width, height)))
    role = Qt.ItemDataRole.DecorationRole
    shown = [table.data(table.index(row, PHOTO), role) for row in range(3)]  # the last has none yet
    assert {pixmap.deviceIndependentSize().toSize() for pixmap in shown} == {THUMBNAIL}
    tall = shown[0].toImage()
    assert tall.pixelColor(0, THUMBNAIL.height() // 2).alpha() == 0
    assert tall.pixelColor(THUMBNAIL.width() // 2, THUMBNAIL.height() // 2).red() == 200


# One look


def test_one_look_is_chosen_and_used(qtbot, dialog, album, tmp_path):
    panel = dialog.panel
    assert not panel.look_of.isVisible()
    combo = panel.look_form.editor("look")
    combo.setCurrentIndex(1)
    assert panel.settings.look == "first"
    planned(qtbot, dialog, album)
    dialog.start.click()
    ended(qtbot, dialog)
    assert sorted(states(dialog).values()) == ["done", "done", "done", "failed"]
    combo.setCurrentIndex(2)
    assert panel.look_of.isVisible()
    assert "gives the others its look" in panel.problem
    panel.look_of.setText(str(album / "a.png"))
    assert not panel.problem


def test_a_look_that_cannot_be_had_is_said_before_anything_begins(qtbot, dialog, album):
    dialog.panel.look_form.editor("look").setCurrentIndex(2)
    dialog.panel.look_of.setText(str(album / "damaged.jpg"))
    dialog.add([album])
    qtbot.waitUntil(lambda: "“damaged.jpg”, which gives" in dialog.summary.text(), timeout=10_000)
    assert not dialog.start.isEnabled()


# Words


def test_times_in_words():
    assert [time_text(seconds) for seconds in (0.2, 61, 100, 5000, 9000)] == [
        "1 s", "61 s", "2 min", "83 min", "2 h 30 min",
    ]  # fmt: skip


def test_the_example_is_what_a_result_would_be_called():
    assert example_name("{folder}-{name}-{number}") == "Reel 7-attic-0001.jpg"
