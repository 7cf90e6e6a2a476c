"""Where the program keeps what belongs to the user and to no photo, on each system."""

import os
import sys
from pathlib import Path


def user_folder() -> Path:
    """The folder for data of this program; it need not exist yet."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        # https://specifications.freedesktop.org/basedir: a relative path is not valid.
        given = os.environ.get("XDG_DATA_HOME", "")
        base = given if given.startswith("/") else str(Path.home() / ".local" / "share")
    return Path(base) / "photochrom"
