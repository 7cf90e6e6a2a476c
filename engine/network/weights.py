"""The weights file: safetensors with all in it that is needed to use them.

The header's metadata holds, as JSON: "network" (NetworkConfig), "input" (InputSpec),
"calibration" (Calibration), "training" (how they came to be), beside "format" and "license".
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from engine.i18n import N_
from engine.network.calibration import Calibration
from engine.network.header import SHIPPED, in_all, weights_damaged, weights_missing
from engine.network.model import INPUT_MULTIPLE, ColorNetwork, NetworkConfig
from engine.whole_file import write_whole

FORMAT = "photochrom-network-1"
# What older files do not say, since they were made without it.
_WITHOUT_KIN = {"kin_within": 0.0, "kin_reach": 0.0}
LICENSE = "MIT; encoder started from EfficientNet-Lite2 (Apache-2.0)"


@dataclass(frozen=True)
class InputSpec:
    """What the network expects.

    Attributes:
        plane: what the one input channel holds.
        multiple: height and width must be multiples of it, reached by padding.
        balanced_size: shorter side, in pixels, of which the sizes of the looks of "balanced" and
            "fine" are shares, see `TorchPredictor.plan`.
    """

    plane: str = "CIE L*, 0..100, D65"
    multiple: int = INPUT_MULTIPLE
    balanced_size: int = 384


@dataclass(frozen=True)
class ModelCard:
    """What a weights file says of itself."""

    network: NetworkConfig
    input: InputSpec
    calibration: Calibration
    training: Mapping[str, Any]
    license: str
    sha256: str = ""

    def in_all(self, name: str) -> float:
        """A number of the training, such as "minutes", added up over all runs it grew from."""
        return in_all(self.training, name)


def save_weights(network: ColorNetwork, card: ModelCard, path: Path) -> None:
    """Write the weights as 16-bit floats, atomically; the same network gives the same bytes.

    Raises:
        ValueError: a weight is too large for 16 bits.
        SaveError: it cannot be written; nothing is left behind.
    """
    tensors: dict[str, Tensor] = {}
    for name, tensor in network.state_dict().items():
        if name == "centers":
            continue  # a constant of the code; that there are `config.bins` of them is checked
        small = tensor.detach().cpu().contiguous()
        if small.is_floating_point():
            small = small.half()
            if not torch.isfinite(small).all():
                raise ValueError(f"{name} does not fit into 16-bit floats")
        tensors[name] = small
    metadata = {
        "format": FORMAT,
        "license": card.license,
        "network": json.dumps(card.network.to_dict(), sort_keys=True),
        "input": json.dumps(asdict(card.input), sort_keys=True),
        "calibration": json.dumps(asdict(card.calibration), sort_keys=True),
        "training": json.dumps(dict(card.training), sort_keys=True),
    }
    data = _with_sorted_header(save(tensors, metadata))
    write_whole(path, data)


def load_weights(path: Path | None = None) -> tuple[ColorNetwork, ModelCard]:
    """Read a weights file, strictly: every tensor must be there, and nothing else.

    Args:
        path: the file; the one that ships with the program by default.

    Returns:
        The network in evaluation mode, as 32-bit floats on the CPU; its card.

    Raises:
        ModelMissing: there is no such file.
        ModelDamaged: it is cut off, of another format, does not fit, or may not be read.
    """
    path = path or SHIPPED
    try:
        if path.is_dir():
            raise weights_damaged(path, N_("it is a folder"))
        if not path.is_file():
            raise weights_missing(path)
        with safe_open(path, framework="pt") as file:
            card = _card(file.metadata() or {}, path)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except PermissionError as error:
        raise weights_damaged(path, N_("permission to read it is missing")) from error
    except (SafetensorError, OSError) as error:
        raise weights_damaged(path, N_("the file is damaged")) from error
    tensors = {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
    try:
        network = ColorNetwork(card.network)
        if card.network.bins != len(network.centers):
            raise ValueError(f"{card.network.bins} bins")
        network.load_state_dict({**tensors, "centers": network.centers}, strict=True)
    except (RuntimeError, TypeError, ValueError) as error:  # sizes may be texts, or below 0
        raise weights_damaged(path, N_("it does not fit the network")) from error
    return network.eval(), card


def _card(metadata: Mapping[str, str], path: Path) -> ModelCard:
    if metadata.get("format") != FORMAT:
        raise weights_damaged(path, N_("it is not a weights file of this program"))
    try:
        return ModelCard(
            network=NetworkConfig(**_WITHOUT_KIN | json.loads(metadata["network"])),
            input=InputSpec(**json.loads(metadata["input"])),
            calibration=Calibration(**json.loads(metadata["calibration"])),
            training=json.loads(metadata["training"]),
            license=metadata["license"],
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise weights_damaged(path, N_("its description is damaged")) from error


def _with_sorted_header(data: bytes) -> bytes:
    """The same file with its header's keys in order; the library writes metadata in any order."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]
