"""A screen of our own, with a window manager, and hands for its keyboard and mouse."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageGrab

SIZE = (1600, 1000)
# Nothing here takes long, unless the machine is busy with something else.
PATIENCE_S = 60.0
POLL_S = 0.05

_NEEDED = ("Xvfb", "openbox", "xdotool", "xclip")
# What would lead the program to another screen, or to another language.
_FOREIGN = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "LANGUAGE", "XDG_RUNTIME_DIR", "XAUTHORITY")


def missing() -> str:
    """Why there can be no screen here; empty if there can."""
    if not sys.platform.startswith("linux"):
        return "only X screens can be made out of nothing"
    absent = [name for name in _NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for something to be seen from outside.

    Args:
        is_so: looks for it.
        what: said if it does not come.
        seconds: patience.
    """
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"Waited for {seconds:.0f} s in vain: {what}")
        time.sleep(POLL_S)


@dataclass(frozen=True)
class Screen:
    """An X display and what is done on it.

    Attributes:
        name: such as ":1".
    """

    name: str

    @property
    def environment(self) -> dict[str, str]:
        """For programs that shall be seen on it."""
        kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return kept | {"DISPLAY": self.name, "LC_ALL": "C.UTF-8"}

    def do(self, *words: str | int) -> str:
        """Let xdotool do something; gives back what it says, nothing if it does not succeed."""
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def press(self, *keys: str) -> None:
        """Press keys, in the spelling of xdotool, as one who types fast."""
        self.do("key", "--delay", 20, "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self.do("type", "--delay", 5, text)

    def look(self) -> NDArray[np.uint8]:
        """All that is on the screen, (H, W, 3)."""
        return np.asarray(ImageGrab.grab(xdisplay=self.name).convert("RGB"))

    @contextmanager
    def copied(self, kind: str, data: bytes) -> Iterator[None]:
        """Have something in the clipboard, as if another program had copied it."""
        command = ["xclip", "-quiet", "-selection", "clipboard", "-t", kind]
        with subprocess.Popen(
            command, env=self.environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as owner:
            try:
                assert owner.stdin is not None
                owner.stdin.write(data)
                owner.stdin.close()
                wait_until(lambda: kind in self._kinds_copied(), f"{kind} in the clipboard")
                yield
            finally:
                owner.terminate()

    def _kinds_copied(self) -> str:
        command = ["xclip", "-selection", "clipboard", "-t", "TARGETS", "-o"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=20
        )
        return done.stdout


@contextmanager
def new_screen(folder: Path) -> Iterator[Screen]:
    """Start a screen with a window manager, and stop both in the end.

    Args:
        folder: for what the window manager wants to keep.
    """
    ours, theirs = os.pipe()
    # -r: no key repeats itself, or one that xdotool lets go late under load is typed often.
    command = ["Xvfb", "-displayfd", str(theirs), "-nolisten", "tcp", "-noreset", "-r", "-screen"]
    with subprocess.Popen(
        [*command, "0", "{}x{}x24".format(*SIZE)], pass_fds=[theirs], stderr=subprocess.DEVNULL
    ) as server:
        os.close(theirs)
        with os.fdopen(ours) as said:
            number = said.readline().strip()
        try:
            screen = Screen(f":{number}")
            own = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
            with subprocess.Popen(
                ["openbox"], env=screen.environment | own, stderr=subprocess.DEVNULL
            ) as manager:
                try:
                    # This is answered by the window manager, once it is there.
                    wait_until(lambda: screen.do("get_num_desktops") != "", "a window manager")
                    yield screen
                finally:
                    manager.terminate()
        finally:
            server.terminate()
