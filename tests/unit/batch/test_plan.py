"""What a plan says, and that it says the same again."""

import os
from unittest import mock

import pytest

from engine.batch import places
from engine.batch.find import Choice, find_photos
from engine.batch.journal import Journal, peek
from engine.batch.places import opened_journal, plan_in
from engine.batch.plan import make_plan
from engine.batch.records import Sealed
from engine.batch.shard import Shard
from engine.batch.steering import Steering
from engine.edits import Edits
from engine.errors import BadTemplate
from engine.pipeline import Wish, sha256_of
from tests.support.batches import Batch, digests, job_of, names, save_photo, save_photos
from tests.support.fakes import FakePredictor


@pytest.fixture
def batch(tmp_path):
    return Batch(tmp_path / "in", tmp_path / "out")


def targets(plan):
    return [row.target.name for row in plan.rows]


def test_each_photo_has_a_row(batch):
    save_photo(batch.folder / "a.jpg")
    save_photo(batch.folder / "deep" / "b.tif", 1)
    (batch.folder / "Thumbs.db").touch()
    plan = batch.plan()
    first, second = plan.rows
    assert first.target == batch.into / "a-colorized.jpg"
    assert second.target == batch.into / "deep" / "b-colorized.tif"
    assert not first.skip
    assert first.on_conflict == "unique"
    assert len(plan.ignored) == 1
    assert plan.seconds is None
    assert plan.spaces[0].needed > 0
    assert plan.spaces[0].free > 0
    assert plan.counts[""] == 2
    assert plan.to_color == plan.rows


def test_names_that_are_alike_are_told_apart(batch):
    for name in ("a.bmp", "a.gif", "a.png", "A.png", "cafe\u0301.png", "caf\u00e9.png"):
        batch.folder.mkdir(exist_ok=True)
        (batch.folder / name).write_bytes(name.encode())
    plan = batch.plan()
    assert targets(plan) == [
        "A-colorized.png", "a-colorized-2.png", "a-colorized-3.png", "a-colorized-4.png",
        "cafe\u0301-colorized.png", "caf\u00e9-colorized-2.png",
    ]  # fmt: skip
    assert plan.counts["clash"] == 4
    assert batch.plan().rows == plan.rows


def test_two_folders_mirrored_into_one(tmp_path):
    for folder in ("x", "y"):
        save_photo(tmp_path / folder / "1.png", len(folder))
    finding = find_photos([tmp_path / "x", tmp_path / "y"])
    plan = make_plan(finding, job_of(tmp_path / "out"), peek(tmp_path / "none", ""))
    assert targets(plan) == ["1-colorized.png", "1-colorized-2.png"]


def test_names_that_files_have_already(batch):
    save_photos(batch.folder, 2)
    batch.into.mkdir()
    (batch.into / "000-colorized.png").write_bytes(b"another's")
    assert targets(batch.plan()) == ["000-colorized-2.png", "001-colorized.png"]
    assert [row.clash for row in batch.plan().rows] == [True, False]
    skip, color = batch.plan("skip").rows
    assert (skip.skip, color.skip) == ("exists", "")
    assert skip.reason == "“000-colorized.png” exists already and is left as it is."
    replaced, new = batch.plan("overwrite").rows
    assert (replaced.replaces, new.replaces) == (True, False)
    assert replaced.on_conflict == "overwrite"
    assert targets(batch.plan("if-changed")) == ["000-colorized-2.png", "001-colorized.png"]


POLICIES = ["unique", "skip", "overwrite", "if-changed"]


def in_the_way(batch) -> None:
    """Two photos, and another's file where the result of the first would be."""
    save_photos(batch.folder, 2)
    batch.into.mkdir()
    (batch.into / "000-colorized.png").write_bytes(b"another's")


def as_planned(plan):
    return [(row.target, row.on_conflict, row.skip, row.clash, row.replaces) for row in plan.rows]


