"""What is remembered of the choices for saving."""

from dataclasses import fields

from PySide6.QtCore import QSettings

from engine import SaveOptions
from gui.settings_rows import ASK_ABOUT_BITS, SAVING, set_values, setting, values_of


def remembered_options(settings: QSettings) -> SaveOptions:
    """The choices made before; the default for each that is missing or makes no sense."""
    known = {field.name for field in fields(SaveOptions)}
    values = values_of(settings, SAVING)
    return SaveOptions(**{name: value for name, value in values.items() if name in known})


def asks_about_bits(settings: QSettings) -> bool:
    """Whether to ask before 16 bits per channel become 8."""
    return bool(setting(settings, SAVING, ASK_ABOUT_BITS))


def ask_about_bits(settings: QSettings, wanted: bool) -> None:
    """Ask about that from now on, or no more."""
    set_values(settings, SAVING, {ASK_ABOUT_BITS.name: wanted})
