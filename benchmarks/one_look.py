"""What one look across a shoot gives: are the colors nearer to each other, and to the truth?

    python -m benchmarks.one_look FOLDER [PHOTOS] [QUALITY]

FOLDER holds color photos, whose colors are taken away. If it holds folders, each of them is a
shoot: its first photo, by name, is corrected with 10 hints that tell the truth, and the others take
its look. If it holds photos, two overlapping parts of each are the shoot, the second one with
another exposure and noise; and each photo is given the look of the one before it, too, which has
nothing to do with it and should change nothing.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import srgb_to_lab
from engine.edits import Edits
from engine.measuring.hints import true_hints
from engine.measuring.photos import decode_photo
from engine.predictors import load_predictor
from engine.shoot.cells import cells_of
from engine.shoot.look import Look, in_look
from engine.values import Lightness, Predictor, Prepared, Quality

Array = NDArray[np.float32]
Part = tuple[int, int, int, int]
LONGEST = 800
HINTS = 10
GAMMA = (0.8, 1.25)
NOISE = 1.5  # L*, standard deviation


class Table:
    """Means of what was measured, by name."""

    def __init__(self) -> None:
        self._found: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        self._found[name].append(value)

    def show(self) -> None:
        for name, many in self._found.items():
            root = name.startswith("error")
            mean = float(np.mean(many))
            print(f"{name:<58}{mean**0.5 if root else mean:8.2f}{len(many):6}")


def main(folder: Path, most: int, quality: Quality) -> None:
    """Measure and print."""
    predictor, table = load_predictor("cpu"), Table()
    shoots = sorted(path for path in folder.iterdir() if path.is_dir())
    if shoots:
        for index, shoot in enumerate(shoots):
            _measure_shoot(list(_photos(shoot))[:most], predictor, quality, index, table)
    else:
        _measure_parts(list(_photos(folder))[:most], predictor, quality, table)
    table.show()


def _photos(folder: Path) -> Iterator[NDArray[np.uint8]]:
    for path in sorted(folder.iterdir()):
        rgb = decode_photo(path.read_bytes()) if path.is_file() else None
        if rgb is not None:
            scale = min(1.0, LONGEST / max(rgb.shape[:2]))
            size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
            yield np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _measure_shoot(
    photos: list[NDArray[np.uint8]],
    predictor: Predictor,
    quality: Quality,
    seed: int,
    table: Table,
) -> None:
    if len(photos) < 2:
        return
    first, *others = (srgb_to_lab(photo) for photo in photos)
    look = _corrected(first, predictor, quality, seed)[0]
    for lab in others:
        prepared = predictor.prepare(_lightness(lab[..., 0]), quality)
        plain = predictor.predict(prepared, ()).ab
        edits, like = _in_look(look, predictor, prepared)
        truth = _planes(lab, plain.shape)
        table.add("hints taken over", len(edits.hints))
        table.add("error, each by itself", _error(plain, truth))
        table.add("error, in the look of the corrected one", _error(like, truth))
        table.add("share of photos that came nearer", _error(like, truth) <= _error(plain, truth))


def _measure_parts(
    photos: list[NDArray[np.uint8]], predictor: Predictor, quality: Quality, table: Table
) -> None:
    chance = np.random.default_rng(0)
    before: Look | None = None
    for index, photo in enumerate(photos):
        lab = srgb_to_lab(photo)
        a, b = (_part(lab.shape[:2], chance) for _ in range(2))
        second = _cut(lab, b)
        L = 100 * (second[..., 0] / 100) ** chance.uniform(*GAMMA)
        L = np.clip(L + chance.normal(0, NOISE, L.shape), 0, 100)
        prepared = predictor.prepare(_lightness(L), quality)
        plain = predictor.predict(prepared, ()).ab
        truth = _planes(second, plain.shape)
        by_itself = predictor.prepare(_lightness(_cut(lab, a)[..., 0]), quality)
        own = predictor.predict(by_itself, ())
        automatic = Look(cells_of(predictor.describe(by_itself), own))
        corrected, corrected_ab = _corrected(_cut(lab, a), predictor, quality, index)
        table.add("error, each by itself", _error(plain, truth))
        for name, look, there in (
            ("of one colored by itself", automatic, own.ab),
            ("of the corrected one", corrected, corrected_ab),
        ):
            edits, like = _in_look(look, predictor, prepared)
            table.add(f"error, in the look {name}", _error(like, truth))
            table.add(f"difference to it, by itself: {name}", _difference(there, plain, a, b))
            table.add(f"difference to it, in its look: {name}", _difference(there, like, a, b))
            table.add(f"hints taken over, {name}", len(edits.hints))
        if before is not None:
            edits, like = _in_look(before, predictor, prepared)
            table.add("error, in the look of another thing", _error(like, truth))
            table.add("hints taken over, of another thing", len(edits.hints))
        before = corrected


def _corrected(lab: Array, predictor: Predictor, quality: Quality, seed: int) -> tuple[Look, Array]:
    """The look of a photo with hints that tell the truth, and its colors."""
    ab = np.ascontiguousarray(lab[..., 1:].transpose(2, 0, 1))
    prepared = predictor.prepare(_lightness(lab[..., 0]), quality)
    planes = predictor.predict(prepared, true_hints(ab, HINTS, (0, seed)))
    return Look(cells_of(predictor.describe(prepared), planes)), planes.ab


def _in_look(look: Look, predictor: Predictor, prepared: Prepared) -> tuple[Edits, Array]:
    edits, planes = in_look(look, Edits(), predictor, prepared, own=False)
    return edits, planes.ab * np.float32(edits.adjustments.saturation)


def _lightness(L: NDArray[np.floating]) -> Lightness:
    return Lightness(np.ascontiguousarray(L, np.float32))


def _part(size: tuple[int, int], chance: np.random.Generator) -> Part:
    """Top, left, height and width of a part with 65 to 90 % of the sides."""
    share = chance.uniform(0.65, 0.9)
    height, width = int(size[0] * share), int(size[1] * share)
    top = int(chance.integers(size[0] - height + 1))
    left = int(chance.integers(size[1] - width + 1))
    return top, left, height, width


def _cut(lab: Array, part: Part) -> Array:
    top, left, height, width = part
    return lab[top : top + height, left : left + width]


def _planes(lab: Array, shape: tuple[int, ...]) -> Array:
    """a* and b* at the size of planes."""
    return _sized(lab[..., 1:].transpose(2, 0, 1), shape[1], shape[2])


def _sized(planes: Array, height: int, width: int) -> Array:
    size = (width, height)
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in planes])


def _error(ab: Array, truth: Array) -> float:
    """Mean square distance in a*b*."""
    return float(np.square(ab - truth).sum(axis=0).mean())


def _difference(ab_a: Array, ab_b: Array, a: Part, b: Part) -> float:
    """Mean distance in a*b* where both parts show the same."""
    whole = [_sized(ab, part[2], part[3]) for ab, part in ((ab_a, a), (ab_b, b))]
    top, left = max(a[0], b[0]), max(a[1], b[1])
    bottom, right = min(a[0] + a[2], b[0] + b[2]), min(a[1] + a[3], b[1] + b[3])
    first, second = (
        ab[:, top - part[0] : bottom - part[0], left - part[1] : right - part[1]]
        for ab, part in zip(whole, (a, b), strict=True)
    )
    return float(np.hypot(*(first - second)).mean())


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        Path(given[0]),
        int(given[1]) if len(given) > 1 else 100,
        "fast" if len(given) < 3 else given[2],  # type: ignore[arg-type]  # one of three names
    )
