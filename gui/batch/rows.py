"""The table of choices for a batch; the panel beside the table comes from it."""

from engine import translate
from gui.rows import Choice, Option, Row, Switch

RECURSIVE = Row("recursive", lambda: translate("Folders within the folders, too"), Switch())
COLORED = Row(
    "colored", lambda: translate("Photos that have color, too: color them anew"), Switch()
)
CONFLICT = Row("on_conflict", lambda: translate("If a name is taken"), Choice((
    Option("unique", lambda: translate("Take another name")),
    Option("skip", lambda: translate("Leave the photo out")),
    Option("overwrite", lambda: translate("Replace the file")),
    Option("if-changed", lambda: translate("Replace it if the photo has changed")),
)))  # fmt: skip

LOOK = Row("look", lambda: translate("One look"), Choice((
    Option("off", lambda: translate("Each photo by itself")),
    Option("first", lambda: translate("Like the first of its folder")),
    Option("photo", lambda: translate("Like this photo:")),
)))  # fmt: skip

PHOTO_ROWS = (RECURSIVE, COLORED)
LOOK_ROWS = (LOOK,)
RESULT_ROWS = (CONFLICT,)
