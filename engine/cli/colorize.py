"""photochrom colorize: color photos and save the results."""

import json
import math
import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import click
import msgspec

from engine.cli.like import Like, read_like
from engine.cli.progress import progress_bar
from engine.cli.wording import error_text
from engine.edits import Edits, load_edits
from engine.errors import BadEdits, CannotWrite, PhotochromError
from engine.photo.decoded import DEFAULT_MOST_PIXELS, allow_pixels
from engine.photo.naming import WRITABLE, color_layer_path, colorized_path
from engine.photo.options import SaveOptions, SpaceChoice, TiffCompression
from engine.pipeline import Outcome, Wish
from engine.pipeline import colorize as colorize_one
from engine.predictors import load_lasting_predictor
from engine.values import Predictor

QUALITY = click.Choice(["fast", "balanced", "fine"])
FORMATS = tuple(dict.fromkeys(WRITABLE.values()))
SPACES, COMPRESSIONS = get_args(SpaceChoice), get_args(TiffCompression)
DEVICE = click.Choice(["auto", "cpu", "cuda", "mps"])


class Factor(click.FloatRange):
    """A number in a range; "nan" is none, though no comparison says so."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


@click.command(short_help="Color photos.")
@click.argument(
    # Whether a photo can be read is found out photo by photo: one that cannot stops no other.
    "photos",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
    metavar="PHOTO ...",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|FOLDER",
    help="Where the result goes; beside the photo as NAME-colorized.EXT by default. "
    "A folder is made if it is missing.",
)
@click.option(
    "--edits",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Color hints and adjustments.",
)
@click.option(
    "--strength",
    type=Factor(0, 1),
    metavar="0..1",
    help="0 gives back the gray photo, 1 the full color. [default: 1, or what --edits says]",
)
@click.option(
    "--saturation",
    type=Factor(0, 3),
    metavar="0..3",
    help="Factor on the chroma of all colors. [default: 1, or what --edits says]",
)
@click.option(
    "--neutralize",
    is_flag=True,
    help="Take tones, yellowed paper and stains out of the lightness, too. Without it the result "
    "has the photo's own lightness, stains and all. [or what --edits says]",
)
@click.option(
    "--quality",
    type=QUALITY,
    default="balanced",
    show_default=True,
    help="fast: one pass at 256 pixels; balanced: at the size that measures best; "
    "fine: averaged over several.",
)
@click.option(
    "--device", type=DEVICE, default="auto", show_default=True, help="Where the network runs."
)
@click.option(
    "--on-conflict",
    type=click.Choice(["unique", "skip", "overwrite"]),
    default="unique",
    show_default=True,
    help="What to do where an earlier result has the name: take another name, leave it, or "
    "replace it. The original is not meant by that: see --replace-original.",
)
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    metavar="RESULT",
    help="Color as this earlier result was colored: with its edits, quality and choices for "
    "saving, which stand in its metadata. Of the same photo, the same bytes come out.",
)
@click.option(
    "--replace-original",
    is_flag=True,
    help="Put each result in the place of its original, which is then gone. The original is kept "
    "until its result is written whole.",
)
@click.option(
    "--colored",
    type=click.Choice(["color", "skip"]),
    default="color",
    show_default=True,
    help="Photos that have color already: color them anew, with a warning, or leave them out.",
)
@click.option(
    "--layer",
    is_flag=True,
    help="Write the color alone, too, as NAME-color-layer.tif (16 bit; .png with --format png), "
    "to be laid over the gray photo in an image editor.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    help="Format of the results. [default: the photo's own; PNG if that cannot be written]",
)
@click.option(
    "--depth",
    type=click.Choice(["8", "16"]),
    help="Bits per channel. [default: the photo's, where the format holds them]",
)
@click.option(
    "--space",
    type=click.Choice(SPACES),
    default="own",
    show_default=True,
    help="Color space of the results. own: the photo's profile if it is one for RGB, else sRGB.",
)
@click.option(
    "--image-quality",
    type=click.IntRange(1, 100),
    default=95,
    show_default=True,
    help="Of JPEG, WebP and AVIF.",
)
@click.option(
    "--lossless", is_flag=True, help="Lose nothing in WebP. PNG and TIFF never lose anything."
)
@click.option(
    "--tiff-compression",
    type=click.Choice(COMPRESSIONS),
    default="deflate",
    show_default=True,
    help="All of them keep every bit.",
)
@click.option(
    "--strip-metadata", is_flag=True, help="Leave out EXIF, XMP and IPTC; they are kept otherwise."
)
@click.option(
    "--no-label",
    is_flag=True,
    help="Do not write into XMP that the colors are made up, by what and how.",
)
@click.option(
    "--longest",
    type=click.IntRange(1),
    metavar="PIXELS",
    help="Make the result smaller, its longer side so many pixels. [default: the photo's]",
)
@click.option("--keep-time", is_flag=True, help="Give each result the time of its photo's file.")
@click.option(
    "--most-pixels",
    type=click.IntRange(1),
    default=DEFAULT_MOST_PIXELS // 1_000_000,
    show_default=True,
    metavar="MILLIONS",
    help="Photos with more pixels are turned down before they are decoded.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="One line of JSON per photo on standard output."
)
def colorize(photos: tuple[Path, ...], output: str | None, as_json: bool, **options: Any) -> int:
    """Color photos; each result has the photo's own lightness, in full resolution."""
    wish = Wish(
        _edits(**options),
        options["quality"],
        options["on_conflict"],
        _saving(**options),
        options["replace_original"],
        options["colored"],
        _layer(**options),
    )
    allow_pixels(options["most_pixels"] * 1_000_000)
    like = _like(options["like"])
    if like is not None:
        followed = like.wish
        wish = replace(wish, edits=followed.edits, quality=followed.quality, saving=followed.saving)
    suffix = _suffix_of(like.result) if like else _suffix(options["file_format"])
    if wish.replace_original:
        if output is not None or suffix is not None:
            raise click.UsageError("--replace-original goes with neither -o nor --format.")
        if wish.saving.longest is not None:
            raise click.UsageError(
                "--replace-original goes not with --longest: pixels would be lost."
            )
        targets = list(photos)
    else:
        photos = _without_results(photos, suffix)
        targets = _targets(photos, output, suffix)
    made: set[Path] = set()
    voice = _JsonVoice() if as_json else _PlainVoice()
    predictor = _Lazy(options["device"])
    failed = 0
    with progress_bar() as bar:
        task = bar.add_task("", total=len(photos))
        for photo, target in zip(photos, targets, strict=True):
            bar.update(task, description=photo.name)
            started = time.monotonic()
            try:
                _make_folder(target)
                # What was made a moment ago is no earlier result, whatever --on-conflict says.
                ours = _files_of(photo, target, wish)
                mine = replace(wish, on_conflict="unique") if ours & made else wish
                if like is not None:
                    for sentence in like.differences(photo, predictor.get().model):
                        voice.warn(photo, sentence)
                outcome = colorize_one(
                    photo, target, predictor.get(), mine, warn=partial(voice.warn, photo)
                )
                made |= ours
            except PhotochromError as error:
                failed += 1
                voice.failed(photo, time.monotonic() - started, predictor.device, error)
            else:
                voice.done(photo, outcome, predictor.device)
            bar.advance(task)
    return 1 if failed else 0


