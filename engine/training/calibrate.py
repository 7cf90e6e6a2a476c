"""Choosing how colors are read out of the distribution, on photos kept from training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from engine.color.lab import srgb_to_lab
from engine.composition import compose
from engine.edits import Edits
from engine.network.model import ColorNetwork
from engine.network.predict import PreparedPhoto, TorchPredictor
from engine.network.weights import Calibration, ModelCard
from engine.training.evaluate import read_truth
from engine.training.metrics import Measures, mean_measures, measure
from engine.training.photos import PhotoEntry
from engine.values import AbPlanes, Lightness

TEMPERATURES = (1.0, 0.8, 0.65, 0.5, 0.38)
LEAST_GAIN, MOST_GAIN = 0.8, 1.6
MOST_PHOTOS = 100
SIZE = 256
# A network too pale to be made as colorful as the truth is judged by how far it falls short: a
# tenth of the colorfulness counts as much as a CIEDE2000 of 2.
PALENESS = 20.0


@dataclass(frozen=True, eq=False)
class _Trial:
    """A photo kept from training, looked at by the network."""

    truth: NDArray[np.uint8]
    lightness: Lightness
    prepared: PreparedPhoto


def calibrate(
    network: ColorNetwork, card: ModelCard, held_out: Sequence[PhotoEntry], device: torch.device
) -> tuple[Calibration, Measures | None]:
    """Find temperature and gain: as vivid as the truth at the least CIEDE2000.

    Args:
        network: trained; its batch norms get folded.
        card: its description; its calibration is not used.
        held_out: photos that are neither trained on nor used to judge the result.
        device: where to run.

    Returns:
        The calibration; what it gives on the photos, or None where there are none.
    """
    predictor = TorchPredictor(network, card, device)
    trials = _trials(held_out, predictor)
    best, best_measures, best_score = Calibration(), None, float("inf")
    if not trials:
        return best, None
    for temperature in TEMPERATURES:
        predictor.card = replace(card, calibration=Calibration(temperature, 1.0))
        planes = [predictor.predict(trial.prepared, ()) for trial in trials]
        gain, measures = _vivid_gain(trials, planes)
        score = measures.ciede2000 + PALENESS * abs(1 - measures.colorfulness_ratio)
        if score < best_score:
            best, best_measures, best_score = Calibration(temperature, gain), measures, score
    return best, best_measures


def _trials(held_out: Sequence[PhotoEntry], predictor: TorchPredictor) -> list[_Trial]:
    trials = []
    for entry in held_out[:MOST_PHOTOS]:
        truth = read_truth(entry, SIZE, squeeze=False)
        if truth is not None:
            lightness = Lightness(np.ascontiguousarray(srgb_to_lab(truth)[..., 0]))
            trials.append(_Trial(truth, lightness, predictor.prepare(lightness, "fast")))
    return trials


def _vivid_gain(trials: Sequence[_Trial], planes: Sequence[AbPlanes]) -> tuple[float, Measures]:
    """The gain at which the results are as colorful as the truths, by halving its range."""
    low, high = LEAST_GAIN, MOST_GAIN
    gain, measures = 1.0, _with_gain(trials, planes, 1.0)
    for _ in range(5):
        if measures.colorfulness_ratio < 1:
            low = gain
        else:
            high = gain
        gain = round((low + high) / 2, 3)
        measures = _with_gain(trials, planes, gain)
    return gain, measures


def _with_gain(trials: Sequence[_Trial], planes: Sequence[AbPlanes], gain: float) -> Measures:
    many = []
    for trial, plane in zip(trials, planes, strict=True):
        stronger = AbPlanes(plane.L, plane.ab * np.float32(gain))
        rendition = compose(trial.lightness, stronger, Edits())
        many.append(measure(np.asarray(rendition.pixels, np.uint8), trial.truth))
    return mean_measures(many)
