"""Lightness + predicted color + edits -> the colored photo.

The photo's own lightness is kept exactly at full size; color is brought to it, adjusted, set to
the hints' colors on their spots, and lowered in chroma where the result's space cannot hold it.
Rows are worked out on demand, strip by strip: a photo may be saved that is nowhere in memory as a
whole.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.gamut import chroma_share_inside, encode_rows
from engine.color.rgb import SRGB_SPACE, RgbSpace
from engine.edits import Adjustments, Edits, Hint
from engine.i18n import N_, translate
from engine.in_order import cores, in_order
from engine.upsample import chroma_field, chroma_rows
from engine.values import AbPlanes, Depth, Lightness, Rendition

Plane = NDArray[np.float32]

# Measured from 1 << 14 to 1 << 20 on two cores: smaller ones cost more in Python than they gain in
# the cache.
STRIP_PIXELS = 1 << 19
# a* and b* at a temperature or tint of 100 and the lightness of white.
FULL_SHIFT = 20.0
# Beyond a hint's radius its color fades out over this share of the radius ...
FEATHER = 0.5
# ... and only where the lightness is that of the hinted spot, within about so many L*.
FEATHER_LIGHTNESS = 8.0


class Composition:
    """The colored photo, its rows worked out when they are asked for, by any thread.

    Args:
        lightness: of the photo, or of a smaller copy of it for a preview.
        planes: the predicted color.
        edits: hints and adjustments.
        depth: bits per channel of the result.
        space: of the result.
        borrowed: how many of the hints, the first ones, the user has not set; nothing is said of
            them.
    """

    def __init__(
        self,
        lightness: Lightness,
        planes: AbPlanes,
        edits: Edits,
        depth: Depth = 8,
        space: RgbSpace = SRGB_SPACE,
        borrowed: int = 0,
    ) -> None:
        self._lightness = lightness
        self._field = chroma_field(planes)
        self._edits = edits
        self.depth: Depth = depth
        self.space = space
        self._own_hints = edits.hints[borrowed:]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._lightness.size

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each hint whose color does not exist at the lightness of its spot."""
        return _warnings(self._lightness, self._own_hints, self.space)

    def rows(self, rows: slice) -> NDArray[np.generic]:
        """A strip of it: (rows, W, 3), uint8 or uint16."""
        L, ab = self.color(rows)
        strip = np.empty((*L.shape, 3), np.uint8 if self.depth == 8 else np.uint16)
        encode_rows(L, ab, self.space, strip)
        return strip

    def color(self, rows: slice) -> tuple[Plane, Plane]:
        """L*, (rows, W), and a* and b*, (2, rows, W), of a strip, before they are made to fit."""
        height = self.size[0]
        top, bottom, _ = rows.indices(height)
        L = self._lightness.rows(slice(top, bottom))
        ab = chroma_rows(self._field, L, top, height)
        for hint in self._edits.hints:
            _set_spot(hint, self._lightness, ab, top)
        _adjust(L, ab, self._edits.adjustments)
        return L, ab


