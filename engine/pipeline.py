"""One photo from file to file: the stages in their order. Read this file first.

read_photo -> measure_lightness -> prepare -> predict -> Composition -> write_photo
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from engine.cancel import CancelToken
from engine.color_layer import ColorLayer
from engine.composition import Composition
from engine.edits import Edits, edits_to_json
from engine.i18n import N_, translate
from engine.photo.lightness import measure_lightness
from engine.photo.losses import depth_for, losses, unmet
from engine.photo.naming import OnConflict, color_layer_path, format_for
from engine.photo.neutral import neutral_of
from engine.photo.options import SaveOptions
from engine.photo.provenance import Provenance
from engine.photo.read import read_photo
from engine.photo.spaces import space_for
from engine.photo.tone import tone_of
from engine.photo.write import check_target, write_photo
from engine.resize import smaller
from engine.shoot.look import Look, in_look
from engine.values import AbPlanes, Lightness, Photo, Predictor, Quality, Saved
from engine.version import VERSION

COLORED = N_("This photo already has color; its own color is replaced. Only its lightness is kept.")
TONED = N_("This photo is toned; its tones were taken for gray.")
COLORED_SKIPPED = N_("“{name}” already has color and was left out.")
EXISTS_SKIPPED = N_("“{name}” exists already and was left as it is.")
STAGES = (N_("Reading"), N_("Looking"), N_("Coloring"), N_("Saving"))


@dataclass(frozen=True)
class Wish:
    """How a photo is to be colored and saved.

    Attributes:
        edits: hints and adjustments.
        quality: quality level.
        on_conflict: what to do where the target exists.
        saving: how the result is written.
        replace_original: whether the target is the original, to be replaced.
        colored: whether photos that have color already are colored anew, with a warning, or left
            out.
        layer: the format in which the color alone is saved, too; None for not at all.
        borrowed: how many of the hints, the first ones, come from other photos' look.
    """

    edits: Edits = Edits()
    quality: Quality = "balanced"
    on_conflict: OnConflict = "unique"
    saving: SaveOptions = SaveOptions()
    replace_original: bool = False
    colored: Literal["color", "skip"] = "color"
    layer: Literal["tiff", "png"] | None = None
    borrowed: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a photo.

    Attributes:
        target: the result; the file that stood in the way if it was skipped.
        seconds: from the first byte read to the last one written.
        warnings: sentences for the user.
        skipped: whether nothing was done, because the target exists or the photo has color.
        layer: the file with the color alone, where one was written.
    """

    target: Path
    seconds: float
    warnings: tuple[str, ...] = ()
    skipped: bool = False
    layer: Path | None = None


