"""A small picture of the whole photo with a frame around the part that is on screen."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from engine import translate
from gui.images import Picture
from gui.views.marks import BADGE_GAP
from gui.views.transform import Transform

# Lengths in logical pixels. It takes no more than a share of the view.
MOST_SIZE = QSizeF(180, 140)
MOST_SHARE = 0.3
LEAST_SIDE, LEAST_FRAME = 12.0, 6.0
# Around the picture: a dark line and a light one, so that it is told from any photo.
EDGE = 2

_DARK_LINE, _LIGHT_LINE = QColor(20, 20, 20), QColor(205, 205, 205)
_OUTSIDE = QColor(20, 20, 20, 90)
_FRAME, _FRAME_SHADE = QColor(255, 255, 255), QColor(0, 0, 0, 150)


class Navigator(QWidget):
    """Lies in a corner of the view; a press or a drag in it says which part is wanted.

    Signals:
        center_wanted: x and y of the photo, in its pixels, to be in the middle of the view.
        wheel_turned: by how much, as in a QWheelEvent.
    """

    center_wanted = Signal(float, float)
    wheel_turned = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self._picture: Picture | None = None
        self._transform: Transform | None = None
        self._pixmap: QPixmap | None = None
        # From the pointer to the middle of the frame, in photo pixels, during a drag.
        self._grip: QPointF | None = None
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.setAccessibleName(translate("Navigator"))
        self.setAccessibleDescription(
            translate("The whole photo. The frame shows which part is on screen.")
        )

    def show_place(self, picture: Picture | None, transform: Transform | None) -> None:
        """Show where one is in a photo, if not all of it is on screen anyway.

        Args:
            picture: of the photo, colored if there is one.
            transform: where the photo lies in the view.
        """
        if picture is not self._picture:
            self._picture, self._pixmap = picture, None
        self._transform = transform
        shown = picture is not None and transform is not None and transform.is_zoomed_in
        self.setVisible(shown)
        if shown:
            self.update()
        else:
            self._grip = None

    def place(self, room: QRect, *, at_right: bool = False) -> None:
        """Lie in a lower corner of a part of the view, where there are no badges."""
        if self._transform is None:
            return
        most = MOST_SIZE.boundedTo(QSizeF(room.size()) * MOST_SHARE)
        size = QSizeF(*self._transform.photo).scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        size = size.expandedTo(QSizeF(LEAST_SIDE, LEAST_SIDE))
        width, height = round(size.width()) + 2 * EDGE, round(size.height()) + 2 * EDGE
        gap = round(BADGE_GAP)
        left = room.right() + 1 - gap - width if at_right else room.left() + gap
        self.setGeometry(left, room.bottom() + 1 - gap - height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the photo, darker outside the frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _DARK_LINE)
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), _LIGHT_LINE)
        if self._picture is None or self._transform is None:
            return
        inside, frame = self._inside(), self.frame()
        painter.drawPixmap(inside.topLeft(), self._overview(self._picture))
        for left, top, right, bottom in (
            (inside.left(), inside.top(), inside.right(), frame.top()),
            (inside.left(), frame.bottom(), inside.right(), inside.bottom()),
            (inside.left(), frame.top(), frame.left(), frame.bottom()),
            (frame.right(), frame.top(), inside.right(), frame.bottom()),
        ):
            painter.fillRect(QRectF(left, top, right - left, bottom - top), _OUTSIDE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((_FRAME_SHADE, 3.5), (_FRAME, 1.5)):
            pen = QPen(color, width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(frame.adjusted(1, 1, -1, -1))

    def frame(self) -> QRectF:
        """The part on screen, as it lies in here; never too small to be seen and grabbed."""
        if self._transform is None:
            return QRectF()
        inside, photo = self._inside(), self._transform.photo
        left, top, right, bottom = self._transform.visible
        across, down = inside.width() / photo[0], inside.height() / photo[1]
        frame = QRectF(
            inside.left() + left * across, inside.top() + top * down,
            (right - left) * across, (bottom - top) * down,
        )  # fmt: skip
        more_across = max(0.0, LEAST_FRAME - frame.width()) / 2
        more_down = max(0.0, LEAST_FRAME - frame.height()) / 2
        frame.adjust(-more_across, -more_down, more_across, more_down)
        return frame

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the frame, or let it jump under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton or self._transform is None:
            return
        at = event.position()
        center = QPointF(*self._transform.center)
        grabbed = self.frame().contains(at)
        self._grip = center - self._to_photo(at) if grabbed else QPointF()
        if not grabbed:
            self._ask_for(at)
        self._point_at(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is on screen along."""
        if self._grip is not None:
            self._ask_for(event.position())
        self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = None
            self._point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two presses: the view beneath would zoom."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Have the view zoom."""
        self.wheel_turned.emit(event.angleDelta().y())
        event.accept()

    def _ask_for(self, at: QPointF) -> None:
        wanted = self._to_photo(at) + (self._grip or QPointF())
        self.center_wanted.emit(wanted.x(), wanted.y())

    def _to_photo(self, at: QPointF) -> QPointF:
        """The point of the photo under a point of this."""
        assert self._transform is not None
        inside, photo = self._inside(), self._transform.photo
        return QPointF(
            (at.x() - inside.left()) / inside.width() * photo[0],
            (at.y() - inside.top()) / inside.height() * photo[1],
        )

    def _point_at(self, at: QPointF) -> None:
        """Let the pointer tell what a press would do."""
        if self._grip is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.frame().contains(at):
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def _inside(self) -> QRectF:
        return QRectF(self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE))

    def _overview(self, picture: Picture) -> QPixmap:
        """The smallest level at the size it has in here, made once."""
        ratio = self.devicePixelRatioF()
        size = (self._inside().size() * ratio).toSize()
        if self._pixmap is None or self._pixmap.size() != size:
            small = picture.levels[-1].image.scaled(
                size,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._pixmap = QPixmap.fromImage(small)
            self._pixmap.setDevicePixelRatio(ratio)
        return self._pixmap
