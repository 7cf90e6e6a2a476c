"""Colors of slightly different photos, old film, and the contact sheet."""

import cv2
import numpy as np
import pytest

from engine.measuring.old_film import FILMS, GRAIN_SIZE, on_old_film
from engine.measuring.photos import PhotoEntry, find_photos
from engine.measuring.sheet import TILE, ContactSheet
from engine.measuring.stability import measure_stability, variants
from engine.training.ageing import COARSEST_GRAIN, film_sensitivity
from engine.values import AbPlanes, Lightness
from tests.unit.conftest import colorful


class Steady:
    """Colors by lightness alone; no direction and no place matters."""

    device = "cpu"

    def prepare(self, lightness, quality):
        height, width = lightness.size
        scale = 64 / min(height, width)
        size = round(width * scale), round(height * scale)
        return Lightness(cv2.resize(lightness.L, size, interpolation=cv2.INTER_AREA))

    def predict(self, prepared, hints):
        return AbPlanes(prepared.L, np.stack([prepared.L - 50, 50 - prepared.L]))


class Crooked(Steady):
    """Colors by the place in the picture."""

    def predict(self, prepared, hints):
        planes = super().predict(prepared, hints)
        across = np.linspace(-40, 40, prepared.L.shape[1], dtype=np.float32)
        return AbPlanes(planes.L, planes.ab + across)


def test_a_steady_network_is_found_steady(photo_tar):
    changes = measure_stability(find_photos([photo_tar])[:2], Steady(), "fast")
    names = [variant.name for variant in variants()]
    assert list(changes) == [*names, "as balanced", "as fine"]
    for name, change in changes.items():
        if name.startswith("turned") or name == "mirrored":
            assert change == pytest.approx(0, abs=0.01)
        elif not name.startswith("gamma"):
            assert change < 1


class WarmerWhenFast(Steady):
    """Another color at one quality level, which works at another size, too."""

    def prepare(self, lightness, quality):
        prepared = super().prepare(lightness, quality)
        if quality != "fast":
            return prepared
        return Lightness(cv2.resize(prepared.L, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))

    def predict(self, prepared, hints):
        planes = super().predict(prepared, hints)
        warmer = 3.0 if min(prepared.L.shape) < 64 else 0.0
        return AbPlanes(planes.L, np.stack([0 * planes.L, warmer + 0 * planes.L]))


def test_other_levels_are_compared_at_the_size_of_the_first(photo_tar):
    entries = find_photos([photo_tar])[:1]
    changes = measure_stability(entries, WarmerWhenFast(), "balanced")
    assert changes["as fast"] == pytest.approx(3)
    assert changes["as fine"] == 0
    assert measure_stability(entries, WarmerWhenFast(), "fast")["as fine"] == pytest.approx(3)


def test_a_photo_that_cannot_be_read_counts_as_done(photo_tar, tmp_path):
    broken = PhotoEntry(tmp_path / "broken.jpg", "broken.jpg")
    broken.path.write_bytes(b"no picture")
    told = []
    entries = [*find_photos([photo_tar])[:1], broken]
    measure_stability(entries, Steady(), "fast", report=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def test_an_unsteady_one_is_found_out(photo_tar):
    changes = measure_stability(find_photos([photo_tar])[:2], Crooked(), "fast")
    assert changes["mirrored"] > 20
    assert changes["turned by 180 degrees"] > 20
    assert changes["size x 2"] < 2


def test_old_film_is_another_picture_each_time_and_the_same_every_time():
    rgb = colorful(2)
    films = [on_old_film(rgb, number) for number in range(len(FILMS))]
    for number, film in enumerate(films):
        assert film.shape == rgb.shape[:2]
        assert 0 <= film.min() < film.max() <= 100
        assert np.array_equal(film, on_old_film(rgb, number))
    assert np.abs(films[0] - films[1]).mean() > 1


def test_training_never_draws_such_film():
    rng = np.random.default_rng(0)
    drawn = np.stack([film_sensitivity(rng, 1.0) for _ in range(5000)])
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    for film in FILMS:
        own = np.array([film.red, film.green, film.blue])
        assert own.sum() == pytest.approx(1)
        assert ((own < low - 0.02) | (own > high + 0.02)).any()
    assert GRAIN_SIZE > COARSEST_GRAIN


def test_film_that_is_blind_to_red_makes_red_dark():
    red = np.full((64, 64, 3), (200, 0, 0), np.uint8)
    blue = np.full((64, 64, 3), (0, 0, 200), np.uint8)
    assert on_old_film(red, 0).mean() < on_old_film(blue, 0).mean() - 20


def test_the_sheet_holds_gray_result_and_truth():
    truth, result = np.full((50, 80, 3), (200, 40, 40), np.uint8), np.zeros((50, 80, 3), np.uint8)
    sheet = ContactSheet(most=3)
    with pytest.raises(ValueError, match="0 photos"):
        sheet.encoded(".png")
    for _ in range(5):
        sheet.add(truth, result)
    picture = cv2.imdecode(np.frombuffer(sheet.encoded(".png"), np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (2 * TILE, 6 * TILE, 3)
    gray, black, red = picture[5, 5], picture[5, TILE + 5], picture[5, 2 * TILE + 5]
    assert gray[0] == gray[1] == gray[2] > 0
    assert tuple(black) == (0, 0, 0)
    assert tuple(red) == (40, 40, 200)
    assert not picture[TILE + 5, 3 * TILE + 5].any()  # the fourth place is empty
