"""What became of each real file: python -m benchmarks.formats writes the table of docs/formats.md.

The files lie outside the project; PHOTOCHROM_FORMATS names their folder.
"""

import csv
import sys
import tempfile
from pathlib import Path

from tests.support.judges import judge
from tests.support.real_files import ROOT, Outcome, files, folder, outcomes

PAGE = ROOT / "docs" / "formats.md"
START = "<!-- made by benchmarks/formats.py, from here to the end -->"


def main() -> None:
    paths = files()
    if not paths:
        sys.exit("No real files: PHOTOCHROM_FORMATS names their folder.")
    special = _special()
    lines = []
    for name in sorted({path.parent.name for path in paths}):
        inside = [path for path in paths if path.parent.name == name]
        lines += ["", f"### {name}/", "", "| file | what is special | read as | checked by |"]
        lines.append("| --- | --- | --- | --- |")
        with tempfile.TemporaryDirectory() as scratch:
            lines += [_row(one, special) for one in outcomes(inside, Path(scratch))]
    page = PAGE.read_text(encoding="utf-8")
    kept = page[: page.index(START) + len(START)]
    profiles = len(list(folder().glob("icc/*")))
    summary = f"\n\n{len(paths)} files; {profiles} more beside them are profiles, no photos."
    PAGE.write_text(kept + summary + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _special() -> dict[str, str]:
    """What is remarkable about each file, by folder and name."""
    with (folder() / "SOURCES.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["special"].split(";")[0] for row in rows}


def _row(outcome: Outcome, special: dict[str, str]) -> str:
    name = outcome.path.name
    about = special.get(f"{outcome.path.parent.name}/{name}", "")
    read_as, checked_by = _read_as(outcome)
    cells = (f"`{name}`", about, read_as, checked_by)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _read_as(outcome: Outcome) -> tuple[str, str]:
    told = outcome.told
    if told is None:
        return "**the process went down**", ""
    if "code" in told:
        return "refused: " + told["sentence"].partition("cannot be read: ")[2], ""
    height, width = told["size"]
    facts = [
        f"{width} × {height}",
        f"{told['depth']} bit",
        "gray" if told["colors"] == 1 else "RGB",
    ]
    facts += ["alpha"] * told["alpha"] + ["profile"] * told["icc"]
    facts += [name.upper() for name in told["metadata"]]
    verdict = judge(outcome.path, outcome.pixels, outcome.seen)
    checked_by = verdict.judge if verdict.agrees else f"**differs**: {verdict}"
    return ". ".join(
        [", ".join(facts), *(notice.rstrip(".") for notice in told["notices"])]
    ), checked_by


if __name__ == "__main__":
    main()
