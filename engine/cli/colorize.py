"""photochrom colorize: color photos and save the results."""

import json
import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.batch.tasks import make_folder
from engine.cli.choices import (
    COLORING,
    SAVING,
    edits_of,
    layer_of,
    saving_of,
    suffix_of,
    with_options,
)
from engine.cli.like import Like, read_like
from engine.cli.progress import progress_bar
from engine.cli.wording import error_text
from engine.errors import PhotochromError
from engine.photo.decoded import allow_pixels
from engine.photo.naming import WRITABLE, color_layer_path, colorized_path
from engine.pipeline import Outcome, Wish
from engine.pipeline import colorize as colorize_one
from engine.predictors import load_lasting_predictor
from engine.values import Predictor


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
@with_options(COLORING)
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
@with_options(SAVING)
@click.option(
    "--json", "as_json", is_flag=True, help="One line of JSON per photo on standard output."
)
def colorize(photos: tuple[Path, ...], output: str | None, as_json: bool, **options: Any) -> int:
    """Color photos; each result has the photo's own lightness, in full resolution."""
    wish = Wish(
        edits_of(**options),
        options["quality"],
        options["on_conflict"],
        saving_of(**options),
        options["replace_original"],
        options["colored"],
        layer_of(**options),
    )
    allow_pixels(options["most_pixels"] * 1_000_000)
    like = _like(options["like"])
    if like is not None:
        followed = like.wish
        wish = replace(wish, edits=followed.edits, quality=followed.quality, saving=followed.saving)
    suffix = _suffix_of(like.result) if like else suffix_of(options["file_format"])
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
                make_folder(target)
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
