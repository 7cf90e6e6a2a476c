"""Where the journal of a job lies."""

from pathlib import Path

from engine.batch.journal import Journal
from engine.batch.shard import Shard
from engine.errors import CannotWrite, JournalInUse
from engine.user_folder import user_folder

_NAME = ".photochrom-batch"


def journal_path(into: Path | None, shard: Shard | None = None) -> Path:
    """The journal's file; nothing is made or looked up.

    Args:
        into: the folder of the results, where it lies then; None if they lie beside the photos.
        shard: which share of the job; each has a journal of its own.
    """
    part = "" if shard is None else f"-{shard.index}-of-{shard.count}"
    if into is not None:
        return into / f"{_NAME}{part}.sqlite"
    return user_folder() / f"batch{part}.sqlite"


def opened_journal(path: Path) -> Journal:
    """Open a journal, or make it and its folder.

    Raises:
        CannotWrite, DiskFull, BadJournal: it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(name=path.name, folder=str(path.parent)) from error
    return Journal(path)


def merge_shards(journal: Journal) -> int:
    """Take over what the journals of shards beside this one say of photos that have ended.

    Returns:
        Of how many photos.

    Raises:
        JournalInUse: a shard is still at work; its photos would be colored twice.
        BadJournal: one is damaged.
    """
    merged = 0
    for path in sorted(journal.path.parent.glob(f"{journal.path.stem}-*-of-*.sqlite")):
        with Journal(path) as shard:
            if shard.has_others():
                raise JournalInUse(path=path)
        merged += journal.merge(path)
    return merged
