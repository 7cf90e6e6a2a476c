"""Strips come back in their order, and what fails in a thread is raised here."""

import threading
import time

import pytest

from engine.in_order import cores, in_order


def test_the_order_is_kept_whatever_takes_longer():
    def work(number):
        time.sleep(0.005 * (number % 3))
        return number

    assert list(in_order(work, range(20))) == list(range(20))


def test_only_a_few_are_worked_on_ahead():
    begun = []
    results = in_order(begun.append, range(1000))
    next(results)
    assert len(begun) <= 3 * cores() + 4
    results.close()


def test_an_error_is_raised_and_ends_it():
    done = threading.Event()

    def work(number):
        if number == 3:
            raise OSError("full")
        done.set()

    with pytest.raises(OSError, match="full"):
        list(in_order(work, range(10_000)))
    assert done.is_set()
