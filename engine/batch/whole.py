"""Paths from the root on. The disk is not asked, so links stay what they are."""

import os
from pathlib import Path


def whole_path(path: Path) -> Path:
    """The path from the root on; what is relative begins in the folder of the process."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
