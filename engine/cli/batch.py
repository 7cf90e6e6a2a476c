"""photochrom batch: whole folders of photos, left alone overnight."""

import contextlib
import datetime
import functools
import os
import re
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click

from engine.batch.cluster import connected
from engine.batch.events import Finished
from engine.batch.find import Choice, find_photos, missing_among
from engine.batch.job import Job
from engine.batch.journal import Journal, key_of, peek
from engine.batch.looks import OneLook
from engine.batch.places import journal_path, merge_shards, opened_journal, plan_in
from engine.batch.plan import Plan, make_plan
from engine.batch.records import Record, missing_record
from engine.batch.report import REPORT_NAME, BatchReport, write_report
from engine.batch.run import Means, run_batch
from engine.batch.shard import Shard
from engine.batch.sidecars import GivenEdits
from engine.batch.steering import Steering
from engine.batch.targets import BATCH_VARIABLES, Naming
from engine.batch.trial import tried_seconds
from engine.cli.batch_voices import (
    JsonVoice,
    PlainVoice,
    Teller,
    Voice,
    pattern_hint,
    summary_of,
)
from engine.cli.choices import (
    COLORING,
    SAVING,
    file_edits_of,
    layer_of,
    overlay_of,
    saving_of,
    suffix_of,
    with_options,
)
from engine.cli.wording import error_text
from engine.errors import BadTemplate, Cancelled, PhotochromError
from engine.network.header import weights_facts
from engine.photo.decoded import allow_pixels
from engine.photo.name_template import DEFAULT_TEMPLATE
from engine.pipeline import Wish
from engine.predictors import DeviceChoice, load_lasting_predictor

INTERRUPTED = 130
_SCHEDULER = re.compile(r"(?:tcp|tls)://(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@]+):(\d{1,5})")
_AGAIN = "Give the same command again to go on."


def _shard(text: str) -> Shard:
    """Read a share such as 3/8."""
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(f"{text} is no share such as 1/4 or 4/4.")
    return Shard(int(found[1]), int(found[2]))


def _scheduler(text: str) -> str:
    """Read an address such as tcp://10.0.0.1:8786."""
    found = _SCHEDULER.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 65535:
        raise click.BadParameter(f"{text} is no address such as tcp://10.0.0.1:8786.")
    return text


