"""The photos of a run are colored by the workers of a Dask cluster. The only part that knows Dask.

This process holds the plan and is the only one that writes the journal. It gives orders of which
each is a plain value (`cluster_task.py`), as many as keep the workers busy; which worker has which
is Dask's affair, and so is that another one gets the photo if a worker is lost. What comes back are
whole files under hidden names. They are recorded here, and then get their names here: so the order
of writing is that of a run without a cluster (see `journal.py`), and no worker that was taken for
dead can put anything anywhere.
"""

import contextlib
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from engine.batch.cluster_task import NOT_SHARED, Delivery, Order, Trouble, color, times_begun
from engine.batch.lanes import (
    Began,
    Ended,
    Failed,
    Message,
    NoNetwork,
    Stopped,
    TurnedDown,
    WasRead,
)
from engine.batch.records import Sealed
from engine.batch.tasks import Result, Scribe, Task, TaskLedger, make_folder
from engine.batch.whole import whole_path
from engine.cancel import CancelToken
from engine.errors import (
    Cancelled,
    ClusterLost,
    ClusterMissing,
    ClusterUnreachable,
    LostTooOften,
    MissingPhoto,
    NoWorkers,
    PhotochromError,
    SameAsSource,
    UnlikeWorker,
    UselessWorkers,
)
from engine.photo.place import draft_path, give_name
from engine.photo.write import save_error
from engine.predictors import DeviceChoice
from engine.version import VERSION

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10
# Workers may be started after this process, and be started again after they were lost.
WORKERLESS_SECONDS = 60
# A photo is given up when so many workers were lost that had begun it.
MOST_LOST = 3
_POLL_SECONDS = 0.5
_LONGEST_FETCH_SECONDS = 5
# Each thread of a worker has one photo in hand and one ahead.
_PHOTOS_A_THREAD = 2


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that answers.

    Attributes:
        client: Dask's.
        address: of its scheduler.
        weights_sha256: digest of the weights that its workers must have.
        device: where the network runs.
        most_pixels: how many a photo may have.
    """

    client: "Client"
    address: str
    weights_sha256: str
    device: DeviceChoice
    most_pixels: int

    def crew(self, scribe: Scribe, cancel: CancelToken) -> "ClusterCrew":
        """Its workers, for a run."""
        return ClusterCrew(self, scribe, cancel)

    def order(self, task: Task, folder: Path) -> Order:
        """What a worker is told; relative paths would mean something else there."""
        sidecar = None if task.sidecar is None else whole_path(task.sidecar)
        whole = replace(task, source=whole_path(task.source), sidecar=sidecar)
        return Order(
            whole, whole_path(folder), VERSION, self.weights_sha256, self.device, self.most_pixels
        )


@contextlib.contextmanager
def connected(
    address: str,
    weights_sha256: str,
    device: DeviceChoice,
    most_pixels: int,
) -> Iterator[Cluster]:
    """Use a cluster; the only place where the program opens a connection to another machine.

    Args:
        address: of its scheduler, such as tcp://10.0.0.1:8786.
        weights_sha256: digest of the weights that its workers must have.
        device: where the network runs.
        most_pixels: how many a photo may have.

    Raises:
        ClusterMissing: Dask's package is not installed.
        ClusterUnreachable: nothing answers at the address.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterMissing from error
    for name in ("distributed", "distributed.client", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # all is told in sentences
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="photochrom")
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise ClusterUnreachable(address=address) from error
    try:
        yield Cluster(client, address, weights_sha256, device, most_pixels)
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=_POLL_SECONDS)


@dataclass(frozen=True, slots=True, eq=False)
class _InHand:
    """A photo that was given to the cluster.

    Attributes:
        task: what is to be done.
        folder: where its files come to lie.
        future: Dask's; None while no worker may have it.
        workers: the only ones that may have it; None if all may.
    """

    task: Task
    folder: Path
    future: "Future[Any] | None"
    workers: frozenset[str] | None


class _Unlucky(Exception):
    """A photo that Dask has given up is to be given again."""


class _Unlike(Exception):
    """The worker that had a photo is of no use, which is no fault of the photo."""

    def __init__(self, error: PhotochromError) -> None:
        self.error = error


