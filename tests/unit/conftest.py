import errno
import io
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.measuring.photos import PhotoEntry


def colorful(seed: int, height: int = 96, width: int = 128) -> np.ndarray:
    """A soft picture with many colors, (H, W, 3) uint8 RGB."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(0, 255, (6, 8, 3)).astype(np.float32)
    return np.clip(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255
    ).astype(np.uint8)


def encoded(rgb: np.ndarray, suffix: str = ".png") -> bytes:
    ok, data = cv2.imencode(suffix, rgb[..., ::-1])
    assert ok
    return data.tobytes()


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "deep" / "写真").mkdir(parents=True)
    for index in range(10):
        place = folder / "deep" / "写真" if index % 2 else folder
        (place / f"{index:02}.png").write_bytes(encoded(colorful(index)))
    (folder / "broken.jpg").write_bytes(b"no photo")
    (folder / "notes.txt").write_text("not a photo")
    return folder


@pytest.fixture(scope="session")
def photo_tar(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tar") / "photos.tar"
    with tarfile.open(path, "w") as tar:
        for index in range(5):
            data = encoded(colorful(100 + index), ".jpg")
            info = tarfile.TarInfo(f"{index}.jpg")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def other_process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is there until `communicate` is called."""
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def failing_read(monkeypatch) -> Callable[[str], None]:
    """Lets reading photos whose names end so fail, as on a disk with a bad sector."""
    bad: list[str] = []
    read = PhotoEntry.read

    def failing(entry: PhotoEntry) -> bytes:
        if entry.name.endswith(tuple(bad)):
            raise OSError(errno.EIO, "Input/output error")
        return read(entry)

    monkeypatch.setattr(PhotoEntry, "read", failing)
    return bad.append
