"""A training session from start to weights: what the command line's `train` does."""

import copy
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import cv2

from engine.cancel import CancelToken
from engine.measuring.evaluate import EvaluateOptions, evaluate
from engine.measuring.photos import PhotoEntry, find_photos
from engine.measuring.sheet import ContactSheet
from engine.network.calibration import Calibration
from engine.network.device import choose_device
from engine.network.predict import TorchPredictor
from engine.network.weights import LICENSE, InputSpec, ModelCard, load_weights, save_weights
from engine.training.calibrate import calibrate, vivid_calibration
from engine.training.options import TrainOptions
from engine.training.run_folder import RunFolder
from engine.training.snapshots import SCORED_HINTS, best, keep, score
from engine.training.trainer import Progress, Trainer

log = logging.getLogger(__name__)

WATCHED_PHOTOS = 48
SHEET_PHOTOS = 12
# While the run goes on one temperature will do; the real calibration comes at its end.
WATCHED_TEMPERATURE = 0.7


@dataclass(frozen=True)
class SessionOptions:
    """What the user asked for.

    Attributes:
        places: folders and tar files with photos.
        folder: where the run lives.
        minutes: bound of this session; None for none.
        resume: whether to go on with the run in the folder.
        device: "auto", "cpu", "cuda" or "mps".
        start_from: a weights file to begin with, instead of the ImageNet encoder.
        validate: a folder of photos to measure during the run, instead of the held-out ones.
        train: options of a new run.
    """

    places: Sequence[Path]
    folder: Path
    minutes: float | None = None
    resume: bool = False
    device: str = "auto"
    start_from: Path | None = None
    validate: Path | None = None
    train: TrainOptions = field(default_factory=TrainOptions)


def run_session(
    options: SessionOptions, cancel: CancelToken, report: Callable[[Progress], None]
) -> Path:
    """Train, measure, calibrate and write the weights.

    Returns:
        The weights file.

    Raises:
        NoPhotos, RunExists, CannotResume, StartingWeightsMissing, DeviceMissing, ModelError: see
            there.
    """
    cv2.setNumThreads(1)  # the network needs the cores
    device = choose_device(options.device)
    watched = find_photos([options.validate])[:WATCHED_PHOTOS] if options.validate else None
    folder = RunFolder(options.folder)
    trainer = Trainer(options.places, folder, options.train, device)
    if options.resume:
        trainer.resume()
    else:
        trainer.start(options.start_from)

    def watch(trainer: Trainer) -> None:
        _watch(trainer, watched or trainer.held_out[:WATCHED_PHOTOS])

    trainer.run(options.minutes, cancel, report, watch)
    watch(trainer)
    return write_result(trainer)


def write_result(trainer: Trainer) -> Path:
    """Calibrate the best weights of a run, or the last where none were measured, and write them."""
    chosen = best(trainer.folder)
    network, card = trainer.average, _card(trainer, Calibration())
    if chosen is not None:
        network, card = load_weights(chosen)
    calibration, measures = calibrate(
        copy.deepcopy(network).to(trainer.device), card, trainer.held_out, trainer.device
    )
    training = {**card.training, "held_out": asdict(measures) if measures else {}}
    save_weights(
        network, replace(card, calibration=calibration, training=training), trainer.folder.weights
    )
    return trainer.folder.weights


def _card(trainer: Trainer, calibration: Calibration) -> ModelCard:
    return ModelCard(
        network=trainer.network.config,
        input=InputSpec(),
        calibration=calibration,
        training={
            "photos": len(trainer.entries),
            "photos_seen": trainer.step * trainer.options.batch_size,
            "steps": trainer.step,
            "minutes": round(trainer.minutes, 1),
            "options": asdict(trainer.options),
            "before": trainer.before,
        },
        license=LICENSE,
    )


def _watch(trainer: Trainer, photos: Sequence[PhotoEntry]) -> None:
    """Measure the averaged weights on some photos, as vivid as wished; keep them and a sheet."""
    if not photos:
        return
    card = _card(trainer, Calibration())
    calibration = vivid_calibration(
        copy.deepcopy(trainer.average), card, photos, trainer.device, WATCHED_TEMPERATURE
    )
    card = replace(card, calibration=calibration)
    network = copy.deepcopy(trainer.average)
    predictor = TorchPredictor(network, card, trainer.device, hurried=False)
    sheet = ContactSheet(SHEET_PHOTOS)
    options = EvaluateOptions(hints=(0, SCORED_HINTS), quality="fast")
    evaluation = evaluate(
        photos, predictor, options, show=lambda _, truth, result: sheet.add(truth, result)
    )
    plain, hinted = (evaluation.by_hints[count].measures for count in options.hints)
    trainer.folder.log_validation(
        {
            "step": trainer.step,
            "minutes": round(trainer.minutes, 1),
            "score": round(score(evaluation), 4),
            "gain": calibration.gain,
            "psnr": round(plain.psnr, 3),
            "lpips": round(plain.lpips, 4),
            "ciede2000": round(plain.ciede2000, 3),
            "colorfulness_ratio": round(plain.colorfulness_ratio, 3),
            "false_color": round(plain.false_color, 3),
            "mean_a": round(plain.mean_a, 3),
            "mean_b": round(plain.mean_b, 3),
            f"psnr_{SCORED_HINTS}_hints": round(hinted.psnr, 3),
        }
    )
    keep(trainer.folder, trainer.average, card, trainer.step, sheet.encoded(".jpg"))
