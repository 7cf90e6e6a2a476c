"""What an export is made with, and the ones that are kept by name."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal

import msgspec
from PySide6.QtCore import QSettings

from engine import DEFAULT_TEMPLATE, WRITABLE, FileFormat, SaveOptions, translate

_LAST, _NAMED = "export/last", "export/presets"

FormatChoice = Literal["own", "jpeg", "png", "tiff", "webp", "avif"]


class Export(msgspec.Struct, frozen=True):
    """All that can be chosen for an export but its folder.

    Attributes:
        format: of the file; "own" for that of the photo.
        options: how it is written.
        name: template of its name.
        layer: whether the color alone is written, too.
    """

    format: FormatChoice = "own"
    options: SaveOptions = SaveOptions()
    name: str = DEFAULT_TEMPLATE
    layer: bool = False

    def suffix_for(self, own: str) -> str:
        """The ending of the file.

        Args:
            own: that of the photo; if it cannot be written, PNG is.
        """
        if self.format != "own":
            return next(suffix for suffix, name in WRITABLE.items() if name == self.format)
        return own.lower() if own.lower() in WRITABLE else ".png"

    def format_for(self, own: str) -> FileFormat:
        """The format of the file."""
        return WRITABLE[self.suffix_for(own)]

    @property
    def values(self) -> dict[str, Any]:
        """Of all rows of the form, by name."""
        rest = {"format": self.format, "layer": self.layer}
        return asdict(self.options) | rest

    def with_values(self, values: dict[str, Any]) -> "Export":
        """The same with what a form says."""
        rest = dict(values)
        own_format, layer = rest.pop("format"), rest.pop("layer")
        return Export(own_format, SaveOptions(**rest), self.name, layer)


class Preset(msgspec.Struct, frozen=True):
    """An export with a name.

    Attributes:
        name: chosen by the user.
        export: what it stands for.
    """

    name: str
    export: Export


# What the program brings along.
BUILT_IN: tuple[tuple[Callable[[], str], Export], ...] = (
    (lambda: translate("Like the photo: its format, depth and profile"), Export()),
    (
        lambda: translate("For the web: JPEG, sRGB, 2048 px"),
        Export("jpeg", SaveOptions(depth=8, space="srgb", quality=88, longest=2048)),
    ),
    (
        lambda: translate("For printing: 16-bit TIFF, Adobe RGB"),
        Export("tiff", SaveOptions(depth=16, space="adobe-rgb")),
    ),
    (
        lambda: translate("For an archive: 16-bit TIFF and the color layer"),
        Export("tiff", SaveOptions(depth=16), layer=True),
    ),
)


class Presets:
    """Keeps them in the settings.

    Args:
        settings: where they stand.
    """

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def last(self) -> Export:
        """What was exported with last."""
        return self._read(_LAST, Export) or Export()

    def remember(self, export: Export) -> None:
        """Begin with it the next time."""
        self._settings.setValue(_LAST, msgspec.json.encode(export).decode())

    @property
    def named(self) -> tuple[Preset, ...]:
        """The user's own, by name."""
        return self._read(_NAMED, tuple[Preset, ...]) or ()

    def keep(self, preset: Preset) -> None:
        """Keep one; it takes the place of an older one of that name."""
        others = [each for each in self.named if each.name != preset.name]
        self._write(sorted([*others, preset], key=lambda each: each.name.casefold()))

    def forget(self, name: str) -> None:
        """Delete one."""
        self._write([each for each in self.named if each.name != name])

    def _write(self, presets: list[Preset]) -> None:
        self._settings.setValue(_NAMED, msgspec.json.encode(presets).decode())

    def _read(self, key: str, kind: Any) -> Any:
        """What stands there; None if it makes no sense, as a settings file can be edited."""
        try:
            return msgspec.json.decode(str(self._settings.value(key, "")), type=kind)
        except (msgspec.DecodeError, ValueError):
            return None
