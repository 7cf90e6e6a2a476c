"""One table of everything the user can do by button or key; toolbar and key list come from it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from engine import translate


@dataclass(frozen=True, slots=True)
class ActionRow:
    """Something the user can do.

    Attributes:
        name: stable name; the window's slot for it is `on_` and this.
        text: gives its words.
        keys: in Qt's portable spelling; tooltips show the first. What cannot be undone has none.
        icon: in the Material Design set; none if empty.
        label: gives the words on the button, beside or instead of the icon; None for none.
        checkable: whether it is a switch.
    """

    name: str
    text: Callable[[], str]
    keys: tuple[str, ...] = ()
    icon: str = ""
    label: Callable[[], str] | None = None
    checkable: bool = False


ROWS = (
    ActionRow(
        "open", lambda: translate("Open photos"), ("Ctrl+O",), "folder-open-outline",
        lambda: translate("Open…"),
    ),
    ActionRow(
        "save", lambda: translate("Save the colored photo"), ("Ctrl+S",),
        "content-save-outline", lambda: translate("Save"),
    ),
    ActionRow("save_as", lambda: translate("Save as…"), ("Ctrl+Shift+S",)),
    ActionRow("export", lambda: translate("Export…"), ("Ctrl+E",)),
    ActionRow("batch", lambda: translate("Color folders…"), ("Ctrl+B",)),
    ActionRow("save_layer", lambda: translate("Save color layer…"), ("Ctrl+Alt+S",)),
    ActionRow(
        "neutralize", lambda: translate("Take tones and stains out of the lightness"), ("N",),
        checkable=True,
    ),
    ActionRow("replace_original", lambda: translate("Replace the original…")),
    ActionRow("undo", lambda: translate("Undo"), ("Ctrl+Z",), "undo"),
    ActionRow("redo", lambda: translate("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionRow("variants", lambda: translate("Variants…"), ("V",), "view-grid-outline"),
    ActionRow("copy_adjustments", lambda: translate("Copy adjustments"), ("Ctrl+Shift+C",)),
    ActionRow("paste_adjustments", lambda: translate("Paste adjustments"), ("Ctrl+Shift+V",)),
    ActionRow("reset_adjustments", lambda: translate("Reset adjustments"), ("Ctrl+R",)),
    ActionRow("paste", lambda: translate("Paste a photo"), ("Ctrl+V",)),
    ActionRow("close_photo", lambda: translate("Close the photo"), ("Ctrl+W",)),
    ActionRow("previous", lambda: translate("Previous photo"), ("PgUp",), "chevron-left"),
    ActionRow("next", lambda: translate("Next photo"), ("PgDown",), "chevron-right"),
    ActionRow("zoom_out", lambda: translate("Zoom out"), ("-", "Ctrl+-"), "minus"),
    ActionRow("zoom_in", lambda: translate("Zoom in"), ("+", "=", "Ctrl++", "Ctrl+="), "plus"),
    ActionRow(
        "fit", lambda: translate("Show the whole photo"), ("Ctrl+0",), "fit-to-page-outline"
    ),
    ActionRow(
        "full", lambda: translate("Show at 100 %"), ("Ctrl+1",), "", lambda: "1:1"
    ),
    ActionRow(
        "navigator", lambda: translate("Navigator while zoomed in"), ("O",), checkable=True,
    ),
    ActionRow(
        "side_by_side", lambda: translate("Side by side"), ("Y",), checkable=True,
    ),
    ActionRow(
        "lay_divider", lambda: translate("Divide into above and below"), ("T",), checkable=True,
    ),
    ActionRow("divider_left", lambda: translate("All colored"), ("1",)),
    ActionRow("divider_middle", lambda: translate("Half and half"), ("2",)),
    ActionRow("divider_right", lambda: translate("All original"), ("3",)),
    ActionRow(
        "panel", lambda: translate("Show or hide the panel"), ("P",), "tune-variant",
        checkable=True,
    ),
    ActionRow("cancel", lambda: translate("Cancel the work"), ("Esc",), "close-circle-outline"),
    ActionRow("settings", lambda: translate("Settings…"), ("Ctrl+,",), "cog-outline"),
    ActionRow("keys", lambda: translate("Keys and mouse"), ("F1", "?"), "keyboard-outline"),
    ActionRow("about", lambda: translate("About Photochrom"), (), "information-outline"),
    ActionRow("quit", lambda: translate("Quit"), ("Ctrl+Q",)),
)  # fmt: skip


def with_key(row: ActionRow) -> str:
    """The action's words and its key, for a tooltip."""
    return f"{row.text()} ({key_text(row)})" if row.keys else row.text()


def key_text(row: ActionRow) -> str:
    """The first key of an action as this system writes it."""
    return key_texts(row)[0]


def key_texts(row: ActionRow) -> tuple[str, ...]:
    """All keys of an action as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return tuple(QKeySequence(key).toString(native) for key in row.keys)
