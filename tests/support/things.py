"""A network that tells things apart by their lightness, and colors a thing alike all over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.edits import Hint
from engine.shoot.cells import CELL
from engine.values import AbPlanes, Belief, Lightness, ModelId, Quality


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    quality: Quality
    L: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class ThingPredictor:
    """Sees photos at their own size. Every thing, a lightness, is gray until a hint colors it.

    Attributes:
        prepared: how many photos it has looked at.
    """

    device: str = "cpu"
    model: ModelId = ModelId("things", "0" * 64)
    prepared: list[tuple[int, int]] = field(default_factory=list)

    def prepare(self, lightness: Lightness, quality: Quality) -> Seen:
        self.prepared.append(lightness.size)
        return Seen(quality, lightness.L)

    def describe(self, prepared: Seen) -> NDArray[np.float32]:
        things = np.rint(prepared.L[CELL // 2 :: CELL, CELL // 2 :: CELL]).astype(int)
        places = np.random.default_rng(0).normal(size=(things.size, 4)) * 0.01
        return np.ascontiguousarray(
            np.concatenate([np.eye(101)[things.ravel()], places], axis=1)
            .T.reshape(-1, *things.shape)
            .astype(np.float32)
        )

    def predict(self, prepared: Seen, hints: Sequence[Hint]) -> AbPlanes:
        L = prepared.L
        ab = np.zeros((2, *L.shape), np.float32)
        for hint in hints:
            row, column = int(hint.y * L.shape[0]), int(hint.x * L.shape[1])
            thing = np.rint(L) == np.rint(L[min(row, len(L) - 1), min(column, L.shape[1] - 1)])
            ab[:, thing] = np.array([[hint.a], [hint.b]])
        return AbPlanes(L, ab)

    def believe(self, prepared: Seen, hints: Sequence[Hint]) -> Belief:
        raise NotImplementedError


def scene(*things: Sequence[int]) -> Lightness:
    """Rows of things, each a lightness and four cells by four."""
    L = np.kron(np.array(things, np.float32), np.ones((4 * CELL, 4 * CELL), np.float32))
    return Lightness(np.ascontiguousarray(L))
