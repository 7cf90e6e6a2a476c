"""Runs: everything accounted for, the same bytes however many work, and what stops them."""

import errno
import json
import logging
import os
import pickle
import shutil
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from engine.batch import places, tasks
from engine.batch import run as run_module
from engine.batch.events import Continued, Finished, Paused, Progressed, RowChanged
from engine.batch.find import Choice
from engine.batch.journal import Journal
from engine.batch.places import opened_journal
from engine.batch.plan import make_plan
from engine.batch.records import Sealed
from engine.batch.report import BatchReport, as_json
from engine.batch.sidecars import GivenEdits
from engine.batch.steering import Steering
from engine.batch.tasks import Result, Task
from engine.errors import CannotWrite, DiskFull, ModelMissing, OutOfMemory
from engine.photo import place
from engine.photo.options import SaveOptions
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from engine.pipeline import Wish, colorize
from tests.support.batches import (
    MIXED,
    Batch,
    digests,
    gone_owner,
    job_of,
    mixed_folder,
    names,
    save_photo,
    save_photos,
)
from tests.support.fakes import FakePredictor
from tests.support.pictures import by_pillow, rgb_picture


@pytest.fixture
def batch(tmp_path):
    return Batch(tmp_path / "in", tmp_path / "out")


def test_what_another_process_ends_during_the_planning_is_not_made_twice(batch, monkeypatch):
    save_photos(batch.folder, 2)
    other = Batch(batch.folder, batch.into)
    with opened_journal(batch.path) as journal:  # both know the names
        journal.reserve(batch.job.fingerprint, [row.record() for row in batch.plan().rows])

    def planned(*arguments, **options):
        plan = make_plan(*arguments, **options)
        monkeypatch.setattr(places, "make_plan", make_plan)
        other.run()
        return plan

    monkeypatch.setattr(places, "make_plan", planned)
    assert batch.run().done == 2
    assert sorted(digests(batch.into)) == ["000-colorized.png", "001-colorized.png"]
    assert len(other.ended("done")) == 2


def test_all_are_accounted_for_and_the_same_for_1_and_4_workers(tmp_path):
    folder = tmp_path / "in"
    mixed_folder(folder, MIXED)
    before = digests(folder)
    results = []
    for workers in (1, 4):
        batch = Batch(folder, tmp_path / f"out{workers}")
        plan = batch.plan()
        finished = batch.run(workers=workers)
        assert finished.done + finished.failed == len(plan.rows)
        assert finished.failed == MIXED // 10 + 2
        assert len(plan.rows) + len(plan.ignored) == MIXED + 3 + 7
        assert len(batch.ended()) == len(plan.rows)
        assert all(event.error for event in batch.ended("failed"))
        results.append(digests(batch.into))
        assert len(results[-1]) == finished.done
    assert results[0] == results[1]
    assert digests(folder) == before


def test_a_batch_gives_the_bytes_that_single_photos_get(batch, tmp_path):
    for suffix in (".jpg", ".png", ".tif"):
        save_photo(batch.folder / f"a{suffix}", 4)
    (batch.folder / "a.photochrom.json").write_text('{"version": 1, "adjustments": {"tint": 30}}')
    batch.run()
    for suffix in (".jpg", ".png", ".tif"):
        wish = Wish(edits=batch.job.edits.of(batch.folder / "a.photochrom.json"))
        single = tmp_path / f"single{suffix}"
        colorize(batch.folder / f"a{suffix}", single, FakePredictor(), wish)
        assert (batch.into / f"a-colorized{suffix}").read_bytes() == single.read_bytes()


def test_a_photo_s_own_edits_are_obeyed(batch):
    save_photo(batch.folder / "a.png")
    save_photo(batch.folder / "b.png")
    hint = '{"x": 0.5, "y": 0.5, "ab": [0, 0]}'
    (batch.folder / "a.png.photochrom.json").write_text(f'{{"version": 1, "hints": [{hint}]}}')
    (batch.folder / "b.photochrom.json").write_text("{}")
    finished = batch.run()
    assert batch.predictor.asked.count("predict 1") == 1
    assert (finished.done, finished.failed) == (1, 1)
    assert "b.photochrom.json" in batch.ended("failed")[0].error
    made = Provenance.from_xmp(
        dict(read_photo(batch.into / "a-colorized.png").source.metadata)["xmp-data"]
    )
    assert '"hints"' in made.edits