def colorize(
    path: Path,
    target: Path,
    predictor: Predictor,
    wish: Wish,
    cancel: CancelToken | None = None,
    report: Callable[[str], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Color one photo.

    Args:
        path: the photo.
        target: where the result goes; its suffix tells the format.
        predictor: the network.
        wish: how.
        cancel: checked between and within the stages.
        report: told the name of each stage as it begins.
        warn: told each warning as soon as it is known: what the format cannot hold, before it is
            written.

    Raises:
        PhotoError: the photo cannot be read.
        SaveError: the result cannot be written; nothing is left behind.
        OutOfMemory: the device cannot hold it.
        Cancelled: on request; nothing is left behind.
    """
    tell, said = report or (lambda _: None), Said(warn)
    started = time.monotonic()
    if wish.on_conflict == "skip" and not wish.replace_original and os.path.lexists(target):
        return _left_out(target, started, EXISTS_SKIPPED, target.name)
    tell(STAGES[0])
    opened = opened_for(path, target, wish, cancel, said)
    if opened is None:
        return _left_out(target, started, COLORED_SKIPPED, path.name)
    with ThreadPoolExecutor(1, thread_name_prefix="digest") as pool:
        # Read once more, from the system's cache, while the network works.
        digest = pool.submit(sha256_of, path).result if wish.saving.label else str
        planes = planes_for(opened.lightness, predictor, wish, cancel, tell)
        said.all(planes.notices)
        provenance = provenance_of(opened.photo, predictor, made_with(wish, planes), digest)
    tell(STAGES[3])
    saved, layer = saved_as(opened, planes, target, wish, provenance, cancel, said)
    if saved is None:
        return _left_out(target, started, EXISTS_SKIPPED, target.name)
    return Outcome(saved, time.monotonic() - started, tuple(said.sentences), layer=layer)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo that was read and is to be colored.

    Attributes:
        photo: what of it is still wanted.
        lightness: its own, or neutralized.
    """

    photo: Photo
    lightness: Lightness


def opened_for(
    path: Path, target: Path, wish: Wish, cancel: CancelToken | None, said: "Said"
) -> Opened | None:
    """The first stage: read a photo, and find out now what would fail later.

    Returns:
        None if it has color already and shall be left out then.

    Raises:
        PhotoError: the photo cannot be read.
        SaveError: its result cannot be written.
        Cancelled: on request.
    """
    format_for(target)
    neutralize = wish.edits.neutralize
    photo = read_photo(path, cancel, keep="pixels" if neutralize else "lightness")
    said.all(photo.source.notices)
    tone = tone_of(photo)
    if tone.kind == "colored" and wish.colored == "skip":
        return None
    said.all(_TOLD.get(tone.kind, ()))
    check_target(photo, target, wish.saving, replace_original=wish.replace_original)
    lightness = measure_lightness(photo, cancel, neutral_of(photo) if neutralize else None)
    if not photo.is_gray:  # these are not wanted any more
        photo = replace(photo, pixels=None, lightness=lightness)
    return Opened(photo, lightness)


def planes_for(
    lightness: Lightness,
    predictor: Predictor,
    wish: Wish,
    cancel: CancelToken | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> AbPlanes:
    """The second stage: what the network makes of it.

    Raises:
        OutOfMemory, DeviceFailed: the device cannot do it.
        Cancelled: on request.
    """
    tell(STAGES[1])
    prepared = predictor.prepare(lightness, wish.quality)
    _check(cancel)
    tell(STAGES[2])
    planes = predictor.predict(prepared, wish.edits.hints)
    _check(cancel)
    return planes


def planes_in_look(
    lightness: Lightness,
    predictor: Predictor,
    wish: Wish,
    look: Look,
    cancel: CancelToken,
    *,
    own: bool,
) -> tuple[AbPlanes, Wish]:
    """The second stage of a photo that takes its look from others.

    Args:
        lightness: the photo's.
        predictor: the network.
        wish: how.
        look: the others'.
        cancel: checked between the steps.
        own: whether the edits of the wish are the photo's own.

    Returns:
        What the network makes of it; the wish, with what the look adds to its edits.

    Raises:
        OutOfMemory, DeviceFailed: the device cannot do it.
        Cancelled: on request.
    """
    prepared = predictor.prepare(lightness, wish.quality)
    _check(cancel)
    edits, planes = in_look(look, wish.edits, predictor, prepared, own=own)
    _check(cancel)
    borrowed = len(edits.hints) - len(wish.edits.hints)
    return planes, replace(wish, edits=edits, borrowed=borrowed)


class Ledger:
    """Keeps record of the files of one photo; this one keeps none.

    A batch has one of its own, so that what was placed before a crash is never made twice.
    """

    def place_for(self, target: Path, on_conflict: OnConflict) -> tuple[Path, OnConflict]:
        """Where a file goes, and what is done if the name is taken."""
        return target, on_conflict

    def sealed(self, target: Path, draft: Path) -> None:
        """Called when a file is written whole, before it gets its name.

        Args:
            target: as it was given to `place_for`.
            draft: where it lies for now.
        """


def saved_as(
    opened: Opened,
    planes: AbPlanes,
    target: Path,
    wish: Wish,
    provenance: Provenance | None,
    cancel: CancelToken | None,
    said: "Said",
    ledger: Ledger | None = None,
    layer_target: Path | None = None,
) -> tuple[Path | None, Path | None]:
    """The third stage: write the result, and the color alone where that is wished for.

    Args:
        opened: the photo.
        planes: what the network made of it.
        target: where the result goes.
        wish: how.
        provenance: how the result came to be.
        cancel: checked between strips.
        said: told each warning.
        ledger: asked and told before anything gets its name.
        layer_target: where the color alone goes; beside the result by default.

    Returns:
        Their files. No result if it was skipped, as the target exists; no layer if none is wanted
        or it exists.

    Raises:
        SaveError: one of them cannot be written; of it nothing is left behind.
        Cancelled: on request.
    """
    ledger = ledger or Ledger()
    photo, lightness = opened.photo, opened.lightness
    composition, notices = composition_for(photo, lightness, planes, target, wish)
    result = photo, format_for(target), wish.saving
    said.all((*composition.warnings, *notices, *losses(*result), *unmet(*result)))
    place, on_conflict = ledger.place_for(target, wish.on_conflict)
    saved = write_photo(
        composition,
        photo,
        place,
        on_conflict,
        wish.saving,
        cancel,
        provenance=provenance,
        replace_original=wish.replace_original,
        sealed=partial(ledger.sealed, target),
    )
    if saved is None:
        return None, None
    said.all(saved.notices)
    if wish.layer is None:
        return saved.path, None
    layer_target = layer_target or color_layer_path(
        photo.source.path, saved.path.parent, f".{wish.layer}"
    )
    if composition.size != photo.size:  # a layer is laid over the photo itself
        whole = replace(wish, saving=replace(wish.saving, longest=None))
        composition, _ = composition_for(photo, lightness, planes, target, whole)
    place, on_conflict = ledger.place_for(layer_target, wish.on_conflict)
    wish, seal = replace(wish, on_conflict=on_conflict), partial(ledger.sealed, layer_target)
    layer = save_layer(composition, photo, place, wish, provenance, cancel, seal)
    return saved.path, None if layer is None else layer.path


class Said:
    """Warnings, each told once and at once."""

    def __init__(self, warn: Callable[[str], None] | None) -> None:
        self._warn = warn
        self.sentences: list[str] = []

    def all(self, sentences: Iterable[str]) -> None:
        """Say those that were not said yet."""
        for sentence in map(translate, sentences):
            if sentence not in self.sentences:
                self.sentences.append(sentence)
                if self._warn is not None:
                    self._warn(sentence)


def composition_for(
    photo: Photo, lightness: Lightness, planes: AbPlanes, target: Path, wish: Wish
) -> tuple[Composition, tuple[str, ...]]:
    """The colored photo as it is to be saved, worked out while it is written.

    Args:
        photo: the original.
        lightness: its own.
        planes: the predicted color.
        target: where it goes; its suffix tells the format.
        wish: how.

    Returns:
        It, and sentences about the color space, to be translated.
    """
    depth = depth_for(photo, format_for(target), wish.saving)
    space, notices = space_for(photo, wish.saving.space)
    lightness = smaller(lightness, wish.saving.longest)
    return Composition(lightness, planes, wish.edits, depth, space, wish.borrowed), notices


def made_with(wish: Wish, planes: AbPlanes) -> Wish:
    """What was done in the end, which may be less than was wished for."""
    return wish if planes.lowered_to is None else replace(wish, quality=planes.lowered_to)


def provenance_of(
    photo: Photo, predictor: Predictor, wish: Wish, digest: Callable[[], str] | None = None
) -> Provenance | None:
    """How a result came to be; with it and the original, the result can be made again.

    Args:
        photo: the original.
        predictor: the network.
        wish: how; None is returned if it says that results are not labeled.
        digest: gives the SHA-256 of the original's file, if it is being worked out already.
    """
    if not wish.saving.label:
        return None
    model = predictor.model
    return Provenance(
        software="Photochrom",
        version=VERSION,
        model=model.name,
        weights_sha256=model.sha256,
        quality=wish.quality,
        edits="" if wish.edits == Edits() else edits_to_json(wish.edits).decode(),
        settings=asdict(wish.saving),
        source_name=photo.source.path.name,
        source_sha256=digest() if digest is not None else sha256_of(photo.source.path),
    )


def sha256_of(path: Path) -> str:
    """Digest of a file in hexadecimal digits; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def save_layer(
    composition: Composition,
    photo: Photo,
    target: Path,
    wish: Wish,
    provenance: Provenance | None = None,
    cancel: CancelToken | None = None,
    sealed: Callable[[Path], None] = lambda _: None,
) -> Saved | None:
    """Save the color alone, in 16 bit and without the photo's metadata but for the label.

    Args:
        composition: the colored photo.
        photo: the original.
        target: where to; a TIFF or PNG file.
        wish: how results are written.
        provenance: how the colors came to be.
        cancel: checked between strips.
        sealed: as for `write_photo`.

    Returns:
        None if it was skipped, as the target exists.

    Raises:
        SaveError: it cannot be written; nothing is left behind.
        Cancelled: on request; nothing is left behind.
    """
    saving = replace(wish.saving, depth=16, metadata=False)
    return write_photo(
        ColorLayer(composition),
        photo,
        target,
        wish.on_conflict,
        saving,
        cancel,
        provenance=provenance,
        sealed=sealed,
    )


# What is said of a photo that is not gray.
_TOLD = {"colored": (COLORED,), "toned": (TONED,)}


def _left_out(target: Path, started: float, sentence: str, name: str) -> Outcome:
    said = (translate(sentence, name=name),)
    return Outcome(target, time.monotonic() - started, said, skipped=True)


def _check(cancel: CancelToken | None) -> None:
    if cancel is not None:
        cancel.raise_if_set()
