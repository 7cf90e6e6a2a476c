"""One look: what is seen again gets the color it had, nothing else is touched."""

import msgspec
import numpy as np
import pytest

from engine.edits import Adjustments, Edits, Hint
from engine.shoot.cells import cells_of, joined
from engine.shoot.look import Look, in_look
from engine.shoot.matching import MOST_HINTS, hints_of, matches_of
from engine.values import AbPlanes
from tests.support.things import ThingPredictor, scene

DRESS, SKY, GRASS, WALL = 30, 80, 50, 65
PREDICTOR = ThingPredictor()
NO_EDITS = Edits()
RED = Hint(x=0.25, y=0.25, a=50, b=30)


def look_from(lightness, *hints, adjustments=None):
    prepared = PREDICTOR.prepare(lightness, "fast")
    planes = PREDICTOR.predict(prepared, hints)
    return Look(cells_of(PREDICTOR.describe(prepared), planes), adjustments)


def colored(look, lightness, edits=NO_EDITS, *, own=False):
    prepared = PREDICTOR.prepare(lightness, "fast")
    return in_look(look, edits, PREDICTOR, prepared, own=own)


def color_of(planes: AbPlanes, thing: int) -> tuple[float, float]:
    there = np.rint(planes.L) == thing
    return tuple(planes.ab[:, there].mean(axis=1).tolist())


def test_a_thing_has_the_color_it_had_wherever_it_is():
    look = look_from(scene([DRESS, SKY], [GRASS, SKY]), RED)
    edits, planes = colored(look, scene([SKY, WALL], [WALL, DRESS]))
    assert color_of(planes, DRESS) == pytest.approx((50, 30), abs=0.01)
    assert color_of(planes, WALL) == (0, 0)
    red = [hint for hint in edits.hints if hint.a > 1]
    assert red
    assert all(hint.x > 0.5 and hint.y > 0.5 for hint in red)
    assert len(edits.hints) <= MOST_HINTS


def test_hints_are_spread_over_what_matches():
    look = look_from(scene([DRESS]), RED)
    edits, _ = colored(look, scene([DRESS, WALL]))
    assert 3 <= len(edits.hints) <= MOST_HINTS
    assert max(hint.x for hint in edits.hints) - min(hint.x for hint in edits.hints) > 0.3
    places = [(hint.x * 8, hint.y * 4) for hint in edits.hints]  # in cells
    apart = [np.hypot(a[0] - b[0], a[1] - b[1]) for a in places for b in places if a != b]
    assert min(apart) >= 1.4


def test_another_subject_is_left_alone():
    edits = Edits(adjustments=Adjustments(saturation=1.2))
    look = look_from(scene([DRESS, SKY]), RED, adjustments=Adjustments(saturation=0.5))
    found, planes = colored(look, scene([GRASS, WALL]), edits)
    assert found == edits
    assert not planes.ab.any()


def test_a_few_chance_matches_are_none():
    features = np.eye(20, dtype=np.float32).reshape(20, 4, 5)
    planes = AbPlanes(np.full((64, 80), 50, np.float32), np.zeros((2, 64, 80), np.float32))
    cells = cells_of(features, planes)
    few = features.copy()
    few[:, 1:] = 0
    few[:, 0, 4] = 0
    assert not len(matches_of(cells, cells_of(few, planes)).here)
    assert len(matches_of(cells, cells).here) == 20


def test_what_is_in_the_shade_there_or_of_several_colors_gives_nothing():
    features = np.eye(20, dtype=np.float32).reshape(20, 4, 5)
    light = AbPlanes(np.full((64, 80), 50, np.float32), np.zeros((2, 64, 80), np.float32))
    dark = AbPlanes(np.full((64, 80), 30, np.float32), light.ab)
    striped = np.zeros((2, 64, 80), np.float32)
    striped[0, ::2], striped[0, 1::2] = 60, -60
    gray = cells_of(features, light)
    assert not len(matches_of(cells_of(features, dark), gray).here)
    assert not len(matches_of(cells_of(features, AbPlanes(light.L, striped)), gray).here)


