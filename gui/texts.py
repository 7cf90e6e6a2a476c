"""Sentences that depend on a value, put into words when they are shown."""

from collections.abc import Mapping
from pathlib import Path

from engine import PhotochromError, translate
from gui.document import Document
from gui.worker.jobs import Stage

# Set by `gui.app`; told to the user where an error has no sentence of its own.
log_path: Path | None = None

MOST_NAMES = 5


def stage_text(stage: Stage) -> str:
    """What is being done, in words."""
    return {
        Stage.OPENING: translate("Opening the photo"),
        Stage.LOADING_NETWORK: translate("Loading the network"),
        Stage.LOOKING: translate("Looking at the photo"),
        Stage.COLORING: translate("Finding the colors"),
        Stage.COMPOSING: translate("Laying the colors over the photo"),
        Stage.COMPLETING: translate("Coloring at full size"),
        Stage.SAVING: translate("Saving"),
    }[stage]


def error_text(error: BaseException) -> str:
    """What happened and what to do."""
    if isinstance(error, PhotochromError):
        return str(error)
    if isinstance(error, MemoryError):
        return translate(
            "This computer's memory is not enough for this photo. "
            "Close other programs, or use a smaller copy of the photo."
        )
    if log_path is None:
        return translate("Something went wrong that should not have: {kind}.", kind=_kind(error))
    return translate(
        "Something went wrong that should not have: {kind}. The details are in “{path}”.",
        kind=_kind(error),
        path=log_path,
    )


def refused_text(refused: Mapping[Path, BaseException]) -> str:
    """Why a photo was not opened, and which others were not."""
    first, *others = refused
    text = error_text(refused[first])
    if not others:
        return text
    names = ", ".join(path.name for path in others[:MOST_NAMES])
    if len(others) > MOST_NAMES:
        names += ", …"
    return text + "\n" + translate("Not opened either: {names}", names=names)


def too_late_text() -> str:
    """Why a photo that was to be saved was not."""
    return translate("Another photo was opened meanwhile; nothing was saved.")


def replacing_text(document: Document) -> str:
    """What replacing the original does, or why it cannot be done."""
    if document.photo is not None and document.photo.irreplaceable:
        return translate(document.photo.irreplaceable)
    return translate("Put the colored photo in the place of its original")


def surround_text(code: str) -> str:
    """What is painted around the photo, in words."""
    return {
        "theme": translate("As the window"),
        "black": translate("Black"),
        "gray": translate("Middle gray"),
        "white": translate("White"),
    }[code]


def device_text(device: str) -> str:
    """Where the network runs, in words."""
    return {
        "cpu": translate("the processor"),
        "cuda": translate("the graphics card"),
        "mps": translate("the graphics processor"),
    }.get(device, device)


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return translate("{percent} %", percent=round(100 * share))


def percent_sign() -> str:
    """What stands behind a percentage, with a space in front where the language has one."""
    return translate("{percent} %", percent="")


def _kind(error: BaseException) -> str:
    return type(error).__name__
