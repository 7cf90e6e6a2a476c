"""The report of a batch as a page: one file that needs nothing else, to be opened in any browser.

It has small pictures before and after, says why what failed did so, can be searched, shows the
photos of one state by a press on their number, and follows the light or dark of the system.
"""

import base64
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from engine.batch.pace import time_text
from engine.batch.records import Record
from engine.cancel import CancelToken
from engine.i18n import N_, language_tag, translate
from engine.photo.thumbnail import as_jpeg, thumbnail_of

THUMBNAIL_SIDE = 160
# With more pictures browsers become slow; the others stand in the list by their names.
MOST_PICTURES = 1000
# What people look for first.
ORDER = ("failed", "running", "waiting", "exists", "colored", "done")
_STATES = {
    "done": N_("colored"),
    "failed": N_("failed"),
    "colored": N_("left out: it has color"),
    "exists": N_("left out: its target exists"),
    "waiting": N_("not begun"),
    "running": N_("not finished"),
}


def page_of(
    records: Sequence[Record],
    counts: Mapping[str, int],
    title: str,
    seconds: float,
    hurry: CancelToken | None = None,
) -> str:
    """The page.

    Args:
        records: of all photos of the job.
        counts: how many are in each state.
        title: stands above it.
        seconds: the run took.
        hurry: once it is set, no more pictures are made.
    """
    ordered = sorted(records, key=lambda each: ORDER.index(each.state))
    sources = _common_folder([record.source for record in ordered])
    targets = _common_folder([record.target for record in ordered if record.state == "done"])
    pictures = _Pictures(MOST_PICTURES, hurry or CancelToken())
    heads = (
        translate("Before"), translate("After"), translate("Photo"), translate("State"),
        translate("Time"),
    )  # fmt: skip
    return _PAGE.format(
        language=language_tag(),
        title=escape(title),
        style=_STYLE,
        took=escape(translate("Time: {time}", time=time_text(seconds))),
        filter=escape(translate("Search by name or reason")),
        counts="\n".join(_count(state, count) for state, count in counts.items()),
        heads="".join(f"<th>{escape(head)}</th>" for head in heads),
        lines="\n".join(_line(record, sources, targets, pictures) for record in ordered),
        script=_SCRIPT,
    )


def shown(path: Path | str) -> str:
    """A name that may be no Unicode, as text."""
    return os.fsencode(path).decode("utf-8", "replace")


def _count(state: str, count: int) -> str:
    """The number of photos in a state; pressed, it shows only those."""
    words = escape(translate(_STATES[state]))
    return (
        f'<button type="button" class="{state}" aria-pressed="false">'
        f"<b>{count}</b> {words}</button>"
    )


def _line(record: Record, sources: Path, targets: Path, pictures: "_Pictures") -> str:
    """A row of the table."""
    is_done = record.state == "done"
    before = pictures.of(record.source) if record.state in ("done", "failed") else ""
    after = pictures.of(record.target) if is_done else ""
    folder, name = _below(record.source, sources)
    names = f'{_link(record.source, name)}<div class="quiet">{escape(shown(folder))}</div>'
    if is_done:
        there, result = _below(record.target, targets)
        if there != folder and record.target.parent != record.source.parent:
            result = str(Path(there, result))
        names += f'<div class="result">→&nbsp;{_link(record.target, result)}</div>'
    if record.reason:
        names += f'<div class="reason">{escape(record.reason)}</div>'
    state = escape(translate(_STATES[record.state]))
    time = translate("{count} s", count=f"{record.seconds:.1f}") if record.seconds else ""
    kinds = ("picture", "picture", "names", "state", "time")
    cells = (before, after, names, state, escape(time))
    inside = "".join(
        f'<td class="{kind}">{cell}</td>' for kind, cell in zip(kinds, cells, strict=True)
    )
    return f'<tr class="{record.state}">{inside}</tr>'


def _below(path: Path, root: Path) -> tuple[str, str]:
    """The folder of a file below another one, empty if that is it, and its name."""
    try:
        folder = str(path.parent.absolute().relative_to(root))
    except ValueError:
        folder = str(path.parent)
    return "" if folder == "." else folder, path.name


def _link(path: Path, name: str) -> str:
    try:
        address = path.absolute().as_uri()
    except (ValueError, UnicodeError):
        return escape(shown(name))
    return f'<a href="{escape(address)}">{escape(shown(name))}</a>'


def _common_folder(files: Sequence[Path]) -> Path:
    folders = [str(file.parent.absolute()) for file in files]
    try:
        return Path(os.path.commonpath(folders)) if folders else Path()
    except ValueError:  # of two drives
        return Path()