def test_what_is_told(batch):
    save_photos(batch.folder, 6)
    (batch.folder / "bad.png").write_bytes(b"no")
    finished = batch.run()
    assert batch.events[-1] == finished
    assert (finished.done, finished.failed, finished.left_out, finished.waiting) == (6, 1, 0, 0)
    told = [event for event in batch.events if isinstance(event, Progressed)]
    assert [event.ended for event in told] == list(range(1, 8))
    assert [event.share for event in told] == sorted(event.share for event in told)
    assert told[-1].share == 1
    assert told[-1].seconds_left == 0
    states = Counter(event.state for event in batch.events if isinstance(event, RowChanged))
    assert states == {"reading": 7, "looking": 6, "writing": 6, "done": 6, "failed": 1}
    assert all(event.seconds > 0 for event in batch.ended("done"))
    assert batch.ended("failed")[0].code == "unreadable-photo"


def test_colored_photos_and_layers(tmp_path):
    folder, into = tmp_path / "in", tmp_path / "out"
    wish = Wish(colored="skip", layer="tiff")
    batch = Batch(folder, into, job=job_of(into, wish, layer="tiff"))
    save_photo(folder / "a.jpg")
    save_photo(folder / "a.png", 1)
    (folder / "color.png").write_bytes(by_pillow(rgb_picture(), "PNG"))
    finished = batch.run(workers=4)
    assert (finished.done, finished.left_out) == (2, 1)
    assert set(digests(into)) == {
        "a-colorized.jpg", "a-color-layer.tif", "a-colorized.png", "a-color-layer-2.tif"
    }  # fmt: skip
    layers = {event.source.name: event.layer.name for event in batch.ended("done")}
    assert layers == {"a.jpg": "a-color-layer.tif", "a.png": "a-color-layer-2.tif"}
    assert batch.plan().counts == {"done": 2, "colored": 1, "clash": 0}


def test_what_was_remarkable_about_a_colored_photo_is_recorded(batch):
    save_photo(batch.folder / "a.png")
    (batch.folder / "color.png").write_bytes(by_pillow(rgb_picture(), "PNG"))
    assert batch.run().done == 2
    told = {event.source: " ".join(event.warnings) for event in batch.ended("done")}
    with Journal(batch.path) as journal:
        records = journal.known(batch.job.fingerprint).records.values()
        recorded = {record.source: record.reason for record in records}
    assert recorded == told
    assert "color" in told[batch.folder / "color.png"]
    assert told[batch.folder / "a.png"] == ""
    photos = json.loads(as_json(BatchReport.of(records, 1.0)))["photos"]
    assert [photo["reason"] for photo in photos] == [
        told[Path(photo["source"])] for photo in photos
    ]
    assert all("neither it nor" in row.reason for row in batch.plan().rows)


def test_nothing_is_done_twice(batch):
    save_photos(batch.folder, 4)
    batch.run()
    before = {
        path: path.stat().st_mtime_ns for path in batch.into.iterdir() if path.suffix == ".png"
    }
    finished = batch.run()
    assert (finished.done, finished.waiting) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_target_that_turns_up_meanwhile_is_left_alone(batch):
    save_photos(batch.folder, 2)
    gate = threading.Event()

    def load():
        (batch.into / "000-colorized.png").write_bytes(b"another's")
        gate.set()
        return FakePredictor()

    finished = batch.run(load=load)
    assert finished.done == 2
    assert (batch.into / "000-colorized.png").read_bytes() == b"another's"
    assert (batch.into / "000-colorized-2.png").exists()
    assert batch.ended("done")[0].target.parent == batch.into


def test_skip_leaves_out_a_photo_whose_target_turns_up(batch):
    save_photos(batch.folder, 1)

    def load():
        (batch.into / "000-colorized.png").write_bytes(b"another's")
        return FakePredictor()

    finished = batch.run("skip", load=load)
    assert (finished.done, finished.left_out) == (0, 1)
    (event,) = batch.ended("exists")
    (row,) = batch.plan("skip").rows
    assert event.warnings == ("“000-colorized.png” exists already and was left as it is.",)
    assert (row.skip, row.reason) == ("exists", event.warnings[0])


