"""Makes the lightness of a color photo look like that of an old black-and-white print.

The network then learns old film; the color it is asked for is always that of the photo as it was.
Each effect is drawn at random, so that a photo is seen fresh as often as it is seen old.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import lightness_of_luminance, linearize

Plane = NDArray[np.float32]

# Standard deviation of the blur that makes grain coarse, pixels.
COARSEST_GRAIN = 1.0


def aged_lightness(rgb: NDArray[np.uint8], rng: np.random.Generator, amount: float) -> Plane:
    """Lightness of a photo as old film and time would have left it.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        rng: where chance comes from.
        amount: 0..1, the probability of each effect relative to the full one; 0 gives exact L*.

    Returns:
        (H, W) float32, L* 0..100.
    """
    Y = _film_luminance(linearize(rgb), rng, amount)
    L = lightness_of_luminance(Y).astype(np.float32)
    for effect, probability in _EFFECTS:
        if rng.random() < probability * amount:
            L = effect(L, rng)
    return np.clip(L, 0, 100).astype(np.float32)


def framed(rgb: NDArray[np.uint8], rng: np.random.Generator, amount: float) -> NDArray[np.uint8]:
    """A photo with, perhaps, the border of a print or of a scanner's lid.

    Apart from the other effects, since a border is gray in truth too: it shall be left so.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        rng: where chance comes from.
        amount: 0..1, as for `aged_lightness`.

    Returns:
        A new picture of the same size, or the same one.
    """
    if rng.random() >= 0.15 * amount:
        return rgb
    h, w = rgb.shape[:2]
    result = rgb.copy()
    shade = int(rng.uniform(200, 256) if rng.random() < 0.6 else rng.uniform(0, 40))
    top, bottom, left, right = (rng.uniform(0, 0.1, 4) * min(h, w)).astype(int)
    result[:top] = shade
    result[h - bottom :] = shade
    result[:, :left] = shade
    result[:, w - right :] = shade
    return result


def _film_luminance(linear: Plane, rng: np.random.Generator, amount: float) -> Plane:
    """Luminance as an emulsion saw it: early film was blind to red, later film saw all colors."""
    return linear @ film_sensitivity(rng, amount).astype(np.float32)


def film_sensitivity(rng: np.random.Generator, amount: float) -> NDArray[np.float64]:
    """(3,) sensitivity to linear red, green and blue, adding up to 1."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    if rng.random() < 0.5 * amount:
        blind = np.array([rng.uniform(0, 0.15), rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8)])
        weights = weights + rng.uniform(0.2, 1.0) * (blind - weights)
        weights /= weights.sum()
    return weights


def _tone_curve(L: Plane, rng: np.random.Generator) -> Plane:
    """A film's contrast: gamma and an S-curve."""
    x = np.clip(L / 100, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.25)))
    s = np.float32(rng.uniform(-0.3, 0.5))
    return np.asarray(100 * (x + s * (x * x * (3 - 2 * x) - x)), np.float32)


def _fading(L: Plane, rng: np.random.Generator) -> Plane:
    """A print whose blacks turned gray and whose whites turned dim."""
    black, white = rng.uniform(0, 28), rng.uniform(72, 100)
    return np.asarray(black + L * ((white - black) / 100), np.float32)


def _vignetting(L: Plane, rng: np.random.Generator) -> Plane:
    """Corners darker than the middle, or bleached."""
    h, w = L.shape
    y = np.linspace(-1, 1, h, dtype=np.float32)[:, None] - rng.uniform(-0.2, 0.2)
    x = np.linspace(-1, 1, w, dtype=np.float32)[None] - rng.uniform(-0.2, 0.2)
    fall = np.clip(x * x + y * y - 0.5, 0, None)
    return np.asarray(L - rng.uniform(-8, 22) * fall, np.float32)


def _blur(L: Plane, rng: np.random.Generator) -> Plane:
    """A soft lens."""
    return np.asarray(cv2.GaussianBlur(L, (0, 0), rng.uniform(0.4, 1.8)), np.float32)


def _grain(L: Plane, rng: np.random.Generator) -> Plane:
    """Grain of random size."""
    noise = rng.standard_normal(L.shape, dtype=np.float32)
    size = rng.uniform(0, COARSEST_GRAIN)
    if size > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), size), np.float32)
        noise /= noise.std() + 1e-6
    return np.asarray(L + noise * rng.uniform(0.5, 6), np.float32)


def _scratches(L: Plane, rng: np.random.Generator) -> Plane:
    """Lines and specks, bright or dark."""
    h, w = L.shape
    L = L.copy()
    for _ in range(int(rng.integers(1, 8))):
        start = (int(rng.integers(w)), int(rng.integers(h)))
        lean = rng.normal(0, 0.1) if rng.random() < 0.7 else rng.normal(0, 3)
        reach = int(rng.integers(4, max(h, 8)))
        end = (int(start[0] + lean * reach), start[1] + reach)
        cv2.line(L, start, end, float(rng.choice([rng.uniform(75, 100), rng.uniform(0, 25)])), 1)
    for _ in range(int(rng.integers(0, 20))):
        spot = (int(rng.integers(w)), int(rng.integers(h)))
        cv2.circle(L, spot, int(rng.integers(1, 3)), float(rng.uniform(0, 100)), -1)
    return L


def _jpeg(L: Plane, rng: np.random.Generator) -> Plane:
    """Compression of the scan."""
    # The codec works on encoded values; L* is close enough to them for its artifacts.
    code = np.clip(L * 2.55, 0, 255).astype(np.uint8)
    ok, data = cv2.imencode(".jpg", code, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    if not ok:
        return L
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(2.55)


# In the order in which they happen to a photo: lens, film, print, time, scan.
_EFFECTS = (
    (_blur, 0.3),
    (_vignetting, 0.25),
    (_grain, 0.4),
    (_tone_curve, 0.6),
    (_fading, 0.35),
    (_scratches, 0.15),
    (_jpeg, 0.3),
)
