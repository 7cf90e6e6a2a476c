from pathlib import Path

import numpy as np
import pytest

from engine import Adjustments, Edits, PhotochromError, Saved
from gui.document import Document
from gui.images import picture_of
from gui.worker.jobs import (
    WARMING_UP,
    Failed,
    OpenPhoto,
    PhotoOpened,
    PhotoSaved,
    PreviewReady,
    Progressed,
    Recolor,
    Stage,
    WarmedUp,
    WasCancelled,
)

A, B, C, D, E = (Path(f"{name}.png") for name in "abcde")
PICTURE = picture_of(np.zeros((2, 3, 1), np.uint8), (3, 2))


def opened(request: OpenPhoto) -> PhotoOpened:
    return PhotoOpened(request.generation, request, PICTURE, 8)


def preview(request: Recolor, *, complete: bool = True) -> PreviewReady:
    return PreviewReady(request.generation, PICTURE, request.edits, complete, "cpu", 0.1)


def must(request):
    assert request is not None
    return request


def must_open(document: Document, photos: list[Path]) -> OpenPhoto:
    return must(document.open(photos))


@pytest.fixture
def document() -> Document:
    return Document()


@pytest.fixture
def colored(document) -> Document:
    """A document whose photo A, of A, B and C, is colored."""
    assert document.accept(opened(must_open(document, [A, B, C])))
    assert document.accept(preview(must(document.recolor())))
    return document


def test_warming_up_is_known_while_it_lasts(document):
    loading = Progressed(WARMING_UP, Stage.LOADING_NETWORK)
    for end, told in (
        (WarmedUp(WARMING_UP), True),
        (WasCancelled(WARMING_UP), True),
        (Failed(WARMING_UP, ValueError()), False),
    ):
        assert document.accept(loading)
        assert document.warming_up is loading
        assert document.accept(end) is told
        assert document.warming_up is None


def test_a_photo_is_opened_colored_and_refined(document):
    request = must_open(document, [A])
    assert document.is_opening
    assert document.accept(Progressed(request.generation, Stage.OPENING))
    assert document.accept(opened(request))
    assert document.path == A
    coloring = must(document.recolor())
    assert coloring.photo is request
    assert document.accept(preview(coloring, complete=False))
    assert document.is_coloring
    assert document.can_save
    assert document.accept(preview(coloring))
    assert not document.is_working


def test_results_for_the_photo_before_are_dropped(document):
    document.accept(opened(must_open(document, [A])))
    old = must(document.recolor())
    second = must_open(document, [B])
    assert old.cancel.is_set
    assert not document.accept(preview(old))
    assert not document.accept(WasCancelled(old.generation))
    assert document.accept(opened(second))
    must(document.recolor())
    assert not document.accept(preview(old))
    assert not document.accept(Failed(old.generation, PhotochromError()))
    assert document.shown is None
    assert document.error is None


def test_of_two_photos_asked_for_only_the_second_is_shown(document):
    first, second = must_open(document, [A]), must_open(document, [B])
    assert first.cancel.is_set
    assert not document.accept(opened(first))
    assert document.photo is None
    assert document.accept(opened(second))
    assert document.path == B


def test_colorings_of_a_drag_show_in_order_and_never_go_back(document):
    document.accept(opened(must_open(document, [A])))
    first, second, third = (must(document.recolor()) for _ in range(3))
    assert document.accept(preview(first))
    assert document.is_coloring
    assert document.accept(preview(third))
    assert not document.accept(preview(second))
    assert document.shown is not None
    assert document.shown.generation == third.generation
    assert not document.is_working


def test_after_cancelling_nothing_of_it_is_shown(document):
    document.accept(opened(must_open(document, [A])))
    coloring = must(document.recolor())
    document.cancel()
    assert coloring.cancel.is_set
    assert document.stopped
    assert not document.is_working
    assert not document.accept(preview(coloring))
    again = must(document.recolor())
    assert not document.stopped
    assert not document.accept(preview(coloring))
    assert document.accept(preview(again))


def test_cancelling_after_a_preview_keeps_it(document):
    document.accept(opened(must_open(document, [A])))
    coloring = must(document.recolor())
    document.accept(preview(coloring, complete=False))
    document.cancel()
    assert not document.stopped
    assert document.can_save
    assert not document.accept(preview(coloring))


def test_cancelling_a_change_keeps_the_color_of_before_and_says_so(colored):
    before = colored.shown
    change = must(colored.change(weaker(0.5), words))
    colored.cancel()
    assert colored.stopped
    assert colored.shown is before
    assert not colored.accept(preview(change))
    again = must(colored.recolor())
    assert not colored.stopped
    assert again.edits == weaker(0.5)


