"""How near a batch comes to its slowest stage alone.

    python -m benchmarks.batch [PHOTOS] [MEGAPIXELS] [QUALITY]

Gray JPEG files with film grain, 40 of 6 megapixels by default, "balanced". First each stage is run
alone over all photos, as many at once as the batch has threads for it; then the batch itself, into
a fresh folder, journal and all. The network is loaded and warm before. Processor time is what all
threads took together: where the batch takes no more of it than its stages, and all cores are busy,
nothing is wasted, however the times compare.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from benchmarks.files import write_jpeg
from engine.batch import (
    Choice,
    GivenEdits,
    Job,
    Journal,
    Means,
    Naming,
    find_photos,
    make_plan,
    run_batch,
)
from engine.in_order import cores
from engine.pipeline import Said, Wish, opened_for, planes_for, saved_as
from engine.predictors import load_lasting_predictor
from engine.values import Quality

BAR = 0.85


def main(count: int, megapixels: float, quality: Quality) -> None:
    """Measure and print."""
    wish = Wish(quality=quality)
    predictor = load_lasting_predictor("cpu")
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "photos"
        folder.mkdir()
        photos = _photos(folder, count, megapixels)
        targets = [Path(work) / f"{number}.jpg" for number in range(count)]
        opened = _timed("reading", lambda: _all(
            lambda pair: opened_for(pair[0], pair[1], wish, None, Said(None)),
            list(zip(photos, targets, strict=True)), cores(),
        ))  # fmt: skip
        planes_for(opened[0][0].lightness, predictor, wish)
        planes = _timed("network", lambda: _all(
            lambda one: planes_for(one.lightness, predictor, wish), opened[0], 1,
        ))  # fmt: skip
        written = _timed("writing", lambda: _all(
            lambda all3: saved_as(all3[0], all3[1], all3[2], wish, None, None, Said(None)),
            list(zip(opened[0], planes[0], targets, strict=True)), cores(),
        ))  # fmt: skip
        slowest = max(opened[1], planes[1], written[1])
        worked = time.process_time()
        seconds = _batch(folder, Path(work) / "results", wish, predictor)
        worked = time.process_time() - worked
        print(f"the batch {seconds:14.2f} s {worked:14.2f} s of processors")
        print(f"slowest stage alone / batch {slowest / seconds:.2f}, bar {BAR}")
        # Where every stage alone keeps all cores busy, no batch can be quicker than this.
        together = opened[1] + planes[1] + written[1]
        print(f"all stages, one after the other / batch {together / seconds:.2f}")
        stages = opened[2] + planes[2] + written[2]
        print(f"processor time of all stages / of the batch {stages / worked:.2f}")


def _batch(folder: Path, into: Path, wish: Wish, predictor: Any) -> float:
    into.mkdir()
    job = Job(wish, GivenEdits(), Naming(into), predictor.model.sha256)
    with Journal(into / "journal.sqlite") as journal:
        plan = make_plan(find_photos([folder], Choice()), job, journal.known(job.fingerprint))
        journal.reserve(job.fingerprint, (row.record() for row in plan.to_color))
        start = time.perf_counter()
        finished = run_batch(plan.to_color, job, journal, Means(lambda: predictor), lambda _: None)
        seconds = time.perf_counter() - start
    assert finished.done == len(plan.rows), finished
    return seconds


def _photos(folder: Path, count: int, megapixels: float) -> list[Path]:
    side = int((megapixels * 1e6 / 1.5) ** 0.5)
    paths = []
    for number in range(count):
        path = folder / f"{number:03}.jpg"
        write_jpeg(path, (int(side * 1.5), side), 4 + number % 3)
        paths.append(path)
    return paths


def _all(work: Callable[[Any], Any], values: list[Any], threads: int) -> list[Any]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, values))


def _timed(name: str, work: Callable[[], list[Any]]) -> tuple[list[Any], float, float]:
    start, worked = time.perf_counter(), time.process_time()
    made = work()
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    print(f"{name} alone {seconds:14.2f} s {worked:14.2f} s of processors", flush=True)
    return made, seconds, worked


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(
        int(given.get(0, "40")), float(given.get(1, "6")),
        cast("Quality", given.get(2, "balanced")),
    )  # fmt: skip
