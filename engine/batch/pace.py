"""How far a run has come and how long it will go on, from what was done and what that took."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.i18n import translate

# What the network takes, whatever the photo's size, as pixels that are read and written in the same
# time. Measured on two cores: 0.73 s, against 0.065 s for each million pixels of JPEG.
LOOK = 11_000_000
# What a file that was not read yet may hold: a JPEG of a gray scan has some 4 pixels a byte.
_PIXELS_PER_BYTE = {"jpg": 6, "jpeg": 6, "webp": 12, "avif": 16, "heic": 12, "jxl": 8, "jp2": 6}
# Fewer earlier photos say nothing.
_FEWEST = 3
# What took so many times as long as the middle one had to get started: loops were compiled.
_TOO_SLOW = 4.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of a photo before it is read.

    Attributes:
        ending: of its name; photos of one ending are alike.
        size: of its file in bytes.
    """

    ending: str
    size: int

    @classmethod
    def of(cls, photo: Path, size: int) -> "Load":
        """That of a photo whose file has so many bytes."""
        return cls(photo.suffix[1:].lower(), size)

    @property
    def most_pixels(self) -> int:
        """How many pixels the photo may have."""
        return self.size * _PIXELS_PER_BYTE.get(self.ending, 1)


@dataclass(frozen=True, slots=True)
class Took:
    """A photo that was colored.

    Attributes:
        load: what was known of it before.
        seconds: from the end of the one before it to its own, as stages overlap.
    """

    load: Load
    seconds: float


def expected_seconds(earlier: Sequence[Took], loads: Sequence[Load]) -> float | None:
    """How long photos will take.

    Args:
        earlier: photos that were colored in the same way.
        loads: those that are to be colored.

    Returns:
        None if too few were colored earlier.
    """
    if len(earlier) < _FEWEST:
        return None
    rates = [took.seconds / _work_of(took.load) for took in earlier]
    most = _TOO_SLOW * statistics.median(rates)
    usual = [took for took, rate in zip(earlier, rates, strict=True) if rate <= most]
    whole = sum(took.seconds for took in usual)
    return whole * sum(map(_work_of, loads)) / sum(_work_of(took.load) for took in usual)


def _work_of(load: Load) -> int:
    return LOOK + load.most_pixels


class Pace:
    """Keeps count of a run.

    How many pixels a photo has is known when it is read. Of the others it is estimated: from the
    bytes of their files, by those of the same ending that were read.
    """

    def __init__(self, loads: Sequence[Load] = ()) -> None:
        self._waiting: dict[int, Load] = {}
        self._known: dict[int, int] = {}
        self._pixels: dict[str, int] = defaultdict(int)
        self._bytes: dict[str, int] = defaultdict(int)
        self._waiting_bytes: dict[str, int] = defaultdict(int)
        self._waiting_count: dict[str, int] = defaultdict(int)
        self._known_work = self._done_work = 0.0
        self._best = 0.0
        for load in loads:
            self.add(load)

    def add(self, load: Load) -> None:
        """One more photo, whose index is the number of those before it."""
        self._waiting[len(self._waiting) + len(self._known)] = load
        self._count(load, 1)

    def read(self, index: int, pixels: int) -> None:
        """A photo was read."""
        load = self._waiting.pop(index, None)
        if load is None:
            return
        self._count(load, -1)
        self._pixels[load.ending] += pixels
        self._bytes[load.ending] += load.size
        self._known[index] = pixels
        self._known_work += pixels + LOOK

    def done(self, index: int) -> None:
        """A photo was colored; one whose result was there already says nothing of the speed."""
        if index in self._waiting:
            self.dropped(index)
            return
        self._done_work += self._known.get(index, 0) + LOOK

    def dropped(self, index: int) -> None:
        """A photo failed or was left out: it is work no more, and says nothing of the speed."""
        load = self._waiting.pop(index, None)
        if load is not None:
            self._count(load, -1)
            self._known[index] = 0
        else:
            self._known_work -= self._known.get(index, 0) + LOOK
            self._known[index] = 0

    def share(self) -> float:
        """How much is done, 0..1; never less than was said before."""
        whole = self._known_work + self._work_waiting()
        self._best = max(self._best, min(1.0, self._done_work / whole) if whole else 1.0)
        return self._best

    def seconds_left(self, elapsed: float) -> float | None:
        """How long it will go on.

        Args:
            elapsed: seconds it took so far, pauses left out.

        Returns:
            None while nothing is known.
        """
        if not self._done_work:
            return None
        left = self._known_work - self._done_work + self._work_waiting()
        return elapsed * left / self._done_work

    def _count(self, load: Load, by: int) -> None:
        self._waiting_bytes[load.ending] += by * load.size
        self._waiting_count[load.ending] += by

    def _work_waiting(self) -> float:
        """All endings at once, so that it costs nothing with a million photos."""
        all_pixels, all_bytes = sum(self._pixels.values()), sum(self._bytes.values())
        work = 0.0
        for ending, count in self._waiting_count.items():
            pixels, size = self._pixels.get(ending, 0), self._bytes.get(ending, 0)
            if not size:
                pixels, size = all_pixels, all_bytes
            work += count * LOOK + self._waiting_bytes[ending] * (pixels / size if size else 1.0)
        return work


def time_text(seconds: float) -> str:
    """A time that nobody needs to the second."""
    if seconds < 100:
        return translate("{count} s", count=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 100:
        return translate("{count} min", count=minutes)
    hours, rest = divmod(minutes, 60)
    return translate("{hours} h {minutes} min", hours=hours, minutes=rest)
