"""The program as a user has it: a process with a window, looked at from outside only."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.desktop.screen import PATIENCE_S, Screen, wait_until

ROOT = Path(__file__).resolve().parents[2]
PANEL_WIDTH = 264
# Within this a dialog has closed, if it took the key at all.
LATE_S = 10.0
# Of the two patches beside the divider that are looked at: from the divider, width, height.
_APART, _WIDE, _HIGH = 20, 120, 160
# What a patch of a colored photo has at least, and one of a gray photo at most, in the mean.
COLORED, GRAY = 3.0, 0.5


class Program:
    """`python main.py` with a home of its own.

    Args:
        screen: where its window is seen.
        home: a folder for its settings, data and temporary files.

    Attributes:
        window: the number of its main window, once it was there.
        temporary: where its temporary files are.
    """

    def __init__(self, screen: Screen, home: Path) -> None:
        self.screen = screen
        self.window = ""
        self.temporary = home / "tmp"
        places = {
            "HOME": home, "XDG_CONFIG_HOME": home / "config", "XDG_DATA_HOME": home / "data",
            "XDG_RUNTIME_DIR": home / "run", "TMPDIR": self.temporary,
        }  # fmt: skip
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
        places["XDG_RUNTIME_DIR"].chmod(0o700)  # Qt insists
        self._environment = screen.environment | {key: str(each) for key, each in places.items()}
        self._environment["PYTHONFAULTHANDLER"] = "1"  # see wait_for_end
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *photos: Path) -> subprocess.Popen[bytes]:
        """Start it, whether or not it runs already."""
        command = [sys.executable, "main.py", *map(str, photos)]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment)

    def start(self, *photos: Path) -> None:
        """Start it and wait for its window to be in front."""
        self._process = self.run(*photos)
        wait_until(lambda: bool(self.windows), "the window")
        (self.window,) = self.windows
        wait_until(lambda: self.screen.do("getactivewindow") == self.window, "it in front")

    @property
    def windows(self) -> dict[str, str]:
        """Titles of all its windows that are seen, by their numbers."""
        found = self.screen.do("search", "--onlyvisible", "--class", "^Photochrom$").split()
        return {number: self.screen.do("getwindowname", number) for number in found}

    @property
    def title(self) -> str:
        """Of the main window; empty if it is not there."""
        return self.windows.get(self.window, "")

    def wait_for_dialog(self, title: str) -> None:
        """Until another window of that title is there and takes keys."""
        wait_until(lambda: self._active_title() == title, f"the dialog {title!r}")

    def wait_for_no_dialog(self, seconds: float = PATIENCE_S) -> None:
        wait_until(lambda: self.screen.do("getactivewindow") == self.window, "no dialog", seconds)

    def choose(self, path: Path) -> None:
        """Type a path into a file dialog, and Return; both once more if the dialog stays.

        Under load Qt's list of completions opens late: it takes Return for the folder that it has
        just proposed, and the dialog goes there with an empty name. Who sees that types again.
        """
        self.screen.type(str(path))
        self.screen.press("Return")
        try:
            self.wait_for_no_dialog(LATE_S)
        except AssertionError:
            self.screen.press("ctrl+a")
            self.screen.type(str(path))
            self.screen.press("Return")
            self.wait_for_no_dialog()

    def wait_for_title(self, beginning: str) -> None:
        wait_until(
            lambda: self.title.startswith(beginning), f"a title that begins with {beginning!r}"
        )

    def wait_for_color(self) -> None:
        """Until there is color behind the divider, and none before it."""
        wait_until(lambda: self.color_behind() > COLORED, "a colored photo")
        assert colorfulness(self.patch(-1)) < GRAY

    def color_behind(self) -> float:
        """How colorful the picture is behind the divider."""
        return colorfulness(self.patch(1))

    def patch(self, side: int) -> NDArray[np.uint8]:
        """A piece of the picture before (-1) or behind (1) the divider."""
        left, top, width, height = self.place()
        x = left + (width - PANEL_WIDTH) // 2 + side * (_APART + _WIDE // 2)
        y = top + height // 2
        return self.screen.look()[y - _HIGH // 2 : y + _HIGH // 2, x - _WIDE // 2 : x + _WIDE // 2]

    def place(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of the window."""
        said = self.screen.do("getwindowgeometry", "--shell", self.window)
        values = dict(line.split("=") for line in said.splitlines())
        x, y, width, height = (int(values.get(name, 0)) for name in ("X", "Y", "WIDTH", "HEIGHT"))
        return x, y, width, height

    def wait_for_end(self, seconds: float = PATIENCE_S) -> float:
        """Wait until it has ended well; gives back how long that took.

        Raises:
            AssertionError: it has not; what its threads are doing is then on standard error.
        """
        assert self._process is not None
        started = time.monotonic()
        try:
            assert self._process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            windows = self.windows
            self._process.send_signal(signal.SIGABRT)
            self._process.wait()
            raise AssertionError(f"It goes on after {seconds:.0f} s, with {windows}") from None
        return time.monotonic() - started

    def _active_title(self) -> str:
        active = self.screen.do("getactivewindow")
        return "" if active == self.window else self.windows.get(active, "")

    def end_by_force(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def colorfulness(pixels: NDArray[np.uint8]) -> float:
    """Mean distance of the largest from the smallest channel, in steps of 255."""
    return float(np.ptp(pixels.astype(np.int16), axis=-1).mean()) if pixels.size else 0.0