def test_sources_that_vanish_or_change(batch, monkeypatch):
    photos = save_photos(batch.folder, 4)
    real = tasks.sha256_of

    def sha256_of(path):
        if path.name == "001.png":  # someone writes on
            with path.open("ab") as file:
                file.write(b"more")
        return real(path)

    monkeypatch.setattr(tasks, "sha256_of", sha256_of)

    def tell(event):
        if isinstance(event, RowChanged) and event.state == "reading":
            photos[3].unlink(missing_ok=True)
            save_photo(photos[2], 50) if event.index == 0 else None

    finished = batch.run(tell=tell, workers=1, most_pixels=1)
    errors = {event.source.name: event.code for event in batch.ended("failed")}
    assert errors == {"001.png": "changing-photo", "003.png": "missing-photo"}
    assert finished.done == 2
    # Colored as it was when it was read; so it counts as done.
    assert [row.skip for row in batch.plan().rows][2] == "done"


def test_errors_nobody_thought_of_stop_nothing(batch, monkeypatch, caplog):
    save_photos(batch.folder, 5)

    class Odd(FakePredictor):
        def prepare(self, lightness, quality):
            if len(self.calls) == 2:
                self.calls.append(("odd", 0))
                raise ZeroDivisionError("odd {braces}")
            return super().prepare(lightness, quality)

    batch.predictor = Odd()
    with caplog.at_level(logging.CRITICAL):
        finished = batch.run(workers=1)
    assert (finished.done, finished.failed) == (4, 1)
    (failed,) = batch.ended("failed")
    assert "ZeroDivisionError: odd {braces}" in failed.error
    assert failed.code == "unexpected-failure"


def test_memory_that_runs_out_is_the_photo_s_failure(batch):
    save_photos(batch.folder, 2)
    batch.predictor = FakePredictor(error=OutOfMemory(device="cpu"))
    assert batch.run().failed == 2


def test_without_a_network_nothing_is_lost(batch):
    save_photos(batch.folder, 3)

    def load():
        raise ModelMissing(path="weights")

    with pytest.raises(ModelMissing):
        batch.run(load=load)
    assert batch.run().done == 3


def test_it_is_cancelled_within_a_second_and_goes_on(batch):
    save_photos(batch.folder, 30)
    steering = Steering()
    predictor = FakePredictor()
    batch.predictor = predictor

    def tell(event):
        if isinstance(event, Progressed) and event.ended == 5:
            predictor.gate.clear()  # the network takes for ever now
            steering.cancel.cancel()

    started = time.monotonic()
    finished = batch.run(steering=steering, tell=tell)
    assert time.monotonic() - started < 3
    predictor.gate.set()
    assert finished.cancelled
    assert finished.done + finished.waiting == 30
    last = {event.index: event.state for event in batch.events if isinstance(event, RowChanged)}
    assert set(last.values()) == {"done", "waiting"}
    assert 5 <= finished.done < 15
    time.sleep(0.2)  # what was under way writes nothing any more
    assert len(digests(batch.into)) == finished.done
    again = batch.run()
    assert again.done == finished.waiting
    assert len(digests(batch.into)) == 30


def test_cancelling_does_not_wait_for_a_decoder_that_cannot_be_stopped(batch, monkeypatch):
    save_photos(batch.folder, 3)
    steering, stuck = Steering(), threading.Event()

    def read_task(task, cancel):
        stuck.wait(20)

    monkeypatch.setattr("engine.batch.lanes.read_task", read_task)
    threading.Timer(0.3, steering.cancel.cancel).start()
    started = time.monotonic()
    finished = batch.run(steering=steering)
    assert time.monotonic() - started < 1.5
    stuck.set()
    assert finished.waiting == 3


def test_pausing_finishes_what_is_in_hand_and_begins_nothing(batch):
    save_photos(batch.folder, 40)
    steering = Steering()
    ended = []

    def tell(event):
        if isinstance(event, Progressed):
            ended.append(event.ended)
            if event.ended == 3:
                steering.pause()
        if isinstance(event, Paused):
            assert event.reason == ""
            threading.Timer(0.4, steering.go_on).start()

    finished = batch.run(steering=steering, tell=tell, workers=1)
    kinds = [type(event) for event in batch.events]
    between = batch.events[kinds.index(Paused) : kinds.index(Continued)]
    begun = [one for one in between if isinstance(one, RowChanged) and one.state == "reading"]
    assert len(begun) <= 3  # they were handed out already
    assert finished.done == 40


def test_photos_can_be_added_while_it_runs(batch, tmp_path):
    save_photos(batch.folder, 3)
    later = Batch(tmp_path / "more", batch.into)
    later.job = batch.job
    steering = Steering()
    added = []

    def tell(event):
        if isinstance(event, Progressed) and event.ended == 1 and not added:
            save_photos(tmp_path / "more", 2, ".jpg")
            with Journal(batch.path) as journal:
                rows = later.plan(journal=journal).to_color
                journal.reserve(batch.job.fingerprint, (row.record() for row in rows))
            added.extend(rows)
            steering.add(rows)

    finished = batch.run(steering=steering, tell=tell)
    assert finished.done == 5
    assert len(digests(batch.into)) == 5


