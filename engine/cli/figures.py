"""What `photochrom evaluate` prints and writes."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from engine.version import VERSION

if TYPE_CHECKING:
    from engine.measuring.evaluate import Evaluation, Row
    from engine.measuring.reach import ChosenObjects, Reach
    from engine.values import Predictor


@dataclass(frozen=True)
class Extras:
    """What is measured only if asked for.

    Attributes:
        stability: see `measure_stability`; None if not asked for.
        reach: see `measure_reach`; empty if not asked for.
        objects: those it was measured on; None if not asked for.
    """

    stability: Mapping[str, float] | None
    reach: Mapping[str, "Reach"]
    objects: "ChosenObjects | None" = None


def print_figures(result: "Evaluation", extras: Extras) -> None:
    """Print the tables for people."""
    console = Console(highlight=False)
    for table in _tables(result):
        console.print(table)
    doubt = result.doubt
    console.print(
        f"The most doubtful fifth holds {doubt.error_in_doubtful:.1%} of the squared color error; "
        f"area under the sparsification curve {doubt.sparsification:.3f}; percentages are off by "
        f"{100 * doubt.calibration_error:.1f} points."
    )
    if extras.stability is not None:
        changes = Table(title="Mean change of a*b*", box=SIMPLE_HEAD, show_header=False)
        for name, change in extras.stability.items():
            changes.add_row(name, f"{change:.2f}")
        console.print(changes)
    if extras.reach:
        from engine.measuring.reach import mean_reach

        mean = mean_reach(list(extras.reach.values()))
        objects = _counted(len(extras.reach), "object")
        console.print(
            f"One contrary hint on each of {objects}: the object goes "
            f"{mean.reach:.0%} of the way, the rest of the photo {mean.leak:.1%}; the hinted point "
            f"is {mean.exact:.1f} off in a*b*."
        )


# Headings with what they say of a row; two tables, since one would not fit into 80 columns.
_Column = Callable[["Row"], str]
DIFFERENCES: dict[str, _Column] = {
    "PSNR": lambda row: f"{row.measures.psnr:.2f}",
    "SSIM": lambda row: f"{row.measures.ssim:.3f}",
    "LPIPS": lambda row: f"{row.measures.lpips:.4f}",
    "CIEDE2000": lambda row: f"{row.measures.ciede2000:.2f}",
    "FID": lambda row: f"{row.fid:.3f}",
}
COLORS: dict[str, _Column] = {
    "colorful": lambda row: f"{row.measures.colorfulness:.1f}",
    "of truth": lambda row: f"{row.measures.colorfulness_ratio:.3f}",
    "off by": lambda row: f"{row.measures.colorfulness_error:.1f}",
    "near gray": lambda row: f"{row.measures.near_gray:.3f}",
    "on gray": lambda row: f"{row.measures.false_color:.2f}",
    "a*": lambda row: f"{row.measures.mean_a:+.2f}",
    "b*": lambda row: f"{row.measures.mean_b:+.2f}",
}
DIFFERENCES_CAPTION = (
    "To the truth: PSNR in dB and SSIM (higher is better), LPIPS with AlexNet, CIEDE2000, FID on "
    "AlexNet's last features (lower is better)"
)
COLORS_CAPTION = (
    "Colorfulness, as a share of the truth's, and its mean error per photo; share of near-gray "
    "pixels; mean chroma where the truth is gray; mean a* and b* less the truth's"
)


def _tables(result: "Evaluation") -> tuple[Table, Table]:
    rows = {
        "no color": result.no_color,
        "mean color": result.mean_color,
        **{_hinted(count): row for count, row in result.by_hints.items()},
    }
    if result.aged is not None:
        rows["from old film"] = result.aged
    differences = _table(_counted(result.photos, "photo"), DIFFERENCES, DIFFERENCES_CAPTION, rows)
    colors = _table("", COLORS, COLORS_CAPTION, rows)
    truth = result.no_color.measures
    colors.add_row(
        "truth", f"{truth.true_colorfulness:.1f}", "1", "0", f"{truth.true_near_gray:.3f}"
    )
    return differences, colors


def _table(
    title: str, columns: Mapping[str, _Column], caption: str, rows: Mapping[str, "Row"]
) -> Table:
    table = Table(title=title, caption=caption, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", justify="left", no_wrap=True)
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in rows.items():
        table.add_row(name, *(_or_dash(tell(row)) for tell in columns.values()))
    return table


def _or_dash(figure: str) -> str:
    """A dash where there is no figure, such as the FID of a single photo."""
    return figure if math.isfinite(float(figure)) else "–"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _hinted(count: int) -> str:
    return "no hints" if count == 0 else _counted(count, "hint")


# FIDs of other features are not to be compared with ours.
FID_FEATURES = "AlexNet, means of the last convolution"
# Options that change the figures.
TOLD = ("hints", "size", "squeeze", "quality", "full_precision", "limit", "seed")


def as_json(
    result: "Evaluation", extras: Extras, options: Mapping[str, Any], predictor: "Predictor"
) -> str:
    """The same for programs, with what the figures depend on; null where there is no figure."""
    from engine.network.eight_bit import usable

    def figures(row: "Row") -> dict[str, float]:
        ratio = row.measures.colorfulness_ratio
        return {**asdict(row.measures), "colorfulness_ratio": ratio, "fid": row.fid}

    report = {
        "photos": result.photos,
        "unreadable": list(result.unreadable),
        "options": {name: options[name] for name in TOLD},
        "eight_bit": predictor.device == "cpu"
        and options["quality"] == "fast"
        and not options["full_precision"]
        and usable(),
        "weights": predictor.model.sha256,
        "device": predictor.device,
        "version": VERSION,
        "fid_features": FID_FEATURES,
        "no_color": figures(result.no_color),
        "mean_color": figures(result.mean_color),
        "by_hints": {str(count): figures(row) for count, row in result.by_hints.items()},
        "aged": figures(result.aged) if result.aged is not None else None,
        "doubt": asdict(result.doubt),
        "stability": dict(extras.stability) if extras.stability is not None else None,
        "objects": _told(extras.objects) if extras.objects is not None else None,
        "reach": {name: asdict(one) for name, one in extras.reach.items()},
    }
    return json.dumps(_with_nulls(report), indent=2, allow_nan=False) + "\n"


def _told(chosen: "ChosenObjects") -> dict[str, object]:
    return {
        "file": chosen.file,
        "sha256": chosen.sha256,
        "outlined": chosen.outlined,
        "found": len(chosen.objects),
    }


def _with_nulls(value: Any) -> Any:
    """JSON has no word for what is no number."""
    if isinstance(value, dict):
        return {name: _with_nulls(part) for name, part in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
