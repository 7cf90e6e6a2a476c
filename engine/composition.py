"""Lightness + predicted color + edits -> the colored photo.

The photo's own lightness is kept exactly at full size; color is brought to it, adjusted, set to
the hints' colors on their spots, and lowered in chroma where sRGB cannot hold it. Works in strips
of rows, so memory beyond input and output stays small.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.gamut import chroma_share_inside, fit_into_srgb
from engine.color.lab import encode_srgb
from engine.edits import Adjustments, Edits, Hint
from engine.i18n import N_, translate
from engine.upsample import chroma_field, chroma_rows
from engine.values import AbPlanes, Depth, Lightness, Rendition

Plane = NDArray[np.float32]

STRIP_PIXELS = 1 << 20
# a* and b* at a temperature or tint of 100 and the lightness of white.
FULL_SHIFT = 20.0
# Beyond a hint's radius its color fades out over this share of the radius ...
FEATHER = 0.5
# ... and only where the lightness is that of the hinted spot, within about so many L*.
FEATHER_LIGHTNESS = 8.0


def compose(
    lightness: Lightness,
    planes: AbPlanes,
    edits: Edits,
    depth: Depth = 8,
    cancel: CancelToken | None = None,
    progress: Callable[[float], None] | None = None,
) -> Rendition:
    """Lay the color over the photo.

    Args:
        lightness: of the photo, or of a smaller copy of it for a preview.
        planes: the predicted color.
        edits: hints and adjustments.
        depth: bits per channel of the result.
        cancel: checked between strips.
        progress: told the share of the rows done, 0..1.

    Raises:
        Cancelled: on request.
    """
    height, width = lightness.size
    top_code = 2**depth - 1
    pixels = np.empty((height, width, 3), np.uint8 if depth == 8 else np.uint16)
    field = chroma_field(planes)
    rows = max(1, STRIP_PIXELS // width)
    reduced = 0
    for top in range(0, height, rows):
        if cancel is not None:
            cancel.raise_if_set()
        L = lightness.L[top : top + rows]
        a, b = chroma_rows(field, L, top, height)
        for hint in edits.hints:
            _set_spot(hint, lightness, a, b, top)
        a, b = _adjusted(L, a, b, edits.adjustments)
        linear, outside = fit_into_srgb(L, a, b)
        reduced += int(outside.sum())
        pixels[top : top + rows] = np.rint(encode_srgb(linear) * np.float32(top_code))
        if progress is not None:
            progress(min(1.0, (top + rows) / height))
    return Rendition(pixels, reduced / (height * width), _warnings(lightness, edits))


def _adjusted(L: Plane, a: Plane, b: Plane, adjustments: Adjustments) -> tuple[Plane, Plane]:
    """Color after saturation, temperature and tint, faded by the strength."""
    # A shift of the illuminant moves a* and b* in proportion to the cube root of luminance, that
    # is, to L* + 16 (CIELAB's formulas with X/Xn or Z/Zn multiplied by a constant).
    weight = (L + 16) * np.float32(FULL_SHIFT / 116 / 100)
    saturation, strength = np.float32(adjustments.saturation), np.float32(adjustments.strength)
    a = strength * (saturation * a + np.float32(adjustments.tint) * weight)
    b = strength * (saturation * b + np.float32(adjustments.temperature) * weight)
    return a, b


def _set_spot(hint: Hint, lightness: Lightness, a: Plane, b: Plane, top: int) -> None:
    """Give the hint's spot exactly the hint's color, in place, within a strip of rows."""
    height, width = lightness.size
    radius = max(hint.radius * min(height, width), 0.5)
    reach = radius * (1 + FEATHER)
    center_x, center_y = hint.x * width, hint.y * height
    first = max(top, int(center_y - reach))
    last = min(top + len(a), int(center_y + reach) + 1)
    left, right = max(0, int(center_x - reach)), min(width, int(center_x + reach) + 1)
    if first >= last or left >= right:
        return
    y = np.arange(first, last, dtype=np.float32)[:, None] + np.float32(0.5 - center_y)
    x = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - center_x)
    distance = np.sqrt(x * x + y * y)
    spot = (slice(first - top, last - top), slice(left, right))
    unlike = (
        lightness.L[first:last, left:right] - _lightness_at(hint, lightness)
    ) / FEATHER_LIGHTNESS
    fading = np.clip((reach - distance) / (reach - radius), 0, 1) * np.exp(-unlike * unlike)
    weight = np.where(distance <= radius, 1, fading).astype(np.float32)
    row, column = _pixel_of(hint, lightness)
    if first <= row < last and left <= column < right:
        weight[row - first, column - left] = 1  # the clicked pixel, however small the spot
    a[spot] += weight * (np.float32(hint.a) - a[spot])
    b[spot] += weight * (np.float32(hint.b) - b[spot])


def _pixel_of(hint: Hint, lightness: Lightness) -> tuple[int, int]:
    """Row and column of the pixel a hint lies in."""
    height, width = lightness.size
    return min(int(hint.y * height), height - 1), min(int(hint.x * width), width - 1)


def _lightness_at(hint: Hint, lightness: Lightness) -> float:
    return float(lightness.L[_pixel_of(hint, lightness)])


def _warnings(lightness: Lightness, edits: Edits) -> tuple[str, ...]:
    """A sentence for each hint whose color does not exist at the lightness of its spot."""
    warnings = []
    for number, hint in enumerate(edits.hints, 1):
        L = _lightness_at(hint, lightness)
        share = chroma_share_inside(L, hint.a, hint.b)
        if share < 0.995:  # below what an eye or an 8-bit file can tell
            warnings.append(
                translate(_TOO_VIVID, number=number, lightness=round(L), share=round(100 * share))
            )
    return tuple(warnings)


_TOO_VIVID = N_(
    "The color of hint {number} does not exist at the lightness of its spot (L* {lightness}); "
    "its chroma was lowered to {share} %."
)
