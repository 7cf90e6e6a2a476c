"""Painting what of a picture is visible, and no more of it."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from gui.images import Picture
from gui.views.transform import Transform

# Above this scale pixels are shown as they are.
BLOCKY_ABOVE = 2.0


def draw_picture(painter: QPainter, picture: Picture, transform: Transform, room: QRectF) -> None:
    """Paint a picture into a part of the view.

    Args:
        painter: of the view, in logical pixels.
        picture: the photo or a preview of it; its smallest sufficient level is used.
        transform: where the photo lies.
        room: the part of the view, in logical pixels.
    """
    if room.isEmpty():
        return
    ratio = painter.device().devicePixelRatioF()
    level = picture.level_for(transform.scale)
    # Screen pixels per pixel of the level.
    across, down = transform.scale * level.across, transform.scale * level.down
    left, top = transform.sharp_origin
    source = _visible(
        level.image, room, (ratio / across, ratio / down), (-left / across, -top / down)
    )
    if source.isEmpty():
        return
    target = QRectF(
        left + source.x() * across, top + source.y() * down,
        source.width() * across, source.height() * down,
    )  # fmt: skip
    painter.save()
    painter.setClipRect(room)
    painter.scale(1 / ratio, 1 / ratio)
    # A preview is no photo: its pixels are never shown as such.
    blocky = level.across == 1 and transform.scale > BLOCKY_ABOVE
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not blocky)
    painter.drawImage(target, level.image, source)
    painter.restore()


def in_middle(image: QImage, room: QSize, ratio: float) -> QPixmap:
    """A picture made small, in the middle of a room of its own, so that thumbnails stand in line.

    Args:
        image: the picture.
        room: width and height, in logical pixels.
        ratio: screen pixels per logical pixel.
    """
    small = image.scaled(
        room * ratio,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap = QPixmap(room * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    left = pixmap.size() - small.size()
    painter.drawImage(left.width() // 2, left.height() // 2, small)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _visible(
    image: QImage, room: QRectF, scale: tuple[float, float], offset: tuple[float, float]
) -> QRectF:
    """The whole pixels of an image that lie in a part of the view, and one more around them.

    Args:
        image: of a level.
        room: the part of the view, in logical pixels.
        scale: image pixels per logical pixel, across and down.
        offset: where the view's corner lies in the image.
    """
    left = max(0, math.floor(room.left() * scale[0] + offset[0]) - 1)
    top = max(0, math.floor(room.top() * scale[1] + offset[1]) - 1)
    right = min(image.width(), math.ceil(room.right() * scale[0] + offset[0]) + 1)
    bottom = min(image.height(), math.ceil(room.bottom() * scale[1] + offset[1]) + 1)
    return QRectF(left, top, max(0, right - left), max(0, bottom - top))
