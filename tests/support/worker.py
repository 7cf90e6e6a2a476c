"""A process of its own that reads and colors files, within limits: what breaks it breaks no test.

Run as `python -m tests.support.worker`: a line of JSON comes in, a line of JSON goes out. Whatever
libraries print goes to standard error, where the parent looks for it.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import PhotochromError
from engine.photo.lightness import measure_lightness
from engine.photo.read import read_photo
from engine.pipeline import Wish, colorize
from engine.values import Photo
from tests.support.fakes import FakePredictor
from tests.support.later_files import later_files
from tests.support.pictures import by_pillow, gray_picture, rgb_picture

MEMORY_BYTES = 1536 << 20
# How far off the lightness of a result may be, at most and in the mean; lossy formats round it.
_OFF = {".png": (1.0, 0.5), ".tif": (1.0, 0.5)}
_OFF_LOSSY = (100.0, 2.5)
# Results are read back and compared with their photo up to this size; the rest takes too long.
_MOST_COMPARED = 4_000_000


def _limit_memory() -> None:
    """Allow so much address space beside what the program itself takes; not on Windows."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError):
        return
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _facts(photo: Photo) -> dict[str, Any]:
    assert photo.pixels is not None
    digest = hashlib.sha256(photo.pixels)
    return {
        "size": list(photo.size),
        "digest": digest.hexdigest(),
        "notices": list(photo.source.notices),
    }


def _read(path: Path) -> dict[str, Any]:
    """What both ways of reading give; they must agree."""
    photo = read_photo(path)
    light = read_photo(path, keep="lightness")
    facts = _facts(photo)
    if photo.size != light.size:
        facts["wrong"] = f"pixels of {photo.size}, lightness of {light.size}"
    return facts


def _color(path: Path, target: Path) -> str:
    """Color it; what is wrong with the result, or nothing."""
    outcome = colorize(path, target, FakePredictor(), Wish())
    photo = read_photo(path, keep="lightness")
    if photo.size[0] * photo.size[1] > _MOST_COMPARED:
        return ""
    result = read_photo(outcome.target, keep="lightness")
    if result.size != photo.size:
        return f"the result has {result.size} pixels, the photo {photo.size}"
    off = np.abs(measure_lightness(result).L - measure_lightness(photo).L)
    if photo.alpha is not None:
        off = off[photo.alpha > 0]  # WebP stores what it likes where nothing can be seen
    most, mean = _OFF.get(target.suffix, _OFF_LOSSY)
    if not off.size or (off.max() <= most and off.mean() <= mean):
        return ""
    return f"the lightness of the result is off by {off.max():.1f}, {off.mean():.1f} in the mean"


def _answer(path: Path, target: Path | None) -> dict[str, Any]:
    try:
        facts = _read(path)
        if target is not None:
            facts["wrong"] = facts.get("wrong") or _color(path, target)
    except PhotochromError as error:
        return {"sentence": str(error), "code": error.code}
    except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it is
        return {"wrong": f"{type(error).__name__}: {error}"}
    return facts


def _warm_up(folder: Path) -> None:
    """Load and compile all that is needed, so that the limits are for the files alone."""
    for picture in (gray_picture(), rgb_picture(), gray_picture(depth=16)):
        path = folder / "warm-up.png"
        path.write_bytes(by_pillow(picture, "PNG"))
        assert not _answer(path, folder / "warm.png").get("wrong")
        for left in folder.iterdir():
            left.unlink()
    for files in later_files().values():  # one each: its library is imported now
        name, data = next(iter(files.items()))
        path = folder / name
        path.write_bytes(data)
        answer = _answer(path, None)
        assert not {"wrong", "sentence"} & set(answer), (name, answer)
        path.unlink()


def main() -> None:
    """Answer until there is nothing more to read."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _warm_up(Path(sys.argv[1]))
    _limit_memory()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        target = Path(request["target"]) if request["target"] else None
        print(json.dumps(_answer(Path(request["path"]), target)), file=answers, flush=True)


if __name__ == "__main__":
    main()
