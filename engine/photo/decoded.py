"""What every decoder hands over, or why it cannot."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.i18n import N_
from engine.values import Depth

Array = NDArray[np.generic]
# What is wanted of a photo: to be shown, or to be colored. The second takes a fraction of the
# memory, as L* of RGB pixels is measured while they pass by.
Keep = Literal["pixels", "lightness"]

# Enough for a sheet of 30 x 40 cm at 1,200 dpi; RGB of 16 bit takes 1.5 GB then in the window.
DEFAULT_MOST_PIXELS = 250_000_000

DAMAGED = N_("it is damaged")
TOO_EARLY = N_("it ends too early")
NO_MEMORY = N_("the memory is not enough for it")
TOO_LARGE = N_("it has more than {most} million pixels")
TOO_MANY_CHANNELS = N_("it has more channels than any photo")
UNSUPPORTED = N_("pictures of its kind are not supported")
HEIC = N_("HEIC pictures are not supported")
BIT_DEPTH = N_("it has a bit depth that is not supported")
COMPRESSION = N_("it is compressed in a way that is not supported")


class Undecodable(Exception):
    """The bytes give no picture.

    Attributes:
        reason: why, as half a sentence to be translated.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_most_pixels = DEFAULT_MOST_PIXELS
# Photoshop's files have up to 56; of more than five, the rest count as further pixels.
_MOST_CHANNELS, _USUAL_CHANNELS = 64, 5


def allow_pixels(count: int) -> None:
    """Set how many pixels a photo may have, for this process."""
    global _most_pixels
    _most_pixels = count


def allowed_pixels() -> int:
    """How many pixels a photo may have."""
    return _most_pixels


def check_pixels(width: int, height: int, channels: int = 3) -> None:
    """Refuse what is too large, with all its channels; called before decoding.

    Raises:
        Undecodable: it is, or has more channels than any photo.
    """
    if channels > _MOST_CHANNELS:
        raise Undecodable(TOO_MANY_CHANNELS)
    if width * height * -(-channels // _USUAL_CHANNELS) > _most_pixels:
        raise Undecodable(TOO_LARGE)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A picture as its file has it.

    Attributes:
        pixels: (H, W, 1 or 3), uint8 or uint16, as stored: perhaps lying or mirrored. None of RGB
            where only the lightness was wanted.
        alpha: (H, W), uint8 or uint16, or None.
        orientation: how to put it upright, 1..8 as in EXIF.
        icc: the profile if it is usable.
        blocks: metadata by libvips name.
        pixels_per_mm: horizontal and vertical resolution as stored, or None.
        notices: sentences to be translated.
        L: (H, W) float32, L* where it was measured instead of keeping the pixels.
        depth: bits per channel of the pixels that L* was measured of.
        sample: (h, w, 3) codes, every k-th pixel of both axes of RGB; None of gray, or where all
            pixels are there.
    """

    pixels: Array | None
    alpha: Array | None
    orientation: int = 1
    icc: bytes | None = None
    blocks: dict[str, bytes] | None = None
    pixels_per_mm: tuple[float, float] | None = None
    notices: tuple[str, ...] = ()
    L: NDArray[np.float32] | None = None
    depth: Depth = 8
    sample: Array | None = None
