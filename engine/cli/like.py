"""--like RESULT: the choices that a result was made with, out of its own metadata."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
import msgspec

from engine.edits import Edits, edits_from_json
from engine.errors import BadEdits
from engine.i18n import N_, translate
from engine.photo.blocks import blocks_of_file
from engine.photo.formats import SIGNATURE_BYTES, format_of
from engine.photo.options import SaveOptions
from engine.photo.provenance import Provenance
from engine.pipeline import Wish, sha256_of
from engine.values import ModelId, Quality

_OTHER_SOURCE = N_(
    "“{result}” was made of another file; its choices are taken over, the result will differ."
)
_OTHER_NETWORK = N_("“{result}” was made with another network; the colors may differ.")


@dataclass(frozen=True)
class Like:
    """A result to follow.

    Attributes:
        result: its file.
        provenance: what it says of how it was made.
        wish: the same, as a wish.
    """

    result: Path
    provenance: Provenance
    wish: Wish

    def differences(self, photo: Path, model: ModelId) -> tuple[str, ...]:
        """Sentences about why coloring this photo with this network will not give the result."""
        found = []
        if self.provenance.source_sha256 != sha256_of(photo):
            found.append(translate(_OTHER_SOURCE, result=self.result.name))
        if self.provenance.weights_sha256 != model.sha256:
            found.append(translate(_OTHER_NETWORK, result=self.result.name))
        return tuple(found)


def read_like(result: Path) -> Like:
    """Read what a result was made with.

    Raises:
        click.UsageError: it cannot be read or does not say.
    """
    try:
        if not result.is_file():  # a pipe may never end
            raise FileNotFoundError(result)
        with result.open("rb") as file:
            file_format = format_of(file.read(SIGNATURE_BYTES)) or ""
            packet = blocks_of_file(file, file_format).get("xmp-data", b"")
    except OSError as error:
        raise click.UsageError(f"--like {result} cannot be read. Check its name.") from error
    provenance = Provenance.from_xmp(packet)
    if provenance is None:
        raise click.UsageError(
            f"--like {result} does not say how it was made. "
            "Name a result of Photochrom whose metadata was kept."
        )
    try:
        return Like(result, provenance, _wish(provenance, result.name))
    except (BadEdits, ValueError, RecursionError) as error:
        raise click.UsageError(
            f"--like {result} was made with choices that this version does not understand. "
            "Give them as options."
        ) from error


def _wish(provenance: Provenance, name: str) -> Wish:
    """What it says, checked: metadata can be edited by anyone.

    Raises:
        BadEdits, ValueError, RecursionError: it does not say what it should.
    """
    edits = edits_from_json(provenance.edits.encode(), name) if provenance.edits else Edits()
    quality: Quality = msgspec.convert(provenance.quality, type=Quality)
    known = {field.name for field in fields(SaveOptions)}  # others are of later versions
    settings: dict[str, Any] = {k: v for k, v in provenance.settings.items() if k in known}
    return Wish(edits, quality, saving=msgspec.convert(settings, type=SaveOptions))
