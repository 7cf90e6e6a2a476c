"""What `photochrom evaluate` prints and writes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from engine.measuring.evaluate import Evaluation, Row
    from engine.measuring.reach import Reach

HEADINGS = (
    *("PSNR", "SSIM", "LPIPS", "FID", "ΔE00"),
    *("CF", "ratio", "error", "gray", "false", "a* off", "b* off"),
)


@dataclass(frozen=True)
class Extras:
    """What is measured only if asked for.

    Attributes:
        stability: see `measure_stability`; None if not asked for.
        reach: see `measure_reach`; empty if not asked for.
    """

    stability: Mapping[str, float] | None
    reach: Mapping[str, "Reach"]


def print_figures(result: "Evaluation", extras: Extras) -> None:
    """Print the tables for people."""
    console = Console(highlight=False)
    console.print(_table(result))
    doubt = result.doubt
    console.print(
        f"The most doubtful fifth holds {doubt.error_in_doubtful:.1%} of the squared color error; "
        f"area under the sparsification curve {doubt.sparsification:.3f}; percentages are off by "
        f"{100 * doubt.calibration_error:.1f} points."
    )
    if extras.stability is not None:
        table = Table(title="Mean change of a*b*", box=SIMPLE_HEAD, show_header=False)
        for name, change in extras.stability.items():
            table.add_row(name, f"{change:.2f}")
        console.print(table)
    if extras.reach:
        from engine.measuring.reach import mean_reach

        mean = mean_reach(list(extras.reach.values()))
        console.print(
            f"One contrary hint on each of {len(extras.reach)} objects: the object goes "
            f"{mean.reach:.0%} of the way, the rest of the photo {mean.leak:.1%}; the hinted point "
            f"is {mean.exact:.1f} off in a*b*."
        )


def _table(result: "Evaluation") -> Table:
    table = Table(title=f"{result.photos} photos", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("hints", justify="left", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    _add(table, "no color", result.no_color)
    _add(table, "mean color", result.mean_color)
    for count, row in result.by_hints.items():
        _add(table, str(count), row)
    if result.aged is not None:
        _add(table, "aged", result.aged)
    truth = result.no_color.measures
    blank = [""] * 5
    table.add_row(
        *(
            "truth",
            *blank,
            f"{truth.true_colorfulness:.2f}",
            "1",
            "0",
            f"{truth.true_near_gray:.3f}",
        )
    )
    table.caption = (
        "PSNR in dB; LPIPS with AlexNet; FID on its last features; CIEDE2000; colorfulness, its "
        "ratio to the truth, mean error per photo; share of near-gray pixels; mean chroma where "
        "the truth is gray; mean a* and b* less the truth's"
    )
    return table


def _add(table: Table, name: str, row: "Row") -> None:
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


def as_json(result: "Evaluation", extras: Extras, options: Mapping[str, Any]) -> str:
    """The same for programs."""

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
        "aged": figures(result.aged) if result.aged is not None else None,
        "doubt": asdict(result.doubt),
        "stability": dict(extras.stability) if extras.stability is not None else None,
        "reach": {name: asdict(one) for name, one in extras.reach.items()},
    }
    return json.dumps(report, indent=2) + "\n"