def test_a_change_that_was_given_up_for_another_photo_is_made_up_for(colored):
    must(colored.change(weaker(0.5), words))
    request = must_open(colored, [D])
    colored.accept(Failed(request.generation, PhotochromError()))
    again = colored.go_on()
    assert isinstance(again, Recolor)
    assert again.edits == weaker(0.5)
    must(colored.step(1))
    colored.cancel()
    assert colored.stopped  # the change has not been seen yet


def test_color_asked_for_while_another_photo_is_read_is_not_shown_on_that(colored):
    request = must(colored.step(1))
    late = must(colored.set_quality("fine"))
    colored.accept(opened(request))
    assert late.cancel.is_set
    coloring = must(colored.recolor())
    assert not colored.accept(preview(late))
    assert colored.shown is None
    assert colored.accept(preview(coloring))


def test_cancelling_an_opening_goes_back_to_the_photo_before(colored):
    request = must(colored.step(1))
    assert colored.roll.at == 1
    assert not colored.can_save
    colored.cancel()
    assert colored.roll.at == 0
    assert colored.path == A
    assert colored.can_save
    assert not colored.accept(opened(request))


def test_cancelling_the_second_of_two_openings_goes_back_as_far(colored):
    must_open(colored, [B])
    must_open(colored, [C])
    colored.cancel()
    assert colored.roll.photos == (A, B, C)


def test_more_photos_join_the_roll_and_the_first_new_one_is_shown(colored):
    request = must_open(colored, [B, D, A, E, D])
    assert request.path == D
    assert colored.roll.photos == (A, B, C, D, E)
    colored.accept(opened(request))
    assert colored.path == D


def test_a_photo_of_the_roll_is_shown_and_does_not_join_it_again(colored):
    assert colored.open([A]) is None  # it is on screen
    assert must_open(colored, [C, A]).path == C
    assert colored.roll.photos == (A, B, C)
    assert must_open(colored, [A]).path == A  # it was on screen, but C is on its way


def test_a_new_photo_that_cannot_be_opened_leaves_all_as_it_was(colored):
    shown = colored.shown
    request = must_open(colored, [D])
    error = PhotochromError()
    assert colored.accept(Failed(request.generation, error))
    assert colored.refused == {D: error}
    assert (colored.path, colored.shown, colored.error) == (A, shown, None)
    assert (colored.roll.photos, colored.roll.at) == ((A, B, C), 0)
    assert colored.go_on() is None
    must(colored.step(1))
    assert not colored.refused


def test_color_that_was_given_up_for_a_bad_photo_is_asked_for_again(document):
    document.accept(opened(must_open(document, [A])))
    given_up = must(document.recolor())
    request = must_open(document, [D])
    assert given_up.cancel.is_set
    document.accept(Failed(request.generation, PhotochromError()))
    again = document.go_on()
    assert isinstance(again, Recolor)
    assert document.accept(preview(again))


def test_after_a_bad_photo_the_next_new_one_is_opened(colored):
    bad = must_open(colored, [D, E])
    colored.accept(Failed(bad.generation, PhotochromError()))
    good = colored.go_on()
    assert isinstance(good, OpenPhoto)
    assert good.path == E
    colored.cancel()
    assert colored.roll.photos == (A, B, C)


def test_if_no_photo_is_left_the_error_stands_in_its_place_until_another_is_opened(document):
    bad = must_open(document, [D, E])
    document.accept(Failed(bad.generation, PhotochromError()))
    error = PhotochromError()
    document.accept(Failed(must(document.go_on()).generation, error))
    assert document.error is error
    assert document.path == E
    must_open(document, [A])
    assert document.roll.photos == (A,)


def test_a_worker_that_gave_up_an_opening_has_the_same_effect(colored):
    request = must(colored.step(1))
    assert colored.accept(WasCancelled(request.generation))
    assert colored.roll.at == 0
    assert not colored.is_working


def test_the_roll_ends_at_both_ends(colored):
    assert colored.step(-1) is None
    colored.accept(opened(must(colored.step(1))))
    colored.accept(opened(must(colored.step(1))))
    assert colored.path == C
    assert colored.step(1) is None


def test_a_photo_that_cannot_be_opened_leaves_its_error_in_its_place(colored):
    request = must(colored.step(1))
    error = PhotochromError()
    assert colored.accept(Failed(request.generation, error))
    assert colored.error is error
    assert colored.photo is None
    assert colored.path == B
    assert not colored.can_save
    assert must(colored.open_again()).path == B


