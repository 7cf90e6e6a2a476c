import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine import SAMPLES
from tests.desktop.program import Program
from tests.desktop.screen import Screen, missing, new_screen

BIG = (6000, 4000)


@pytest.fixture(scope="session")
def screen(tmp_path_factory) -> Iterator[Screen]:
    why = missing()
    if why:
        pytest.skip(f"the window cannot be used like a user does: {why}")
    with new_screen(tmp_path_factory.mktemp("screen")) as screen:
        yield screen


@pytest.fixture
def program(screen, tmp_path) -> Iterator[Program]:
    """The program, not started yet; ended in any case.

    What is on the screen at the end of a test is in its tmp_path, to see why it failed.
    """
    program = Program(screen, tmp_path / "home")
    yield program
    try:
        Image.fromarray(screen.look()).save(tmp_path / "screen.png")
    finally:
        program.end_by_force()


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder with mother.jpg and lincoln.jpg, both gray."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(SAMPLES / "migrant-mother-1936.jpg", folder / "mother.jpg")
    shutil.copy(SAMPLES / "lincoln-1863.jpg", folder / "lincoln.jpg")
    return folder


@pytest.fixture
def big_photo(photos) -> Path:
    """One of 24 megapixels, alone in a folder."""
    path = photos / "big" / "scan.jpg"
    path.parent.mkdir()
    with Image.open(photos / "mother.jpg") as image:
        image.convert("L").resize(BIG).save(path)
    return path
