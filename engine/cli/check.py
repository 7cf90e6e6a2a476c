"""photochrom check: what of a photo's file came back in its result?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.checking.report import Report, TagCounts

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Compare a result with its original: what was kept?")
@click.argument("original", type=FILE)
@click.argument("result", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def check(original: Path, result: Path, as_json: bool) -> int:
    """Compare RESULT with its ORIGINAL: size, depth, profile, dpi, alpha, lightness and metadata.

    Lightness counts as kept up to a difference of 0.5 L* in 8 bit and 0.01 in 16 bit, which is
    rounding. JPEG, WebP and AVIF compress with loss: 1 L* in the mean is allowed. What has to be
    another in a result (orientation, sizes, color space, previews, how it was made) is no loss.

    Exit status: 0 if nothing was lost, 1 if something was or a file cannot be read, 2 for wrong
    usage.
    """
    from engine.checking.check import check_result

    report = check_result(original, result)
    if as_json:
        click.echo(json.dumps(_as_dict(report), indent=2, ensure_ascii=False))
    else:
        _print_tables(report)
    return 0 if report.whole else 1


def _as_dict(report: "Report") -> dict[str, object]:
    made = report.provenance
    return {
        "whole": report.whole,
        "properties": {row.name: asdict(row) for row in report.rows},
        "metadata": {one.block: {**asdict(one), "whole": one.whole} for one in report.tags},
        "provenance": None if made is None else asdict(made),
    }


def _print_tables(report: "Report") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("", "original", "result", "verdict"):
        table.add_column(heading)
    for row in report.rows:
        verdict = f"{row.verdict} ({row.remark})" if row.remark else row.verdict
        table.add_row(row.name, row.original, row.result, verdict)
    console.print(table)
    blocks = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("", "kept", "fitted", "changed", "lost", "names of the changed and lost"):
        blocks.add_column(heading)
    for one in report.tags:
        numbers = (one.kept, len(one.fitted), len(one.changed), len(one.lost))
        blocks.add_row(one.block, *map(str, numbers), _names(one))
    console.print(blocks)
    made = report.provenance
    if made is not None:
        console.print(f"Made by {made.software} {made.version}, {made.model}, {made.quality}.")
    console.print("Nothing was lost." if report.whole else "Something was lost.")


def _names(one: "TagCounts") -> str:
    damaged = ["the original's block is damaged"] if one.damaged else []
    return ", ".join([*damaged, *one.changed, *one.lost])
