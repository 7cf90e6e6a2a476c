"""Of a run's saves the best is kept, and becomes its result."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from engine.measuring.evaluate import EvaluateOptions, evaluate
from engine.measuring.photos import find_photos
from engine.network.calibration import Calibration
from engine.network.predict import TorchPredictor
from engine.network.weights import load_weights
from engine.training.run_folder import DRAWN, RunFolder
from engine.training.snapshots import KEPT, SCORED_HINTS, Snapshots, score


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.make()
    return run


def log(folder: RunFolder, step: int, worth: float, photos: str = "some") -> Snapshots:
    network, card = load_weights(None)
    figures = dict.fromkeys(DRAWN, 1.0) | {"score": worth}
    folder.log_validation({"step": step, "minutes": step, "photos": photos} | figures)
    snapshots = Snapshots(folder, photos)
    snapshots.keep(network, card, step, b"a sheet")
    return snapshots


def test_the_best_few_are_kept_as_weights_and_all_as_sheets(folder):
    for step, worth in ((10, 2.9), (20, 2.5), (30, 2.7), (40, 2.4), (50, 2.8)):
        snapshots = log(folder, step, worth)
    kept = sorted(path.name for path in folder.snapshots.iterdir())
    assert [name for name in kept if name.endswith("safetensors")] == [
        "000020.safetensors",
        "000030.safetensors",
        "000040.safetensors",
    ]
    assert len(kept) == KEPT + 5
    assert snapshots.best() == folder.snapshots / "000040.safetensors"


def test_of_equal_ones_the_later_is_the_best(folder):
    for step in (10, 20):
        snapshots = log(folder, step, 2.5)
    assert snapshots.best().stem == "000020"


def test_without_measures_there_is_no_best(folder):
    assert Snapshots(folder, "some").best() is None


def test_scores_of_other_photos_are_not_compared(folder):
    log(folder, 10, 1.0, photos="easy ones")
    snapshots = log(folder, 20, 2.5)
    assert snapshots.best().stem == "000020"
    assert Snapshots(folder, "easy ones").best().stem == "000010"


def test_what_has_no_score_is_no_candidate(folder):
    log(folder, 10, 2.5)
    snapshots = log(folder, 20, float("inf"))
    assert snapshots.best().stem == "000010"
    assert not (folder.snapshots / "000020.safetensors").exists()
    assert (folder.snapshots / "000020.jpg").exists()


def test_a_row_that_was_cut_off_is_left_out(folder):
    snapshots = log(folder, 10, 2.5)
    with folder.validation_log.open("a", encoding="utf-8") as file:
        file.write("20,3")
    assert snapshots.best().stem == "000010"
    folder.draw_curve()


def test_no_color_scores_three_and_what_it_lacks_in_vividness():
    gray = SimpleNamespace(lpips=0.2, ciede2000=11.0, psnr=22.0, colorfulness_ratio=0.0)
    colored = SimpleNamespace(lpips=0.1, ciede2000=5.5, psnr=22.0, colorfulness_ratio=0.95)
    hinted = SimpleNamespace(psnr=22.0 + 20.0)

    def of(plain, few):
        rows = {0: SimpleNamespace(measures=plain), 10: SimpleNamespace(measures=few)}
        return SimpleNamespace(no_color=SimpleNamespace(measures=gray), by_hints=rows)

    assert score(of(gray, gray)) == pytest.approx(3.95)
    nothing = SimpleNamespace(lpips=0.0, ciede2000=0.0, psnr=148.0, colorfulness_ratio=math.nan)
    rows = {0: SimpleNamespace(measures=colored), 10: SimpleNamespace(measures=hinted)}
    of_gray = SimpleNamespace(no_color=SimpleNamespace(measures=nothing), by_hints=rows)
    assert score(of_gray) == math.inf
    assert score(of(colored, hinted)) == pytest.approx(0.5 + 0.5 + 0.1)


def test_the_network_scores_better_than_the_same_one_without_color(photo_folder):
    entries = find_photos([photo_folder])[:2]
    network, card = load_weights(None)

    def scored(gain: float) -> float:
        own = replace(card, calibration=replace(Calibration(), gain=gain))
        predictor = TorchPredictor(network, own, torch.device("cpu"), hurried=False)
        options = EvaluateOptions(hints=(0, SCORED_HINTS), quality="fast")
        return score(evaluate(entries, predictor, options))

    assert scored(1.0) < scored(0.0)
