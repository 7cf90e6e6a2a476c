"""Small pictures of photos that are not open, where they are quickly made."""

from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.photo import libvips
from engine.photo.formats import SIGNATURE_BYTES, format_of

# JPEG is decoded at an eighth of its size; the others as a whole, so they must be small enough to
# hold nobody up. Of 24 megapixels a JPEG takes 0.05 s on two cores, a PNG 0.3 s.
_QUALITY = 72
_MOST_PIXELS = {"jpeg": 250_000_000, "png": 25_000_000, "webp": 25_000_000, "gif": 25_000_000,
                "tiff": 25_000_000}  # fmt: skip


def thumbnail_of(path: Path, side: int) -> NDArray[np.uint8] | None:
    """A small picture of a photo, upright, for the screen.

    Args:
        path: the photo.
        side: the most pixels that its longer side may have.

    Returns:
        (h, w, 3) uint8, sRGB; None where it takes too long or cannot be made, of which nothing is
        said: whoever opens the photo will be told.
    """
    try:
        with path.open("rb") as file:
            file_format = format_of(file.read(SIGNATURE_BYTES)) or ""
        most = _MOST_PIXELS.get(file_format)
        if most is None:
            return None
        with libvips.own_errors():
            whole = pyvips.Image.new_from_file(str(path), access="sequential")
            if whole.width * whole.height * max(1, whole.bands // 3) > most:
                return None
            small = pyvips.Image.thumbnail(
                str(path), side, height=side, size="down", output_profile="srgb"
            )
            return _in_rgb(small)
    except (OSError, ValueError, pyvips.Error):
        return None


def as_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A small picture, (h, w, 3), as a JPEG file."""
    height, width = pixels.shape[:2]
    image = pyvips.Image.new_from_memory(pixels.tobytes(), width, height, 3, "uchar")
    with libvips.own_errors():
        data: bytes = image.copy(interpretation="srgb").jpegsave_buffer(Q=_QUALITY, keep="none")
    return data


def _in_rgb(image: pyvips.Image) -> NDArray[np.uint8]:
    if image.hasalpha():
        image = image.flatten(background=255)
    codes = np.asarray(image.colourspace("srgb").cast("uchar").numpy(), np.uint8)
    return np.ascontiguousarray(codes[..., :3])