def test_a_photo_that_cannot_be_colored_stays_open(document):
    document.accept(opened(must_open(document, [A])))
    coloring = must(document.recolor())
    document.accept(Failed(coloring.generation, PhotochromError()))
    assert document.photo is not None
    assert document.error is not None
    must(document.recolor())
    assert document.error is None


def test_an_error_at_full_size_leaves_the_preview(document):
    document.accept(opened(must_open(document, [A])))
    coloring = must(document.recolor())
    document.accept(preview(coloring, complete=False))
    assert document.accept(Failed(coloring.generation, MemoryError()))
    assert document.error is None
    assert document.shown is not None
    assert not document.is_working


def test_a_save_is_told_even_if_it_was_cancelled_or_another_photo_is_open(colored):
    request = must(colored.save(Path("out.png"), overwrite=True))
    assert request.on_conflict == "overwrite"
    colored.cancel()
    assert request.cancel.is_set
    assert colored.is_saving
    colored.accept(opened(must(colored.step(1))))
    assert colored.accept(PhotoSaved(request.generation, Saved(Path("out.png")), Edits()))
    assert not colored.is_saving
    assert not colored.accept(PhotoSaved(request.generation, Saved(Path("out.png")), Edits()))


def test_nothing_can_be_saved_or_colored_without_a_photo(document):
    assert document.save(Path("out.png"), overwrite=False) is None
    assert document.recolor() is None
    assert document.open_again() is None


def weaker(strength: float) -> Edits:
    return Edits(adjustments=Adjustments(strength=strength))


def words() -> str:
    return "Strength"


def test_only_edits_that_no_file_has_are_unsaved_work(colored):
    assert colored.unsaved == ()
    assert must(colored.change(weaker(0.5), words)).edits == weaker(0.5)
    assert colored.unsaved == (A,)
    request = must(colored.save(Path("out.png"), overwrite=False))
    assert colored.unsaved == ()  # it will be, unless that fails
    colored.accept(Failed(request.generation, PhotochromError()))
    assert colored.unsaved == (A,)
    request = must(colored.save(Path("out.png"), overwrite=False))
    colored.change(weaker(0.4), words)
    assert colored.unsaved == (A,)
    colored.undo()
    colored.accept(PhotoSaved(request.generation, Saved(Path("out.png")), request.edits))
    assert colored.unsaved == ()
    colored.undo()
    assert colored.edits == Edits()
    assert colored.unsaved == (A,)  # the file has them still


def test_one_gesture_is_one_step(colored):
    for value in (0.9, 0.7, 0.5):
        must(colored.adjust("strength", value, words, 1))
    must(colored.adjust("strength", 0.4, words, 2))
    must(colored.adjust("tint", 10, words, 2))
    assert colored.work.steps.count() == 3
    for left in (0.4, 0.5, 1.0):
        assert must(colored.undo()).edits.adjustments.strength == left
    assert colored.undo() is None
    assert must(colored.redo()).edits == weaker(0.5)


def test_a_gesture_that_ends_where_it_began_is_no_step(colored):
    for value in (0.9, 0.7, 1.0):
        must(colored.adjust("strength", value, words, 1))
    assert colored.work.steps.count() == 0
    assert colored.unsaved == ()


def test_each_photo_keeps_its_edits_and_its_steps(colored):
    must(colored.change(weaker(0.5), words))
    assert colored.accept(opened(must(colored.step(1))))
    assert colored.edits == Edits()
    assert not colored.work.steps.canUndo()
    assert colored.accept(opened(must(colored.step(-1))))
    assert must(colored.recolor()).edits == weaker(0.5)
    assert must(colored.undo()).edits == Edits()


def test_adjustments_go_to_other_photos(colored):
    assert colored.paste_adjustments() is None
    must(colored.change(Edits(adjustments=Adjustments(tint=20), neutralize=True), words))
    colored.copy_adjustments()
    assert colored.accept(opened(must(colored.step(1))))
    assert must(colored.paste_adjustments()).edits == Edits(adjustments=Adjustments(tint=20))
    assert must(colored.reset_adjustments()).edits == Edits()


def test_the_quality_is_that_of_every_photo_from_now_on(colored):
    assert colored.set_quality("balanced") is None
    assert must(colored.set_quality("fine")).quality == "fine"
    assert must(colored.save(Path("out.png"), overwrite=False)).quality == "fine"


def test_what_is_colored_already_is_not_asked_for_again(colored):
    assert colored.follow_steps() is None
    must(colored.change(weaker(0.5), words))
    assert colored.follow_steps() is None
    assert colored.change(weaker(0.5), words) is None
