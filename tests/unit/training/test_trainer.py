"""A run is seeded, bounded, and resumed exactly; its loss falls."""

import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from engine.cancel import CancelToken
from engine.errors import CannotResume, CannotWrite, RunDiverged, RunExists
from engine.measuring.photos import find_photos
from engine.network.calibration import Calibration
from engine.network.hints import no_hints
from engine.network.weights import load_weights
from engine.photo.place import draft_path
from engine.training import losses
from engine.training.options import TrainOptions
from engine.training.run_folder import DRAWN, RunFolder
from engine.training.samples import SampleOptions
from engine.training.session import write_result
from engine.training.snapshots import Snapshots
from engine.training.trainer import Trainer
from engine.training.watch import Watch
from tests.support.locked import lock
from tests.unit.conftest import colorful, encoded

OPTIONS = TrainOptions(
    steps=6, batch_size=2, rebalancing_photos=4, encoder_from=0.5, samples=SampleOptions(size=64)
)


def trainer(photos, folder, options=OPTIONS) -> Trainer:
    return Trainer([photos], RunFolder(folder), options, torch.device("cpu"))


def run(one: Trainer, stop_at: int | None = None) -> bool:
    cancel = CancelToken()
    train_step = one._train_step

    def step(batch):
        parts = train_step(batch)
        if one.step == stop_at:
            cancel.cancel()
        return parts

    one._train_step = step
    return one.run(None, cancel, lambda _: None, lambda _: None)


def test_a_resumed_run_ends_where_an_unbroken_one_does(photo_folder, tmp_path):
    whole = trainer(photo_folder, tmp_path / "whole")
    whole.start(None)
    assert run(whole)
    first = trainer(photo_folder, tmp_path / "parts")
    first.start(None)
    assert not run(first, stop_at=2)
    second = trainer(photo_folder, tmp_path / "parts", TrainOptions())
    second.resume()
    assert second.options == OPTIONS
    assert run(second)
    assert second.step == 6
    for name, tensor in whole.network.state_dict().items():
        torch.testing.assert_close(second.network.state_dict()[name], tensor, rtol=0, atol=0)
    for name, tensor in whole.average.state_dict().items():
        torch.testing.assert_close(second.average.state_dict()[name], tensor, rtol=0, atol=0)