@pytest.mark.parametrize("first", POLICIES)
@pytest.mark.parametrize("then", POLICIES)
def test_the_policy_that_is_given_last_counts(batch, first, then):
    in_the_way(batch)
    wanted = as_planned(batch.plan(then))
    stopped = Steering()
    stopped.cancel.cancel()
    assert batch.run(first, steering=stopped).done == 0
    assert as_planned(batch.plan(then)) == wanted
    batch.run(then)
    kept = (batch.into / "000-colorized.png").read_bytes() == b"another's"
    assert kept == (then != "overwrite")
    assert (batch.into / "000-colorized-2.png").exists() == (then in ("unique", "if-changed"))
    assert (batch.into / "001-colorized.png").exists()


@pytest.mark.parametrize("then", POLICIES)
def test_a_photo_that_was_left_out_is_colored_when_its_name_no_longer_matters(batch, then):
    in_the_way(batch)
    (batch.into / "000-colorized.png").unlink()

    def load():  # it turns up when the photo was begun, so that the journal has it as left out
        (batch.into / "000-colorized.png").write_bytes(b"another's")
        return FakePredictor()

    finished = batch.run("skip", load=load)
    assert (finished.done, finished.left_out) == (1, 1)
    wanted = {"skip": "exists"}.get(then, "")
    assert [row.skip for row in batch.plan(then).rows] == [wanted, "done"]
    assert batch.run(then).done == (then != "skip")
    kept = (batch.into / "000-colorized.png").read_bytes() == b"another's"
    assert kept == (then != "overwrite")


@pytest.mark.parametrize("then", ["unique", "overwrite"])
def test_a_photo_that_failed_under_another_policy_gets_the_new_one(batch, then):
    in_the_way(batch)
    (batch.folder / "000.png").write_bytes(b"no photo")
    first = {"unique": "overwrite", "overwrite": "unique"}[then]
    assert batch.run(first).failed == 1
    assert batch.plan(then).rows[0].skip == "failed"
    row = batch.plan(then, retry_failed=True).rows[0]
    assert (row.on_conflict, row.replaces) == (then, then == "overwrite")


def test_a_result_that_is_replaced_since_its_photo_changed_is_so_after_a_stop(batch):
    photos = save_photos(batch.folder, 2)
    batch.run()
    save_photo(photos[0], 9)
    stopped = Steering()
    stopped.cancel.cancel()
    batch.run("if-changed", steering=stopped)
    row = batch.plan("if-changed").rows[0]
    assert (row.target.name, row.replaces) == ("000-colorized.png", True)
    assert targets(batch.plan("unique"))[0] == "000-colorized-2.png"


def test_a_name_that_a_file_may_have_got_already_stays(batch):
    """A run ended between the record and the name, or after it."""
    save_photos(batch.folder, 1)
    stopped = Steering()
    stopped.cancel.cancel()
    batch.run("overwrite", steering=stopped)
    result = batch.into / "000-colorized.png"
    with Journal(batch.path) as journal:
        result.write_bytes(b"ours")
        sealed = Sealed(result, 4, sha256_of(result))
        journal.seal(batch.job.fingerprint, batch.folder / "000.png", sealed)
    (row,) = batch.plan("unique").rows
    assert (row.target, row.on_conflict) == (result, "overwrite")
    assert batch.run("unique").done == 1
    assert digests(batch.into) == {"000-colorized.png": sealed.sha256}


def test_no_photo_is_ever_a_target(tmp_path):
    batch = Batch(tmp_path / "in", None, tmp_path, job_of(template="{name}"))
    save_photos(batch.folder, 2)
    for on_conflict in ("unique", "skip", "overwrite", "if-changed"):
        assert targets(batch.plan(on_conflict)) == ["000-2.png", "001-2.png"]


