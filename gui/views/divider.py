"""The line between before and after: where it is, and what a point hits of it."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

from gui.views.marks import HANDLE_RADIUS, handle_center

# How far from the line it can be grabbed, in logical pixels.
GRAB = 9.0


@dataclass(frozen=True, slots=True)
class Divider:
    """A line through the whole view, in logical pixels.

    Attributes:
        fraction: where it is, 0..1 of the way across the view.
        upright: whether it stands, with the original left of it, or lies, with the original above.
    """

    fraction: float = 0.5
    upright: bool = True

    def moved_to(self, fraction: float) -> "Divider":
        """At another fraction, as far as there is one."""
        return replace(self, fraction=min(max(fraction, 0.0), 1.0))

    def turned(self) -> "Divider":
        """Lying where it stood, and the other way round."""
        return replace(self, upright=not self.upright)

    def along(self, at: QPointF) -> float:
        """The coordinate of a point that counts for this line."""
        return at.x() if self.upright else at.y()

    def length(self, view: QRectF) -> float:
        """How far it can be moved in a view."""
        return max(1.0, view.width() if self.upright else view.height())

    def place(self, view: QRectF, ratio: float) -> float:
        """Where it is in a view: on a whole screen pixel so that the line is sharp.

        Args:
            view: in logical pixels, its corner at 0.
            ratio: screen pixels per logical pixel.
        """
        return round(self.fraction * self.length(view) * ratio) / ratio

    def hits(self, at: QPointF, view: QRectF, ratio: float) -> bool:
        """Whether a press at a point takes hold of it."""
        place = self.place(view, ratio)
        from_handle = at - handle_center(place, view, upright=self.upright)
        on_handle = math.hypot(from_handle.x(), from_handle.y()) <= HANDLE_RADIUS + 3
        return on_handle or abs(self.along(at) - place) <= GRAB

    def sides(self, view: QRectF, ratio: float) -> tuple[QRectF, QRectF]:
        """The parts of a view before and behind the line."""
        place = self.place(view, ratio)
        before, behind = QRectF(view), QRectF(view)
        if self.upright:
            before.setRight(place)
            behind.setLeft(place)
        else:
            before.setBottom(place)
            behind.setTop(place)
        return before, behind
