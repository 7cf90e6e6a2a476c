"""A second start hands its photos to the window that runs."""

import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from gui.single import Doorbell, hand_over, meeting_place

ROOT = Path(__file__).resolve().parents[2]
HAND_OVER = """
import sys
from pathlib import Path
from gui.single import hand_over
sys.exit(0 if hand_over(sys.argv[1], [Path(name) for name in sys.argv[2:]]) else 3)
"""
LISTEN_UNTIL_KILLED = """
import sys, time
from gui.single import Doorbell
doorbell = Doorbell(sys.argv[1])
print("ready", flush=True)
time.sleep(60)
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes leave nothing behind")


@pytest.fixture
def place(tmp_path) -> str:
    if sys.platform == "win32":
        return rf"\\.\pipe\photochrom-test-{tmp_path.name}"
    return str(tmp_path / "socket")


@pytest.fixture
def doorbell(qapp, place) -> Iterator[Doorbell]:
    doorbell = Doorbell(place)
    yield doorbell
    doorbell.close()


def later_start(place: str, *photos: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", HAND_OVER, place, *photos], cwd=ROOT)


def test_without_a_window_nothing_is_handed_over(place):
    assert not hand_over(place, [Path("a.png")])


def test_photos_of_a_later_start_come_through(qtbot, doorbell, place):
    with qtbot.waitSignal(doorbell.rung, timeout=20_000) as rung:
        later = later_start(place, "a.png", "größe 写真.png")
    assert later.wait(20) == 0
    assert rung.args == [[ROOT / "a.png", ROOT / "größe 写真.png"]]
    with qtbot.waitSignal(doorbell.rung, timeout=20_000) as rung:
        later = later_start(place)
    assert later.wait(20) == 0
    assert rung.args == [[]]  # the window only comes forward


@posix
def test_a_place_left_behind_by_a_killed_program_is_taken_over(qtbot, place):
    command = [sys.executable, "-c", LISTEN_UNTIL_KILLED, place]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as killed:
        assert killed.stdout.readline().strip() == b"ready"
        killed.kill()
    assert Path(place).exists()
    assert not hand_over(place, [])
    doorbell = Doorbell(place)
    with qtbot.waitSignal(doorbell.rung, timeout=20_000):
        later = later_start(place, "a.png")
    assert later.wait(20) == 0
    doorbell.close()


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1", b"7", b"[1, 2]"])
def test_noise_is_not_taken_for_photos(qtbot, doorbell, place, noise):
    heard = []
    doorbell.rung.connect(heard.append)
    with Client(place) as connection:
        connection.send_bytes(noise)
        with pytest.raises((EOFError, ConnectionError)):
            connection.recv_bytes()
    with qtbot.waitSignal(doorbell.rung, timeout=20_000):  # it still listens
        assert hand_over(place, [Path("a.png")])
    assert [[path.name for path in photos] for photos in heard] == [["a.png"]]


@posix
@pytest.mark.parametrize("runtime", [True, False])
def test_the_place_is_the_users_own(qapp, tmp_path, monkeypatch, runtime):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if runtime:
        tmp_path.chmod(0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    place = Path(meeting_place())
    assert place.is_relative_to(tmp_path)
    assert place.parent.is_dir()


def test_a_window_that_closes_takes_no_more_photos(qtbot, window, doorbell, place, make_photo):
    window.closed.connect(doorbell.close)
    window.close()
    assert not hand_over(place, [make_photo()])  # so that the later start opens a window itself
