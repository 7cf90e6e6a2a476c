"""Reads photos in a process of its own: python -m tests.support.read_files GIBIBYTES FOLDER FILE...

For each file a line of JSON goes to standard output, so that what was read before a crash is known:
"size", "depth", "colors", "alpha", "icc", "metadata", "notices", "seconds", or "code" and
"sentence". Its pixels, as 8 bit, go into FOLDER under the file's number.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from engine.errors import PhotochromError
from engine.photo.read import read_photo


def main() -> None:
    gibibytes, folder, *names = sys.argv[1:]
    _limit_memory(int(gibibytes) << 30)
    for number, name in enumerate(names):
        print(json.dumps(_read(Path(name), Path(folder, f"{number}.npy"))), flush=True)


def _limit_memory(count: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (count, count))


def _read(path: Path, target: Path) -> dict[str, object]:
    start = time.perf_counter()
    try:
        photo = read_photo(path)
    except PhotochromError as error:
        return {"code": error.code, "sentence": str(error)}
    seconds = time.perf_counter() - start
    pixels = photo.pixels
    if pixels.dtype == np.uint16:
        pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if photo.alpha is not None:
        seen = (photo.alpha > np.iinfo(photo.alpha.dtype).max // 2)[..., None]
        pixels = np.concatenate([pixels, seen.astype(np.uint8)], axis=-1)
    np.save(target, pixels)
    source = photo.source
    return {
        "format": source.format,
        "size": photo.size,
        "depth": source.depth,
        "colors": photo.pixels.shape[2],
        "alpha": photo.alpha is not None,
        "icc": source.icc is not None,
        "metadata": [name.removesuffix("-data") for name, _ in source.metadata],
        "notices": source.notices,
        "seconds": round(seconds, 3),
    }


if __name__ == "__main__":
    main()
