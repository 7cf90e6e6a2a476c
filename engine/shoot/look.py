"""A look, taken from photos that have it, laid on another photo as hints and adjustments.

What comes out are plain edits: they are written into the result like any others, and the result can
be made again from them.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from engine.edits import Adjustments, Edits, Hint
from engine.shoot.cells import CELL, Cells, cells_of
from engine.shoot.matching import SIMILAR, Matches, hints_of, matches_of, similarities
from engine.values import AbPlanes, Predictor, Prepared

# How far the chroma of the whole photo may be moved, and how many matches it takes for that to be
# trusted by half.
_SATURATION = (0.7, 1.4)
_TRUSTED_HALF = 8
_MOST_SATURATION = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What photos of one subject shall have in common.

    Attributes:
        cells: of the photos that have it, with the colors before adjustments.
        adjustments: theirs; None if they say nothing of it.
    """

    cells: Cells
    adjustments: Adjustments | None = None


def in_look(
    look: Look, edits: Edits, predictor: Predictor, prepared: Prepared, *, own: bool
) -> tuple[Edits, AbPlanes]:
    """Color a photo in a look.

    Args:
        look: where its colors are to be taken from.
        edits: the photo's. Its hints lie over those of the look, and the look says nothing of what
            is similar to a place that they speak of. Where nothing of the photo is known to the
            look, they are all there is.
        predictor: the network.
        prepared: the photo.
        own: whether the adjustments of `edits` are the photo's own, and so are left as they are.

    Returns:
        The edits with those of the look, and the colors they give.

    Raises:
        OutOfMemory, DeviceFailed: the device cannot do it.
    """
    plain = predictor.predict(prepared, edits.hints)
    features = predictor.describe(prepared)
    cells, columns = cells_of(features, plain), features.shape[2]
    matches = matches_of(look.cells, cells)
    if not len(matches.here):
        return edits, plain
    kept = _without_own(matches, cells, edits.hints, plain.L.shape, columns)
    hints = hints_of(kept, look.cells, plain.L.shape, columns)
    planes = predictor.predict(prepared, (*hints, *edits.hints)) if hints else plain
    adjustments = edits.adjustments
    if not own:
        adjustments = look.adjustments or adjustments
        if hints and planes.L.shape == plain.L.shape:  # memory may have given out meanwhile
            colored = cells_of(features, planes)
            adjustments = _saturated(adjustments, _chroma_ratio(matches, look.cells, colored))
    changes = {"hints": (*hints, *edits.hints), "adjustments": adjustments}
    return msgspec.structs.replace(edits, **changes), planes


def _without_own(
    matches: Matches, cells: Cells, own: tuple[Hint, ...], size: tuple[int, int], columns: int
) -> Matches:
    """The matches without those at places similar to a place with a hint of the photo's own."""
    if not own:
        return matches
    height, width = size
    rows = len(cells.L) // columns
    places = [
        min(rows - 1, int(hint.y * height / CELL)) * columns
        + min(columns - 1, int(hint.x * width / CELL))
        for hint in own
    ]
    free = similarities(cells, cells)[matches.here][:, places].max(axis=1) < SIMILAR
    return Matches(matches.here[free], matches.there[free], matches.similarity[free])


def _chroma_ratio(matches: Matches, reference: Cells, colored: Cells) -> float:
    """By what factor the matching cells' chroma is below the reference's, so far as it is sure."""
    wanted = np.linalg.norm(reference.ab[matches.there], axis=1)
    got = np.linalg.norm(colored.ab[matches.here], axis=1)
    ratio = float((wanted * got).sum() / max(float(np.square(got).sum()), 1.0))
    trust = len(got) / (len(got) + _TRUSTED_HALF)
    return 1 + trust * (min(max(ratio, _SATURATION[0]), _SATURATION[1]) - 1)


def _saturated(adjustments: Adjustments, factor: float) -> Adjustments:
    saturation = min(_MOST_SATURATION, adjustments.saturation * factor)
    return msgspec.structs.replace(adjustments, saturation=saturation)