class ClusterCrew:
    """The workers of a cluster, as those who color the photos of a run.

    Args:
        cluster: which.
        scribe: told of each file before it gets its name.
        cancel: nothing gets its name after it was set.
    """

    def __init__(self, cluster: Cluster, scribe: Scribe, cancel: CancelToken) -> None:
        self.messages: SimpleQueue[Message] = SimpleQueue()
        self._cluster, self._scribe, self._cancel = cluster, scribe, cancel
        self._in_hand: dict[int, _InHand] = {}
        self._ended: SimpleQueue[tuple[int, Future[Any]]] = SimpleQueue()
        self._there: dict[str, int] = {}
        self._turned_down: set[str] = set()
        self._has_delivered = False
        self._polled, self._seen = 0.0, time.monotonic()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._mind, name="batch-cluster", daemon=True)
        self._thread.start()

    @property
    def most_in_hand(self) -> int:
        """More, as more workers are there."""
        threads = sum(self._there[worker] for worker in self._useful(self._there))
        return _PHOTOS_A_THREAD * max(1, threads)

    def add(self, task: Task) -> None:
        """Have a photo colored."""
        try:
            folder = _folder_for(task.target)
        except PhotochromError as error:
            self.messages.put(Failed(task.index, error))
            return
        self.messages.put(Began(task.index, "reading"))
        self._give(task, folder)

    def _give(self, task: Task, folder: Path) -> None:
        order = self._cluster.order(task, folder)
        key = f"{folder.name}-{secrets.token_hex(4)}"
        # Dask knows whom to ask only, not whom to leave out.
        workers = self._useful(self._there) if self._turned_down else None
        if workers is not None and not workers:
            self._in_hand[task.index] = _InHand(task, folder, None, workers)
            return
        chosen = None if workers is None else sorted(workers)
        try:
            future = self._cluster.client.submit(color, order, key=key, pure=False, workers=chosen)
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ClusterLost(address=self._cluster.address) from error
        self._in_hand[task.index] = _InHand(task, folder, future, workers)
        self._listen(task.index, future)

    def close(self, seconds: float) -> bool:
        """Call off what is in hand; a worker that is at it finds its folder gone."""
        self._closed.set()
        self._thread.join(seconds)
        for held in tuple(self._in_hand.values()):
            with contextlib.suppress(Exception):
                if held.future is not None:
                    held.future.release()
            shutil.rmtree(held.folder, ignore_errors=True)
        return not self._thread.is_alive()

    def _listen(self, index: int, future: "Future[Any]") -> None:
        future.add_done_callback(lambda done: self._ended.put((index, done)))

    def _mind(self) -> None:
        """What the thread does: takes what comes back, and minds whether workers are there."""
        while not self._closed.is_set():
            try:
                self._look_for_workers()
                with contextlib.suppress(Empty):
                    self._take(*self._ended.get(timeout=_POLL_SECONDS))
            except Exception as error:  # noqa: BLE001 - told by the run
                if not isinstance(error, PhotochromError):
                    lost = ClusterLost(address=self._cluster.address)
                    lost.__cause__ = error
                    error = lost
                self.messages.put(NoNetwork(error))
                return

    def _look_for_workers(self) -> None:
        now = time.monotonic()
        if now < self._polled + _POLL_SECONDS:
            return
        self._polled = now
        self._there = dict(self._cluster.client.nthreads())
        self._turned_down &= self._there.keys()
        useful = self._useful(self._there)
        if useful:
            self._seen = now
            self._give_again_what_nobody_has(useful)
        elif now > self._seen + WORKERLESS_SECONDS:
            raise NoWorkers(address=self._cluster.address, seconds=WORKERLESS_SECONDS)

    def _useful(self, workers: Iterable[str]) -> frozenset[str]:
        return frozenset(workers) - self._turned_down

    def _give_again_what_nobody_has(self, useful: frozenset[str]) -> None:
        """Photos that only those may have who are gone: others have come since."""
        for held in tuple(self._in_hand.values()):
            if held.workers is not None and not held.workers & useful:
                if held.future is not None:
                    held.future.release()
                self._give(held.task, held.folder)

    def _take(self, index: int, future: "Future[Any]") -> None:
        """A photo has come back."""
        held = self._in_hand.get(index)
        if held is None or held.future is not future:  # it was given again meanwhile
            return
        try:
            brought = self._brought(held)
        except TimeoutError:
            self._listen(index, future)
            return
        except _Unlucky:
            self._give(held.task, held.folder)
            return
        except _Unlike as unlike:
            self._turn_down(future, unlike.error)
            future.release()
            self._give(held.task, held.folder)
            return
        self._has_delivered = True
        # Not later: as soon as the run is told, it may give the same photo again.
        del self._in_hand[index]
        future.release()
        try:
            self._deliver(held.task, brought)
        finally:
            shutil.rmtree(held.folder, ignore_errors=True)

    def _turn_down(self, future: "Future[Any]", error: PhotochromError) -> None:
        """Have the worker that answered get no more photos; the others go on.

        Raises:
            PhotochromError: there is no other one, and none has done anything yet.
        """
        client = self._cluster.client
        self._there = dict(client.nthreads())
        holders = client.who_has([future]).values()
        new = {worker for workers in holders for worker in workers} - self._turned_down
        self._turned_down |= new
        if not self._has_delivered and not self._useful(self._there):
            raise error
        if new:
            self.messages.put(TurnedDown(error))

    def _brought(self, held: _InHand) -> Delivery | PhotochromError:
        """What has become of a photo.

        Raises:
            TimeoutError: the worker was lost that had the answer; Dask has another one find it.
            _Unlucky: it only waited where others were the trouble.
            _Unlike: the worker is of no use.
            PhotochromError: no photo can be colored.
        """
        future, task = held.future, held.task
        assert future is not None
        if future.status == "error":
            return self._why(held)
        if future.status == "cancelled":  # by nobody here: the connection is gone
            raise ClusterLost(address=self._cluster.address)
        if future.status != "finished":
            raise TimeoutError
        brought = future.result(timeout=_LONGEST_FETCH_SECONDS)
        if not isinstance(brought, Trouble):
            assert isinstance(brought, Delivery)
            return brought
        if brought.is_of_worker:
            raise _Unlike(brought.error)
        if isinstance(brought.error, MissingPhoto) and task.source.exists():
            raise _Unlike(UnlikeWorker(worker=brought.worker, reason=NOT_SHARED))
        return brought.error

    def _why(self, held: _InHand) -> PhotochromError:
        """What is said of a photo that Dask has given up, if it is to blame."""
        from distributed import KilledWorker

        assert held.future is not None
        error = held.future.exception(timeout=_LONGEST_FETCH_SECONDS)
        if isinstance(error, KilledWorker):
            # Dask suspects all photos that a lost worker had, also those it had not begun.
            if times_begun(held.folder) < MOST_LOST:
                raise _Unlucky
            return LostTooOften(name=held.task.source.name)
        what = f"{type(error).__name__}: {error}"
        raise UselessWorkers(address=self._cluster.address, what=what) from error

    def _deliver(self, task: Task, brought: Delivery | PhotochromError) -> None:
        index = task.index
        if isinstance(brought, PhotochromError):
            self.messages.put(Failed(index, brought))
            return
        if brought.pixels:
            self.messages.put(WasRead(index, brought.pixels))
        try:
            result = self._named(task, brought)
        except Cancelled:
            self.messages.put(Stopped(index))
        except Exception as error:  # noqa: BLE001 - one bad file never stops the rest
            self.messages.put(Failed(index, error))
        else:
            self.messages.put(Ended(index, result))

    def _named(self, task: Task, brought: Delivery) -> Result:
        """Record the files of a photo and give them their names."""
        if not brought.files:
            return brought.result
        make_folder(task.target)
        wanted = [target for target in (task.target, task.layer) if target is not None]
        placed: list[Path | None] = []
        for target, file in zip(wanted, brought.files, strict=True):
            placed.append(self._name(task, target, file))
            if placed[0] is None:
                result = brought.result
                return Result("exists", result.size, result.mtime, result.sha256, task.target)
        layer = placed[1] if len(placed) > 1 else None
        assert placed[0] is not None
        return replace(brought.result, target=placed[0], layer=layer)

    def _name(self, task: Task, target: Path, file: Sealed) -> Path | None:
        """One file; None if its name is taken and it shall be left then."""
        ledger = TaskLedger(task, self._scribe, self._cancel)
        place, on_conflict = ledger.place_for(target, task.wish.on_conflict)
        if on_conflict == "skip" and os.path.lexists(place):
            return None
        if _is_same(place, task.source):
            raise SameAsSource(name=target.name)
        self._cancel.raise_if_set()
        self._scribe(task.index, replace(file, target=whole_path(target)))
        try:
            return give_name(file.target, place, on_conflict)
        except OSError as error:
            raise save_error(error, place) from error


def _folder_for(target: Path) -> Path:
    """Make a hidden folder on the disk of the target: beside it, or above if that does not exist.

    Raises:
        CannotWrite, DiskFull: it cannot be made.
    """
    there = next(folder for folder in target.parents if os.path.lexists(folder))
    folder = draft_path(there)
    try:
        folder.mkdir()
    except OSError as error:
        raise save_error(error, target) from error
    return folder


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False  # one of the two does not exist
