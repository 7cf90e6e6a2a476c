"""Whether a batch's memory stays flat over thousands of photos.

    python -m benchmarks.batch_memory [PHOTOS] [QUALITY]

Small gray photos of their own bytes, 5,000 of 96 x 64 and 64 x 96 pixels by default, in the formats
that scans have, colored by the real network at "fast", journal, metadata, report and all. Resident
memory (VmRSS, so on Linux only) is printed after every tenth of them, and how much it grew from the
first tenth to the last. What a leak would lose a photo does not depend on the photo's size, or
would only be larger.
"""

import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import numpy as np
import pyvips

from benchmarks.files import grain
from engine.batch import (
    BatchReport,
    Choice,
    Event,
    GivenEdits,
    Job,
    Journal,
    Means,
    Naming,
    Progressed,
    find_photos,
    plan_in,
    run_batch,
    write_report,
)
from engine.pipeline import Wish
from engine.predictors import load_lasting_predictor
from engine.values import Quality

STEPS = 10
_ENDINGS = ("jpg", "tif", "png", "webp")


def main(count: int, quality: Quality) -> None:
    """Measure and print."""
    predictor = load_lasting_predictor("cpu")
    with tempfile.TemporaryDirectory() as work:
        folder, into = Path(work) / "photos", Path(work) / "results"
        _make_photos(folder, count)
        into.mkdir()
        job = Job(Wish(quality=quality), GivenEdits(), Naming(into), predictor.model.sha256)
        watched = _Watched(max(1, count // STEPS))
        with Journal(into / "journal.sqlite") as journal:
            plan = plan_in(journal, find_photos([folder], Choice()), job)
            print(f"{0:6} {_resident_megabytes():6.0f} MB", flush=True)
            finished = run_batch(
                plan.to_color, job, journal, Means(lambda: predictor), watched.tell
            )
            assert finished.done == count, finished
            records = tuple(journal.known(job.fingerprint).records.values())
        first, last = watched.megabytes[0], watched.megabytes[-1]
        print(f"growth from the first tenth to the last: {last - first:+.1f} MB")
        print(f"{1000 * finished.seconds / count:.0f} ms a photo")
        write_report(BatchReport.of(records, finished.seconds), into)
        print(f"with the report written: {_resident_megabytes():.0f} MB")


class _Watched:
    """Notes the memory after every so many photos."""

    def __init__(self, every: int) -> None:
        self._every, self._start = every, time.monotonic()
        self.megabytes: list[float] = []

    def tell(self, event: Event) -> None:
        if isinstance(event, Progressed) and event.ended % self._every == 0:
            self.megabytes.append(_resident_megabytes())
            seconds = time.monotonic() - self._start
            print(f"{event.ended:6} {self.megabytes[-1]:6.0f} MB {seconds:7.0f} s", flush=True)


def _make_photos(folder: Path, count: int) -> None:
    folder.mkdir()
    base = grain((96, 64), 4).cast("uchar").numpy()
    random = np.random.default_rng(4)
    for number, ending in zip(range(count), itertools.cycle(_ENDINGS), strict=False):
        own = base // 2 + random.integers(0, 128, base.shape, np.uint8)
        own = own if number % 3 else own.T
        image = pyvips.Image.new_from_array(np.ascontiguousarray(own), interpretation="b-w")
        image.write_to_file(str(folder / f"{number:05}.{ending}"))


def _resident_megabytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1000


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(int(given.get(0, "5000")), cast("Quality", given.get(1, "fast")))
