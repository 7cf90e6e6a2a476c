"""The journal: claims, leases, what survives, what is told of a bad one."""

import contextlib
import multiprocessing
import os
import shutil
import sqlite3
import sys
import time
from dataclasses import replace
from itertools import chain
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from engine.batch import journal as journal_module
from engine.batch.journal import Journal, key_of, peek
from engine.batch.owner import LEASE_SECONDS, Owner, this_process
from engine.batch.pace import Load
from engine.batch.places import journal_path, merge_shards, opened_journal
from engine.batch.records import Ending, Record, Sealed
from engine.batch.shard import Shard
from engine.errors import BadJournal, CannotWrite, DiskFull, JournalInUse
from engine.user_folder import user_folder
from tests.support.batches import gone_owner

JOB = "job"


def record(name: str, number: int = 1) -> Record:
    path = Path("/photos") / name
    target = Path("/out") / name
    return Record(path, number, 10, 20, "", "wish", target, None, "unique", "waiting")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "j.sqlite"


@pytest.fixture
def journal(path):
    with Journal(path) as opened:
        yield opened


def test_what_is_written_is_there(journal, path):
    strange = record(os.fsdecode(b"\xff 'quoted'.jpg"))
    journal.reserve(JOB, [strange, replace(record("b.jpg", 2), layer=Path("/out/b-layer.tif"))])
    known = peek(path, JOB)
    assert known.records[key_of(strange.source)] == strange
    assert known.records[key_of(Path("/photos/b.jpg"))].layer == Path("/out/b-layer.tif")
    assert not peek(path, "another").records
    assert journal.known(JOB).records == journal.records(JOB) == known.records


def test_a_photo_is_claimed_once(journal, path):
    journal.reserve(JOB, [record("a.jpg")])
    claimed = journal.claim(JOB, Path("/photos/a.jpg"))
    assert claimed is not None
    assert journal.claim(JOB, Path("/photos/a.jpg")) is None
    assert journal.claim(JOB, Path("/photos/unknown.jpg")) is None
    with Journal(path) as other:
        assert other.claim(JOB, Path("/photos/a.jpg")) is None
        assert other.has_others()
        journal.release(JOB, Path("/photos/a.jpg"))
        assert other.claim(JOB, Path("/photos/a.jpg")) is not None
        other.end(JOB, Path("/photos/a.jpg"), Ending("done", target=Path("/out/a-2.jpg")))
    assert journal.claim(JOB, Path("/photos/a.jpg")) is None
    ended = journal.record_of(JOB, Path("/photos/a.jpg"))
    assert ended is not None
    assert (ended.state, ended.target, ended.attempts) == ("done", Path("/out/a-2.jpg"), 2)


def test_closing_lets_go_of_what_was_claimed(path):
    with Journal(path) as first:
        first.reserve(JOB, [record("a.jpg")])
        first.claim(JOB, Path("/photos/a.jpg"))
    with Journal(path) as second:
        assert second.claim(JOB, Path("/photos/a.jpg")) is not None
        assert not second.has_others()


def test_claims_of_the_dead_are_taken_over(journal, path):
    journal.reserve(JOB, [record("a.jpg")])
    dead = gone_owner()
    other = Journal(path, dead)
    assert other.claim(JOB, Path("/photos/a.jpg")) is not None
    other._db.close()  # as kill -9 does
    assert journal.gone_owners() == (dead.pid,)
    assert journal.claim(JOB, Path("/photos/a.jpg")) is not None


def test_who_is_alive():
    me = this_process()
    now = time.time()
    assert me.is_alive(0, now)
    assert not replace(me, started="boot 1").is_alive(now, now)  # its number was given again
    assert not gone_owner().is_alive(now, now)
    elsewhere = Owner("another machine", 1, "boot 1")
    assert elsewhere.is_alive(now - LEASE_SECONDS / 2, now)
    assert not elsewhere.is_alive(now - LEASE_SECONDS * 2, now)
    unknown = replace(me, started="")  # not Linux
    assert unknown.is_alive(now, now)
    assert not unknown.is_alive(now - LEASE_SECONDS * 2, now)


def test_a_lease_is_renewed(journal, path, monkeypatch):
    monkeypatch.setattr(journal_module, "BEAT_SECONDS", 0.0)
    journal.reserve(JOB, [record("a.jpg")])
    journal.beat()  # nothing is held yet
    journal.claim(JOB, Path("/photos/a.jpg"))

    def seen():
        with contextlib.closing(sqlite3.connect(path)) as db:
            return db.execute("SELECT seen FROM owners").fetchone()[0]

    before = seen()
    time.sleep(0.01)
    journal.beat()
    assert seen() > before


