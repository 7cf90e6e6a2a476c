"""What is painted over the picture: the divider with its handle, and the badges."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

# Lengths in logical pixels.
HANDLE_RADIUS = 17.0
BADGE_GAP = 12.0

_WHITE = QColor(255, 255, 255, 235)
_SHADE = QColor(0, 0, 0, 90)
_BADGE = QColor(20, 20, 20, 175)


def handle_center(x: float, view: QRectF) -> QPointF:
    """Where the handle of a divider at x is: on the line, but wholly inside the view."""
    room = HANDLE_RADIUS + 3
    inside = max(view.left() + room, min(x, view.right() - room))
    return QPointF(inside, view.center().y())


def draw_divider(painter: QPainter, x: float, view: QRectF, *, active: bool) -> None:
    """A full-height line with a two-arrow handle, readable on light and dark pictures.

    Args:
        painter: in logical pixels.
        x: where the line is.
        view: all that can be painted on.
        active: whether it is being dragged or pointed at.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillRect(QRectF(x - 2, view.top(), 4, view.height()), _SHADE)
    painter.fillRect(QRectF(x - 1, view.top(), 2, view.height()), _WHITE)
    center = handle_center(x, view)
    painter.setPen(QPen(_WHITE, 2))
    painter.setBrush(QColor(20, 20, 20, 215 if active else 165))
    painter.drawEllipse(center, HANDLE_RADIUS, HANDLE_RADIUS)
    solid, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(_WHITE, 2, solid, cap, join))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        arrow = QPainterPath(center + QPointF(side * 4.5, -5))
        arrow.lineTo(center + QPointF(side * 9.5, 0))
        arrow.lineTo(center + QPointF(side * 4.5, 5))
        painter.drawPath(arrow)


def draw_badge(painter: QPainter, text: str, room: QRectF, *, at_right: bool) -> None:
    """A badge in an upper corner of the room, if it fits in there.

    Args:
        painter: in logical pixels.
        text: what it says.
        room: the visible part of the picture on its side of the divider.
        at_right: whether it goes to the right corner.
    """
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.Medium)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 18
    height = metrics.height() + 8
    if room.width() < width + 2 * BADGE_GAP or room.height() < height + 2 * BADGE_GAP:
        return
    left = room.right() - BADGE_GAP - width if at_right else room.left() + BADGE_GAP
    box = QRectF(left, room.top() + BADGE_GAP, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BADGE)
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(_WHITE)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
