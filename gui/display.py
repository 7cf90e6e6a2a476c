"""Whether there is a screen that answers. Imports no Qt itself.

Qt raises nothing where a display is named but does not answer, as over ssh, su or cron: it ends the
process, with advice about its plug-ins. So the display is tried out here beforehand.
"""

import contextlib
import ctypes
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_S = 2.0
_X_PORT = 6000
# An X display on another computer, or on this one by way of ssh: HOST:NUMBER.
_BY_NETWORK = re.compile(r"(?:(?:tcp|inet6?)/)?(?!unix[:/])([^:/].*|::.*):(\d+)(?:\.\d+)?")


def has_display(environment: Mapping[str, str]) -> bool:
    """Whether a display answers, or Qt was told which way to take; one of two is enough."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return True
    wayland, x = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if wayland and _answers(str(Path(environment.get("XDG_RUNTIME_DIR", ""), wayland))):
        return True
    return bool(x) and _x_answers(str(x))


def _x_answers(display: str) -> bool:
    """Whether an X server can be reached and lets us in."""
    network = _BY_NETWORK.fullmatch(display)
    if network is not None:  # libxcb would wait for minutes
        host, number = network.groups()
        if not _answers((host.strip("[]"), _X_PORT + int(number))):
            return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # that is missing first, and said elsewhere
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    failed: int = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _answers(address: str | tuple[str, int]) -> bool:
    with contextlib.suppress(OSError, ValueError, OverflowError):
        if isinstance(address, tuple):
            socket.create_connection(address, TIMEOUT_S).close()
            return True
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(TIMEOUT_S)
            client.connect(address)
            return True
    return False
