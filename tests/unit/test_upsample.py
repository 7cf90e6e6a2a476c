"""Chroma upsampling draws its edges where the lightness has them."""

import numpy as np
import pytest

from engine.upsample import chroma_field, chroma_rows
from engine.values import AbPlanes


def test_color_follows_the_edge_of_the_lightness():
    # An edge that lies between two coarse cells: at 1/8 size it is blurred over a cell.
    L = np.full((256, 256), 30, np.float32)
    L[:, 124:] = 70
    small = L.reshape(32, 8, 32, 8).mean(axis=(1, 3))
    share = (small - 30) / 40
    planes = AbPlanes(small, np.stack([20 * share, -20 * share]).astype(np.float32))
    a, _ = chroma_rows(chroma_field(planes), L, 0, 256)
    left, right = a[128, :120], a[128, 128:]
    assert left.max() < 4
    assert right.min() > 16
    assert a[128, 126] - a[128, 121] > 0.7 * 20  # bilinear would give about 9


def test_flat_color_stays_flat_whatever_the_grain():
    rng = np.random.default_rng(0)
    L = (50 + rng.normal(0, 4, (200, 300))).astype(np.float32)
    small = np.full((50, 75), 50, np.float32)
    planes = AbPlanes(small, np.full((2, 50, 75), 12, np.float32))
    a, b = chroma_rows(chroma_field(planes), L, 0, 200)
    np.testing.assert_allclose(a, 12, atol=1e-3)
    np.testing.assert_allclose(b, 12, atol=1e-3)


def test_no_color_goes_beyond_those_predicted_around():
    rng = np.random.default_rng(1)
    small = rng.uniform(20, 80, (40, 40)).astype(np.float32)
    planes = AbPlanes(small, rng.uniform(-30, 30, (2, 40, 40)).astype(np.float32))
    L = rng.uniform(0, 100, (160, 160)).astype(np.float32)
    a, b = chroma_rows(chroma_field(planes), L, 0, 160)
    assert np.abs(a).max() <= 30.001
    assert np.abs(b).max() <= 30.001


@pytest.mark.parametrize("size", [(5, 300), (300, 5), (16, 16)])
def test_strips_give_what_the_whole_gives(size):
    rng = np.random.default_rng(2)
    h, w = max(1, size[0] // 4), max(1, size[1] // 4)
    planes = AbPlanes(
        rng.uniform(0, 100, (h, w)).astype(np.float32),
        rng.normal(0, 20, (2, h, w)).astype(np.float32),
    )
    L = rng.uniform(0, 100, size).astype(np.float32)
    field = chroma_field(planes)
    whole, _ = chroma_rows(field, L, 0, size[0])
    for top in range(0, size[0], 3):
        part, _ = chroma_rows(field, L[top : top + 3], top, size[0])
        np.testing.assert_array_equal(part, whole[top : top + 3])
