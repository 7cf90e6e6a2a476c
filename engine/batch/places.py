"""Where the journal of a job lies, and how a plan gets into it."""

from collections.abc import Mapping
from pathlib import Path

from engine.batch.find import Finding
from engine.batch.job import Job
from engine.batch.journal import Journal, key_of
from engine.batch.plan import BatchConflict, Plan, make_plan
from engine.batch.records import Record
from engine.batch.shard import Shard
from engine.batch.tasks import make_folder
from engine.errors import JournalInUse
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
    make_folder(path)
    return Journal(path)


def plan_in(
    journal: Journal,
    finding: Finding,
    job: Job,
    on_conflict: BatchConflict = "unique",
    *,
    retry_failed: bool = False,
    shard: Shard | None = None,
) -> Plan:
    """Plan a job and keep its names, so that another process that plans it gets the same ones.

    Planning may have to look into files, so it is done while others may use the journal, and once
    more if they kept names meanwhile.

    Args:
        journal: the job's.
        finding: as for `make_plan`, as is what follows.
        job: how.
        on_conflict: where a file has the target's name.
        retry_failed: whether photos that failed are tried again.
        shard: which share.

    Raises:
        CannotWrite, DiskFull, BadJournal: the journal cannot be used.
        BadTemplate: the names cannot be made.
    """
    fingerprint = job.fingerprint
    journal.free_gone(fingerprint)
    while True:
        known = journal.known(fingerprint)
        plan = make_plan(finding, job, known, on_conflict, retry_failed=retry_failed, shard=shard)
        with journal.planning():
            # Others wait meanwhile, so no more is read than is needed.
            now = journal.records(fingerprint)
            if _names_in(now) == _names_in(known.records):
                done = _ended_since(known.records, now)
                rows = (row.record() for row in plan.to_color)
                journal.reserve(
                    fingerprint, (row for row in rows if key_of(row.source) not in done)
                )
                return plan


def _ended_since(before: Mapping[bytes, Record], now: Mapping[bytes, Record]) -> set[bytes]:
    """The photos that another process has ended meanwhile: kept anew, they would be made twice."""
    return {
        source
        for source, record in now.items()
        if record.state not in ("waiting", "running") and record.state != before[source].state
    }


def _names_in(records: Mapping[bytes, Record]) -> dict[bytes, Path]:
    return {source: record.target for source, record in records.items()}


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
