"""ExifTool as an independent judge; tests that need it are skipped where it is not installed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="ExifTool is not installed")


def tags_of(path: Path, *options: str) -> dict[str, object]:
    """Every tag of a file, as "Group:Name"."""
    return tags_of_all([path], *options)[0]


def tags_of_all(paths: list[Path], *options: str) -> list[dict[str, object]]:
    """The same of several files, in one call, since ExifTool takes a while to start."""
    assert EXIFTOOL is not None
    command = [EXIFTOOL, "-j", "-G1", "-a", "-s", "-struct", *options, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    tags: list[dict[str, object]] = json.loads(done.stdout)
    return tags


def write_tags(path: Path, *assignments: str) -> None:
    """Let ExifTool write tags such as "-Artist=A. Nobody" into a file."""
    assert EXIFTOOL is not None
    command = [EXIFTOOL, "-q", "-overwrite_original", *assignments, str(path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
