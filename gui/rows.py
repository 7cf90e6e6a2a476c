"""Choices as declared rows: forms, what is remembered and what is read back come from them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSettings

Words = Callable[[], str]

_NOTHING = "own"


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values.

    Attributes:
        value: what is chosen.
        words: give its name.
        help: gives a sentence about it; None for none.
    """

    value: object
    words: Words
    help: Words | None = None

    def read(self, text: str) -> bool:
        """Whether a remembered text means it."""
        return _text(self.value) == text


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values.

    Attributes:
        options: all of them.
    """

    options: tuple[Option, ...]

    def read(self, text: str) -> object:
        """The value that a remembered text means; ValueError for none."""
        for option in self.options:
            if option.read(text):
                return option.value
        raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    def read(self, text: str) -> object:
        """The value that a remembered text means; ValueError for none."""
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number.

    Attributes:
        low: the least.
        high: the largest.
        step: of one press of a key.
        unit: what stands behind it.
        nothing: gives the words for no number, which then can be chosen, too.
        slides: whether a slider is handier than typing.
    """

    low: int
    high: int
    step: int = 1
    unit: str = ""
    nothing: Words | None = None
    slides: bool = False

    def read(self, text: str) -> object:
        """The value that a remembered text means; ValueError for none."""
        if text == _NOTHING and self.nothing is not None:
            return None
        number = int(text)
        if not self.low <= number <= self.high:
            raise ValueError(text)
        return number


@dataclass(frozen=True, slots=True)
class Row:
    """Something that can be chosen.

    Attributes:
        name: stable name, under which it is remembered.
        words: give its name.
        kind: which values it can have.
        help: gives a sentence about it; None for none.
    """

    name: str
    words: Words
    kind: Choice | Switch | Amount
    help: Words | None = None


def named(name: str) -> Words:
    """Words that are the same in every language."""
    return lambda: name


def remembered(settings: QSettings, group: str, rows: Iterable[Row]) -> dict[str, Any]:
    """The values chosen in runs before, without those that are missing or make no sense.

    Args:
        settings: where they stand.
        group: in front of each name; may be empty.
        rows: what can be chosen.
    """
    found = {}
    for row in rows:
        try:
            found[row.name] = row.kind.read(str(settings.value(_key(group, row.name), "")))
        except ValueError:
            continue
    return found


def remember(settings: QSettings, group: str, values: Mapping[str, object]) -> None:
    """Keep values for the next run."""
    for name, value in values.items():
        settings.setValue(_key(group, name), _text(value))


def _key(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


def _text(value: object) -> str:
    if value is None:
        return _NOTHING
    return str(value).lower() if isinstance(value, bool) else str(value)
