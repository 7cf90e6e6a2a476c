import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gui.worker.desk as desk_module
from engine import (
    Adjustments,
    Edits,
    Hint,
    OriginalChanged,
    PhotochromError,
    SaveOptions,
    measure_lightness,
    read_photo,
)
from engine.photo.blocks import blocks_of_file
from engine.photo.losses import EIGHT_BITS
from engine.photo.provenance import Provenance
from gui.worker.desk import Desk
from gui.worker.jobs import (
    Failed,
    OpenPhoto,
    PhotoOpened,
    PhotoSaved,
    PreviewReady,
    Progressed,
    Recolor,
    Request,
    Result,
    SavePhoto,
    Stage,
    WarmedUp,
    WarmUp,
    WasCancelled,
)


@pytest.fixture
def desk(predictor) -> Desk:
    return Desk(load=lambda: predictor)


def served(desk: Desk, request: Request) -> list[Result]:
    results: list[Result] = []
    desk.serve(request, results.append)
    assert {result.generation for result in results} <= {request.generation}
    return results


def save(photo: OpenPhoto, target: Path, edits: Edits | None = None) -> SavePhoto:
    return SavePhoto(
        generation=9,
        photo=photo,
        edits=edits or Edits(),
        target=target,
        on_conflict="unique",
    )


@pytest.fixture
def photo(make_photo) -> OpenPhoto:
    return OpenPhoto(generation=1, path=make_photo())


def test_opening_gives_the_picture(desk, photo):
    first, last = served(desk, photo)
    assert isinstance(first, Progressed)
    assert isinstance(last, PhotoOpened)
    assert last.picture.size == (300, 200)
    assert last.depth == 8
    assert last.request is photo


def test_coloring_a_small_photo_gives_one_picture(desk, photo):
    results = served(desk, Recolor(generation=2, photo=photo, edits=Edits()))
    previews = [result for result in results if isinstance(result, PreviewReady)]
    assert results[-1] is previews[-1]
    assert [each.complete for each in previews] == [True]
    stages = [result.stage for result in results if isinstance(result, Progressed)]
    assert list(dict.fromkeys(stages)) == [
        Stage.LOADING_NETWORK, Stage.LOOKING, Stage.COLORING, Stage.COMPOSING,
    ]  # fmt: skip


def test_coloring_a_large_photo_gives_a_preview_first(desk, make_photo, monkeypatch):
    photo = OpenPhoto(generation=1, path=make_photo())
    results = served(desk, Recolor(generation=2, photo=photo, edits=Edits(), side=150))
    small, full = (result for result in results if isinstance(result, PreviewReady))
    assert not small.complete
    assert full.complete
    assert small.picture.size == full.picture.size == (300, 200)
    assert small.picture.levels[0].image.width() == 150
    assert full.picture.levels[0].image.width() == 300


def test_fractions_never_run_backwards(desk, photo, monkeypatch):
    monkeypatch.setattr(desk_module, "PROGRESS_S", 0)
    results = served(desk, Recolor(generation=2, photo=photo, edits=Edits()))
    fractions = [each.fraction for each in results if isinstance(each, Progressed)]
    told = [fraction for fraction in fractions if fraction is not None]
    assert told == sorted(told)
    assert told[-1] == 1


def test_only_what_changed_is_done_again(desk, photo, predictor):
    hint = Hint(x=0.5, y=0.5, a=20, b=20)
    for edits in (
        Edits(),
        Edits(adjustments=Adjustments(strength=0.5)),
        Edits(hints=(hint,)),
        Edits(hints=(hint,), adjustments=Adjustments(tint=9)),
    ):
        served(desk, Recolor(generation=2, photo=photo, edits=edits))
    assert predictor.asked == ["prepare balanced", "predict 0", "predict 1"]


def test_neutralizing_looks_anew_at_another_lightness(desk, tmp_path, predictor):
    gray = np.linspace(0, 255, 300)[None].repeat(200, axis=0)
    path = tmp_path / "yellowed.png"
    Image.fromarray((gray[..., None] * [1, 0.9, 0.6]).astype(np.uint8)).save(path)
    photo = OpenPhoto(generation=1, path=path)
    assert served(desk, photo)[-1].tone == "toned"
    for neutralize in (False, True):
        edits = Edits(neutralize=neutralize)
        served(desk, Recolor(generation=2, photo=photo, edits=edits))
        target = tmp_path / f"{neutralize}.png"
        assert isinstance(served(desk, save(photo, target, edits))[-1], PhotoSaved)
    looks = ["prepare balanced", "predict 0"]
    assert predictor.asked == looks * 2
    tone_left, tone_gone = (
        measure_lightness(read_photo(tmp_path / f"{each}.png")).L for each in (False, True)
    )
    assert (tone_gone - tone_left).mean() > 2


