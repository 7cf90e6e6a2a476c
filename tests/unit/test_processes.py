"""Whether a process is there is told by its number."""

import os

import pytest

from engine.processes import is_running


def test_a_process_is_there_until_it_has_ended(other_process):
    assert is_running(os.getpid())
    assert is_running(other_process.pid)
    assert is_running(other_process.pid)  # asking did not end it
    other_process.communicate()
    assert not is_running(other_process.pid)


@pytest.mark.skipif(os.name != "posix", reason="numbers have no such bound there")
def test_a_number_that_none_can_have_is_no_process():
    assert not is_running(10**30)


@pytest.mark.skipif(os.name != "posix", reason="signals are of other systems")
def test_a_process_of_another_user_is_there(monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    assert is_running(1)
