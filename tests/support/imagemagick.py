"""ImageMagick as an independent judge; tests that need it are skipped where it is not installed."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

_SEVEN = shutil.which("magick")
# Version 7 has one program for all; Debian 12 has version 6, with one for each task. What is not
# installed is None.
CONVERT = [_SEVEN] if _SEVEN else [shutil.which("convert-im6.q16") or shutil.which("convert")]
_IDENTIFY = [_SEVEN, "identify"] if _SEVEN else [shutil.which("identify")]
needs_imagemagick = pytest.mark.skipif(
    None in (*CONVERT, *_IDENTIFY), reason="ImageMagick is not installed"
)

_SECONDS = 60
_QUESTIONS = "%w|%h|%z|%[orientation]|%x|%y|%U"
_PER_INCH = {"PixelsPerInch": 1.0, "PixelsPerCentimeter": 2.54}


@dataclass(frozen=True, eq=False)
class Seen:
    """What ImageMagick sees in a file.

    Attributes:
        size: width and height, as stored.
        depth: bits per channel.
        orientation: such as "TopLeft" for upright, or "Undefined".
        dpi: pixels per inch, or None where the file says nothing.
        icc: the profile, byte for byte, or None.
        pixels: (H, W, 3) uint16, as stored, without any profile applied.
    """

    size: tuple[int, int]
    depth: int
    orientation: str
    dpi: tuple[float, float] | None
    icc: bytes | None
    pixels: NDArray[np.uint16]


def seen_by_imagemagick(path: Path) -> Seen:
    """Ask it everything about a file."""
    told = _run(*_IDENTIFY, "-format", _QUESTIONS, path).decode().split("|")
    size = int(told[0]), int(told[1])
    # Some versions repeat the unit behind each number.
    across, down = (float(number.split()[0]) for number in told[4:6])
    factor = _PER_INCH.get(told[6].strip())
    pixels = np.frombuffer(
        _run(*CONVERT, path, "-depth", "16", "-endian", "LSB", "rgb:-"), "<u2"
    ).reshape(size[1], size[0], 3)
    return Seen(
        size=size,
        depth=int(told[2]),
        orientation=told[3],
        dpi=(across * factor, down * factor) if factor else None,
        icc=_profile(path),
        pixels=pixels,
    )


def _profile(path: Path) -> bytes | None:
    done = _done(*CONVERT, path, "icc:-")
    return done.stdout or None if done.returncode == 0 else None


def _run(*command: object) -> bytes:
    done = _done(*command)
    if b"no decode delegate" in done.stderr:
        pytest.skip("this ImageMagick was built without a reader for the format")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def _done(*command: object) -> subprocess.CompletedProcess[bytes]:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, check=False, timeout=_SECONDS)