def test_the_first_photo_can_be_asked_for_again_after_another_and_its_colors_are_kept(
    desk, photo, make_photo, predictor
):
    other = OpenPhoto(generation=3, path=make_photo("other.png", width=90))
    for each in (photo, other, photo):
        results = served(desk, Recolor(generation=4, photo=each, edits=Edits()))
        assert isinstance(results[-1], PreviewReady)
    assert results[-1].picture.size == (300, 200)
    assert len(predictor.calls) == 4


@pytest.mark.parametrize(
    ("depth", "name", "saved_depth", "lost"),
    [(16, "a.png", 16, False), (16, "a.tif", 16, False), (16, "a.jpg", 8, True),
     (8, "a.png", 8, False), (8, "a.tif", 8, False)],
)  # fmt: skip
def test_16_bits_are_kept_where_the_format_holds_them(
    desk, make_photo, tmp_path, depth, name, saved_depth, lost
):
    photo = OpenPhoto(generation=1, path=make_photo(depth=depth))
    target = tmp_path / "out" / name
    target.parent.mkdir()
    last = served(desk, save(photo, target))[-1]
    assert isinstance(last, PhotoSaved)
    assert (EIGHT_BITS in last.saved.notices) is lost
    assert last.saved.path == target
    opened = served(desk, OpenPhoto(generation=2, path=target))[-1]
    assert isinstance(opened, PhotoOpened)
    assert opened.depth == saved_depth
    assert opened.picture.size == (300, 200)


def test_what_was_shown_is_what_is_saved(desk, photo, tmp_path):
    shown = served(desk, Recolor(generation=2, photo=photo, edits=Edits()))[-1]
    assert isinstance(shown, PreviewReady)
    served(desk, save(photo, tmp_path / "out.png"))
    with Image.open(tmp_path / "out.png") as image:
        saved = np.asarray(image)
    assert np.array_equal(saved, shown.picture.levels[0].kept)


def test_the_original_is_never_written_over(desk, photo):
    before = photo.path.read_bytes()
    last = served(desk, save(photo, photo.path))[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, PhotochromError)
    assert last.error.code == "same-as-source"
    assert photo.path.read_bytes() == before


def test_an_overtaken_coloring_ends_with_its_preview(desk, make_photo, monkeypatch):
    photo = OpenPhoto(generation=1, path=make_photo())
    request = Recolor(generation=2, photo=photo, edits=Edits(), side=100)
    request.completing.cancel()
    results = served(desk, request)
    assert [each.complete for each in results if isinstance(each, PreviewReady)] == [False]
    assert isinstance(results[-1], WasCancelled)


def test_another_quality_is_looked_at_anew(desk, photo, predictor, tmp_path):
    for quality in ("balanced", "fine"):
        request = Recolor(generation=2, photo=photo, edits=Edits(), quality=quality)
        assert isinstance(served(desk, request)[-1], PreviewReady)
    fine = dataclasses.replace(save(photo, tmp_path / "out.png"), quality="fine")
    assert isinstance(served(desk, fine)[-1], PhotoSaved)
    assert predictor.asked == ["prepare balanced", "predict 0", "prepare fine", "predict 0"]
    with (tmp_path / "out.png").open("rb") as file:
        packet = blocks_of_file(file, "png")["xmp-data"]
    assert Provenance.from_xmp(packet).quality == "fine"


def test_a_request_cancelled_before_it_is_taken_does_nothing(desk, photo, predictor, tmp_path):
    for request in (
        photo,
        Recolor(generation=2, photo=photo, edits=Edits()),
        save(photo, tmp_path / "out.png"),
    ):
        request.cancel.cancel()
        assert [type(result) for result in served(desk, request)] == [WasCancelled]
    assert not predictor.calls
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("stage", [*Stage])
def test_it_can_be_cancelled_at_every_stage(desk, photo, tmp_path, stage, monkeypatch):
    request: Request = Recolor(generation=2, photo=photo, edits=Edits(), side=150)
    if stage is Stage.SAVING:
        request = save(photo, tmp_path / "out.png")
    elif stage is Stage.OPENING:
        request = photo
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        if isinstance(result, Progressed) and result.stage is stage:
            request.stop()

    desk.serve(request, tell)
    assert isinstance(results[-1], WasCancelled)
    assert not (tmp_path / "out.png").exists()


def test_a_missing_photo_fails_with_its_sentence(desk, tmp_path):
    last = served(desk, OpenPhoto(generation=1, path=tmp_path / "gone.png"))[-1]
    assert isinstance(last, Failed)
    assert "gone.png" in str(last.error)


def test_any_other_error_is_told_too_and_the_desk_works_on(desk, photo, predictor, caplog):
    predictor.error = ZeroDivisionError("a bug")
    request = Recolor(generation=2, photo=photo, edits=Edits())
    last = served(desk, request)[-1]
    assert isinstance(last, Failed)
    assert last.error is predictor.error
    assert "a bug" in caplog.text
    predictor.error = None
    assert isinstance(served(desk, request)[-1], PreviewReady)


