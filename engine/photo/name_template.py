"""Names of results by a template such as "{name}-colorized"."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path

from engine.errors import BadTemplate
from engine.photo.naming import shortened

DEFAULT_TEMPLATE = "{name}-colorized"
VARIABLES = ("name", "folder", "format", "date")

_VARIABLE = re.compile(r"\{([^{}]*)\}")
# What Windows forbids in names; Linux and macOS forbid less, but files travel.
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def variables_of(source: Path, suffix: str, today: datetime.date) -> dict[str, str]:
    """The values of all variables.

    Args:
        source: the photo.
        suffix: the ending of the result, such as ".tif".
        today: the date to give.
    """
    return {
        "name": source.stem,
        "folder": source.absolute().parent.name,
        "format": suffix.removeprefix("."),
        "date": today.isoformat(),
    }


def filled_name(template: str, values: Mapping[str, str], suffix: str) -> str:
    """The name of a result.

    Args:
        template: text with {variables}.
        values: of the variables.
        suffix: put behind it.

    Returns:
        The name with its ending; letters that some system forbids become "-", and a name that
        would be too long is shortened.

    Raises:
        BadTemplate: it has a variable that does not exist, a brace too many, or says nothing.
    """
    for found in _VARIABLE.finditer(template):
        if found[1] not in values:
            raise BadTemplate(variable=found[0], known=_listed(values))
    stray = re.search(r"[{}]", _VARIABLE.sub("", template))
    if stray is not None:
        raise BadTemplate(variable=stray[0], known=_listed(values))
    text = _VARIABLE.sub(lambda found: values[found[1]], template)
    # Windows takes neither a dot nor a space at the end, and a leading dot hides a file.
    stem = _FORBIDDEN.sub("-", text).strip(" ").lstrip(".").rstrip(". ")
    if not stem:
        raise BadTemplate(variable=template, known=_listed(values))
    return shortened(stem, suffix)


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(f"{{{name}}}" for name in values)
