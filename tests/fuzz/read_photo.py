"""Fuzzing of the reader with atheris: whatever the bytes, a photo or one of our own errors.

Run by `make fuzz`; docs/damaged-files.md tells how. Only our own modules report which of their
lines a file reaches. The libraries below them are not built for that, but crash all the same.
"""

import struct
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import atheris
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
# Numba compiles what is in these, and does not know the instructions that atheris puts in.
_COMPILED = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "engine").rglob("*.py")
    if "@compiled" in path.read_text(encoding="utf-8")
]

with atheris.instrument_imports(include=["engine"], exclude=_COMPILED):
    from engine.errors import PhotochromError
    from engine.photo.decoded import allow_pixels
    from engine.photo.lightness import measure_lightness
    from engine.photo.read import read_photo
    from engine.photo.spaces import space_for

# Larger ones count as too large here: they would take the time in which a hundred small ones are
# tried. What claims to be huge is what tests/support/hostile.py is for.
allow_pixels(1_000_000)
_PNG = b"\x89PNG\r\n\x1a\n"


def one_input(data: bytes) -> None:
    """Read some bytes in both ways, and do with them what coloring would."""
    _PATH.write_bytes(data)
    try:
        photo = read_photo(_PATH)
        light = read_photo(_PATH, keep="lightness")
    except PhotochromError as error:
        sentence = str(error)
        assert len(sentence.splitlines()) == 1, sentence
        assert _PATH.name in sentence, sentence
        return
    assert photo.size == light.size
    space_for(photo, "own")
    L = measure_lightness(photo).L
    assert np.isfinite(L).all()
    assert L.min() >= 0
    assert L.max() <= 100.001
    np.testing.assert_allclose(measure_lightness(light).L, L, atol=1e-3)


def mutate(data: bytes, most_bytes: int, seed: int) -> bytes:
    """Changed bytes; in every other PNG file with true checksums, or none would get any farther."""
    changed = atheris.Mutate(data, len(data))[:most_bytes]
    return _with_checksums(changed) if seed % 2 and changed.startswith(_PNG) else changed


def _with_checksums(png: bytes) -> bytes:
    fixed, at = bytearray(png), len(_PNG)
    while at + 12 <= len(png):
        (size,) = struct.unpack_from(">I", png, at)
        end = at + 8 + size
        if end + 4 > len(png):
            break
        struct.pack_into(">I", fixed, end, zlib.crc32(png[at + 4 : end]))
        at = end + 4
    return bytes(fixed)


if __name__ == "__main__":
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        _PATH = Path(folder) / "photo"
        atheris.Setup(sys.argv, one_input, custom_mutator=mutate)
        atheris.Fuzz()
