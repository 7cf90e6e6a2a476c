"""One table of all keys and mouse moves in groups; the sheet of keys comes from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine import translate
from gui.actions import ROWS, key_texts


@dataclass(frozen=True, slots=True)
class Move:
    """Something done with the mouse, or with a key that belongs to no action.

    Attributes:
        how: gives the words for what the hand does.
        what: gives the words for what it is good for.
    """

    how: Callable[[], str]
    what: Callable[[], str]


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """What stands under one heading.

    Attributes:
        heading: gives its words.
        rows: names of actions, and moves, as they follow each other.
    """

    heading: Callable[[], str]
    rows: tuple[str | Move, ...]


GROUPS = (
    KeyGroup(lambda: translate("Files"), (
        "open",
        Move(lambda: translate("Drag photos into the window"), lambda: translate("Open photos")),
        "paste", "save", "save_as", "export", "save_layer", "batch", "close_photo", "previous",
        "next",
    )),
    KeyGroup(lambda: translate("Editing"), (
        "undo", "redo", "variants", "neutralize",
        "copy_adjustments", "paste_adjustments", "reset_adjustments",
        Move(lambda: translate("Double-click a slider"), lambda: translate("Reset it")),
    )),
    KeyGroup(lambda: translate("Zooming"), (
        "zoom_in", "zoom_out", "fit", "full",
        Move(lambda: translate("Mouse wheel"), lambda: translate("Zoom at the pointer")),
        Move(lambda: translate("Double-click"), lambda: translate("Whole photo or 100 %")),
        Move(lambda: translate("Drag the photo"), lambda: translate("Move it")),
        Move(lambda: translate("Hold Space and drag"),
             lambda: translate("Move it, even by the divider")),
        "navigator",
    )),
    KeyGroup(lambda: translate("Comparing"), (
        Move(lambda: translate("Hold \\ or B"), lambda: translate("Show the original")),
        Move(lambda: translate("Drag the divider"), lambda: translate("Compare before and after")),
        Move(lambda: "←  →", lambda: translate("Move the divider")),
        "divider_left", "divider_middle", "divider_right", "side_by_side", "lay_divider",
    )),
    KeyGroup(lambda: translate("Window"), ("panel", "cancel", "settings", "keys", "quit")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A line of the sheet, in the language of the moment.

    Attributes:
        hands: what the hand does, each of which does it: keys as the system writes them, or words.
        words: what it is good for.
        keys: the keys in Qt's portable spelling, too, which can be searched for in any language.
    """

    hands: tuple[str, ...]
    words: str
    keys: tuple[str, ...] = ()

    def matches(self, search: str) -> bool:
        """Whether it is what one searches for.

        All that is typed must be in one of its keys ("ctrl s"), or all must be in its words
        ("zoom"). Half of each would find far too much.
        """
        wanted = _parts(search)
        if all(_found(part, self._heard) for part in wanted):
            return True
        return any(_is_in_key(wanted, key) for key in (*self.keys, *self.hands))

    @property
    def _heard(self) -> str:
        """All that counts as words: of moves, what the hand does, too."""
        return self.words if self.keys else " ".join((*self.hands, self.words))


def lines_of(group: KeyGroup) -> list[KeyLine]:
    """The lines under a heading; an action without keys has none."""
    lines = []
    for each in group.rows:
        if isinstance(each, Move):
            lines.append(KeyLine((each.how(),), each.what()))
            continue
        row = next(row for row in ROWS if row.name == each)
        lines.append(KeyLine(key_texts(row), row.text(), row.keys))
    return lines


def _parts(text: str) -> list[str]:
    """What is typed or a key consists of: "Ctrl++" of Ctrl and +, but "ctrl+" of Ctrl as yet."""
    text = text.casefold().strip()
    plus = ["+"] if re.search(r"(^|[+\s])\+$", text) else []
    return text.replace("+", " ").split() + plus


def _found(part: str, words: str) -> bool:
    """Whether a part is in the words; a single letter counts only where a word begins."""
    words = words.casefold()
    if len(part) == 1 and part.isascii():
        return any(word.startswith(part) for word in re.findall(r"\w+|[^\w\s]", words))
    return part in words


def _is_in_key(wanted: list[str], key: str) -> bool:
    """Whether every part is a part of one key; of longer ones the beginning is enough."""
    of_key = _parts(key)
    return all(
        part in of_key or (len(part) > 1 and any(each.startswith(part) for each in of_key))
        for part in wanted
    )
