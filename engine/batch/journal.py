"""The record of a batch: it goes on where it stopped, and no photo is colored twice.

A journal is an SQLite file. It lies in the folder of the results, or, where each result lies
beside its photo, with the user's data. Several processes may use it at once on one machine; several
machines have one each (`Shard`), since SQLite's log does not work across a network.

Order of writing. SQLite's log and the results are different files, and nothing writes both in one
step. Whatever moment a process ends at, by kill -9 or a power cut, one of these holds:

1. A photo's name is planned and kept for it (`reserve`) before anything is written, so that a
   second run plans the same name, and another photo none that is alike.
2. A photo is claimed (`claim`) in a transaction that no two processes can be in. A claim holds as
   long as its process lives; whoever finds it dead takes over.
3. The result is written whole under a hidden name, and its digest is recorded (`seal`) with the
   name it is about to get. The record is on the disk before the next step.
4. The result gets its name in one step (`place_file`), and its folder is written to the disk.
5. The photo is recorded as done (`end`).

Ended before 3: there is no result; the photo is colored again. Between 3 and 4: there is a digest,
but no file that has it: the same. Between 4 and 5: the file that has the digest is found under the
name, or under a numbered one of it if that was taken meanwhile: it is the result, the photo is
recorded as done, and nothing is written. So a result is never made twice, and never taken for made
when it is not. The digest is used, not what the result's metadata says: not all results have any.

Two transactions a photo go to the disk; claims go with the next of them, since a lost claim costs
nothing.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from engine.batch.owner import BEAT_SECONDS, Owner, this_process
from engine.batch.pace import Load, Took
from engine.batch.records import Ending, Known, Record, Sealed
from engine.batch.schema import NotAJournal, open_journal, peek_journal
from engine.errors import BadJournal, CannotWrite, DiskFull, PhotochromError

_FIELDS = (
    "source, number, size, mtime, sha256, wish, target, layer, on_conflict, state, reason, code, "
    "seconds, attempts"
)
# The ways in which SQLite says that the disk is full.
_FULL = {sqlite3.SQLITE_FULL}
# So many of the photos that were colored last say how long the next ones take.
_NEWEST = 50
# Among so many of those that ended last they are looked for: no index is ordered by that, and to
# order all of a million takes seconds.
_LOOKED_AT = 1000
# Between the ends of two photos of one run lies at most the second one's work, and some writing
# down; what is longer was waiting, or loading the network.
_SLACK_SECONDS = 1.0
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}


def key_of(photo: Path) -> bytes:
    """What a photo is known by: its whole path, in bytes, as not every name is of letters."""
    return os.fsencode(os.path.abspath(photo))  # noqa: PTH100 - links stay


class Journal:
    """A journal that is open; may be used by several threads.

    Args:
        path: its file; made if it is missing.
        owner: in whose name photos are claimed; this process if not given.

    Raises:
        CannotWrite: it cannot be made or written.
        DiskFull: no space is left for it.
        BadJournal: it is damaged, no journal, or of a later version.
    """

    def __init__(self, path: Path, owner: Owner | None = None) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._me: int | None = None
        self._beat = 0.0
        self._owner = owner or this_process()
        with _told(path):
            self._db = open_journal(path)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all that was claimed, and close the file."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._me is not None:
                self._db.execute(
                    "UPDATE photos SET state = 'waiting', owner = NULL "
                    "WHERE state = 'running' AND owner = ?",
                    (self._me,),
                )
                self._db.execute("DELETE FROM owners WHERE id = ?", (self._me,))
        self._db.close()

    def known(self, job: str) -> Known:
        """What is known before a job is planned."""
        with self._lock, _told(self.path):
            return _known(self._db, job)

    def records(self, job: str) -> dict[bytes, Record]:
        """Those of a job, by the photo's whole path; for what else is known, see `known`."""
        with self._lock, _told(self.path):
            return _records(self._db, job)

    @contextlib.contextmanager
    def planning(self) -> Iterator[None]:
        """No other process plans or claims meanwhile."""
        with self._changing():
            yield

    def reserve(self, job: str, rows: Iterable[Record]) -> None:
        """Keep names for photos that are to be colored.

        A photo that waits, or that a process has in hand, keeps what was kept for it before, if
        neither the photo nor the wish, nor what is done where the name is taken, has changed since.
        """
        with self._changing():
            for row in rows:
                self._reserve(job, row)

    def free_gone(self, job: str) -> None:
        """Let go of photos that processes have in hand which are gone."""
        with self._changing():
            held = "SELECT DISTINCT owner FROM photos WHERE job = ? AND state = 'running'"
            for (holder,) in self._db.execute(held, (job,)).fetchall():
                if not self._is_alive(holder):
                    self._db.execute(
                        "UPDATE photos SET state = 'waiting', owner = NULL "
                        "WHERE job = ? AND state = 'running' AND owner IS ?",
                        (job, holder),
                    )

    def _reserve(self, job: str, row: Record) -> None:
        key = key_of(row.source)
        values = {
            "job": job, "source": key, "number": row.number, "size": row.size,
            "mtime": row.mtime, "wish": row.wish, "target": key_of(row.target),
            "layer": None if row.layer is None else key_of(row.layer),
            "on_conflict": row.on_conflict,
        }  # fmt: skip
        changed = self._db.execute(
            """
            INSERT INTO photos (job, source, number, size, mtime, wish, target, layer, on_conflict)
            VALUES (:job, :source, :number, :size, :mtime, :wish, :target, :layer, :on_conflict)
            ON CONFLICT (job, source) DO UPDATE SET
                size = :size, mtime = :mtime, wish = :wish, target = :target, layer = :layer,
                on_conflict = :on_conflict, state = 'waiting', owner = NULL, reason = '', code = ''
            WHERE state NOT IN ('waiting', 'running')
                OR state = 'waiting' AND (size, mtime, wish) != (:size, :mtime, :wish)
                OR state = 'waiting' AND on_conflict != :on_conflict AND NOT EXISTS (
                    SELECT 1 FROM sealed WHERE sealed.job = :job AND sealed.source = :source)
            """,
            values,
        )
        if changed.rowcount:  # what was sealed was of another photo or another wish
            self._forget_sealed(job, key)

    def claim(self, job: str, photo: Path) -> Record | None:
        """Take a photo in hand, unless it has ended or another process that lives has it.

        Returns:
            What was planned for it; None if it cannot be had.
        """
        key = key_of(photo)
        with self._changing(durable=False):
            found = self._db.execute(
                f"SELECT {_FIELDS}, owner FROM photos WHERE job = ? AND source = ?", (job, key)
            ).fetchone()
            if found is None:
                return None
            record, holder = _record(found[:-1]), found[-1]
            is_free = record.state == "waiting" or (
                record.state == "running" and not self._is_alive(holder)
            )
            if not is_free:
                return None
            self._db.execute(
                "UPDATE photos SET state = 'running', owner = ?, attempts = attempts + 1 "
                "WHERE job = ? AND source = ?",
                (self._my_id(), job, key),
            )
        return record

    def record_of(self, job: str, photo: Path) -> Record | None:
        """What is known of a photo now."""
        with self._lock, _told(self.path):
            found = self._db.execute(
                f"SELECT {_FIELDS} FROM photos WHERE job = ? AND source = ?", (job, key_of(photo))
            ).fetchone()
        return None if found is None else _record(found)

    def release(self, job: str, photo: Path) -> None:
        """Let go of a photo that was claimed and is still to be colored."""
        with self._changing(durable=False):
            self._db.execute(
                "UPDATE photos SET state = 'waiting', owner = NULL "
                "WHERE job = ? AND source = ? AND owner = ? AND state = 'running'",
                (job, key_of(photo), self._me),
            )

    def seal(self, job: str, photo: Path, sealed: Sealed) -> None:
        """Record that a file is whole and about to get its name."""
        with self._changing():
            self._db.execute(
                "INSERT OR REPLACE INTO sealed VALUES (?, ?, ?, ?, ?)",
                (job, key_of(photo), key_of(sealed.target), sealed.size, sealed.sha256),
            )

    def sealed_of(self, job: str, photo: Path) -> tuple[Sealed, ...]:
        """The files of a photo that were about to get their names."""
        with self._lock, _told(self.path):
            rows = self._db.execute(
                "SELECT target, size, sha256 FROM sealed WHERE job = ? AND source = ?",
                (job, key_of(photo)),
            ).fetchall()
        return tuple(Sealed(Path(os.fsdecode(row[0])), row[1], row[2]) for row in rows)

    def end(self, job: str, photo: Path, ending: Ending) -> None:
        """Record what became of a photo."""
        key = key_of(photo)
        with self._changing():
            self._db.execute(
                """
                UPDATE photos SET state = :state, owner = NULL, size = coalesce(:size, size),
                    mtime = coalesce(:mtime, mtime), sha256 = :sha256,
                    target = coalesce(:target, target), layer = coalesce(:layer, layer),
                    reason = :reason, code = :code, seconds = :seconds, ended = :now
                WHERE job = :job AND source = :source
                """,
                {
                    "job": job, "source": key, "state": ending.state, "size": ending.size,
                    "mtime": ending.mtime, "sha256": ending.sha256,
                    "target": None if ending.target is None else key_of(ending.target),
                    "layer": None if ending.layer is None else key_of(ending.layer),
                    "reason": ending.reason, "code": ending.code, "seconds": ending.seconds,
                    "now": time.time(),
                },
            )  # fmt: skip
            self._forget_sealed(job, key)
            if ending.state == "done" and ending.target is not None:
                # What another job has put there is gone, so it must not count as done.
                self._db.execute(
                    "DELETE FROM photos WHERE target = ? AND job != ? AND state = 'done'",
                    (key_of(ending.target), job),
                )

    def gone_owners(self) -> tuple[int, ...]:
        """The numbers of processes on this machine that died with photos in hand."""
        with self._lock, _told(self.path):
            rows = self._db.execute("SELECT id, host, pid FROM owners").fetchall()
            return tuple(
                pid
                for id_, host, pid in rows
                if host == self._owner.host and id_ != self._me and not self._is_alive(id_)
            )

    def has_others(self) -> bool:
        """Whether another process that lives uses the journal."""
        with self._lock, _told(self.path):
            rows = self._db.execute("SELECT id FROM owners").fetchall()
            return any(id_ != self._me and self._is_alive(id_) for (id_,) in rows)

    def beat(self) -> None:
        """Say from time to time that this process lives; called as often as one likes."""
        if self._me is not None and time.monotonic() - self._beat > BEAT_SECONDS:
            with self._changing(durable=False):
                self._db.execute("UPDATE owners SET seen = ? WHERE id = ?", (time.time(), self._me))
            self._beat = time.monotonic()

    def merge(self, other: Path) -> int:
        """Take over what another journal says of photos that have ended.

        Args:
            other: the journal of a shard, which stays as it is.

        Returns:
            Of how many photos.
        """
        with _told(other), contextlib.closing(peek_journal(other)) as db:
            rows = db.execute(
                f"SELECT job, ended, {_FIELDS} FROM photos "
                "WHERE state IN ('done', 'failed', 'colored', 'exists')"
            ).fetchall()
        columns = ("job", "ended", *_FIELDS.split(", "))
        places = ", ".join("?" * len(columns))
        updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "number")
        merged = 0
        with self._changing():
            for row in rows:
                merged += self._db.execute(
                    f"INSERT INTO photos ({', '.join(columns)}) VALUES ({places}) "
                    f"ON CONFLICT (job, source) DO UPDATE SET {updates}, owner = NULL "
                    "WHERE state != 'running' "
                    "AND (photos.state != 'done' OR excluded.state = 'done') "
                    "AND coalesce(photos.ended, 0) < excluded.ended",
                    row,
                ).rowcount
        return merged

    @contextlib.contextmanager
    def _changing(self, *, durable: bool = True) -> Iterator[None]:
        """A transaction; within another one, a part of that.

        Args:
            durable: whether it is on the disk when this ends.
        """
        with self._lock, _told(self.path):
            if self._db.in_transaction:
                yield
                return
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.OperationalError):  # a full disk has ended it
                    self._db.execute("ROLLBACK")
                raise

    def _forget_sealed(self, job: str, key: bytes) -> None:
        self._db.execute("DELETE FROM sealed WHERE job = ? AND source = ?", (job, key))

    def _my_id(self) -> int:
        """The row of this process, within a transaction; rows of the dead are left out then."""
        if self._me is None:
            for (id_,) in self._db.execute("SELECT id FROM owners").fetchall():
                held = "SELECT 1 FROM photos WHERE state = 'running' AND owner = ? LIMIT 1"
                is_held = self._db.execute(held, (id_,)).fetchone()
                if not is_held and not self._is_alive(id_):
                    self._db.execute("DELETE FROM owners WHERE id = ?", (id_,))
            owner = self._owner
            self._me = self._db.execute(
                "INSERT INTO owners (host, pid, started, seen) VALUES (?, ?, ?, ?)",
                (owner.host, owner.pid, owner.started, time.time()),
            ).lastrowid
            self._beat = time.monotonic()
        assert self._me is not None
        return self._me

    def _is_alive(self, id_: int | None) -> bool:
        if id_ is not None and id_ == self._me:
            return True
        row = self._db.execute(
            "SELECT host, pid, started, seen FROM owners WHERE id = ?", (id_,)
        ).fetchone()
        return row is not None and Owner(*row[:3]).is_alive(row[3], time.time())


