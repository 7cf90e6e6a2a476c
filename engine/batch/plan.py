"""What will become of each photo, worked out before anything is written.

A plan is a function of the listing, of what the journal knows and of the files that are there. It
does not depend on how many workers there are, or on which photo was finished first: whoever plans
the same job again gets the same names.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.batch.find import Finding, Found, Ignored
from engine.batch.job import Job, digest_of
from engine.batch.journal import key_of
from engine.batch.looks import LookSource, LookSources
from engine.batch.pace import Load, expected_seconds
from engine.batch.records import Known, Record
from engine.batch.shard import Shard
from engine.batch.sidecars import sidecar_of
from engine.batch.space import Space, size_of_result, spaces_for
from engine.batch.targets import Names, as_given, ending_of, name_key
from engine.i18n import N_, translate
from engine.photo.naming import OnConflict
from engine.pipeline import sha256_of

BatchConflict = Literal["unique", "skip", "overwrite", "if-changed"]
# done: colored earlier, and nothing has changed; failed: it failed earlier; colored: it was left
# out earlier, as it has color; exists: its target is there.
Skip = Literal["", "done", "failed", "colored", "exists"]

DONE = N_("It was colored earlier, and neither it nor what is wished for has changed.")
EXISTS = N_("“{name}” exists already and is left as it is.")
EARLIER_RESULT = N_("It is the result of an earlier run.")


@dataclass(frozen=True, slots=True)
class Row:
    """One photo of a plan.

    Attributes:
        source: the photo.
        relative: its path below the folder that was given.
        size: of its file in bytes.
        mtime: when it was changed, in nanoseconds.
        number: its place in the listing when it was planned first.
        sidecar: the file with its own edits, or None.
        wish: what its result depends on, see `Job.wish_key`.
        target: its result.
        layer: the color alone; None if it is not wanted.
        on_conflict: what is done if another program takes the target's name meanwhile.
        skip: why it is not colored; empty if it is.
        reason: the same as a sentence.
        clash: whether another name had to be taken than the one that was wished for.
        replaces: whether an earlier file is replaced.
        look: the photos that give it its look; none if it is colored by itself.
    """

    source: Path
    relative: str
    size: int
    mtime: int
    number: int
    sidecar: Path | None
    wish: str
    target: Path
    layer: Path | None
    on_conflict: OnConflict
    skip: Skip = ""
    reason: str = ""
    clash: bool = False
    replaces: bool = False
    look: tuple[LookSource, ...] = ()

    @property
    def load(self) -> Load:
        """What is known of the work before the photo is read."""
        return Load.of(self.source, self.size)

    def record(self) -> Record:
        """It, as a journal keeps it."""
        return Record(
            self.source, self.number, self.size, self.mtime, "", self.wish, self.target,
            self.layer, self.on_conflict, "waiting",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What will become of all photos.

    Attributes:
        rows: one for each photo.
        ignored: what is no photo or left out.
        spaces: room that is needed and there, by disk; estimated.
        seconds: it will take, as photos of this job took before; None if too few were colored,
            see `trial.tried_seconds`.
    """

    rows: tuple[Row, ...]
    ignored: tuple[Ignored, ...]
    spaces: tuple[Space, ...]
    seconds: float | None

    @property
    def to_color(self) -> tuple[Row, ...]:
        """The rows of photos that will be colored."""
        return tuple(row for row in self.rows if not row.skip)

    @property
    def counts(self) -> Counter[str]:
        """How many rows there are of each kind of skip ("" are colored), and "clash"es."""
        counts = Counter[str](row.skip for row in self.rows)
        counts["clash"] = sum(row.clash for row in self.rows)
        return counts


def make_plan(
    finding: Finding,
    job: Job,
    known: Known,
    on_conflict: BatchConflict = "unique",
    *,
    retry_failed: bool = False,
    shard: Shard | None = None,
) -> Plan:
    """Plan a job.

    Args:
        finding: what lies under the folders given.
        job: how it is colored and named.
        known: what the journal knows.
        on_conflict: if there is a file of the target's name: "unique" takes another name, "skip"
            leaves the photo out, "overwrite" replaces the file; "if-changed" replaces a result of
            an earlier run if the photo or the wish has changed since, and else leaves it out.
        retry_failed: whether photos that failed earlier are tried again.
        shard: the share that is planned; names are those of the whole listing all the same.

    Raises:
        BadTemplate: the names cannot be made.
    """
    job.naming.check()
    found, earlier_results = _without_results(finding.found, known)
    planner = _Planner(job, known, on_conflict, retry_failed, numbered_anew=shard is not None)
    rows = planner.rows(found, shard)
    to_color = [row for row in rows if not row.skip]
    sizes = [
        (row.target.parent, size_of_result(row.size, row.source, ending_of(row.target)))
        for row in to_color
    ]
    return Plan(
        tuple(rows),
        (*finding.ignored, *earlier_results),
        spaces_for(sizes),
        expected_seconds(known.took, [row.load for row in to_color]),
    )


