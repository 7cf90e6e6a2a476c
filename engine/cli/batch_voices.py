"""What `batch` says: to people in lines, to programs in JSON."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import TaskID, TextColumn

from engine.batch.events import Event, Paused, Progressed, Remarked, RowChanged
from engine.batch.find import EXCLUDED, NOT_INCLUDED, Choice
from engine.batch.pace import time_text
from engine.batch.plan import Plan, Row
from engine.cli.progress import progress_bar

_MEGABYTE = 1_000_000
# "colored" alone would be taken for the opposite.
_STATES = {"colored": "has color"}


class PlainVoice:
    """Results on standard output, the rest on standard error, a line each."""

    def skipped(self, row: Row) -> None:
        """A photo for which nothing is to be done."""
        if row.skip != "done":
            click.echo(f"{row.source}: {row.reason}", err=True)

    def ended(self, event: RowChanged) -> None:
        """A photo that has its result, or will have none."""
        for warning in event.warnings:
            click.echo(f"{event.source}: {warning}", err=True)
        if event.state == "done":
            click.echo(f"{event.source} -> {event.target} ({event.seconds:.1f} s)")
            if event.layer is not None:
                click.echo(f"{event.source} -> {event.layer}")
        elif event.state == "failed":
            click.echo(f"{event.source}: {event.error}", err=True)

    def planned(self, plan: Plan) -> None:
        """All rows of a plan."""
        for row in plan.rows:
            if row.skip:
                click.echo(f"{row.source}: {row.reason}")
            else:
                click.echo(f"{row.source} -> {row.target}{_remark(row)}")
        for one in plan.ignored:
            click.echo(f"{one.path}: {one.sentence}")

    def summed_up(self, plan: Plan) -> None:
        """The figures of a plan."""
        click.echo(summary_of(plan))


class JsonVoice:
    """One object a line, flushed."""

    def skipped(self, row: Row) -> None:
        """A photo for which nothing is to be done."""
        failed = row.skip == "failed"
        _line(
            source=str(row.source),
            target=None if failed else str(row.target),
            layer=None if failed or row.layer is None else str(row.layer),
            state=_STATES.get(
                row.skip, row.skip if row.skip == "exists" else f"{row.skip} earlier"
            ),
            seconds=0.0,
            warnings=[] if failed else [row.reason],
            error=row.reason if failed else None,
        )

    def ended(self, event: RowChanged) -> None:
        """A photo that has its result, or will have none."""
        _line(
            source=str(event.source),
            target=None if event.target is None else str(event.target),
            layer=None if event.layer is None else str(event.layer),
            state=_STATES.get(event.state, event.state),
            seconds=round(event.seconds, 3),
            warnings=list(event.warnings),
            error=event.error or None,
        )
        if event.error:
            click.echo(f"{event.source}: {event.error}", err=True)

    def missing(self, place: Path, reason: str, *, plan_only: bool) -> None:
        """A place that does not exist."""
        source = str(place)
        if plan_only:
            _line(source=source, target=None, action="ignore", reason=reason)
        else:
            _line(
                source=source, target=None, layer=None, state="failed", seconds=0.0, warnings=[],
                error=reason,
            )  # fmt: skip

    def planned(self, plan: Plan) -> None:
        """All rows of a plan."""
        for row in plan.rows:
            _line(
                source=str(row.source),
                target=str(row.target),
                layer=None if row.layer is None else str(row.layer),
                action="skip" if row.skip else "color",
                reason=row.reason or None,
                clash=row.clash,
                replaces=row.replaces,
            )
        for one in plan.ignored:
            _line(source=str(one.path), target=None, action="ignore", reason=one.sentence)

    def summed_up(self, plan: Plan) -> None:
        """The figures of a plan."""
        click.echo(summary_of(plan), err=True)


Voice = PlainVoice | JsonVoice


class Teller:
    """Takes the events of a run to a voice, and to a bar where somebody watches.

    Args:
        voice: who speaks.
        total: how many photos there are.
    """

    def __init__(self, voice: Voice, total: int) -> None:
        self._voice = voice
        self._bar = progress_bar(TextColumn("{task.fields[left]}"))
        self._task: TaskID = self._bar.add_task(f"0/{total}", total=1.0, left="")

    def __enter__(self) -> "Teller":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, RowChanged) and event.state in ("done", "failed", "colored", "exists"):
            self._voice.ended(event)
        elif isinstance(event, Progressed):
            left = "" if event.seconds_left is None else f"{time_text(event.seconds_left)} left"
            said = f"{event.ended}/{event.total}"
            self._bar.update(self._task, completed=event.share, description=said, left=left)
        elif isinstance(event, Paused) and event.reason:
            click.echo(event.reason, err=True)
        elif isinstance(event, Remarked):
            click.echo(event.sentence, err=True)


def summary_of(plan: Plan) -> str:
    """The figures of a plan, on one line."""
    counts = plan.counts
    skipped = len(plan.rows) - counts[""]
    parts = [
        f"{counts['']} to color",
        f"{skipped} left as they are",
        f"{len(plan.ignored)} ignored",
    ]
    if counts["clash"]:
        parts.append(f"{counts['clash']} under another name, as theirs is taken")
    parts += [_room(space.needed, space.free) for space in plan.spaces]
    if plan.seconds is not None and counts[""]:
        parts.append(f"about {time_text(plan.seconds)}")
    return "; ".join(parts) + "."


def pattern_hint(plan: Plan, choice: Choice) -> str:
    """Which patterns are the reason that no photo is left; empty if they are not."""
    if plan.rows:
        return ""
    reasons = Counter(one.reason for one in plan.ignored)
    if reasons[NOT_INCLUDED]:
        return (
            f"No photo fits --include {_listed(choice.include)}; "
            f"{reasons[NOT_INCLUDED]} left out by it."
        )
    if reasons[EXCLUDED]:
        return f"No photo is left after --exclude {_listed(choice.exclude)}."
    return ""


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(f'"{pattern}"' for pattern in patterns)


def _room(needed: int, free: int | None) -> str:
    text = f"about {max(1, needed // _MEGABYTE):,} MB needed"
    return text if free is None else f"{text}, {free // _MEGABYTE:,} MB free"


def _remark(row: Row) -> str:
    if row.replaces:
        return " (replaces an earlier file)"
    return " (another photo or file has its name)" if row.clash else ""


def _line(**values: object) -> None:
    # A name that is no Unicode comes in surrogates; ASCII escapes bring it through any pipe.
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()
