"""Where a photo lies in the view, as an immutable value; all lengths in screen pixels."""

from dataclasses import dataclass, replace

# Small photos are enlarged to fill the view, but not so far that they fall into blocks.
MOST_FIT = 2.0
# But those that would be smaller than this share of the view's shorter side are enlarged up to it,
# blocks or not: else they would lie under the divider's handle.
LEAST_FIT = 0.25
MOST_SCALE = 32.0
# Room left around a fitted photo, as a share of the shorter side of the view.
MARGIN = 0.02
# Scales nearer to each other than this are the same to the eye.
_MORE = 1.001


@dataclass(frozen=True, slots=True)
class Transform:
    """Maps between photo and view.

    Attributes:
        photo: width and height of the photo, in its pixels.
        view: width and height of the view.
        scale: screen pixels per photo pixel.
        center: the point of the photo, in its pixels, that lies in the middle of the view.
    """

    photo: tuple[float, float]
    view: tuple[float, float]
    scale: float
    center: tuple[float, float]

    @property
    def origin(self) -> tuple[float, float]:
        """Where the photo's upper left corner lies in the view."""
        return (
            self.view[0] / 2 - self.center[0] * self.scale,
            self.view[1] / 2 - self.center[1] * self.scale,
        )

    @property
    def sharp_origin(self) -> tuple[float, float]:
        """The origin on a whole screen pixel, so that 100 % is sharp."""
        left, top = self.origin
        return float(round(left)), float(round(top))

    @property
    def is_fit(self) -> bool:
        """Whether the whole photo just fills the view."""
        return self == fit(self.photo, self.view)

    @property
    def visible(self) -> tuple[float, float, float, float]:
        """The part of the photo that is in the view: left, top, right, bottom, in its pixels."""
        left, top = self.to_photo(0, 0)
        right, bottom = self.to_photo(*self.view)
        return max(0.0, left), max(0.0, top), min(self.photo[0], right), min(self.photo[1], bottom)

    @property
    def is_zoomed_in(self) -> bool:
        """Whether it is larger than it fits, so that not all of it is in the view."""
        hidden = self.visible != (0, 0, *self.photo)
        return hidden and self.scale > fit(self.photo, self.view).scale * _MORE

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """The point of the photo that lies at a point of the view."""
        left, top = self.origin
        return (x - left) / self.scale, (y - top) / self.scale

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the photo lies in the view."""
        left, top = self.origin
        return left + x * self.scale, top + y * self.scale

    def zoomed(self, factor: float, x: float, y: float) -> "Transform":
        """Scaled, the photo's point at a point of the view staying there.

        It never gets smaller than it fits; it then lies in the middle again.
        """
        fitted = fit(self.photo, self.view)
        smallest = min(fitted.scale, 1.0)
        scale = min(max(self.scale * factor, smallest), MOST_SCALE)
        if scale <= fitted.scale and factor <= 1:
            # With a small photo, smaller than fit is possible: down to 100 %, in the middle.
            return replace(fitted, scale=scale)
        point = self.to_photo(x, y)
        center = (
            point[0] - (x - self.view[0] / 2) / scale,
            point[1] - (y - self.view[1] / 2) / scale,
        )
        return replace(self, scale=scale, center=center).kept_in_view()

    def panned(self, dx: float, dy: float) -> "Transform":
        """Moved by so much in the view."""
        center = (self.center[0] - dx / self.scale, self.center[1] - dy / self.scale)
        return replace(self, center=center).kept_in_view()

    def centered(self, x: float, y: float) -> "Transform":
        """Moved so that a point of the photo lies in the middle of the view.

        Near an edge of the photo it goes only as far as that edge to the edge of the view.
        """
        center = []
        for wanted, photo, view in zip((x, y), self.photo, self.view, strict=True):
            half = min(view / self.scale, photo) / 2
            center.append(min(max(wanted, half), photo - half))
        return replace(self, center=(center[0], center[1]))

    def kept_in_view(self) -> "Transform":
        """Moved as little as needed for the middle of the view to lie on the photo."""
        center = (
            min(max(self.center[0], 0.0), self.photo[0]),
            min(max(self.center[1], 0.0), self.photo[1]),
        )
        return replace(self, center=center)

    def in_view(self, view: tuple[float, float]) -> "Transform":
        """The same for a view of another size: fitted if it was, else around the same middle."""
        return fit(self.photo, view) if self.is_fit else replace(self, view=view)


def fit(photo: tuple[float, float], view: tuple[float, float]) -> Transform:
    """The whole photo, as large as the view allows and as it can be shown without harm."""
    room = 2 * MARGIN * min(view)
    most = min(max(MOST_FIT, LEAST_FIT * min(view) / max(photo)), MOST_SCALE)
    scale = min((view[0] - room) / photo[0], (view[1] - room) / photo[1], most)
    return Transform(photo, view, max(scale, 1e-6), (photo[0] / 2, photo[1] / 2))


def between(start: Transform, end: Transform, share: float) -> Transform:
    """A transform on the way from one to the other, for a glide that looks straight.

    The scale grows by equal factors in equal times; the middle moves so that the point that both
    show at the same place stays there.
    """
    if share >= 1:
        return end
    scale = start.scale * (end.scale / start.scale) ** share
    if abs(end.scale - start.scale) < 1e-9 * end.scale:
        moved = share
    else:
        # With the fixed point kept, the middle is a linear function of 1 / scale.
        moved = (1 / scale - 1 / start.scale) / (1 / end.scale - 1 / start.scale)
    center = (
        start.center[0] + moved * (end.center[0] - start.center[0]),
        start.center[1] + moved * (end.center[1] - start.center[1]),
    )
    return replace(end, scale=scale, center=center)
