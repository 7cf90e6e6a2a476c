"""photochrom colorize: color photos and save the results."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from engine.cli.progress import progress_bar
from engine.cli.wording import error_text
from engine.edits import Edits, load_edits
from engine.errors import BadEdits, CannotWrite, PhotochromError
from engine.photo.naming import WRITABLE, colorized_path
from engine.pipeline import Outcome, Wish
from engine.pipeline import colorize as colorize_one
from engine.predictors import load_predictor
from engine.values import Predictor

QUALITY = click.Choice(["fast", "balanced", "fine"])
DEVICE = click.Choice(["auto", "cpu", "cuda", "mps"])


@click.command()
@click.argument(
    "photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO ..."
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
    type=click.FloatRange(0, 1),
    metavar="0..1",
    help="0 gives back the gray photo, 1 the full color. [default: 1, or what --edits says]",
)
@click.option(
    "--saturation",
    type=click.FloatRange(0, 3),
    metavar="0..3",
    help="Factor on the chroma of all colors. [default: 1, or what --edits says]",
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
    "replace it. The original is never written over.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="One line of JSON per photo on standard output."
)
def colorize(photos: tuple[Path, ...], output: str | None, as_json: bool, **options: Any) -> int:
    """Color photos; each result has the photo's own lightness, in full resolution."""
    wish = Wish(_edits(**options), options["quality"], options["on_conflict"])
    targets = _targets(photos, output)
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
                outcome = colorize_one(photo, target, predictor.get(), wish)
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
            self._predictor = load_predictor(self._wanted)
        return self._predictor

    @property
    def device(self) -> str | None:
        return self._predictor.device if self._predictor else None


class _PlainVoice:
    """Tells people: results on standard output, the rest on standard error, a line each."""

    def done(self, photo: Path, outcome: Outcome, device: str | None) -> None:
        if outcome.skipped:
            click.echo(f"{photo}: {outcome.warnings[0]}", err=True)
            return
        for warning in outcome.warnings:
            click.echo(f"{photo}: {warning}", err=True)
        click.echo(f"{photo} -> {outcome.target} ({outcome.seconds:.1f} s, {device})")

    def failed(
        self, photo: Path, seconds: float, device: str | None, error: PhotochromError
    ) -> None:
        del seconds, device
        click.echo(f"{photo}: {error_text(error)}", err=True)


class _JsonVoice:
    """Tells programs: one object a line, flushed when its photo ends."""

    def done(self, photo: Path, outcome: Outcome, device: str | None) -> None:
        self._line(photo, str(outcome.target), outcome.seconds, device, outcome.warnings, None)

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
    ) -> None:
        row = {
            "source": str(photo),
            "target": target,
            "seconds": round(seconds, 3),
            "device": device,
            "warnings": list(warnings),
            "error": error,
        }
        # A name that is no Unicode comes in surrogates; ASCII escapes bring it through any pipe.
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _edits(edits: Path | None, strength: float | None, saturation: float | None, **_: Any) -> Edits:
    """The edits file's edits, with what the options say laid over them."""
    try:
        loaded = load_edits(edits) if edits else Edits()
    except BadEdits as error:
        raise click.UsageError(str(error)) from error
    given = {"strength": strength, "saturation": saturation}
    changes = {name: value for name, value in given.items() if value is not None}
    return msgspec.structs.replace(
        loaded, adjustments=msgspec.structs.replace(loaded.adjustments, **changes)
    )


def _targets(photos: tuple[Path, ...], output: str | None) -> list[Path]:
    """Where each photo's result goes."""
    if output is None:
        return [colorized_path(photo) for photo in photos]
    path = Path(output)
    if _means_folder(output):
        return [colorized_path(photo, path) for photo in photos]
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
    return [path]


def _means_folder(output: str) -> bool:
    ends_as_folder = output.endswith(("/", os.sep)) or output in (".", "..")
    return ends_as_folder or Path(output).is_dir() or not Path(output).suffix


def _make_folder(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(name=target.name, folder=target.parent) from error
