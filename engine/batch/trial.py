"""How long a batch will take, found by a trial of which nothing stays."""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.batch.job import Job
from engine.batch.looks import Looks
from engine.batch.pace import Pace
from engine.batch.plan import Plan, Row
from engine.batch.tasks import Read, Task, look_at, read_task, write_task
from engine.cancel import CancelToken
from engine.errors import ModelDamaged, ModelMissing
from engine.values import Predictor

# Among the first ones there may be damaged ones, or such as have color already.
_PHOTOS = 5
# What takes less is done once more: the first time goes in part into getting started, which takes
# ten seconds where loops have to be compiled.
_LONG_SECONDS = 60.0

logger = logging.getLogger(__name__)


def tried_seconds(
    plan: Plan, job: Job, load: Callable[[], Predictor], cancel: CancelToken
) -> float | None:
    """Color one of the photos into a folder that is gone afterwards, and reckon from that.

    One photo stands for all, colored by itself: a batch reads, colors and writes at once, and is a
    third quicker for it, while slow folders and looks taken from other photos make it slower.

    Args:
        plan: of the batch.
        job: how it is colored.
        load: gives the network.
        cancel: checked now and then.

    Returns:
        Seconds that the whole batch will take, roughly; None if there is nothing to be done, or
        if none of the first photos can be colored.

    Raises:
        PhotochromError: there is no network, or none on the device wished for.
        Cancelled: on request.
    """
    rows = plan.to_color
    if not rows:
        return None
    cancel.raise_if_set()
    predictor, pace = load(), Pace([row.load for row in rows])
    for index, row in enumerate(rows[:_PHOTOS]):
        found = _tried(row, job, predictor, cancel)
        if found is None:
            pace.dropped(index)
            continue
        pixels, seconds = found
        pace.read(index, pixels)
        pace.done(index)
        return seconds + (pace.seconds_left(seconds) or 0.0)
    return None


def _tried(
    row: Row, job: Job, predictor: Predictor, cancel: CancelToken
) -> tuple[int, float] | None:
    """The photo's pixels, and the seconds it took; None if nothing comes of it."""
    try:
        found = _colored(row, job, predictor, cancel)
        if found is not None and found[1] < _LONG_SECONDS:
            again = _colored(row, job, predictor, cancel)
            found = found if again is None else min(found, again)
    except (ModelMissing, ModelDamaged):
        raise
    except Exception:  # such a photo fails in a batch, which goes on
        logger.info("The trial with %s failed", row.source, exc_info=True)
        return None
    return found


def _colored(
    row: Row, job: Job, predictor: Predictor, cancel: CancelToken
) -> tuple[int, float] | None:
    # Where something still holds a file, the system's own tidying takes it.
    with tempfile.TemporaryDirectory(prefix="photochrom-", ignore_cleanup_errors=True) as folder:
        target = Path(folder) / f"trial{row.target.suffix}"
        layer = None if row.layer is None else Path(folder) / f"layer{row.layer.suffix}"
        wish = replace(job.wish, on_conflict="unique")
        task = Task(0, row.source, row.size, row.mtime, target, layer, wish, job.edits, row.sidecar)
        read = read_task(task, cancel)
        cancel.raise_if_set()
        if not isinstance(read, Read):
            return None
        seen = look_at(read, predictor, Looks(), cancel)
        cancel.raise_if_set()
        return read.pixels, write_task(seen, lambda *_: None, cancel).seconds
