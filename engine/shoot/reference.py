"""A photo whose look others shall have, from its file."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.cancel import CancelToken
from engine.edits import Edits
from engine.photo.lightness import measure_lightness
from engine.photo.neutral import neutral_of
from engine.photo.read import read_photo
from engine.photo.tone import lab_of_sample, tone_of
from engine.shoot.cells import cells_of
from engine.shoot.look import Look
from engine.values import AbPlanes, Photo, Predictor, Quality


@dataclass(frozen=True, slots=True)
class Reference:
    """A photo that gives a look.

    Attributes:
        photo: its file.
        edits: with which it is colored.
        own_colors: whether colors that it has already are the look, rather than the network's.
    """

    photo: Path
    edits: Edits = Edits()
    own_colors: bool = False


def look_of(
    reference: Reference, predictor: Predictor, quality: Quality, cancel: CancelToken | None = None
) -> Look:
    """Take the look of a photo.

    Args:
        reference: the photo.
        predictor: the network.
        quality: the level at which the others are colored.
        cancel: checked between rows.

    Raises:
        PhotoError: the photo cannot be read.
        OutOfMemory, DeviceFailed: the device cannot do it.
        Cancelled: on request.
    """
    edits = reference.edits
    photo = read_photo(reference.photo, cancel, keep="pixels" if edits.neutralize else "lightness")
    neutral = neutral_of(photo) if edits.neutralize else None
    prepared = predictor.prepare(measure_lightness(photo, cancel, neutral), quality)
    planes = predictor.predict(prepared, edits.hints)
    features = predictor.describe(prepared)
    if reference.own_colors and tone_of(photo).kind == "colored":
        return Look(cells_of(features, _true_colors(photo, planes)))
    return Look(cells_of(features, planes), edits.adjustments)


def _true_colors(photo: Photo, planes: AbPlanes) -> AbPlanes:
    """The colors that a photo has, at the size of `planes`."""
    assert photo.sample is not None  # it has color
    ab = lab_of_sample(photo.sample, photo.source.icc)[..., 1:].astype(np.float32)
    height, width = planes.L.shape
    sized = cv2.resize(ab, (width, height), interpolation=cv2.INTER_LINEAR)
    return AbPlanes(planes.L, np.ascontiguousarray(sized.transpose(2, 0, 1)))
