"""The files of a training run."""

import csv
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.photo.place import sweep_drafts
from engine.whole_file import (
    check_writable,
    found_at,
    make_writable_folder,
    remove_empty,
    told_failure,
    write_whole,
)

# Columns of validation.csv that are drawn.
DRAWN = ("score", "lpips", "ciede2000", "psnr_hinted")


class RunFolder:
    """A folder with a run in it, or for one that is to come.

    Nothing is made before `make`. What cannot be written is a `SaveError`.
    """

    def __init__(self, folder: Path) -> None:
        self._made: tuple[Path, ...] = ()
        self.path = folder
        self.checkpoint = folder / "checkpoint.pt"
        self.weights = folder / "weights.safetensors"
        self.snapshots = folder / "snapshots"
        self.steps_log = folder / "log.csv"
        self.validation_log = folder / "validation.csv"
        self.curve = folder / "learning-curve.svg"

    def make(self) -> None:
        """Make the folder, and those it lies in, where they are missing.

        Raises:
            SaveError: it cannot be made, or nothing can be written into it.
        """
        self._made = make_writable_folder(self.path)

    def discard_if_empty(self) -> None:
        """Take away what `make` made, where nothing came into it."""
        remove_empty(self._made)

    def log_step(self, row: Mapping[str, float]) -> None:
        """Add a row to log.csv."""
        _append(self.steps_log, row)

    def log_validation(self, row: Mapping[str, float | str]) -> None:
        """Add a row to validation.csv and draw the learning curve anew."""
        _append(self.validation_log, row)
        self.draw_curve()

    def holds_a_run(self) -> bool:
        """Whether a run was begun here.

        Raises:
            SaveError: the folder may not be looked into.
        """
        parts = (self.checkpoint, self.weights, self.validation_log, self.snapshots)
        with told_failure(self.path):
            return any(found_at(part) is not None for part in parts)

    def take_over(self) -> bool:
        """Get the folder of a run that is gone on with ready.

        What the run was writing when it was killed is taken away: it lies under names that are new
        each time, and a run is killed often.

        Returns:
            Whether there is a checkpoint; otherwise nothing is done.

        Raises:
            SaveError: the folder may not be looked into, or nothing can be written into it.
        """
        with told_failure(self.checkpoint):
            found = found_at(self.checkpoint)
            if found is None or not stat.S_ISREG(found.st_mode):
                return False
            check_writable(self.checkpoint)
        for folder in (self.path, self.snapshots):
            sweep_drafts(folder)
        return True

    def scores(self, photos: str) -> dict[int, float]:
        """Step -> score, of the rows of validation.csv that were measured on these photos."""
        if not self.validation_log.exists():
            return {}
        with self.validation_log.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {
            int(row["step"]): float(row["score"])
            for row in rows
            if row["photos"] == photos and None not in row.values()
        }

    def draw_curve(self) -> None:
        """Draw the loss, and what was measured on held-out photos, over the minutes."""
        panels = []
        if self.steps_log.exists():
            panels.append(
                ("loss", _column(self.steps_log, "minutes"), _column(self.steps_log, "loss"))
            )
        if self.validation_log.exists():
            minutes = _column(self.validation_log, "minutes")
            for name in DRAWN:
                panels.append((name, minutes, _column(self.validation_log, name)))
        write_whole(self.curve, _curves(panels).encode())


def _append(path: Path, row: Mapping[str, float | str]) -> None:
    is_new = not path.exists()
    with told_failure(path), path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def _column(path: Path, name: str) -> list[float]:
    with path.open(newline="", encoding="utf-8") as file:
        # A row that was cut off, as by a full disk, is left out.
        rows = [row for row in csv.DictReader(file) if None not in row.values()]
        return [float(row[name]) for row in rows]


def _curves(panels: Sequence[tuple[str, list[float], list[float]]]) -> str:
    """Small line charts, one below the other, as SVG."""
    width, height, edge = 720, 160, 48
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(panels)}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (name, xs, ys) in enumerate(panels):
        if not xs:
            continue
        top = number * height
        low, high, last = min(ys), max(ys), max(max(xs), 1e-9)
        span = (high - low) or 1.0
        points = " ".join(
            f"{edge + (width - 2 * edge) * x / last:.1f},"
            f"{top + height - 28 - (height - 52) * (y - low) / span:.1f}"
            for x, y in zip(xs, ys, strict=True)
        )
        parts += [
            f'<text x="{edge}" y="{top + 16}" font-weight="bold">{name}</text>',
            f'<text x="4" y="{top + 28}">{high:.3g}</text>',
            f'<text x="4" y="{top + height - 28}">{low:.3g}</text>',
            f'<text x="{width - edge}" y="{top + height - 10}" text-anchor="end">'
            f"{last:.0f} minutes</text>",
            f'<polyline points="{points}" fill="none" stroke="#2b6cb0" stroke-width="1.5"/>',
        ]
    return "\n".join([*parts, "</svg>", ""])
