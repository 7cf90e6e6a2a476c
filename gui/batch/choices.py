"""What is chosen for a batch, and what the engine makes of it."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from engine import DEFAULT_TEMPLATE, Quality, SaveOptions, Wish
from engine.batch import (
    BatchConflict,
    Choice,
    Found,
    GivenEdits,
    Job,
    Naming,
    OneLook,
    weights_facts,
)
from gui.presets import Export, FormatChoice


class BatchSettings(msgspec.Struct, frozen=True):
    """All that is remembered between batches.

    Attributes:
        format: of the results; "own" for that of each photo.
        options: how they are written.
        name: template of their names.
        layer: whether the color alone is written, too.
        recursive: whether folders within the folders count.
        include, exclude: shell patterns, separated by spaces.
        beside: whether results lie beside their photos.
        into: the folder under which they are mirrored otherwise.
        on_conflict: what is done where a name is taken.
        colored: whether photos with color of their own are colored anew.
        look: whether photos take their colors from the first one of their folder, or from a photo.
        look_of: that photo.
    """

    format: FormatChoice = "own"
    options: SaveOptions = SaveOptions()
    name: str = DEFAULT_TEMPLATE
    layer: bool = False
    recursive: bool = True
    include: str = ""
    exclude: str = ""
    beside: bool = True
    into: str = ""
    on_conflict: BatchConflict = "unique"
    colored: bool = False
    look: Literal["off", "first", "photo"] = "off"
    look_of: str = ""

    @property
    def export(self) -> Export:
        """What the panel of an export would call it."""
        return Export(self.format, self.options, self.name, self.layer)

    def with_export(self, export: Export) -> "BatchSettings":
        """The same with what is chosen there."""
        return msgspec.structs.replace(
            self, format=export.format, options=export.options, name=export.name,
            layer=export.layer,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """A batch that can be planned.

    Attributes:
        places: folders and photos.
        settings: how.
        quality: of the network.
        retry_failed: whether photos that failed earlier are tried again.
    """

    places: tuple[Path, ...]
    settings: BatchSettings
    quality: Quality = "balanced"
    retry_failed: bool = False

    @property
    def into(self) -> Path | None:
        """The folder of the results; None for beside each photo."""
        chosen = self.settings.into.strip()
        return None if self.settings.beside or not chosen else Path(chosen).expanduser()

    @property
    def choice(self) -> Choice:
        """Which photos."""
        settings = self.settings
        include, exclude = tuple(settings.include.split()), tuple(settings.exclude.split())
        return Choice(settings.recursive, include, exclude, self.into)

    @property
    def job(self) -> Job:
        """How they are colored and named.

        Raises:
            BadTemplate: the template makes no names.
        """
        settings = self.settings
        suffix = None if settings.format == "own" else settings.export.suffix_for("")
        layer = None if not settings.layer else ("png" if suffix == ".png" else "tiff")
        today = datetime.datetime.now().astimezone().date()
        naming = Naming(self.into, settings.name, suffix, layer, today)
        naming.check()
        wish = Wish(
            quality=self.quality,
            saving=settings.options,
            colored="color" if settings.colored else "skip",
            layer=layer,  # type: ignore[arg-type]  # one of two names, as chosen above
        )
        return Job(wish, GivenEdits(), naming, weights_facts().sha256, self._look)

    @property
    def _look(self) -> OneLook:
        settings = self.settings
        photos = (Path(settings.look_of.strip()).expanduser(),) if settings.look == "photo" else ()
        return OneLook(settings.look == "first", photos)


def example_name(template: str) -> str:
    """What a result would be called.

    Raises:
        BadTemplate: the template makes no names.
    """
    today = datetime.datetime.now().astimezone().date()
    photo = Path("Reel 7") / "attic.jpg"
    return Naming(template=template, today=today).target_of(Found(photo, photo.name), 1).name
