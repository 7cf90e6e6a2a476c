"""The real files of many programs and cameras that lie outside the project, where they do.

Their folder is named by PHOTOCHROM_FORMATS; else it is `shared/formats` beside the repository.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
# Enough for the largest photo among them, and for nothing that runs wild.
_GIBIBYTES = {"corrupt": 4}
_USUAL_GIBIBYTES = 8
_SECONDS = 240


@dataclass(frozen=True)
class Outcome:
    """What reading a file came to.

    Attributes:
        path: the file.
        told: what `read_files` says of it; None if the process went down at it.
        pixels: (H, W, 1 or 3) uint8; None if it was refused.
        seen: (H, W), where it is opaque for more than half.
    """

    path: Path
    told: dict[str, Any] | None
    pixels: NDArray[np.uint8] | None = None
    seen: NDArray[np.bool_] | None = None


def folder() -> Path:
    """Where the files are, or would be."""
    return Path(os.environ.get("PHOTOCHROM_FORMATS") or ROOT.parent / "shared" / "formats")


def files() -> list[Path]:
    """All of them that should be photos, by folder and name."""
    found = (path for path in folder().glob("*/*") if path.is_file())
    return sorted(path for path in found if path.parent.name != "icc")


def outcomes(paths: list[Path], scratch: Path) -> Iterator[Outcome]:
    """Read files in a process with a memory limit.

    Args:
        paths: of one folder.
        scratch: an empty folder for pixels.
    """
    limit = _GIBIBYTES.get(paths[0].parent.name, _USUAL_GIBIBYTES)
    command = [sys.executable, "-m", "tests.support.read_files", str(limit), str(scratch)]
    done = subprocess.run(
        [*command, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        cwd=ROOT,
    )
    lines = done.stdout.splitlines()
    for number, path in enumerate(paths):
        if number >= len(lines):
            yield Outcome(path, None)
            continue
        told = json.loads(lines[number])
        if "code" in told:
            yield Outcome(path, told)
            continue
        stored = np.load(scratch / f"{number}.npy")
        colors = told["colors"]
        seen = stored[..., colors] > 0 if told["alpha"] else np.ones(stored.shape[:2], bool)
        yield Outcome(path, told, stored[..., :colors], seen)
