"""Tries damaged files on a worker and judges what comes of them."""

import contextlib
import io
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from engine.errors import UnreadablePhoto
from engine.photo.decode import PROFILE_LEFT_ASIDE
from engine.photo.read import read_photo
from tests.support.damage import Damaged

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10.0
_START_SECONDS = 120.0
# What may become of a file; all else is a fault.
SENTENCE, SAME, TURNED, UNNOTICED = "a sentence", "the same", "turned", "unnoticeable"
ASIDE, VALID = "no profile, told so", "whole as it is"
GOOD = (SENTENCE, SAME, ASIDE, TURNED, UNNOTICED, VALID)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a file.

    Attributes:
        name: the file's.
        kind: of its damage.
        outcome: one of GOOD, or what went wrong.
        detail: the sentence, or more of what went wrong.
        seconds: how long it took.
    """

    name: str
    kind: str
    outcome: str
    detail: str = ""
    seconds: float = 0.0


class Worker:
    """Runs `tests.support.worker`, and starts it anew where a file broke it.

    Args:
        folder: for its temporary files, and the files that are tried.
    """

    def __init__(self, folder: Path) -> None:
        self.scratch = folder / "scratch"
        self.scratch.mkdir(parents=True)
        self._log = (folder / "printed.txt").open("w+b")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop()
        self._log.close()

    def ask(self, path: Path, target: Path | None) -> dict[str, Any]:
        """Have it read a file and color it; "wrong" tells of crashes and hangs."""
        process = self._process or self._start()
        assert process.stdin is not None
        self._log.seek(0, os.SEEK_END)
        before = self._log.tell()
        request = {"path": str(path), "target": str(target) if target else ""}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = self._line(process, SECONDS)
        answer: dict[str, Any]
        if line:
            answer = json.loads(line)
        elif line is None:
            answer = {"wrong": f"no answer within {SECONDS:g} s"}
        else:
            answer = {"wrong": f"died with status {process.wait()}"}
        if not line:
            self._stop()
        self._log.seek(before)
        printed = self._log.read().decode("utf-8", "replace")
        if printed:
            answer["wrong"] = (answer.get("wrong") or "printed") + f": {printed.strip()[:400]}"
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.support.worker", str(self.scratch)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(self.scratch)},
        )
        if self._line(self._process, _START_SECONDS) != b"ready\n":
            self._log.seek(0)
            raise AssertionError(f"the worker does not start: {self._log.read().decode()[-2000:]}")
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """Its next line; empty if it died, None if it takes too long."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            return process.stdout.readline() if waiting.select(seconds) else None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def try_all(files: Iterable[Damaged], wholes: dict[str, bytes], folder: Path) -> list[Verdict]:
    """Read and color each file.

    Args:
        files: the damaged ones.
        wholes: the originals by name.
        folder: an empty one.
    """
    known: dict[str, dict[str, Any]] = {}
    with Worker(folder / "worker") as worker:
        for file in files:
            if file.original and file.original not in known:
                known[file.original] = _try(worker, folder, file.original, wholes[file.original])
        return [_verdict(worker, folder, file, wholes, known) for file in files]