def test_names_that_are_kept_stay_until_something_changes(journal):
    journal.reserve(JOB, [record("a.jpg")])
    journal.seal(JOB, Path("/photos/a.jpg"), Sealed(Path("/out/a.jpg"), 3, "ab"))
    journal.reserve(JOB, [replace(record("a.jpg"), target=Path("/out/other.jpg"))])
    kept = journal.record_of(JOB, Path("/photos/a.jpg"))
    assert kept.target == Path("/out/a.jpg")
    assert journal.sealed_of(JOB, Path("/photos/a.jpg")) == (Sealed(Path("/out/a.jpg"), 3, "ab"),)
    assert journal.known(JOB).sealed == (Path("/out/a.jpg"),)
    changed = replace(record("a.jpg"), target=Path("/out/other.jpg"), mtime=21)
    journal.reserve(JOB, [changed])
    assert journal.record_of(JOB, Path("/photos/a.jpg")) == changed
    assert not journal.sealed_of(JOB, Path("/photos/a.jpg"))


def test_an_end_forgets_what_was_sealed(journal):
    journal.reserve(JOB, [record("a.jpg")])
    journal.seal(JOB, Path("/photos/a.jpg"), Sealed(Path("/out/a.jpg"), 3, "ab"))
    journal.end(JOB, Path("/photos/a.jpg"), Ending("done", 11, 21, "cd", seconds=2.0))
    assert not journal.sealed_of(JOB, Path("/photos/a.jpg"))
    ended = journal.record_of(JOB, Path("/photos/a.jpg"))
    assert (ended.size, ended.mtime, ended.sha256, ended.seconds) == (11, 21, "cd", 2.0)
    assert journal.known(JOB).took == ()
    journal.reserve(JOB, [record("b.jpg", 2)])
    journal.end(JOB, Path("/photos/b.jpg"), Ending("done", seconds=2.0))
    (took,) = journal.known(JOB).took
    assert took.load == Load("jpg", 10)
    assert 0 <= took.seconds < 1  # from one end to the next


def ended_at(journal, monkeypatch, job, name, moment, seconds=2.0, state="done"):
    monkeypatch.setattr(journal_module.time, "time", lambda: moment)
    journal.reserve(job, [record(name)])
    journal.end(job, Path(f"/photos/{name}"), Ending(state, seconds=seconds))


def test_only_photos_of_the_same_job_say_how_long_one_takes(journal, monkeypatch):
    for job, name, moment, state in (
        ("other", "x.jpg", 100.0, "done"),
        ("other", "y.jpg", 101.0, "done"),
        (JOB, "a.jpg", 130.0, "done"),  # the network was loaded
        (JOB, "b.jpg", 131.5, "done"),
        (JOB, "c.jpg", 131.8, "failed"),
        (JOB, "d.jpg", 133.0, "done"),
        (JOB, "e.jpg", 193.0, "done"),  # a minute later, in another run
        (JOB, "f.jpg", 193.5, "done"),
    ):
        ended_at(journal, monkeypatch, job, name, moment, state=state)
    took = [one.seconds for one in journal.known(JOB).took]
    assert took == pytest.approx([0.5, 1.2, 1.5])  # the newest first
    assert [one.seconds for one in journal.known("other").took] == [1.0]


def test_what_ended_long_ago_says_nothing_any_more(journal, monkeypatch):
    monkeypatch.setattr(journal_module, "_NEWEST", 2)
    for number, moment in enumerate([10.0, 12.0, 13.0, 13.5]):
        ended_at(journal, monkeypatch, JOB, f"{number}.jpg", moment)
    assert [one.seconds for one in journal.known(JOB).took] == [0.5, 1.0]


def test_only_the_newest_of_all_jobs_are_looked_at(journal, monkeypatch):
    monkeypatch.setattr(journal_module, "_LOOKED_AT", 3)
    for number, moment in enumerate([10.0, 12.0, 13.0, 13.5]):
        ended_at(journal, monkeypatch, JOB, f"{number}.jpg", moment)
    assert [one.seconds for one in journal.known(JOB).took] == [0.5, 1.0]
    for number, moment in enumerate([14.0, 15.0, 16.0]):
        ended_at(journal, monkeypatch, "other", f"{number}.jpg", moment)
    assert journal.known(JOB).took == ()


def claim_all(path: Path, count: int, results: "multiprocessing.SimpleQueue[list[int]]") -> None:
    with Journal(path) as journal:
        mine = []
        for index in range(count):
            photo = Path(f"/photos/{index}.jpg")
            if journal.claim(JOB, photo) is not None:
                mine.append(index)
                journal.end(JOB, photo, Ending("done"))
        results.put(mine)


