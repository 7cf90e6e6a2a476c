"""Choosing how colors are read out of the distribution, on photos kept from training."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.composition import compose
from engine.edits import Edits
from engine.measuring.evaluate import read_truth
from engine.measuring.metrics import Gathered, Measures, Truth, colorfulness
from engine.measuring.photos import PhotoEntry
from engine.network.belief import posterior
from engine.network.calibration import Calibration
from engine.network.hints import no_hints
from engine.network.model import ColorNetwork
from engine.network.predict import PreparedPhoto, TorchPredictor
from engine.network.prepare import Frame
from engine.network.weights import ModelCard
from engine.training.losses import soft_targets
from engine.values import AbPlanes, Lightness

log = logging.getLogger(__name__)

TEMPERATURES = (1.0, 0.8, 0.7, 0.65, 0.6, 0.5, 0.38, 0.28)
# More gain than this makes what is already colored gaudy before the pale becomes vivid.
LEAST_GAIN, MOST_GAIN = 0.7, 1.8
# The gain is looked for until the colorfulness is so near to the one wished for, or so many times.
VIVID_ENOUGH, MOST_LOOKS = 0.002, 6
# On photos kept from training it gave less false color than 0, at equal LPIPS; see decision 24.
AGREEMENT = 4.0
# So that photos on old film are not left paler than others; see decision 30.
BOLDNESS = 1.5
# On photos kept from training: a hint goes further over what it lies on, and less far beyond, than
# the network learned beside its own colors, which were paler then (decision 25); and it keeps to
# what is of its kind (decision 31).
HINT_PULL, HINT_FALL, HINT_KIN = 4.5, 0.9, 3.5
# Likewise, of hints near the network's own color; see decision 28.
LIKELY = {
    "likely_within": 40.0,
    "likely_spreads": 2.05,
    "likely_pull": -2.0,
    "likely_fall": 1.4,
    "likely_kin": 3.5,
    "likely_everywhere": 0.1,
    "likely_vividness": 0.2,
    "likely_nearby": 0.3,
}
MOST_PHOTOS = 150
SIZE = 256
# Slightly under the truth: every error grows with the vividness, and a wrong color that shouts is
# worse than one that speaks.
VIVIDNESS = 0.95
# A network too pale to be made as colorful as the truth is judged by how far it falls short: a
# twentieth of the colorfulness counts as much as a twentieth of "no color"'s LPIPS.
PALENESS = 1.0
POSTERIOR_TEMPERATURES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0)
POSTERIOR_UNWEIGHINGS = (0.0, 0.25, 0.5, 0.75, 1.0)
CELLS_PER_PHOTO = 400


@dataclass(frozen=True, eq=False)
class _Trial:
    """A photo kept from training, looked at by the network."""

    truth: Truth
    lightness: Lightness
    prepared: PreparedPhoto


def calibrate(
    network: ColorNetwork, card: ModelCard, held_out: Sequence[PhotoEntry], device: torch.device
) -> tuple[Calibration, Measures | None]:
    """Find temperature and gain: about as vivid as the truth at the least LPIPS.

    Args:
        network: trained; its batch norms get folded.
        card: its description; its calibration is not used.
        held_out: photos that are neither trained on nor used to judge the result.
        device: where to run.

    Returns:
        The calibration; what it gives on the photos, or None where there are none.
    """
    # What is found holds for all levels, so it is measured with all digits.
    predictor = TorchPredictor(network, card, device, hurried=False)
    trials = _trials(held_out, predictor)
    best, best_measures, best_score = Calibration(), None, float("inf")
    if not trials:
        return best, None
    honest = _fit_posterior(network, trials)
    colorless = [AbPlanes(trial.lightness.L, _no_color(trial.lightness)) for trial in trials]
    gray = _measured(trials, colorless).lpips
    for temperature in TEMPERATURES:
        gain = _vivid_gain(trials, predictor, temperature)
        measures = _measured(trials, _planes_at(trials, predictor, temperature, gain))
        score = measures.lpips / gray + vividness_missed(measures)
        log.info(
            "Temperature %.2f, gain %.2f: LPIPS %.4f, CIEDE2000 %.2f, colorfulness %.3f",
            *(temperature, gain, measures.lpips, measures.ciede2000, measures.colorfulness_ratio),
        )
        if score < best_score:
            best = _with_settled_numbers(honest, temperature, gain)
            best_measures, best_score = measures, score
    return best, best_measures


def vivid_calibration(
    predictor: TorchPredictor, photos: Sequence[PhotoEntry], temperature: float
) -> Calibration:
    """The read-out at one temperature that makes photos as vivid as is wished for.

    Args:
        predictor: its card is left with a calibration that was tried.
        photos: to measure on.
        temperature: of the distribution.
    """
    trials = _trials(photos, predictor)
    gain = _vivid_gain(trials, predictor, temperature) if trials else 1.0
    return _with_settled_numbers(Calibration(), temperature, gain)


def vividness_missed(measures: Measures) -> float:
    """How far the colorfulness is from the one that is wished for, as a share of the truth's."""
    return PALENESS * abs(VIVIDNESS - measures.colorfulness_ratio)


def _with_settled_numbers(honest: Calibration, temperature: float, gain: float) -> Calibration:
    return replace(
        honest, temperature=temperature, gain=gain, agreement=AGREEMENT, boldness=BOLDNESS,
        hint_pull=HINT_PULL, hint_fall=HINT_FALL, hint_kin=HINT_KIN, **LIKELY,
    )  # fmt: skip