class Full:
    """A disk that is full after so many files, until it is freed."""

    def __init__(self, monkeypatch, files: int) -> None:
        self.left, self.free = files, 0
        real = place._write

        def write(function, path):
            if self.left <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.left -= 1
            real(function, path)

        monkeypatch.setattr(place, "_write", write)
        monkeypatch.setattr(run_module, "free_in", lambda _: self.free)


def test_a_full_disk_pauses_until_there_is_room(batch, monkeypatch):
    save_photos(batch.folder, 8)
    full = Full(monkeypatch, 3)

    def tell(event):
        if isinstance(event, Paused):
            full.left, full.free = 100, 10**12

    finished = batch.run(tell=tell)
    (paused,) = [event for event in batch.events if isinstance(event, Paused)]
    assert "no space is left" in paused.reason
    assert finished.done == 8
    assert finished.failed == 0
    assert not finished.reason
    assert len(digests(batch.into)) == 8


def test_a_full_disk_is_tried_again_when_the_user_says_so(batch, monkeypatch):
    save_photos(batch.folder, 4)
    full, steering = Full(monkeypatch, 2), Steering()
    pauses = []

    def tell(event):
        if isinstance(event, Paused):
            pauses.append(event)
            if len(pauses) == 2:
                full.left = 100
            threading.Timer(0.05, steering.go_on).start()

    assert batch.run(tell=tell, steering=steering).done == 4
    assert len(pauses) == 2


def test_a_full_disk_can_end_the_run_which_goes_on_later(batch, monkeypatch):
    save_photos(batch.folder, 8)
    full = Full(monkeypatch, 3)
    finished = batch.run(stop_when_full=True)
    assert "no space is left" in finished.reason
    assert (finished.done, finished.failed, finished.waiting) == (3, 0, 5)
    assert not finished.cancelled
    full.left = 100
    assert batch.run().done == 5


def test_a_journal_without_room_pauses_too(batch, monkeypatch):
    save_photos(batch.folder, 4)
    real, fails = Journal.end, [2]

    def end(self, job, photo, ending):
        if fails[0]:
            fails[0] -= 1
            raise DiskFull(name="journal", folder="out")
        real(self, job, photo, ending)

    monkeypatch.setattr(Journal, "end", end)
    finished = batch.run(workers=1)
    assert finished.done == 4
    assert batch.plan().counts["done"] == 4
    assert len(digests(batch.into)) == 4


def test_a_journal_without_room_for_what_another_process_had_pauses_too(batch, monkeypatch):
    save_photos(batch.folder, 1)
    real, calls = Journal.claim, []

    def claim(self, job, photo):
        calls.append(photo)
        if len(calls) == 1:
            return None  # another process has it
        if len(calls) == 2:
            raise DiskFull(name="journal", folder="out")
        return real(self, job, photo)

    monkeypatch.setattr(Journal, "claim", claim)
    assert batch.run().done == 1
    assert any(isinstance(event, Paused) and event.reason for event in batch.events)


def test_a_photo_that_someone_took_out_of_the_journal_is_colored_and_counted_once(
    batch, monkeypatch
):
    save_photos(batch.folder, 3)
    real, gone = Journal.claim, []

    def claim(self, job, photo):
        if photo.name == "001.png" and not gone:
            gone.append(photo)
            self._db.execute("DELETE FROM photos WHERE source = ?", (os.fsencode(photo),))
        return real(self, job, photo)

    monkeypatch.setattr(Journal, "claim", claim)
    assert batch.run().done == 3
    left = [event.seconds_left for event in batch.events if isinstance(event, Progressed)]
    assert left[-1] == 0
    assert min(left) >= 0


def test_what_a_process_leaves_that_dies_during_the_run_is_taken_away(batch, monkeypatch):
    save_photos(batch.folder, 3)
    real, left = Journal.claim, []

    def claim(self, job, photo):
        if photo.name == "001.png" and not left:
            dead = gone_owner()
            other = Journal(batch.path, dead)
            assert real(other, job, photo) is not None
            other._db.close()  # as kill -9 does
            left.append(batch.into / f".photochrom-{dead.pid}-0123.part")
            left[0].write_bytes(b"half")
        return real(self, job, photo)

    monkeypatch.setattr(Journal, "claim", claim)
    assert batch.run().done == 3
    assert not left[0].exists()


