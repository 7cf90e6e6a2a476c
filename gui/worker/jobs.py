"""What passes between the window and the worker: frozen requests in, frozen results out."""

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Literal

from engine import (
    Belongings,
    CancelToken,
    Edits,
    OnConflict,
    Quality,
    Report,
    Saved,
    SaveOptions,
)
from gui.images import Picture
from gui.variants import Variant

# The generation of what no photo has asked for.
WARMING_UP = 0
# That of thumbnails: they are wanted as long as their photo is in the strip.
THUMBNAILS = -1


class Stage(Enum):
    """What the worker is doing; `gui.texts.stage_text` has the words."""

    OPENING = auto()
    LOADING_NETWORK = auto()
    LOOKING = auto()
    COLORING = auto()
    COMPOSING = auto()
    COMPLETING = auto()
    SAVING = auto()


# The longer side of the picture that is shown first, before that at the photo's own size.
PREVIEW_SIDES = (1024, 1536, 2048)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """Something the worker is asked to do.

    Attributes:
        generation: one counter for all requests of a window; results repeat it.
        cancel: stops this request, waiting or running.
    """

    generation: int
    cancel: CancelToken = field(default_factory=CancelToken)

    def stop(self) -> None:
        """Give it up, whatever it is at."""
        self.cancel.cancel()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenPhoto(Request):
    """Read a photo and make it ready to be shown."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recolor(Request):
    """Color a photo: a preview first, then, if the photo is larger, the whole.

    Attributes:
        photo: the request by which it was opened.
        edits: hints and adjustments.
        quality: how much trouble the network takes.
        side: of the preview, the longer one, in pixels.
        completing: stops what comes after the preview, which is not wanted once a newer coloring
            waits.
    """

    photo: OpenPhoto
    edits: Edits
    quality: Quality = "balanced"
    side: int = PREVIEW_SIDES[-1]
    completing: CancelToken = field(default_factory=CancelToken)

    def stop(self) -> None:
        """Give it up, whatever it is at."""
        self.cancel.cancel()
        self.completing.cancel()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavePhoto(Request):
    """Write the colored photo at full size.

    Attributes:
        photo: the request by which it was opened.
        edits: hints and adjustments.
        target: where to.
        on_conflict: what to do if the target exists.
        layer: whether the color alone is written, as a layer for an image editor.
        options: how it is written.
        replace_original: whether the target is the original, to be replaced.
        quality: how much trouble the network takes.
        exported: whether it is a further copy, so that saving once more does not go there.
    """

    photo: OpenPhoto
    edits: Edits
    target: Path
    on_conflict: OnConflict
    layer: bool = False
    options: SaveOptions = SaveOptions()
    replace_original: bool = False
    quality: Quality = "balanced"
    exported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MakeVariants(Request):
    """Color a photo in several ways, small.

    Attributes:
        photo: the request by which it was opened.
        edits: those of the moment, from which the variants differ.
        quality: that of the moment.
    """

    photo: OpenPhoto
    edits: Edits
    quality: Quality = "balanced"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MakeProof(Request):
    """Write the colored photo into a file that is thrown away, and see what came of it.

    Attributes:
        photo: the request by which it was opened.
        edits: hints and adjustments.
        suffix: the ending of the file, which names its format.
        options: how it is written.
        quality: how much trouble the network takes.
        center: x and y, 0..1, of the part that is shown.
        part: width and height of that part, in pixels of the result.
    """

    photo: OpenPhoto
    edits: Edits
    suffix: str
    options: SaveOptions
    quality: Quality = "balanced"
    center: tuple[float, float] = (0.5, 0.5)
    part: tuple[int, int] = (360, 240)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WarmUp(Request):
    """Load the network and let it run once, so that the first photo need not wait for it.

    Its generation is `WARMING_UP`.
    """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MakeThumbnail(Request):
    """Make a small picture of a photo that was not opened yet, when there is nothing else to do.

    Its generation is `THUMBNAILS`.

    Attributes:
        path: the photo.
        side: the most pixels of its longer side.
    """

    path: Path
    side: int


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Something the worker has to tell.

    Attributes:
        generation: that of the request.
    """

    generation: int


@dataclass(frozen=True, slots=True, eq=False)
class Progressed(Result):
    """What is being done now.

    Attributes:
        stage: what.
        fraction: 0..1 of this stage, or None where it cannot be told.
    """

    stage: Stage
    fraction: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoOpened(Result):
    """A photo has been read.

    Attributes:
        request: the request that opened it, which names it from now on.
        picture: as it is on the disk, for the screen.
        depth: bits per channel.
        notices: sentences about what was remarkable in reading it.
        tone: "colored" if it has colors of its own, so that the user is asked before they go;
            "toned" if it is a toned print; "gray".
        belongings: what it has that not every format can hold.
        irreplaceable: why no result can stand in its place; empty if one can.
    """

    request: OpenPhoto
    picture: Picture
    depth: int
    notices: tuple[str, ...] = ()
    tone: Literal["gray", "toned", "colored"] = "gray"
    belongings: Belongings = Belongings()
    irreplaceable: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PreviewReady(Result):
    """A colored picture.

    Attributes:
        picture: for the screen.
        edits: hints and adjustments it was made with.
        complete: whether it is at the photo's full size; if not, such a one follows.
        device: where the network ran.
        seconds: since the request was taken up.
        warnings: sentences of the engine.
    """

    picture: Picture
    edits: Edits
    complete: bool
    device: str
    seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ThumbnailReady(Result):
    """A small picture of a photo that was not opened yet.

    Attributes:
        path: the photo.
        picture: for the screen.
    """

    path: Path
    picture: Picture


@dataclass(frozen=True, slots=True, eq=False)
class VariantReady(Result):
    """A photo colored in another way.

    Attributes:
        variant: which.
        picture: small, for the screen.
    """

    variant: Variant
    picture: Picture


@dataclass(frozen=True, slots=True, eq=False)
class ProofReady(Result):
    """What a file would be like.

    Attributes:
        report: how it compares with the original.
        bytes: its size.
        size: height and width of its picture, in pixels.
        depth: its bits per channel.
        picture: a part of it, read back, for the screen.
        notices: sentences about what the format could not hold.
    """

    report: Report
    bytes: int
    size: tuple[int, int]
    depth: int
    picture: Picture
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PhotoSaved(Result):
    """The colored photo is on the disk.

    Attributes:
        saved: where, and what the format could not hold.
        edits: hints and adjustments it was made with.
        replaced: whether it stands in the place of its original.
    """

    saved: Saved
    edits: Edits
    replaced: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Failed(Result):
    """The request failed.

    Attributes:
        error: why. It is kept as it is, not as a sentence, so that a change of the language
            changes the sentence too; `gui.texts.error_text` has the words.
    """

    error: Exception


@dataclass(frozen=True, slots=True, eq=False)
class WarmedUp(Result):
    """The network is loaded, or the next photo will be told why not."""


@dataclass(frozen=True, slots=True, eq=False)
class WasCancelled(Result):
    """The request was given up as asked."""
