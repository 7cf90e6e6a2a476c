import gc
import threading
import weakref

import pytest

from gui.worker.jobs import WARMING_UP, WarmedUp


class Knot:
    """Refers to itself, as widgets do by way of their slots."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collected_by() -> list[threading.Thread]:
    """On which thread a knot was collected to which nobody refers."""
    threads: list[threading.Thread] = []
    weakref.finalize(Knot(), lambda: threads.append(threading.current_thread()))
    return threads


def make_objects() -> None:
    """So many that Python, left to itself, would look through all that there are."""
    for _ in range(30):
        [[] for _ in range(20_000)]


def python_by_itself() -> None:
    gc.enable()
    make_objects()
    gc.disable()


def done_by_worker(work) -> threading.Thread:
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    return worker


def test_nothing_is_collected_on_a_worker(qtbot, collector, collected_by):
    done_by_worker(make_objects)
    assert not collected_by
    more = [[] for _ in range(200_000)]  # as long as there are few, it is not worth while
    qtbot.waitUntil(lambda: bool(collected_by), timeout=30_000)
    assert len(more) == 200_000
    assert collected_by == [threading.main_thread()]


def test_python_by_itself_would(collector, collected_by):
    worker = done_by_worker(python_by_itself)
    assert collected_by == [worker]


def test_what_is_loaded_with_the_network_is_not_looked_through_each_time(collector):
    collector.on_result(object())
    assert not gc.get_freeze_count()
    collector.on_result(WarmedUp(generation=WARMING_UP))
    try:
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
