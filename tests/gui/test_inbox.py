import threading
from pathlib import Path

import pytest

from engine import Edits
from gui.worker.inbox import Inbox
from gui.worker.jobs import (
    THUMBNAILS,
    MakeThumbnail,
    OpenPhoto,
    Recolor,
    SavePhoto,
    WarmUp,
)


def opening(generation: int) -> OpenPhoto:
    return OpenPhoto(generation=generation, path=Path(f"{generation}.png"))


def coloring(generation: int) -> Recolor:
    return Recolor(generation=generation, photo=opening(0), edits=Edits())


def saving(generation: int) -> SavePhoto:
    return SavePhoto(
        generation=generation,
        photo=opening(0),
        edits=Edits(),
        target=Path("out.png"),
        on_conflict="unique",
    )


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def test_of_200_colorings_only_the_newest_is_taken(inbox):
    for generation in range(200):
        inbox.put(coloring(generation))
    taken = inbox.take()
    assert taken is not None
    assert taken.generation == 199
    inbox.put(WarmUp(generation=0))
    assert isinstance(inbox.take(), WarmUp)


def test_saves_go_first_and_none_is_lost(inbox):
    inbox.put(WarmUp(generation=0))
    inbox.put(coloring(1))
    inbox.put(saving(2))
    inbox.put(opening(3))
    inbox.put(saving(4))
    inbox.put(coloring(5))
    taken = [inbox.take() for _ in range(5)]
    assert [request.generation for request in taken if request is not None] == [2, 4, 3, 5, 0]


def test_a_newer_coloring_lets_the_running_one_only_end_its_preview(inbox):
    running = coloring(1)
    inbox.put(running)
    assert inbox.take() is running
    assert not running.completing.is_set
    inbox.put(coloring(2))
    assert running.completing.is_set
    assert not running.cancel.is_set


def test_a_newer_photo_stops_the_work_for_the_older_one(inbox):
    running = coloring(1)
    inbox.put(running)
    assert inbox.take() is running
    inbox.put(coloring(2))
    inbox.put(opening(3))
    assert running.cancel.is_set
    taken = inbox.take()
    assert isinstance(taken, OpenPhoto)
    inbox.put(opening(4))
    assert taken.cancel.is_set
    newest = inbox.take()
    assert newest is not None
    assert newest.generation == 4


def test_a_newer_photo_does_not_stop_a_save(inbox):
    running = saving(1)
    inbox.put(running)
    inbox.take()
    inbox.put(opening(2))
    assert not running.cancel.is_set


def test_a_newer_coloring_lets_the_running_one_finish(inbox):
    running = coloring(1)
    inbox.put(running)
    inbox.take()
    inbox.put(coloring(2))
    assert not running.cancel.is_set


@pytest.mark.parametrize("request_for", [opening, coloring, saving])
def test_warming_up_is_cut_short_by_real_work(inbox, request_for):
    running = WarmUp(generation=0)
    inbox.put(running)
    inbox.take()
    inbox.put(request_for(1))
    assert running.cancel.is_set


def test_closing_stops_what_runs_and_forgets_what_waits(inbox):
    running = saving(1)
    inbox.put(running)
    inbox.take()
    inbox.put(saving(2))
    inbox.close()
    assert running.cancel.is_set
    assert inbox.take() is None
    inbox.put(saving(3))
    assert inbox.take() is None


def test_closing_wakes_whoever_waits(inbox):
    taken: list[object] = []
    waiting = threading.Thread(target=lambda: taken.append(inbox.take()))
    waiting.start()
    inbox.close()
    waiting.join(5)
    assert not waiting.is_alive()
    assert taken == [None]


def test_thumbnails_come_last_and_stop_nothing(inbox):
    def thumbnail(name: str) -> MakeThumbnail:
        return MakeThumbnail(generation=THUMBNAILS, path=Path(name), side=64)

    inbox.put(WarmUp(generation=0))
    warming = inbox.take()
    inbox.put(thumbnail("1.png"))
    inbox.put(thumbnail("2.png"))
    assert not warming.cancel.is_set
    inbox.put(coloring(5))
    assert warming.cancel.is_set
    assert isinstance(inbox.take(), Recolor)
    assert [inbox.take().path.name for _ in range(2)] == ["1.png", "2.png"]
