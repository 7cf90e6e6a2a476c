"""The import rules hold, and the slow libraries wait until they are needed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def loaded_by(code: str) -> set[str]:
    """Names of the packages that a piece of code loads in a fresh interpreter."""
    shown = (
        f"{code}\nimport sys\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", shown],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(done.stdout.split())


def test_import_linter_keeps_its_contracts():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


def test_the_engine_s_front_door_loads_neither_torch_nor_qt():
    loaded = loaded_by("import engine")
    assert "engine" in loaded
    assert not loaded & {"torch", "PySide6", "gui"}


def test_the_window_s_modules_do_not_load_torch():
    loaded = loaded_by("import gui.app, gui.main_window")
    assert "PySide6" in loaded
    assert "torch" not in loaded


def test_the_window_names_neither_torch_nor_opencv():
    for path in (ROOT / "gui").rglob("*.py"):
        words = path.read_text(encoding="utf-8").split()
        for position, word in enumerate(words[:-1]):
            if word in ("import", "from"):
                assert words[position + 1].partition(".")[0] not in ("torch", "cv2", "pyvips"), path


def test_the_command_line_loads_neither_torch_nor_what_speaks_to_clusters():
    loaded = loaded_by("import engine.cli.main")
    assert "engine" in loaded
    assert not loaded & {"torch", "distributed", "dask", "tornado"}
