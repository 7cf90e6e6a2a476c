"""The three stages of one photo in a batch, from a plain value to plain values.

A task can be pickled and done anywhere; whoever does it needs no journal, but someone to ask and
to tell, a `Scribe`. One process writes the journal.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.batch.looks import Looks, LookSource
from engine.batch.records import Sealed
from engine.batch.sidecars import GivenEdits
from engine.batch.whole import whole_path
from engine.cancel import CancelToken
from engine.errors import (
    CannotWrite,
    ChangingPhoto,
    DiskFull,
    LookUnusable,
    MissingPhoto,
    ModelError,
    PhotochromError,
    UnexpectedFailure,
)
from engine.i18n import N_, translate
from engine.photo.naming import OnConflict, numbered_paths
from engine.photo.read import MISSING
from engine.photo.write import FULL_DISK
from engine.pipeline import (
    COLORED_SKIPPED,
    Ledger,
    Opened,
    Said,
    Wish,
    made_with,
    opened_for,
    planes_for,
    planes_in_look,
    provenance_of,
    saved_as,
    sha256_of,
)
from engine.shoot.look import Look
from engine.values import AbPlanes, Predictor

BY_ITSELF = N_(
    "It was colored by itself, as the first photo of its folder, “{name}”, cannot be read."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A photo to be colored.

    Attributes:
        index: of its row in the plan.
        source: the photo.
        size: of its file when it was planned.
        mtime: the same, in nanoseconds.
        target: its result.
        layer: the color alone; None if it is not wanted.
        wish: how; its edits are replaced by the photo's own.
        edits: where the photo's own come from.
        sidecar: the file with the photo's own edits.
        sealed: its files that were whole before a run ended.
        look: the photos that give it its look; none if it is colored by itself.
    """

    index: int
    source: Path
    size: int
    mtime: int
    target: Path
    layer: Path | None
    wish: Wish
    edits: GivenEdits
    sidecar: Path | None
    sealed: tuple[Sealed, ...] = ()
    look: tuple[LookSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a photo.

    Attributes:
        state: "done", "colored" or "exists".
        size: of its file as it was read.
        mtime: the same, in nanoseconds.
        sha256: digest of its file.
        target: its result, or the file in the way.
        layer: the color alone.
        warnings: sentences for the user.
        seconds: of work.
    """

    state: str
    size: int
    mtime: int
    sha256: str
    target: Path
    layer: Path | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A photo on its way to the network, or behind it.

    Attributes:
        task: what is to be done.
        wish: how, with the photo's own edits.
        opened: the photo.
        size: of its file as it was read.
        mtime: the same, in nanoseconds.
        sha256: digest of its file.
        said: what was remarkable so far.
        seconds: of work so far.
        planes: what the network made of it.
        predictor: which network.
    """

    task: Task
    wish: Wish
    opened: Opened
    size: int
    mtime: int
    sha256: str
    said: Said
    seconds: float
    planes: AbPlanes | None = None
    predictor: Predictor | None = None

    @property
    def pixels(self) -> int:
        """How many the photo has."""
        height, width = self.opened.photo.size
        return height * width


# Told of a file that is whole and about to get its name; returns when that is recorded.
Scribe = Callable[[int, Sealed], None]


def read_task(task: Task, cancel: CancelToken) -> Read | Result:
    """The first stage; a photo of which the result is there already is not read.

    Raises:
        PhotochromError: it cannot be read, or its result not be written.
        Cancelled: on request.
    """
    started = time.monotonic()
    size, mtime = _asked(task.source)
    if task.sealed and (size, mtime) == (task.size, task.mtime):
        found = _placed_before(task)
        if found is not None:
            return replace(found, seconds=time.monotonic() - started)
    wish = replace(task.wish, edits=task.edits.of(task.sidecar))
    said = Said(None)
    if wish.on_conflict == "skip" and os.path.lexists(task.target) and not task.sealed:
        return Result("exists", size, mtime, "", task.target)
    opened = opened_for(task.source, task.target, wish, cancel, said)
    sha256 = sha256_of(task.source)
    if (size, mtime) != _asked(task.source):
        raise ChangingPhoto(name=task.source.name)
    seconds = time.monotonic() - started
    if opened is None:
        sentence = translate(COLORED_SKIPPED, name=task.source.name)
        return Result("colored", size, mtime, sha256, task.target, None, (sentence,), seconds)
    return Read(task, wish, opened, size, mtime, sha256, said, seconds)


def look_at(read: Read, predictor: Predictor, looks: Looks, cancel: CancelToken) -> Read:
    """The second stage.

    Raises:
        LookUnusable: the photo that was chosen to give the look cannot be used.
        OutOfMemory, DeviceFailed: the device cannot do it.
        Cancelled: on request.
    """
    started = time.monotonic()
    lightness, wish = read.opened.lightness, read.wish
    look = _look_for(read, predictor, looks, cancel)
    if look is None:
        planes = planes_for(lightness, predictor, wish, cancel)
    else:
        own = read.task.sidecar is not None
        planes, wish = planes_in_look(lightness, predictor, wish, look, cancel, own=own)
    read.said.all(planes.notices)
    seconds = read.seconds + time.monotonic() - started
    return replace(read, wish=wish, planes=planes, predictor=predictor, seconds=seconds)


def _look_for(read: Read, predictor: Predictor, looks: Looks, cancel: CancelToken) -> Look | None:
    """The look of the photo, if it is to take one from others.

    One that was chosen must be there. The first of a folder may happen to be damaged; the others
    are then colored by themselves, and say so.
    """
    task = read.task
    if not task.look:
        return None
    try:
        return looks.of(task.look, task.edits, task.wish, predictor, cancel)
    except ModelError:
        raise
    except PhotochromError as error:
        name = task.look[0].photo.name
        if task.look[0].chosen:
            raise LookUnusable(name=name, reason=str(error)) from error
        read.said.all((translate(BY_ITSELF, name=name),))
        return None


def write_task(read: Read, scribe: Scribe, cancel: CancelToken) -> Result:
    """The third stage.

    Args:
        read: the photo, behind the network.
        scribe: told before anything gets its name.
        cancel: nothing gets its name after it was set.

    Raises:
        SaveError: it cannot be written; nothing is left behind.
        Cancelled: on request; nothing is left behind.
    """
    task, planes, predictor = read.task, read.planes, read.predictor
    assert planes is not None
    assert predictor is not None
    started = time.monotonic()
    make_folder(task.target)
    provenance = provenance_of(
        read.opened.photo, predictor, made_with(read.wish, planes), lambda: read.sha256
    )
    ledger = TaskLedger(task, scribe, cancel)
    saved, layer = saved_as(
        read.opened, planes, task.target, read.wish, provenance, cancel, read.said, ledger,
        layer_target=task.layer,
    )  # fmt: skip
    seconds = read.seconds + time.monotonic() - started
    if saved is None:
        return Result("exists", read.size, read.mtime, read.sha256, task.target)
    said = tuple(read.said.sentences)
    return Result("done", read.size, read.mtime, read.sha256, saved, layer, said, seconds)


def failure_of(error: Exception, photo: Path) -> PhotochromError:
    """What is said of whatever went wrong with a photo."""
    if isinstance(error, PhotochromError):
        return error
    logger.error("Coloring %s failed.", photo, exc_info=error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return UnexpectedFailure(name=photo.name, what=what)


class TaskLedger(Ledger):
    """Keeps the record of one photo's files."""

    def __init__(self, task: Task, scribe: Scribe, cancel: CancelToken) -> None:
        self._task, self._scribe, self._cancel = task, scribe, cancel

    def place_for(self, target: Path, on_conflict: OnConflict) -> tuple[Path, OnConflict]:
        """What a run that ended has placed is ours to replace; it is no other one's file."""
        sealed = next((one for one in self._task.sealed if one.target == target), None)
        placed = None if sealed is None else _file_with(sealed)
        return (target, on_conflict) if placed is None else (placed, "overwrite")

    def sealed(self, target: Path, draft: Path) -> None:
        """Have the file recorded."""
        self._cancel.raise_if_set()
        self._scribe(
            self._task.index, Sealed(whole_path(target), draft.stat().st_size, sha256_of(draft))
        )


def _placed_before(task: Task) -> Result | None:
    """The result of a run that ended before it could record it; None if it is not all there."""
    wanted = [file for file in (task.target, task.layer) if file is not None]
    by_target = {one.target: one for one in task.sealed}
    placed = [_file_with(by_target[file]) if file in by_target else None for file in wanted]
    if None in placed:
        return None
    target, layer = placed[0], placed[1] if len(placed) > 1 else None
    assert target is not None
    return Result("done", task.size, task.mtime, sha256_of(task.source), target, layer)


def _file_with(sealed: Sealed) -> Path | None:
    """The file that has the bytes that were sealed, under its name or a numbered one of it."""
    for path in numbered_paths(sealed.target):
        try:
            size = path.stat().st_size
        except OSError:
            return None
        if size == sealed.size and sha256_of(path) == sealed.sha256:
            return path
    raise AssertionError("numbers never end")


def _asked(photo: Path) -> tuple[int, int]:
    """Size and time of a file.

    Raises:
        MissingPhoto: it is not there any more.
    """
    try:
        found = photo.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingPhoto(name=photo.name, reason=MISSING) from error
    except (OSError, ValueError):  # reading finds the words for that
        return 0, 0
    return found.st_size, found.st_mtime_ns


def make_folder(target: Path) -> None:
    """Make the folder that a file is to lie in.

    Raises:
        CannotWrite, DiskFull: it cannot be made.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        kind = DiskFull if error.errno in FULL_DISK else CannotWrite
        raise kind(name=target.name, folder=str(target.parent)) from error
