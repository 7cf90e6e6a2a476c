"""Versions of all that works together here, for bug reports; nothing is imported for it."""

import platform
from importlib.metadata import PackageNotFoundError, version

from engine.version import VERSION

PACKAGES = (
    "torch",
    "numpy",
    "opencv-python-headless",
    "pyvips",
    "pyvips-binary",
    "PySide6-Essentials",
)


def versions() -> list[tuple[str, str]]:
    """Names and versions: the program, Python, the system, packages."""
    return [
        ("Photochrom", VERSION),
        ("Python", platform.python_version()),
        ("System", platform.platform()),
        *((name, _version(name)) for name in PACKAGES),
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