class _Lazy:
    """The network, loaded when the first photo needs it."""

    def __init__(self, device: Any) -> None:
        self._wanted = device
        self._predictor: Predictor | None = None

    def get(self) -> Predictor:
        if self._predictor is None:
            self._predictor = load_lasting_predictor(self._wanted)
        return self._predictor

    @property
    def device(self) -> str | None:
        return self._predictor.device if self._predictor else None


class _PlainVoice:
    """Tells people: results on standard output, the rest on standard error, a line each."""

    def warn(self, photo: Path, warning: str) -> None:
        click.echo(f"{photo}: {warning}", err=True)

    def done(self, photo: Path, outcome: Outcome, device: str | None) -> None:
        if outcome.skipped:
            click.echo(f"{photo}: {outcome.warnings[0]}", err=True)
            return
        click.echo(f"{photo} -> {outcome.target} ({outcome.seconds:.1f} s, {device})")
        if outcome.layer is not None:
            click.echo(f"{photo} -> {outcome.layer}")

    def failed(
        self, photo: Path, seconds: float, device: str | None, error: PhotochromError
    ) -> None:
        del seconds, device
        click.echo(f"{photo}: {error_text(error)}", err=True)


class _JsonVoice:
    """Tells programs: one object a line, flushed when its photo ends."""

    def warn(self, photo: Path, warning: str) -> None:
        """It stands in the photo's line."""

    def done(self, photo: Path, outcome: Outcome, device: str | None) -> None:
        layer = None if outcome.layer is None else str(outcome.layer)
        said = outcome.warnings
        self._line(photo, str(outcome.target), outcome.seconds, device, said, None, layer)

    def failed(
        self, photo: Path, seconds: float, device: str | None, error: PhotochromError
    ) -> None:
        self._line(photo, None, seconds, device, (), error_text(error))
        click.echo(f"{photo}: {error_text(error)}", err=True)

    def _line(
        self,
        photo: Path,
        target: str | None,
        seconds: float,
        device: str | None,
        warnings: tuple[str, ...],
        error: str | None,
        layer: str | None = None,
    ) -> None:
        row = {
            "source": str(photo),
            "target": target,
            "layer": layer,
            "seconds": round(seconds, 3),
            "device": device,
            "warnings": list(warnings),
            "error": error,
        }
        # A name that is no Unicode comes in surrogates; ASCII escapes bring it through any pipe.
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _edits(
    edits: Path | None,
    strength: float | None,
    saturation: float | None,
    neutralize: bool,
    **_: Any,
) -> Edits:
    """The edits file's edits, with what the options say laid over them."""
    try:
        loaded = load_edits(edits) if edits else Edits()
    except BadEdits as error:
        raise click.UsageError(str(error)) from error
    given = {"strength": strength, "saturation": saturation}
    changes = {name: value for name, value in given.items() if value is not None}
    return msgspec.structs.replace(
        loaded,
        adjustments=msgspec.structs.replace(loaded.adjustments, **changes),
        neutralize=neutralize or loaded.neutralize,
    )


