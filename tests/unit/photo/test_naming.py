import os
from pathlib import Path

import pytest

from engine.photo.naming import colorized_path, unique_path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("in/attic.jpg", "in/attic-colorized.jpg"),
        ("in/ATTIC.JPG", "in/ATTIC-colorized.JPG"),
        ("in/a.b.jpeg", "in/a.b-colorized.jpeg"),
        ("in/a.Tiff", "in/a-colorized.Tiff"),
        ("in/a.webp", "in/a-colorized.webp"),
        ("in/a.heic", "in/a-colorized.png"),
        ("in/a", "in/a-colorized.png"),
        ("in/.jpg", "in/.jpg-colorized.png"),
        ("in/größe 漢字 🎞[1].tif", "in/größe 漢字 🎞[1]-colorized.tif"),
    ],
)
def test_colorized_path(source, expected):
    assert colorized_path(Path(source)) == Path(expected)


def test_folder_and_suffix():
    assert colorized_path(Path("in/a.jpg"), Path("out")) == Path("out/a-colorized.jpg")
    assert colorized_path(Path("in/a.jpg"), suffix=".png") == Path("in/a-colorized.png")
    assert colorized_path(Path("in/a.jpg"), suffix="tif") == Path("in/a-colorized.tif")


@pytest.mark.parametrize("letter", ["x", "ß", "漢", "🎞"])
def test_long_names_are_cut_in_the_stem(letter, tmp_path):
    room = 255 - len(b".jpg")
    stem = letter * (room // len(letter.encode()))
    path = colorized_path(tmp_path / f"{stem}.jpg")
    assert path.name.endswith(f"{letter}-colorized.jpg")
    assert 250 < len(os.fsencode(path.name)) <= 255
    path.touch()
    second = unique_path(path)
    assert second.name.endswith(f"{letter}-coloriz-2.jpg") or second.name.endswith("-2.jpg")
    assert len(os.fsencode(second.name)) <= 255
    second.touch()
    assert unique_path(path) not in (path, second)


def test_unique_path(tmp_path):
    target = tmp_path / "a-colorized.jpg"
    assert unique_path(target) == target
    target.touch()
    assert unique_path(target) == tmp_path / "a-colorized-2.jpg"
    (tmp_path / "a-colorized-2.jpg").mkdir()
    assert unique_path(target) == tmp_path / "a-colorized-3.jpg"
    if os.name != "nt":
        (tmp_path / "a-colorized-3.jpg").symlink_to("nowhere")
        assert unique_path(target) == tmp_path / "a-colorized-4.jpg"
