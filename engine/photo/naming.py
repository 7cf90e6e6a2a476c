"""How results are called, and how a name that is taken is made unique."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Literal

from engine.errors import UnknownFormat
from engine.values import FileFormat

OnConflict = Literal["unique", "skip", "overwrite"]

WRITABLE: dict[str, FileFormat] = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
    ".avif": "avif",
}
_MARK = "-colorized"
_LAYER_MARK = "-color-layer"
# What Linux, macOS and Windows allow in one name; Linux counts bytes.
_LONGEST_NAME = 255


def format_for(target: Path) -> FileFormat:
    """The format that a file's suffix names.

    Raises:
        UnknownFormat: it names none that can be written.
    """
    file_format = WRITABLE.get(target.suffix.lower())
    if file_format is None:
        raise UnknownFormat(name=target.name)
    return file_format


def colorized_path(source: Path, folder: Path | None = None, suffix: str | None = None) -> Path:
    """Where the result of a photo goes: NAME-colorized.EXT.

    Args:
        source: the photo.
        folder: where to put it; beside the photo if not given.
        suffix: its ending, such as ".tif". If not given, the photo's own if that can be written,
            otherwise ".png", which holds 8 and 16 bit without loss.

    Returns:
        The path; nothing is looked up on the disk. A name that would be too long is shortened.
    """
    if suffix is None:
        suffix = source.suffix if source.suffix.lower() in WRITABLE else ".png"
    elif not suffix.startswith("."):
        suffix = f".{suffix}"
    return (folder or source.parent) / shortened(source.stem, _MARK + suffix)


def color_layer_path(source: Path, folder: Path, suffix: str | None = None) -> Path:
    """Where the color alone goes: NAME-color-layer.tif, or .png if the results are that."""
    ending = ".png" if suffix == ".png" else ".tif"
    return folder / shortened(source.stem, _LAYER_MARK + ending)


def unique_path(target: Path) -> Path:
    """The target itself if its name is free, else the first free one of NAME-2.EXT, NAME-3.EXT.

    Another program may take the name right afterwards; `write_photo` copes with that.
    """
    return next(path for path in numbered_paths(target) if not os.path.lexists(path))


def numbered_paths(target: Path) -> Iterator[Path]:
    """The target, then NAME-2.EXT, NAME-3.EXT and so on without end."""
    yield target
    for number in count(2):
        yield target.with_name(shortened(target.stem, f"-{number}{target.suffix}"))


def shortened(stem: str, tail: str) -> str:
    """The stem with the tail behind it, the stem cut so that the whole fits into a name."""
    room = _LONGEST_NAME - len(os.fsencode(tail))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + tail