def peek(path: Path, job: str) -> Known:
    """What a journal knows before a job is planned; not a byte is written.

    Args:
        path: its file; nothing is known if it does not exist.
        job: the job's fingerprint.

    Raises:
        BadJournal, CannotWrite: it cannot be read.
    """
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises if it may not look
        return Known()
    with _told(path), contextlib.closing(peek_journal(path)) as db:
        return _known(db, job)


def _records(db: sqlite3.Connection, job: str) -> dict[bytes, Record]:
    rows = db.execute(f"SELECT {_FIELDS} FROM photos WHERE job = ?", (job,))
    return {bytes(row[0]): _record(row) for row in rows}


def _known(db: sqlite3.Connection, job: str) -> Known:
    earlier = {
        bytes(row[0]): _record(row)
        for row in db.execute(
            f"SELECT {_FIELDS} FROM photos WHERE job != ? AND state = 'done' ORDER BY ended", (job,)
        )
    }
    sealed = tuple(_path(target) for (target,) in db.execute("SELECT target FROM sealed"))
    return Known(_records(db, job), earlier, sealed, _took(db, job))


def _took(db: sqlite3.Connection, job: str) -> tuple[Took, ...]:
    """How long the photos took that this job has colored last.

    Other jobs say nothing, as their quality may be another, but end photos in between, too.
    """
    rows = db.execute(
        "SELECT source, size, gap FROM (SELECT job, source, size, state, seconds, ended, "
        "ended - lag(ended) OVER (ORDER BY ended) AS gap FROM "
        "(SELECT job, source, size, state, seconds, ended FROM photos "
        "WHERE ended IS NOT NULL ORDER BY ended DESC LIMIT ?)) "
        "WHERE job = ? AND state = 'done' AND gap < seconds + ? ORDER BY ended DESC LIMIT ?",
        (_LOOKED_AT, job, _SLACK_SECONDS, _NEWEST),
    )
    return tuple(Took(Load.of(_path(source), size), gap) for source, size, gap in rows)


def _record(row: tuple[Any, ...]) -> Record:
    source, number, size, mtime, sha256, wish, target, layer, *rest = row
    return Record(
        _path(source), number, size, mtime, sha256, wish,
        _path(target), None if layer is None else _path(layer), *rest,
    )  # fmt: skip


def _path(data: bytes) -> Path:
    return Path(os.fsdecode(data))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raise what users understand."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(error, path) from error
    except NotAJournal as error:
        raise BadJournal(path=path) from error


def _error(error: sqlite3.Error, path: Path) -> PhotochromError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
    if code in _FULL:
        return DiskFull(name=path.name, folder=str(path.parent))
    if code in _DAMAGED:
        return BadJournal(path=path)
    return CannotWrite(name=path.name, folder=str(path.parent))
