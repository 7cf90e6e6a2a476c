"""Nothing is sent anywhere: no socket of any network is ever opened.

The one exception is `photochrom batch --cluster`, see tests/cli/test_cluster.py.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Opens a photo in the real window with the real network, saves the result and closes.
PROGRAM = """
import json, os, sys
from pathlib import Path

seen = []
def hook(event, arguments):
    if event == "socket.__new__" and int(arguments[1]) not in (-1, 1):  # 1 is a local one
        seen.append([event, str(arguments[1])])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        seen.append([event, str(arguments[0])])
    elif event == "socket.connect" and not isinstance(arguments[1], (str, bytes)):
        seen.append([event, str(arguments[1])])
sys.addaudithook(hook)

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import gui.app

def inodes():
    names = []
    for number in os.listdir("/proc/self/fd"):
        try:
            names.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            pass
    return {name[8:-1] for name in names if name.startswith("socket:[")}

def network_inodes():
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        try:
            lines = Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
        except OSError:
            continue
        found |= {line.split()[9] for line in lines}
    return found

photo, target = Path(sys.argv[1]), Path(sys.argv[2])
saved = []
def look():
    window = next(each for each in QApplication.topLevelWidgets() if hasattr(each, "document"))
    document = window.document
    if inodes() & network_inodes():
        seen.append(["descriptor", str(inodes() & network_inodes())])
    if document.error is not None:
        seen.append(["error", str(document.error)])
        window.close()
    elif document.shown is not None and document.shown.complete and not document.is_working:
        if not saved:
            saved.append(True)
            window.saving.take_target(target, True)
        elif target.exists():
            window.close()

timer = QTimer(interval=20)
timer.timeout.connect(look)
QTimer.singleShot(0, timer.start)
status = gui.app.run_window([photo])
print(json.dumps([status, seen]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.timeout(240)
def test_a_photo_is_opened_colored_and_saved_without_any_network(make_photo, tmp_path):
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    target = tmp_path / "colored.png"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(make_photo()), str(target)],
        cwd=ROOT,
        env=os.environ | home | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == [0, []]
    assert target.exists()
