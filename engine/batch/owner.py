"""Which process has a photo in hand, and whether it is still there."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

# An owner of whom nothing else is known counts as gone when it was silent for so long.
LEASE_SECONDS = 120.0
BEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process.

    Attributes:
        host: the name of its machine.
        pid: its number there.
        started: when it was started, so that a later process of that number is not taken for it;
            empty where the system does not say.
    """

    host: str
    pid: int
    started: str

    def is_alive(self, seen: float, now: float) -> bool:
        """Whether it is still there.

        Args:
            seen: when it was heard of last, in seconds since the epoch.
            now: the time.
        """
        if self.host == socket.gethostname() and self.started:
            return _started(self.pid) == self.started
        return now - seen < LEASE_SECONDS


def this_process() -> Owner:
    """The process that asks."""
    return Owner(socket.gethostname(), os.getpid(), _started(os.getpid()))


def _started(pid: int) -> str:
    """When a process was started, as Linux tells it; empty elsewhere, or if there is none."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # Fields from the third on: state and, as the 22nd, ticks since the system was started. A
    # process that has ended and that nobody has asked for yet is no owner any more.
    return "" if fields[0] in "ZX" else f"{boot} {fields[19]}"
