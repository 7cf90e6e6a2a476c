"""Memory that was let go of goes back to the system."""

import mmap
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import heap
from engine.photo import write
from engine.photo.read import read_photo
from engine.values import Rendition
from tests.support.pictures import by_pillow, gray_picture, rgb_picture


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * mmap.PAGESIZE


@pytest.mark.skipif(sys.platform != "linux", reason="tells how much is in memory")
def test_freed_memory_goes_back():
    if not heap.give_back(heap.LARGE):
        pytest.skip("this C library keeps nothing")
    blocks = [np.ones(100_000, np.uint8) for _ in range(2000)]  # too small to be mapped alone
    del blocks[:-1]  # the last one holds what lies below it
    before = resident()
    assert heap.give_back(heap.LARGE)
    assert before - resident() > 100_000_000


def test_where_nothing_is_kept_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(heap.ctypes, "CDLL", pytest.fail)
    assert not heap.give_back(heap.LARGE)


def test_before_a_small_photo_nothing_is_given_back(monkeypatch):
    monkeypatch.setattr(heap.ctypes, "CDLL", pytest.fail)
    assert not heap.give_back(heap.LARGE - 1)


def test_a_photo_that_is_written_is_asked_for(tmp_path, monkeypatch):
    path, asked = tmp_path / "photo.png", []
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    monkeypatch.setattr(write, "give_back", asked.append)
    write.write_photo(Rendition(rgb_picture()), read_photo(path), tmp_path / "result.png")
    assert asked == [rgb_picture().shape[0] * rgb_picture().shape[1]]
