"""Folders of small photos, and batches of them with a network that is none."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.batch.events import Event, Finished, RowChanged
from engine.batch.find import Choice, find_photos
from engine.batch.job import Job
from engine.batch.journal import Journal
from engine.batch.owner import Owner
from engine.batch.places import journal_path, opened_journal, plan_in
from engine.batch.plan import BatchConflict, Plan, make_plan
from engine.batch.run import Means, run_batch
from engine.batch.sidecars import GivenEdits
from engine.batch.steering import Steering
from engine.batch.targets import Naming
from engine.pipeline import Wish
from engine.values import Predictor
from tests.support.fakes import FakePredictor
from tests.support.pictures import by_pillow, gray_picture

# Photos of the mixed folder; PHOTOCHROM_MIXED=1000 takes some minutes.
MIXED = int(os.environ.get("PHOTOCHROM_MIXED", "60"))

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WEBP"}


def save_photo(path: Path, seed: int = 0, size: tuple[int, int] = (48, 64)) -> Path:
    """A gray photo of its own; the same seed gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = gray_picture(*size)
    pixels = (pixels // 2 + (seed * 37) % 128).astype("uint8")
    path.write_bytes(by_pillow(pixels, _FORMATS[path.suffix.lower()]))
    return path


def save_photos(folder: Path, count: int, suffix: str = ".png") -> list[Path]:
    return [save_photo(folder / f"{index:03}{suffix}", index) for index in range(count)]


def mixed_folder(folder: Path, count: int) -> None:
    """Photos, a tenth of them damaged, some twice, deep, junk, long and foreign names."""
    for index in range(count):
        deep = ("", "a", "a/b", "größe 漢字")[index % 4]
        suffix = (".jpg", ".png", ".tif")[index % 3]
        path = save_photo(folder / deep / f"{index:04}{suffix}", index)
        if index % 10 == 3:
            path.write_bytes(path.read_bytes()[:100])
    save_photo(folder / ("x" * 200 + ".png"), 1)
    save_photo(folder / "a" / "0001.PNG", 2)
    save_photo(folder / "a" / "0001.tif", 3)
    os.link(folder / "0000.jpg", folder / "twice.jpg")
    (folder / "a" / "up").symlink_to(folder)
    for name in ("Thumbs.db", "notes.txt", "empty.jpg", "._0000.jpg"):
        (folder / name).touch()
    (folder / "text.png").write_text("not a photo")


def digests(folder: Path) -> dict[str, str]:
    """Of all files that are not hidden, by their path below the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def job_of(into: Path | None = None, wish: Wish | None = None, **naming: object) -> Job:
    return Job(wish or Wish(), GivenEdits(), Naming(into, **naming), "0" * 64)  # type: ignore[arg-type]


def gone_owner() -> Owner:
    """A process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return Owner(socket.gethostname(), process.pid, "boot 1")


class Batch:
    """A job, its journal and what was told."""

    def __init__(
        self,
        folder: Path,
        into: Path | None,
        journal_folder: Path | None = None,
        job: Job | None = None,
        choice: Choice | None = None,
    ) -> None:
        self.folder, self.into = folder, into
        self.job = job or job_of(into)
        self.choice = choice or Choice(recursive=True, results=into)
        self.path = journal_path(into) if into else (journal_folder or folder) / "j.sqlite"
        self.events: list[Event] = []
        self.predictor: Predictor = FakePredictor()

    def plan(
        self, on_conflict: BatchConflict = "unique", journal: Journal | None = None, **options: bool
    ) -> Plan:
        finding = find_photos([self.folder], self.choice)
        if journal is not None:
            known = journal.known(self.job.fingerprint)
            return make_plan(finding, self.job, known, on_conflict, **options)  # type: ignore[arg-type]
        with opened_journal(self.path) as opened:
            return self.plan(on_conflict, opened, **options)

    def run(
        self,
        on_conflict: BatchConflict = "unique",
        *,
        workers: int = 2,
        steering: Steering | None = None,
        tell: Callable[[Event], None] | None = None,
        load: Callable[[], Predictor] | None = None,
        stop_when_full: bool = False,
        most_pixels: int = 10**9,
        **options: bool,
    ) -> Finished:
        self.events = []

        def told(event: Event) -> None:
            self.events.append(event)
            if tell is not None:
                tell(event)

        means = Means(load or (lambda: self.predictor), workers, most_pixels, stop_when_full)
        with opened_journal(self.path) as journal:
            finding = find_photos([self.folder], self.choice)
            plan = plan_in(journal, finding, self.job, on_conflict, **options)  # type: ignore[arg-type]
            return run_batch(plan.to_color, self.job, journal, means, told, steering)

    def ended(self, *states: str) -> list[RowChanged]:
        return [
            event
            for event in self.events
            if isinstance(event, RowChanged) and event.state in (states or ("done", "failed"))
        ]


def names(paths: Iterable[Path]) -> list[str]:
    return [path.name for path in paths]
