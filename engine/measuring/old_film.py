"""Another simulation of old film than the one the network was trained with.

It measures whether what was learned from `ageing` holds for old photos in general. Glow around
lights, a densitometric curve, grain that depends on the exposure and stains are not in training at
all; the emulsions' sensitivities and the size of the grain lie outside of what training draws.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import lightness_of_luminance, linearize

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Film:
    """An emulsion and what became of the print.

    Attributes:
        red, green, blue: its sensitivity to linear sRGB.
        contrast: slope of its curve over log exposure.
        fog: density of what was not exposed, as a share of white's luminance.
        glow: share of the light scattered around bright places.
        grain: standard deviation of the grain in the middle tones, L*.
        stain: how much stains darken the print, L*.
    """

    red: float
    green: float
    blue: float
    contrast: float
    fog: float
    glow: float
    grain: float
    stain: float


# Standard deviation of the blur that makes the grain, pixels.
GRAIN_SIZE = 1.3

# A wet plate, blind to all but blue; an orthochromatic plate behind a yellow filter; a panchromatic
# film; one behind an orange filter.
FILMS = (
    Film(red=0.00, green=0.12, blue=0.88, contrast=1.5, fog=0.020, glow=0.05, grain=3.0, stain=6.0),
    Film(red=0.03, green=0.90, blue=0.07, contrast=0.8, fog=0.060, glow=0.20, grain=4.0, stain=3.0),
    Film(red=0.35, green=0.40, blue=0.25, contrast=1.2, fog=0.010, glow=0.10, grain=5.0, stain=0.0),
    Film(red=0.55, green=0.35, blue=0.10, contrast=1.0, fog=0.040, glow=0.00, grain=2.0, stain=9.0),
)


def on_old_film(rgb: NDArray[np.uint8], number: int) -> Plane:
    """Lightness of a photo as one of the films would have it.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        number: chooses the film, and is the seed of grain and stains.

    Returns:
        (H, W) float32, L* 0..100.
    """
    film = FILMS[number % len(FILMS)]
    chance = np.random.default_rng((number, 77))
    light = linearize(rgb) @ np.array([film.red, film.green, film.blue], np.float32)
    short = min(light.shape)
    halo = cv2.GaussianBlur(light, (0, 0), max(1.0, short / 25))
    light = (1 - film.glow) * light + film.glow * halo
    # A logistic curve over log exposure has a toe and a shoulder as film has; 0.18 is the middle.
    exposure = np.log(np.clip(light, 1e-4, None) / 0.18) * film.contrast
    Y = 1 / (1 + np.exp(-exposure - np.log(0.18 / 0.82)))
    Y = film.fog + (1 - film.fog) * Y
    L = lightness_of_luminance(np.asarray(Y, np.float32))
    grain = cv2.GaussianBlur(chance.standard_normal(L.shape, dtype=np.float32), (0, 0), GRAIN_SIZE)
    strength = film.grain * np.sqrt(np.clip(L * (100 - L), 0, None)) / 50
    L = L + strength * grain / (grain.std() + 1e-6)
    coarse = chance.standard_normal((5, 7), dtype=np.float32)
    stain = cv2.resize(coarse, L.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(L - film.stain * np.clip(stain, 0, None), 0, 100), np.float32)
