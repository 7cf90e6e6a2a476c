"""Memory that was let go of goes back to the system."""

import resource
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import heap, pipeline
from tests.support.fakes import FakePredictor
from tests.support.pictures import by_pillow, gray_picture


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(sys.platform != "linux", reason="tells how much is in memory")
def test_freed_memory_goes_back():
    if not heap.give_back():
        pytest.skip("this C library keeps nothing")
    blocks = [np.ones(100_000, np.uint8) for _ in range(2000)]  # too small to be mapped alone
    del blocks[:-1]  # the last one holds what lies below it
    before = resident()
    assert heap.give_back()
    assert before - resident() > 100_000_000


def test_where_nothing_is_kept_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(heap.ctypes, "CDLL", pytest.fail)
    assert not heap.give_back()


@pytest.mark.parametrize("large", [False, True])
def test_only_large_photos_are_worth_it(tmp_path, monkeypatch, large):
    path, given = tmp_path / "photo.png", []
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    monkeypatch.setattr(pipeline, "LARGE", gray_picture().size + (0 if large else 1))
    monkeypatch.setattr(pipeline, "give_back", lambda: given.append(True))
    pipeline.colorize(path, tmp_path / "result.png", FakePredictor(), pipeline.Wish())
    assert given == [True] * large
