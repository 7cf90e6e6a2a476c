"""What the machine with the journal does for a cluster, with a Dask that is none."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from engine.batch import cluster, cluster_task
from engine.batch.cluster import Cluster
from engine.batch.cluster_task import Order, Trouble
from engine.batch.events import Remarked
from engine.batch.find import Choice, find_photos
from engine.batch.journal import Journal
from engine.batch.places import opened_journal, plan_in
from engine.batch.run import Means, run_batch
from engine.batch.steering import Steering
from engine.errors import (
    CannotWrite,
    ClusterLost,
    DiskFull,
    PhotochromError,
    UnlikeWorker,
    UselessWorkers,
)
from engine.pipeline import Wish
from tests.support.batches import Batch, digests, job_of, save_photo, save_photos
from tests.support.fakes import FakePredictor


@dataclass
class FakeFuture:
    status: str = "finished"
    answer: object = None
    released: bool = False
    fetched: int = 0
    worker: str = "a"
    allowed: list[str] | None = None

    def add_done_callback(self, call: Callable[["FakeFuture"], None]) -> None:
        call(self)

    def result(self, timeout: float) -> object:
        self.fetched += 1
        return self.answer

    def exception(self, timeout: float) -> object:
        return self.answer

    def release(self) -> None:
        self.released = True


class LostOnce(FakeFuture):
    """Its worker is lost with the answer, and another one finds it."""

    def result(self, timeout: float) -> object:
        super().result(timeout)
        if self.fetched == 1:
            raise TimeoutError
        return self.answer


@dataclass
class FakeClient:
    """Colors at once; `meant` may have a future become something else."""

    meant: Callable[[int, FakeFuture], FakeFuture] = lambda _, future: future
    orders: list[Order] = field(default_factory=list)
    futures: list[FakeFuture] = field(default_factory=list)

    workers: dict[str, int] = field(default_factory=lambda: {"a": 1, "b": 1})
    asked: list[list[str] | None] = field(default_factory=list)

    def submit(self, work, order, *, key: str, pure: bool, workers) -> FakeFuture:
        assert not pure
        assert workers is None or workers
        self.asked.append(workers)
        self.orders.append(order)
        future = self.meant(len(self.orders), FakeFuture(answer=work(order), allowed=workers))
        self.futures.append(future)
        return future

    def nthreads(self) -> dict[str, int]:
        return self.workers

    def who_has(self, futures) -> dict[str, list[str]]:
        (future,) = futures
        return {"key": [future.worker]}


@pytest.fixture(autouse=True)
def fake_network(monkeypatch):
    monkeypatch.setattr(cluster_task, "load_lasting_predictor", lambda _: FakePredictor())
    monkeypatch.setattr(cluster_task, "_networks", {})
    monkeypatch.setattr(cluster_task, "_weights_sha256", lambda: "0" * 64)


class ClusterBatch(Batch):
    """The folder "in", colored by a cluster that is none."""

    def __init__(self, tmp_path, client: FakeClient, wish: Wish | None = None) -> None:
        into = tmp_path / "out"
        super().__init__(
            tmp_path / "in", into, job=job_of(into, wish, layer=wish.layer if wish else None)
        )
        self.client = client

    def run(self, on_conflict="unique", steering=None):
        self.events = []
        one = Cluster(self.client, "tcp://there:1", "0" * 64, "cpu", 10**6)  # type: ignore[arg-type]
        means = Means(FakePredictor, most_pixels=10**12, stop_when_full=True, crew=one.crew)
        with opened_journal(self.path) as journal:
            finding = find_photos([self.folder], Choice(recursive=True))
            plan = plan_in(journal, finding, self.job, on_conflict)
            rows, tell = plan.to_color, self.events.append
            return run_batch(rows, self.job, journal, means, tell, steering)

    def drafts(self):
        return [*self.into.rglob(".photochrom-*.part")]


def test_what_is_recorded_has_no_name_yet(tmp_path, monkeypatch):
    save_photos(tmp_path / "in", 3)
    batch = ClusterBatch(tmp_path, FakeClient(), Wish(layer="tiff"))
    there, real = [], Journal.seal

    def seal(journal, job, photo, sealed):
        there.append(sealed.target.exists())
        real(journal, job, photo, sealed)

    monkeypatch.setattr(Journal, "seal", seal)
    assert batch.run().done == 3
    assert there == [False] * 6
    assert len(digests(batch.into)) == 6
    assert not batch.drafts()
    assert all(future.released for future in batch.client.futures)


def test_paths_are_whole_and_the_hidden_folders_are_in_the_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_photo(tmp_path / "in" / "deep" / "a.png")
    batch = ClusterBatch(tmp_path.relative_to(tmp_path), FakeClient())
    assert batch.run().done == 1
    (order,) = batch.client.orders
    assert order.task.source == tmp_path / "in" / "deep" / "a.png"
    assert order.folder.parent == tmp_path / "out"  # "deep" was not there yet
    assert [*digests(tmp_path / "out")] == ["deep/a-colorized.png"]


def test_an_answer_that_is_lost_with_its_worker_is_waited_for(tmp_path):
    save_photos(tmp_path / "in", 2)
    client = FakeClient(lambda _, future: LostOnce(answer=future.answer))
    assert ClusterBatch(tmp_path, client).run().done == 2
    assert {future.fetched for future in client.futures} == {2}


def test_a_photo_that_only_waited_on_lost_workers_is_given_again(tmp_path, monkeypatch):
    killed = pytest.importorskip("distributed").KilledWorker
    save_photos(tmp_path / "in", 1)
    monkeypatch.setattr(cluster, "times_begun", lambda _: len(client.orders) // 2)

    def meant(_, future: FakeFuture) -> FakeFuture:
        return FakeFuture("error", killed("a", None, 3))

    client = FakeClient(meant)
    batch = ClusterBatch(tmp_path, client)
    assert batch.run().failed == 1
    assert len(client.orders) == 2 * cluster.MOST_LOST
    assert batch.ended("failed")[0].code == "lost-too-often"
    assert not batch.drafts()


@pytest.mark.parametrize(
    ("future", "error"),
    [
        (FakeFuture("cancelled"), ClusterLost),
        (FakeFuture("error", ModuleNotFoundError("No module named 'engine'")), UselessWorkers),
    ],
)
def test_a_cluster_that_is_of_no_use_ends_the_run(tmp_path, future, error):
    pytest.importorskip("distributed")
    save_photos(tmp_path / "in", 3)
    batch = ClusterBatch(tmp_path, FakeClient(lambda _, __: future))
    with pytest.raises(error):
        batch.run()
    assert not digests(batch.into)
    assert not batch.drafts()
    batch.client = FakeClient()
    assert batch.run().done == 3


UNLIKE = Trouble(UnlikeWorker(worker="b-host", reason="it has another version"), True, "b-host")


def remarks(batch) -> list[str]:
    return [event.sentence for event in batch.events if isinstance(event, Remarked)]


def test_a_worker_of_no_use_gets_no_more_photos(tmp_path):
    save_photos(tmp_path / "in", 6)

    def meant(_, future: FakeFuture) -> FakeFuture:
        return FakeFuture(answer=UNLIKE, worker="b") if future.allowed is None else future

    client = FakeClient(meant)
    batch = ClusterBatch(tmp_path, client)
    assert batch.run().done == 6
    assert client.asked.count(["a"]) == 6
    assert client.asked.count(None) <= 4  # as many as were in hand before it was known
    (remark,) = remarks(batch)  # however many photos it had
    assert "b-host cannot be used: it has another version" in remark
    assert not batch.drafts()


def test_where_no_worker_is_of_use_the_run_ends(tmp_path):
    save_photos(tmp_path / "in", 3)
    client = FakeClient(lambda _, __: FakeFuture(answer=UNLIKE, worker="b"), workers={"b": 2})
    batch = ClusterBatch(tmp_path, client)
    with pytest.raises(UnlikeWorker):
        batch.run()
    assert not batch.drafts()


def test_photos_of_a_worker_that_went_wait_for_one_that_comes(tmp_path, monkeypatch):
    """The only one of use goes, one of no use stays, and then another one comes."""
    save_photos(tmp_path / "in", 3)
    monkeypatch.setattr(cluster, "_POLL_SECONDS", 0.01)

    def meant(number: int, future: FakeFuture) -> FakeFuture:
        if number == 1:
            return future
        client.workers = {"b": 1}
        if future.allowed is None:
            threading.Timer(0.3, lambda: setattr(client, "workers", {"b": 1, "c": 1})).start()
            return FakeFuture(answer=UNLIKE, worker="b")
        return future

    client = FakeClient(meant, workers={"a": 1, "b": 1})
    batch = ClusterBatch(tmp_path, client)
    assert batch.run().done == 3
    assert client.asked[-1] == ["c"]


def test_a_full_disk_there_stops_the_run_and_fails_nothing(tmp_path, monkeypatch):
    save_photos(tmp_path / "in", 3)

    def full(*_):
        raise DiskFull(name="000.png", folder="hidden")

    real = cluster_task._written
    monkeypatch.setattr(cluster_task, "_written", full)
    batch = ClusterBatch(tmp_path, FakeClient())
    finished = batch.run()
    assert (finished.failed, finished.waiting) == (0, 3)
    assert str(batch.into) in finished.reason
    monkeypatch.setattr(cluster_task, "_written", real)
    assert batch.run().done == 3


def test_a_folder_that_cannot_be_written_fails_its_photos(tmp_path, monkeypatch):
    save_photos(tmp_path / "in", 1)
    monkeypatch.setattr(cluster, "draft_path", lambda folder: folder / "gone" / "draft")
    batch = ClusterBatch(tmp_path, FakeClient())
    assert batch.run().failed == 1
    assert batch.ended("failed")[0].code == CannotWrite.code
    assert str(batch.into) in batch.ended("failed")[0].error


def test_nothing_gets_a_name_after_it_was_stopped(tmp_path):
    save_photos(tmp_path / "in", 3)
    steering = Steering()

    def meant(_, future: FakeFuture) -> FakeFuture:
        steering.cancel.cancel()
        return future

    batch = ClusterBatch(tmp_path, FakeClient(meant))
    finished = batch.run(steering=steering)
    assert finished.cancelled
    assert finished.waiting == 3
    assert not digests(batch.into)
    assert not batch.drafts()


@pytest.mark.parametrize(("on_conflict", "names"), [("skip", ["a"]), ("unique", ["a", "a-2"])])
def test_a_name_that_is_taken_meanwhile_is_left_or_numbered(tmp_path, on_conflict, names):
    save_photo(tmp_path / "in" / "a.png")
    taken = tmp_path / "out" / "a-colorized.png"

    def meant(_, future: FakeFuture) -> FakeFuture:
        taken.write_bytes(b"another one's")
        return future

    finished = ClusterBatch(tmp_path, FakeClient(meant)).run(on_conflict)
    assert (finished.left_out, finished.done) == ((1, 0) if on_conflict == "skip" else (0, 1))
    assert taken.read_bytes() == b"another one's"
    there = sorted(path.name for path in taken.parent.glob("*.png"))
    assert there == sorted(name.replace("a", "a-colorized", 1) + ".png" for name in names)


def test_errors_come_from_other_processes():
    import pickle

    error: PhotochromError = CannotWrite(name="a", folder="b")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (CannotWrite, str(error))