def test_own_hints_win_on_all_of_their_thing():
    look = look_from(scene([DRESS, SKY]), RED, Hint(x=0.75, y=0.5, a=-10, b=-40))
    blue = Hint(x=0.25, y=0.5, a=5, b=-50)
    edits, planes = colored(look, scene([DRESS, SKY]), Edits(hints=(blue,)))
    assert edits.hints[-1] == blue
    assert color_of(planes, DRESS) == pytest.approx((5, -50), abs=0.01)
    assert color_of(planes, SKY) == pytest.approx((-10, -40), abs=0.01)


def test_adjustments_come_along_unless_the_photo_has_its_own():
    warm = Adjustments(temperature=20)
    look = look_from(scene([DRESS]), RED, adjustments=warm)
    found, _ = colored(look, scene([DRESS, WALL]))
    assert found.adjustments.temperature == 20
    own = Edits(adjustments=Adjustments(temperature=-5))
    kept, _ = colored(look, scene([DRESS, WALL]), own, own=True)
    assert kept.adjustments == own.adjustments
    assert kept.hints


def test_chroma_that_hints_leave_short_is_made_up_for():
    class Timid(ThingPredictor):
        def predict(self, prepared, hints):
            planes = super().predict(prepared, hints)
            return AbPlanes(planes.L, planes.ab * np.float32(0.8))

    look = look_from(scene([DRESS]), RED)
    prepared = PREDICTOR.prepare(scene([DRESS, WALL]), "fast")
    found, _ = in_look(look, Edits(), Timid(), prepared, own=False)
    cells = cells_of(PREDICTOR.describe(prepared), PREDICTOR.predict(prepared, ()))
    count = len(matches_of(look.cells, cells).here)
    trust = count / (count + 8)
    assert found.adjustments.saturation == pytest.approx(1 + trust * 0.25, rel=1e-3)
    vivid = msgspec.structs.replace(Edits().adjustments, saturation=3.0)
    most, _ = in_look(look, Edits(adjustments=vivid), Timid(), prepared, own=False)
    assert most.adjustments.saturation == 3.0


def test_several_photos_give_one_look():
    first = look_from(scene([DRESS]), RED)
    second = look_from(scene([SKY]), Hint(x=0.5, y=0.5, a=-10, b=-40))
    look = Look(joined([first.cells, second.cells]))
    _, planes = colored(look, scene([DRESS, SKY]))
    assert color_of(planes, DRESS) == pytest.approx((50, 30), abs=0.01)
    assert color_of(planes, SKY) == pytest.approx((-10, -40), abs=0.01)


def test_cells_at_the_edges_are_means_of_what_is_there():
    L = np.zeros((20, 40), np.float32)
    ab = np.zeros((2, 20, 40), np.float32)
    L[16:], ab[:, 16:] = 60, 9
    cells = cells_of(np.zeros((1, 2, 3), np.float32), AbPlanes(L, ab))
    np.testing.assert_allclose(cells.L, [0, 0, 0, 60, 60, 60])
    np.testing.assert_allclose(cells.ab[:, 0], [0, 0, 0, 9, 9, 9])
    np.testing.assert_allclose(cells.spread, 0, atol=1e-3)


def test_hints_lie_within_the_photo():
    features = np.eye(6, dtype=np.float32).reshape(6, 2, 3)
    planes = AbPlanes(np.full((17, 33), 50, np.float32), np.zeros((2, 17, 33), np.float32))
    cells = cells_of(features, planes)
    hints = hints_of(matches_of(cells, cells), cells, (17, 33), 3)
    assert len(hints) >= 2
    assert all(0 <= hint.x <= 1 and 0 <= hint.y <= 1 for hint in hints)
