"""`photochrom batch` as a process of its own, with a network that is none.

    python -m tests.support.batch_process batch FOLDER --into FOLDER ...

DIE_AT="STEP:N" kills it at the N-th time of a step: sealing, sealed, placed, ended. LOG names a
file that gets a line for every file that is placed. SLOW is how many seconds the network takes.
WORKERLESS is how many seconds a cluster may be without workers, LOST how many of them one photo
may take with it, CONNECT how many seconds it has to answer.
"""

import os
import signal
import sys
import time
from pathlib import Path

from engine.batch import cluster
from engine.batch.journal import Journal
from engine.cli import batch as batch_command
from engine.cli.main import run
from engine.photo import place
from tests.support.fakes import FakePredictor

_step, _, _number = os.environ.get("DIE_AT", ":0").partition(":")
_left = {_step: int(_number)}


class SlowPredictor(FakePredictor):
    def prepare(self, lightness, quality):
        time.sleep(float(os.environ.get("SLOW", "0")))
        return super().prepare(lightness, quality)


def reached(step: str) -> None:
    if step in _left:
        _left[step] -= 1
        if not _left[step]:
            os.kill(os.getpid(), signal.SIGKILL)


def around(owner, name: str, before: str | None, after: str | None) -> None:
    real = getattr(owner, name)

    def call(*args, **options):
        if before:
            reached(before)
        result = real(*args, **options)
        if after:
            reached(after)
        return result

    setattr(owner, name, call)


def logging_to(log: Path):
    """`place._publish`, with a line for every file."""
    real = place._publish

    def publish(temporary, target, on_conflict):
        path = real(temporary, target, on_conflict)
        with log.open("a") as file:
            file.write(f"{path.name}\n")
        return path

    return publish


def main() -> int:
    batch_command.load_lasting_predictor = lambda _: SlowPredictor()
    if "WORKERLESS" in os.environ:
        cluster.WORKERLESS_SECONDS = float(os.environ["WORKERLESS"])
    if "CONNECT" in os.environ:
        cluster.CONNECT_SECONDS = float(os.environ["CONNECT"])
    cluster.MOST_LOST = int(os.environ.get("LOST", cluster.MOST_LOST))
    if "LOG" in os.environ:
        place._publish = logging_to(Path(os.environ["LOG"]))
    around(Journal, "seal", "sealing", "sealed")
    around(place, "_publish", None, "placed")
    around(Journal, "end", None, "ended")
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
