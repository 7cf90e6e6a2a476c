"""What is remembered of the choices for saving; whatever makes no sense there is not used."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from PySide6.QtCore import QSettings

from engine import SaveOptions

_GROUP = "saving"
_ASKS = "saving/ask_about_bits"


def _whole_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError(text)
    return number


def _one_of(values: Mapping[str, object]) -> Callable[[str], object]:
    return lambda text: values[text]


_TRUTHS = _one_of({"true": True, "false": False})
# How each choice is read; ValueError or KeyError says that it makes no sense.
_READ: dict[str, Callable[[str], object]] = {
    "depth": _one_of({"own": None, "8": 8, "16": 16}),
    "space": _one_of({
        name: name for name in ("own", "srgb", "display-p3", "adobe-rgb", "prophoto-rgb")
    }),
    "quality": _whole_number,
    "tiff_compression": _one_of({name: name for name in ("deflate", "lzw", "none")}),
    "lossless": _TRUTHS,
    "metadata": _TRUTHS,
    "label": _TRUTHS,
    "keep_time": _TRUTHS,
}  # fmt: skip


def remembered_options(settings: QSettings) -> SaveOptions:
    """The choices made before; the default for each that is missing or makes no sense."""
    chosen: dict[str, Any] = {}
    for name, read in _READ.items():
        try:
            chosen[name] = read(str(settings.value(f"{_GROUP}/{name}", "")))
        except (KeyError, ValueError):
            continue
    return SaveOptions(**chosen)


def remember_options(settings: QSettings, options: SaveOptions) -> None:
    """Keep the choices for the next time."""
    for field in fields(options):
        settings.setValue(f"{_GROUP}/{field.name}", _word(getattr(options, field.name)))


def asks_about_bits(settings: QSettings) -> bool:
    """Whether to ask before 16 bits per channel become 8."""
    return str(settings.value(_ASKS, "true")) != "false"


def ask_about_bits(settings: QSettings, wanted: bool) -> None:
    """Ask about that from now on, or no more."""
    settings.setValue(_ASKS, _word(wanted))


def _word(value: object) -> str:
    if value is None:
        return "own"
    return str(value).lower() if isinstance(value, bool) else str(value)
