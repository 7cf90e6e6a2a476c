"""What is painted over the picture: the divider with its handle, and the badges."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from gui.scales import BADGE, MEDIUM, SMALL, TINY

# Lengths in logical pixels.
HANDLE_RADIUS = 17.0
BADGE_GAP = float(MEDIUM)

_WHITE = QColor(255, 255, 255, 235)
_SHADE = QColor(0, 0, 0, 90)
_BADGE = QColor(20, 20, 20, 175)


def handle_center(place: float, view: QRectF, *, upright: bool = True) -> QPointF:
    """Where the handle of a divider is: on the line, but wholly inside the view."""
    room = HANDLE_RADIUS + 3
    low, high = (view.left(), view.right()) if upright else (view.top(), view.bottom())
    inside = max(low + room, min(place, high - room))
    return QPointF(inside, view.center().y()) if upright else QPointF(view.center().x(), inside)


def draw_divider(
    painter: QPainter, place: float, view: QRectF, *, active: bool, upright: bool = True
) -> None:
    """A line through the view with a two-arrow handle, readable on light and dark pictures.

    Args:
        painter: in logical pixels.
        place: where the line is, across the view.
        view: all that can be painted on.
        active: whether it is being dragged or pointed at.
        upright: whether it stands; else it lies.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for half, color in ((2, _SHADE), (1, _WHITE)):
        line = QRectF(place - half, view.top(), 2 * half, view.height())
        if not upright:
            line = QRectF(view.left(), place - half, view.width(), 2 * half)
        painter.fillRect(line, color)
    center = handle_center(place, view, upright=upright)
    painter.setPen(QPen(_WHITE, 2))
    painter.setBrush(QColor(20, 20, 20, 215 if active else 165))
    painter.drawEllipse(center, HANDLE_RADIUS, HANDLE_RADIUS)
    solid, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(_WHITE, 2, solid, cap, join))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        points = [QPointF(side * 4.5, -5), QPointF(side * 9.5, 0), QPointF(side * 4.5, 5)]
        first, tip, last = (center + (point if upright else point.transposed()) for point in points)
        arrow = QPainterPath(first)
        arrow.lineTo(tip)
        arrow.lineTo(last)
        painter.drawPath(arrow)


def draw_badge(
    painter: QPainter, text: str, room: QRectF, *, at_right: bool, at_bottom: bool = False
) -> None:
    """A badge in a corner of the room, if it fits in there.

    Args:
        painter: in logical pixels.
        text: what it says.
        room: the visible part of the picture on its side of the divider.
        at_right: whether it goes to the right.
        at_bottom: whether it goes to the bottom.
    """
    font = BADGE.of(painter.font())
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 2 * SMALL
    height = metrics.height() + 2 * TINY
    if room.width() < width + 2 * BADGE_GAP or room.height() < height + 2 * BADGE_GAP:
        return
    left = room.right() - BADGE_GAP - width if at_right else room.left() + BADGE_GAP
    top = room.bottom() - BADGE_GAP - height if at_bottom else room.top() + BADGE_GAP
    box = QRectF(left, top, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BADGE)
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(_WHITE)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
