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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any

import imagecodecs
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
ASIDE, VALID, UNJUDGED = "no profile, told so", "whole as it is", "no judge"
GOOD = (SENTENCE, SAME, ASIDE, TURNED, UNNOTICED, UNJUDGED, VALID)
# Of the results: each writer takes what a damaged file says of itself in another way.
SUFFIXES = (".png", ".tif", ".jpg", ".webp")


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


def try_all(
    files: Iterable[Damaged],
    wholes: dict[str, bytes],
    folder: Path,
    suffixes: Sequence[str] = SUFFIXES,
) -> list[Verdict]:
    """Read and color each file.

    Args:
        files: the damaged ones.
        wholes: the originals by name.
        folder: an empty one.
        suffixes: of the results, in turn.
    """
    with Worker(folder / "worker") as worker:
        trial = _Trial(worker, folder, wholes)
        return [trial.verdict(file, suffix) for file, suffix in zip(files, cycle(suffixes))]


class _Trial:
    """What is known while files are tried: the worker, and what it said of the originals."""

    def __init__(self, worker: Worker, folder: Path, wholes: dict[str, bytes]) -> None:
        self._worker, self._folder, self._wholes = worker, folder, wholes
        self._known: dict[str, dict[str, Any]] = {}

    def verdict(self, file: Damaged, suffix: str) -> Verdict:
        whole = file.original
        if whole and whole not in self._known:
            self._known[whole] = self._try(whole, self._wholes[whole])
        started = time.monotonic()
        answer = self._try(file.name, file.data, suffix)
        seconds = time.monotonic() - started
        return Verdict(file.name, file.kind, *self._judge(answer, file), seconds)

    def _try(self, name: str, data: bytes, suffix: str = "") -> dict[str, Any]:
        """Ask about a file in a folder of its own, and look for what is left behind."""
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            path = Path(place) / name
            path.write_bytes(data)
            target = Path(place) / f"result-of-{Path(name).stem}{suffix}" if suffix else None
            answer = self._worker.ask(path, target)
            expected = {path}
            if target is not None and "sentence" not in answer:
                expected.add(target)
            left = {*Path(place).iterdir(), *self._worker.scratch.iterdir()} ^ expected
            if left and not answer.get("wrong"):
                answer["wrong"] = f"left behind or missing: {sorted(one.name for one in left)}"
            for one in self._worker.scratch.iterdir():
                one.unlink()
        return answer

    def _judge(self, answer: dict[str, Any], file: Damaged) -> tuple[str, str]:
        if answer.get("wrong"):
            return "wrong", str(answer["wrong"])
        if "sentence" in answer:
            sentence = answer["sentence"]
            clear = len(sentence.splitlines()) == 1 and Path(file.name).stem in sentence
            # Where the result cannot be written, it is not the file that is at fault.
            clear = clear and answer["code"] not in ("cannot-write", "disk-full", "error")
            return (SENTENCE if clear else "unclear"), sentence
        if not file.original:
            return VALID, str(answer["size"])
        whole = self._known[file.original]
        if (answer["size"], answer["digest"]) == (whole.get("size"), whole.get("digest")):
            return SAME, ""
        if "digest" not in whole:
            return VALID, f"the original gives: {whole.get('sentence', whole)}"
        if PROFILE_LEFT_ASIDE in set(answer["notices"]) - set(whole["notices"]):
            return ASIDE, ""
        return _compared(file, self._wholes[file.original])


def _compared(file: Damaged, whole: bytes) -> tuple[str, str]:
    """Of a file that reads, and is not what its original was."""
    theirs, ours = _pixels_of(whole), _pixels_of(file.data)
    if any(np.array_equal(ours, turned) for turned in _turns(theirs)):
        return TURNED, ""
    if file.kind in ("cut", "cut late"):
        return "half a picture", f"{ours.shape} of {theirs.shape}"
    if file.data[:4] == b"\x89PNG":
        return "not noticed", "PNG has checksums"
    # One that sees another size in the original takes its preview for the picture.
    judges = [
        judge
        for judge in (_pillow, _tifffile, _imagecodecs)
        if _judged(judge, whole) in (theirs.shape[:2], theirs.shape[1::-1])
    ]
    if not judges:
        return UNJUDGED, "no other reader takes the original"
    for judge in judges:
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


def _imagecodecs(data: bytes) -> tuple[int, int]:
    """For JPEG XL, which is read by another library."""
    height, width = imagecodecs.jpegxl_decode(data).shape[:2]
    return height, width


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
