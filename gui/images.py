"""Read-only arrays as pictures for the screen, made on the worker thread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColorSpace, QImage

from engine import CancelToken

# Levels end when the longer side is this small.
SMALLEST_SIDE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture with smaller copies, so that painting never scales down more than by half.

    Attributes:
        size: width and height of the photo in pixels, which a preview also stands for.
        levels: the picture, its half, its quarter and so on; all cover the whole photo.
        kept: the arrays whose memory the levels use.
    """

    size: tuple[int, int]
    levels: tuple[QImage, ...]
    kept: tuple[NDArray[np.generic], ...] = ()

    def level_for(self, scale: float) -> QImage:
        """The smallest level that is not enlarged.

        Args:
            scale: screen pixels per photo pixel.
        """
        wanted = self.size[0] * scale
        fitting = [level for level in self.levels if level.width() >= wanted]
        return fitting[-1] if fitting else self.levels[0]


def picture_of(
    pixels: NDArray[np.generic],
    photo_size: tuple[int, int],
    icc: bytes | None = None,
    cancel: CancelToken | None = None,
) -> Picture:
    """Make a picture of pixels.

    Args:
        pixels: (H, W, 1 or 3), uint8 or uint16, encoded; read-only if 8 bit, since their memory
            is used where it can be.
        photo_size: width and height of the photo that they show.
        icc: their profile; sRGB if None or if Qt cannot use it.
        cancel: checked between levels.

    Raises:
        Cancelled: on request.
    """
    shown = np.ascontiguousarray(_eight_bit(pixels))
    image = _in_srgb(_wrapped(shown), icc)
    levels = [image]
    while max(levels[-1].width(), levels[-1].height()) > 2 * SMALLEST_SIDE:
        if cancel is not None:
            cancel.raise_if_set()
        levels.append(_half(levels[-1]))
    return Picture(photo_size, tuple(levels), (shown,))


def _eight_bit(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.view(np.uint8)
    # 257 * 255 = 65535: the high byte alone would be too dark by up to one step.
    result = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), 256):
        strip = pixels[top : top + 256].astype(np.uint32)
        result[top : top + 256] = (strip + 128) // 257
    return result


def _wrapped(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage over the array's own memory."""
    height, width, channels = pixels.shape
    gray, color = QImage.Format.Format_Grayscale8, QImage.Format.Format_RGB888
    image_format = gray if channels == 1 else color
    return QImage(pixels.data, width, height, width * channels, image_format)


def _in_srgb(image: QImage, icc: bytes | None) -> QImage:
    """The image converted from its profile to sRGB, which screens are taken for."""
    if icc is None:
        return image
    space = QColorSpace.fromIccProfile(icc)
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if not space.isValid() or space == srgb:
        return image
    tagged = image.copy()  # setting a color space on borrowed memory would copy it as well
    tagged.setColorSpace(space)
    converted = tagged.convertedToColorSpace(srgb, QImage.Format.Format_RGB888)
    return image if converted.isNull() else converted


def _half(image: QImage) -> QImage:
    """Half the size, in the format that is painted fastest."""
    half = image.scaled(
        max(1, (image.width() + 1) // 2),
        max(1, (image.height() + 1) // 2),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return half.convertToFormat(QImage.Format.Format_RGB32)
