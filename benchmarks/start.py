"""How long the program takes from its start to a window that can be seen.

    python -m benchmarks.start

`python main.py` is started on a screen of its own (Xvfb, without a window manager), several times,
after once that does not count: the files are in the memory then. Each time it has a home of its
own. The clock runs from the start of the process until the screen tells of a visible window. Then
it is checked that torch was not loaded by then, in a process that ends with the first painting.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
BAR_S = 1.5
PATIENCE_S = 60
LOOK_EACH_S = 0.02

# What is loaded when the window is visible; by the program's own way into the window.
LOOK = """
import sys
from PySide6.QtCore import QTimer
import gui.app, gui.main_window

class Window(gui.main_window.MainWindow):
    def warm_up(self):
        print("torch" in sys.modules)
        QTimer.singleShot(0, self.close)

gui.app.MainWindow = Window
import main
sys.exit(main.main([]))
"""


def main() -> None:
    """Measure and print."""
    ours, theirs = os.pipe()
    # Without -noreset it would begin anew whenever nobody looks at it.
    command = ["Xvfb", "-displayfd", str(theirs), "-noreset", "-nolisten", "tcp", "-screen", "0"]
    with subprocess.Popen(
        [*command, "1600x1000x24"], pass_fds=[theirs], stderr=subprocess.DEVNULL
    ) as server:
        os.close(theirs)
        try:
            with os.fdopen(ours) as said:
                display = f":{said.readline().strip()}"
            times = [_time_to_window(display) for _ in range(RUNS + 1)][1:]
            print("start to visible window  ", "  ".join(f"{each:.2f}" for each in times), "s")
            print(f"median                    {statistics.median(times):.2f} s, bar {BAR_S} s")
            with tempfile.TemporaryDirectory() as home:
                done = subprocess.run(
                    [sys.executable, "-c", LOOK],
                    env=_environment(display, home), capture_output=True, text=True, check=True,
                    timeout=PATIENCE_S,
                )  # fmt: skip
            print("torch loaded by then     ", done.stdout.strip())
        finally:
            server.terminate()


def _time_to_window(display: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        environment = _environment(display, home)
        # Its own way to wait, --sync, looks twice a second only.
        look = ["xdotool", "search", "--onlyvisible", "--class", "^Photochrom$"]
        start = time.perf_counter()
        with subprocess.Popen([sys.executable, "main.py"], env=environment) as program:
            try:
                while not subprocess.run(
                    look, env=environment, capture_output=True, check=False, timeout=PATIENCE_S
                ).stdout:
                    time.sleep(LOOK_EACH_S)
                    if time.perf_counter() - start > PATIENCE_S:
                        raise TimeoutError
                return time.perf_counter() - start
            finally:
                program.kill()


def _environment(display: str, home: str) -> dict[str, str]:
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    kept = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    Path(home).chmod(0o700)
    return kept | {"DISPLAY": display} | dict.fromkeys(names, home)


if __name__ == "__main__":
    main()
