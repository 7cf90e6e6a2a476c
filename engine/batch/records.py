"""What a journal says of photos, as values."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.batch.pace import Took
from engine.errors import MissingPhoto
from engine.photo.naming import OnConflict
from engine.photo.read import MISSING


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a photo of a job.

    Attributes:
        source: the photo.
        number: its place in the listing when it was planned first.
        size: of its file, as of the result, or as planned while there is none.
        mtime: the same, in nanoseconds.
        sha256: digest of its file when it was colored; empty if it was not.
        wish: what it was, or is to be, colored with; see `Job.wish_key`.
        target: its result, or the name kept for that.
        layer: the same of the color alone.
        on_conflict: what is done if the target's name is taken when it is placed.
        state: "waiting", "running", "done", "failed", "colored" or "exists".
        reason: why it failed or was left out; warnings if it was colored.
        code: of the error.
        seconds: of work.
        attempts: how often it was begun.
    """

    source: Path
    number: int
    size: int
    mtime: int
    sha256: str
    wish: str
    target: Path
    layer: Path | None
    on_conflict: OnConflict
    state: str
    reason: str = ""
    code: str = ""
    seconds: float = 0.0
    attempts: int = 0


def missing_record(place: Path) -> Record:
    """What there is to tell of a photo or folder that does not exist, in no journal."""
    error = MissingPhoto(name=place.name, reason=MISSING)
    whole = Path(os.path.abspath(place))  # noqa: PTH100 - links stay
    return Record(
        whole, 0, 0, 0, "", "", whole, None, "unique", "failed", str(error), error.code
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What a journal knows before a plan is made.

    Attributes:
        records: of this job, by the photo's whole path.
        earlier: what was colored last of each photo in other jobs, in the same way.
        sealed: files that were about to get these names when a run ended; some may have got them.
        took: the photos of this job that were colored last, and how long that took.
    """

    records: Mapping[bytes, Record] = field(default_factory=dict)
    earlier: Mapping[bytes, Record] = field(default_factory=dict)
    sealed: tuple[Path, ...] = ()
    took: tuple[Took, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that was written whole and was about to get its name.

    Attributes:
        target: the name it was to get.
        size: in bytes.
        sha256: its digest.
    """

    target: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a photo, to be recorded.

    Attributes:
        state: "done", "failed", "colored" or "exists".
        size: of the photo's file as it was read.
        mtime: the same, in nanoseconds.
        sha256: digest of the photo's file.
        target: the result, or what is in its way.
        layer: the color alone.
        reason: why it failed or was left out; warnings if it was colored.
        code: of the error.
        seconds: of work.
    """

    state: str
    size: int | None = None
    mtime: int | None = None
    sha256: str = ""
    target: Path | None = None
    layer: Path | None = None
    reason: str = ""
    code: str = ""
    seconds: float = 0.0
