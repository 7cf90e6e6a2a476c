"""Two thousand random actions: no exception, no standing still, and never a stale picture."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

import gui.document
import gui.theme
import gui.worker.desk as desk_module
from engine import (
    AbPlanes,
    Edits,
    Hint,
    PhotochromError,
    Quality,
    compose,
    measure_lightness,
    neutral_of,
    read_photo,
    shrink,
)
from gui.adjusting import ADJUSTMENTS
from gui.worker.jobs import Failed, Result
from tests.support.fakes import FakePredictor, FakePrepared
from tests.support.monkey import Monkey

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SEED = 1907
ACTIONS = 2000
SETTLE_EACH = 25
# How long the event loop may stand still, by the clock and by its thread's time on the processor.
# Both are generous, the clock more, as other work may take the processor away for a second;
# `benchmarks/window.py` has the tight bound.
LONGEST_STALL_S, LONGEST_WORK_S = 3.0, 1.0
PREVIEW_SIDE = 100


@dataclass(slots=True, eq=False)
class SlowPredictor(FakePredictor):
    """Takes a while, not always the same, and sees other colors at each quality level."""

    def predict(self, prepared: FakePrepared, hints: Sequence[Hint]) -> AbPlanes:
        time.sleep(0.003 * (len(self.calls) % 4))
        planes = super(SlowPredictor, self).predict(prepared, hints)
        return AbPlanes(planes.L, planes.ab + _SHIFT[prepared.quality])


_SHIFT = {"fast": np.float32(-6), "balanced": np.float32(0), "fine": np.float32(6)}


@pytest.fixture
def predictor() -> SlowPredictor:
    return SlowPredictor()


class Heart:
    """Notes the longest time for which the event loop stood still, and worked meanwhile."""

    def __init__(self) -> None:
        self.stall = self.work = 0.0
        self.rest()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self.beat)
        self._timer.start()

    def beat(self) -> None:
        self.stall = max(self.stall, time.perf_counter() - self._last)
        self.work = max(self.work, time.thread_time() - self._last_work)
        self.rest()

    def rest(self) -> None:
        """What was done since the last beat was done by the test."""
        self._last, self._last_work = time.perf_counter(), time.thread_time()


def make_photos(folder: Path) -> list[Path]:
    """Gray ones of several sizes, one of 16 bit, toned, with color, and two that are none."""
    paths = []
    for number, (width, height) in enumerate([(60, 90), (150, 100), (220, 130), (40, 40)]):
        ramp = (
            np.linspace(20 + 10 * number, 230, width)[None] * np.linspace(1, 0.5, height)[:, None]
        )
        paths.append(folder / f"gray {number}.png")
        Image.fromarray(ramp.astype(np.uint8)).save(paths[-1])
    deep = np.linspace(0, 65535, 120)[None].repeat(80, axis=0).astype(np.uint16)
    Image.fromarray(deep).save(folder / "deep.png")
    toned = np.linspace(0, 255, 130)[None, :, None].repeat(90, axis=0) * [1, 0.9, 0.6]
    Image.fromarray(toned.astype(np.uint8)).save(folder / "toned.png")
    colors = np.random.default_rng(1).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    Image.fromarray(colors).resize((120, 90), Image.Resampling.BICUBIC).save(folder / "colors.png")
    (folder / "no photo.jpg").write_bytes(b"no photo")
    named = [folder / name for name in ("deep.png", "toned.png", "colors.png", "no photo.jpg")]
    return [*paths, *named, folder / "gone.png"]


def composed(path: Path, edits: Edits, quality: Quality, *, complete: bool) -> np.ndarray:
    """What is to be seen, made anew from the file."""
    photo, predictor = read_photo(path), SlowPredictor()
    neutral = neutral_of(photo) if edits.neutralize else None
    lightness = measure_lightness(photo, None, neutral)
    planes = predictor.predict(predictor.prepare(lightness, quality), edits.hints)
    seen = lightness if complete else shrink(lightness, PREVIEW_SIDE)
    return compose(seen, planes, edits, 8).pixels


def check_picture(window, cut_short: set[int]) -> None:
    """What is on screen is of the photo and the edits of the moment.

    Args:
        window: settled.
        cut_short: generations of previews after which the rest was cancelled.
    """
    document, view = window.document, window.stage.view
    assert window.film_strip.count() == len(document.roll.photos)
    if document.photo is None:
        assert view.original is None
        assert view.colored is None
        assert document.shown is None
        return
    path = document.photo.request.path
    assert document.roll.photos[document.roll.at] == path
    assert window.windowTitle().startswith(path.name)
    assert view.original is document.photo.picture
    for row in ADJUSTMENTS:
        assert window.panel.slider(row.name).value() == row.shown(document.edits.adjustments)
    if document.shown is None:
        assert view.colored is None
        assert document.must_ask or document.stopped
        assert window.stage.notice.isVisible()
        return
    assert view.colored is document.shown.picture
    if document.stopped:  # and said so
        assert window.stage.notice.isVisible()
        return
    assert document.shown.edits == document.edits
    assert document.shown.complete or document.shown.generation in cut_short
    complete = document.shown.complete
    expected = composed(path, document.edits, document.quality, complete=complete)
    np.testing.assert_array_equal(document.shown.picture.levels[0].kept, expected)


def test_random_actions_leave_the_right_picture(qtbot, window, tmp_path, monkeypatch):
    folder, results = tmp_path / "photos", tmp_path / "results"
    folder.mkdir()
    results.mkdir()
    monkeypatch.setattr(gui.document, "PREVIEW_SIDES", (PREVIEW_SIDE,))
    monkeypatch.setattr(desk_module, "SLIDER_REST_S", 0.01)
    monkey = Monkey(window, SEED, make_photos(folder), results)
    monkeypatch.setattr(gui.theme, "is_dark", lambda: monkey.dark)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: monkey.answer(box))
    failed: list[Exception] = []
    cut_short: set[int] = set()

    def note(result: Result) -> None:
        if isinstance(result, Failed) and not isinstance(result.error, PhotochromError):
            failed.append(result.error)

    def note_cancel() -> None:
        if window.document.shown is not None:
            cut_short.add(window.document.shown.generation)

    window._thread.result_ready.connect(note)
    window._actions["cancel"].triggered.connect(note_cancel)
    heart = Heart()
    try:
        with qtbot.capture_exceptions() as raised:
            for number in range(1, ACTIONS + 1):
                monkey.act()
                QApplication.processEvents()
                heart.beat()
                assert not raised
                assert not failed
                assert heart.stall < LONGEST_STALL_S
                assert heart.work < LONGEST_WORK_S
                if number % SETTLE_EACH == 0:
                    settle(qtbot, window, monkey)
                    check_picture(window, cut_short)
                    heart.rest()
    except BaseException:
        print(
            f"Seed {SEED}, action {len(monkey.done)}. The last ones:", *monkey.done[-40:], sep="\n"
        )
        raise
    saved = [Image.open(path) for path in results.iterdir()]
    assert len(saved) > 5
    for image in saved:
        image.load()
        image.close()


def settle(qtbot, window, monkey: Monkey) -> None:
    for dialog in monkey.dialogs():
        dialog.reject()
    qtbot.waitUntil(lambda: not window.document.is_working, timeout=20_000)