def _without_results(
    found: Iterable[Found], known: Known
) -> tuple[list[Found], tuple[Ignored, ...]]:
    """What was found, without results of runs that the journal knows."""
    records = (*known.records.values(), *known.earlier.values())
    results = {
        name_key(file)
        for record in records
        if record.state == "done"
        for file in (record.target, record.layer)
        if file is not None
    } | {name_key(file) for file in known.sealed}
    photos, ignored = [], []
    for one in found:
        if name_key(one.path) in results:
            ignored.append(Ignored(one.path, EARLIER_RESULT))
        else:
            photos.append(one)
    return photos, tuple(ignored)


@dataclass(frozen=True, slots=True)
class _Named:
    """A photo with the names that it would get if no other file was there."""

    one: Found
    number: int
    target: Path
    layer: Path | None
    clash: bool


class _Planner:
    """Gives each photo its row.

    Names are given in two steps. In the first all photos of the listing get names that differ, as
    if there was nothing else: so all shards agree. In the second, names that were kept for a photo
    earlier are kept, and those that other files have are exchanged.
    """

    def __init__(
        self,
        job: Job,
        known: Known,
        on_conflict: BatchConflict,
        retry_failed: bool,
        numbered_anew: bool,
    ) -> None:
        self._job, self._known, self._on_conflict = job, known, on_conflict
        self._retry_failed, self._numbered_anew = retry_failed, numbered_anew
        self._sealed = Names(known.sealed)

    def rows(self, found: Sequence[Found], shard: Shard | None) -> list[Row]:
        # Names kept for photos, whether or not they are in this listing.
        listed = {key_of(one.path) for one in found}
        self._kept = Names(
            file
            for source, record in self._known.records.items()
            if record.state in ("running", "done")
            or (record.state == "waiting" and not (source in listed and self._is_undone(record)))
            for file in (record.target, record.layer)
            if file is not None
        )
        names = self._named(found)
        self._wished = Names(
            file for name in names for file in (name.target, name.layer) if file is not None
        )
        self._sources = Names(one.path for one in found)
        self._looks = LookSources(self._job.look, found)
        self._digests: dict[LookSource, str] = {}
        own = [name for name in names if shard is None or shard.has(name.one.relative)]
        return [self._row(name) for name in own]

    def _named(self, found: Sequence[Found]) -> list[_Named]:
        """The first step."""
        free = Names(one.path for one in found)  # no photo is ever written over
        naming, named = self._job.naming, []
        records = self._known.records
        following = 1 + max((record.number for record in records.values()), default=0)
        for place, one in enumerate(found, 1):
            record = records.get(key_of(one.path))
            if self._numbered_anew:
                number = place
            elif record is not None:
                number = record.number
            else:
                number, following = following, following + 1
            wished = naming.target_of(one, number)
            target = free.free(wished)
            layer = naming.layer_of(one)
            layer = None if layer is None else free.free(layer)
            named.append(_Named(one, number, target, layer, target != wished))
        return named

    def _row(self, name: _Named) -> Row:
        """The second step."""
        one = name.one
        sidecar, look = sidecar_of(one.path), self._looks.of(one.path)
        wish = self._job.wish_key(sidecar, [self._digest(source) for source in look])
        row = Row(
            one.path, one.relative, one.size, one.mtime, name.number, sidecar, wish,
            name.target, name.layer, "unique", clash=name.clash, look=look,
        )  # fmt: skip
        record = _record_of(self._known.records, row)
        if record is None or self._is_undone(record):
            return self._new_row(row)
        is_current = _is_current(record, row)
        if is_current and self._has_ended(record):
            return _skipped(row, record)
        if record.state in ("waiting", "running", "failed") or is_current:
            return replace(
                row,
                target=record.target,
                layer=record.layer if row.layer is not None else None,
                on_conflict=record.on_conflict,
                clash=row.clash or record.target != row.target,
                replaces=record.on_conflict == "overwrite" and _is_there(record),
            )
        return self._row_again(row, record)

    def _digest(self, source: LookSource) -> str:
        """Of what gives others their look; each file is read once."""
        if source not in self._digests:
            parts = (digest_of(source.photo), digest_of(source.sidecar))
            self._digests[source] = " ".join(parts)
        return self._digests[source]

    def _is_undone(self, record: Record) -> bool:
        """Whether nothing came of a plan that was made for another policy than the one of now.

        A name stays that a file may have got already, or that another process is at work for.
        """
        if record.state == "failed" and not self._retry_failed:
            return False
        if record.state not in ("waiting", "failed", "exists") or record.target in self._sealed:
            return False
        if self._on_conflict != "if-changed":
            return record.on_conflict != self._on_conflict
        # It takes other names, and replaces what was colored before, of which there is a digest
        # until the photo fails.
        never_colored = record.state == "waiting" and not record.sha256
        return record.on_conflict == "skip" or (record.on_conflict == "overwrite" and never_colored)

    def _has_ended(self, record: Record) -> bool:
        """Whether there is nothing more to be done for a photo that has not changed."""
        if record.state == "failed":
            return not self._retry_failed
        if record.state == "colored":
            return True
        return record.state in ("done", "exists") and _is_there(record)

    def _row_again(self, row: Row, record: Record) -> Row:
        """Of a photo that was colored, but has changed since, or is wished for in another way."""
        if self._on_conflict in ("overwrite", "if-changed") and record.state == "done":
            return replace(
                row,
                target=record.target,
                layer=None if row.layer is None else record.layer or row.layer,
                on_conflict="overwrite",
                replaces=_is_there(record),
            )
        if self._on_conflict == "skip" and record.state == "done" and _is_there(record):
            return _left_out(row, record.target)
        return self._new_row(row)

    def _new_row(self, row: Row) -> Row:
        """Of a photo that this job has not colored yet."""
        if self._on_conflict == "if-changed":
            earlier = _record_of(self._known.earlier, row)
            if earlier is not None and _is_same_place(earlier.target, row.target):
                if _is_current(earlier, row) and _is_there(earlier):
                    return _skipped(row, earlier)
                return self._row_again(row, earlier)
        # A name that another photo's result has is no reason to leave this one out.
        if self._on_conflict in ("skip", "overwrite") and row.target not in self._kept:
            exists = os.path.lexists(row.target)
            if exists and self._on_conflict == "skip":
                return _left_out(row, row.target)
            self._keep(row.target, row.layer)
            policy: OnConflict = "skip" if self._on_conflict == "skip" else "overwrite"
            return replace(row, on_conflict=policy, replaces=exists)
        target = self._free(row.target)
        layer = None if row.layer is None else self._free(row.layer)
        return replace(row, target=target, layer=layer, clash=row.clash or target != row.target)

    def _free(self, wished: Path) -> Path:
        """The name itself, or one that no file has, and that nobody wished for or keeps."""
        if wished in self._kept or os.path.lexists(wished):
            while True:
                other = self._wished.free(wished, on_disk=True)
                if other not in self._kept and other not in self._sources:
                    wished = other
                    break
        self._keep(wished)
        return wished

    def _keep(self, *files: Path | None) -> None:
        for file in files:
            if file is not None:
                self._kept.take(file)


