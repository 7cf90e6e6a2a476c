"""Stand-ins for what is slow, large or unpredictable."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine import AbPlanes, Hint, Lightness, Quality, shrink
from engine.values import ModelId

# Waits end here even if a test forgets to open the gate.
GATE_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class FakePrepared:
    quality: Quality
    small: Lightness


@dataclass(slots=True, eq=False)
class FakePredictor:
    """Colors by lightness and place, at once and always in the same way.

    Attributes:
        device: what it says it runs on.
        model: what it says it is.
        gate: while this is cleared, `predict` waits, as a slow network would.
        error: raised by `predict` if given.
        calls: what it was asked for, in order, with the number of the thread.
    """

    device: str = "cpu"
    model: ModelId = ModelId("fake", "0" * 64)
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    calls: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def asked(self) -> list[str]:
        """What it was asked for, in order."""
        return [what for what, _ in self.calls]

    def prepare(self, lightness: Lightness, quality: Quality) -> FakePrepared:
        self._note(f"prepare {quality}")
        return FakePrepared(quality, shrink(lightness, 64))

    def describe(self, prepared: FakePrepared) -> NDArray[np.float32]:
        """Lightness and its slopes in each cell."""
        self._note("describe")
        L = prepared.small.L
        slopes = np.gradient(L)
        rows, columns = -(-L.shape[0] // 16), -(-L.shape[1] // 16)
        planes = np.stack([L, *slopes])
        pad = ((0, 0), (0, rows * 16 - L.shape[0]), (0, columns * 16 - L.shape[1]))
        whole = np.pad(planes, pad, mode="edge").reshape(3, rows, 16, columns, 16)
        return np.asarray(whole.mean(axis=(2, 4)), np.float32)

    def predict(self, prepared: FakePrepared, hints: Sequence[Hint]) -> AbPlanes:
        self._note(f"predict {len(hints)}")
        self.gate.wait(GATE_TIMEOUT_S)
        if self.error is not None:
            raise self.error
        L = prepared.small.L
        down = np.linspace(-1, 1, L.shape[0], dtype=np.float32)[:, None]
        across = np.linspace(-1, 1, L.shape[1], dtype=np.float32)[None]
        a = 12 + 8 * across + 0 * L
        b = 22 - 30 * down * (L / 100)
        return AbPlanes(L, np.stack([a + 0 * down, b + 0 * across]).astype(np.float32))

    def _note(self, what: str) -> None:
        self.calls.append((what, threading.get_ident()))
