"""Colors the photos of a plan: while one is read, the network looks at another, a third is written.

One thread runs it: it claims photos in the journal, hands them to the threads of `Lanes`, records
what they say and tells the caller. Results do not depend on how many threads there are, as their
names were planned and each photo is worked on alone.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from queue import Empty

from engine.batch.events import (
    Continued,
    Event,
    Finished,
    Paused,
    Progressed,
    Remarked,
    RowChanged,
    State,
)
from engine.batch.job import Job
from engine.batch.journal import Journal
from engine.batch.lanes import (
    Began,
    Crew,
    Ended,
    Failed,
    Lanes,
    Message,
    NoNetwork,
    Stopped,
    TurnedDown,
    WasRead,
)
from engine.batch.pace import Pace
from engine.batch.plan import Row
from engine.batch.records import Ending, Record, Sealed
from engine.batch.space import free_in, size_of_result
from engine.batch.steering import Steering
from engine.batch.targets import as_given, ending_of
from engine.batch.tasks import Result, Scribe, Task, failure_of
from engine.cancel import CancelToken
from engine.errors import DiskFull, PhotochromError
from engine.i18n import translate
from engine.in_order import cores
from engine.photo.place import sweep_drafts
from engine.pipeline import EXISTS_SKIPPED
from engine.values import Predictor

# Photos on their way may have so many pixels together; one that has more goes alone. Their
# lightness takes up to 4 bytes a pixel.
MOST_PIXELS = 120_000_000
_TICK_SECONDS = 0.1
_POLL_SECONDS = 0.5
# Stopping takes a second at most, whatever decoder is at work.
_PATIENCE_SECONDS = 0.7
# A disk that was full has room again when so much more is free than the next result needs.
_ROOM = 16 << 20


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with.

    Attributes:
        load: gives the network; called at the first photo, in a thread of its own.
        workers: threads that read and write; as many as there are cores if not given.
        most_pixels: how many pixels the photos on their way may have together.
        stop_when_full: whether a full disk ends the run, rather than pausing it.
        crew: gives those who color instead of threads of this process; told whom to tell of each
            file before it gets its name, and what stops them.
    """

    load: Callable[[], Predictor]
    workers: int | None = None
    most_pixels: int = MOST_PIXELS
    stop_when_full: bool = False
    crew: Callable[[Scribe, CancelToken], Crew] | None = None


def run_batch(
    rows: Sequence[Row],
    job: Job,
    journal: Journal,
    means: Means,
    tell: Callable[[Event], None],
    steering: Steering | None = None,
) -> Finished:
    """Color photos.

    Args:
        rows: those of a plan that are to be colored; the journal keeps their names.
        job: how.
        journal: claims and records.
        means: what to work with.
        tell: called in this thread with each event.
        steering: by which others stop, pause or add.

    Returns:
        What was told last.

    Raises:
        PhotochromError: the network cannot be had, or the journal not be written. What was done
            until then is recorded, and what was in hand let go of.
    """
    return _Run(rows, job, journal, means, tell, steering or Steering()).run()


@dataclass(slots=True)
class _InHand:
    """A photo on its way."""

    row: Row
    record: Record
    pixels: int


