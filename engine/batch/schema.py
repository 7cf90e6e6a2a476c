"""The tables of a journal, and how its file is opened."""

import os
import sqlite3
import time
from pathlib import Path

VERSION = 1
# How long one process waits for another that writes; a transaction takes milliseconds.
_WAIT_SECONDS = 30.0

_TABLES = """
CREATE TABLE owners (
    id INTEGER PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
    seen REAL NOT NULL
);
CREATE TABLE photos (
    job TEXT NOT NULL, source BLOB NOT NULL, number INTEGER NOT NULL,
    size INTEGER NOT NULL, mtime INTEGER NOT NULL, sha256 TEXT NOT NULL DEFAULT '',
    wish TEXT NOT NULL, target BLOB NOT NULL, layer BLOB, on_conflict TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', owner INTEGER REFERENCES owners (id),
    reason TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, ended REAL,
    PRIMARY KEY (job, source)
) WITHOUT ROWID;
CREATE INDEX photos_by_target ON photos (target);
CREATE TABLE sealed (
    job TEXT NOT NULL, source BLOB NOT NULL, target BLOB NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (job, source, target)
) WITHOUT ROWID;
"""


class NotAJournal(Exception):
    """The file is something else, or of a later version of this program."""


def open_journal(path: Path) -> sqlite3.Connection:
    """Open a journal, or make it.

    Raises:
        sqlite3.Error: it cannot be opened, made or used.
        NotAJournal: it is of a later version.
    """
    connection = sqlite3.connect(
        path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _use_log(connection)
        # A record must survive a power cut once it is said to be there.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        _check_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch to a log beside the file, for which SQLite does not wait by itself."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def peek_journal(path: Path) -> sqlite3.Connection:
    """Open a journal to look into it; not a byte is written.

    Raises:
        sqlite3.Error, NotAJournal: as above.
    """
    # Without a log beside it nobody has it open, and SQLite need not make one to read it.
    is_closed = not os.path.exists(f"{path}-wal")  # noqa: PTH110
    mode = "immutable=1" if is_closed else "mode=ro"
    name = Path(os.path.abspath(path)).as_uri()  # noqa: PTH100
    connection = sqlite3.connect(
        f"{name}?{mode}", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
    )
    try:
        _check_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_version(connection: sqlite3.Connection) -> None:
    if _version(connection) != VERSION:
        raise NotAJournal