def test_a_plan_keeps_its_names_when_photos_come_and_go(tmp_path):
    batch = Batch(tmp_path / "in", tmp_path / "out", job=job_of(tmp_path / "out", suffix=".png"))
    save_photo(batch.folder / "b.tif")
    batch.run()
    save_photo(batch.folder / "b.jpg", 1)  # before the other one in the listing
    save_photo(batch.folder / "a.jpg", 2)
    plan = batch.plan()
    assert {row.source.name: row.target.name for row in plan.rows} == {
        "a.jpg": "a-colorized.png", "b.jpg": "b-colorized-3.png", "b.tif": "b-colorized.png"
    }  # fmt: skip
    assert [row.skip for row in plan.rows] == ["", "", "done"]


@pytest.mark.parametrize("on_conflict", ["skip", "overwrite"])
def test_a_sibling_s_result_is_no_reason_to_leave_a_photo_out(tmp_path, on_conflict):
    batch = Batch(tmp_path / "in", tmp_path / "out", job=job_of(tmp_path / "out", suffix=".png"))
    save_photo(batch.folder / "b.tif")
    batch.run(on_conflict)
    before = digests(batch.into)
    save_photo(batch.folder / "b.jpg", 1)
    assert batch.run(on_conflict).done == 1
    assert before.items() < digests(batch.into).items()
    save_photo(batch.folder / "b.jpg", 2)
    assert batch.plan(on_conflict).counts[""] == (on_conflict == "overwrite")


def test_numbers_stay(tmp_path):
    job = job_of(tmp_path / "out", template="{number}")
    batch = Batch(tmp_path / "in", tmp_path / "out", job=job)
    photos = save_photos(batch.folder, 3)
    batch.run()
    photos[1].unlink()
    save_photo(batch.folder / "000a.png", 9)
    batch.run()
    assert set(digests(batch.into)) == {"0001.png", "0002.png", "0003.png", "0004.png"}
    assert {row.source.name: row.target.name for row in batch.plan().rows} == {
        "000.png": "0001.png", "000a.png": "0004.png", "002.png": "0003.png"
    }  # fmt: skip


def test_results_of_earlier_runs_are_no_photos(tmp_path):
    batch = Batch(tmp_path / "in", None, tmp_path, job_of(template="{name} in color"))
    save_photos(batch.folder, 2)
    batch.run()
    plan = batch.plan()
    assert names(row.source for row in plan.rows) == ["000.png", "001.png"]
    assert {one.sentence for one in plan.ignored} == {"It is the result of an earlier run."}


def test_what_has_changed_is_colored_again(batch):
    photos = save_photos(batch.folder, 4)
    batch.run()
    first = digests(batch.into)
    assert batch.plan().counts["done"] == 4
    assert batch.plan().seconds == 0
    save_photo(photos[0], 9)
    os.utime(photos[1])  # another time, the same bytes
    photos[2].with_name("002.png.photochrom.json").write_text('{"version": 1}')
    (batch.into / "003-colorized.png").unlink()
    plan = batch.plan("if-changed")
    assert [row.skip for row in plan.rows] == ["", "done", "", ""]
    assert [row.replaces for row in plan.rows] == [True, False, True, False]
    assert targets(batch.plan("unique"))[:3] == [
        "000-colorized-2.png", "001-colorized.png", "002-colorized-2.png"]  # fmt: skip
    assert [row.skip for row in batch.plan("skip").rows] == ["exists", "done", "exists", ""]
    batch.run("if-changed")
    again = digests(batch.into)
    assert set(again) == set(first)
    changed = {name for name in first if again[name] != first[name]}
    assert changed == {"000-colorized.png"}  # edits that say nothing make no other result
    assert batch.plan("if-changed").counts["done"] == 4


@pytest.mark.parametrize(
    ("on_conflict", "expected"),
    [("if-changed", ["000-colorized.png"]), ("unique", ["000-colorized-2.png"])],
)
def test_another_wish_is_another_job(batch, on_conflict, expected):
    save_photos(batch.folder, 1)
    batch.run()
    before = digests(batch.into)
    other = Wish(quality="fine")
    again = Batch(batch.folder, batch.into, job=job_of(batch.into, other))
    plan = again.plan(on_conflict)
    assert targets(plan) == expected
    assert not plan.rows[0].skip
    again.run(on_conflict)
    assert (digests(batch.into) | before) == digests(batch.into) or on_conflict == "if-changed"
    assert again.plan(on_conflict).counts["done"] == 1


