"""The report of a batch: what became of each photo, for spreadsheets, programs and people.

report.csv and report.json hold everything; report.html is one file that needs nothing else, with
small pictures before and after, to be opened in any browser.
"""

import base64
import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from engine.batch.records import Record
from engine.i18n import N_, translate
from engine.photo.thumbnail import as_jpeg, thumbnail_of

THUMBNAIL_SIDE = 160
# With more pictures browsers become slow; the others stand in the list by their names.
MOST_PICTURES = 1000
_STATES = {
    "done": N_("colored"),
    "failed": N_("failed"),
    "colored": N_("left out: it has color"),
    "exists": N_("left out: its target exists"),
    "waiting": N_("not begun"),
    "running": N_("not finished"),
}
# What people look for first.
_ORDER = ("failed", "running", "waiting", "exists", "colored", "done")


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a report is about.

    Attributes:
        records: of all photos of the job.
        title: stands above it.
        seconds: the run took.
    """

    records: tuple[Record, ...]
    title: str
    seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """How many photos are in each state, without those that none is in."""
        states = [record.state for record in self.records]
        return {state: states.count(state) for state in _ORDER if state in states}


def write_report(report: BatchReport, folder: Path, name: str = "report") -> tuple[Path, ...]:
    """Write all three files, each whole or not at all.

    Args:
        report: what there is to tell.
        folder: where they go; it exists.
        name: without an ending; files of that name are replaced.

    Returns:
        The files: HTML, CSV, JSON.

    Raises:
        OSError: they cannot be written.
    """
    files = {".html": as_html(report), ".csv": as_csv(report), ".json": as_json(report)}
    paths = []
    for ending, text in files.items():
        path = folder / f"{name}{ending}"
        draft = folder / f".{name}{ending}.part"
        try:
            # A name that is no Unicode is shown as well as can be.
            draft.write_text(text, encoding="utf-8", errors="replace", newline="")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        paths.append(path)
    return tuple(paths)


def as_csv(report: BatchReport) -> str:
    """One line for each photo; names are whole paths."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in _rows(report.records):
        writer.writerow(["" if row[name] is None else row[name] for name in _COLUMNS])
    return text.getvalue()


def as_json(report: BatchReport) -> str:
    """The same, and the counts."""
    whole = {
        "title": report.title,
        "seconds": round(report.seconds, 3),
        "counts": report.counts,
        "photos": list(_rows(report.records)),
    }
    return json.dumps(whole, indent=1, ensure_ascii=False)


def as_html(report: BatchReport) -> str:
    """A page that needs nothing else."""
    ordered = sorted(report.records, key=lambda each: _ORDER.index(each.state))
    sources = _common_folder([record.source for record in ordered])
    targets = _common_folder([record.target for record in ordered if record.state == "done"])
    pictures = _Pictures(MOST_PICTURES)
    lines = "\n".join(_line(record, sources, targets, pictures) for record in ordered)
    counts = " · ".join(
        f"<b>{count}</b> {escape(translate(_STATES[state]))}"
        for state, count in report.counts.items()
    )
    took = translate("{minutes} minutes in all", minutes=f"{report.seconds / 60:.1f}")
    heads = (
        translate("Before"), translate("After"), translate("Photo"), translate("Result"),
        translate("State"), translate("Seconds"),
    )  # fmt: skip
    return _PAGE.format(
        title=escape(report.title),
        style=_STYLE,
        counts=counts,
        took=escape(took),
        filter=escape(translate("Search by name or reason")),
        heads="".join(f"<th>{escape(head)}</th>" for head in heads),
        lines=lines,
        script=_SCRIPT,
    )


_COLUMNS = ("source", "target", "layer", "state", "reason", "code", "seconds", "attempts")


def _rows(records: Iterable[Record]) -> Iterator[dict[str, object]]:
    for record in records:
        is_done = record.state == "done"
        yield {
            "source": _shown(record.source),
            "target": _shown(record.target) if is_done else None,
            "layer": _shown(record.layer) if is_done and record.layer is not None else None,
            "state": record.state,
            "reason": record.reason,
            "code": record.code,
            "seconds": round(record.seconds, 3),
            "attempts": record.attempts,
        }


def _line(record: Record, sources: Path, targets: Path, pictures: "_Pictures") -> str:
    """A row of the table."""
    is_done = record.state == "done"
    before = pictures.of(record.source) if record.state in ("done", "failed") else ""
    after = pictures.of(record.target) if is_done else ""
    state = escape(translate(_STATES[record.state]))
    reason = f"<br><small>{escape(record.reason)}</small>" if record.reason else ""
    target = _link(record.target, targets) if is_done else ""
    seconds = f"{record.seconds:.1f}" if record.seconds else ""
    cells = (before, after, _link(record.source, sources), target, state + reason, seconds)
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr class="{record.state}">{inside}</tr>'


def _link(path: Path, root: Path) -> str:
    try:
        name = str(path.relative_to(root))
    except ValueError:
        name = str(path)
    try:
        address = path.absolute().as_uri()
    except (ValueError, UnicodeError):
        return escape(_shown(name))
    return f'<a href="{escape(address)}">{escape(_shown(name))}</a>'


def _shown(path: Path | str) -> str:
    """A name that may be no Unicode, as text."""
    return os.fsencode(path).decode("utf-8", "replace")


def _common_folder(files: Sequence[Path]) -> Path:
    folders = [str(file.parent.absolute()) for file in files]
    try:
        return Path(os.path.commonpath(folders)) if folders else Path()
    except ValueError:  # of two drives
        return Path()


class _Pictures:
    """Makes pictures for the page, up to a number of them."""

    def __init__(self, most: int) -> None:
        self._left = most

    def of(self, path: Path) -> str:
        """An image element; empty where there is none to be made."""
        if self._left <= 0:
            return ""
        pixels = thumbnail_of(path, THUMBNAIL_SIDE)
        if pixels is None:
            return ""
        self._left -= 1
        height, width = pixels.shape[:2]
        code = base64.b64encode(as_jpeg(pixels)).decode()
        return (
            f'<img loading="lazy" width="{width}" height="{height}" alt="" '
            f'src="data:image/jpeg;base64,{code}">'
        )


_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem; background: Canvas; color: CanvasText; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; }
p { margin: .2rem 0 1rem; }
input { font: inherit; padding: .35rem .6rem; width: 22rem; max-width: 100%; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; position: sticky; top: 0; background: Canvas; }
th, td { padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:nth-child(3), td:nth-child(4) { overflow-wrap: anywhere; }
td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
a { color: inherit; }
tr.failed td:nth-child(5) { color: #c0392b; }
img { display: block; border-radius: 3px; }
"""
_SCRIPT = """
const field = document.getElementById("search");
const rows = Array.from(document.querySelectorAll("tbody tr"));
const words = rows.map(row => row.textContent.toLowerCase());
field.addEventListener("input", () => {
  const wanted = field.value.toLowerCase();
  rows.forEach((row, at) => { row.hidden = !words[at].includes(wanted); });
});
"""
_PAGE = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
  style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>{counts} · {took}</p>
<input id="search" type="search" placeholder="{filter}" aria-label="{filter}">
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{lines}
</tbody>
</table>
<script>{script}</script>
</body>
</html>
"""