def compose(
    lightness: Lightness,
    planes: AbPlanes,
    edits: Edits,
    depth: Depth = 8,
    cancel: CancelToken | None = None,
    progress: Callable[[float], None] | None = None,
) -> Rendition:
    """Lay the color over the photo, all of it at once, in sRGB.

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
    composition = Composition(lightness, planes, edits, depth)
    height, width = lightness.size
    pixels = np.empty((height, width, 3), np.uint8 if depth == 8 else np.uint16)

    def work(rows: slice) -> tuple[slice, int]:
        return rows, encode_rows(*composition.color(rows), composition.space, pixels[rows])

    total = 0
    # A preview is small, and awaited: it is cut so that every core has a share.
    step = min(rows_of_strip(width), -(-height // (2 * cores())))
    for rows, lowered in in_order(work, strips(height, width, cancel, step)):
        total += lowered
        if progress is not None:
            progress(rows.stop / height)
    share = total / (height * width)
    return Rendition(pixels, SRGB_SPACE, share, composition.warnings)


def strips(
    height: int, width: int, cancel: CancelToken | None = None, step: int = 0
) -> Iterator[slice]:
    """Slices of rows from top to bottom.

    Args:
        height: rows of the picture.
        width: pixels of a row.
        cancel: checked before each of them.
        step: rows of a strip; as composing likes it, if 0.

    Raises:
        Cancelled: on request, between strips.
    """
    step = step or rows_of_strip(width)
    for top in range(0, height, step):
        if cancel is not None:
            cancel.raise_if_set()
        yield slice(top, min(top + step, height))


def rows_of_strip(width: int) -> int:
    """How many rows of a picture so wide make a strip of the size that composing likes."""
    return max(1, STRIP_PIXELS // width)


def _adjust(L: Plane, ab: Plane, adjustments: Adjustments) -> None:
    """Saturation, temperature and tint, faded by the strength, in place."""
    if adjustments == Adjustments():
        return
    # A shift of the illuminant moves a* and b* in proportion to the cube root of luminance, that
    # is, to L* + 16 (CIELAB's formulas with X/Xn or Z/Zn multiplied by a constant).
    weight = (L + 16) * np.float32(FULL_SHIFT / 116 / 100)
    saturation, strength = np.float32(adjustments.saturation), np.float32(adjustments.strength)
    for plane, shift in zip(ab, (adjustments.tint, adjustments.temperature), strict=True):
        plane *= saturation
        plane += np.float32(shift) * weight
        plane *= strength


def _set_spot(hint: Hint, lightness: Lightness, ab: Plane, top: int) -> None:
    """Give the hint's spot exactly the hint's color, in place, within a strip of rows."""
    height, width = lightness.size
    radius = max(hint.radius * min(height, width), 0.5)
    reach = radius * (1 + FEATHER)
    center_x, center_y = hint.x * width, hint.y * height
    first = max(top, int(center_y - reach))
    last = min(top + ab.shape[1], int(center_y + reach) + 1)
    left, right = max(0, int(center_x - reach)), min(width, int(center_x + reach) + 1)
    if first >= last or left >= right:
        return
    y = np.arange(first, last, dtype=np.float32)[:, None] + np.float32(0.5 - center_y)
    x = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - center_x)
    distance = np.sqrt(x * x + y * y)
    spot = (slice(first - top, last - top), slice(left, right))
    L = lightness.rows(slice(first, last))[:, left:right]
    unlike = (L - _lightness_at(hint, lightness)) / FEATHER_LIGHTNESS
    fading = np.clip((reach - distance) / (reach - radius), 0, 1) * np.exp(-unlike * unlike)
    weight = np.where(distance <= radius, 1, fading).astype(np.float32)
    row, column = _pixel_of(hint, lightness)
    if first <= row < last and left <= column < right:
        weight[row - first, column - left] = 1  # the clicked pixel, however small the spot
    for plane, value in zip(ab, (hint.a, hint.b), strict=True):
        plane[spot] += weight * (np.float32(value) - plane[spot])


def _pixel_of(hint: Hint, lightness: Lightness) -> tuple[int, int]:
    """Row and column of the pixel a hint lies in."""
    height, width = lightness.size
    return min(int(hint.y * height), height - 1), min(int(hint.x * width), width - 1)


def _lightness_at(hint: Hint, lightness: Lightness) -> float:
    return lightness.at(*_pixel_of(hint, lightness))


def _warnings(lightness: Lightness, hints: Iterable[Hint], space: RgbSpace) -> tuple[str, ...]:
    warnings = []
    for number, hint in enumerate(hints, 1):
        L = _lightness_at(hint, lightness)
        share = chroma_share_inside(L, hint.a, hint.b, space)
        if share < 0.995:  # below what an eye or an 8-bit file can tell
            warnings.append(
                translate(_TOO_VIVID, number=number, lightness=round(L), share=round(100 * share))
            )
    return tuple(warnings)


_TOO_VIVID = N_(
    "The color of hint {number} does not exist at the lightness of its spot (L* {lightness}); "
    "its chroma was lowered to {share} %."
)
