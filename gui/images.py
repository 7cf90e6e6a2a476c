"""Read-only arrays as pictures for the screen, made on the worker thread.

All is done in strips and, where NumPy can, by NumPy: PySide6 holds Python's lock for as long as a
call to Qt takes, and a call on a whole scan would let the window stand still.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColorSpace, QImage

from engine import CancelToken

Bytes = NDArray[np.uint8]

# Levels end when the longer side is this small.
SMALLEST_SIDE = 1024
STRIP_PIXELS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A picture at one size.

    Attributes:
        image: its pixels, in `kept`.
        across: photo pixels per pixel, from left to right.
        down: from top to bottom.
        kept: the memory of the image, which Qt does not keep alive.
    """

    image: QImage
    across: float
    down: float
    kept: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture with smaller copies, so that painting never scales down by more than half.

    Attributes:
        size: width and height of the photo in pixels, which a preview also stands for.
        levels: the picture, its half, its quarter and so on.
    """

    size: tuple[int, int]
    levels: tuple[Level, ...]

    def level_for(self, scale: float) -> Level:
        """The smallest level that is not enlarged, or the largest if all are.

        Args:
            scale: screen pixels per photo pixel.
        """
        fitting = [level for level in self.levels if level.across * scale <= 1]
        return fitting[-1] if fitting else self.levels[0]


def picture_of(
    pixels: NDArray[np.generic],
    photo_size: tuple[int, int],
    icc: bytes | None = None,
    cancel: CancelToken | None = None,
) -> Picture:
    """Make a picture of pixels.

    Args:
        pixels: (H, W, 1 or 3), uint8 or uint16, encoded, read-only. The memory of 8-bit ones is
            used as it is, if they are sRGB.
        photo_size: width and height of the photo that they show.
        icc: their profile; sRGB if None or if Qt cannot use it.
        cancel: checked between strips.

    Raises:
        Cancelled: on request.
    """
    shown = _in_srgb(_eight_bit(pixels, cancel), icc, cancel)
    across, down = photo_size[0] / shown.shape[1], photo_size[1] / shown.shape[0]
    levels = [_level(shown, across, down)]
    while max(shown.shape) > SMALLEST_SIDE and min(shown.shape[:2]) > 1:
        shown = _half(shown, cancel)
        across, down = 2 * across, 2 * down
        levels.append(_level(shown, across, down))
    return Picture(photo_size, tuple(levels))


def _eight_bit(pixels: NDArray[np.generic], cancel: CancelToken | None) -> Bytes:
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels, np.uint8)
    result = np.empty(pixels.shape, np.uint8)
    for rows in _strips(pixels.shape, cancel):
        # 257 * 255 = 65535: the high byte alone would be too dark by up to one step.
        result[rows] = (pixels[rows].astype(np.uint32) + 128) // 257
    return result


def _in_srgb(pixels: Bytes, icc: bytes | None, cancel: CancelToken | None) -> Bytes:
    """The pixels converted from their profile to sRGB, which screens are taken for."""
    space = QColorSpace.fromIccProfile(icc) if icc is not None else QColorSpace()
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if not space.isValid() or space == srgb:
        return pixels
    result = np.empty((*pixels.shape[:2], 3), np.uint8)
    for rows in _strips(pixels.shape, cancel):
        strip = _image(pixels[rows])
        strip.setColorSpace(space)
        strip.convertToColorSpace(srgb, QImage.Format.Format_RGB888)
        if strip.isNull() or strip.format() != QImage.Format.Format_RGB888:
            return pixels
        lines = np.frombuffer(strip.constBits(), np.uint8).reshape(strip.height(), -1)
        result[rows] = lines[:, : 3 * strip.width()].reshape(result[rows].shape)
    return result


def _half(pixels: Bytes, cancel: CancelToken | None) -> Bytes:
    """Each pixel the mean of four; an odd last row or column is left out."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    channels = pixels.shape[2]
    # Of the formats with color, Qt paints those with four bytes several times faster.
    result = np.full((height, width, 1 if channels == 1 else 4), 255, np.uint8)
    for rows in _strips(result.shape, cancel):
        strip = pixels[2 * rows.start : 2 * rows.stop, : 2 * width].astype(np.uint16)
        total = strip[0::2, 0::2] + strip[1::2, 0::2] + strip[0::2, 1::2] + strip[1::2, 1::2]
        mean = ((total + 2) >> 2).astype(np.uint8)
        # Qt's RGB32 lies in memory as B, G, R, unused.
        result[rows, :, :3] = mean[..., ::-1] if channels == 3 else mean[..., :3]
    return result


def _level(pixels: Bytes, across: float, down: float) -> Level:
    pixels.setflags(write=False)
    return Level(_image(pixels), across, down, pixels)


def _image(pixels: Bytes) -> QImage:
    """A QImage over the array's own memory."""
    height, width, channels = pixels.shape
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGB32,
    }
    return QImage(pixels.data, width, height, width * channels, formats[channels])


def _strips(shape: tuple[int, ...], cancel: CancelToken | None) -> Iterator[slice]:
    """Slices of rows; cancelling ends them with `Cancelled`."""
    step = max(1, STRIP_PIXELS // max(1, shape[1]))
    for top in range(0, shape[0], step):
        if cancel is not None:
            cancel.raise_if_set()
        yield slice(top, min(top + step, shape[0]))
