"""Free memory goes back to the system."""

import ctypes
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.batch import heap
from engine.batch.heap import give_back_free_memory


def resident_megabytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1000


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="glibc only",
)
def test_what_lies_free_between_blocks_in_use_is_given_back():
    blocks = [np.ones(12_000, np.uint8) for _ in range(10_000)]
    kept = blocks[::50]  # so that the heap cannot shrink from its end
    del blocks
    before = resident_megabytes()
    give_back_free_memory()
    assert resident_megabytes() < before - 60
    assert all(block[0] == 1 for block in kept)


@pytest.mark.parametrize("library", [OSError, AttributeError])
def test_a_library_that_cannot_is_left_alone(monkeypatch, library):
    def other(_: object) -> None:
        raise library("no such function")

    monkeypatch.setattr(heap.ctypes, "CDLL", other)
    heap._trim.cache_clear()
    try:
        give_back_free_memory()
    finally:
        heap._trim.cache_clear()
