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
from engine.network.weights import LICENSE, InputSpec, ModelCard, save_weights
from engine.training.calibrate import calibrate
from engine.training.options import TrainOptions
from engine.training.run_folder import RunFolder
from engine.training.trainer import Progress, Trainer

log = logging.getLogger(__name__)

WATCHED_PHOTOS = 48
SHEET_PHOTOS = 12
# A quick look at vividness while the run goes on; the real calibration comes at its end.
WATCHING = Calibration(temperature=0.65, gain=1.0)


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
    """Calibrate the averaged weights of a run and write them into its folder."""
    card = _card(trainer, Calibration())
    calibration, measures = calibrate(
        copy.deepcopy(trainer.average), card, trainer.held_out, trainer.device
    )
    training = {**card.training, "held_out": asdict(measures) if measures else {}}
    save_weights(
        trainer.average,
        replace(card, calibration=calibration, training=training),
        trainer.folder.weights,
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
    """Measure the averaged weights on some photos; log a row, draw the sheet and the curve."""
    if not photos:
        return
    network = copy.deepcopy(trainer.average)
    predictor = TorchPredictor(network, _card(trainer, WATCHING), trainer.device, hurried=False)
    sheet = ContactSheet(SHEET_PHOTOS)
    options = EvaluateOptions(hints=(0, 10), quality="fast")
    evaluation = evaluate(
        photos, predictor, options, show=lambda _, truth, result: sheet.add(truth, result)
    )
    plain, hinted = (evaluation.by_hints[count].measures for count in (0, 10))
    trainer.folder.log_validation(
        {
            "step": trainer.step,
            "minutes": round(trainer.minutes, 1),
            "psnr": round(plain.psnr, 3),
            "lpips": round(plain.lpips, 4),
            "ciede2000": round(plain.ciede2000, 3),
            "colorfulness_ratio": round(plain.colorfulness_ratio, 3),
            "false_color": round(plain.false_color, 3),
            "mean_a": round(plain.mean_a, 3),
            "mean_b": round(plain.mean_b, 3),
            "psnr_10_hints": round(hinted.psnr, 3),
        }
    )
    trainer.folder.sheet.write_bytes(sheet.encoded(".jpg"))
