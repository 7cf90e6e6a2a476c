"""Make pictures of the window in every state, theme, language, size and density.

    python -m tests.screens FOLDER [--state NAME ...] [--language CODE ...] [--theme NAME ...]
        [--size WIDTHxHEIGHT ...] [--density N ...]

All of them by default: that is some 650, and takes a while. Needs no screen; for Chinese, a font
that has it. The pictures are called STATE-THEME-LANGUAGE-WIDTHxHEIGHT@DENSITYx.png.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.screens.states import STATES

LANGUAGES = ("en", "zh_CN", "de")
THEMES = ("dark", "light")
SIZES = ("900x600", "2560x1440")
DENSITIES = (1, 2)


def main() -> int:
    """One process for each density: Qt takes it from the environment, once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--state", nargs="*", choices=list(STATES), default=list(STATES))
    parser.add_argument("--language", nargs="*", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--theme", nargs="*", choices=THEMES, default=THEMES)
    parser.add_argument("--size", nargs="*", default=SIZES)
    parser.add_argument("--density", nargs="*", type=int, default=DENSITIES)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if not options.inside:
        with tempfile.TemporaryDirectory() as folder:
            for density in options.density:
                _run(density, Path(folder))
        return 0
    from tests.screens.photographer import Photographer

    with Photographer(options.folder) as photographer:
        for theme in options.theme:
            for language in options.language:
                for size in options.size:
                    width, height = map(int, size.split("x"))
                    photographer.dress(theme, language, width, height)
                    for name in options.state:
                        photographer.take(name)
    return 0


def _run(density: int, folder: Path) -> None:
    """Take the pictures of one density, on a screen that is large enough for all of them."""
    screen = {"name": "wide", "x": 0, "y": 0, "width": 2600 * density, "height": 1500 * density,
              "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}  # fmt: skip
    config = folder / "screens.json"
    config.write_text(json.dumps({"screens": [screen]}))
    environment = dict(os.environ, QT_SCALE_FACTOR=str(density))
    environment.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={config}")
    command = [sys.executable, "-m", "tests.screens", *sys.argv[1:], "--inside"]
    subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
