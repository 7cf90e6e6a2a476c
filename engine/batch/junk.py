"""Files and folders that systems leave among photos, and files that are our own."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from engine.i18n import N_
from engine.photo.formats import ENDINGS

JUNK = N_("It was put there by a system, not by a person.")
HIDDEN = N_("It is hidden.")
NO_PHOTO = N_("Its ending is not that of a photo.")
OWN_RESULT = N_("It is a result of “{name}”.")

_JUNK_NAMES = {
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".ds_store",
    "@eadir",
    "__macosx",
    "$recycle.bin",
    "system volume information",
    "lost+found",
}
_RESULT = re.compile(r"(?P<stem>.+)-(?:colorized|color-layer)(?:-\d+)?", re.DOTALL)


def why_junk(name: str) -> str | None:
    """Why a file or folder of this name is left out; None if it is not."""
    if name.casefold() in _JUNK_NAMES or name.startswith("._"):
        return JUNK
    return HIDDEN if name.startswith(".") else None


def has_photo_ending(name: str) -> bool:
    """Whether a file is to be looked at; what it is, is decided by its content when it is read."""
    return PurePath(name).suffix[1:].lower() in ENDINGS


def results_among(names: Iterable[str]) -> dict[str, str]:
    """Which files of one folder are results of others in it.

    Returns:
        The name of the photo by that of the result.
    """
    names = list(names)
    photos = {PurePath(name).stem.casefold(): name for name in reversed(names)}
    results = {}
    for name in names:
        found = _RESULT.fullmatch(PurePath(name).stem)
        photo = photos.get(found["stem"].casefold()) if found else None
        if photo is not None:
            results[name] = photo
    return results
