"""The table of settings; the dialog is built from it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from PySide6.QtCore import QSettings

from engine import LANGUAGES, SaveOptions, translate
from gui.language import KEY as LANGUAGE_KEY
from gui.language import remembered_language
from gui.rows import Choice, Option, Row, Switch, Words, named, remember, remembered
from gui.save_rows import SAVE_ROWS
from gui.texts import surround_text
from gui.theme import SURROUNDS


def _surround(code: str) -> Words:
    return lambda: surround_text(code)


LANGUAGE = Row(
    LANGUAGE_KEY, lambda: translate("Language"),
    Choice(tuple(Option(code, named(name)) for code, name in LANGUAGES.items())),
)  # fmt: skip
THEME = Row("theme", lambda: translate("Appearance"), Choice((
    Option("system", lambda: translate("As the system")),
    Option("light", lambda: translate("Light")),
    Option("dark", lambda: translate("Dark")),
)))  # fmt: skip
SURROUND = Row(
    "surround", lambda: translate("Around the photo"),
    Choice(tuple(Option(code, _surround(code)) for code in SURROUNDS)),
)  # fmt: skip
RECENT = Row(
    "keep_recent", lambda: translate("Show the photos opened last on the empty page"), Switch(),
)  # fmt: skip
ASK_ABOUT_BITS = Row(
    "ask_about_bits", lambda: translate("Ask before 16 bits per channel become 8"), Switch()
)


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together.

    Attributes:
        group: in front of their names where they are remembered; may be empty.
        words: give the heading.
        rows: the settings.
    """

    group: str
    words: Words
    rows: tuple[Row, ...]


WINDOW = Section("", lambda: translate("Window"), (LANGUAGE, THEME, SURROUND, RECENT))
SAVING = Section("saving", lambda: translate("Results"), (*SAVE_ROWS, ASK_ABOUT_BITS))
SECTIONS = (WINDOW, SAVING)


def setting(settings: QSettings, section: Section, row: Row) -> Any:
    """What is set, or what holds where nothing was."""
    return values_of(settings, section)[row.name]


def values_of(settings: QSettings, section: Section) -> dict[str, Any]:
    """All values of a section, by name."""
    return defaults_of(settings, section) | remembered(settings, section.group, section.rows)


def defaults_of(settings: QSettings, section: Section) -> dict[str, Any]:
    """What holds where nothing was set."""
    if section is SAVING:
        return asdict(SaveOptions()) | {ASK_ABOUT_BITS.name: True}
    language = remembered_language(settings)
    return {LANGUAGE.name: language, THEME.name: "system", SURROUND.name: "theme",
            RECENT.name: True}  # fmt: skip


def set_values(settings: QSettings, section: Section, values: Mapping[str, object]) -> None:
    """Keep values for the next run."""
    remember(settings, section.group, values)
