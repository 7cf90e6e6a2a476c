"""`photochrom batch --cluster`: a scheduler and workers as processes on this machine."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from engine.batch import cluster_task
from engine.batch.cluster_task import Delivery, Order, Trouble, color
from engine.batch.sidecars import GivenEdits
from engine.batch.tasks import Task
from engine.cli import batch as batch_command
from engine.cli.main import run
from engine.pipeline import Wish
from engine.version import VERSION
from tests.support.batches import MIXED, digests, mixed_folder, save_photo, save_photos
from tests.support.cluster import ROOT, LocalCluster, wait_until
from tests.support.fakes import FakePredictor

pytest.importorskip("distributed", reason="the extra “cluster” is not installed")


@pytest.fixture
def cluster(tmp_path):
    one = LocalCluster(tmp_path / "cluster")
    yield one
    one.close()


class Command:
    """`photochrom batch` of the folder "in", as a process."""

    def __init__(self, folder: Path, into: str = "out", *options: str, **environment: str) -> None:
        self.into = folder / into
        own = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME")}
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.support.batch_process", "batch", str(folder / "in"),
                "--recursive", "--into", str(self.into), *options,
            ],
            cwd=ROOT,
            env=os.environ | own | {"PYTHONPATH": str(ROOT)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.out = self.err = ""

    def wait(self, seconds: float = 60) -> int:
        self.out, self.err = self.process.communicate(timeout=seconds)
        return self.process.returncode

    def results(self) -> dict[str, str]:
        found = digests(self.into)
        return {name: digest for name, digest in found.items() if not name.startswith(".")}

    def drafts(self) -> list[Path]:
        """Looked for in a way that minds no folder that vanishes meanwhile."""
        return [
            Path(folder, name)
            for folder, *names in os.walk(self.into)
            for name in (*names[0], *names[1])
            if name.startswith(".photochrom-") and name.endswith(".part")
        ]

    def placed(self) -> int:
        return len([*self.into.glob("*.png")])


@pytest.fixture
def start(tmp_path):
    """Starts the command; ended with the test, if that fails."""
    started: list[Command] = []

    def begun(*arguments: str, **environment: str) -> Command:
        started.append(Command(tmp_path, *arguments, **environment))
        return started[-1]

    yield begun
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.communicate()


@pytest.fixture
def done_at_home(monkeypatch, tmp_path):
    """What a run without a cluster makes of the folder "in"."""
    monkeypatch.setattr(batch_command, "load_lasting_predictor", lambda _: FakePredictor())

    def done(*options: str) -> dict[str, str]:
        home = tmp_path / "home"
        run(["batch", str(tmp_path / "in"), "--recursive", "--into", str(home), *options])
        return digests(home)

    return done


def test_a_worker_is_killed_in_mid_run_and_the_results_are_those_of_one_machine(
    cluster, tmp_path, start, done_at_home
):
    save_photos(tmp_path / "in", 8)
    save_photo(tmp_path / "in" / "deep" / "er" / "a.tif", 3)
    (tmp_path / "in" / "bad.jpg").write_bytes(b"no photo")
    pids = [cluster.add_worker(slow=0.3), cluster.add_worker(slow=0.3)]
    command = start("out", "--layer", "--cluster", cluster.address)
    wait_until(lambda: {pid for pid, _ in cluster.begun()} == set(pids))
    cluster.kill(pids[0])
    os.kill(pids[1], signal.SIGSTOP)
    late = cluster.add_worker()
    wait_until(lambda: late in {pid for pid, _ in cluster.begun()})
    os.kill(pids[1], signal.SIGCONT)
    assert command.wait() == 1, command.err
    assert "9 colored, 1 failed." in command.err
    assert "bad.jpg: “bad.jpg” cannot be read: it is not a photo" in command.err
    # What the killed one had in hand is begun twice, and ends once.
    assert max(Counter(name for _, name in cluster.begun()).values()) == 2
    sources = [line.partition(" -> ")[0] for line in command.out.splitlines()]
    assert Counter(Counter(sources).values()) == {2: 9}  # the result and the layer
    assert command.results() == done_at_home("--layer")
    assert not command.drafts()
    again = start("out", "--layer", "--cluster", cluster.address)
    assert again.wait() == 1
    assert "0 colored, 0 failed, 1 failed earlier." in again.err


def test_a_mixed_folder_gives_what_it_gives_at_home(cluster, tmp_path, start, done_at_home):
    mixed_folder(tmp_path / "in", MIXED)
    for _ in range(2):
        cluster.add_worker()
    command = start("out", "--cluster", cluster.address)
    assert command.wait(10 * 60) == 1, command.err
    assert f" {MIXED // 10 + 2} failed." in command.err
    assert command.results() == done_at_home()


def test_the_command_is_killed_or_stopped_and_goes_on(cluster, tmp_path, start, done_at_home):
    save_photos(tmp_path / "in", 8)
    cluster.add_worker(slow=0.3)
    options = ("--cluster", cluster.address)
    killed = start("out", *options, DIE_AT="placed:2")
    assert killed.wait() == -signal.SIGKILL
    assert len(killed.results()) == 2  # and one of them is not recorded
    stopped = start("out", *options)
    wait_until(lambda: stopped.placed() >= 4)
    begun = time.monotonic()
    stopped.process.send_signal(signal.SIGINT)
    assert stopped.wait() == 130, stopped.err
    assert time.monotonic() - begun < 3  # a second, and the end of a process under load
    assert "Give the same command again to go on." in stopped.err
    last = start("out", *options)
    assert last.wait() == 0, last.err
    assert last.results() == done_at_home()
    wait_until(lambda: not last.drafts(), 5)


def test_a_photo_that_ends_workers_is_given_up_and_those_beside_it_are_not(tmp_path, start):
    eager = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with contextlib.closing(LocalCluster(tmp_path / "cluster", **eager)) as cluster:
        save_photo(tmp_path / "in" / "deadly.png", 1)
        save_photo(tmp_path / "in" / "other.png", 2)
        cluster.add_worker()  # the only one at first, so that the other photo waits behind
        command = start("out", "--cluster", cluster.address, LOST="1")
        wait_until(cluster.begun)
        cluster.add_worker()
        assert command.wait() == 1, command.err
        begun = cluster.begun()
    assert "1 colored, 1 failed." in command.err, (begun, command.err)
    assert "“deadly.png” was given up, as one worker after the other was lost" in command.err


def test_workers_that_would_color_otherwise_are_turned_down(cluster, tmp_path, start):
    save_photos(tmp_path / "in", 2)
    cluster.add_worker(WEIGHTS="f" * 64)
    command = start("out", "--cluster", cluster.address)
    assert command.wait() == 1
    assert "cannot be used: its weights are others. Every worker needs" in command.err
    assert not command.results()
    assert not command.drafts()


def test_a_worker_of_another_version_joins_in_mid_run_and_the_others_go_on(
    cluster, tmp_path, start, done_at_home
):
    save_photos(tmp_path / "in", 10)
    pid = cluster.add_worker(slow=0.3)
    command = start("out", "--cluster", cluster.address)
    wait_until(cluster.begun)
    cluster.add_worker(VERSION="0.0")
    assert command.wait() == 0, command.err
    assert "10 colored, 0 failed." in command.err
    assert command.err.count("cannot be used: it has another version of the program.") == 1
    assert {begun for begun, _ in cluster.begun()} == {pid}
    assert command.results() == done_at_home()
    assert not command.drafts()


def test_without_workers_and_without_a_scheduler_it_ends_with_a_sentence(cluster, tmp_path, start):
    save_photos(tmp_path / "in", 2)
    idle = start("out", "--cluster", cluster.address, WORKERLESS="0.5")
    assert idle.wait() == 1
    assert f"The cluster at {cluster.address} has had no worker for" in idle.err
    assert "Traceback" not in idle.err
    waiting = start("out", "--cluster", cluster.address)
    wait_until(waiting.drafts)
    cluster.stop_scheduler()
    assert waiting.wait() == 1
    assert f"The scheduler of the cluster at {cluster.address} is gone." in waiting.err
    assert "Traceback" not in waiting.err
    assert not waiting.drafts()


def test_no_cluster_answers(tmp_path, start):
    save_photo(tmp_path / "in" / "a.png")
    command = start("out", "--cluster", "tcp://127.0.0.1:9", CONNECT="0.5")
    assert command.wait() == 1
    assert command.err.startswith("No cluster answers at tcp://127.0.0.1:9. Check the address")
    assert "Traceback" not in command.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["10.0.0.1:8786", "tcp://host", "http://host:1", "tcp://h:0"])
def test_an_address_of_another_form_is_wrong_usage(address, tmp_path, capsys):
    assert run(["batch", str(tmp_path), "--cluster", address]) == 2
    assert f"{address} is no address such as tcp://" in capsys.readouterr().err


def test_workers_are_not_counted_here(tmp_path, capsys):
    command = ["batch", str(tmp_path), "--cluster", "tcp://127.0.0.1:9", "--workers", "2"]
    assert run(command) == 2
    assert "--workers is of this machine" in capsys.readouterr().err


def test_a_missing_package_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["batch", str(tmp_path), "--cluster", "tcp://127.0.0.1:9"]) == 1
    assert "needs the package “distributed”" in capsys.readouterr().err


def test_a_plan_asks_no_cluster(tmp_path):
    save_photo(tmp_path / "a.png")
    assert run(["batch", str(tmp_path), "--plan", "--cluster", "tcp://127.0.0.1:9"]) == 0


@pytest.fixture
def order(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_task, "load_lasting_predictor", lambda _: FakePredictor())
    monkeypatch.setattr(cluster_task, "_networks", {})
    monkeypatch.setattr(cluster_task, "_weights_sha256", lambda: "0" * 64)
    photo = save_photo(tmp_path / "a.png")
    (tmp_path / "hidden").mkdir()

    def made(**values) -> Order:
        found = photo.stat()
        task = Task(
            0, photo, found.st_size, found.st_mtime_ns, tmp_path / "out" / "a.png", None, Wish(),
            GivenEdits(), None,
        )  # fmt: skip
        given = {"version": VERSION, "folder": tmp_path / "hidden"} | values
        return Order(task, weights_sha256="0" * 64, device="cpu", most_pixels=10**6, **given)

    return made


def test_a_worker_writes_under_hidden_names_only(order, tmp_path):
    delivery = color(order())
    assert isinstance(delivery, Delivery)
    (file,) = delivery.files
    assert file.target.is_relative_to(tmp_path / "hidden")
    assert file.target.stat().st_size == file.size
    assert delivery.result.target == tmp_path / "out" / "a.png"
    assert not (tmp_path / "out").exists()


def test_another_version_and_folders_that_are_not_seen_are_turned_down(order, tmp_path):
    trouble = color(order(version="0.0"))
    assert isinstance(trouble, Trouble)
    assert trouble.is_of_worker
    assert "it has another version of the program" in str(trouble.error)
    trouble = color(order(folder=tmp_path / "nowhere"))
    assert isinstance(trouble, Trouble)
    assert trouble.is_of_worker
    assert "it does not see the folders that are seen here" in str(trouble.error)
    assert not (tmp_path / "nowhere").exists()