class _Run:
    """The state of a run, touched by its own thread only."""

    def __init__(
        self,
        rows: Sequence[Row],
        job: Job,
        journal: Journal,
        means: Means,
        tell: Callable[[Event], None],
        steering: Steering,
    ) -> None:
        self._job, self._journal, self._means = job, journal, means
        self._tell, self._steering = tell, steering
        self._fingerprint = job.fingerprint
        self._workers = means.workers or cores()
        self._rows: list[Row] = []
        self._pace = Pace()
        self._waiting: deque[int] = deque()
        self._elsewhere: dict[int, float] = {}
        self._in_hand: dict[int, _InHand] = {}
        self._unrecorded: deque[tuple[int, Ending]] = deque()
        self._counts = {"done": 0, "failed": 0, "left_out": 0}
        self._full: DiskFull | None = None
        self._paused_for: str | None = None  # a sentence; empty if it was asked for
        self._elapsed, self._since = 0.0, time.monotonic()
        self._polled = 0.0
        self._fatal: Exception | None = None
        self._add(rows)

    def run(self) -> Finished:
        self._sweep()
        lanes = self._crew()
        try:
            while True:
                self._add(self._steering.take_added())
                if self._is_over():
                    break
                self._mind_pauses()
                if self._paused_for is None:
                    self._hand_out(lanes)
                self._take_messages(lanes)
                with contextlib.suppress(DiskFull):
                    self._journal.beat()
        finally:
            self._stop(lanes)
        self._sweep()  # of processes that died meanwhile
        if self._fatal is not None:
            raise self._fatal
        finished = Finished(
            **self._counts,
            waiting=len(self._rows) - sum(self._counts.values()),
            seconds=self._active_seconds(),
            cancelled=self._steering.cancel.is_set,
            reason="" if self._full is None else str(self._full),
        )
        self._tell(finished)
        return finished

    def _crew(self) -> Crew:
        means, cancel = self._means, self._steering.cancel
        if means.crew is not None:
            return means.crew(self._seal, cancel)
        return Lanes(self._workers, means.load, self._seal, cancel)

    def _is_over(self) -> bool:
        if self._steering.cancel.is_set or self._fatal is not None:
            return True
        if self._full is not None and self._means.stop_when_full:
            return not self._in_hand
        return not (self._waiting or self._in_hand or self._elsewhere or self._unrecorded)

    def _add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._waiting.append(len(self._rows))
            self._rows.append(row)
            self._pace.add(row.load)

    def _sweep(self) -> None:
        """Take away what processes that were killed left half-written."""
        pids = self._journal.gone_owners()
        folders = {row.target.parent for row in self._rows} if pids else set()
        into = self._job.naming.into
        if into is not None:  # while a folder does not exist, a cluster writes into one above it
            folders |= {up for one in folders for up in one.parents if up.is_relative_to(into)}
        for folder in folders:
            for pid in pids:
                sweep_drafts(folder, pid)

    # Handing out

    def _hand_out(self, lanes: Crew) -> None:
        while self._waiting and self._has_room(self._rows[self._waiting[0]], lanes):
            index = self._waiting.popleft()
            if not self._begins(index, lanes):
                self._waiting.appendleft(index)
                return
        if self._elsewhere and not self._waiting and time.monotonic() > self._polled:
            self._polled = time.monotonic() + _POLL_SECONDS
            for index in tuple(self._elsewhere):
                if self._has_room(self._rows[index], lanes) and not self._begins(index, lanes):
                    return

    def _has_room(self, row: Row, lanes: Crew) -> bool:
        if len(self._in_hand) >= lanes.most_in_hand:
            return False
        on_their_way = sum(one.pixels for one in self._in_hand.values())
        return not self._in_hand or on_their_way + row.load.most_pixels <= self._means.most_pixels

    def _begins(self, index: int, lanes: Crew) -> bool:
        """Begin a photo, if the journal, which is a file, too, has room to say so."""
        try:
            self._begin(index, lanes)
        except DiskFull as error:
            self._full = error
            return False
        return True

    def _begin(self, index: int, lanes: Crew) -> None:
        row = self._rows[index]
        record = self._journal.claim(self._fingerprint, row.source)
        if record is None:
            self._look_elsewhere(index)
            return
        self._elsewhere.pop(index, None)  # its process died, if it was there
        self._in_hand[index] = _InHand(row, record, row.load.most_pixels)
        sealed = self._journal.sealed_of(self._fingerprint, row.source)
        wish = replace(self._job.wish, on_conflict=record.on_conflict)
        lanes.add(
            Task(
                index, row.source, record.size, record.mtime, record.target,
                record.layer, wish, self._job.edits, row.sidecar, sealed, row.look,
            )
        )  # fmt: skip

    def _look_elsewhere(self, index: int) -> None:
        """A photo that cannot be had: another process has it, or has ended it."""
        row = self._rows[index]
        record = self._journal.record_of(self._fingerprint, row.source)
        if record is not None and record.state in ("waiting", "running"):
            if index not in self._elsewhere:
                self._elsewhere[index] = time.monotonic()
                self._tell(RowChanged(index, row.source, "elsewhere"))
            return
        if record is None:  # someone has emptied the journal meanwhile
            self._journal.reserve(self._fingerprint, [row.record()])
            self._elsewhere.pop(index, None)
            self._waiting.append(index)
            return
        self._elsewhere.pop(index, None)
        self._pace.dropped(index)
        ending = Ending(
            record.state, target=record.target, layer=record.layer, reason=record.reason,
            code=record.code, seconds=record.seconds,
        )  # fmt: skip
        said = () if record.state == "failed" or not record.reason else (record.reason,)
        self._tell_ended(index, ending, said)

    # Messages

    def _take_messages(self, lanes: Crew) -> None:
        with contextlib.suppress(Empty):
            self._take(lanes.messages.get(timeout=_TICK_SECONDS))
            while True:
                self._take(lanes.messages.get_nowait())

    def _take(self, message: Message) -> None:
        if isinstance(message, NoNetwork):
            self._fatal = message.error
            return
        if isinstance(message, TurnedDown):
            self._tell(Remarked(str(message.error)))
            return
        index = message.index
        held = self._in_hand[index]
        if isinstance(message, Began):
            state: dict[str, State] = {"looking": "looking", "writing": "writing"}
            stage = state.get(message.stage, "reading")
            self._tell(RowChanged(index, held.row.source, stage))
        elif isinstance(message, WasRead):
            held.pixels = message.pixels
            self._pace.read(index, message.pixels)
        elif isinstance(message, Ended):
            self._ended(index, message.result)
        elif isinstance(message, Failed):
            self._failed(index, message.error)
        else:
            assert isinstance(message, Stopped)
            self._let_go(index)

    def _ended(self, index: int, result: Result) -> None:
        if result.state == "done":
            self._pace.done(index)
        else:
            self._pace.dropped(index)
        warnings = result.warnings
        if result.state == "exists":
            warnings = (translate(EXISTS_SKIPPED, name=result.target.name),)
        reason = " ".join(warnings) if result.state == "done" else warnings[0]
        self._record(
            index,
            Ending(
                result.state, result.size, result.mtime, result.sha256, result.target,
                result.layer, reason, seconds=result.seconds,
            ),
            warnings,
        )  # fmt: skip

    def _failed(self, index: int, error: Exception) -> None:
        if isinstance(error, DiskFull):
            # No fault of the photo: it waits until there is room.
            self._full = self._full or error
            self._let_go(index)
            self._waiting.appendleft(index)
            return
        self._pace.dropped(index)
        told = failure_of(error, self._rows[index].source)
        self._record(index, Ending("failed", reason=str(told), code=told.code), ())

    def _record(self, index: int, ending: Ending, warnings: tuple[str, ...]) -> None:
        """Write down what became of a photo; on a full disk, as soon as there is room."""
        try:
            self._journal.end(self._fingerprint, self._rows[index].source, ending)
        except DiskFull as error:
            self._full = self._full or error
            self._unrecorded.append((index, ending))
        self._in_hand.pop(index, None)
        self._tell_ended(index, ending, warnings)

    def _tell_ended(self, index: int, ending: Ending, warnings: tuple[str, ...]) -> None:
        row = self._rows[index]
        states: dict[str, State] = {"done": "done", "failed": "failed", "colored": "colored"}
        state = states.get(ending.state, "exists")
        self._counts[state if state in self._counts else "left_out"] += 1
        is_failure = state == "failed"
        self._tell(
            RowChanged(
                index, row.source, state,
                None if is_failure else as_given(ending.target, row.target),
                None if is_failure else as_given(ending.layer, row.layer),
                ending.seconds, warnings, ending.reason if is_failure else "", ending.code,
            )
        )  # fmt: skip
        ended = sum(self._counts.values())
        seconds = self._pace.seconds_left(self._active_seconds())
        self._tell(Progressed(ended, len(self._rows), self._pace.share(), seconds))

    def _let_go(self, index: int) -> None:
        self._in_hand.pop(index, None)
        source = self._rows[index].source
        with contextlib.suppress(PhotochromError):  # if it can't be written, the lease runs out
            self._journal.release(self._fingerprint, source)
        self._tell(RowChanged(index, source, "waiting"))

    # Pauses

    def _mind_pauses(self) -> None:
        asked = self._steering.take_go_on()
        if self._full is not None and not self._means.stop_when_full:
            pauses_for_it = self._paused_for == str(self._full)
            if pauses_for_it and (asked or self._has_space()):
                self._full = None
        if self._full is None and self._unrecorded:
            self._record_late()
        reason = "" if self._steering.is_paused else None
        if self._full is not None:
            reason = str(self._full)
        if reason != self._paused_for:
            self._set_paused(reason)

    def _record_late(self) -> None:
        while self._unrecorded:
            index, ending = self._unrecorded[0]
            try:
                self._journal.end(self._fingerprint, self._rows[index].source, ending)
            except DiskFull as error:
                self._full = error
                return
            self._unrecorded.popleft()

    def _has_space(self) -> bool:
        """Whether there is room for the next result."""
        if time.monotonic() < self._polled:
            return False
        self._polled = time.monotonic() + _POLL_SECONDS
        if not self._waiting:
            return True
        row = self._rows[self._waiting[0]]
        needed = size_of_result(row.size, row.source, ending_of(row.target))
        free = free_in(row.target.parent)
        return free is None or free > needed + _ROOM

    def _set_paused(self, reason: str | None) -> None:
        self._elapsed = self._active_seconds()
        self._since = time.monotonic()
        self._paused_for = reason
        self._tell(Continued() if reason is None else Paused(reason))

    def _active_seconds(self) -> float:
        """How long it took, pauses left out."""
        running = 0.0 if self._paused_for is not None else time.monotonic() - self._since
        return self._elapsed + running

    # The end

    def _seal(self, index: int, sealed: Sealed) -> None:
        """Called by the threads that write."""
        self._journal.seal(self._fingerprint, self._rows[index].source, sealed)

    def _stop(self, lanes: Crew) -> None:
        """End all threads; what they have finished is recorded, the rest let go of."""
        is_over = not self._in_hand
        if not is_over:
            self._steering.cancel.cancel()
        lanes.close(_PATIENCE_SECONDS / (self._workers + 1))
        with contextlib.suppress(Empty, PhotochromError):
            while True:
                message = lanes.messages.get_nowait()
                if isinstance(message, Ended):
                    self._ended(message.index, message.result)
        for index in tuple(self._in_hand):
            self._let_go(index)
