"""The time of a batch, found by a trial."""

import tempfile

import pytest

from engine.batch import trial
from engine.batch.trial import tried_seconds
from engine.cancel import Cancelled, CancelToken
from engine.errors import ModelMissing, OutOfMemory
from engine.pipeline import Wish
from tests.support.batches import Batch, digests, job_of, save_photo, save_photos
from tests.support.fakes import FakePredictor


@pytest.fixture
def batch(tmp_path):
    return Batch(tmp_path / "in", tmp_path / "out")


def tried(batch: Batch, cancel: CancelToken | None = None) -> float | None:
    return tried_seconds(batch.plan(), batch.job, FakePredictor, cancel or CancelToken())


def test_nothing_of_it_stays(batch, tmp_path, monkeypatch):
    save_photos(batch.folder, 3)
    batch.job = job_of(batch.into, Wish(layer="tiff"))
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(drafts))
    before = digests(batch.folder)
    seconds = tried(batch)
    assert seconds is not None
    assert 0 < seconds < 60
    assert digests(batch.folder) == before
    assert digests(batch.into) == {}
    assert list(drafts.iterdir()) == []


def test_one_photo_s_time_is_reckoned_up(batch, monkeypatch):
    save_photos(batch.folder, 40)
    monkeypatch.setattr(trial, "_colored", lambda *_: (4_000_000, 4.0))
    many = tried(batch)
    assert many == pytest.approx(40 * 4.0, rel=0.35)  # files differ in size
    for path in sorted(batch.folder.iterdir())[1:]:
        path.unlink()
    assert tried(batch) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("times", "whole"),
    [((9.0, 0.5), 0.5), ((0.4, 0.5), 0.4), ((90.0, 0.5), 90.0)],
    ids=["loops are compiled the first time", "by chance", "once is long enough"],
)
def test_the_first_time_goes_into_getting_started(batch, monkeypatch, times, whole):
    save_photos(batch.folder, 1)
    given = iter(times)
    monkeypatch.setattr(trial, "_colored", lambda *_: (1_000_000, next(given)))
    assert tried(batch) == pytest.approx(whole)


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), OutOfMemory(device="cpu")])
def test_whatever_goes_wrong_with_a_photo_the_next_one_is_tried(batch, monkeypatch, error):
    save_photos(batch.folder, 2)
    given = iter([error, (1_000_000, 2.0), (1_000_000, 2.0)])

    def colored(*_):
        one = next(given)
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(trial, "_colored", colored)
    assert tried(batch) == pytest.approx(2.0)


def test_photos_of_which_nothing_comes_are_passed_over(batch):
    batch.folder.mkdir(parents=True)
    (batch.folder / "000.png").write_bytes(b"no photo")
    assert tried(batch) is None
    save_photo(batch.folder / "001.png")
    assert tried(batch) is not None
    for number in range(9):
        (batch.folder / f"000{number}.png").write_bytes(b"no photo")
    assert tried(batch) is None


def test_with_nothing_to_do_no_network_is_asked_for(batch):
    batch.folder.mkdir(parents=True)
    assert tried_seconds(batch.plan(), batch.job, pytest.fail, CancelToken()) is None


def test_it_can_be_given_up(batch):
    save_photos(batch.folder, 2)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):  # before anything is loaded
        tried_seconds(batch.plan(), batch.job, pytest.fail, cancel)


def test_without_a_network_there_is_none(batch):
    save_photos(batch.folder, 2)

    def load() -> FakePredictor:
        raise ModelMissing(path="weights")

    with pytest.raises(ModelMissing):
        tried_seconds(batch.plan(), batch.job, load, CancelToken())
