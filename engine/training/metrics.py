"""Measures of a colored photo against its truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.color.difference import ciede2000
from engine.color.lab import srgb_to_lab

NEAR_GRAY = 5.0

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of one photo, or their means over many.

    Attributes:
        psnr: dB, over R, G and B.
        ciede2000: mean difference to the truth.
        colorfulness: of the result, 0 for gray.
        true_colorfulness: of the truth.
        near_gray: 0..1, share of the pixels with a chroma below 5.
        true_near_gray: the same of the truth.
        false_color: mean chroma of the result where the truth's chroma is below 5.
        mean_a: mean a* of the result less that of the truth.
        mean_b: mean b*, likewise.
    """

    psnr: float
    ciede2000: float
    colorfulness: float
    true_colorfulness: float
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


def measure(result: Pixels, truth: Pixels) -> Measures:
    """Measure one result; both (H, W, 3) uint8 sRGB."""
    lab, true_lab = srgb_to_lab(result), srgb_to_lab(truth)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    true_chroma = np.hypot(true_lab[..., 1], true_lab[..., 2])
    gray = true_chroma < NEAR_GRAY
    shift = (lab - true_lab).mean(axis=(0, 1))
    return Measures(
        psnr=psnr(result, truth),
        ciede2000=float(ciede2000(lab, true_lab).mean()),
        colorfulness=colorfulness(result),
        true_colorfulness=colorfulness(truth),
        near_gray=float((chroma < NEAR_GRAY).mean()),
        true_near_gray=float(gray.mean()),
        false_color=float(chroma[gray].mean()) if gray.any() else float("nan"),
        mean_a=float(shift[1]),
        mean_b=float(shift[2]),
    )


def mean_measures(many: list[Measures]) -> Measures:
    """Means over photos; a measure that a photo does not have is left out of its mean."""
    names = Measures.__slots__
    return Measures(*(float(np.nanmean([getattr(one, name) for one in many])) for name in names))


def psnr(result: Pixels, truth: Pixels) -> float:
    """Peak signal-to-noise ratio in dB over all channels of 8-bit pictures."""
    error = float(np.mean((result.astype(np.float64) - truth.astype(np.float64)) ** 2))
    return float(10 * np.log10(255**2 / max(error, 1e-10)))


def colorfulness(pixels: Pixels) -> float:
    """Colorfulness of a (H, W, 3) uint8 sRGB picture; about 15 is slight, 60 quite colorful.

    Source: Hasler and Suesstrunk 2003, "Measuring colourfulness in natural images", formula 3.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.float64), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = np.hypot(rg.std(), yb.std())
    return float(spread + 0.3 * np.hypot(rg.mean(), yb.mean()))