def test_processes_share_photos_without_doing_one_twice(path):
    count = 60
    with Journal(path) as journal:
        journal.reserve(JOB, [record(f"{index}.jpg", index) for index in range(count)])
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    processes = [context.Process(target=claim_all, args=(path, count, results)) for _ in range(3)]
    for process in processes:
        process.start()
    shares = [results.get() for _ in processes]
    for process in processes:
        process.join(20)
    assert sorted(chain(*shares)) == list(range(count))


def open_at_once(path: Path, start: Event) -> None:
    start.wait(20)
    Journal(path).close()


def test_processes_make_a_journal_at_the_same_moment(path):
    context = multiprocessing.get_context("fork")
    start = context.Event()
    processes = [context.Process(target=open_at_once, args=(path, start)) for _ in range(8)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 8


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"\0" * 4096])
def test_a_bad_journal_is_told(path, data):
    path.write_bytes(data)
    with pytest.raises(BadJournal, match="no record of a batch"):
        Journal(path)
    with pytest.raises(BadJournal):
        peek(path, JOB)
    assert path.read_bytes() == data


def test_a_journal_of_a_later_version_is_left_alone(path):
    with Journal(path):
        pass
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(BadJournal):
        Journal(path)


def test_a_journal_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite):
        opened_journal(tmp_path / "file" / "j.sqlite")
    with pytest.raises(CannotWrite):
        Journal(tmp_path / "missing" / "j.sqlite")


def test_a_full_disk_is_told_and_nothing_is_lost(journal):
    journal.reserve(JOB, [record("a.jpg")])
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        journal.reserve(JOB, [record(f"{index:200}.jpg") for index in range(200)])
    assert len(journal.known(JOB).records) == 1
    journal._db.execute("PRAGMA max_page_count = 100000")
    journal.reserve(JOB, [record("b.jpg")])
    assert len(journal.known(JOB).records) == 2


def test_journals_of_shares_are_merged(tmp_path):
    shards = [Shard(1, 2), Shard(2, 2)]
    for shard in shards:
        with opened_journal(journal_path(tmp_path, shard)) as journal:
            mine = [record(f"{shard.index}-{index}.jpg", index) for index in range(3)]
            journal.reserve(JOB, mine)
            for one in mine[:2]:
                journal.claim(JOB, one.source)
                journal.end(JOB, one.source, Ending("done", sha256="ab"))
    with opened_journal(journal_path(tmp_path)) as whole:
        assert merge_shards(whole) == 4
        assert merge_shards(whole) == 0
        states = [one.state for one in whole.known(JOB).records.values()]
        assert states == ["done"] * 4
        with opened_journal(journal_path(tmp_path, shards[0])) as busy:
            busy.claim(JOB, Path("/photos/1-2.jpg"))
            with pytest.raises(JournalInUse):
                merge_shards(whole)


def test_a_failure_does_not_take_the_place_of_a_success(tmp_path):
    with Journal(tmp_path / "a.sqlite") as first, Journal(tmp_path / "b.sqlite") as second:
        for journal, state in ((first, "done"), (second, "failed")):
            journal.reserve(JOB, [record("a.jpg")])
            journal.claim(JOB, Path("/photos/a.jpg"))
            journal.end(JOB, Path("/photos/a.jpg"), Ending(state))
    with Journal(tmp_path / "a.sqlite") as first, Journal(tmp_path / "b.sqlite") as second:
        assert first.merge(second.path) == 0
        assert second.merge(first.path) in (0, 1)
        assert first.record_of(JOB, Path("/photos/a.jpg")).state == "done"


def test_it_survives_where_its_copy_is_taken_in_mid_run(journal, path, tmp_path):
    """As a power cut leaves it: the file and its log as they are at that moment."""
    journal.reserve(JOB, [record(f"{index}.jpg", index) for index in range(50)])
    for index in range(30):
        photo = Path(f"/photos/{index}.jpg")
        journal.claim(JOB, photo)
        journal.end(JOB, photo, Ending("done"))
    copy = tmp_path / "copy.sqlite"
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{copy}{ending}")
    with Journal(copy) as after:
        states = [one.state for one in after.known(JOB).records.values()]
    assert states.count("done") == 30


def test_where_journals_lie(tmp_path, monkeypatch):
    assert journal_path(tmp_path) == tmp_path / ".photochrom-batch.sqlite"
    assert journal_path(tmp_path, Shard(2, 8)).name == ".photochrom-batch-2-of-8.sqlite"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert journal_path(None) == tmp_path / "photochrom" / "batch.sqlite"
        monkeypatch.setenv("XDG_DATA_HOME", "relative")
        assert user_folder() == Path.home() / ".local" / "share" / "photochrom"
