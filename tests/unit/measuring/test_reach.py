"""Reach and leak of a hint, on a predictor whose hints are known to reach just so far."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import BadObjects
from engine.measuring.photos import find_photos
from engine.measuring.reach import MarkedObject, contrary, mean_reach, measure_reach, read_objects
from engine.values import AbPlanes

ROOT = Path(__file__).resolve().parents[3]

OBJECT = {
    "photo": "horse.png",
    "object": "horse",
    "click": [0.5, 0.5],
    "outline": [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]],
    "holes": [[[0.6, 0.6], [0.7, 0.6], [0.7, 0.7], [0.6, 0.7]]],
}


class Painter:
    """Colors a rectangle with the hint, as much as it is told, and the rest a little."""

    device = "cpu"

    def __init__(self, inside: float, outside: float) -> None:
        self.inside, self.outside = inside, outside

    def prepare(self, lightness, quality):
        return lightness

    def predict(self, prepared, hints):
        height, width = prepared.size
        ab = np.zeros((2, height, width), np.float32)
        for hint in hints:
            color = np.array([hint.a, hint.b], np.float32)[:, None, None]
            ab += self.outside * color
            ab[:, height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = self.inside * color
        return AbPlanes(prepared.L, ab)


@pytest.fixture
def marked(tmp_path):
    gray = np.full((256, 320, 3), 130, np.uint8)
    (tmp_path / "horse.png").write_bytes(cv2.imencode(".png", gray)[1].tobytes())
    (tmp_path / "objects.json").write_text(json.dumps([OBJECT, OBJECT | {"photo": "none.png"}]))
    return tmp_path


def test_reach_and_leak_are_those_of_the_predictor(marked):
    objects = read_objects(marked / "objects.json")
    found = measure_reach(find_photos([marked]), objects, Painter(0.8, 0.1), "fast")
    assert list(found) == ["horse in horse.png"]
    one = mean_reach(list(found.values()))
    assert one.reach == pytest.approx(0.8, abs=0.03)
    assert one.leak == pytest.approx(0.1, abs=0.03)
    assert one.exact < 1.5  # composition sets the spot itself exactly


def test_holes_are_no_part_of_an_object():
    mask = MarkedObject(**OBJECT).mask(200, 200)
    assert mask[100, 100]
    assert not mask[130, 130]
    assert not mask[20, 20]
    assert mask.mean() == pytest.approx(0.25 - 0.01, abs=0.01)


def test_the_contrary_color_is_far_and_exists():
    from engine.color.gamut import chroma_share_inside
    from engine.color.rgb import SRGB_SPACE

    known = np.array([[30.0, 25.0], [20.0, 30.0]], np.float32)
    a, b = contrary(60.0, known)
    assert np.hypot(*(known - (a, b)).T).min() > 55
    assert chroma_share_inside(60.0, a, b, SRGB_SPACE) > 0.99


def one_object(click: str, outline: str) -> str:
    return f'[{{"photo": "a.jpg", "object": "car", "click": {click}, "outline": {outline}}}]'


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[{}]",
        '[{"photo": 3}]',
        one_object("[0.5, -7]", "[[0, 0], [1, 0], [1, 1]]"),
        one_object("[0.5, 0.5]", "[]"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, text):
    (tmp_path / "objects.json").write_text(text)
    with pytest.raises(BadObjects):
        read_objects(tmp_path / "objects.json")


def test_a_file_that_is_not_there_is_told_in_words(tmp_path):
    with pytest.raises(BadObjects, match="it does not exist"):
        read_objects(tmp_path / "none.json")
    with pytest.raises(BadObjects, match="it is a folder"):
        read_objects(tmp_path)


def test_the_objects_that_ship_are_sound():
    objects = read_objects(ROOT / "benchmarks" / "objects.json")
    assert len(objects) == len({marked.photo for marked in objects}) == 30
    for marked in objects:
        mask = marked.mask(320, 400)
        x, y = marked.click
        assert mask[int(y * 320), int(x * 400)]
        assert 0.02 < mask.mean() < 0.5
