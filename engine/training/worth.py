"""Which pictures a network can learn color from."""

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import srgb_to_lab

SIDE = 128  # pixels of the longer side at which a picture is judged
FAINT = 4.0  # chroma
GRAY_SHARE = 0.9
TONED_SPREAD = 2.5  # a*b* units across the line of tone
FLAT_SHARE = 0.45


class Verdict(Enum):
    """Why a picture is taken or left."""

    GOOD = "good"
    GRAY = "gray"
    TONED = "toned"
    GRAPHIC = "graphic"


def judge(rgb: NDArray[np.uint8]) -> Verdict:
    """Say whether a picture is a photograph in colors.

    A picture is gray if nearly all of it has next to no chroma; toned if its colors lie along one
    curve from black to white, as those of a sepia print do; graphic if much of it is made of
    exactly equal neighbors, as drawings, posters and screenshots are.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    lab = srgb_to_lab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8))
    if float((np.hypot(lab[..., 1], lab[..., 2]) < FAINT).mean()) > GRAY_SHARE:
        return Verdict.GRAY
    if _is_toned(lab):
        return Verdict.TONED
    if _flat_share(rgb) > FLAT_SHARE:
        return Verdict.GRAPHIC
    return Verdict.GOOD


def _is_toned(lab: NDArray[np.floating]) -> bool:
    """Whether a*b* is, up to a little, a function of L*."""
    L, ab = lab[..., 0].ravel(), lab[..., 1:].reshape(-1, 2)
    level = np.minimum((L / 5).astype(int), 19)
    count = np.maximum(np.bincount(level, minlength=20), 1)
    left = np.zeros(len(L))
    for channel in ab.T:
        mean = np.bincount(level, channel, 20) / count
        left += (channel - mean[level]) ** 2
    return float(np.sqrt(left.mean())) < TONED_SPREAD


def _flat_share(rgb: NDArray[np.uint8]) -> float:
    """Share of the pixels that equal their right and their lower neighbor, white excepted.

    White is excepted because cut-out photos and snow or sky that is burnt out have it, too.
    """
    inner = rgb[:-1, :-1]
    same = (inner == rgb[:-1, 1:]).all(axis=2) & (inner == rgb[1:, :-1]).all(axis=2)
    return float((same & (inner.min(axis=2) < 250)).mean())
