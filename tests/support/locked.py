"""A folder that may not be looked into, on every system and for every user."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def lock(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder, and let the system say that permission is missing of all that lies in it."""
    folder.mkdir()
    for name in ("stat", "lstat", "mkdir"):
        monkeypatch.setattr(os, name, _refused_in(folder, getattr(os, name)))
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not _is_in(folder, path) and access(path, mode)
    )


def _refused_in(folder: Path, call: Callable[..., object]) -> Callable[..., object]:
    def called(path: object, *arguments: object, **how: object) -> object:
        if _is_in(folder, path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return call(path, *arguments, **how)

    return called


def _is_in(folder: Path, path: object) -> bool:
    """Not the folder itself: that it is there may be seen."""
    return isinstance(path, str | os.PathLike) and folder in Path(path).absolute().parents
