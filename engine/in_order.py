"""Strips of rows worked on by several threads, handed on from top to bottom."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    # sched_getaffinity knows of limits, but only Linux has it.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result]:
    """Results in the order of the items, a few of them being worked on ahead.

    Args:
        work: called in threads; what it raises is raised here.
        items: such as slices of rows.
    """
    ahead = cores() + 1
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(cores(), thread_name_prefix="strips") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