def test_what_failed_is_told_until_it_is_tried_again_or_changes(batch):
    save_photos(batch.folder, 1)
    bad = batch.folder / "bad.png"
    bad.write_bytes(b"no photo")
    assert batch.run().failed == 1
    plan = batch.plan()
    assert [row.skip for row in plan.rows] == ["done", "failed"]
    assert "it is not a photo" in plan.rows[1].reason
    assert batch.plan(retry_failed=True).rows[1].skip == ""
    save_photo(bad, 3)
    assert batch.plan().rows[1].skip == ""
    assert batch.run().done == 1


def test_shares_agree_about_names(tmp_path):
    folder, into = tmp_path / "in", tmp_path / "out"
    for index in range(12):
        for suffix in (".jpg", ".png", ".webp"):
            save_photo(folder / f"{index}{suffix}", index)
    finding, job = find_photos([folder]), job_of(into, suffix=".png")
    whole = make_plan(finding, job, peek(into / "none", ""))
    shares = [
        make_plan(finding, job, peek(into / "none", ""), shard=Shard(index, 3))
        for index in (1, 2, 3)
    ]
    rows = sorted((row for plan in shares for row in plan.rows), key=lambda row: row.relative)
    assert tuple(rows) == whole.rows
    assert all(plan.rows for plan in shares)


def test_planning_writes_nothing(batch):
    save_photos(batch.folder, 2)
    known = peek(batch.path, batch.job.fingerprint)
    make_plan(find_photos([batch.folder]), batch.job, known)
    assert not batch.into.exists()
    batch.run()
    before = sorted(batch.into.iterdir()), batch.path.read_bytes()
    known = peek(batch.path, batch.job.fingerprint)
    plan = make_plan(find_photos([batch.folder], Choice()), batch.job, known)
    assert plan.counts["done"] == 2
    assert (sorted(batch.into.iterdir()), batch.path.read_bytes()) == before
    with Journal(batch.path):  # and while another process is at it
        assert len(peek(batch.path, batch.job.fingerprint).records) == 2


def test_names_kept_by_another_process_meanwhile_are_planned_for(batch, monkeypatch):
    """And all that is known is read for a plan only, not to see whether it still holds."""
    save_photos(batch.folder, 2)
    finding, job = find_photos([batch.folder]), batch.job
    known = []
    with opened_journal(batch.path) as journal, opened_journal(batch.path) as other:

        def planned(*arguments, **options):
            plan = make_plan(*arguments, **options)
            known.append(arguments[2])
            if len(known) == 1:
                other.reserve(job.fingerprint, [row.record() for row in plan.to_color])
            return plan

        monkeypatch.setattr(places, "make_plan", planned)
        asked = mock.Mock(wraps=journal.known)
        monkeypatch.setattr(journal, "known", asked)
        assert len(plan_in(journal, finding, job).to_color) == 2
    assert [len(one.records) for one in known] == [0, 2]
    assert asked.call_count == 2


def test_templates_are_checked_before_anything_is_done(batch):
    save_photos(batch.folder, 1)
    batch.job = job_of(batch.into, template="{nmae}")
    with pytest.raises(BadTemplate, match="number"):
        batch.plan()


def test_a_job_is_the_same_wherever_it_is_given_and_another_with_other_choices(tmp_path):
    job = job_of(tmp_path)
    assert job.fingerprint == job_of(tmp_path).fingerprint
    assert (
        job.fingerprint
        == job_of(tmp_path, Wish(Edits(neutralize=True), on_conflict="skip")).fingerprint
    )
    others = {
        job_of(None).fingerprint,
        job_of(tmp_path, Wish(quality="fast")).fingerprint,
        job_of(tmp_path, Wish(layer="png")).fingerprint,
        job_of(tmp_path, suffix=".png").fingerprint,
    }
    assert len(others | {job.fingerprint}) == 5
