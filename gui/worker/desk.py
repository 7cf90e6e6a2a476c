"""Serves requests by calling the engine, and keeps what may be needed again."""

import logging
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import (
    AbPlanes,
    Cancelled,
    CancelToken,
    Edits,
    Hint,
    Lightness,
    OriginalChanged,
    Photo,
    PhotochromError,
    Predictor,
    Prepared,
    Quality,
    Saved,
    Source,
    Wish,
    belongings_of,
    compare,
    compose,
    composition_for,
    load_lasting_predictor,
    made_with,
    measure_lightness,
    neutral_of,
    provenance_of,
    read_photo,
    save_layer,
    sha256_of,
    shrink,
    thumbnail_of,
    tone_of,
    why_not_replaceable,
    write_photo,
)
from gui.images import picture_of
from gui.stamps import Stamp, stamp_of
from gui.variants import VARIANTS
from gui.worker.jobs import (
    Failed,
    MakeProof,
    MakeThumbnail,
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
    Stage,
    ThumbnailReady,
    VariantReady,
    WarmedUp,
    WarmUp,
    WasCancelled,
)

logger = logging.getLogger(__name__)

Tell = Callable[[Result], None]

# The longer side of a variant, twice what a screen of usual density shows of it.
VARIANT_SIDE = 512

# A slider that has not moved for so long rests, and the photo is colored at its full size.
SLIDER_REST_S = 0.12

# The window is told of progress no oftener than this: each time takes it from its other work.
PROGRESS_S = 0.05

# The colors of so many photos are kept, so that one can go back to them at once; 2 MB each.
MOST_KEPT = 24


@dataclass(slots=True, eq=False)
class Workpiece:
    """What is kept of the photo being worked on; each thing is made when it is first wanted.

    Attributes:
        request: the request by which it was opened.
        photo: as read.
        stamp: of its file, before it was read.
        sha256: of its file, once it was wanted.
        neutralized: whether what follows is of the photo without its tone.
        quality: the quality level of what follows.
        lightness: at full size.
        small: the same for the preview.
        small_side: for a preview of this size.
        prepared: the predictor's look at it.
        planes: the newest prediction, with the hints it was made for.
    """

    request: OpenPhoto
    photo: Photo
    stamp: Stamp
    sha256: str = ""
    neutralized: bool = False
    quality: Quality = "balanced"
    lightness: Lightness | None = None
    small: Lightness | None = None
    small_side: int = 0
    prepared: Prepared | None = None
    planes: tuple[tuple[Hint, ...], AbPlanes] | None = None

    def turn_to(self, request: Recolor | SavePhoto | MakeVariants) -> None:
        """Forget what was made of another lightness, or at another quality level."""
        if request.edits.neutralize != self.neutralized:
            self.neutralized = request.edits.neutralize
            self.lightness = self.small = self.prepared = self.planes = None
        if request.quality != self.quality:
            self.quality = request.quality
            self.prepared = self.planes = None


