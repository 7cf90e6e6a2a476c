"""Two hundred photos through one window leave nothing behind: no memory, no thread, no file.

Memory is what the system counts as resident (VmRSS), after the window has had its first photos:
libraries, caches of fonts and icons, and the pools of the allocators are there by then. Each photo
is large enough (its pictures take over a megabyte) that a few kept ones would be seen. What is too
small for that, such as edits or the thumbnails of widgets, is counted: our objects, and Qt's.
"""

import gc
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QPixmapCache

from tests.gui.conftest import is_done

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

PHOTOS = 200
# Of these, the first are not counted.
WARM_UP = 40
SIZE = {"width": 640, "height": 420}
# Of a photo, its colored picture alone takes 0.8 MB: this is a tenth of what 160 of them would.
MOST_GROWTH_MB = 12.0


def resident_mb() -> float:
    """Memory of this process, without what waits to be collected and what Qt keeps for a while."""
    gc.collect()
    QPixmapCache.clear()  # up to 10 MB of icons
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def objects_of_ours() -> Counter[str]:
    """How many objects of the program's own classes there are."""
    kinds = (type(each) for each in gc.get_objects())
    ours = (kind for kind in kinds if str(kind.__module__).partition(".")[0] in ("gui", "engine"))
    return Counter(f"{kind.__module__}.{kind.__name__}" for kind in ours)


def handles() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_two_hundred_photos_leave_nothing_behind(qtbot, window, make_photo):
    photos = [make_photo(f"{number}.png", **SIZE) for number in range(PHOTOS)]
    close = window._actions["close_photo"]
    for number, photo in enumerate(photos):
        if number == WARM_UP:
            memory, ours = resident_mb(), objects_of_ours()
            threads, files = threading.active_count(), handles()
            widgets = len(window.findChildren(QObject))
        window.open_photos([photo])
        qtbot.waitUntil(lambda photo=photo: window.document.path == photo and is_done(window))
        close.trigger()
        assert window.document.photo is None
        assert not window.document.roll.photos
    grown = resident_mb() - memory
    print(f"{grown:.1f} MB more than {memory:.0f}; {threads} threads, {files} files")
    assert not objects_of_ours() - ours
    assert len(window.findChildren(QObject)) <= widgets
    assert threading.active_count() <= threads
    assert handles() <= files
    assert grown < MOST_GROWTH_MB