# What --like brings along, so that it can't be given beside it.
_BROUGHT_ALONG = (
    "edits", "strength", "saturation", "neutralize", "quality", "replace_original", "file_format",
    "depth", "space", "image_quality", "lossless", "tiff_compression", "strip_metadata", "no_label",
    "keep_time", "longest",
)  # fmt: skip


def _like(result: Path | None) -> Like | None:
    if result is None:
        return None
    context = click.get_current_context()
    for name in _BROUGHT_ALONG:
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            option = "--format" if name == "file_format" else "--" + name.replace("_", "-")
            raise click.UsageError(f"--like brings along what {option} says. Leave one out.")
    return read_like(result)


def _saving(**options: Any) -> SaveOptions:
    return SaveOptions(
        depth=None if options["depth"] is None else (8 if options["depth"] == "8" else 16),
        space=options["space"],
        quality=options["image_quality"],
        tiff_compression=options["tiff_compression"],
        lossless=options["lossless"],
        metadata=not options["strip_metadata"],
        label=not options["no_label"],
        keep_time=options["keep_time"],
        longest=options["longest"],
    )


def _layer(*, layer: bool, file_format: str | None, **_: Any) -> Literal["tiff", "png"] | None:
    if not layer:
        return None
    return "png" if file_format == "png" else "tiff"


def _suffix(file_format: str | None) -> str | None:
    """The usual ending of a format."""
    return next((suffix for suffix, name in WRITABLE.items() if name == file_format), None)


def _suffix_of(result: Path) -> str | None:
    """A result's ending; None if it was renamed and has none that can be written."""
    return result.suffix if result.suffix.lower() in WRITABLE else None


def _files_of(photo: Path, target: Path, wish: Wish) -> set[Path]:
    """What is written for a photo, where no name is taken."""
    if wish.layer is None:
        return {target}
    return {target, color_layer_path(photo, target.parent, f".{wish.layer}")}


def _without_results(photos: tuple[Path, ...], suffix: str | None) -> tuple[Path, ...]:
    """The photos without those that are results of others of them.

    So `photochrom colorize *.jpg` can be called again in the same folder.
    """
    results = {colorized_path(photo, suffix=suffix) for photo in photos}
    kept = tuple(photo for photo in photos if photo not in results)
    for photo in photos:
        if photo in results:
            click.echo(f"{photo}: is a result of another photo given; left out.", err=True)
    return kept


def _targets(photos: tuple[Path, ...], output: str | None, suffix: str | None) -> list[Path]:
    """Where each photo's result goes."""
    if output is None:
        return [colorized_path(photo, suffix=suffix) for photo in photos]
    path = Path(output)
    if output == "-":
        raise click.UsageError("-o - : results go to files; name a file or a folder.")
    # Path.is_file and is_dir raise if they may not look, or a name is too long.
    if os.path.isfile(path) and not path.suffix:  # noqa: PTH113
        raise click.UsageError(f"-o {output} is a file, and has no ending that names a format.")
    if _means_folder(output):
        return [colorized_path(photo, path, suffix) for photo in photos]
    if len(photos) > 1:
        raise click.UsageError(
            f"-o {output} names one file, but there are {len(photos)} photos. "
            "Name a folder instead, ending in /."
        )
    if path.suffix.lower() not in WRITABLE:
        known = ", ".join(WRITABLE)
        raise click.UsageError(
            f"-o {output} has no ending that says which format to write. "
            f"Use one of {known}, or end it in / for a folder."
        )
    if suffix is not None and WRITABLE[path.suffix.lower()] != WRITABLE[suffix.lower()]:
        raise click.UsageError(f"-o {output} names another format than --format. Leave one out.")
    return [path]


def _means_folder(output: str) -> bool:
    ends_as_folder = output.endswith(("/", os.sep)) or output in (".", "..")
    return ends_as_folder or os.path.isdir(output) or not Path(output).suffix  # noqa: PTH112


def _make_folder(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(name=target.name, folder=target.parent) from error