def test_the_encoder_learns_only_from_its_time_on(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    before = one.network.encoder.stem.conv.weight.detach().clone()
    run(one, stop_at=3)
    assert torch.equal(one.network.encoder.stem.conv.weight, before)
    again = trainer(photo_folder, tmp_path)
    again.resume()
    run(again)
    assert not torch.equal(again.network.encoder.stem.conv.weight, before)


def test_minutes_bound_a_run_and_plan_its_steps(photo_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.training.trainer.PLANNING_STEPS", 1)
    options = TrainOptions(batch_size=2, rebalancing_photos=4, samples=SampleOptions(size=32))
    one = trainer(photo_folder, tmp_path, options)
    one.start(None)
    one.run(0.01, CancelToken(), lambda _: None, lambda _: None)
    assert one.planned >= 1
    assert one.folder.checkpoint.is_file()


def test_steps_are_planned_for_the_speed_of_the_steps_that_were_timed(
    photo_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("engine.training.trainer.PLANNING_STEPS", 3)
    monkeypatch.setattr("engine.training.trainer.LOG_EVERY_STEPS", 2)
    clock = iter(range(1000))
    options = TrainOptions(batch_size=2, rebalancing_photos=4, samples=SampleOptions(size=32))
    one = trainer(photo_folder, tmp_path, options)
    one.start(None)
    # Each look at the clock is a second later than the one before: two seconds a step.
    monkeypatch.setattr("engine.training.trainer.time.monotonic", lambda: next(clock))
    cancel = CancelToken()
    train_step = one._train_step

    def step(batch):
        if one.step == 2:
            cancel.cancel()
        return train_step(batch)

    one._train_step = step
    one.run(1.0, cancel, lambda _: None, lambda _: None)
    assert one.planned == int(0.8 * 60 / 2)


def test_its_result_is_a_weights_file_a_run_can_start_from(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    run(one)
    path = write_result(one, Snapshots(one.folder, "none"))
    network, card = load_weights(path)
    assert card.training["steps"] == 6
    other = trainer(photo_folder, tmp_path / "other")
    other.start(path)
    assert other.before["steps"] == 6
    torch.testing.assert_close(other.network.to_bins.weight, network.to_bins.weight)


def test_the_best_snapshot_becomes_the_result_and_not_the_last(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    snapshots = Snapshots(one.folder, "some")
    for step, worth in ((1, 2.0), (2, 3.0)):
        one.step = step
        figures = dict.fromkeys(DRAWN, 1.0) | {"score": worth}
        one.folder.log_validation({"step": step, "minutes": step, "photos": "some"} | figures)
        with torch.no_grad():
            one.average.to_bins.weight.fill_(step / 16)
        calibration = Calibration(gain=1.5)
        snapshots.keep(one.average, one.card(calibration), step, b"a sheet")
    network, card = load_weights(write_result(one, snapshots))
    assert card.training["steps"] == 1
    assert (network.to_bins.weight == 1 / 16).all()
    if not one.held_out:
        assert card.calibration.gain == 1.5  # that of the snapshot: there is nothing to choose by


def test_a_run_gone_astray_ends_with_its_best_snapshot_or_a_sentence(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    watch = Watch(one.folder, find_photos([photo_folder])[:2])
    with torch.no_grad():
        one.average.to_bins.weight.fill_(float("nan"))
    watch.look(one)
    assert not one.folder.validation_log.exists()
    with pytest.raises(RunDiverged, match="astray"):
        write_result(one, watch.snapshots)
    assert not one.folder.weights.exists()


def test_a_run_that_cannot_be_measured_goes_on(photo_folder, tmp_path, caplog):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    broken = [entry for entry in find_photos([photo_folder]) if entry.name == "broken.jpg"]
    Watch(one.folder, broken).look(one)
    assert "could not be measured" in caplog.text
    assert not one.folder.validation_log.exists()


def test_it_is_measured_at_steps_that_do_not_depend_on_the_clock(photo_folder, tmp_path):
    def seen(one: Trainer, stop_at: int | None = None) -> list[int]:
        steps = []
        cancel = CancelToken()

        def saved(trainer: Trainer) -> None:
            steps.append(trainer.step)
            if trainer.step == stop_at:
                cancel.cancel()

        one.run(None, cancel, lambda _: None, saved)
        return steps

    options = replace(OPTIONS, steps=41, samples=SampleOptions(size=32))
    whole = trainer(photo_folder, tmp_path / "whole", options)
    whole.start(None)
    steps = seen(whole)
    assert steps == list(range(3, 41, 3))
    parts = trainer(photo_folder, tmp_path / "parts", options)
    parts.start(None)
    first = seen(parts, stop_at=12)
    again = trainer(photo_folder, tmp_path / "parts")
    again.resume()
    assert first + seen(again) == steps


def test_a_folder_with_the_remains_of_a_run_is_left_alone(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.folder.snapshots.mkdir()
    with pytest.raises(RunExists):
        one.start(None)


def test_the_wrong_folder_cannot_be_resumed(photo_folder, photo_tar, tmp_path):
    with pytest.raises(CannotResume, match="checkpoint") as found:
        trainer(photo_folder, tmp_path / "empty").resume()
    assert "without --resume" not in str(found.value)  # where that is refused
    one = trainer(photo_folder, tmp_path / "run")
    one.start(None)
    one.save()
    with pytest.raises(CannotResume, match="other photos"):
        trainer(photo_tar, tmp_path / "run").resume()
    one.folder.checkpoint.write_bytes(b"nonsense")
    with pytest.raises(CannotResume, match="damaged"):
        one.resume()
    torch.save([1], one.folder.checkpoint)
    with pytest.raises(CannotResume, match="damaged"):
        one.resume()


def test_what_a_killed_run_was_writing_is_swept_when_it_goes_on(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    one.save()
    one.folder.snapshots.mkdir()
    drafts = [draft_path(tmp_path), draft_path(one.folder.snapshots)]
    for draft in drafts:
        draft.write_bytes(b"half")
    trainer(photo_folder, tmp_path).resume()
    assert not any(draft.exists() for draft in drafts)


def test_what_another_process_is_writing_is_left_to_it(photo_folder, tmp_path, other_process):
    """As where a run is gone on with twice, by mistake."""
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    one.save()
    draft = tmp_path / f".photochrom-{other_process.pid}-0123456789abcdef.part"
    draft.write_bytes(b"half")
    trainer(photo_folder, tmp_path).resume()
    assert draft.exists()
    other_process.communicate()
    trainer(photo_folder, tmp_path).resume()
    assert not draft.exists()


def test_a_folder_that_may_not_be_written_is_told_before_the_work(
    photo_folder, tmp_path, monkeypatch
):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    one.save()
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(CannotWrite):
        trainer(photo_folder, tmp_path).resume()


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path, monkeypatch):
    lock(monkeypatch, tmp_path / "locked")
    # As from Python 3.14 on, where these are silent about it; before, they were not.
    for name in ("exists", "is_file", "is_dir"):
        told = getattr(os.path, name.replace("_", ""))
        monkeypatch.setattr(Path, name, lambda path, told=told: told(path))
    run_folder = RunFolder(tmp_path / "locked" / "run")
    for look in (run_folder.holds_a_run, run_folder.take_over, run_folder.make):
        with pytest.raises(CannotWrite):
            look()


def test_other_photos_of_the_same_number_are_told_apart(tmp_path):
    """Also where only what is in a file is another one."""
    photos, others = tmp_path / "photos", tmp_path / "others"
    for folder, seed in ((photos, 0), (others, 10)):
        folder.mkdir()
        for index in range(3):
            (folder / f"{index}.png").write_bytes(encoded(colorful(seed + index)))
    one = trainer(photos, tmp_path / "run")
    one.start(None)
    one.save()
    with pytest.raises(CannotResume, match="other photos"):
        trainer(others, tmp_path / "run").resume()
    moved = photos.rename(tmp_path / "elsewhere")
    trainer(moved, tmp_path / "run").resume()


def test_a_checkpoint_that_does_not_know_its_photos_by_name_is_resumed(photo_folder, tmp_path):
    one = trainer(photo_folder, tmp_path)
    one.start(None)
    one.save()
    state = torch.load(one.folder.checkpoint, weights_only=True)
    del state["photos_digest"]
    torch.save(state, one.folder.checkpoint)
    trainer(photo_folder, tmp_path).resume()


def test_the_loss_falls(photo_tar, tmp_path):
    options = TrainOptions(
        steps=30, batch_size=4, rebalancing_photos=4, samples=SampleOptions(size=64, ageing=0)
    )
    one = trainer(photo_tar, tmp_path, options)
    one.start(None)
    seen = []
    train_step = one._train_step
    one._train_step = lambda batch: seen.append(train_step(batch)) or seen[-1]
    one.run(None, CancelToken(), lambda _: None, lambda _: None)
    whole = torch.stack([found["loss"] for found in seen])
    assert whole[-5:].mean() < 0.9 * whole[:5].mean()
    log = one.folder.steps_log.read_text().splitlines()
    assert log[0].startswith("step,minutes,loss")
    assert len(log) == 2


def test_rebalancing_weighs_rare_colors_more():
    import numpy as np

    gray, red = np.zeros((990, 2), np.float32), np.full((10, 2), 60, np.float32)
    weights = losses.rebalancing([gray, red])
    centers = torch.tensor(losses.bin_centers())
    at = {
        tuple(center): float(weight)
        for center, weight in zip(centers.tolist(), weights, strict=True)
    }
    assert at[60.0, 60.0] > 5 * at[0.0, 0.0]


def test_soft_targets_are_a_mix_around_the_color():
    centers = torch.tensor(losses.bin_centers())
    index, share = losses.soft_targets(torch.tensor([[12.0, -3.0]]), centers)
    torch.testing.assert_close(share.sum(), torch.tensor(1.0))
    mean = (share[..., None] * centers[index]).sum(1)
    torch.testing.assert_close(mean, torch.tensor([[12.0, -3.0]]), atol=3, rtol=0)


def test_hint_loss_looks_at_the_hinted_points_only():
    from engine.network.hints import FAR, HintBatch

    hints = HintBatch(
        torch.tensor([[[10.5, 20.5], [3.0, 3.0]]]),
        torch.tensor([[4.0, 4.0]]),
        torch.tensor([[[30.0, -10.0], [99.0, 99.0]]]),
        torch.tensor([[0.0, -FAR]]),
    )
    ab = torch.zeros(1, 2, 32, 32)
    ab[0, :, 20, 10] = torch.tensor([30.0, -10.0])
    assert losses.hint_loss(ab, hints) < 1e-6
    assert losses.hint_loss(torch.zeros(1, 2, 32, 32), hints) > 0.1
    assert losses.hint_loss(ab, no_hints(1)) == 0


def test_an_option_can_have_another_value():
    options = TrainOptions().having("learning_rate", "5e-4").having("samples.fewness", "2")
    assert (options.learning_rate, options.samples.fewness) == (5e-4, 2.0)
    vivid = TrainOptions.of_phase("vivid").having("losses.deceive", "0.3")
    assert vivid.losses.deceive == 0.3
    assert TrainOptions.from_dict(asdict(options)) == options


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("learning_rat", "1", "there is no option learning_rat; there are losses.classes, "),
        ("phase", "1", "no option"),
        ("optics.size", "1", "no option"),
        ("seed", "1", "no option"),
        ("steps", "1", "no option"),
        ("learning_rate", "fast", "it must be a number from 0 to 1"),
        ("learning_rate", "nan", "it must be a number"),
        ("losses.color", "-1", "from 0 to 1000"),
        ("losses.deceive", "1", "is for --phase vivid"),
        ("batch_size", "0", "whole from 1 to 4096"),
        ("batch_size", "1.5", "whole"),
        ("batch_size", "1" + 5000 * "0", "whole"),
        ("samples.size", "100", "a multiple of 32 from 32 to 1024"),
        ("samples.hinted", "60", "a number from 0 to 1"),
    ],
)
def test_what_no_option_can_be_is_told(name, value, said):
    with pytest.raises(ValueError, match=said):
        TrainOptions().having(name, value)
