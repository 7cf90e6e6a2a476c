"""What a run tells while it goes on, as frozen values; always from the thread that runs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# waiting; reading, looking, writing: in hand; done; failed; colored: left out as it has color;
# exists: left out as the target exists; elsewhere: another process has it.
State = Literal[
    "waiting", "reading", "looking", "writing", "done", "failed", "colored", "exists", "elsewhere"
]


@dataclass(frozen=True, slots=True)
class RowChanged:
    """A photo has another state.

    Attributes:
        index: of its row in the plan.
        source: the photo.
        state: the new one.
        target: the result, when it is done; the file in the way if that is why it was left out.
        layer: the file with the color alone.
        seconds: of work, when it ended.
        warnings: sentences for the user.
        error: a sentence, if it failed.
        code: of the error, for scripts.
    """

    index: int
    source: Path
    state: State
    target: Path | None = None
    layer: Path | None = None
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Progressed:
    """The run has come further.

    Attributes:
        ended: photos that are done, failed or left out.
        total: all that the plan colors.
        share: of the work, 0..1; never falls.
        seconds_left: estimated; None while nothing is known.
    """

    ended: int
    total: int
    share: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Paused:
    """No further photo is begun.

    Attributes:
        reason: a sentence, such as that the disk is full; empty if it was asked for.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Continued:
    """It goes on after a pause."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something of which the user should know, though the run goes on.

    Attributes:
        sentence: about it, or several.
    """

    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The run has ended.

    Attributes:
        done: photos that were colored.
        failed: that could not be.
        left_out: whose target exists or that have color.
        waiting: that are left for another run, as this one was stopped.
        seconds: it took, pauses left out.
        cancelled: whether it was stopped on request.
        reason: why it was stopped otherwise, a sentence; empty if it was not.
    """

    done: int
    failed: int
    left_out: int
    waiting: int
    seconds: float
    cancelled: bool = False
    reason: str = ""


Event = RowChanged | Progressed | Paused | Continued | Remarked | Finished
