"""What the window for folders says of rows, plans and runs."""

from collections.abc import Iterable

from PySide6.QtCore import QLocale

from engine import N_, translate
from engine.batch import Finished, Ignored, Plan, Row, State, time_text

# So many sentences on folders that cannot be looked into are shown; all are in the table.
_TROUBLES = 3


def state_text(state: str) -> str:
    """The state of a photo."""
    return _states()[state]


def short_states() -> list[str]:
    """The words that a column of states should have room for."""
    return [words for state, words in _states().items() if state != "elsewhere"]


def _states() -> dict[str, str]:
    return {
        "waiting": translate("waits"),
        "reading": translate("is read"),
        "looking": translate("is colored"),
        "writing": translate("is written"),
        "done": translate("colored"),
        "failed": translate("failed"),
        "colored": translate("left out"),
        "exists": translate("left out"),
        "elsewhere": translate("another program has it"),
        "ignored": translate("ignored"),
    }


def state_of(row: Row) -> State:
    """The state of a planned photo before the run."""
    return row.skip or "waiting"


def plan_text(plan: Plan) -> str:
    """What will be done, in figures; words that stay right whatever the number is."""
    said = _figures(plan) if plan.rows else [translate("No photos were found there.")]
    return "\n".join([" · ".join(said), *trouble_of(plan.ignored)])


def trouble_of(ignored: Iterable[Ignored]) -> list[str]:
    """Sentences on folders that could not be looked into: photos may be missing."""
    found = list(dict.fromkeys(f"{one.path}: {one.sentence}" for one in ignored if one.trouble))
    more = len(found) - _TROUBLES
    return found[:_TROUBLES] + ([translate("And {count} more.", count=more)] if more > 0 else [])


def _figures(plan: Plan) -> list[str]:
    counts, count = plan.counts, len(plan.to_color)
    said = [translate("To be colored: {count}", count=count)]
    for number, sentence in (
        (counts["done"], N_("Colored earlier: {count}")),
        (counts["failed"], N_("Failed earlier: {count}")),
        (counts["colored"] + counts["exists"], N_("Left out: {count}")),
        (counts["clash"], N_("With another name, as theirs is taken: {count}")),
        (len(plan.ignored), N_("Other files, ignored: {count}")),
    ):
        if number:
            said.append(translate(sentence, count=number))
    if plan.seconds is not None and count:
        said.append(translate("Time: about {time}", time=time_text(plan.seconds)))
    said += [
        _space_text(space.needed, space.free) for space in plan.spaces if space.free is not None
    ]
    return said


def finished_text(finished: Finished) -> str:
    """What was done."""
    said = [finished.reason] if finished.reason else []
    figures = [
        translate("Colored: {count}", count=finished.done),
        translate("Time: {time}", time=time_text(finished.seconds)),
    ]
    for number, sentence in (
        (finished.failed, N_("Failed: {count}")),
        (finished.left_out, N_("Left out: {count}")),
        (finished.waiting, N_("Still to be done: {count}")),
    ):
        if number:
            figures.append(translate(sentence, count=number))
    said.append(" · ".join(figures))
    if finished.waiting:
        said.append(translate("Start goes on with them."))
    return "\n".join(said)


def progress_text(ended: int, total: int, seconds_left: float | None) -> str:
    """How far it is."""
    done = translate("{ended} of {total}", ended=ended, total=total)
    if seconds_left is None:
        return done
    left = translate("about {time} left", time=time_text(seconds_left))
    return f"{done} · {left}"


def _space_text(needed: int, free: int) -> str:
    words = {"needed": _size(needed), "free": _size(free)}
    if needed <= free:
        return translate("Room: about {needed} of {free}", **words)
    return translate("Too little room: about {needed} are needed, {free} are free", **words)


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
