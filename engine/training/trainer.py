"""The training run: seeded, bounded by time, saved every ten minutes, resumed exactly.

A run lives in a folder:

    checkpoint.pt          all that is needed to go on
    log.csv                one row every 20 steps
    validation.csv         one row per snapshot, measured on photos kept from training
    learning-curve.svg     both, drawn
    snapshots/             photos gray, colored, truth, 20 times a run; the best three as weights
    weights.safetensors    the averaged weights, calibrated, ready for use
"""

import copy
import functools
import io
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.cancel import CancelToken
from engine.errors import CannotResume, NoPhotos, RunExists
from engine.i18n import N_
from engine.measuring.photos import digest_of_entries, find_photos, places_of_entries, read_photo
from engine.network.calibration import Calibration
from engine.network.model import ColorNetwork, NetworkConfig, in_channels_last
from engine.network.weights import LICENSE, InputSpec, ModelCard, load_weights
from engine.training import losses
from engine.training.options import TrainOptions
from engine.training.phases import make_phase
from engine.training.run_folder import RunFolder
from engine.training.samples import Batch, BatchLoader, make_sample, sample_stream
from engine.training.starting_weights import load_starting_weights
from engine.whole_file import write_whole

log = logging.getLogger(__name__)

SAVE_EVERY_SECONDS = 600.0
# Photos are colored and measured so many times in a run, at steps that no clock decides.
SNAPSHOTS = 20
LOG_EVERY_STEPS = 20
PLANNING_STEPS = 30
CHECKPOINT_FORMAT = 4


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        step: steps done.
        steps: steps planned; 0 while that is not known yet.
        minutes: computing time of the whole run.
        loss: mean of the last steps.
        rate: photos a second.
    """

    step: int
    steps: int
    minutes: float
    loss: float
    rate: float


class Trainer:
    """A training run in a folder.

    Attributes:
        before: what the weights it started from say of their own training; empty for none.
    """

    def __init__(
        self,
        places: Sequence[Path],
        folder: RunFolder,
        options: TrainOptions,
        device: torch.device,
    ) -> None:
        self.options = options
        self.device = device
        self.folder = folder
        entries = find_photos(places)
        self.entries = [entry for entry in entries if not entry.is_held_out]
        self.held_out = [entry for entry in entries if entry.is_held_out]
        if not self.entries:
            raise NoPhotos(place=places[0])
        torch.manual_seed(options.seed)
        self.network = in_channels_last(ColorNetwork(NetworkConfig()).to(device))
        self.average = copy.deepcopy(self.network)
        self.step = 0
        self.planned = options.steps
        self.minutes = 0.0
        self.before: dict[str, Any] = {}
        self.phase = make_phase(self.network, options, device)

    @functools.cached_property
    def photos_digest(self) -> str:
        """What tells the photos trained on, and their order, from others: of names and sizes."""
        return digest_of_entries(self.entries)

    # Starting points

    def start(self, weights: Path | None) -> None:
        """Begin a new run, from a weights file or from the ImageNet encoder.

        Raises:
            RunExists: the folder holds a run; it is left as it is.
            ModelMissing, ModelDamaged: of the weights file.
            StartingWeightsMissing: the package with the encoder is not installed.
            SaveError: nothing can be written into the folder.
        """
        if self.folder.holds_a_run():
            raise RunExists(folder=self.folder.path)
        if weights is not None:
            network, card = load_weights(weights)
            self.network.load_state_dict(network.state_dict())
            self.before = {"sha256": card.sha256, **card.training}
            self.folder.make()
        else:
            load_starting_weights(self.network.encoder)
            self.folder.make()
            self.network.bin_weights.copy_(losses.rebalancing(self._some_colors()))
        self.average.load_state_dict(self.network.state_dict())

    def resume(self) -> None:
        """Go on with the run of the folder.

        Raises:
            CannotResume: there is none, or it is damaged, or was made with other options.
            SaveError: nothing can be written into the folder.
        """
        path = self.folder.checkpoint
        if not self.folder.take_over():
            raise CannotResume(folder=path.parent, reason=N_("it holds no checkpoint.pt"))
        try:
            state: Any = torch.load(path, map_location=self.device, weights_only=True)
        except Exception as error:
            raise CannotResume(folder=path.parent, reason=N_("checkpoint.pt is damaged")) from error
        if not isinstance(state, dict):
            raise CannotResume(folder=path.parent, reason=N_("checkpoint.pt is damaged"))
        if state.get("format") != CHECKPOINT_FORMAT:
            raise CannotResume(folder=path.parent, reason=N_("it was made by another version"))
        self.options = TrainOptions.from_dict(state["options"])
        # Checkpoints that do not know their photos by name are of an earlier version.
        known = state.get("photos_digest", self.photos_digest)
        if (state["photos"], known) != (len(self.entries), self.photos_digest):
            raise CannotResume(
                folder=path.parent, reason=N_("it was made with other photos, or in another order")
            )
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.phase = make_phase(self.network, self.options, self.device)
        self.phase.load(state["phase"])
        self.step, self.planned = state["step"], state["planned"]
        self.minutes = state["minutes"]
        self.before = state["before"]

    def save(self) -> None:
        """Write the checkpoint, atomically.

        Raises:
            SaveError: it cannot be written; an earlier one stays.
        """
        options = asdict(self.options)
        state = {
            "format": CHECKPOINT_FORMAT,
            "options": options,
            "photos": len(self.entries),
            "photos_digest": self.photos_digest,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "phase": self.phase.state(),
            "step": self.step,
            "planned": self.planned,
            "minutes": self.minutes,
            "before": self.before,
        }
        # By way of the memory: what torch says of a full disk is no OSError.
        data = io.BytesIO()
        torch.save(state, data)
        write_whole(self.folder.checkpoint, data.getbuffer())

    def card(self, calibration: Calibration) -> ModelCard:
        """What a weights file made now says of itself."""
        return ModelCard(
            network=self.network.config,
            input=InputSpec(),
            calibration=calibration,
            training={
                "photos": len(self.entries),
                "photos_seen": self.step * self.options.batch_size,
                "steps": self.step,
                "minutes": round(self.minutes, 1),
                "options": asdict(self.options),
                "before": self.before,
            },
            license=LICENSE,
        )

    # The run

    def run(
        self,
        minutes: float | None,
        cancel: CancelToken,
        report: Callable[[Progress], None],
        saved: Callable[["Trainer"], None],
    ) -> bool:
        """Train until the planned steps are done or the time is over.

        Args:
            minutes: bound of this call; None for no bound.
            cancel: ends the run after the step under way; the run is saved.
            report: called every 20 steps.
            saved: called at each snapshot but the last one, to measure what was reached; the run
                is saved then, too.

        Returns:
            Whether the planned steps are done.

        Raises:
            NoPhotos: next to none of the photos can be used.
            SaveError: the log or the checkpoint cannot be written.
        """
        started = last_save = time.monotonic()
        loader = BatchLoader(
            sample_stream(
                self.entries,
                self.options.samples,
                self.options.seed,
                self.step * self.options.batch_size,
            ),
            self.options.batch_size,
        )
        try:
            recent: list[dict[str, Tensor]] = []
            mark, mark_step = time.monotonic(), self.step
            while not cancel.is_set and not (self.planned and self.step >= self.planned):
                step_started = time.monotonic()
                recent.append(self._train_step(loader.next().to(self.device)))
                now = time.monotonic()
                self.minutes += (now - step_started) / 60
                if not self.planned and self.step >= PLANNING_STEPS:
                    self._plan(minutes, (self.step - mark_step) / (now - mark))
                if self.step % LOG_EVERY_STEPS == 0:
                    rate = (self.step - mark_step) * self.options.batch_size / (now - mark)
                    self._log(recent, rate, report)
                    recent, mark, mark_step = [], now, self.step
                if minutes is not None and now - started >= minutes * 60:
                    break
                is_snapshot = self._is_snapshot()
                if is_snapshot or now - last_save >= SAVE_EVERY_SECONDS:
                    self.save()
                    if is_snapshot:
                        saved(self)
                    last_save = mark = time.monotonic()
                    mark_step = self.step
        finally:
            loader.close()
        self.save()
        return bool(self.planned) and self.step >= self.planned

    def _is_snapshot(self) -> bool:
        every = -(-self.planned // SNAPSHOTS)
        return bool(self.planned) and self.step % every == 0 and self.step < self.planned

    def _plan(self, minutes: float | None, rate: float) -> None:
        """Fix the number of steps, so that the learning rate falls to 0 in time.

        Args:
            minutes: bound of the run; None for no bound.
            rate: steps a second.
        """
        if minutes is None:
            self.planned = max(PLANNING_STEPS, 3 * len(self.entries) // self.options.batch_size)
        else:
            # 0.8: the encoder learns later and makes the steps slower then; snapshots are measured.
            self.planned = max(PLANNING_STEPS, int(0.8 * rate * minutes * 60))

    def _train_step(self, batch: Batch) -> dict[str, Tensor]:
        """One step; the loss and its parts."""
        part = self.step / self.planned if self.planned else 0.0
        self._set_rates(part)
        found = self.phase.step(batch, self.step, part)
        self.step += 1
        self._update_average()
        return found

    def _set_rates(self, part: float) -> None:
        """Warm up over 100 steps, then fall along a cosine to a hundredth."""
        warm = min(1.0, (self.step + 1) / 100)
        fall = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, part)))
        for optimizer in self.phase.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.options.learning_rate * group["share"] * warm * fall

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.options.average, (1 + self.step) / (10 + self.step))
        for mean, value in zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)

    def _log(
        self, recent: list[dict[str, Tensor]], rate: float, report: Callable[[Progress], None]
    ) -> None:
        means = {
            name: float(torch.stack([found[name] for found in recent]).mean()) for name in recent[0]
        }
        self.folder.log_step(
            {"step": self.step, "minutes": round(self.minutes, 2)}
            | {name: round(value, 4) for name, value in means.items()}
            | {"rate": round(rate, 2)}
        )
        report(Progress(self.step, self.planned, self.minutes, means["loss"], rate))

    def _some_colors(self) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        """Colors of some photos, for the statistics behind the rebalancing."""
        chance = np.random.default_rng((self.options.seed, 7))
        count = min(self.options.rebalancing_photos, len(self.entries))
        picked = chance.choice(len(self.entries), count, replace=False)
        options = replace(self.options.samples, size=32, ageing=0.0, hinted=0.0)
        colors = []
        for index in picked:
            rgb = read_photo(self.entries[index])
            if rgb is not None:
                sample = make_sample(rgb, options, chance)
                colors.append(np.ascontiguousarray(sample.ab.reshape(2, -1).T))
        if not colors:
            raise NoPhotos(place=places_of_entries(self.entries))
        return colors
