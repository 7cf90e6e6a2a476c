"""The table of docs/round-trips.md: python -m benchmarks.round_trips

The cases of tests/unit/photo/test_round_trips.py, counted: what a photographer hands in, in every
format that is made there, colored into every format that is written. Needs ExifTool, which judges
the metadata, and ImageMagick, which looks at everything else once more.
"""

import sys
import tempfile
from pathlib import Path

from engine.checking.check import check_result
from tests.support.exiftool import tags_of
from tests.support.imagemagick import seen_by_imagemagick
from tests.support.pictures import Array
from tests.unit.photo.test_round_trips import (
    BLOCKS,
    PROFILES,
    SOURCES,
    SUFFIXES,
    TARGETS,
    amiss,
    colored,
    described,
    missing,
    original,
)

KEPT = ("kept", "changed")  # "changed": compressed with loss, within what is allowed


def main() -> None:
    """Print the table."""
    sys.stdout.write(
        "| from | to | depth | turned upright | lightness | profiles | dpi | ImageMagick | EXIF "
        "| XMP | IPTC |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            for target in TARGETS:
                sys.stdout.write(_row(Path(folder), source, target) + "\n")
                sys.stdout.flush()


def _row(folder: Path, source: tuple[str, int], target: str) -> str:
    path = folder / f"original{SUFFIXES[source[0]]}"
    upright, light, dpi, agreed, depth = 0, 0, 0, 0, ""
    for orientation in range(1, 9):
        pixels = original(path, *source, "none", orientation)
        agreed += _imagemagick_agrees(path, source, target, "none", pixels)
        rows = _verdicts(path, target)
        upright += rows["size"] == "kept"
        light += rows["lightness"] in KEPT
        dpi += rows["dpi"] == "kept"
        depth = "kept" if rows["depth"] == "kept" else "8 bit" if target != "avif" else "12 bit"
    profiles = [
        name for name in PROFILES if not (source == ("png", 16) and name in ("sRGB", "table"))
    ]
    good = 0
    for name in profiles:
        pixels = original(path, *source, name, 1)
        agreed += _imagemagick_agrees(path, source, target, name, pixels)
        good += _verdicts(path, target)["lightness"] in KEPT
    counts = [_tags(path, source, target, block) for block in BLOCKS]
    cells = (
        f"{source[0].upper()} {source[1]}", target.upper(), depth, f"{upright}/8", f"{light}/8",
        f"{good}/{len(profiles)}", f"{dpi}/8", f"{agreed}/{8 + len(profiles)}", *counts,
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _verdicts(path: Path, target: str) -> dict[str, str]:
    result = colored(path, target)
    rows = {row.name: row.verdict for row in check_result(path, result).rows}
    result.unlink()
    return rows


def _imagemagick_agrees(
    path: Path, source: tuple[str, int], target: str, profile: str, upright: Array
) -> bool:
    result = colored(path, target)
    complaints = amiss(seen_by_imagemagick(result), source, target, profile, upright)
    result.unlink()
    return not complaints


def _tags(path: Path, source: tuple[str, int], target: str, block: str) -> str:
    described(path, *source, (block,), 6)
    result = colored(path, target)
    lost = missing(block, tags_of(result, "-n"))
    result.unlink()
    return f"{len(BLOCKS[block]) - len(lost)}/{len(BLOCKS[block])}"


if __name__ == "__main__":
    main()
