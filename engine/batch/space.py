"""How much room results will take, roughly, and how much there is."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.batch.whole import whole_path

# Bytes of a result for each byte of its photo, by the ending of the one and the format of the
# other; the first row that fits counts. Measured on the samples, written anew in each format; they
# differ by a fifth either way, those of the second kind by a half.
_JPEG = frozenset({"jpg", "jpeg", "jpe", "jfif"})
_DENSE = frozenset({"webp", "heic", "heif", "hif", "avif", "jxl", "jp2"})
_LOSSY = frozenset({"jpeg", "webp", "avif"})
_GROWTH: tuple[tuple[frozenset[str] | None, frozenset[str] | None, float], ...] = (
    (_JPEG, _LOSSY, 1.6),
    (_JPEG, None, 5.5),
    (_DENSE, _LOSSY, 2.5),
    (_DENSE, None, 9.0),
    (None, _LOSSY, 0.7),
    (None, None, 2.5),
)


@dataclass(frozen=True, slots=True)
class Space:
    """Room on one disk.

    Attributes:
        folder: one that lies on it.
        needed: bytes that results will take there, estimated.
        free: bytes that are left; None if the system does not say.
    """

    folder: Path
    needed: int
    free: int | None

    @property
    def suffices(self) -> bool:
        """Whether there seems to be enough."""
        return self.free is None or self.needed <= self.free


def size_of_result(size: int, source: Path, file_format: str) -> int:
    """The bytes a result will have, estimated."""
    ending = source.suffix[1:].lower()
    for endings, formats, growth in _GROWTH:
        fits = endings is None or ending in endings
        if fits and (formats is None or file_format in formats):
            return round(size * growth)
    raise AssertionError("the last row fits all")


def spaces_for(sizes: Iterable[tuple[Path, int]]) -> tuple[Space, ...]:
    """The room that is needed and there, disk by disk.

    Args:
        sizes: folders, which need not exist yet, with the bytes that go there.
    """
    in_folders: dict[Path, int] = defaultdict(int)
    for folder, size in sizes:
        in_folders[folder] += size
    on_disks: dict[int, list[tuple[Path, int]]] = defaultdict(list)
    for folder, size in in_folders.items():
        existing = _existing(folder)
        try:
            on_disks[existing.stat().st_dev].append((existing, size))
        except OSError:
            on_disks[-1].append((existing, size))
    return tuple(
        Space(parts[0][0], sum(size for _, size in parts), free_in(parts[0][0]))
        for parts in on_disks.values()
    )


def free_in(folder: Path) -> int | None:
    """Bytes that are left where a folder lies or will lie; None if the system does not say."""
    try:
        return shutil.disk_usage(_existing(folder)).free
    except OSError:
        return None


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    path = whole_path(folder)
    return next((one for one in (path, *path.parents) if os.path.isdir(one)), path)  # noqa: PTH112