class Desk:
    """Does the work of the worker thread; plain Python, so tests need no thread.

    Results are told through a callback and not yielded, because `compose` reports its progress
    through a callback as well: so there is one way out for both.

    Args:
        load: loads the network, when it is first needed.
    """

    def __init__(self, load: Callable[[], Predictor] = load_lasting_predictor) -> None:
        self._load = load
        self._predictor: Predictor | None = None
        self._piece: Workpiece | None = None
        # Colors that were found, the newest last, by all that they depend on.
        self._kept: OrderedDict[tuple[object, ...], AbPlanes] = OrderedDict()
        self._services: dict[type[Request], Callable[[Any, Tell], None]] = {
            OpenPhoto: self._serve_open,
            Recolor: self._serve_recolor,
            SavePhoto: self._serve_save,
            MakeVariants: self._serve_variants,
            MakeProof: self._serve_proof,
            MakeThumbnail: self._serve_thumbnail,
            WarmUp: self._serve_warm_up,
        }
        # Photos whose files hold their results by now.
        self._replaced: set[OpenPhoto] = set()

    def serve(self, request: Request, tell: Tell) -> None:
        """Do what is asked; errors leave as `Failed`, never as exceptions."""
        try:
            request.cancel.raise_if_set()
            self._services[type(request)](request, tell)
        except Cancelled:
            tell(WasCancelled(request.generation))
        except PhotochromError as error:
            logger.info("%s failed: %s", type(request).__name__, error, exc_info=error.__cause__)
            tell(Failed(request.generation, error))
        except Exception as error:  # the thread must live on, whatever went wrong
            logger.exception("%s failed", type(request).__name__)
            tell(Failed(request.generation, error))

    def _serve_open(self, request: OpenPhoto, tell: Tell) -> None:
        tell(Progressed(request.generation, Stage.OPENING))
        photo = self._opened(request, request.cancel).photo
        assert photo.pixels is not None
        height, width = photo.size
        picture = picture_of(photo.pixels, (width, height), photo.source.icc, request.cancel)
        source = photo.source
        tell(PhotoOpened(
            request.generation, request, picture, source.depth, source.notices,
            tone_of(photo).kind, belongings_of(photo), why_not_replaceable(source),
        ))  # fmt: skip

    def _serve_recolor(self, request: Recolor, tell: Tell) -> None:
        started = time.perf_counter()
        piece = self._opened(request.photo, request.cancel)
        piece.turn_to(request)
        known = piece.planes
        planes = self._predicted(piece, request, tell)
        lightness = self._lightness(piece, request.cancel)
        if piece.small is None or piece.small_side != request.side:
            piece.small, piece.small_side = shrink(lightness, request.side), request.side
        stages = [(piece.small, Stage.COMPOSING, request.cancel)]
        if piece.small is not lightness:
            stages.append((lightness, Stage.COMPLETING, request.completing))
        for each, stage, cancel in stages:
            if stage is Stage.COMPLETING and piece.planes is known:
                # Of a slider that is being moved there is more to come.
                cancel.wait(SLIDER_REST_S)
                cancel.raise_if_set()
            told = _progress(request, stage, tell)
            rendition = compose(each, planes, request.edits, 8, cancel, told)
            complete = each is lightness
            height, width = lightness.size
            picture = picture_of(rendition.pixels, (width, height), None, cancel)
            tell(PreviewReady(
                request.generation, picture, request.edits, complete, self._network().device,
                time.perf_counter() - started, (*planes.notices, *rendition.warnings),
            ))  # fmt: skip

    def _serve_variants(self, request: MakeVariants, tell: Tell) -> None:
        piece = self._opened(request.photo, request.cancel)
        piece.turn_to(request)
        planes = {request.quality: self._predicted(piece, request, tell)}
        lightness = self._lightness(piece, request.cancel)
        small = shrink(lightness, VARIANT_SIDE)
        height, width = lightness.size
        # Those first for which the network need not run again.
        for variant in sorted(VARIANTS, key=lambda one: one.quality not in (None, request.quality)):
            request.cancel.raise_if_set()
            quality = variant.quality or request.quality
            if quality not in planes:
                prepared = self._network().prepare(lightness, quality)
                request.cancel.raise_if_set()
                planes[quality] = self._network().predict(prepared, request.edits.hints)
            edits = variant.applied(request.edits)
            rendition = compose(small, planes[quality], edits, 8, request.cancel)
            picture = picture_of(rendition.pixels, (width, height), None, request.cancel)
            tell(VariantReady(request.generation, variant, picture))

    def _serve_proof(self, request: MakeProof, tell: Tell) -> None:
        cancel = request.cancel
        with tempfile.TemporaryDirectory(prefix="photochrom-") as folder:
            target = Path(folder) / f"proof{request.suffix}"
            saving = SavePhoto(
                generation=request.generation, cancel=cancel, photo=request.photo,
                edits=request.edits, target=target, on_conflict="unique",
                options=request.options, quality=request.quality,
            )  # fmt: skip
            saved, piece = self._written(saving, tell)
            result = read_photo(saved.path, cancel)
            report = compare(piece.photo, result, cancel)
            count = saved.path.stat().st_size
        assert result.pixels is not None
        part = _part_of(result.pixels, request.center, request.part)
        picture = picture_of(part, part.shape[1::-1], result.source.icc, cancel)
        tell(ProofReady(
            request.generation, report, count, result.size, result.source.depth, picture,
            saved.notices,
        ))  # fmt: skip

    def _serve_save(self, request: SavePhoto, tell: Tell) -> None:
        saved, piece = self._written(request, tell)
        if request.replace_original:
            self._replaced.add(piece.request)
            piece.stamp = stamp_of(request.target)
        tell(PhotoSaved(request.generation, saved, request.edits, request.replace_original))

    def _written(self, request: SavePhoto, tell: Tell) -> tuple[Saved, Workpiece]:
        """Write a file; what was saved, and the photo that it is of."""
        piece = self._opened(request.photo, request.cancel)
        piece.turn_to(request)
        planes = self._predicted(piece, request, tell)
        lightness = self._lightness(piece, request.cancel)
        wish = Wish(
            request.edits,
            request.quality,
            saving=request.options,
            replace_original=request.replace_original,
        )
        composition, notices = composition_for(piece.photo, lightness, planes, request.target, wish)
        tell(Progressed(request.generation, Stage.SAVING))
        request.cancel.raise_if_set()
        done = made_with(wish, planes)
        provenance = provenance_of(piece.photo, self._network(), done, lambda: _digest(piece))
        if request.replace_original:
            _prepare_replacing(piece)
        target, on_conflict, cancel = request.target, request.on_conflict, request.cancel
        if request.layer:
            wish = replace(wish, on_conflict=on_conflict)
            saved = save_layer(composition, piece.photo, target, wish, provenance, cancel)
        else:
            saved = write_photo(
                composition, piece.photo, target, on_conflict, request.options, cancel,
                provenance=provenance, replace_original=request.replace_original,
            )  # fmt: skip
        if saved is None:  # only with on_conflict "skip"
            raise Cancelled
        return Saved(saved.path, (*planes.notices, *notices, *saved.notices)), piece

    def _serve_thumbnail(self, request: MakeThumbnail, tell: Tell) -> None:
        pixels = thumbnail_of(request.path, request.side)
        if pixels is not None:
            size = (pixels.shape[1], pixels.shape[0])
            tell(ThumbnailReady(request.generation, request.path, picture_of(pixels, size)))

    def _serve_warm_up(self, request: WarmUp, tell: Tell) -> None:
        if self._predictor is not None:
            return  # a photo came first
        tell(Progressed(request.generation, Stage.LOADING_NETWORK))
        try:
            predictor = self._network()
            request.cancel.raise_if_set()
            lightness = measure_lightness(_any_photo())
            planes = predictor.predict(predictor.prepare(lightness, "balanced"), (_ANY_HINT,))
            request.cancel.raise_if_set()
            predictor.predict(predictor.prepare(lightness, "fast"), ())  # may have loops of its own
            request.cancel.raise_if_set()
            compose(lightness, planes, Edits(), 8, request.cancel)
        except PhotochromError as error:
            # Nobody has asked for anything yet; the first photo will meet the same error.
            logger.info("Warming up failed: %s", error)
        tell(WarmedUp(request.generation))

    def _network(self) -> Predictor:
        if self._predictor is None:
            self._predictor = self._load()
        return self._predictor

    def _opened(self, request: OpenPhoto, cancel: CancelToken) -> Workpiece:
        """The photo, read again if another one was opened in between."""
        if self._piece is None or self._piece.request is not request:
            if request in self._replaced:  # its file is colored by now
                raise OriginalChanged(name=request.path.name)
            self._piece = None  # two scans at once may be more than the memory holds
            stamp = stamp_of(request.path)
            photo = read_photo(request.path, cancel)
            cancel.raise_if_set()
            self._piece = Workpiece(request, photo, stamp)
        return self._piece

    def _lightness(self, piece: Workpiece, cancel: CancelToken) -> Lightness:
        if piece.lightness is None:
            neutral = neutral_of(piece.photo) if piece.neutralized else None
            piece.lightness = measure_lightness(piece.photo, cancel, neutral)
        return piece.lightness

    def _predicted(
        self, piece: Workpiece, request: Recolor | SavePhoto | MakeVariants, tell: Tell
    ) -> AbPlanes:
        """Color for the photo and the request's hints, as far as it is not kept from before."""
        hints, cancel = request.edits.hints, request.cancel
        if piece.planes is not None and piece.planes[0] == hints:
            return piece.planes[1]
        key = (piece.photo.source.path, piece.stamp, piece.neutralized, piece.quality, hints)
        kept = self._kept.get(key) if piece.stamp is not None else None
        if kept is not None:
            self._kept.move_to_end(key)
            piece.planes = (hints, kept)
            return kept
        if self._predictor is None:
            tell(Progressed(request.generation, Stage.LOADING_NETWORK))
        predictor = self._network()
        cancel.raise_if_set()
        if piece.prepared is None:
            tell(Progressed(request.generation, Stage.LOOKING))
            lightness = self._lightness(piece, cancel)
            cancel.raise_if_set()
            piece.prepared = predictor.prepare(lightness, piece.quality)
            cancel.raise_if_set()
        tell(Progressed(request.generation, Stage.COLORING))
        planes = predictor.predict(piece.prepared, hints)
        cancel.raise_if_set()
        piece.planes = (hints, planes)
        self._kept[key] = planes
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return planes


