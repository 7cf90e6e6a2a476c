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
from engine.errors import ModelError, PhotochromError
from engine.values import Predictor

# Among the first ones there may be damaged ones, or such as have color already.
_PHOTOS = 5
# What takes less is done once more: the first time goes in part into getting started.
_QUICK_SECONDS = 3.0

logger = logging.getLogger(__name__)


def tried_seconds(
    plan: Plan, job: Job, load: Callable[[], Predictor], cancel: CancelToken
) -> float | None:
    """Color one of the photos into a folder that is gone afterwards, and reckon from that.

    It is a little too much rather than too little, since a batch reads, colors and writes at once.

    Args:
        plan: of the batch.
        job: how it is colored.
        load: gives the network.
        cancel: checked now and then.

    Returns:
        Seconds that the whole batch will take, roughly; None if there is nothing to be done, or
        if none of the first photos can be colored.

    Raises:
        ModelError: there is no network.
        Cancelled: on request.
    """
    rows = plan.to_color
    if not rows:
        return None
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
        if found is not None and found[1] < _QUICK_SECONDS:
            found = _colored(row, job, predictor, cancel)
    except ModelError:
        raise
    except PhotochromError as error:
        logger.info("The trial with %s failed: %s", row.source, error)
        return None
    return found


def _colored(
    row: Row, job: Job, predictor: Predictor, cancel: CancelToken
) -> tuple[int, float] | None:
    with tempfile.TemporaryDirectory(prefix="photochrom-") as folder:
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
