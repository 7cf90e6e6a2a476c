"""Looks at a run while it goes on: measures its averaged weights and keeps the best of them."""

import copy
import hashlib
import logging
from collections.abc import Sequence

import torch

from engine.errors import PhotochromError, SaveError
from engine.measuring.evaluate import EvaluateOptions, Evaluation, evaluate
from engine.measuring.photos import PhotoEntry
from engine.measuring.sheet import ContactSheet
from engine.network.calibration import Calibration
from engine.network.model import ColorNetwork
from engine.network.predict import TorchPredictor
from engine.training.calibrate import vivid_calibration
from engine.training.run_folder import RunFolder
from engine.training.snapshots import SCORED_HINTS, Snapshots, score
from engine.training.trainer import Trainer

log = logging.getLogger(__name__)

WATCHED_PHOTOS = 48
SHEET_PHOTOS = 12
# While the run goes on one temperature will do; the real calibration comes at its end.
TEMPERATURE = 0.7


class Watch:
    """Measures a run on a few photos.

    Args:
        folder: where the run lives.
        photos: those it is judged by; the first 48 of them are taken.

    Attributes:
        snapshots: what was kept.
    """

    def __init__(self, folder: RunFolder, photos: Sequence[PhotoEntry]) -> None:
        self._folder = folder
        self._photos = photos[:WATCHED_PHOTOS]
        names = "\n".join(photo.origin or photo.name for photo in self._photos)
        self._named = hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self.snapshots = Snapshots(folder, self._named)

    def look(self, trainer: Trainer) -> None:
        """Measure the averaged weights, as vivid as wished; log a row, keep sheet and weights.

        What stands in the way of it is a warning: the run itself is worth more.
        """
        if not self._photos:
            return
        if not is_finite(trainer.average):
            log.warning("The weights are no numbers any more; the run has gone astray.")
            return
        predictor = TorchPredictor(
            copy.deepcopy(trainer.average), trainer.card(Calibration()), trainer.device,
            hurried=False,
        )  # fmt: skip
        sheet = ContactSheet(SHEET_PHOTOS)
        options = EvaluateOptions(hints=(0, SCORED_HINTS), quality="fast")
        try:
            calibration = vivid_calibration(predictor, self._photos, TEMPERATURE)
            card = trainer.card(calibration)
            predictor.card = card
            evaluation = evaluate(
                self._photos,
                predictor,
                options,
                show=lambda _, truth, result: sheet.add(truth, result),
            )
        except PhotochromError as error:
            log.warning("The run could not be measured: %s", error)
            return
        row: dict[str, float | str] = {
            "step": trainer.step,
            "minutes": round(trainer.minutes, 1),
            "photos": self._named,
            **_figures(evaluation, calibration),
        }
        try:
            self._folder.log_validation(row)
            self.snapshots.keep(trainer.average, card, trainer.step, sheet.encoded(".jpg"))
        except SaveError as error:
            log.warning("What was measured could not be kept: %s", error)


def is_finite(network: ColorNetwork) -> bool:
    """Whether all weights are numbers."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in network.state_dict().values())


def _figures(evaluation: Evaluation, calibration: Calibration) -> dict[str, float]:
    plain, hinted = (evaluation.by_hints[count].measures for count in (0, SCORED_HINTS))
    return {
        "score": round(score(evaluation), 4),
        "gain": calibration.gain,
        "psnr": round(plain.psnr, 3),
        "lpips": round(plain.lpips, 4),
        "ciede2000": round(plain.ciede2000, 3),
        "colorfulness_ratio": round(plain.colorfulness_ratio, 3),
        "false_color": round(plain.false_color, 3),
        "mean_a": round(plain.mean_a, 3),
        "mean_b": round(plain.mean_b, 3),
        "psnr_hinted": round(hinted.psnr, 3),
    }