def _trials(held_out: Sequence[PhotoEntry], predictor: TorchPredictor) -> list[_Trial]:
    trials = []
    for entry in held_out[:MOST_PHOTOS]:
        pixels = read_truth(entry, SIZE, squeeze=False)
        if pixels is not None:
            truth = Truth(pixels)
            lightness = Lightness(np.ascontiguousarray(truth.lab[..., 0]))
            trials.append(_Trial(truth, lightness, predictor.prepare(lightness, "fast")))
    return trials


def _vivid_gain(trials: Sequence[_Trial], predictor: TorchPredictor, temperature: float) -> float:
    """The gain at which the results are as vivid as wished, by the secant method."""
    gain, seen = 1.0, list[tuple[float, float]]()
    for _ in range(MOST_LOOKS):
        planes = _planes_at(trials, predictor, temperature, gain)
        seen.append((gain, _colorfulness_ratio(trials, planes) - VIVIDNESS))
        if abs(seen[-1][1]) < VIVID_ENOUGH:
            break
        gain = _next_gain(seen)
        if any(gain == tried for tried, _ in seen):
            break
    return min(seen, key=lambda one: abs(one[1]))[0]


def _next_gain(seen: Sequence[tuple[float, float]]) -> float:
    """Where the line through the last two looks meets the vividness wished for.

    Args:
        seen: gains, and by how much the colorfulness was more than wished.
    """
    # Without gain there is no color.
    (other, other_off), (gain, off) = seen[-2] if len(seen) > 1 else (0.0, -VIVIDNESS), seen[-1]
    slope = (off - other_off) / (gain - other)
    wanted = gain - off / slope if slope > 0 else MOST_GAIN
    return round(min(max(wanted, LEAST_GAIN), MOST_GAIN), 3)


def _planes_at(
    trials: Sequence[_Trial], predictor: TorchPredictor, temperature: float, gain: float
) -> list[AbPlanes]:
    calibration = Calibration(temperature, gain, AGREEMENT, BOLDNESS)
    predictor.card = replace(predictor.card, calibration=calibration)
    return [predictor.predict(trial.prepared, ()) for trial in trials]


def _colorfulness_ratio(trials: Sequence[_Trial], planes: Sequence[AbPlanes]) -> float:
    """Of the results, as a share of the truths'; 1 where the truths have no color."""
    own = sum(colorfulness(_composed(*both)) for both in zip(trials, planes, strict=True))
    true = sum(colorfulness(trial.truth.pixels) for trial in trials)
    return own / true if true else 1.0


def _composed(trial: _Trial, plane: AbPlanes) -> NDArray[np.uint8]:
    return np.asarray(compose(trial.lightness, plane, Edits()).pixels, np.uint8)


def _measured(trials: Sequence[_Trial], planes: Sequence[AbPlanes]) -> Measures:
    gathered = Gathered()
    for trial, plane in zip(trials, planes, strict=True):
        gathered.add(_composed(trial, plane), trial.truth)
    return gathered.means()


def _fit_posterior(network: ColorNetwork, trials: Sequence[_Trial]) -> Calibration:
    """The honest distribution under which the truths are likeliest."""
    chance = torch.Generator().manual_seed(0)
    logits, index, share = [], [], []
    for trial in trials:
        look = trial.prepared.passes[0].look
        with torch.inference_mode():
            painted = (
                network.paint(look, no_hints(1, look.at_4.device)).logits[0].float().flatten(1)
            )
        frame = trial.prepared.passes[0].frame
        truth = _on_cells(trial.truth, frame)
        rows, columns = frame.height // 4, frame.width // 4
        picked = torch.randperm(rows * columns, generator=chance)[:CELLS_PER_PHOTO]
        cells = picked // columns * (frame.padded_width // 4) + picked % columns
        logits.append(painted[:, cells].T.cpu())
        near, weight = soft_targets(truth[picked], network.centers.cpu())
        index.append(near)
        share.append(weight)
    all_logits, all_index = torch.cat(logits)[:, :, None, None], torch.cat(index)
    all_share, bin_weights = torch.cat(share), network.bin_weights.cpu()

    def surprise(temperature: float, unweighing: float) -> float:
        honest = posterior(all_logits, bin_weights, temperature, unweighing)[..., 0, 0]
        found = honest.gather(1, all_index).clamp(min=1e-9).log()
        return float(-(all_share * found).sum(dim=1).mean())

    temperature, unweighing = min(
        ((t, u) for t in POSTERIOR_TEMPERATURES for u in POSTERIOR_UNWEIGHINGS),
        key=lambda choice: surprise(*choice),
    )
    return Calibration(posterior_temperature=temperature, posterior_unweighing=unweighing)


def _on_cells(truth: Truth, frame: Frame) -> Tensor:
    """(h * w, 2) mean a*b* of the whole cells of 4x4 pixels of the network's input."""
    size = frame.width // 4, frame.height // 4
    inside = np.ascontiguousarray(truth.lab[..., 1:], np.float32)
    return torch.tensor(cv2.resize(inside, size, interpolation=cv2.INTER_AREA).reshape(-1, 2))


def _no_color(lightness: Lightness) -> NDArray[np.float32]:
    return np.zeros((2, *lightness.L.shape), np.float32)
