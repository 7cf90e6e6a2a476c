"""Options that commands share; most say how photos are colored and saved."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import click

from engine.edits import Edits, Overlay, load_edits
from engine.errors import BadEdits
from engine.photo.decoded import DEFAULT_MOST_PIXELS
from engine.photo.naming import WRITABLE
from engine.photo.options import SaveOptions, SpaceChoice, TiffCompression

QUALITY = click.Choice(["fast", "balanced", "fine"])
FORMATS = tuple(dict.fromkeys(WRITABLE.values()))
SPACES, COMPRESSIONS = get_args(SpaceChoice), get_args(TiffCompression)
DEVICE = click.Choice(["auto", "cpu", "cuda", "mps"])

Declared = TypeVar("Declared", bound=Callable[..., Any])
Declaration = Callable[[Declared], Declared]


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


# How photos are colored.
COLORING: tuple[Declaration[Any], ...] = (
    click.option(
        "--edits",
        type=click.Path(path_type=Path),
        metavar="FILE.json",
        help="Color hints and adjustments.",
    ),
    click.option(
        "--strength",
        type=Factor(0, 1),
        metavar="0..1",
        help="0 gives back the gray photo, 1 the full color. [default: 1, or what --edits says]",
    ),
    click.option(
        "--saturation",
        type=Factor(0, 3),
        metavar="0..3",
        help="Factor on the chroma of all colors. [default: 1, or what --edits says]",
    ),
    click.option(
        "--neutralize",
        is_flag=True,
        help="Take tones, yellowed paper and stains out of the lightness, too. Without it the "
        "result has the photo's own lightness, stains and all. [or what --edits says]",
    ),
    click.option(
        "--quality",
        type=QUALITY,
        default="balanced",
        show_default=True,
        help="fast: one look at the photo, at 256 pixels; balanced: the mean of a large look and "
        "a small one; fine: the mean of six.",
    ),
    click.option(
        "--device", type=DEVICE, default="auto", show_default=True, help="Where the network runs."
    ),
)

# Which photos are colored, and how results are saved.
SAVING: tuple[Declaration[Any], ...] = (
    click.option(
        "--colored",
        type=click.Choice(["color", "skip"]),
        default="color",
        show_default=True,
        help="Photos that have color already: color them anew, with a warning, or leave them out.",
    ),
    click.option(
        "--layer",
        is_flag=True,
        help="Write the color alone, too, as NAME-color-layer.tif (16 bit; .png with --format "
        "png), to be laid over the gray photo in an image editor.",
    ),
    click.option(
        "--format",
        "file_format",
        type=click.Choice(FORMATS),
        help="Format of the results. [default: the photo's own; PNG if that cannot be written]",
    ),
    click.option(
        "--depth",
        type=click.Choice(["8", "16"]),
        help="Bits per channel. [default: the photo's, where the format holds them]",
    ),
    click.option(
        "--space",
        type=click.Choice(SPACES),
        default="own",
        show_default=True,
        help="Color space of the results. own: the photo's profile if it is one for RGB, else "
        "sRGB.",
    ),
    click.option(
        "--image-quality",
        type=click.IntRange(1, 100),
        default=95,
        show_default=True,
        help="Of JPEG, WebP and AVIF.",
    ),
    click.option(
        "--lossless", is_flag=True, help="Lose nothing in WebP. PNG and TIFF never lose anything."
    ),
    click.option(
        "--tiff-compression",
        type=click.Choice(COMPRESSIONS),
        default="deflate",
        show_default=True,
        help="All of them keep every bit.",
    ),
    click.option(
        "--strip-metadata",
        is_flag=True,
        help="Leave out EXIF, XMP and IPTC; they are kept otherwise.",
    ),
    click.option(
        "--no-label",
        is_flag=True,
        help="Do not write into XMP that the colors are made up, by what and how.",
    ),
    click.option(
        "--longest",
        type=click.IntRange(1),
        metavar="PIXELS",
        help="Make the result smaller, its longer side so many pixels. [default: the photo's]",
    ),
    click.option(
        "--keep-time", is_flag=True, help="Give each result the time of its photo's file."
    ),
    click.option(
        "--most-pixels",
        type=click.IntRange(1),
        default=DEFAULT_MOST_PIXELS // 1_000_000,
        show_default=True,
        metavar="MILLIONS",
        help="Photos with more pixels are turned down before they are decoded.",
    ),
)


def seed_option(of: str) -> Declaration[Any]:
    """The option of what is drawn by chance, told in words."""
    return click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True, help=f"Of {of}."
    )


def with_options(declarations: Sequence[Declaration[Any]]) -> Declaration[Any]:
    """Declare them all, in this order, of the command below."""

    def declared(command: Declared) -> Declared:
        for declaration in reversed(declarations):
            command = declaration(command)
        return command

    return declared


def edits_of(*, edits: Path | None, **options: Any) -> Edits:
    """The edits file's edits, with what the options say laid over them."""
    return overlay_of(**options).on(file_edits_of(edits))


def file_edits_of(edits: Path | None) -> Edits:
    """The edits file's edits; none if there is no file."""
    try:
        return load_edits(edits) if edits else Edits()
    except BadEdits as error:
        raise click.UsageError(str(error)) from error


def overlay_of(
    *, strength: float | None, saturation: float | None, neutralize: bool, **_: Any
) -> Overlay:
    """What the options say, to be laid over a file's edits."""
    return Overlay(strength, saturation, neutralize)


def saving_of(**options: Any) -> SaveOptions:
    """How results are written."""
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


def layer_of(*, layer: bool, file_format: str | None, **_: Any) -> Literal["tiff", "png"] | None:
    """The format of the color layer; None for no layer."""
    if not layer:
        return None
    return "png" if file_format == "png" else "tiff"


def suffix_of(file_format: str | None) -> str | None:
    """The usual ending of a format."""
    return next((suffix for suffix, name in WRITABLE.items() if name == file_format), None)
