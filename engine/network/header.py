"""What a weights file says of itself, read without torch: the window asks for it, too."""

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelDamaged, ModelMissing, OwnWeightsDamaged, OwnWeightsMissing
from engine.i18n import N_
from engine.paths import MODELS

SHIPPED = MODELS / "photochrom.safetensors"
# A header tells of some hundred tensors; a file that claims more than this is none of ours.
MOST_HEADER = 1 << 20


@dataclass(frozen=True)
class WeightsFacts:
    """What a user may want to know of the weights.

    Attributes:
        name: of the file, without its ending.
        parameters: how many numbers were learned.
        photos: how many photographs the last training run had.
        minutes: of training, in all runs.
        license: as the file says it.
        sha256: of the file.
    """

    name: str
    parameters: int
    photos: int
    minutes: float
    license: str
    sha256: str


def weights_facts(path: Path | None = None) -> WeightsFacts:
    """Read them.

    Args:
        path: a weights file; the one that ships with the program by default.

    Raises:
        ModelMissing: there is no such file.
        ModelDamaged: it may not be read, or is no weights file.
    """
    path = path or SHIPPED
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise weights_missing(path) from error
    except PermissionError as error:
        raise weights_damaged(path, N_("permission to read it is missing")) from error
    except IsADirectoryError as error:
        raise weights_damaged(path, N_("it is a folder")) from error
    except OSError as error:
        raise weights_damaged(path, N_("the file is damaged")) from error
    try:
        header = _header(data)
        metadata = header.pop("__metadata__")
        training = json.loads(metadata["training"])
        return WeightsFacts(
            name=path.stem,
            parameters=sum(math.prod(tensor["shape"]) for tensor in header.values()),
            photos=int(training["photos"]),
            minutes=in_all(training, "minutes"),
            license=metadata["license"],
            sha256=hashlib.sha256(data).hexdigest(),
        )
    except (
        AttributeError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
    ) as error:
        raise weights_damaged(path, N_("its description is damaged")) from error


def weights_missing(path: Path) -> ModelMissing:
    """What is said of weights that are not there; only those that ship can be installed again."""
    return (ModelMissing if path.absolute() == SHIPPED else OwnWeightsMissing)(path=path)


def weights_damaged(path: Path, reason: str) -> ModelDamaged:
    """What is said of weights that cannot be used, likewise.

    Args:
        path: the file.
        reason: a sentence's part, to be translated.
    """
    kind = ModelDamaged if path.absolute() == SHIPPED else OwnWeightsDamaged
    return kind(path=path, reason=reason)


def in_all(training: Mapping[str, Any], name: str) -> float:
    """A number of a training, such as "minutes", added up over all runs it grew from."""
    total, run = 0.0, training
    while run:
        total += run.get(name, 0)
        run = run.get("before", {})
    return total


def _header(data: bytes) -> dict[str, Any]:
    (length,) = struct.unpack_from("<Q", data)
    if length > min(MOST_HEADER, len(data) - 8):
        raise ValueError("longer than the file")
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    return header
