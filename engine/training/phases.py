"""One training step, for each phase of the training.

colors: the distribution over the bins, the final color, the hints.
vivid:  the same, lighter, and beside it the finished picture: its features, its colorfulness, and
        an adversary that tells results from truths.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.network.calibration import Calibration
from engine.network.device import calculates_in_bfloat16
from engine.network.model import ColorNetwork, in_channels_last
from engine.network.predict import fold_batch_norm
from engine.training import losses
from engine.training.adversary import (
    Adversary,
    deceive_loss,
    judged,
    matching_loss,
    tell_apart_loss,
)
from engine.training.options import TrainOptions
from engine.training.recompose import colorfulness, to_srgb
from engine.training.samples import Batch
from engine.training.starting_weights import load_judge


class ColorPhase:
    """Steps of the phase "colors".

    Args:
        network: trained in place.
        options: of the run.
        device: where the network is.

    Attributes:
        optimizers: whose learning rates the trainer sets; each group has a "share" of it.
    """

    parts: tuple[str, ...] = ("classes", "color", "hints")

    def __init__(self, network: ColorNetwork, options: TrainOptions, device: torch.device) -> None:
        self.network = network
        self.options = options
        self.device = device
        self.precision = _training_precision(device)
        self.optimizers = [self._network_optimizer()]

    def _network_optimizer(self) -> torch.optim.Optimizer:
        encoder = list(self.network.encoder.parameters())
        mine = {id(parameter) for parameter in encoder}
        decoder = [p for p in self.network.parameters() if id(p) not in mine]
        groups = [
            {"params": [p for p in decoder if p.ndim > 1], "share": 1.0, "weight_decay": 0.01},
            {"params": [p for p in decoder if p.ndim <= 1], "share": 1.0, "weight_decay": 0.0},
            {"params": encoder, "share": self.options.encoder_rate, "weight_decay": 0.0},
        ]
        betas = (0.9, 0.999) if self.options.phase == "colors" else (0.5, 0.99)
        return torch.optim.AdamW(groups, lr=self.options.learning_rate, betas=betas)

    def step(self, batch: Batch, number: int, part: float) -> dict[str, Tensor]:
        """Learn from one batch.

        Args:
            batch: the samples.
            number: of the step.
            part: 0..1, how much of the planned steps is done.

        Returns:
            "loss" and its parts, detached.
        """
        self.network.train()
        self.network.encoder.eval()  # its batch statistics stay those of ImageNet
        self.network.encoder.requires_grad_(part >= self.options.encoder_from)
        found = self._losses(batch, number)
        shares = self.options.losses
        whole = torch.stack([getattr(shares, name) * found[name] for name in self.parts]).sum()
        optimizer = self.optimizers[0]
        optimizer.zero_grad(set_to_none=True)
        whole.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()
        return {"loss": whole.detach()} | {name: value.detach() for name, value in found.items()}

    def _losses(self, batch: Batch, number: int) -> dict[str, Tensor]:
        return self._color_losses(batch, number)[0]

    def _color_losses(self, batch: Batch, number: int) -> tuple[dict[str, Tensor], Tensor]:
        """The losses of the colors; the final a*b*, (B, 2, H, W)."""
        network = self.network
        with self._lower_precision():
            painting = network.paint(network.look(batch.L), batch.hints)
        # Of turned hues only the hints can know; the network's own opinion is left alone.
        turned = batch.is_contrary[:, None, None, None]
        logits = torch.where(turned, painting.logits.detach(), painting.logits)
        painting = painting._replace(logits=logits)
        own = network.own_color(painting, Calibration(temperature=self.options.temperature))
        ab = network.read_out(painting, own, batch.hints)
        coarse = F.avg_pool2d(batch.ab, 4)
        cells = coarse.shape[0] * coarse.shape[2] * coarse.shape[3]
        chance = torch.Generator().manual_seed(self.options.seed * 1_000_003 + number)
        chosen = torch.randperm(cells, generator=chance)[: cells // 4].to(self.device)
        found = {
            "classes": losses.class_loss(
                painting, batch.hints, coarse, network.centers, network.bin_weights, chosen
            ),
            "color": losses.color_loss(ab, batch.ab),
            "hints": losses.hint_loss(ab, batch.hints),
        }
        return found, ab

    def _lower_precision(self) -> torch.autocast:
        precision = self.precision
        return torch.autocast(
            self.device.type, precision or torch.bfloat16, enabled=precision is not None
        )

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on exactly."""
        return {
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        for optimizer, stored in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(stored)


class VividPhase(ColorPhase):
    """Steps of the phase "vivid".

    Raises:
        StartingWeightsMissing: the judging network's package is not installed.
    """

    parts = (*ColorPhase.parts, "matching", "deceive", "vividness")

    # The adversary learns twice as fast, as in the two time-scale rule (Heusel et al. 2017).
    ADVERSARY_SHARE = 2.0

    def __init__(self, network: ColorNetwork, options: TrainOptions, device: torch.device) -> None:
        super().__init__(network, options, device)
        judge = load_judge()
        fold_batch_norm(judge)
        self.judge = in_channels_last(judge.to(device))
        self.adversary: nn.Module = Adversary().to(device)
        groups = [{"params": list(self.adversary.parameters()), "share": self.ADVERSARY_SHARE}]
        self.optimizers.append(
            torch.optim.Adam(groups, lr=options.learning_rate, betas=(0.5, 0.99))
        )

    def _losses(self, batch: Batch, number: int) -> dict[str, Tensor]:
        found, ab = self._color_losses(batch, number)
        natural = ~batch.is_contrary
        if not natural.any():
            nothing = ab.sum() * 0
            return found | dict.fromkeys(("matching", "deceive", "vividness", "apart"), nothing)
        L = batch.unaged[natural]
        with torch.no_grad():
            truth = to_srgb(L, batch.ab[natural])
            with self._lower_precision():
                true_features = judged(self.judge, truth)
        result = to_srgb(L, ab[natural].float())
        with self._lower_precision():
            features = judged(self.judge, result)
        apart = self._teach_adversary(features, true_features)
        vivid, true_vivid = colorfulness(result), colorfulness(truth)
        self.adversary.requires_grad_(requires_grad=False)
        return found | {
            "matching": matching_loss(features, true_features),
            "deceive": deceive_loss(self.adversary(features)),
            "vividness": ((vivid - true_vivid).abs() / (true_vivid + 10)).mean(),
            "apart": apart,
        }

    def _teach_adversary(
        self, features: tuple[Tensor, ...], true_features: tuple[Tensor, ...]
    ) -> Tensor:
        """A step of the adversary; its loss."""
        self.adversary.requires_grad_(requires_grad=True)
        false = self.adversary(tuple(each.detach() for each in features))
        apart = tell_apart_loss(false, self.adversary(true_features))
        optimizer = self.optimizers[1]
        optimizer.zero_grad(set_to_none=True)
        apart.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        return apart.detach()

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on exactly."""
        return super().state() | {"adversary": self.adversary.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        super().load(state)
        self.adversary.load_state_dict(state["adversary"])


def make_phase(network: ColorNetwork, options: TrainOptions, device: torch.device) -> ColorPhase:
    """The phase that the options name."""
    phase = VividPhase if options.phase == "vivid" else ColorPhase
    return phase(network, options, device)


def _training_precision(device: torch.device) -> torch.dtype | None:
    """bfloat16 where it makes a step faster: measured 1.7 times on an AMD with AVX-512 BF16."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    if device.type == "cpu":
        return torch.bfloat16 if calculates_in_bfloat16() else None
    return None
