"""The open photo and all that is known of it: the window's only state that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine import Adjustments, Edits, OriginalChanged, Quality, SaveOptions, translate
from gui.variants import Variant
from gui.work import Target, Words, Work
from gui.worker.jobs import (
    PREVIEW_SIDES,
    THUMBNAILS,
    WARMING_UP,
    Failed,
    MakeProof,
    MakeVariants,
    OpenPhoto,
    PhotoOpened,
    PhotoSaved,
    PreviewReady,
    Progressed,
    ProofReady,
    Recolor,
    Request,
    Result,
    SavePhoto,
    ThumbnailReady,
    VariantReady,
    WasCancelled,
)


@dataclass(frozen=True, slots=True)
class Roll:
    """The photos that were dropped or chosen, in one go or one after the other.

    Attributes:
        photos: their paths, in order.
        at: which of them is open, counted from 0.
    """

    photos: tuple[Path, ...] = ()
    at: int = 0

    def has(self, step: int) -> bool:
        """Whether there is a photo so many steps onward, or back."""
        return 0 <= self.at + step < len(self.photos)


class Document:
    """Makes the requests, takes the results, and drops those that are no longer wanted.

    Attributes:
        roll: the photos to go through; already the new ones while the first of them is opened.
        photo: the open photo, or None.
        quality: how much trouble the network takes.
        copied: adjustments to be given to other photos, or None.
        shown: its newest colored picture, or None.
        progress: what the worker does for the photo on screen or for the one being opened.
        warming_up: what it does before any photo asks for it, or None.
        save_progress: what it does to save one.
        error: why the photo could not be opened or colored, or None.
        refused: why new photos did not come into the roll, since photos were last asked for.
        stopped: whether the user stopped the coloring before its picture was there; what is shown
            is older, or the photo without color.
        proof: what came of the newest try of an export, or None.
        seen_scale: screen pixels per photo pixel, by which previews get their size.
    """

    def __init__(self) -> None:
        self.roll = Roll()
        self.photo: PhotoOpened | None = None
        self.quality: Quality = "balanced"
        self.copied: Adjustments | None = None
        self.shown: PreviewReady | None = None
        self.progress: Progressed | None = None
        self.warming_up: Progressed | None = None
        self.save_progress: Progressed | None = None
        self.error: Exception | None = None
        self.refused: dict[Path, Exception] = {}
        self.stopped = False
        self.proof: ProofReady | Failed | None = None
        self.seen_scale = 1.0
        self._generation = 0
        self._opening: OpenPhoto | None = None
        self._coloring: Recolor | None = None
        # Photos with color of their own that the user wants colored anew.
        self._agreed: set[Path] = set()
        self._variants: MakeVariants | None = None
        self._proof: MakeProof | None = None
        self._saves: dict[int, SavePhoto] = {}
        # Of every photo that was open; their edits stay while others are looked at.
        self._works: dict[Path, Work] = {}
        self._no_work = Work()
        # The edits for which color was asked last.
        self._asked: Edits | None = None
        # The newest coloring of the photo on screen, even if it was given up.
        self._newest: Recolor | None = None
        # Whether the file of the photo on screen holds something else by now, such as its result.
        self._is_outdated = False
        # Where to go back to if opening is stopped.
        self._roll_before = Roll()
        # Colorings of this generation and below are no longer wanted.
        self._outdated = 0

    @property
    def is_opening(self) -> bool:
        """Whether a photo is being opened."""
        return self._opening is not None

    @property
    def is_coloring(self) -> bool:
        """Whether the open photo is being colored."""
        return self._coloring is not None

    @property
    def is_saving(self) -> bool:
        """Whether a result is being saved, or waits for it."""
        return bool(self._saves)

    @property
    def saves(self) -> frozenset[int]:
        """The generations of the results that are being saved, or wait for it."""
        return frozenset(self._saves)

    @property
    def is_working(self) -> bool:
        """Whether there is anything to cancel."""
        return self.is_opening or self.is_coloring or self.is_saving

    @property
    def _is_behind(self) -> bool:
        """Whether the photo on screen is not shown as it was last asked for."""
        newest = self._newest.generation if self._newest is not None else 0
        return self.shown is None or self.shown.generation < newest

    @property
    def must_ask(self) -> bool:
        """Whether the photo has color of its own, and the user has not yet let go of that."""
        return (
            self.photo is not None
            and self.photo.tone == "colored"
            and self.photo.request.path not in self._agreed
        )

    @property
    def path(self) -> Path | None:
        """The photo on screen, or the one that could not be opened."""
        if self.photo is not None:
            return self.photo.request.path
        return self.roll.photos[self.roll.at] if self.error is not None else None

    @property
    def work(self) -> Work:
        """What the user did to the open photo; nothing if there is none."""
        if self.photo is None:
            return self._no_work
        return self._works.setdefault(self.photo.request.path, Work())

    def work_of(self, path: Path) -> Work:
        """What the user did to an open photo, on screen or not; nothing if it is not open."""
        return self._works.get(path, Work())

    @property
    def edits(self) -> Edits:
        """What the user wants done to the open photo."""
        return self.work.edits

    @property
    def unsaved(self) -> tuple[Path, ...]:
        """The photos with hints or adjustments that no file has nor will have; color is no work.

        The one on screen comes first: it can be saved even if its original was replaced.
        """
        coming = {(each.photo.path, each.edits) for each in self._saves.values() if not each.layer}
        unsaved = [
            path
            for path, work in self._works.items()
            if work.is_unsaved and (path, work.edits) not in coming
        ]
        return tuple(sorted(unsaved, key=lambda path: path != self.path))

    @property
    def lost_by_leaving(self) -> tuple[Path, ...]:
        """The photo on screen, if its original was replaced and something was done to it since."""
        return tuple(each for each in self.unsaved if each == self.path and self.work.replaced)

    @property
    def leaving_waits_for(self) -> frozenset[int]:
        """The saves by which it will be known what would be lost by leaving the photo on screen."""
        return frozenset(
            generation
            for generation, each in self._saves.items()
            if self.photo is not None
            and each.photo is self.photo.request
            and not each.layer
            and (each.replace_original or self.work.replaced)
        )

    @property
    def can_adjust(self) -> bool:
        """Whether there is a photo whose colors can be adjusted."""
        return self.photo is not None and not self.is_opening and not self.must_ask

    @property
    def can_save(self) -> bool:
        """Whether there is a colored photo to save."""
        return self.shown is not None and not self.is_opening

    @property
    def can_neutralize(self) -> bool:
        """Whether there is a tone that could be taken out of the photo's lightness."""
        return self.can_adjust and self.photo is not None and self.photo.tone != "gray"

    @property
    def can_replace(self) -> bool:
        """Whether there is a colored photo that can stand in the place of its original."""
        return self.can_save and self.photo is not None and not self.photo.irreplaceable

    def open(self, photos: Sequence[Path]) -> OpenPhoto | None:
        """Add photos to the roll and ask for the first new one.

        If none is new, the first of them is asked for, unless it is the one on screen and its file
        is still what is shown.
        """
        self.refused = {}
        kept = self.roll.photos
        if self.photo is None and self.error is not None:  # it never came to be a photo
            kept = tuple(path for path in kept if path != self.path)
        new = tuple(path for path in dict.fromkeys(photos) if path not in kept)
        wanted = (*new, *photos)[0]
        is_shown = self.photo is not None and wanted == self.path and not self._is_outdated
        if not self.is_opening and is_shown:
            return None
        return self._ask_for(Roll(kept + new, (kept + new).index(wanted)))

    def step(self, step: int) -> OpenPhoto | None:
        """Ask for the next photo of the roll (1) or the one before (-1)."""
        self.refused = {}
        if not self.roll.has(step):
            return None
        return self._ask_for(Roll(self.roll.photos, self.roll.at + step))

    def go_to(self, at: int) -> OpenPhoto | None:
        """Ask for a photo of the roll by its place, unless it is on screen."""
        self.refused = {}
        if at == self.roll.at and (self.photo is not None or self.is_opening):
            return None
        return self._ask_for(Roll(self.roll.photos, at))

    def close_photo(self) -> OpenPhoto | None:
        """Take the photo on screen out of the roll, with its edits, and ask for its neighbor."""
        path = self.path
        if path is None or self.is_opening:
            return None
        self._cancel_all(self._coloring)
        self._works.pop(path, None)
        self._agreed.discard(path)
        self.photo = self.shown = self.error = self.progress = self._coloring = None
        self.stopped, self._newest = False, None
        self._outdated = self._generation
        rest = tuple(each for each in self.roll.photos if each != path)
        self.roll = Roll(rest, min(self.roll.at, max(0, len(rest) - 1)))
        return self._ask_for(self.roll) if rest else None

    def open_again(self) -> OpenPhoto | None:
        """Ask once more for a photo that could not be opened."""
        return self._ask_for(self.roll) if self.roll.photos else None

    def go_on(self) -> OpenPhoto | Recolor | None:
        """After a new photo was refused, ask for the next new one.

        If there is none, ask for the color that the photo on screen lacks, since its coloring was
        given up for the new one.
        """
        if self.roll.photos[self.roll.at] not in self._roll_before.photos:
            return self._ask_for(self.roll, self._roll_before)
        is_colored = self.shown is not None and self.shown.complete and not self._is_behind
        stays = is_colored or self.stopped or self.must_ask or self.error is not None
        return None if stays else self.recolor()

    def neutralize(self, wanted: bool) -> Recolor | None:
        """Take the photo's tone out of its lightness, or leave it there; ask for its color anew."""
        edits = msgspec.structs.replace(self.edits, neutralize=wanted)
        if wanted:
            return self.change(edits, lambda: translate("Neutralize"))
        return self.change(edits, lambda: translate("Keep the tone"))

    def adjust(self, name: str, value: float, words: Words, gesture: object) -> Recolor | None:
        """Set one of the adjustments.

        Args:
            name: a field of `Adjustments`.
            value: within its range.
            words: give its name in the language of the moment.
            gesture: equal for changes that are undone together.
        """
        adjustments = msgspec.structs.replace(self.edits.adjustments, **{name: value})
        edits = msgspec.structs.replace(self.edits, adjustments=adjustments)
        return self.change(edits, words, (name, gesture))

    def reset_adjustments(self) -> Recolor | None:
        """Take all adjustments back, as one step."""
        edits = msgspec.structs.replace(self.edits, adjustments=Adjustments())
        return self.change(edits, lambda: translate("Reset adjustments"))

    def copy_adjustments(self) -> None:
        """Keep the adjustments of the open photo for others."""
        self.copied = self.edits.adjustments

    def paste_adjustments(self) -> Recolor | None:
        """Give the open photo the adjustments that were copied."""
        if self.copied is None:
            return None
        edits = msgspec.structs.replace(self.edits, adjustments=self.copied)
        return self.change(edits, lambda: translate("Paste adjustments"))

    def change(self, edits: Edits, words: Words, gesture: object = None) -> Recolor | None:
        """Come to other edits of the open photo by a step that can be undone.

        Args:
            edits: those to come to.
            words: give what is done, in the language of the moment.
            gesture: equal for steps that shall become one; None for a step of its own.

        Returns:
            The request for its color, unless nothing changes or the user has yet to agree to it.
        """
        if self.photo is not None:
            self.work.change(edits, words, gesture)
        return self.follow_steps()

    def undo(self) -> Recolor | None:
        """Go back by one step."""
        self.work.steps.undo()
        return self.follow_steps()

    def redo(self) -> Recolor | None:
        """Do again what was undone."""
        self.work.steps.redo()
        return self.follow_steps()

    def follow_steps(self) -> Recolor | None:
        """Ask for color with the edits of the moment, unless that was asked for already."""
        return None if self.edits == self._asked else self._color_again()

    def set_quality(self, quality: Quality) -> Recolor | None:
        """Have the network take more or less trouble from now on."""
        if quality == self.quality:
            return None
        self.quality = quality
        return None if self.photo is None else self._color_again()

    def make_variants(self) -> MakeVariants | None:
        """Ask for the photo in other ways."""
        if self.photo is None or not self.can_adjust:
            return None
        self.stop_variants()
        self._variants = MakeVariants(
            generation=self._next(),
            photo=self.photo.request,
            edits=self.edits,
            quality=self.quality,
        )
        return self._variants

    def stop_variants(self) -> None:
        """They are not wanted any more."""
        if self._variants is not None:
            self._variants.stop()
            self._variants = None

    def make_proof(
        self, suffix: str, options: SaveOptions, center: tuple[float, float], part: tuple[int, int]
    ) -> MakeProof | None:
        """Ask what a file would be like.

        Args:
            suffix: its ending, which names its format.
            options: how it is written.
            center: x and y, 0..1, of the part to be shown.
            part: its width and height in pixels.
        """
        self.stop_proof()
        if self.photo is None or not self.can_save:
            return None
        self._proof = MakeProof(
            generation=self._next(),
            photo=self.photo.request,
            edits=self.edits,
            suffix=suffix,
            options=options,
            quality=self.quality,
            center=center,
            part=part,
        )
        return self._proof

    def stop_proof(self) -> None:
        """It is not wanted any more."""
        if self._proof is not None:
            self._proof.stop()
        self._proof = self.proof = None

    def take_variant(self, variant: Variant) -> Recolor | None:
        """Color the photo in that way from now on."""
        if variant.quality is not None:
            return self.set_quality(variant.quality)
        return self.change(variant.applied(self.edits), variant.words)

    def retranslate(self) -> None:
        """Say what was done to the photos in the language of the moment."""
        for work in self._works.values():
            work.retranslate()

    def _color_again(self) -> Recolor | None:
        return None if self.must_ask else self.recolor()

    def recolor(self) -> Recolor | None:
        """Ask for color with the edits of the moment; of its own color the photo lets go."""
        if self.photo is None:
            return None
        self._agreed.add(self.photo.request.path)
        self._asked = self.edits
        self.error, self.stopped, self.progress = None, False, None
        self._coloring = Recolor(
            generation=self._next(),
            photo=self.photo.request,
            edits=self.edits,
            quality=self.quality,
            side=self._preview_side(),
        )
        self._newest = self._coloring
        return self._coloring

    def _preview_side(self) -> int:
        """The least that is sharp on the screen: what is larger keeps a slider waiting."""
        assert self.photo is not None
        seen = max(self.photo.picture.size) * self.seen_scale
        return next((side for side in PREVIEW_SIDES if side >= seen), PREVIEW_SIDES[-1])

    def save(
        self,
        target: Path,
        *,
        overwrite: bool,
        options: SaveOptions | None = None,
        layer: bool = False,
        exported: bool = False,
    ) -> SavePhoto | None:
        """Ask for the colored photo to be written.

        Args:
            target: where to.
            overwrite: whether a file that is there may be replaced; if not, a free name is taken.
            options: how; the defaults if not given.
            layer: whether the color alone is written.
            exported: whether it is a further copy, to which saving once more does not go.
        """
        return self._ask_to_save(
            target, options or SaveOptions(), overwrite=overwrite, layer=layer, exported=exported
        )

    def save_again(self, options: SaveOptions) -> SavePhoto | None:
        """Ask for the colored photo to be written where it was saved before.

        Returns:
            None if it was not, or if that file is gone or was changed by someone else.
        """
        target = self.work.target
        if target is None or not target.is_as_left:
            return None
        return self._ask_to_save(target.path, options, overwrite=True)

    def save_unsaved(self, path: Path, target: Path, options: SaveOptions) -> SavePhoto:
        """Ask for the work on a photo to be written, be the photo on screen or not.

        Args:
            path: one of `unsaved`.
            target: where to; it is written over only if the photo was saved there before and
                nobody has changed it since, else a free name is taken.
            options: how.
        """
        work = self._works[path]
        assert work.opened is not None  # else nothing could have been done to it
        saved = work.target
        is_own = saved is not None and saved.path == target and saved.is_as_left
        request = SavePhoto(
            generation=self._next(),
            photo=work.opened,
            edits=work.edits,
            target=target,
            on_conflict="overwrite" if is_own else "unique",
            options=options,
            quality=self.quality,
        )
        self._saves[request.generation] = request
        return request

    def replace_original(self, options: SaveOptions) -> SavePhoto | None:
        """Ask for the colored photo to be written in the place of its original."""
        if self.photo is None or not self.can_replace:
            return None
        return self._ask_to_save(
            self.photo.request.path, options, overwrite=True, replace_original=True
        )

    def _ask_to_save(
        self,
        target: Path,
        options: SaveOptions,
        *,
        overwrite: bool,
        replace_original: bool = False,
        layer: bool = False,
        exported: bool = False,
    ) -> SavePhoto | None:
        if self.photo is None or not self.can_save:
            return None
        request = SavePhoto(
            generation=self._next(),
            photo=self.photo.request,
            edits=self.edits,
            target=target,
            on_conflict="overwrite" if overwrite else "unique",
            layer=layer,
            options=options,
            replace_original=replace_original,
            quality=self.quality,
            exported=exported,
        )
        self._saves[request.generation] = request
        return request

    def cancel(self) -> None:
        """Give up what is being done; nothing of it is shown from now on.

        Only a save is waited for: it may already have been written, and then that must be said.
        """
        self._cancel_all(self._opening, self._coloring, *self._saves.values())
        if self._opening is not None:
            self.roll = self._roll_before
        if self.photo is not None and self._is_behind and self.error is None:
            self.stopped = True
        self._opening = self._coloring = self.progress = None
        self._outdated = self._generation

    def accept(self, result: Result) -> bool:
        """Take a result, if it is still wanted.

        Returns:
            Whether it was taken; if not, nothing may be shown of it.
        """
        if result.generation == THUMBNAILS:
            return isinstance(result, ThumbnailReady)
        if result.generation == WARMING_UP:
            self.warming_up = result if isinstance(result, Progressed) else None
            return not isinstance(result, Failed)  # the first photo will meet the same error
        if self._variants is not None and result.generation == self._variants.generation:
            if isinstance(result, Failed | WasCancelled):
                self._variants = None
            return isinstance(result, Failed | VariantReady)
        if self._proof is not None and result.generation == self._proof.generation:
            if isinstance(result, ProofReady | Failed):
                self.proof = result
            return result is self.proof
        if result.generation in self._saves:
            self._accept_of_save(result)
        elif self._opening is not None and result.generation == self._opening.generation:
            self._accept_of_opening(result)
        elif self._is_wanted_color(result):
            self._accept_of_coloring(result)
        else:
            return False
        return True

    def _accept_of_opening(self, result: Result) -> None:
        if isinstance(result, Progressed):
            self.progress = result
            return
        path = self._opening.path if self._opening is not None else None
        self._opening = self.progress = None
        if isinstance(result, WasCancelled):
            self.roll = self._roll_before
            return
        if isinstance(result, Failed) and path is not None and self._leave_out(path):
            self.refused[path] = result.error
            return
        self._let_go_of_replaced()
        self.photo = result if isinstance(result, PhotoOpened) else None
        self.error = result.error if isinstance(result, Failed) else None
        if self.photo is not None:
            self.work.opened, self.work.belongings = self.photo.request, self.photo.belongings
        self.shown, self.stopped, self._asked = None, False, None
        self._is_outdated = False
        # The photo before may have been changed while this one was read.
        self._cancel_all(self._coloring)
        self._coloring = self._newest = None
        self._outdated = self._generation

    def _let_go_of_replaced(self) -> None:
        """Forget the photo that leaves the screen if its file is another photo by now: colored."""
        if self.photo is not None and self.work.replaced:
            path = self.photo.request.path
            del self._works[path]
            self._agreed.discard(path)

    def _leave_out(self, path: Path) -> bool:
        """Take a new photo out of the roll again, if there is another one to show."""
        before = self._roll_before
        rest = tuple(each for each in self.roll.photos if each != path)
        if path in before.photos or not rest:
            return False
        new = [each for each in rest if each not in before.photos]
        self.roll = Roll(rest, rest.index(new[0])) if new else before
        return True

    def _is_wanted_color(self, result: Result) -> bool:
        on_screen = self.shown.generation if self.shown is not None else 0
        return (
            self._coloring is not None
            and result.generation > self._outdated
            and result.generation >= on_screen
        )

    def _accept_of_coloring(self, result: Result) -> None:
        newest = self._coloring is not None and result.generation == self._coloring.generation
        if isinstance(result, PreviewReady):
            self.shown = result
        elif isinstance(result, Progressed):
            self.progress = result
            return
        elif isinstance(result, Failed) and newest and self.shown is None:
            self.error = result.error
        if newest and not (isinstance(result, PreviewReady) and not result.complete):
            self._coloring = self.progress = None

    def _accept_of_save(self, result: Result) -> None:
        if isinstance(result, Progressed):
            self.save_progress = result
            return
        request = self._saves.pop(result.generation)
        self.save_progress = None
        is_this_photo = self.photo is not None and request.photo is self.photo.request
        if isinstance(result, PhotoSaved) and not request.layer:
            work = self.work_of(request.photo.path)  # of no account if it was closed meanwhile
            work.saved = result.edits
            work.replaced = work.replaced or result.replaced
            if not request.exported and not result.replaced:
                work.target = Target.of(result.saved.path)
        if isinstance(result, PhotoSaved) and is_this_photo and not request.layer:
            self._is_outdated = self._is_outdated or result.replaced
        elif isinstance(result, Failed) and is_this_photo:
            is_changed = isinstance(result.error, OriginalChanged)
            self._is_outdated = self._is_outdated or is_changed

    def _ask_for(self, roll: Roll, before: Roll | None = None) -> OpenPhoto:
        """Ask for a photo; all coloring of the one on screen is given up.

        Args:
            roll: where the photo is.
            before: where to go back to; if not given, to the photo on screen.
        """
        if self._opening is None:
            self._roll_before = before or self.roll
        self._cancel_all(self._opening, self._coloring)
        self._coloring = None
        self._outdated = self._generation
        self.roll = roll
        self._opening = OpenPhoto(generation=self._next(), path=roll.photos[roll.at])
        self.progress = None
        return self._opening

    def _next(self) -> int:
        self._generation += 1
        return self._generation

    def _cancel_all(self, *requests: Request | None) -> None:
        for request in requests:
            if request is not None:
                request.stop()
