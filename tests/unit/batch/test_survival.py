"""Killed and continued, and two processes at one job: the same bytes, and nothing made twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from engine.cli import batch as batch_command
from engine.cli.main import run
from engine.photo import place
from tests.support.batch_process import logging_to
from tests.support.batches import digests, save_photos
from tests.support.fakes import FakePredictor

ROOT = Path(__file__).resolve().parents[3]
# PHOTOCHROM_KILLS=20 takes a minute.
KILLS = int(os.environ.get("PHOTOCHROM_KILLS", "2"))
COUNT = 10

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of other systems")


class Runs:
    """Runs of one job, and what they placed."""

    def __init__(self, folder: Path) -> None:
        self.photos, self.into, self.log = folder / "in", folder / "out", folder / "log"
        self.log.touch()
        save_photos(self.photos, COUNT)

    def start(self, *arguments: str, slow: float = 0.0, die_at: str = "") -> subprocess.Popen[str]:
        environment = {**os.environ, "LOG": str(self.log), "SLOW": str(slow)}
        if die_at:
            environment["DIE_AT"] = die_at
        command = [sys.executable, "-m", "tests.support.batch_process", "batch", str(self.photos)]
        return subprocess.Popen(
            [*command, "--into", str(self.into), *arguments],
            cwd=ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str) -> int:
        """In this process, which is quicker; its exit status."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, "_publish", logging_to(self.log))
            patch.setattr(batch_command, "load_lasting_predictor", lambda _: FakePredictor())
            return run(["batch", str(self.photos), "--into", str(self.into), *arguments])

    @property
    def placed(self) -> Counter[str]:
        return Counter(self.log.read_text().split())

    def litter(self) -> list[str]:
        return [path.name for path in self.into.iterdir() if path.suffix == ".part"]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory) -> dict[str, str]:
    runs = Runs(tmp_path_factory.mktemp("unbroken"))
    assert runs.run() == 0
    found = digests(runs.into)
    assert len(found) == COUNT
    return found


@pytest.mark.parametrize("die_at", ["sealing:3", "sealed:4", "placed:5", "ended:6"])
def test_killed_at_every_step_of_writing(tmp_path, unbroken, die_at):
    runs = Runs(tmp_path)
    sources = digests(runs.photos)
    killed = runs.start(die_at=die_at)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    partly = digests(runs.into)
    assert partly.items() <= unbroken.items()  # whole or absent
    assert runs.run() == 0
    assert digests(runs.into) == unbroken
    assert set(runs.placed.values()) == {1}
    assert not runs.litter()
    assert digests(runs.photos) == sources


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_any_moment(tmp_path, unbroken, number):
    rng = random.Random(f"{number} {time.time_ns() if KILLS > 3 else ''}")
    runs = Runs(tmp_path)
    process = runs.start("--workers", str(rng.randint(1, 3)), slow=0.03)
    wanted = rng.randint(0, COUNT - 1)
    while process.poll() is None and not runs.into.exists():
        time.sleep(0.005)
    while process.poll() is None and runs.placed.total() < wanted:
        time.sleep(0.002)
    time.sleep(rng.uniform(0, 0.08))
    process.kill()
    process.communicate()
    assert digests(runs.into).items() <= unbroken.items()
    assert runs.run() == 0
    assert digests(runs.into) == unbroken
    assert max(runs.placed.values()) == 1
    assert not runs.litter()


def test_two_processes_at_one_job(tmp_path, unbroken):
    runs = Runs(tmp_path)
    processes = [runs.start("--json", slow=0.03) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert digests(runs.into) == unbroken
    assert runs.placed == Counter(unbroken.keys())
    for out, _ in outputs:  # each accounts for all of them
        assert len(out.splitlines()) == COUNT


def test_one_of_two_processes_is_killed_and_the_other_takes_over(tmp_path, unbroken):
    runs = Runs(tmp_path)
    first = runs.start(slow=0.2)
    while not runs.placed and first.poll() is None:
        time.sleep(0.01)
    second = runs.start(slow=0.02)
    time.sleep(0.7)
    first.kill()
    first.communicate()
    _, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert digests(runs.into) == unbroken
    assert set(runs.placed.values()) == {1}
    assert not runs.litter()


def test_shares_and_then_the_whole(tmp_path, unbroken, capsys):
    runs = Runs(tmp_path)
    first = runs.start("--shard", "1/2")
    assert runs.run("--shard", "2/2") == 0
    _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert digests(runs.into) == unbroken
    capsys.readouterr()
    assert runs.run() == 0
    assert f"0 to color; {COUNT} left as they are" in capsys.readouterr().err
    assert set(runs.placed.values()) == {1}
    assert digests(runs.into) == unbroken


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_order(tmp_path, unbroken, number):
    runs = Runs(tmp_path)
    process = runs.start(slow=0.1)
    while len(runs.placed) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert len(digests(runs.into)) < COUNT  # it did not go on to the end
    assert process.returncode == 130
    assert "Give the same command again to go on." in err
    assert not runs.litter()
    assert len(out.splitlines()) == len(digests(runs.into))
    assert runs.run() == 0
    assert digests(runs.into) == unbroken
    assert set(runs.placed.values()) == {1}
