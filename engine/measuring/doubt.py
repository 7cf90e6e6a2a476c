"""Whether the network knows what it does not know: measures of its confidence and its doubt."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.network.belief import SAME_COLOR
from engine.values import Belief

MOST_DOUBTFUL = 0.2
CONFIDENCE_BINS = 10
CURVE_STEPS = 20

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DoubtMeasures:
    """Over the cells of all photos together.

    Attributes:
        calibration_error: 0..1, mean difference between the confidence that is named and the share
            of the colors that then are near the truth (expected calibration error, 10 bins).
        error_in_doubtful: 0..1, share of the squared color error that lies in the fifth of the
            cells that is doubted most; 0.2 for a doubt that knows nothing.
        sparsification: area between the mean error left when the most doubted cells are taken away
            step by step, and that when the worst ones are; both relative to the error of all.
    """

    calibration_error: float
    error_in_doubtful: float
    sparsification: float


class DoubtGathered:
    """Cells of many photos."""

    def __init__(self) -> None:
        self._confidence: list[Plane] = []
        self._hit: list[Plane] = []
        self._doubt: list[Plane] = []
        self._error: list[Plane] = []

    def add(self, belief: Belief, result: Plane, truth: Plane) -> None:
        """Add a photo.

        Args:
            belief: of the network, (h, w) cells.
            result: (2, H, W), the a*b* predicted, at the size of the network's input.
            truth: (2, ...), that of the truth, of any size.
        """
        h, w = belief.doubt.shape
        if truth.shape != result.shape:
            truth = _resized(truth, (result.shape[2], result.shape[1]))
        shown, true = _cells(result, h, w), _cells(truth, h, w)
        self._confidence.append(belief.confidence.ravel())
        self._hit.append(
            (_distance(belief.likeliest, true) <= SAME_COLOR).astype(np.float32).ravel()
        )
        self._doubt.append(belief.doubt.ravel())
        self._error.append(np.square(_distance(shown, true)).ravel())

    def measures(self) -> DoubtMeasures:
        """The measures of all cells so far."""
        doubt, error = np.concatenate(self._doubt), np.concatenate(self._error)
        by_doubt, by_error = error[np.argsort(-doubt)], -np.sort(-error)
        most = max(1, round(MOST_DOUBTFUL * len(error)))
        return DoubtMeasures(
            calibration_error=calibration_error(
                np.concatenate(self._confidence), np.concatenate(self._hit)
            ),
            error_in_doubtful=float(by_doubt[:most].sum(dtype=np.float64) / max(error.sum(), 1e-9)),
            sparsification=float(np.mean(_curve(by_doubt) - _curve(by_error))),
        )


def calibration_error(confidence: Plane, hit: Plane) -> float:
    """Expected calibration error over bins of equal width.

    Args:
        confidence: (N,) 0..1.
        hit: (N,) 0 or 1.

    Source: Guo et al. 2017, formula 3.
    """
    index = np.minimum((confidence * CONFIDENCE_BINS).astype(int), CONFIDENCE_BINS - 1)
    off = np.bincount(index, confidence.astype(np.float64) - hit, CONFIDENCE_BINS)
    return float(np.abs(off).sum() / len(confidence))


def _curve(ordered: Plane) -> NDArray[np.float64]:
    """Mean error of what is left when more and more cells are taken from the front."""
    left = np.cumsum(ordered[::-1], dtype=np.float64)[::-1]
    at = (np.arange(CURVE_STEPS) * len(ordered)) // CURVE_STEPS
    means = left[at] / (len(ordered) - at)
    return np.asarray(means / max(means[0], 1e-9))


def _cells(planes: Plane, h: int, w: int) -> Plane:
    """Means over cells of 4x4 pixels; cells that reach beyond the edge repeat it."""
    _, height, width = planes.shape
    padded = np.pad(planes, ((0, 0), (0, 4 * h - height), (0, 4 * w - width)), mode="edge")
    return _resized(padded, (w, h))


def _resized(planes: Plane, size: tuple[int, int]) -> Plane:
    """Planes at another width and height."""
    return np.stack([cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in planes])


def _distance(one: Plane, other: Plane) -> Plane:
    return np.asarray(np.hypot(one[0] - other[0], one[1] - other[1]), np.float32)
