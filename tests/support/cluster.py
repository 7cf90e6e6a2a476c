"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def wait_until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "It takes too long."
        time.sleep(0.02)


class LocalCluster:
    """Ended by `close`; what it writes goes to a folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "begun.log"
        self.log.touch()
        self._folder, self._file = folder, folder / "scheduler.json"
        self._processes = [
            self._start(
                "scheduler", "--host", "127.0.0.1", "--port", "0",
                "--scheduler-file", str(self._file), "--no-dashboard", **environment,
            )
        ]  # fmt: skip
        wait_until(self._has_address)
        self.address: str = json.loads(self._file.read_text())["address"]

    def add_worker(self, slow: float = 0.0, **environment: str) -> int:
        """Start a worker of one thread; the number of its process."""
        worker = self._start(
            "worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
            "--host", "127.0.0.1", "--memory-limit", "0", "--death-timeout", "30",
            "--local-directory", str(self._folder), "--preload", "tests.support.cluster_worker",
            SLOW=str(slow), LOG=str(self.log), **environment,
        )  # fmt: skip
        self._processes.append(worker)
        return worker.pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def stop_scheduler(self) -> None:
        self.kill(self._processes[0].pid)

    def begun(self) -> list[tuple[int, str]]:
        """Which process has begun which photo, in order."""
        lines = [line.split(" ", 1) for line in self.log.read_text().splitlines()]
        return [(int(pid), name) for pid, name in lines]

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(10)

    def _has_address(self) -> bool:
        try:
            return "address" in json.loads(self._file.read_text())
        except (OSError, ValueError):
            return False

    def _start(self, what: str, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
                stdout=log,
                stderr=log,
            )
