"""Damages files in all the ways that disks, networks and people do, the same way every time.

Real files lie in a folder that is no part of the project (`PHOTOCHROM_FORMATS`); for machines
without it the tests make small files of their own.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support.hostile import hostile_files
from tests.support.hostile_later import later_hostile_files
from tests.support.hostile_parts import hostile_parts

SEED = 300
# What is stored of a photo's name and size lies in the first bytes of most files.
_HEADER_BYTES = 64
_TAG_BYTES = 2000
_HUGE = (0xFF, 0x7F, 0x80, 0x00)

# Where the folder of real files is looked for, beside the repository.
_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "formats"
_WRONG_ENDINGS = {".jpg": ".png", ".png": ".tif", ".tif": ".jpg", ".tiff": ".jpg", ".gif": ".bmp"}


@dataclass(frozen=True, slots=True, eq=False)
class Damaged:
    """A damaged or hostile file.

    Attributes:
        name: such as "017-cut-attic.jpg"; no other one has it.
        kind: of the damage, a key of `DAMAGES`, or "hostile" or "found so".
        data: its bytes.
        original: the name of the whole file; empty for hostile ones, which have none.
    """

    name: str
    kind: str
    data: bytes
    original: str = ""


def real_files() -> list[Path]:
    """The real files, in a fixed order; none on a machine without the folder."""
    folder = Path(os.environ.get("PHOTOCHROM_FORMATS") or _BESIDE)
    files = (path for path in folder.glob("*/*") if path.parent.name != "icc")
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def damaged_files(wholes: dict[str, bytes], count: int, seed: int = SEED) -> Iterator[Damaged]:
    """Damage files, each kind of damage about as often as any other.

    Args:
        wholes: bytes by file name. Each gets its turn before any gets another one.
        count: how many damaged ones there are to be.
        seed: the same one gives the same bytes.
    """
    rng = np.random.default_rng(seed)
    names = list(wholes)
    order = [name for _ in range(-(-count // len(names))) for name in rng.permutation(names)]
    kinds = list(DAMAGES)
    for number, original in enumerate(order[:count]):
        kind = kinds[number % len(kinds)]
        whole = wholes[original]
        stem, suffix = Path(original).stem, Path(original).suffix
        data = DAMAGES[kind](whole, rng)
        if kind == "wrong ending":
            suffix = _WRONG_ENDINGS.get(suffix.lower(), ".jpg")
        name = f"{number:03}-{kind.replace(' ', '-')}-{stem}{suffix}"
        yield Damaged(name, kind, data, original)


def hostile() -> Iterator[Damaged]:
    """The hostile files, made from nothing."""
    for name, data in hostile_files():
        yield Damaged(f"hostile-{name}", "hostile", data)


def later_hostile() -> Iterator[Damaged]:
    """Hostile files for the readers that stand beside libvips."""
    for name, data in later_hostile_files():
        yield Damaged(f"hostile-{name}", "hostile", data)


def hostile_of_parts() -> Iterator[Damaged]:
    """Hostile files that say one thing very often."""
    for name, data in hostile_parts():
        yield Damaged(f"hostile-{name}", "hostile", data)


def _cut(whole: bytes, rng: np.random.Generator) -> bytes:
    return whole[: rng.integers(1, len(whole))]


def _cut_late(whole: bytes, rng: np.random.Generator) -> bytes:
    """The last bytes are gone, as if a copy had almost been finished."""
    return whole[: -rng.integers(1, max(2, min(len(whole) // 20, 5000)))]


def _flipped(whole: bytes, rng: np.random.Generator, start: int, end: int) -> bytes:
    broken = bytearray(whole)
    end = max(start + 1, min(end, len(whole)))
    for at in rng.integers(min(start, len(whole) - 1), end, rng.integers(1, 5)):
        broken[min(at, len(whole) - 1)] ^= 1 << rng.integers(8)
    return bytes(broken)


def _header(whole: bytes, rng: np.random.Generator) -> bytes:
    return _flipped(whole, rng, 0, _HEADER_BYTES)


def _tags(whole: bytes, rng: np.random.Generator) -> bytes:
    """Segments and chunks lie near the start, the tags of many TIFF files near the end."""
    if whole[:2] in (b"II", b"MM") and rng.integers(2):
        return _flipped(whole, rng, max(0, len(whole) - _TAG_BYTES), len(whole))
    return _flipped(whole, rng, 8, _TAG_BYTES)


def _pixels(whole: bytes, rng: np.random.Generator) -> bytes:
    return _flipped(whole, rng, len(whole) // 3, len(whole) * 9 // 10)


def _wrong_header(whole: bytes, rng: np.random.Generator) -> bytes:
    """It starts like a file of another format."""
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08",
              b"GIF89a", b"RIFF\0\0\1\0WEBP", b"BM", b"P6\n", b"\0\0\0\x1cftypavif")  # fmt: skip
    start = starts[rng.integers(len(starts))]
    return start + whole[len(start) :]


def _zeros(whole: bytes, rng: np.random.Generator) -> bytes:
    """A stretch of it was never written to the disk."""
    if rng.integers(6) == 0:
        return bytes(len(whole))
    start = int(rng.integers(0, len(whole)))
    length = min(int(rng.integers(16, 5000)), len(whole) - start)
    return whole[:start] + bytes(length) + whole[start + length :]


def _huge(whole: bytes, rng: np.random.Generator) -> bytes:
    """Some number near the start, as those of the size, is far too large."""
    broken = bytearray(whole)
    at = int(rng.integers(4, max(5, min(len(whole) - 4, 400))))
    value = _HUGE[rng.integers(len(_HUGE))]
    broken[at : at + int(rng.integers(1, 5))] = bytes([value]) * int(rng.integers(1, 5))
    return bytes(broken[: len(whole)])


def _doubled(whole: bytes, rng: np.random.Generator) -> bytes:
    """A stretch stands there twice, so that all behind it is moved."""
    start = int(rng.integers(0, len(whole)))
    end = start + int(rng.integers(1, 4096))
    return whole[:end] + whole[start:]


def _as_it_is(whole: bytes, _rng: np.random.Generator) -> bytes:
    return whole


DAMAGES = {
    "cut": _cut,
    "cut late": _cut_late,
    "bits in the header": _header,
    "bits in the tags": _tags,
    "bits in the pixels": _pixels,
    "wrong header": _wrong_header,
    "zeros": _zeros,
    "huge numbers": _huge,
    "doubled": _doubled,
    "wrong ending": _as_it_is,
}
