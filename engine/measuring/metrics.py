"""Measures of a colored photo against its truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.difference import ciede2000
from engine.color.lab import srgb_to_lab
from engine.measuring.perceptual import frechet_distance, perceptual

NEAR_GRAY = 5.0

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of one photo, or their means over many.

    Attributes:
        psnr: dB, over R, G and B.
        ssim: -1..1, 1 for the same picture.
        lpips: 0 for the same picture; AlexNet's.
        ciede2000: mean difference to the truth.
        colorfulness: of the result, 0 for gray.
        true_colorfulness: of the truth.
        colorfulness_error: their difference without its sign.
        near_gray: 0..1, share of the pixels with a chroma below 5.
        true_near_gray: the same of the truth.
        false_color: mean chroma of the result where the truth's chroma is below 5.
        mean_a: mean a* of the result less that of the truth.
        mean_b: mean b*, likewise.
    """

    psnr: float
    ssim: float
    lpips: float
    ciede2000: float
    colorfulness: float
    true_colorfulness: float
    colorfulness_error: float
    near_gray: float
    true_near_gray: float
    false_color: float
    mean_a: float
    mean_b: float

    @property
    def colorfulness_ratio(self) -> float:
        """Colorfulness of the result over that of the truth; 1 is as vivid as the truth."""
        return (
            self.colorfulness / self.true_colorfulness if self.true_colorfulness else float("nan")
        )


class Truth:
    """A photo in its true colors, against which results are measured.

    Args:
        pixels: (H, W, 3) uint8, sRGB.

    Attributes:
        pixels: the same.
        lab: (H, W, 3), L*a*b*.
        features: (256,), see `Perceptual.summary`.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.lab = srgb_to_lab(pixels)
        self._chroma = np.hypot(self.lab[..., 1], self.lab[..., 2])
        self._colorfulness = colorfulness(pixels)
        self._look = perceptual().look(pixels)
        self.features = perceptual().summary(self._look)

    def measure(self, result: Pixels) -> tuple[Measures, NDArray[np.float64]]:
        """Measure a result of the same size.

        Returns:
            Its measures; its (256,) features.
        """
        lab = srgb_to_lab(result)
        chroma = np.hypot(lab[..., 1], lab[..., 2])
        gray = self._chroma < NEAR_GRAY
        shift = (lab - self.lab).mean(axis=(0, 1))
        own_colorfulness = colorfulness(result)
        look = perceptual().look(result)
        measures = Measures(
            psnr=psnr(result, self.pixels),
            ssim=ssim(result, self.pixels),
            lpips=perceptual().distance(look, self._look),
            ciede2000=float(ciede2000(lab, self.lab).mean()),
            colorfulness=own_colorfulness,
            true_colorfulness=self._colorfulness,
            colorfulness_error=abs(own_colorfulness - self._colorfulness),
            near_gray=float((chroma < NEAR_GRAY).mean()),
            true_near_gray=float(gray.mean()),
            false_color=float(chroma[gray].mean()) if gray.any() else float("nan"),
            mean_a=float(shift[1]),
            mean_b=float(shift[2]),
        )
        return measures, perceptual().summary(look)


def mean_measures(many: Sequence[Measures]) -> Measures:
    """Means over photos; a measure that a photo does not have is left out of its mean."""
    columns = (np.array([getattr(one, name) for one in many]) for name in Measures.__slots__)
    there = (column[~np.isnan(column)] for column in columns)
    return Measures(*(float(values.mean()) if len(values) else float("nan") for values in there))


class Gathered:
    """Results over many photos, gathered for one row of a table."""

    def __init__(self) -> None:
        self._measures: list[Measures] = []
        self._features: list[NDArray[np.float64]] = []

    def add(self, result: Pixels, truth: Truth) -> None:
        """Measure one more result."""
        measures, features = truth.measure(result)
        self._measures.append(measures)
        self._features.append(features)

    def means(self) -> Measures:
        """Means of the measures."""
        return mean_measures(self._measures)

    def frechet(self, truths: Sequence[NDArray[np.float64]]) -> float:
        """Frechet distance of the results' features to the truths'; nan for a single photo."""
        if len(truths) < 2:
            return float("nan")
        return frechet_distance(np.stack(self._features), np.stack(list(truths)))


def psnr(result: Pixels, truth: Pixels) -> float:
    """Peak signal-to-noise ratio in dB over all channels of 8-bit pictures."""
    error = float(np.mean((result.astype(np.float64) - truth.astype(np.float64)) ** 2))
    return float(10 * np.log10(255**2 / max(error, 1e-10)))


def ssim(first: Pixels, second: Pixels) -> float:
    """Structural similarity, the mean over R, G and B.

    Source: Wang et al. 2004, formula 13, with its Gaussian window of 11 pixels and sigma 1.5.
    """
    x, y = first.astype(np.float64), second.astype(np.float64)
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x, var_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return float((luminance * (2 * both + c2) / (var_x + var_y + c2)).mean())


def _blurred(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float64)


def colorfulness(pixels: Pixels) -> float:
    """Colorfulness of a (H, W, 3) uint8 sRGB picture; about 15 is slight, 60 quite colorful.

    Source: Hasler and Suesstrunk 2003, "Measuring colourfulness in natural images", formula 3.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.float64), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = np.hypot(rg.std(), yb.std())
    return float(spread + 0.3 * np.hypot(rg.mean(), yb.mean()))