def test_warming_up_loads_the_network_once(desk, predictor):
    loading, done = served(desk, WarmUp(generation=0))
    assert isinstance(loading, Progressed)
    assert loading.stage is Stage.LOADING_NETWORK
    assert isinstance(done, WarmedUp)
    # With a hint, and "fast", too: both have loops of their own.
    assert predictor.asked == ["prepare balanced", "predict 1", "prepare fast", "predict 0"]
    assert served(desk, WarmUp(generation=0)) == []
    assert len(predictor.calls) == 4


def test_warming_up_that_is_cut_short_keeps_the_network(predictor):
    request, loads = WarmUp(generation=0), []

    def load():
        loads.append(1)
        request.cancel.cancel()
        return predictor

    desk = Desk(load=load)
    assert isinstance(served(desk, request)[-1], WasCancelled)
    assert predictor.asked == []
    served(desk, WarmUp(generation=0))
    assert loads == [1]


def test_a_network_that_cannot_be_loaded_is_told_with_the_first_photo(photo):
    def fail():
        raise PhotochromError

    desk = Desk(load=fail)
    assert isinstance(served(desk, WarmUp(generation=0))[-1], WarmedUp)
    last = served(desk, Recolor(generation=2, photo=photo, edits=Edits()))[-1]
    assert isinstance(last, Failed)


def replacing(photo: OpenPhoto, options: SaveOptions | None = None) -> SavePhoto:
    return SavePhoto(
        generation=9,
        photo=photo,
        edits=Edits(),
        target=photo.path,
        on_conflict="overwrite",
        options=options or SaveOptions(),
        replace_original=True,
    )


def mode_of(path: Path) -> str:
    with Image.open(path) as image:
        return image.mode


def test_what_a_photo_has_and_whether_it_can_be_replaced_is_told_when_it_is_opened(
    desk, make_photo
):
    opened = served(desk, OpenPhoto(generation=1, path=make_photo("a.png", depth=16)))[-1]
    assert isinstance(opened, PhotoOpened)
    assert opened.belongings.depth == 16
    assert not opened.irreplaceable
    opened = served(desk, OpenPhoto(generation=2, path=make_photo("b.bmp")))[-1]
    assert isinstance(opened, PhotoOpened)
    assert "not written" in opened.irreplaceable


def test_the_options_are_kept_to(desk, make_photo, tmp_path):
    photo = OpenPhoto(generation=1, path=make_photo(depth=16))
    for options, depth, labeled in (
        (SaveOptions(), 16, True),
        (SaveOptions(depth=8, label=False), 8, False),
    ):
        request = dataclasses.replace(save(photo, tmp_path / f"{depth}.tif"), options=options)
        assert isinstance(served(desk, request)[-1], PhotoSaved)
        read = read_photo(request.target)
        assert read.source.depth == depth
        assert (b"Photochrom" in request.target.read_bytes()) is labeled


def test_the_original_can_be_replaced_more_than_once_from_the_same_photo(desk, photo):
    digest = hashlib.sha256(photo.path.read_bytes()).hexdigest().encode()
    served(desk, photo)
    for label in (False, True):
        last = served(desk, replacing(photo, SaveOptions(label=label)))[-1]
        assert isinstance(last, PhotoSaved)
        assert last.replaced
        assert mode_of(photo.path) == "RGB"
        assert (digest in photo.path.read_bytes()) is label  # that of the gray photo, not the first
    assert [each.name for each in photo.path.parent.iterdir()] == [photo.path.name]


def test_an_original_that_someone_has_changed_meanwhile_is_not_replaced(desk, photo):
    served(desk, photo)
    retouched = photo.path.read_bytes() + b"retouched"
    photo.path.write_bytes(retouched)
    last = served(desk, replacing(photo))[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, OriginalChanged)
    assert photo.path.read_bytes() == retouched
    photo.path.unlink()
    assert isinstance(served(desk, replacing(photo))[-1], Failed)
    assert not photo.path.exists()


def test_a_replaced_photo_that_was_put_away_is_not_read_as_if_it_were_the_original(
    desk, photo, make_photo, tmp_path
):
    served(desk, photo)
    served(desk, replacing(photo))
    served(desk, OpenPhoto(generation=3, path=make_photo("other.png")))
    last = served(desk, save(photo, tmp_path / "out.png"))[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, OriginalChanged)
    again = OpenPhoto(generation=4, path=photo.path)
    assert isinstance(served(desk, again)[-1], PhotoOpened)
    assert isinstance(served(desk, save(again, tmp_path / "out.png"))[-1], PhotoSaved)


def test_replacing_that_is_cancelled_leaves_the_original(desk, photo):
    before = photo.path.read_bytes()
    served(desk, photo)
    request = replacing(photo)

    def tell(result: Result) -> None:
        results.append(result)
        if isinstance(result, Progressed) and result.stage is Stage.SAVING:
            request.cancel.cancel()

    results: list[Result] = []
    desk.serve(request, tell)
    assert isinstance(results[-1], WasCancelled)
    assert photo.path.read_bytes() == before
