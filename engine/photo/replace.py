"""The result in the place of the original, which is kept until the end."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def original_kept(path: Path) -> Iterator[None]:
    """Keep a copy of a file beside it; if anything fails meanwhile, it is put back.

    Args:
        path: the original, about to be replaced.

    Raises:
        OSError: no copy can be kept; then nothing has happened.
    """
    copy = path.with_name(f".photochrom-{secrets.token_hex(8)}.original")
    try:
        os.link(path, copy)  # a second name: costs nothing, and survives the replacing of the first
    except OSError:
        shutil.copy2(path, copy)
    try:
        yield
    except BaseException:
        copy.replace(path)
        # Two names of one file: rename does nothing then, by the standard, and both stay.
        copy.unlink(missing_ok=True)
        raise
    copy.unlink()
