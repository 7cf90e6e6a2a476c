"""Measures of confidence and doubt on beliefs whose worth is known."""

import numpy as np
import pytest

from engine.measuring.doubt import DoubtGathered, calibration_error
from engine.values import Belief

SHAPE = 2, 40, 60


def gathered(doubt_of) -> DoubtGathered:
    """Errors of random size, and a doubt that is a function of them."""
    rng = np.random.default_rng(0)
    many = DoubtGathered()
    for _ in range(3):
        truth = rng.normal(0, 20, SHAPE).astype(np.float32)
        cells = rng.exponential(10, (10, 15)).astype(np.float32)
        shown = truth.copy()
        shown[0] += np.kron(cells, np.ones((4, 4), np.float32))
        belief = Belief(
            np.zeros((2, 10, 15), np.float32),
            np.full((10, 15), 0.5, np.float32),
            doubt_of(cells, rng).astype(np.float32),
        )
        many.add(belief, shown, truth)
    return many


def test_a_doubt_that_knows_the_error():
    measures = gathered(lambda error, _: error).measures()
    assert measures.sparsification == pytest.approx(0, abs=1e-6)
    assert measures.error_in_doubtful > 0.6


def test_a_doubt_that_knows_nothing():
    measures = gathered(lambda error, rng: rng.random(error.shape)).measures()
    assert measures.error_in_doubtful == pytest.approx(0.2, abs=0.08)
    assert measures.sparsification > 0.4


def test_calibration_error_of_known_confidences():
    hit = np.repeat([1, 0], [7, 3]).astype(np.float32)
    assert calibration_error(np.full(10, 0.7, np.float32), hit) == pytest.approx(0, abs=1e-6)
    assert calibration_error(np.full(10, 1.0, np.float32), hit) == pytest.approx(0.3)


def test_cells_that_reach_beyond_the_edge():
    many = DoubtGathered()
    ab = np.zeros((2, 38, 58), np.float32)
    belief = Belief(
        np.zeros((2, 10, 15), np.float32),
        np.ones((10, 15), np.float32),
        np.ones((10, 15), np.float32),
    )
    many.add(belief, ab + 3, np.repeat(np.repeat(ab, 2, axis=1), 2, axis=2))
    assert many.measures().calibration_error == 0
