"""Threads that read and write, one that looks, and the photos that pass between them.

Whoever reads and writes prefers writing: that makes room. How many photos are on their way is
decided by the run, which hands them out.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from engine.batch.looks import Looks
from engine.batch.tasks import Read, Result, Scribe, Task, look_at, read_task, write_task
from engine.cancel import CancelToken
from engine.errors import Cancelled
from engine.values import Predictor


@dataclass(frozen=True, slots=True, eq=False)
class WasRead:
    """A photo is on its way to the network."""

    index: int
    pixels: int


@dataclass(frozen=True, slots=True)
class Began:
    """A stage of a photo has begun."""

    index: int
    stage: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A photo has its result, or will have none."""

    index: int
    result: Result


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """Something went wrong with a photo."""

    index: int
    error: Exception


@dataclass(frozen=True, slots=True)
class Stopped:
    """A photo was let go of, as the run was stopped."""

    index: int


@dataclass(frozen=True, slots=True, eq=False)
class NoNetwork:
    """The network cannot be had, so no photo can be colored."""

    error: Exception


@dataclass(frozen=True, slots=True, eq=False)
class TurnedDown:
    """One of those who color is of no use; the others go on."""

    error: Exception


Message = WasRead | Began | Ended | Failed | Stopped | NoNetwork | TurnedDown


class Crew(Protocol):
    """Those who color the photos of a run. They tell it what happens; only it decides.

    Attributes:
        messages: what they tell.
    """

    messages: SimpleQueue[Message]

    @property
    def most_in_hand(self) -> int:
        """How many photos they may have at once."""

    def add(self, task: Task) -> None:
        """Have a photo colored."""

    def close(self, seconds: float) -> bool:
        """Begin nothing any more; whether all has ended after about so long a wait."""


class Lanes:
    """The threads of a run. They tell it what happens; only it decides.

    Args:
        workers: how many read and write.
        load: gives the network; called when the first photo needs it, in the thread that looks.
        scribe: told of each file before it gets its name.
        cancel: stops all that is under way.
    """

    def __init__(
        self,
        workers: int,
        load: Callable[[], Predictor],
        scribe: Scribe,
        cancel: CancelToken,
    ) -> None:
        self.messages: SimpleQueue[Message] = SimpleQueue()
        # Each worker has one in hand and one ahead; the network has one in hand and one ahead.
        self.most_in_hand = 2 * workers + 2
        self._load, self._scribe, self._cancel = load, scribe, cancel
        self._looks = Looks()
        self._to_read: deque[Task] = deque()
        self._to_look: deque[Read] = deque()
        self._to_write: deque[Read] = deque()
        self._changed = threading.Condition()
        self._closed = False
        targets = [(f"batch-{number}", self._work) for number in range(1, workers + 1)]
        # Some decoders cannot be stopped; the program does not wait for them when it ends.
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (*targets, ("batch-network", self._look))
        ]
        for thread in self._threads:
            thread.start()

    def add(self, task: Task) -> None:
        """Have a photo colored."""
        with self._changed:
            self._to_read.append(task)
            self._changed.notify_all()

    def close(self, seconds: float) -> bool:
        """Begin nothing any more, and wait for what is under way.

        Args:
            seconds: how long to wait for each thread.

        Returns:
            Whether all threads have ended.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _next(self, *queues: "deque[Task] | deque[Read]") -> Task | Read | None:
        """The first that waits in the first queue that is not empty; None at the end."""
        with self._changed:
            while not self._closed:
                for queue in queues:
                    if queue:
                        return queue.popleft()
                self._changed.wait()
            return None

    def _work(self) -> None:
        while (one := self._next(self._to_write, self._to_read)) is not None:
            if isinstance(one, Task):
                self._guarded(one.index, "reading", partial(self._read, one))
            else:
                self._guarded(one.task.index, "writing", partial(self._write, one))

    def _look(self) -> None:
        predictor: Predictor | None = None
        while (read := self._next(self._to_look)) is not None:
            assert isinstance(read, Read)
            if predictor is None:
                try:
                    predictor = self._load()
                except Exception as error:  # noqa: BLE001 - told by the run
                    self.messages.put(NoNetwork(error))
                    return
            self._guarded(read.task.index, "looking", partial(self._see, read, predictor))

    def _read(self, task: Task) -> None:
        read = read_task(task, self._cancel)
        if isinstance(read, Result):
            self.messages.put(Ended(task.index, read))
            return
        self.messages.put(WasRead(task.index, read.pixels))
        self._pass_on(read, self._to_look)

    def _see(self, read: Read, predictor: Predictor) -> None:
        read = look_at(read, predictor, self._looks, self._cancel)
        self._pass_on(read, self._to_write)

    def _write(self, read: Read) -> None:
        result = write_task(read, self._scribe, self._cancel)
        self.messages.put(Ended(read.task.index, result))

    def _pass_on(self, read: Read, queue: "deque[Read]") -> None:
        with self._changed:
            queue.append(read)
            self._changed.notify_all()

    def _guarded(self, index: int, stage: str, work: Callable[[], None]) -> None:
        """No photo ends a thread."""
        self.messages.put(Began(index, stage))
        try:
            work()
        except Cancelled:
            self.messages.put(Stopped(index))
        except Exception as error:  # noqa: BLE001 - one bad file never stops the rest
            self.messages.put(Failed(index, error))
