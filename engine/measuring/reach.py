"""How far one hint reaches over its object, and how much of it leaks out.

Objects are outlined by hand in photos; each gets one hint, far from any color it has, and the
colors with and without the hint are compared inside and outside of the outline.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.color.gamut import chroma_share_inside
from engine.color.lab import srgb_to_lab
from engine.color.rgb import SRGB_SPACE
from engine.composition import compose
from engine.edits import Edits, Hint, Share
from engine.errors import BadObjects
from engine.i18n import N_
from engine.measuring.evaluate import read_truth
from engine.measuring.photos import PhotoEntry, unreadable_reason
from engine.values import Lightness, Predictor, Quality

CHROMA = 40.0
RADIUS = 0.02
SIZE = 256
# Pixels this near to the outline, as a share of the shorter side, count neither as in nor as out.
BORDER = 0.015

Point = tuple[Share, Share]
Polygon = Annotated[tuple[Point, ...], msgspec.Meta(min_length=3)]
Plane = NDArray[np.float32]


class MarkedObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outlined object; places from the left and upper edge, over width and height.

    Attributes:
        photo: name of the file.
        object: what it is.
        click: where the hint is set.
        outline: a polygon.
        holes: polygons within it that are not of it.
    """

    photo: str
    object: str
    click: Point
    outline: Polygon
    holes: tuple[Polygon, ...] = ()

    def mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """(height, width), True on the object."""
        plane = np.zeros((height, width), np.uint8)
        cv2.fillPoly(plane, [self._pixels(self.outline, height, width)], 1)
        for hole in self.holes:
            cv2.fillPoly(plane, [self._pixels(hole, height, width)], 0)
        return plane.astype(bool)

    @staticmethod
    def _pixels(points: Sequence[Point], height: int, width: int) -> NDArray[np.int32]:
        return np.rint(np.array(points) * (width, height) - 0.5).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Reach:
    """How a hint did; means over the objects, or of one.

    Attributes:
        exact: distance in a*b* to the hint's color at the hinted point.
        reach: 0..1, how much of the way to the hint's color the object went.
        leak: the same of all that is not the object; 0 is ideal.
    """

    exact: float
    reach: float
    leak: float


def read_objects(path: Path) -> list[MarkedObject]:
    """Read a JSON list of objects.

    Raises:
        BadObjects: it is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[MarkedObject])
    except OSError as error:
        raise BadObjects(path=path, reason=unreadable_reason(error)) from error
    except msgspec.MsgspecError as error:
        raise BadObjects(path=path, reason=error) from error


@dataclass(frozen=True)
class ChosenObjects:
    """The objects of a file whose photos are there.

    Attributes:
        file: name of the file.
        sha256: of the file.
        outlined: how many objects it has.
        objects: those of them whose photos are there.
    """

    file: str
    sha256: str
    outlined: int
    objects: Sequence[MarkedObject]


def choose_objects(path: Path, entries: Sequence[PhotoEntry]) -> ChosenObjects:
    """Read a JSON list of objects and take those of some photos.

    Raises:
        BadObjects: it is none, or has no object in any of the photos.
    """
    objects = read_objects(path)
    names = {Path(entry.name).name for entry in entries}
    chosen = [marked for marked in objects if marked.photo in names]
    if not chosen:
        raise BadObjects(path=path, reason=N_("it has no object in any of these photos"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ChosenObjects(path.name, digest, len(objects), chosen)


def measure_reach(
    entries: Sequence[PhotoEntry],
    objects: Sequence[MarkedObject],
    predictor: Predictor,
    quality: Quality,
    cancel: CancelToken | None = None,
    report: Callable[[int, int], None] | None = None,
) -> dict[str, Reach]:
    """Give each object a contrary color by one hint.

    Args:
        entries: the photos; those without a marked object are passed over.
        objects: the objects.
        predictor: the network.
        quality: quality level.
        cancel: checked between objects.
        report: told how many of how many objects are done.

    Returns:
        "object in photo" -> how it went, for the objects whose photo is there.

    Raises:
        Cancelled: on request.
    """
    by_name = {Path(entry.name).name: entry for entry in entries}
    found = {}
    for index, marked in enumerate(objects):
        if cancel is not None:
            cancel.raise_if_set()
        entry = by_name.get(marked.photo)
        pixels = read_truth(entry, SIZE, squeeze=False) if entry is not None else None
        if pixels is not None:
            found[f"{marked.object} in {marked.photo}"] = _reach(pixels, marked, predictor, quality)
        if report is not None:
            report(index + 1, len(objects))
    return found


def mean_reach(found: Sequence[Reach]) -> Reach:
    """Means over objects."""
    return Reach(
        exact=float(np.mean([one.exact for one in found])),
        reach=float(np.mean([one.reach for one in found])),
        leak=float(np.mean([one.leak for one in found])),
    )


def _reach(
    pixels: NDArray[np.uint8], marked: MarkedObject, predictor: Predictor, quality: Quality
) -> Reach:
    lab = srgb_to_lab(pixels)
    lightness = Lightness(np.ascontiguousarray(lab[..., 0]))
    prepared = predictor.prepare(lightness, quality)

    def colors(*hints: Hint) -> Plane:
        rendition = compose(lightness, predictor.predict(prepared, hints), Edits(hints=hints))
        return srgb_to_lab(np.asarray(rendition.pixels, np.uint8))[..., 1:]

    before = colors()
    height, width = before.shape[:2]
    inside = marked.mask(height, width)
    x, y = marked.click
    row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
    known = np.stack([lab[inside][:, 1:].mean(axis=0), before[inside].mean(axis=0)])
    a, b = contrary(float(lab[row, column, 0]), known)
    after = colors(Hint(x=x, y=y, radius=RADIUS, a=a, b=b))
    wide = max(1, round(BORDER * min(height, width)))
    kernel = np.ones((2 * wide + 1, 2 * wide + 1), np.uint8)
    core = cv2.erode(inside.astype(np.uint8), kernel).astype(bool)
    outside = ~cv2.dilate(inside.astype(np.uint8), kernel).astype(bool)
    # The share of the way to the hint's color that was gone, by projection onto that way.
    way = np.array([a, b]) - before
    gone = ((after - before) * way).sum(axis=2) / np.maximum((way**2).sum(axis=2), 1.0)
    return Reach(
        exact=float(np.hypot(*(after[row, column] - (a, b)))),
        reach=float(gone[core if core.any() else inside].mean()),
        leak=float(np.abs(gone[outside]).mean()),
    )


def contrary(L: float, known: Plane) -> tuple[float, float]:
    """A vivid color far from all that are known.

    Args:
        L: lightness at which it must exist in sRGB.
        known: (N, 2), a*b* to be far from.

    Returns:
        a* and b*.
    """
    best, farthest = (0.0, 0.0), -1.0
    for angle in np.arange(24) * (2 * np.pi / 24):
        a, b = CHROMA * float(np.cos(angle)), CHROMA * float(np.sin(angle))
        share = chroma_share_inside(L, a, b, SRGB_SPACE)
        distance = float(np.hypot(*(known - (share * a, share * b)).T).min())
        if distance > farthest:
            best, farthest = (share * a, share * b), distance
    return best
