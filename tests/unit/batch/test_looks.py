"""One look in a batch: who gives it, what is recorded, and what happens if that one is damaged."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.batch.looks import OneLook
from engine.batch.sidecars import GivenEdits
from engine.cancel import CancelToken
from engine.edits import Edits, Hint, edits_to_json
from engine.errors import Cancelled, LookUnusable
from engine.pipeline import Wish
from tests.support.batches import Batch, digests, job_of
from tests.support.things import ThingPredictor, scene

DRESS, SKY, GRASS, WALL = 30, 80, 50, 65
RED = Edits(hints=(Hint(x=0.25, y=0.5, a=50, b=30),))


def save_scene(path: Path, *things: list[int]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    L = scene(*things).L
    Y = np.where(L > 8, ((L + 16) / 116) ** 3, L / 903.3)
    codes = 255 * np.where(Y > 0.0031308, 1.055 * Y ** (1 / 2.4) - 0.055, 12.92 * Y)
    cv2.imwrite(str(path), np.rint(codes).astype(np.uint8))
    return path


def with_edits(photo: Path, edits: Edits) -> Path:
    sidecar = photo.with_name(photo.name + ".photochrom.json")
    sidecar.write_bytes(edits_to_json(edits))
    return photo


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    with_edits(save_scene(folder / "a1.png", [DRESS, SKY]), RED)
    save_scene(folder / "a2.png", [WALL, DRESS])
    save_scene(folder / "b" / "b1.png", [WALL, DRESS])
    save_scene(folder / "b" / "b2.png", [DRESS, SKY])
    return folder


def batch_of(folder: Path, into: Path, look: OneLook, **wish: object) -> Batch:
    job = job_of(into, Wish(quality="fast", **wish))
    job = type(job)(job.wish, GivenEdits(), job.naming, job.model_sha256, look)
    batch = Batch(folder, into, job=job)
    batch.predictor = ThingPredictor()
    return batch


def is_red(path: Path, right: bool) -> bool:
    blue, _, red = cv2.imread(str(path))[32, 96 if right else 32].astype(int)
    return red > blue + 40


def test_the_first_of_each_folder_gives_its_look(folder, tmp_path):
    batch = batch_of(folder, tmp_path / "out", OneLook(first=True))
    assert batch.run().done == 4
    out = tmp_path / "out"
    assert is_red(out / "a1-colorized.png", right=False)
    assert is_red(out / "a2-colorized.png", right=True)
    assert not is_red(out / "a2-colorized.png", right=False)
    # The other folder has a first photo of its own, which has no edits.
    assert not is_red(out / "b" / "b1-colorized.png", right=True)
    assert not is_red(out / "b" / "b2-colorized.png", right=False)


def test_only_hints_that_the_user_has_set_are_spoken_of(folder, tmp_path):
    vivid = Hint(x=0.25, y=0.5, a=120, b=100)  # no such color exists at any lightness
    with_edits(folder / "a1.png", Edits(hints=(vivid,)))
    with_edits(folder / "b" / "b2.png", Edits(hints=(vivid,)))  # takes its look from b1
    batch = batch_of(folder, tmp_path / "out", OneLook(first=True))
    assert batch.run().done == 4
    assert is_red(tmp_path / "out" / "a2-colorized.png", right=True)
    hints = {event.source.name: [said for said in event.warnings if "hint" in said]
             for event in batch.ended()}  # fmt: skip
    assert {name: len(said) for name, said in hints.items()} == {
        "a1.png": 1, "a2.png": 0, "b1.png": 0, "b2.png": 1}  # fmt: skip
    assert "hint 1 " in hints["b2.png"][0]


def test_by_default_every_photo_is_colored_by_itself(folder, tmp_path):
    batch = batch_of(folder, tmp_path / "out", OneLook())
    assert batch.run().done == 4
    assert not is_red(tmp_path / "out" / "a2-colorized.png", right=True)
    assert len(batch.predictor.prepared) == 4


def test_a_chosen_photo_gives_all_its_look_and_is_looked_at_once(folder, tmp_path):
    batch = batch_of(folder, tmp_path / "out", OneLook(photos=(folder / "a1.png",)))
    assert batch.run().done == 4
    out = tmp_path / "out"
    assert is_red(out / "a2-colorized.png", right=True)
    assert is_red(out / "b" / "b1-colorized.png", right=True)
    assert is_red(out / "b" / "b2-colorized.png", right=False)
    assert len(batch.predictor.prepared) == 4 + 1


def test_colors_that_a_chosen_photo_has_are_the_look(folder, tmp_path):
    L = scene([DRESS, SKY], [GRASS, WALL]).L
    lab = np.stack([L, np.zeros_like(L), np.zeros_like(L)], axis=-1)
    lab[np.rint(L) == DRESS, 1:] = 10, -45  # a blue dress
    lab[np.rint(L) == GRASS, 1:] = -40, 40
    many = np.random.default_rng(0).uniform(-35, 35, (16, 16, 2)).astype(np.float32)
    lab[64:, 64:, 1:] = np.kron(many, np.ones((4, 4, 1), np.float32))  # the wall has a pattern
    color = tmp_path / "color.png"
    cv2.imwrite(str(color), np.rint(255 * cv2.cvtColor(lab, cv2.COLOR_Lab2BGR)).astype(np.uint8))
    batch = batch_of(folder, tmp_path / "out", OneLook(photos=(color,)))
    assert batch.run().done == 4
    blue, _, red = cv2.imread(str(tmp_path / "out" / "a2-colorized.png"))[32, 96].astype(int)
    assert blue > red + 30


def test_results_do_not_depend_on_the_number_of_workers(folder, tmp_path):
    results = []
    for workers in (1, 4):
        out = tmp_path / f"out{workers}"
        batch = batch_of(folder, out, OneLook(first=True))
        batch.run(workers=workers)
        results.append(digests(out))
    assert results[0] == results[1]


def test_a_damaged_first_photo_leaves_the_others_by_themselves_and_says_so(folder, tmp_path):
    (folder / "a0.png").write_bytes(b"no photo")
    batch = batch_of(folder, tmp_path / "out", OneLook(first=True))
    finished = batch.run()
    assert (finished.done, finished.failed) == (4, 1)
    warned = [event for event in batch.ended("done") if event.warnings]
    assert sorted(event.source.name for event in warned) == ["a1.png", "a2.png"]
    assert all("“a0.png”" in event.warnings[0] for event in warned)


def test_a_chosen_photo_that_vanishes_is_a_failure_that_can_be_tried_again(folder, tmp_path):
    chosen = with_edits(save_scene(tmp_path / "chosen.png", [DRESS, SKY]), RED)
    batch = batch_of(folder, tmp_path / "out", OneLook(photos=(chosen,)))
    data = chosen.read_bytes()
    chosen.unlink()
    assert batch.run().failed == 4
    assert {event.code for event in batch.ended("failed")} == {"look-unusable"}
    assert "“chosen.png”" in batch.ended("failed")[0].error
    chosen.write_bytes(data)
    assert batch.run(retry_failed=True).done == 4
    assert is_red(tmp_path / "out" / "a2-colorized.png", right=True)


def test_a_chosen_photo_can_be_checked_before_anything_is_done(tmp_path):
    (tmp_path / "x.jpg").write_bytes(b"no photo")
    with pytest.raises(LookUnusable, match=r"“x\.jpg”"):
        OneLook(photos=(tmp_path / "x.jpg",)).check(GivenEdits())


def test_checking_a_chosen_photo_ends_on_request(folder):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        OneLook(photos=(folder / "a1.png",)).check(GivenEdits(), cancel)


def test_another_look_is_another_result(folder, tmp_path):
    """What gives the look is a part of what the results depend on."""
    batch = batch_of(folder, tmp_path / "out", OneLook(first=True))
    batch.run()
    assert not batch.plan().to_color
    with_edits(folder / "a1.png", Edits(hints=(Hint(x=0.25, y=0.5, a=-30, b=30),)))
    again = batch.plan("if-changed").to_color
    assert sorted(row.source.name for row in again) == ["a1.png", "a2.png"]
    by_itself = batch_of(folder, tmp_path / "out", OneLook())
    assert by_itself.job.fingerprint != batch.job.fingerprint