def _try(
    worker: Worker, folder: Path, name: str, data: bytes, color: bool = False
) -> dict[str, Any]:
    """Ask the worker about a file in a folder of its own, and look for what is left behind."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / name
        path.write_bytes(data)
        target = Path(place) / "result-of-it.png"
        answer = worker.ask(path, target if color else None)
        expected = {path}
        if color and not answer.get("wrong") and "sentence" not in answer:
            expected.add(target)
        left = {*Path(place).iterdir(), *worker.scratch.iterdir()} ^ expected
        if left and not answer.get("wrong"):
            answer["wrong"] = f"left behind or missing: {sorted(one.name for one in left)}"
        for one in worker.scratch.iterdir():
            one.unlink()
    return answer


def _verdict(
    worker: Worker,
    folder: Path,
    file: Damaged,
    wholes: dict[str, bytes],
    known: dict[str, dict[str, Any]],
) -> Verdict:
    started = time.monotonic()
    answer = _try(worker, folder, file.name, file.data, color=True)
    seconds = time.monotonic() - started
    outcome, detail = _judge(answer, file, wholes, known)
    return Verdict(file.name, file.kind, outcome, detail, seconds)


def _judge(
    answer: dict[str, Any],
    file: Damaged,
    wholes: dict[str, bytes],
    known: dict[str, dict[str, Any]],
) -> tuple[str, str]:
    if answer.get("wrong"):
        return "wrong", str(answer["wrong"])
    if "sentence" in answer:
        clear = len(answer["sentence"].splitlines()) == 1 and file.name in answer["sentence"]
        return (SENTENCE if clear else "unclear"), answer["sentence"]
    if not file.original:
        return VALID, str(answer["size"])
    whole = known[file.original]
    if (answer["size"], answer["digest"]) == (whole.get("size"), whole.get("digest")):
        return SAME, ""
    if "digest" not in whole:
        return VALID, f"the original gives: {whole.get('sentence', whole)}"
    if PROFILE_LEFT_ASIDE in set(answer["notices"]) - set(whole["notices"]):
        return ASIDE, ""
    return _compared(file, wholes[file.original])


def _compared(file: Damaged, whole: bytes) -> tuple[str, str]:
    """Of a file that reads, and is not what its original was."""
    theirs, ours = _pixels_of(whole), _pixels_of(file.data)
    if any(np.array_equal(ours, turned) for turned in _turns(theirs)):
        return TURNED, ""
    if file.kind in ("cut", "cut late"):
        return "half a picture", f"{ours.shape} of {theirs.shape}"
    if file.data[:4] == b"\x89PNG":
        return "not noticed", "PNG has checksums"
    for judge in (_pillow, _tifffile):
        if isinstance(_judged(judge, whole), str):
            continue  # not even the original is for this one
        size = _judged(judge, file.data)
        if size not in (ours.shape[:2], ours.shape[1::-1]):
            return "not noticed", f"{judge.__name__}: {size}, ours {ours.shape}"
    share = "another size"
    if ours.shape == theirs.shape:
        share = f"{np.mean(np.any(ours != theirs, axis=2)):.2%} of the pixels"
    return UNNOTICED, share


def _pixels_of(data: bytes) -> np.ndarray:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "photo"
        path.write_bytes(data)
        try:
            pixels = read_photo(path).pixels
        except UnreadablePhoto as error:
            raise AssertionError(f"in another process it could be read: {error}") from error
    assert pixels is not None
    return pixels


def _turns(pixels: np.ndarray) -> Iterable[np.ndarray]:
    for flat in (pixels, pixels[:, ::-1]):
        for quarters in range(4):
            yield np.rot90(flat, quarters)


def _judged(judge: Callable[[bytes], tuple[int, int]], data: bytes) -> tuple[int, int] | str:
    """Height and width if another strict reader finds nothing wrong with it, or its complaint."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return judge(data)
    except Exception as error:  # noqa: BLE001 - these readers raise many kinds
        return f"{type(error).__name__}: {error}"


def _pillow(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.height, image.width


def _tifffile(data: bytes) -> tuple[int, int]:
    """For TIFF files: it also reads kinds that Pillow does not, and looks at checksums."""
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages.first
        with contextlib.suppress(ValueError):  # a compression that needs another package
            page.asarray()
        return page.imagelength, page.imagewidth


def table_of(verdicts: Iterable[Verdict]) -> str:
    """Kinds of damage by outcomes, in Markdown."""
    verdicts = list(verdicts)
    counts = Counter((verdict.kind, verdict.outcome) for verdict in verdicts)
    outcomes = [*GOOD, *sorted({verdict.outcome for verdict in verdicts} - set(GOOD))]
    lines = [" | ".join(["| damage", "files", *outcomes]) + " |"]
    lines.append("| --- |" + " ---: |" * (len(outcomes) + 1))
    for kind in dict.fromkeys(verdict.kind for verdict in verdicts):
        row = [counts[kind, outcome] for outcome in outcomes]
        lines.append(f"| {kind} | {sum(row)} | " + " | ".join(map(str, row)) + " |")
    row = [sum(counts[kind, outcome] for kind, _ in counts) for outcome in outcomes]
    totals = [sum(v.outcome == outcome for v in verdicts) for outcome in outcomes]
    lines.append(f"| all | {len(verdicts)} | " + " | ".join(map(str, totals)) + " |")
    return "\n".join(lines)
