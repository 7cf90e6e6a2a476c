"""The network as the stages use it: look at a photo once, then color it after every edit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.edits import Hint
from engine.errors import DeviceFailed, OutOfMemory
from engine.network.belief import doubt, likeliest, posterior
from engine.network.device import choose_device
from engine.network.eight_bit import in_eight_bits
from engine.network.encoder import Conv
from engine.network.fused import fuse
from engine.network.hints import HintBatch
from engine.network.model import (
    ColorNetwork,
    Look,
    Painting,
    ResidualPair,
    in_channels_last,
)
from engine.network.prepare import Frame, frame_for, hints_in_frame, padded_input
from engine.network.weights import ModelCard, load_weights
from engine.resize import lightness_at_size
from engine.values import AbPlanes, Belief, Lightness, ModelId, Prepared, Quality

MODEL_NAME = "photochrom"
FAST_SIZE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One look at the photo: at one size, upright or mirrored."""

    look: Look
    frame: Frame
    mirrored: bool


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPhoto:
    """What is kept of one photo between edits.

    Attributes:
        quality: the level it was prepared for.
        passes: the first one sets the size of the result.
        lightness: L* at the size of the result.
    """

    quality: Quality
    passes: tuple[Pass, ...]
    lightness: Lightness


class TorchPredictor:
    """The color network on one device.

    Args:
        network: trained; its batch norms get folded.
        card: what its weights file says of itself.
        device: where it runs.
        hurried: whether "fast" may calculate with fewer digits, see `in_eight_bits`.

    Attributes:
        card: what its weights file says of itself.
    """

    def __init__(
        self,
        network: ColorNetwork,
        card: ModelCard,
        device: torch.device,
        *,
        hurried: bool = True,
    ) -> None:
        self.card = card
        self._device = device
        fold_batch_norm(network)
        network.eval().requires_grad_(requires_grad=False)
        self._network = in_channels_last(network.to(device))
        quick = None
        if device.type == "cpu":
            quick = in_eight_bits(self._network) if hurried else None
            fuse(self._network)
        self._quick = quick or self._network

    @property
    def device(self) -> str:
        """The kind of device it runs on: "cpu", "cuda" or "mps"."""
        return self._device.type

    @property
    def model(self) -> ModelId:
        """Which network it is."""
        return ModelId(MODEL_NAME, self.card.sha256)

    def _network_for(self, quality: Quality) -> ColorNetwork:
        """In full precision, but for what is asked for in haste."""
        return self._quick if quality == "fast" else self._network

    def plan(self, quality: Quality) -> tuple[tuple[int, bool], ...]:
        """Shorter side and mirroring of each pass of a quality level; the largest first.

        What is seen large has its hands and small faces, what is seen small its colors in one
        piece; their mean is better than either (decision 33).
        """
        balanced = self.card.input.balanced_size
        if quality == "fast":
            return ((FAST_SIZE, False),)
        if quality == "balanced":
            return ((balanced * 7 // 6, False), (balanced * 2 // 3, True))
        sizes = (balanced * 4 // 3, balanced, balanced * 2 // 3)
        return tuple((size, mirrored) for size in sizes for mirrored in (False, True))

    def prepare(self, lightness: Lightness, quality: Quality) -> PreparedPhoto:
        """Look at a photo once.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
        """
        passes: list[Pass] = []
        result_lightness: Lightness | None = None
        with self._running():
            for size, mirrored in self.plan(quality):
                frame = frame_for(lightness.size, size, self.card.input.multiple)
                small = lightness_at_size(lightness, (frame.height, frame.width))
                result_lightness = result_lightness or Lightness(small)
                seen = np.ascontiguousarray(small[:, ::-1]) if mirrored else small
                network = self._network_for(quality)
                look = network.look(padded_input(seen, frame).to(self._device))
                ahead = network.ahead(look, self.card.calibration, read=not passes)
                passes.append(Pass(ahead, frame, mirrored))
        assert result_lightness is not None
        return PreparedPhoto(quality, tuple(passes), result_lightness)

    def predict(self, prepared: Prepared, hints: Sequence[Hint]) -> AbPlanes:
        """Color a prepared photo, obeying the hints.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
            TypeError: the photo was prepared by another kind of predictor.
        """
        photo = _own(prepared)
        with self._running():
            ab = self._paint(photo, hints)
        frame = photo.passes[0].frame
        inside = ab[0, :, : frame.height, : frame.width].cpu().numpy()
        return AbPlanes(photo.lightness.L, np.ascontiguousarray(inside))

    def describe(self, prepared: Prepared) -> NDArray[np.float32]:
        """What the encoder saw in each cell of 16x16 pixels, before any hint.

        Returns:
            (C, rows, columns), its features at 1/16 and the means of those at 1/8, each kind of
            standard deviation 1.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
            TypeError: the photo was prepared by another kind of predictor.
        """
        first = _own(prepared).passes[0]
        rows, columns = -(-first.frame.height // 16), -(-first.frame.width // 16)
        with self._running():
            kinds = (first.look.at_16, F.avg_pool2d(first.look.at_8, 2))
            cells = [kind[0, :, :rows, :columns].float() for kind in kinds]
            seen = torch.cat([kind / kind.std().clamp(min=1e-6) for kind in cells]).cpu().numpy()
        return np.ascontiguousarray(seen)

    def believe(self, prepared: Prepared, hints: Sequence[Hint]) -> Belief:
        """Say what the network believes of the colors that `predict` gives.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
            TypeError: the photo was prepared by another kind of predictor.
        """
        photo = _own(prepared)
        network, calibration = self._network_for(photo.quality), self.card.calibration
        frame = photo.passes[0].frame
        with self._running():
            painting, placed = self._painting(photo, hints)
            share = posterior(
                painting.logits,
                network.bin_weights,
                calibration.posterior_temperature,
                calibration.posterior_unweighing,
            )
            own = network.own_color(painting, calibration)
            result = F.avg_pool2d(network.read_out(painting, own, placed), 4)
            off = doubt(painting, share, result, network.centers, placed)
            color, confidence = likeliest(share, network.centers)
        rows, columns = -(-frame.height // 4), -(-frame.width // 4)
        planes = torch.cat([color[0], confidence, off[None]])[:, :rows, :columns].cpu().numpy()
        return Belief(np.ascontiguousarray(planes[:2]), planes[2].copy(), planes[3].copy())

    def _paint(self, prepared: PreparedPhoto, hints: Sequence[Hint]) -> Tensor:
        """(1, 2, padded_height, padded_width) of the first pass."""
        network, calibration = self._network_for(prepared.quality), self.card.calibration
        painting, placed = self._painting(prepared, hints)
        own = network.own_color(painting, calibration)
        return network.read_out(painting, own, placed)

    def _painting(
        self, prepared: PreparedPhoto, hints: Sequence[Hint]
    ) -> tuple[Painting, HintBatch]:
        """On the grid of the first pass, logits averaged; the hints as placed there."""
        network, calibration = self._network_for(prepared.quality), self.card.calibration
        first = prepared.passes[0]
        first_hints = hints_in_frame(hints, first.frame, self._device)
        painting = network.paint(first.look, first_hints, calibration)
        if len(prepared.passes) == 1:
            return painting, first_hints
        grid = painting.logits.shape[2:]
        # Added up in the order in memory of the first pass, which what follows is quickest with.
        # The residual belongs to the look, see `Painting`.
        logits, pointer, residual = painting.logits, painting.pointer, painting.residual.clone()
        for other in prepared.passes[1:]:
            placed = hints_in_frame(hints, other.frame, self._device, mirrored=other.mirrored)
            seen = network.paint(other.look, placed, calibration)
            logits += _onto(seen.logits, other, first.frame, grid)
            pointer += _onto(seen.pointer, other, first.frame, grid)
            residual += _onto(seen.residual, other, first.frame, grid)
        share = 1 / len(prepared.passes)
        averaged = painting._replace(
            logits=logits.mul_(share),
            pointer=pointer.mul_(share),
            residual=residual.mul_(share),
        )
        return averaged, first_hints

    @contextmanager
    def _running(self) -> Iterator[None]:
        try:
            with torch.inference_mode():
                yield
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(device=self.device) from error
        except RuntimeError as error:
            # The CPU's allocator raises a plain RuntimeError; this is its only sign.
            if "not enough memory" in str(error) or "alloc" in str(error):
                raise OutOfMemory(device=self.device) from error
            if self.device != "cpu":  # of the processor it would be a bug of ours
                raise DeviceFailed(device=self.device) from error
            raise


def _own(prepared: Prepared) -> PreparedPhoto:
    if not isinstance(prepared, PreparedPhoto):
        raise TypeError(f"{type(prepared).__name__} is of another predictor")
    return prepared


def _onto(planes: Tensor, other: Pass, frame: Frame, grid: torch.Size) -> Tensor:
    """Planes of another pass, (1, C, h, w), on the grid of the first, turned back if mirrored.

    Each cell is looked up where the same spot of the photo lies in the other pass; the photo does
    not end on a whole cell, so this is sampling, not resizing.
    """
    device = planes.device
    y = (torch.arange(grid[0], device=device) + 0.5) * 4 / frame.height  # 0..1 over the photo
    x = (torch.arange(grid[1], device=device) + 0.5) * 4 / frame.width
    if other.mirrored:
        x = 1 - x
    y = y * other.frame.height / other.frame.padded_height * 2 - 1  # -1..1 over the padded frame
    x = x * other.frame.width / other.frame.padded_width * 2 - 1
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    where = torch.stack([columns, rows], dim=-1)[None]
    return F.grid_sample(planes, where, align_corners=False, padding_mode="border")


def fold_batch_norm(network: nn.Module) -> None:
    """Merge each batch norm into the convolution before it; the results stay the same."""
    network.eval()
    for module in network.modules():
        if isinstance(module, Conv) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
        elif isinstance(module, ResidualPair) and isinstance(module.norm_1, nn.BatchNorm2d):
            assert isinstance(module.norm_2, nn.BatchNorm2d)
            module.conv_1 = fuse_conv_bn_eval(module.conv_1, module.norm_1)
            module.conv_2 = fuse_conv_bn_eval(module.conv_2, module.norm_2)
            module.norm_1, module.norm_2 = nn.Identity(), nn.Identity()


def load(device: str, weights: Path | None, *, hurried: bool = True) -> TorchPredictor:
    """See `engine.load_predictor`."""
    chosen = choose_device(device)
    network, card = load_weights(weights)
    return TorchPredictor(network, card, chosen, hurried=hurried)