class _Pictures:
    """Makes pictures for the page, up to a number of them, or until there is no more time."""

    def __init__(self, most: int, hurry: CancelToken) -> None:
        self._left, self._hurry = most, hurry

    def of(self, path: Path) -> str:
        """An image element; empty where there is none to be made."""
        if self._left <= 0 or self._hurry.is_set:
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


# Grays are neutral, as in the window, so that nothing colors the eye beside the photos.
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --text: #1c1c1c; --quiet: #5a5a5a;
  --line: #dedede; --field: #f2f2f2; --chosen: #1c1c1c; --on-chosen: #fff;
  --bad: #a3260f; --bad-paper: #fdf2ef; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1e1e1e; --text: #e8e8e8; --quiet: #a8a8a8; --line: #3a3a3a; --field: #2e2e2e;
    --chosen: #d9d9d9; --on-chosen: #1e1e1e; --bad: #ff9a8a; --bad-paper: #2f2422; }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 2.2rem 2rem 4rem;
  max-width: 1280px; background: var(--paper); color: var(--text); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
p { margin: .3rem 0 1.3rem; color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1.2rem; }
input, button { font: inherit; color: inherit; background: var(--field); border-radius: 6px;
  border: 1px solid var(--line); padding: .4rem .8rem; }
input { flex: 1 1 16rem; min-width: 0; }
input::placeholder { color: var(--quiet); opacity: 1; }
button { cursor: pointer; }
button.failed { color: var(--bad); }
button[aria-pressed="true"] { background: var(--chosen); border-color: var(--chosen);
  color: var(--on-chosen); }
:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th { position: sticky; top: 0; z-index: 1; background: var(--paper); text-align: left;
  font-size: .86rem; font-weight: 600; color: var(--quiet); }
th, td { padding: .7rem 1rem .7rem 0; box-shadow: inset 0 -1px var(--line); vertical-align: top; }
th:last-child, td.time { padding-right: .8rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { padding-left: .8rem; }
td.picture { width: 1px; }
td.picture:empty { padding: 0; }
td.names { width: 60%; overflow-wrap: anywhere; }
td.names > a { font-weight: 600; }
td.state { min-width: 9rem; }
td.time { font-variant-numeric: tabular-nums; color: var(--quiet); }
.quiet, .reason { color: var(--quiet); font-size: .9rem; }
.result { margin-top: .3rem; }
.reason { margin-top: .3rem; overflow-wrap: anywhere; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
tr.failed td { background: var(--bad-paper); }
tr.failed td.state { color: var(--bad); font-weight: 600; }
tr.failed .reason { color: inherit; }
img { display: block; border-radius: 4px; max-width: none; }
@media (max-width: 760px) {
  body { padding: 1.2rem 1rem 3rem; }
  thead { display: none; }
  tr:not([hidden]) { display: flex; flex-wrap: wrap; gap: .3rem .8rem; padding: .9rem .6rem;
    box-shadow: inset 0 -1px var(--line); }
  tr.failed { background: var(--bad-paper); }
  td, td:first-child { padding: 0; box-shadow: none; flex: 1 1 100%; text-align: left; }
  td.picture { flex: 0 0 auto; width: auto; max-width: calc(50% - .4rem); }
  td.names { width: auto; }
  td:empty { display: none; }
  td.state, td.time { flex: 0 0 auto; }
  img { max-width: 100%; height: auto; }
}
@media print { nav { display: none; } tr { break-inside: avoid; } th { position: static; } }
"""
_SCRIPT = """
const field = document.getElementById("search");
const buttons = Array.from(document.querySelectorAll("nav button"));
const rows = Array.from(document.querySelectorAll("tbody tr"));
const words = rows.map(row => row.textContent.toLowerCase());
let state = "";
function show() {
  const wanted = field.value.trim().toLowerCase();
  rows.forEach((row, at) => {
    row.hidden = (state && row.className !== state) || !words[at].includes(wanted);
  });
  buttons.forEach(each => each.setAttribute("aria-pressed", each.className === state));
}
field.addEventListener("input", show);
buttons.forEach(each => each.addEventListener("click", () => {
  state = each.className === state ? "" : each.className;
  show();
}));
"""
_PAGE = """<!doctype html>
<html lang="{language}">
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
<p>{took}</p>
<nav>
<input id="search" type="search" placeholder="{filter}" aria-label="{filter}">
{counts}
</nav>
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
