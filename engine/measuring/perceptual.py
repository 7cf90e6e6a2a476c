"""How different two pictures look to a network, and the features that sets of pictures have.

The network is AlexNet's convolutions trained on ImageNet with the linear heads of LPIPS 0.1; it
measures only, and has no part in coloring or in training, so it judges from outside.

Source: Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric";
architecture: Krizhevsky 2014, "One weird trick", as LPIPS uses it.
"""

import functools
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from engine.paths import MEASURES

WEIGHTS = MEASURES / "lpips-alex.safetensors"

# LPIPS's own normalization of pixels in -1..1, per channel.
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)

# Kernel, stride and padding of the five convolutions; a pooling of 3x3 at stride 2 follows the
# first two.
LAYERS = ((11, 4, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1))
POOLED_AFTER = (0, 1)


class Perceptual:
    """The measuring network.

    Args:
        weights: its file; by default the one that ships with the program.
        device: where it runs.
    """

    def __init__(self, weights: Path = WEIGHTS, device: torch.device | None = None) -> None:
        self._device = device or torch.device("cpu")
        tensors = load_file(weights, device=str(self._device))
        self._tensors = {name: tensor.float() for name, tensor in tensors.items()}
        self._shift = torch.tensor(SHIFT, device=self._device)[None, :, None, None]
        self._scale = torch.tensor(SCALE, device=self._device)[None, :, None, None]

    @torch.inference_mode()
    def look(self, pixels: NDArray[np.uint8]) -> tuple[Tensor, ...]:
        """Features of a picture after each of the five convolutions, each (1, C, h, w).

        Args:
            pixels: (H, W, 3) uint8, sRGB.
        """
        plane = torch.tensor(pixels, device=self._device).float()
        x = (plane.permute(2, 0, 1)[None] / 127.5 - 1 - self._shift) / self._scale
        features = []
        for number, (_, stride, padding) in enumerate(LAYERS):
            weight = self._tensors[f"conv_{number}.weight"]
            x = F.relu(F.conv2d(x, weight, self._tensors[f"conv_{number}.bias"], stride, padding))
            features.append(x)
            if number in POOLED_AFTER:
                x = F.max_pool2d(x, 3, 2)
        return tuple(features)

    @torch.inference_mode()
    def distance(self, first: tuple[Tensor, ...], second: tuple[Tensor, ...]) -> float:
        """LPIPS between two pictures of the same size that were looked at; 0 for the same."""
        total = 0.0
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            difference = (_unit(one) - _unit(other)).square()
            total += float(F.conv2d(difference, self._tensors[f"head_{number}"]).mean())
        return total

    @staticmethod
    def summary(features: tuple[Tensor, ...]) -> NDArray[np.float64]:
        """(256,) means of the last features over the picture, for `frechet_distance`."""
        return np.asarray(features[-1].mean(dim=(0, 2, 3)).double().cpu().numpy())


def _unit(features: Tensor) -> Tensor:
    return features / (features.square().sum(dim=1, keepdim=True).sqrt() + 1e-10)


@functools.cache
def perceptual() -> Perceptual:
    """The measuring network, loaded once."""
    return Perceptual()


def frechet_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Distance between two sets of pictures, each taken as one Gaussian of its features.

    Args:
        first: (N, C) features, one row a picture.
        second: (M, C), likewise.

    Returns:
        |mean_1 - mean_2|^2 + trace(C_1 + C_2 - 2 (C_1 C_2)^(1/2)).

    Source: Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule", formula 6.
    """
    mean_1, mean_2 = first.mean(axis=0), second.mean(axis=0)
    spread_1, spread_2 = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    # The trace of the root of a product of two covariances needs only symmetric eigenvalues.
    root_1 = _symmetric_root(spread_1)
    inner = np.linalg.eigvalsh(root_1 @ spread_2 @ root_1)
    root_trace = np.sqrt(np.clip(inner, 0, None)).sum()
    apart = float(((mean_1 - mean_2) ** 2).sum())
    return max(0.0, apart + float(np.trace(spread_1) + np.trace(spread_2) - 2 * root_trace))


def _symmetric_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)
