import socket
import sys
from pathlib import Path

import pytest

import gui.display as display
from gui.display import has_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a matter of Linux")

DEAD = ":4999"


@pytest.fixture
def xcb(monkeypatch) -> type:
    """Stands for libxcb: notes the displays it is asked for, and is let in everywhere."""

    class Function:
        def __init__(self, result: object) -> None:
            self.result = result
            self.asked: list[bytes] = []

        def __call__(self, name: object, *_: object) -> object:
            if isinstance(name, bytes):
                self.asked.append(name)
            return self.result

    class Library:
        xcb_connect = Function(1)
        xcb_connection_has_error = Function(0)
        xcb_disconnect = Function(None)

    monkeypatch.setattr(display.ctypes, "CDLL", lambda _: Library)
    return Library


def test_without_a_name_there_is_none():
    assert not has_display({})
    assert not has_display({"DISPLAY": "", "WAYLAND_DISPLAY": ""})


def test_what_qt_is_told_is_left_to_it():
    assert has_display({"QT_QPA_PLATFORM": "offscreen"})
    assert has_display({"QT_QPA_PLATFORM": "xcb", "DISPLAY": DEAD})


@pytest.mark.parametrize("name", [DEAD, f"{DEAD}.0", "localhost:58999", "nonsense", "unix:4999"])
def test_an_x_server_that_does_not_answer_is_no_display(name):
    assert not has_display({"DISPLAY": name})


def test_an_x_server_that_lets_nobody_in_is_no_display(xcb):
    assert has_display({"DISPLAY": ":0"})
    xcb.xcb_connection_has_error.result = 1
    assert not has_display({"DISPLAY": ":0"})


def test_without_libxcb_it_is_the_library_that_is_missing(monkeypatch):
    def fail(_: str) -> None:
        raise OSError("libxcb.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(display.ctypes, "CDLL", fail)
    assert has_display({"DISPLAY": ":0"})


@pytest.mark.parametrize("form", ["localhost:{}", "127.0.0.1:{}.0", "tcp/localhost:{}"])
def test_a_display_of_another_computer_is_asked_over_the_network(xcb, monkeypatch, form):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(display, "_X_PORT", port - 10)
        name = form.format(10)
        assert has_display({"DISPLAY": name})
        assert name.encode() in xcb.xcb_connect.asked
    xcb.xcb_connect.asked.clear()
    assert not has_display({"DISPLAY": name})
    assert not xcb.xcb_connect.asked


def test_wayland_is_asked_by_its_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    runtime = {"XDG_RUNTIME_DIR": ".", "WAYLAND_DISPLAY": "wayland-0"}
    assert not has_display(runtime)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("wayland-0")
        server.listen()
        assert has_display(runtime)
        assert has_display(runtime | {"DISPLAY": DEAD})
        assert has_display({"WAYLAND_DISPLAY": str(Path("wayland-0").absolute())})
    assert not has_display(runtime)
