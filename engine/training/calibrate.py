"""Choosing how colors are read out of the distribution, on photos kept from training."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from engine.composition import compose
from engine.edits import Edits
from engine.network.model import ColorNetwork
from engine.network.predict import PreparedPhoto, TorchPredictor
from engine.network.weights import Calibration, ModelCard
from engine.training.evaluate import read_truth
from engine.training.metrics import Gathered, Measures, Truth
from engine.training.photos import PhotoEntry
from engine.values import AbPlanes, Lightness

log = logging.getLogger(__name__)

TEMPERATURES = (1.0, 0.8, 0.65, 0.5, 0.38, 0.28)
# More gain than this makes what is already colored gaudy before the pale becomes vivid.
LEAST_GAIN, MOST_GAIN = 0.7, 1.3
MOST_PHOTOS = 150
SIZE = 256
# A network too pale to be made as colorful as the truth is judged by how far it falls short: a
# twentieth of the colorfulness counts as much as a twentieth of "no color"'s LPIPS.
PALENESS = 1.0


@dataclass(frozen=True, eq=False)
class _Trial:
    """A photo kept from training, looked at by the network."""

    truth: Truth
    lightness: Lightness
    prepared: PreparedPhoto


def calibrate(
    network: ColorNetwork, card: ModelCard, held_out: Sequence[PhotoEntry], device: torch.device
) -> tuple[Calibration, Measures | None]:
    """Find temperature and gain: as vivid as the truth at the least LPIPS.

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
    colorless = [AbPlanes(trial.lightness.L, _no_color(trial.lightness)) for trial in trials]
    gray = _with_gain(trials, colorless, 1.0).lpips
    for temperature in TEMPERATURES:
        predictor.card = replace(card, calibration=Calibration(temperature, 1.0))
        planes = [predictor.predict(trial.prepared, ()) for trial in trials]
        gain, measures = _vivid_gain(trials, planes)
        score = measures.lpips / gray + PALENESS * abs(1 - measures.colorfulness_ratio)
        log.info(
            "Temperature %.2f, gain %.2f: LPIPS %.4f, CIEDE2000 %.2f, colorfulness %.3f",
            *(temperature, gain, measures.lpips, measures.ciede2000, measures.colorfulness_ratio),
        )
        if score < best_score:
            best, best_measures, best_score = Calibration(temperature, gain), measures, score
    return best, best_measures


def _trials(held_out: Sequence[PhotoEntry], predictor: TorchPredictor) -> list[_Trial]:
    trials = []
    for entry in held_out[:MOST_PHOTOS]:
        pixels = read_truth(entry, SIZE, squeeze=False)
        if pixels is not None:
            truth = Truth(pixels)
            lightness = Lightness(np.ascontiguousarray(truth.lab[..., 0]))
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
    gathered = Gathered()
    for trial, plane in zip(trials, planes, strict=True):
        stronger = AbPlanes(plane.L, plane.ab * np.float32(gain))
        rendition = compose(trial.lightness, stronger, Edits())
        gathered.add(np.asarray(rendition.pixels, np.uint8), trial.truth)
    return gathered.means()


def _no_color(lightness: Lightness) -> NDArray[np.float32]:
    return np.zeros((2, *lightness.L.shape), np.float32)