def _record_of(records: Mapping[bytes, Record], row: Row) -> Record | None:
    """What is known of a row's photo, with paths as the user gives them now."""
    record = records.get(key_of(row.source))
    if record is None:
        return None
    target = as_given(record.target, row.target)
    return replace(record, target=target, layer=as_given(record.layer, row.layer))


def _skipped(row: Row, record: Record) -> Row:
    """A row of a photo for which nothing is to be done."""
    kinds: dict[str, Skip] = {"failed": "failed", "colored": "colored", "exists": "exists"}
    return replace(
        row,
        target=record.target,
        layer=record.layer,
        skip=kinds.get(record.state, "done"),
        reason=(record.state != "done" and record.reason) or translate(DONE),
    )


def _left_out(row: Row, target: Path) -> Row:
    """A row of a photo whose target exists."""
    sentence = translate(EXISTS, name=target.name)
    return replace(row, target=target, on_conflict="skip", skip="exists", reason=sentence)


def _is_there(record: Record) -> bool:
    return os.path.lexists(record.target)


def _is_current(record: Record, row: Row) -> bool:
    """Whether a photo is as it was, and wished for in the same way.

    A file that has another time, but the same bytes, has not changed.
    """
    if record.wish != row.wish or record.size != row.size:
        return False
    if record.mtime == row.mtime:
        return True
    return bool(record.sha256) and record.sha256 == sha256_of(row.source)


def _is_same_place(earlier: Path, target: Path) -> bool:
    """Whether a result of an earlier run is in the way that this one would write."""
    same_folder = name_key(earlier.parent) == name_key(target.parent)
    return same_folder and earlier.suffix.lower() == target.suffix.lower()
