"""The photo before and after, under one transform, with a divider between them."""

import math
from dataclasses import dataclass

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPointF,
    QRectF,
    Qt,
    QVariantAnimation,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine import translate
from gui.images import Picture
from gui.theme import theme
from gui.views.marks import HANDLE_RADIUS, draw_badge, draw_divider, handle_center
from gui.views.painting import draw_picture
from gui.views.transform import Transform, between, fit

# How far from the line the divider can be grabbed, in logical pixels.
GRAB = 9.0
STEP = 1.25
GLIDE_MS = 140
ARROW_STEP = 0.02


@dataclass(slots=True)
class _Drag:
    """A drag under way: of the divider, or of the picture.

    Attributes:
        divider_offset: from the pointer to the divider where it was grabbed; None for a pan.
        last: where the pointer was.
    """

    divider_offset: float | None
    last: QPointF


class CompareView(QWidget):
    """Shows the original to the left of the divider and the colored photo to its right.

    The transform counts in screen pixels, so 100 % is one photo pixel per screen pixel on every
    screen. Mouse positions and the divider's are logical pixels.

    Signals:
        zoom_changed: the scale, in screen pixels per photo pixel.
        divider_moved: its place as a fraction of the width.
    """

    zoom_changed = Signal(float)
    divider_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._original: Picture | None = None
        self._colored: Picture | None = None
        self._transform: Transform | None = None
        self._divider = 0.5
        self._peeking = False
        self._space_held = False
        self._over_divider = False
        self._drag: _Drag | None = None
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_glide)
        self._glide_from: Transform | None = None
        self._glide_to: Transform | None = None
        self.retranslate()

    @property
    def transform(self) -> Transform | None:
        """Where the photo lies, or None without a photo."""
        return self._transform

    @property
    def scale(self) -> float:
        """Screen pixels per photo pixel; of the end of a glide, if one is under way."""
        aim = self._aim()
        return aim.scale if aim is not None else 1.0

    @property
    def divider(self) -> float:
        """Where the divider is, as a fraction of the width."""
        return self._divider

    @property
    def original(self) -> Picture | None:
        """The picture to the left of the divider."""
        return self._original

    @property
    def colored(self) -> Picture | None:
        """The picture to the right of it."""
        return self._colored

    @property
    def shows_split(self) -> bool:
        """Whether both pictures and the divider are on screen."""
        return self._colored is not None and not self._peeking

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.setAccessibleName(translate("The photo before and after"))
        self.setAccessibleDescription(
            translate("The original is left of the divider, the colored photo right of it.")
        )
        self.update()

    def show_original(self, picture: Picture) -> None:
        """Show a new photo, without color as yet, and as a whole."""
        self._stop_glide()
        self._original, self._colored = picture, None
        self._drag = None
        self._set_transform(fit(_sizes(picture), self._view_size()))

    def show_colored(self, picture: Picture | None) -> None:
        """Show a colored picture of the same photo; zoom, place and divider stay."""
        self._colored = picture
        self._point_at(self.mapFromGlobal(self.cursor().pos()).toPointF())
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._stop_glide()
        self._original = self._colored = self._transform = None
        self._drag = None
        self.update()

    def zoom_to_fit(self) -> None:
        """Show the whole photo."""
        if self._original is not None:
            self._glide_toward(fit(_sizes(self._original), self._view_size()))

    def zoom_to_full(self, at: QPointF | None = None) -> None:
        """Show one photo pixel per screen pixel, around a point of the view or its middle."""
        aim = self._aim()
        if aim is not None:
            x, y = self._on_screen(at)
            self._glide_toward(_scaled_to(aim, 1.0, x, y))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in (above 1) or out, around a point of the view or its middle."""
        aim = self._aim()
        if aim is not None:
            self._glide_toward(aim.zoomed(factor, *self._on_screen(at)))

    def set_divider(self, fraction: float) -> None:
        """Put the divider at a fraction of the width."""
        fraction = min(max(fraction, 0.0), 1.0)
        if fraction != self._divider:
            self._divider = fraction
            self.divider_moved.emit(fraction)
            self.update()

    def peek(self, on: bool) -> None:
        """Show the original everywhere for as long as this is on."""
        if on != self._peeking:
            self._peeking = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the visible parts of both pictures, the divider and the badges."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().surround))
        if self._original is None or self._transform is None:
            return
        whole = QRectF(self.rect())
        x = self._divider_x()
        left, right = QRectF(whole), QRectF(whole)
        if self.shows_split and self._colored is not None:
            left.setRight(x)
            right.setLeft(x)
            draw_picture(painter, self._colored, self._transform, right)
        draw_picture(painter, self._original, self._transform, left)
        inside = self._picture_rect()
        draw_badge(painter, translate("Original"), left & inside, at_right=False)
        if self.shows_split:
            draw_badge(painter, translate("Colored"), right & inside, at_right=True)
            active = self._over_divider or self._is_dragging_divider()
            draw_divider(painter, x, whole, active=active)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Keep the photo fitted, or what lies in the middle."""
        if self._transform is not None:
            aim = self._aim() or self._transform
            self._stop_glide()
            self._set_transform(aim.in_view(self._view_size()))

    def event(self, event: QEvent) -> bool:
        """Besides the usual: pinching on a touchpad, and screens of another pixel density."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(max(0.1, 1 + event.value()), event.position())
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange and self._transform is not None:
            self._set_transform(self._transform.in_view(self._view_size()))
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        turned = event.angleDelta().y()
        if turned and self._original is not None:
            self.zoom_by(STEP ** (turned / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the divider or of the picture."""
        button, at = event.button(), event.position()
        if self._original is None or self._drag is not None:
            return
        if button == Qt.MouseButton.LeftButton and not self._space_held and self._hits_divider(at):
            self._drag = _Drag(self._divider_x() - at.x(), at)
        elif button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = _Drag(None, at)
        self._point_at(at)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held."""
        at, drag = event.position(), self._drag
        if drag is not None and drag.divider_offset is not None:
            self.set_divider((at.x() + drag.divider_offset) / max(1, self.width()))
        elif drag is not None and self._transform is not None:
            self._stop_glide()
            moved = (at - drag.last) * self.devicePixelRatioF()
            self._set_transform(self._transform.panned(moved.x(), moved.y()))
            drag.last = at
        self._point_at(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = None
        self._point_at(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change between the whole photo and 100 %; on the divider, put it in the middle."""
        aim = self._aim()
        if event.button() != Qt.MouseButton.LeftButton or aim is None:
            return
        if self._hits_divider(event.position()):
            self.set_divider(0.5)
        elif aim.is_fit:
            self.zoom_to_full(event.position())
        else:
            self.zoom_to_fit()

    def leaveEvent(self, event: QEvent) -> None:
        """The divider is no longer pointed at."""
        self._over_divider = False
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans, arrows move the divider."""
        if event.key() == Qt.Key.Key_Space:
            self._hold_space(True)
        elif event.key() == Qt.Key.Key_Left and self.shows_split:
            self.set_divider(self._divider - ARROW_STEP)
        elif event.key() == Qt.Key.Key_Right and self.shows_split:
            self.set_divider(self._divider + ARROW_STEP)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space no longer pans."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(False)
        else:
            super().keyReleaseEvent(event)

    @Slot(object)
    def _on_glide(self, share: float) -> None:
        if self._glide_from is not None and self._glide_to is not None:
            self._set_transform(between(self._glide_from, self._glide_to, share))

    def _glide_toward(self, aim: Transform) -> None:
        self._glide.stop()
        self._glide_from, self._glide_to = self._transform, aim
        self.zoom_changed.emit(aim.scale)
        self._glide.start()

    def _stop_glide(self) -> None:
        self._glide.stop()
        self._glide_from = self._glide_to = None

    def _aim(self) -> Transform | None:
        """Where the glide ends, or where the photo lies."""
        gliding = self._glide.state() == QVariantAnimation.State.Running
        return self._glide_to if gliding else self._transform

    def _set_transform(self, transform: Transform) -> None:
        self._transform = transform
        self.zoom_changed.emit(self.scale)
        self.update()

    def _hold_space(self, held: bool) -> None:
        self._space_held = held
        self._point_at(self.mapFromGlobal(self.cursor().pos()).toPointF())

    def _view_size(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return max(1.0, self.width() * ratio), max(1.0, self.height() * ratio)

    def _on_screen(self, at: QPointF | None) -> tuple[float, float]:
        """A point in logical pixels, or the middle, in screen pixels."""
        ratio = self.devicePixelRatioF()
        at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        return at.x() * ratio, at.y() * ratio

    def _divider_x(self) -> float:
        """In logical pixels, on a whole screen pixel so that the line is sharp."""
        ratio = self.devicePixelRatioF()
        return round(self._divider * self.width() * ratio) / ratio

    def _is_dragging_divider(self) -> bool:
        return self._drag is not None and self._drag.divider_offset is not None

    def _hits_divider(self, at: QPointF) -> bool:
        if not self.shows_split:
            return False
        x = self._divider_x()
        from_handle = at - handle_center(x, QRectF(self.rect()))
        on_handle = math.hypot(from_handle.x(), from_handle.y()) <= HANDLE_RADIUS + 3
        return on_handle or abs(at.x() - x) <= GRAB

    def _point_at(self, at: QPointF) -> None:
        """Let the pointer tell what a press would do."""
        over = self._hits_divider(at) and not self._space_held
        if over != self._over_divider:
            self._over_divider = over
            self.update()
        if self._is_dragging_divider() or (over and self._drag is None):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._drag is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._original is not None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def _picture_rect(self) -> QRectF:
        """The part of the view that shows the photo, in logical pixels."""
        if self._transform is None:
            return QRectF()
        ratio = self.devicePixelRatioF()
        left, top = self._transform.sharp_origin
        width, height = (side * self._transform.scale for side in self._transform.photo)
        whole = QRectF(left / ratio, top / ratio, width / ratio, height / ratio)
        return whole & QRectF(self.rect())


def _sizes(picture: Picture) -> tuple[float, float]:
    return float(picture.size[0]), float(picture.size[1])


def _scaled_to(transform: Transform, scale: float, x: float, y: float) -> Transform:
    return transform.zoomed(scale / transform.scale, x, y)
