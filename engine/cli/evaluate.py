"""photochrom evaluate: measure the network on color photos."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine.cli.choices import DEVICE, QUALITY, seed_option
from engine.cli.figures import Extras, as_json, print_figures
from engine.cli.progress import progress_bar
from engine.cli.wording import error_text
from engine.errors import SaveError
from engine.i18n import translate
from engine.predictors import load_predictor
from engine.whole_file import check_writable, has_folder, write_whole

MOST_HINTS = 1000
MOST_ON_SHEET = 90
SHEET_SUFFIXES = (".jpg", ".jpeg", ".png")


class HintCounts(click.ParamType[tuple[int, ...]]):
    """Numbers of hints, separated by commas."""

    name = "counts"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read "0,10" as (0, 10)."""
        if isinstance(value, tuple):
            return value
        try:
            counts = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value} is not a list of whole numbers such as 0,1,10", param, ctx)
        if any(not 0 <= count <= MOST_HINTS for count in counts) or len(set(counts)) < len(counts):
            self.fail(
                f"{value}: each number must be 0..{MOST_HINTS} and stand there once", param, ctx
            )
        return counts


@click.command(short_help="Measure the network on color photos.")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--hints",
    type=HintCounts(),
    default="0",
    show_default=True,
    metavar="0,1,10,100",
    help="Numbers of true hints at random places.",
)
@click.option(
    "--size",
    type=click.IntRange(32, 4096),
    default=256,
    show_default=True,
    help="Shorter side of the photos, pixels.",
)
@click.option("--squeeze", is_flag=True, help="Squeeze the photos to a square, as papers do.")
@click.option(
    "--quality", type=QUALITY, default="balanced", show_default=True, help="Quality level."
)
@click.option("--aged", is_flag=True, help="Measure colors from a simulation of old film, too.")
@click.option(
    "--stability",
    is_flag=True,
    help="Measure how colors change with size, turning, gamma, noise, quality level.",
)
@click.option(
    "--objects",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Outlined objects, each of which is given another color by one hint.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a contact sheet, JPEG or PNG: gray, result, truth.",
)
@click.option(
    "--full-precision",
    is_flag=True,
    help="Calculate “fast” in 32-bit floats, as processors that do not count in 8 bits do.",
)
@seed_option("the places of the hints")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many photos.")
@click.option(
    "--device", type=DEVICE, default="auto", show_default=True, help="Where the network runs."
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="Another weights file than the one that ships.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the figures to a file, too.",
)
def evaluate(folder: Path, json_file: Path | None, sheet: Path | None, **options: Any) -> None:
    """Color photos of FOLDER (or a tar file) whose colors are known, and measure the difference."""
    from engine.measuring.evaluate import EvaluateOptions
    from engine.measuring.evaluate import evaluate as run_evaluation
    from engine.measuring.photos import find_photos
    from engine.measuring.reach import choose_objects, measure_reach
    from engine.measuring.sheet import ContactSheet
    from engine.measuring.stability import measure_stability

    _check_targets(sheet, json_file)
    entries = find_photos([folder])[: options["limit"]]
    chosen = choose_objects(options["objects"], entries) if options["objects"] else None
    objects = chosen.objects if chosen is not None else ()
    if chosen is not None and len(objects) < chosen.outlined:
        click.echo(
            translate(
                "Of {count} outlined objects {found} are in these photos; the others are left out.",
                count=chosen.outlined,
                found=len(objects),
            ),
            err=True,
        )
    predictor = load_predictor(
        options["device"], options["weights"], hurried=not options["full_precision"]
    )
    wanted = EvaluateOptions(
        hints=options["hints"],
        size=options["size"],
        squeeze=options["squeeze"],
        quality=options["quality"],
        seed=options["seed"],
        aged=options["aged"],
    )
    pictures = ContactSheet(MOST_ON_SHEET, columns=3)
    stability = None
    with progress_bar() as bar:
        task = bar.add_task("Measuring", total=len(entries))

        def report(done: int, _: int) -> None:
            bar.update(task, completed=done)

        result = run_evaluation(
            entries,
            predictor,
            wanted,
            report=report,
            show=lambda _, truth, result: pictures.add(truth, result),
        )
        if options["stability"]:
            task = bar.add_task("Changing", total=len(entries))
            stability = measure_stability(entries, predictor, wanted.quality, report=report)
        task = bar.add_task("Hinting", total=len(objects), visible=bool(objects))
        reach = measure_reach(entries, objects, predictor, wanted.quality, report=report)
    for name in result.unreadable:
        click.echo(f"{name}: cannot be read or is smaller than 64 pixels; left out.", err=True)
    extras = Extras(stability, reach, chosen)
    print_figures(result, extras)
    outputs = {}
    if json_file is not None:
        outputs[json_file] = as_json(result, extras, options, predictor).encode()
    if sheet is not None:
        outputs[sheet] = pictures.encoded(sheet.suffix)
    _write(outputs)


def _check_targets(sheet: Path | None, json_file: Path | None) -> None:
    """See to it, before anything is measured, that what is asked for can be written."""
    if sheet is not None and sheet.suffix.lower() not in SHEET_SUFFIXES:
        raise click.UsageError(f"{sheet}: a contact sheet is a .jpg or a .png file.")
    if sheet is not None and json_file is not None and sheet.resolve() == json_file.resolve():
        raise click.UsageError(
            translate("{path} cannot be both: --json and --sheet need two files.", path=sheet)
        )
    for file in (sheet, json_file):
        if file is None:
            continue
        if not has_folder(file):
            raise click.UsageError(f"{file}: there is no folder {file.parent}.")
        check_writable(file)


def _write(outputs: Mapping[Path, bytes]) -> None:
    """Write files; one that cannot be written does not keep the others from it."""
    failed = False
    for path, data in outputs.items():
        try:
            write_whole(path, data)
        except SaveError as error:
            click.echo(error_text(error), err=True)
            failed = True
    if failed:
        raise click.exceptions.Exit(1)
