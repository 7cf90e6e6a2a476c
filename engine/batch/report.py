"""The report of a batch: what became of each photo, for spreadsheets, programs and people.

The CSV and JSON files hold everything; the HTML file is for people, see `report_page.py`.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.batch.records import Record
from engine.batch.report_page import ORDER, page_of, shown
from engine.cancel import CancelToken
from engine.i18n import translate

# The three files, without their endings.
REPORT_NAME = "photochrom-report"


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

    @classmethod
    def of(cls, records: Iterable[Record], seconds: float) -> "BatchReport":
        """A report of photos under the usual title."""
        all_of_them = tuple(records)
        title = translate("Photochrom: a batch of {count} photos", count=len(all_of_them))
        return cls(all_of_them, title, seconds)

    @property
    def counts(self) -> dict[str, int]:
        """How many photos are in each state, without those that none is in."""
        states = [record.state for record in self.records]
        return {state: states.count(state) for state in ORDER if state in states}


def write_report(
    report: BatchReport, folder: Path, hurry: CancelToken | None = None
) -> tuple[Path, ...]:
    """Write all three files, each whole or not at all.

    Args:
        report: what there is to tell.
        folder: where they go; it exists. Those of an earlier report are replaced.
        hurry: once it is set, no more pictures are made, which take most of the time.

    Returns:
        The files: HTML, CSV, JSON.

    Raises:
        OSError: they cannot be written.
    """
    page = page_of(report.records, report.counts, report.title, report.seconds, hurry)
    files = {".html": page, ".csv": as_csv(report), ".json": as_json(report)}
    paths = []
    for ending, text in files.items():
        path = folder / f"{REPORT_NAME}{ending}"
        draft = folder / f".{REPORT_NAME}{ending}.part"
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


_COLUMNS = ("source", "target", "layer", "state", "reason", "code", "seconds", "attempts")


def _rows(records: Iterable[Record]) -> Iterator[dict[str, object]]:
    for record in records:
        is_done = record.state == "done"
        yield {
            "source": shown(record.source),
            "target": shown(record.target) if is_done else None,
            "layer": shown(record.layer) if is_done and record.layer is not None else None,
            "state": record.state,
            "reason": record.reason,
            "code": record.code,
            "seconds": round(record.seconds, 3),
            "attempts": record.attempts,
        }
