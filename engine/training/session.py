"""A training session from start to weights: what the command line's `train` does."""

import copy
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import cv2

from engine.cancel import CancelToken
from engine.errors import RunDiverged
from engine.i18n import N_, translate
from engine.measuring.photos import find_photos
from engine.network.calibration import Calibration
from engine.network.device import choose_device
from engine.network.weights import load_weights, save_weights
from engine.training.calibrate import calibrate
from engine.training.options import TrainOptions
from engine.training.run_folder import RunFolder
from engine.training.snapshots import Snapshots
from engine.training.trainer import Progress, Trainer
from engine.training.watch import Watch, is_finite

log = logging.getLogger(__name__)

UNJUDGED = N_(
    "No photo is among those kept from training, one in a hundred: the run will have no learning "
    "curve, no sheets and no calibration. Name photos with --validate, or more photos."
)


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
        validate: a folder of photos the snapshots are judged by, instead of the held-out ones.
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
        NoPhotos, RunExists, CannotResume, RunDiverged, StartingWeightsMissing, DeviceMissing,
            ModelError, SaveError: see there.
    """
    cv2.setNumThreads(1)  # the network needs the cores
    device = choose_device(options.device)
    judges = find_photos([options.validate]) if options.validate else None
    folder = RunFolder(options.folder)
    trainer = Trainer(options.places, folder, options.train, device)
    try:
        if options.resume:
            trainer.resume()
        else:
            trainer.start(options.start_from)
        judges = judges or trainer.held_out
        if not judges:
            log.warning(translate(UNJUDGED))
        watch = Watch(folder, judges)
        trainer.run(options.minutes, cancel, report, watch.look)
        watch.look(trainer)
        return write_result(trainer, watch.snapshots)
    finally:
        folder.discard_if_empty()


def write_result(trainer: Trainer, snapshots: Snapshots) -> Path:
    """Calibrate the best weights of a run, or the last where none were measured, and write them.

    Raises:
        RunDiverged: the last weights are no numbers, and there are no earlier ones.
    """
    chosen = snapshots.best()
    if chosen is not None:
        network, card = load_weights(chosen)
    elif is_finite(trainer.average):
        network, card = trainer.average, trainer.card(Calibration())
    else:
        raise RunDiverged(folder=trainer.folder.path)
    calibration, measures = calibrate(
        copy.deepcopy(network).to(trainer.device), card, trainer.held_out, trainer.device
    )
    if measures is not None:
        training = {**card.training, "held_out": asdict(measures)}
        card = replace(card, calibration=calibration, training=training)
    save_weights(network, card, trainer.folder.weights)
    return trainer.folder.weights