def _part_of(
    pixels: NDArray[np.generic], center: tuple[float, float], part: tuple[int, int]
) -> NDArray[np.generic]:
    """A part of (H, W, C) around a point, as large as is wanted or as there is."""
    height, width = pixels.shape[:2]
    wide, high = min(part[0], width), min(part[1], height)
    left = min(max(0, round(center[0] * width - wide / 2)), width - wide)
    top = min(max(0, round(center[1] * height - high / 2)), height - high)
    return np.ascontiguousarray(pixels[top : top + high, left : left + wide])


def _progress(request: Request, stage: Stage, tell: Tell) -> Callable[[float], None]:
    told = time.monotonic()
    tell(Progressed(request.generation, stage, 0.0))

    def report(fraction: float) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= PROGRESS_S:
            told = now
            tell(Progressed(request.generation, stage, fraction))

    return report


def _prepare_replacing(piece: Workpiece) -> None:
    """See to what cannot be made up for once the original is gone.

    Raises:
        OriginalChanged: the file is not the one that was read, and may hold someone's work.
    """
    path = piece.photo.source.path
    if piece.stamp is None or stamp_of(path) != piece.stamp:
        raise OriginalChanged(name=path.name)
    _digest(piece)


_ANY_HINT = Hint(x=0.5, y=0.5, a=20.0, b=20.0, radius=0.1)


def _any_photo() -> Photo:
    """A photo that takes every loop that is compiled when it is first run: all codes, and gray."""
    codes = np.arange(512 * 512 * 3).reshape(512, 512, 3) % 256
    codes[0] = codes[0, :, :1]
    return Photo(Source(Path(), "png", 8), codes.astype(np.uint8))


def _digest(piece: Workpiece) -> str:
    """SHA-256 of the original, kept because its file may be replaced."""
    if not piece.sha256:
        piece.sha256 = sha256_of(piece.photo.source.path)
    return piece.sha256
