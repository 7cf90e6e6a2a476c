"""The photo before and after, under one transform, with a divider between them."""

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
from gui.views.divider import Divider
from gui.views.marks import draw_badge, draw_divider
from gui.views.navigator import Navigator
from gui.views.painting import draw_picture
from gui.views.transform import Transform, between, fit

STEP = 1.25
GLIDE_MS = 140
ARROW_STEP = 0.02
# Between the photos side by side, in logical pixels.
SIDE_GAP = 2


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
    """Shows the original before the divider and the colored photo behind it, or side by side.

    The transform counts in screen pixels, so 100 % is one photo pixel per screen pixel on every
    screen. Side by side it holds for both halves. Mouse positions and the divider's are logical
    pixels.

    Attributes:
        navigator: lies over it while it is zoomed in.

    Signals:
        zoom_changed: the scale, in screen pixels per photo pixel.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._original: Picture | None = None
        self._colored: Picture | None = None
        self._transform: Transform | None = None
        self._divider = Divider()
        self._side_by_side = False
        self._expects_color = True
        self._surround: str | None = None
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
        self._uses_navigator = True
        self._covered = 0
        self.navigator = Navigator(self)
        self.navigator.center_wanted.connect(self.center_on)
        self.navigator.wheel_turned.connect(self._on_wheel)
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
    def center(self) -> tuple[float, float]:
        """The point of the photo in the middle of the view, x and y, 0..1."""
        aim = self._aim()
        if aim is None:
            return 0.5, 0.5
        return aim.center[0] / aim.photo[0], aim.center[1] / aim.photo[1]

    @property
    def divider(self) -> float:
        """Where the divider is, as a fraction of the width, or of the height where it lies."""
        return self._divider.fraction

    @property
    def is_upright(self) -> bool:
        """Whether the divider stands; else it lies."""
        return self._divider.upright

    @property
    def is_side_by_side(self) -> bool:
        """Whether both pictures are shown as wholes, next to each other."""
        return self._side_by_side

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
        return self._colored is not None and not self._peeking and not self._side_by_side

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self.setAccessibleName(translate("The photo before and after"))
        self.setAccessibleDescription(
            translate("The original is before the divider, the colored photo behind it.")
        )
        self.navigator.retranslate()
        self.update()

    def show_original(self, picture: Picture) -> None:
        """Show a new photo, without color as yet, and as a whole."""
        self._stop_glide()
        self._original, self._colored = picture, None
        self._drag = None
        self._set_transform(fit(_sizes(picture), self._view_size()))

    def show_colored(self, picture: Picture | None) -> None:
        """Show a colored picture of the same photo; zoom, place and divider stay."""
        was_halved = self._is_halved
        self._colored = picture
        if self._is_halved != was_halved:
            self._lay_out()
        self._point_at(self.mapFromGlobal(self.cursor().pos()).toPointF())
        self._show_place()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._stop_glide()
        self._original = self._colored = self._transform = None
        self._drag = None
        self._show_place()
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

    def zoom_to(self, scale: float) -> None:
        """Show so many screen pixels per photo pixel, as far as that is possible."""
        aim = self._aim()
        if aim is not None:
            self._glide_toward(_scaled_to(aim, scale, *self._on_screen(None)))

    @Slot(float, float)
    def center_on(self, x: float, y: float) -> None:
        """Show the part around a point of the photo, in its pixels."""
        if self._transform is not None:
            self._stop_glide()
            self._set_transform(self._transform.centered(x, y))

    def use_navigator(self, on: bool) -> None:
        """Show where one is while zoomed in, or never."""
        self._uses_navigator = on
        self._show_place()

    def keep_free(self, height: int) -> None:
        """Leave so much of the lower edge to what lies over this view."""
        if height != self._covered:
            self._covered = height
            self._show_place()

    def set_divider(self, fraction: float) -> None:
        """Put the divider at a fraction of the width, or of the height where it lies."""
        moved = self._divider.moved_to(fraction)
        if moved != self._divider:
            self._divider = moved
            self.update()

    def turn_divider(self, *, upright: bool) -> None:
        """Let the divider stand or lie."""
        if upright != self._divider.upright:
            self._divider = self._divider.turned()
            self._show_place()
            self.update()

    def show_side_by_side(self, on: bool) -> None:
        """Show both pictures as wholes, or the divider again."""
        if on != self._side_by_side:
            self._side_by_side = on
            self._lay_out()

    def expect_color(self, expected: bool) -> None:
        """Leave room for the colored photo side by side, or none while there will be no such."""
        was_halved = self._is_halved
        self._expects_color = expected
        if self._is_halved != was_halved:
            self._lay_out()

    def set_surround(self, color: str | None) -> None:
        """Paint what is around the photo in a color of its own; None for the theme's."""
        self._surround = color
        self.update()

    def peek(self, on: bool) -> None:
        """Show the original everywhere for as long as this is on."""
        if on != self._peeking:
            self._peeking = on
            self.update()

    def let_go_of_keys(self) -> None:
        """Take no key for held any more; that it is let go of goes to the window that is active."""
        self.peek(False)
        self._hold_space(False)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the visible parts of both pictures, the divider and the badges."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._surround or theme().surround))
        if self._original is None or self._transform is None:
            return
        if self._is_halved:
            self._paint_pane(painter, self._original, translate("Original"), 0)
            other = self._original if self._peeking else self._colored
            words = translate("Original") if self._peeking else translate("Colored")
            if other is not None:
                self._paint_pane(painter, other, words, self._pane().width() + SIDE_GAP)
            return
        self._paint_split(painter, self._original)

    def _paint_pane(self, painter: QPainter, picture: Picture, words: str, left: float) -> None:
        assert self._transform is not None
        painter.save()
        painter.translate(left, 0)
        pane = self._pane()
        painter.setClipRect(pane)
        draw_picture(painter, picture, self._transform, pane)
        draw_badge(painter, words, pane & self._picture_rect(), at_right=False)
        painter.restore()

    def _paint_split(self, painter: QPainter, original: Picture) -> None:
        assert self._transform is not None
        whole, ratio, upright = QRectF(self.rect()), self.devicePixelRatioF(), self.is_upright
        before, behind = self._divider.sides(whole, ratio)
        if not self.shows_split:
            before = whole
        elif self._colored is not None:
            draw_picture(painter, self._colored, self._transform, behind)
        draw_picture(painter, original, self._transform, before)
        inside = self._picture_rect()
        draw_badge(painter, translate("Original"), before & inside, at_right=False)
        if self.shows_split:
            words = translate("Colored")
            draw_badge(painter, words, behind & inside, at_right=upright, at_bottom=not upright)
            active = self._over_divider or self._is_dragging_divider()
            place = self._divider.place(whole, ratio)
            draw_divider(painter, place, whole, active=active, upright=upright)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Keep the photo fitted, or what lies in the middle."""
        self._lay_out()

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
        self._on_wheel(event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the divider or of the picture."""
        button, at = event.button(), event.position()
        if self._original is None or self._drag is not None:
            return
        if button == Qt.MouseButton.LeftButton and not self._space_held and self._hits_divider(at):
            place = self._divider.place(QRectF(self.rect()), self.devicePixelRatioF())
            self._drag = _Drag(place - self._divider.along(at), at)
        elif button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = _Drag(None, at)
        self._point_at(at)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held."""
        at, drag = event.position(), self._drag
        if drag is not None and drag.divider_offset is not None:
            place = self._divider.along(at) + drag.divider_offset
            self.set_divider(place / self._divider.length(QRectF(self.rect())))
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
        """Space pans, the arrows across the divider move it."""
        if event.key() == Qt.Key.Key_Space:
            self._hold_space(True)
        elif event.key() in self._arrows() and self.shows_split:
            step = ARROW_STEP * self._arrows()[event.key()]
            self.set_divider(self._divider.fraction + step)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space no longer pans."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(False)
        else:
            super().keyReleaseEvent(event)

    @Slot(int)
    def _on_wheel(self, turned: int, at: QPointF | None = None) -> None:
        if turned and self._original is not None:
            self.zoom_by(STEP ** (turned / 120), at)

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
        self._show_place()
        self.update()

    def _lay_out(self) -> None:
        """Fit the photo into the room that there is now, or keep what lies in the middle."""
        aim = self._aim()
        self._stop_glide()
        if aim is not None:
            self._set_transform(aim.in_view(self._view_size()))
        self.update()

    def _show_place(self) -> None:
        """Keep the navigator in line with all else."""
        picture = self._colored or self._original
        self.navigator.show_place(picture if self._uses_navigator else None, self._transform)
        # A divider that lies has its badges in the left corners.
        lies = self.shows_split and not self.is_upright
        self.navigator.place(self.rect().adjusted(0, 0, 0, -self._covered), at_right=lies)

    def _hold_space(self, held: bool) -> None:
        self._space_held = held
        self._point_at(self.mapFromGlobal(self.cursor().pos()).toPointF())

    def _arrows(self) -> dict[int, int]:
        """Which way each arrow key that moves the divider moves it."""
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        before, behind = keys if self.is_upright else (Qt.Key.Key_Up, Qt.Key.Key_Down)
        return {before: -1, behind: 1}

    @property
    def _is_halved(self) -> bool:
        """Whether each picture has its half of the view."""
        return self._side_by_side and (self._colored is not None or self._expects_color)

    def _pane(self) -> QRectF:
        """What the transform is for: the whole view, or its left half."""
        whole = QRectF(self.rect())
        if self._is_halved:
            whole.setWidth(max(1.0, (whole.width() - SIDE_GAP) / 2))
        return whole

    def _view_size(self) -> tuple[float, float]:
        ratio, pane = self.devicePixelRatioF(), self._pane()
        return max(1.0, pane.width() * ratio), max(1.0, pane.height() * ratio)

    def _on_screen(self, at: QPointF | None) -> tuple[float, float]:
        """A point in logical pixels, or the middle, in screen pixels of its pane."""
        ratio, pane = self.devicePixelRatioF(), self._pane()
        x, y = (at.x(), at.y()) if at is not None else (pane.center().x(), pane.center().y())
        if self._is_halved and x > pane.width():
            x -= pane.width() + SIDE_GAP
        return x * ratio, y * ratio

    def _is_dragging_divider(self) -> bool:
        return self._drag is not None and self._drag.divider_offset is not None

    def _hits_divider(self, at: QPointF) -> bool:
        if not self.shows_split:
            return False
        return self._divider.hits(at, QRectF(self.rect()), self.devicePixelRatioF())

    def _point_at(self, at: QPointF) -> None:
        """Let the pointer tell what a press would do."""
        over = self._hits_divider(at) and not self._space_held
        if over != self._over_divider:
            self._over_divider = over
            self.update()
        if self._is_dragging_divider() or (over and self._drag is None):
            shape = Qt.CursorShape.SplitHCursor if self.is_upright else Qt.CursorShape.SplitVCursor
            self.setCursor(shape)
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
        return whole & self._pane()


def _sizes(picture: Picture) -> tuple[float, float]:
    return float(picture.size[0]), float(picture.size[1])


def _scaled_to(transform: Transform, scale: float, x: float, y: float) -> Transform:
    return transform.zoomed(scale / transform.scale, x, y)