@pytest.mark.skipif(
    shutil.which("mount") is None or getattr(os, "geteuid", lambda: 1)() != 0,
    reason="only root mounts disks",
)
def test_a_small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    size = 600 << 10
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        batch = Batch(tmp_path / "in", disk / "out")
        for index in range(20):
            save_photo(batch.folder / f"{index:02}.png", index, (200, 300))
        finished = batch.run(stop_when_full=True)
        assert finished.reason
        assert finished.failed == 0
        assert 0 < finished.done < 20
        assert not [path for path in batch.into.iterdir() if path.suffix == ".part"]
        whole = digests(batch.into)
        assert len(whole) == finished.done
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        again = batch.run(stop_when_full=True)
        assert again.done + finished.done == 20
        assert digests(batch.into) | whole == digests(batch.into)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_is_told_photo_by_photo(batch, monkeypatch):
    save_photo(batch.folder / "closed" / "a.png")
    save_photo(batch.folder / "b.png")
    real = Path.mkdir

    def mkdir(self, *args, **options):
        if self.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        real(self, *args, **options)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    finished = batch.run()
    assert (finished.done, finished.failed) == (1, 1)
    assert batch.ended("failed")[0].code == CannotWrite.code


def test_a_photo_that_may_not_be_read(batch, monkeypatch):
    save_photos(batch.folder, 2)
    real = Path.open

    def opened(self, *args, **options):
        if self.name == "000.png":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", opened)
    batch.run()
    assert batch.ended("failed")[0].code == "forbidden-photo"
    assert len(batch.ended("done")) == 1


def test_photos_on_their_way_are_bounded(batch, monkeypatch):
    save_photos(batch.folder, 12)
    seen, on_their_way = [], set()

    def tell(event):
        if isinstance(event, RowChanged):
            if event.state == "reading":
                on_their_way.add(event.index)
            elif event.state in ("done", "failed"):
                on_their_way.discard(event.index)
            seen.append(len(on_their_way))

    batch.run(tell=tell, workers=4, most_pixels=1)
    assert max(seen) == 1  # one that has more goes alone
    again = Batch(batch.folder, batch.into.with_name("again"))
    seen.clear()
    again.run(tell=tell, workers=4)
    assert 1 < max(seen) <= 10


def test_work_can_be_given_to_other_processes():
    task = Task(
        1, Path("a.jpg"), 2, 3, Path("out/a.jpg"), None, Wish(), GivenEdits(), None,
        (Sealed(Path("out/a.jpg"), 1, "ab"),),
    )  # fmt: skip
    assert pickle.loads(pickle.dumps(task)) == task
    result = Result("done", 1, 2, "ab", Path("out/a.jpg"), None, ("said",), 0.5)
    assert pickle.loads(pickle.dumps(result)) == result


def test_stages_overlap(batch, monkeypatch):
    """Three stages of 20 ms take little more than the slowest alone."""
    save_photos(batch.folder, 20)
    sleeping = 0.02
    for name in ("read_task", "look_at", "write_task"):
        real = getattr(tasks, name)

        def slow(*args, real=real):
            time.sleep(sleeping)
            return real(*args)

        monkeypatch.setattr(f"engine.batch.lanes.{name}", slow)
    batch.run(workers=2)
    alone = 20 * (sleeping + 0.02)
    finished = batch.events[-1]
    assert isinstance(finished, Finished)
    assert finished.seconds < 20 * 3 * sleeping * 1.5 + alone


def test_beside_the_photos_and_again(tmp_path):
    batch = Batch(tmp_path / "in", None, tmp_path, choice=Choice(recursive=True))
    save_photos(batch.folder, 3)
    save_photo(batch.folder / "deep" / "a.jpg")
    assert batch.run().done == 4
    assert (batch.folder / "deep" / "a-colorized.jpg").exists()
    assert batch.run().done == 0
    assert len(batch.plan().ignored) == 4


def test_results_without_a_label_are_no_different(tmp_path):
    into = tmp_path / "out"
    wish = Wish(saving=SaveOptions(label=False, metadata=False))
    batch = Batch(tmp_path / "in", into, job=job_of(into, wish))
    save_photos(batch.folder, 2)
    assert batch.run().done == 2
    assert batch.run().done == 0
    assert names(sorted(into.glob("*.png"))) == ["000-colorized.png", "001-colorized.png"]
