"""Photos come in from other programs: dragged and copied."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from tests.desktop.drag_source import SIDE, TITLE
from tests.desktop.program import ROOT, Program
from tests.desktop.screen import SIZE, Screen, wait_until

# Where files are dragged from: beside the window, which is 1200 pixels wide.
CORNER = (SIZE[0] - SIDE - 20, 60)


@contextmanager
def other_window(screen: Screen, photo: Path) -> Iterator[subprocess.Popen[str]]:
    """A window to drag a photo out of, in the corner of the screen."""
    command = [sys.executable, "-m", "tests.desktop.drag_source", str(photo)]
    with subprocess.Popen(
        command, cwd=ROOT, env=screen.environment, stdout=subprocess.PIPE, text=True
    ) as source:
        try:
            name = f"^{TITLE}$"
            wait_until(lambda: screen.do("search", "--onlyvisible", "--name", name) != "", name)
            number = screen.do("search", "--onlyvisible", "--name", name)
            screen.do("windowmove", number, *CORNER)
            wait_until(lambda: _is_at_corner(screen, number), "it in the corner")
            yield source
        finally:
            source.terminate()


def _is_at_corner(screen: Screen, number: str) -> bool:
    said = screen.do("getwindowgeometry", "--shell", number).splitlines()
    at = [int(line.split("=")[1]) for line in said if line[:2] in ("X=", "Y=")]
    # The frame around it is counted or not, as the window manager likes.
    return len(at) == 2 and all(abs(at[each] - CORNER[each]) < SIDE // 3 for each in (0, 1))


def drag_onto(program: Program, source: subprocess.Popen[str]) -> None:
    """Drag from the other window into the middle of the program's, and drop."""
    screen, (left, top, width, height) = program.screen, program.place()
    start = tuple(edge + SIDE // 2 for edge in CORNER)
    end = left + width // 3, top + height // 2
    before = screen.look()
    screen.do("mousemove", *start)
    screen.do("mousedown", 1)
    for step in range(1, 6):
        screen.do("mousemove", start[0] - 8 * step, start[1])
    assert source.stdout is not None
    assert source.stdout.readline().strip() == "dragging"
    steps = 20
    for step in range(1, steps + 1):
        x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
        screen.do("mousemove", x, y)
    # The window shows that it would take what is held over it.
    frame = np.s_[top + height // 2 - 50 : top + height // 2 + 50, left : left + 60]
    wait_until(lambda: bool((screen.look()[frame] != before[frame]).any()), "a frame for the drop")
    screen.do("mouseup", 1)
    assert source.stdout.readline().strip() == "taken"


def test_a_photo_is_dragged_out_of_another_window(program, photos):
    program.start()
    with other_window(program.screen, photos / "mother.jpg") as source:
        drag_onto(program, source)
        program.wait_for_title("mother.jpg")
    program.wait_for_color()


def test_copied_pictures_and_files_are_pasted_and_leave_nothing_behind(program, photos, tmp_path):
    program.start()
    screen = program.screen
    with screen.copied("image/png", _as_png(photos / "lincoln.jpg", tmp_path)):
        screen.press("ctrl+v")
        program.wait_for_title("Pasted ")
    assert list(program.temporary.rglob("Pasted*.png"))
    program.wait_for_color()
    names = [photos / "mother.jpg", photos / "lincoln.jpg"]
    urls = "".join(f"{path.as_uri()}\r\n" for path in names)
    with screen.copied("text/uri-list", urls.encode()):
        screen.press("ctrl+v")
        program.wait_for_title("mother.jpg")
    program.wait_for_color()
    screen.press("Next")
    program.wait_for_title("lincoln.jpg")
    screen.press("ctrl+q")
    program.wait_for_end()
    assert not list(program.temporary.iterdir())


def _as_png(photo: Path, folder: Path) -> bytes:
    path = folder / "copied.png"
    with Image.open(photo) as image:
        image.save(path)
    return path.read_bytes()
