"""CIEDE2000 against colour-science and the pairs of Sharma, Wu and Dalal."""

import colour
import numpy as np
import pytest

from engine.color.difference import ciede2000

# From table 1 of the paper: hue in all quadrants, across the mean-hue jump and upon it, and near
# gray.
PAIRS = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1, 2), (50, 0, 0), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    ((50, 2.49, -0.001), (50, -2.49, 0.001), 7.1792),
    ((50, -0.001, 2.49), (50, 0.001, -2.49), 4.8045),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_published_pairs(first, second, expected):
    assert ciede2000(np.array(first), np.array(second)) == pytest.approx(expected, abs=1e-4)
    assert ciede2000(np.array(second), np.array(first)) == pytest.approx(expected, abs=1e-4)


def test_agrees_with_colour_science():
    rng = np.random.default_rng(0)
    first, second = (rng.uniform((0, -80, -80), (100, 80, 80), (2000, 3)) for _ in range(2))
    theirs = colour.delta_E(first, second, method="CIE 2000")
    np.testing.assert_allclose(ciede2000(first, second), theirs, atol=1e-8)


@pytest.mark.parametrize(
    ("first", "second"), [((50, 10, 0), (50, -10, 0)), ((40, 0, 30), (60, 0, -25))]
)
def test_opposite_hues_in_either_order(first, second):
    pair = np.array(first, float), np.array(second, float)
    theirs = colour.delta_E(*pair, method="CIE 2000")
    assert ciede2000(*pair) == pytest.approx(theirs, abs=1e-8)
    assert ciede2000(*pair[::-1]) == pytest.approx(theirs, abs=1e-8)
