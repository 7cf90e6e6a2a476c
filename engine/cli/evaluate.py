"""photochrom evaluate: measure the network on color photos."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from engine.cli.colorize import DEVICE, QUALITY
from engine.cli.progress import progress_bar
from engine.predictors import load_predictor

if TYPE_CHECKING:
    from engine.training.evaluate import Evaluation, Row

MOST_HINTS = 1000


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


@click.command()
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
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the figures to a file, too.",
)
def evaluate(folder: Path, json_file: Path | None, **options: Any) -> None:
    """Color photos of FOLDER (or a tar file) whose colors are known, and measure the difference."""
    from engine.training.evaluate import EvaluateOptions
    from engine.training.evaluate import evaluate as run_evaluation
    from engine.training.photos import find_photos

    entries = find_photos([folder])[: options["limit"]]
    predictor = load_predictor(options["device"], options["weights"])
    wanted = EvaluateOptions(
        options["hints"], options["size"], options["squeeze"], options["quality"]
    )
    with progress_bar() as bar:
        task = bar.add_task("Measuring", total=len(entries))
        result = run_evaluation(
            entries, predictor, wanted, report=lambda done, _: bar.update(task, completed=done)
        )
    for name in result.unreadable:
        click.echo(f"{name}: cannot be read or is smaller than 64 pixels; left out.", err=True)
    Console().print(_table(result))
    if json_file is not None:
        try:
            json_file.write_text(_json(result, options), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(
                f"{json_file} cannot be written: {error.strerror}."
            ) from error


COLUMNS = ("PSNR", "SSIM", "LPIPS", "FID", "ΔE00", "CF", "ratio", "error", "gray", "false")


def _table(result: "Evaluation") -> Table:
    table = Table(title=f"{result.photos} photos", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("hints", justify="left", no_wrap=True)
    for heading in (*COLUMNS, "a* off", "b* off"):
        table.add_column(heading, justify="right", no_wrap=True)
    _row(table, "no color", result.no_color)
    _row(table, "mean color", result.mean_color)
    for count, row in result.by_hints.items():
        _row(table, str(count), row)
    truth = result.no_color.measures
    blank = [""] * 5
    colorfulness = f"{truth.true_colorfulness:.2f}"
    table.add_row("truth", *blank, colorfulness, "1", "0", f"{truth.true_near_gray:.3f}", "")
    table.caption = (
        "PSNR in dB; LPIPS with AlexNet; FID on its last features; CIEDE2000; colorfulness, its "
        "ratio to the truth, mean error per photo; share of near-gray pixels; mean chroma where "
        "the truth is gray; mean a* and b* less the truth's"
    )
    return table


def _row(table: Table, name: str, row: "Row") -> None:
    measures = row.measures
    table.add_row(
        name,
        f"{measures.psnr:.2f}",
        f"{measures.ssim:.3f}",
        f"{measures.lpips:.4f}",
        f"{row.fid:.3f}",
        f"{measures.ciede2000:.2f}",
        f"{measures.colorfulness:.2f}",
        f"{measures.colorfulness_ratio:.3f}",
        f"{measures.colorfulness_error:.2f}",
        f"{measures.near_gray:.3f}",
        f"{measures.false_color:.2f}",
        f"{measures.mean_a:+.2f}",
        f"{measures.mean_b:+.2f}",
    )


def _json(result: "Evaluation", options: dict[str, Any]) -> str:
    def figures(row: "Row") -> dict[str, float]:
        ratio = row.measures.colorfulness_ratio
        return {**asdict(row.measures), "colorfulness_ratio": ratio, "fid": row.fid}

    report = {
        "photos": result.photos,
        "unreadable": list(result.unreadable),
        "options": {name: options[name] for name in ("size", "squeeze", "quality")},
        "no_color": figures(result.no_color),
        "mean_color": figures(result.mean_color),
        "by_hints": {str(count): figures(row) for count, row in result.by_hints.items()},
    }
    return json.dumps(report, indent=2) + "\n"