@click.command(short_help="Color whole folders; goes on where it stopped.")
@click.argument(
    "places",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
    metavar="FOLDER|PHOTO ...",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    metavar="FOLDER",
    help="Where the results go, in folders like those of the photos. [default: beside each photo]",
)
@click.option("--recursive", is_flag=True, help="Look into the folders within the folders, too.")
@click.option(
    "--include",
    multiple=True,
    metavar="PATTERN",
    help='Take only photos whose path below the folder, or whose name, fits, such as "*.tif". '
    "May be given several times; capitals do not matter.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out photos and folders that fit. May be given several times.",
)
@click.option(
    "--name",
    "template",
    default=DEFAULT_TEMPLATE,
    show_default=True,
    metavar="TEMPLATE",
    help="How results are called, without their ending. Variables: "
    f"{', '.join('{' + name + '}' for name in BATCH_VARIABLES)}.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["unique", "skip", "overwrite", "if-changed"]),
    default="unique",
    show_default=True,
    help="What to do where a file has the name: take another name, leave the photo out, replace "
    "the file, or replace an earlier result if its photo or what is wished for has changed.",
)
@click.option(
    "--retry-failed", is_flag=True, help="Try again the photos that failed in an earlier run."
)
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Say what would be done and how long it would take; write nothing.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many read and write at once; results do not depend on it. [default: one a core]",
)
@click.option(
    "--shard",
    type=_shard,
    metavar="I/N",
    help="Color only the I-th of N shares of the listing, for several machines.",
)
@click.option(
    "--cluster",
    type=_scheduler,
    metavar="tcp://HOST:PORT",
    help="Have the workers of a Dask cluster color the photos; see docs/clusters.md. This opens a "
    "connection to its scheduler, and is the only option by which anything is sent anywhere.",
)
@click.option(
    "--one-look",
    is_flag=True,
    help="What is seen in the first photo of a folder, too, gets the color it has there.",
)
@click.option(
    "--look-of",
    multiple=True,
    type=click.Path(path_type=Path, readable=False),
    metavar="PHOTO",
    help="What is seen in this photo, too, gets the color it has there: its own, or what the "
    "network and its edits give it. May be given several times.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    metavar="FOLDER",
    help=f"At the end, write {REPORT_NAME}.html, .csv and .json there: what became of each photo.",
)
@with_options(COLORING)
@with_options(SAVING)
@click.option(
    "--json", "as_json", is_flag=True, help="One line of JSON per photo on standard output."
)
def batch(places: tuple[Path, ...], plan_only: bool, as_json: bool, **options: Any) -> int:
    """Color all photos in folders.

    What is done is written down as it is done: after a crash, a power cut or Ctrl+C the same
    command goes on where it stopped, and no photo is colored twice.

    Exit status: 0 all done; 1 some photo failed, a folder or photo does not exist, a folder could
    not be looked into or the disk was full; 2 wrong usage; 130 interrupted.
    """
    voice = JsonVoice() if as_json else PlainVoice()
    if options["cluster"] and options["workers"]:
        raise click.UsageError("--workers is of this machine; with --cluster, leave it out.")
    if options["one_look"] and options["look_of"]:
        raise click.UsageError("--one-look takes the first photos; with --look-of, leave it out.")
    job = _job(**options)
    allow_pixels(options["most_pixels"] * 1_000_000)
    job.look.check(job.edits)
    choice = Choice(options["recursive"], options["include"], options["exclude"], options["into"])
    shard: Shard | None = options["shard"]
    path = journal_path(options["into"], shard)
    missing = _told_missing(places, voice, plan_only)
    report: Path | None = options["report"]
    if missing.keys() >= set(places):
        if report is not None and not plan_only:
            known = peek(path, job.fingerprint).records
            _write_report(report, known, missing.values(), seconds=0.0)
        return 1
    finding = find_photos([place for place in places if place not in missing], choice)
    if plan_only:
        plan = make_plan(finding, job, peek(path, job.fingerprint), **_planning(**options))
        voice.planned(plan)
        voice.summed_up(plan if options["cluster"] else _timed(plan, job, options["device"]))
        _say_if_nothing_fits(plan, choice)
        return 1 if missing else 0
    with _means(job, **options) as means, opened_journal(path) as journal:
        if shard is None:
            merge_shards(journal)
        plan = plan_in(journal, finding, job, **_planning(**options))
        _say_before(plan, choice, voice)
        finished = _run(plan, job, journal, voice, means)
        if report is not None:
            known = journal.records(job.fingerprint)
            _write_report(report, known, missing.values(), finished.seconds)
        return _say_after(plan, finished, len(missing))


def _told_missing(places: Iterable[Path], voice: Voice, plan_only: bool) -> dict[Path, Record]:
    """What does not exist, by the name it was given by; it is said at once."""
    missing = {place: missing_record(place) for place in missing_among(places)}
    for place, one in missing.items():
        click.echo(f"{place}: {one.reason}", err=True)
        if isinstance(voice, JsonVoice):
            voice.missing(place, one.reason, plan_only=plan_only)
    return missing


def _timed(plan: Plan, job: Job, device: DeviceChoice) -> Plan:
    """The plan with the time it will take, by a trial if no photo was colored before.

    Whatever goes wrong with it, or if it is interrupted, the plan stays as it is.
    """
    if plan.seconds is not None:
        return plan
    steering = Steering()
    try:
        with _stopped_by_signals(steering):
            load = functools.partial(load_lasting_predictor, device)
            return replace(plan, seconds=tried_seconds(plan, job, load, steering.cancel))
    except Cancelled:
        return plan
    except (PhotochromError, OSError) as error:
        why = error_text(error) if isinstance(error, PhotochromError) else error.strerror
        click.echo(f"How long it would take is not known: {why}", err=True)
        return plan


@contextlib.contextmanager
def _means(job: Job, **options: Any) -> Iterator[Means]:
    """What the photos are colored with: this machine, or a cluster."""
    device = options["device"]
    means = Means(lambda: load_lasting_predictor(device), options["workers"], stop_when_full=True)
    address: str | None = options["cluster"]
    if address is None:
        yield means
        return
    most = options["most_pixels"] * 1_000_000
    with connected(address, job.model_sha256, device, most) as cluster:
        # Its workers have memories of their own, and few photos each.
        yield replace(means, crew=cluster.crew, most_pixels=sys.maxsize)


