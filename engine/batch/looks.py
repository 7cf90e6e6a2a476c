"""Looks that photos of a batch take from others; each is worked out once."""

import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.batch.find import Found
from engine.batch.sidecars import GivenEdits, sidecar_of
from engine.batch.whole import whole_path
from engine.cancel import CancelToken
from engine.errors import LookUnusable, PhotochromError
from engine.photo.read import read_photo
from engine.pipeline import Wish
from engine.shoot.cells import joined
from engine.shoot.look import Look
from engine.shoot.reference import Reference, look_of
from engine.values import Predictor

# Some 2 MB each.
_KEPT = 8


@dataclass(frozen=True, slots=True)
class LookSource:
    """A photo from which another one takes its look.

    Attributes:
        photo: its file, with its whole path.
        sidecar: the file with its own edits; None if it has none.
        chosen: whether it was named, rather than being the first of a folder.
    """

    photo: Path
    sidecar: Path | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class OneLook:
    """Which photos give the others their look.

    Attributes:
        first: whether it is the first of each folder.
        photos: those that were chosen, for all; they go before `first`.
    """

    first: bool = False
    photos: tuple[Path, ...] = ()

    @property
    def written(self) -> list[object]:
        """It, for a digest; empty if every photo is colored by itself."""
        chosen = [os.fsencode(whole_path(photo)).hex() for photo in self.photos]
        return ["look", self.first, chosen] if self.first or self.photos else []

    def check(self, edits: GivenEdits, cancel: CancelToken | None = None) -> None:
        """See now whether the chosen photos can be used, rather than once for each of the others.

        Args:
            edits: where the edits of those without a sidecar come from.
            cancel: checked while they are read.

        Raises:
            LookUnusable: one cannot.
            Cancelled: on request.
        """
        for photo in self.photos:
            try:
                edits.of(sidecar_of(photo))
                read_photo(photo, cancel, keep="lightness")
            except PhotochromError as error:
                raise LookUnusable(name=photo.name, reason=str(error)) from error


class LookSources:
    """Says of each photo of a listing which ones give it its look.

    Args:
        wanted: what was chosen.
        found: the whole listing, in its order.
    """

    def __init__(self, wanted: OneLook, found: Iterable[Found]) -> None:
        self._chosen = tuple(_source(photo, chosen=True) for photo in wanted.photos)
        self._firsts: dict[Path, LookSource] = {}
        if wanted.first and not wanted.photos:
            for one in found:
                if one.path.parent not in self._firsts:
                    self._firsts[one.path.parent] = _source(one.path, chosen=False)

    def of(self, photo: Path) -> tuple[LookSource, ...]:
        """The photos that give it its look; empty if it gives one, and is colored by itself."""
        sources = self._chosen or tuple(filter(None, (self._firsts.get(photo.parent),)))
        whole = whole_path(photo)
        return () if any(source.photo == whole for source in sources) else sources


class Looks:
    """The looks that were worked out last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, Look] = OrderedDict()

    def of(
        self,
        sources: tuple[LookSource, ...],
        edits: GivenEdits,
        wish: Wish,
        predictor: Predictor,
        cancel: CancelToken,
    ) -> Look:
        """The look of photos, together.

        Args:
            sources: the photos; at least one.
            edits: where the edits of those without a sidecar come from.
            wish: how the photos of the batch are colored.
            predictor: the network.
            cancel: checked while they are read.

        Raises:
            PhotochromError: one cannot be used.
            Cancelled: on request.
        """
        stamps = tuple(_stamp(file) for one in sources for file in (one.photo, one.sidecar))
        key = (sources, stamps, edits, wish.quality, wish.colored)
        if key not in self._kept:
            looks = [_look(one, edits, wish, predictor, cancel) for one in sources]
            cells = joined([look.cells for look in looks])
            self._kept[key] = Look(cells, looks[0].adjustments)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _look(
    source: LookSource, edits: GivenEdits, wish: Wish, predictor: Predictor, cancel: CancelToken
) -> Look:
    # The result of a photo that has color has the network's, unless there will be none.
    own_colors = source.chosen or wish.colored == "skip"
    reference = Reference(source.photo, edits.of(source.sidecar), own_colors)
    return look_of(reference, predictor, wish.quality, cancel)


def _source(photo: Path, *, chosen: bool) -> LookSource:
    whole = whole_path(photo)
    return LookSource(whole, sidecar_of(whole), chosen)


def _stamp(file: Path | None) -> tuple[int, int]:
    try:
        found = None if file is None else file.stat()
    except OSError:
        found = None
    return (0, 0) if found is None else (found.st_size, found.st_mtime_ns)
