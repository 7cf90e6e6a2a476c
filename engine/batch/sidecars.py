"""A photo's own edits, in a file beside it: NAME.EXT.photochrom.json or NAME.photochrom.json."""

import os
from dataclasses import dataclass
from pathlib import Path

from engine.edits import Edits, Overlay, load_edits

_ENDING = ".photochrom.json"


@dataclass(frozen=True, slots=True)
class GivenEdits:
    """What was chosen for all photos.

    Attributes:
        edits: for those without a file of their own.
        overlay: laid over the edits of all.
    """

    edits: Edits = Edits()
    overlay: Overlay = Overlay()

    def of(self, sidecar: Path | None) -> Edits:
        """The edits of one photo.

        Args:
            sidecar: its file; None if it has none.

        Raises:
            BadEdits: the file says something it should not.
        """
        return self.overlay.on(self.edits if sidecar is None else load_edits(sidecar))


def sidecar_of(photo: Path) -> Path | None:
    """The file with a photo's own edits; that with its whole name comes first."""
    for name in (photo.name, photo.stem):
        sidecar = photo.with_name(name + _ENDING)
        if os.path.isfile(sidecar):  # noqa: PTH113 - Path.is_file raises if it may not look
            return sidecar
    return None