def _run(plan: Plan, job: Job, journal: Journal, voice: Voice, means: Means) -> Finished:
    steering = Steering()
    with Teller(voice, len(plan.to_color)) as teller, _stopped_by_signals(steering):
        return run_batch(plan.to_color, job, journal, means, teller.tell, steering)


def _write_report(
    folder: Path, known: Mapping[bytes, Record], missing: Iterable[Record], seconds: float
) -> None:
    """Write the report, or say why there is none: the photos are colored all the same."""
    records = {**known, **{key_of(one.source): one for one in missing}}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_report(BatchReport.of(records.values(), seconds), folder)
    except OSError as error:
        reason = error.strerror or str(error)
        click.echo(f"The report cannot be written into {folder}: {reason}.", err=True)


def _say_before(plan: Plan, choice: Choice, voice: Voice) -> None:
    for one in plan.ignored:
        if one.trouble:  # photos may be missing because of it; the plan names the others, too
            click.echo(f"{one.path}: {one.sentence}", err=True)
    for row in plan.rows:
        if row.skip:
            voice.skipped(row)
    click.echo(summary_of(plan), err=True)
    for space in plan.spaces:
        if not space.suffices:
            click.echo(f"{space.folder}: there may not be enough room.", err=True)
    _say_if_nothing_fits(plan, choice)


def _say_if_nothing_fits(plan: Plan, choice: Choice) -> None:
    sentence = pattern_hint(plan, choice)
    if sentence:
        click.echo(sentence, err=True)


def _say_after(plan: Plan, finished: Finished, missing: int) -> int:
    """The figures, how to go on, and the exit status."""
    failed_earlier = plan.counts["failed"]
    if finished.reason:
        click.echo(finished.reason, err=True)
    said = [f"{finished.done} colored", f"{finished.failed + missing} failed"]
    said += [f"{finished.left_out} left out"] if finished.left_out else []
    said += [f"{failed_earlier} failed earlier"] if failed_earlier else []
    said += [f"{finished.waiting} not begun"] if finished.waiting else []
    click.echo(f"{', '.join(said)}.", err=True)
    if finished.waiting:
        click.echo(_AGAIN, err=True)
    elif finished.failed or failed_earlier:
        click.echo("Give the same command with --retry-failed to try those again.", err=True)
    if finished.cancelled and finished.waiting:
        _end_without_threads()
        return INTERRUPTED
    has_trouble = missing or any(one.trouble for one in plan.ignored)
    return 1 if finished.failed or failed_earlier or finished.reason or has_trouble else 0


def _end_without_threads() -> None:
    """End the program now if a decoder that nobody can stop is still at work.

    Python would wait for what it holds, or break off in the midst of foreign code.
    """
    if any(thread.name.startswith("batch-") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)


@contextlib.contextmanager
def _stopped_by_signals(steering: Steering) -> Iterator[None]:
    """Ctrl+C, and what a cluster sends before it takes a machine away, stop the run in order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        steering.cancel.cancel()

    if threading.current_thread() is not threading.main_thread():
        yield  # only there can signals be minded
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _planning(**options: Any) -> dict[str, Any]:
    """The options that have a say in the plan."""
    return {name: options[name] for name in ("on_conflict", "retry_failed", "shard")}


def _job(**options: Any) -> Job:
    layer = layer_of(**options)
    naming = Naming(
        options["into"],
        options["template"],
        suffix_of(options["file_format"]),
        layer,
        datetime.datetime.now().astimezone().date(),
    )
    try:
        naming.check()
    except BadTemplate as error:
        raise click.UsageError(f"--name: {error}") from error
    wish = Wish(
        quality=options["quality"],
        saving=saving_of(**options),
        colored=options["colored"],
        layer=layer,
    )
    edits = GivenEdits(file_edits_of(options["edits"]), overlay_of(**options))
    look = OneLook(options["one_look"], options["look_of"])
    return Job(wish, edits, naming, weights_facts().sha256, look)
