"""The layer, laid over the gray photo, gives the colored photo."""

import cv2
import numpy as np
import pytest

from engine.color.lab import (
    encode_srgb,
    lab_to_linear_srgb,
    lightness_of_luminance,
    linear_srgb_to_lab,
    linearize,
)
from engine.color_layer import ColorLayer
from engine.composition import Composition
from engine.edits import Edits
from engine.values import AbPlanes, Lightness

ALL = slice(None)


def lab_of(codes: np.ndarray) -> np.ndarray:
    return linear_srgb_to_lab(linearize(codes).astype(np.float64))


@pytest.fixture
def composition() -> Composition:
    """Every lightness, and colors of which many do not exist in sRGB."""
    rng = np.random.default_rng(5)
    L = np.repeat(np.linspace(0, 100, 220, dtype=np.float32)[None], 160, axis=0)
    small = rng.normal(0, 30, (2, 10, 14)).astype(np.float32)
    ab = np.stack([cv2.resize(plane, (56, 40)) for plane in small])
    planes = AbPlanes(cv2.resize(L, (56, 40)), ab)
    return Composition(Lightness(L), planes, Edits(), 16)


def test_lightness_of_the_photo_and_color_of_the_layer_are_the_colored_photo(composition):
    layer = lab_of(ColorLayer(composition).rows(ALL))
    L = composition.color(ALL)[0].astype(np.float64)
    laid = lab_to_linear_srgb(L, layer[..., 1], layer[..., 2])
    codes = np.rint(encode_srgb(laid.clip(0, 1)) * 65535)
    ours = composition.rows(ALL)
    off = np.abs(codes - ours)
    # Of 65535: rounding of two pictures, and what the search for the largest chroma leaves.
    assert np.percentile(off, 99) <= 3
    assert off.max() <= 32
    assert np.hypot(*(laid_ab(codes) - lab_of(ours))[..., 1:].transpose(2, 0, 1)).max() < 0.3


def laid_ab(codes: np.ndarray) -> np.ndarray:
    return lab_of(codes.astype(np.uint16))


def test_the_layer_holds_no_picture_of_its_own(composition):
    L = lab_of(ColorLayer(composition).rows(ALL))[..., 0]
    assert np.median(L) == pytest.approx(65, abs=0.02)
    assert (np.abs(L - 65) < 0.1).mean() > 0.7


def test_a_layer_without_color_is_one_gray(composition):
    gray = Composition(
        composition._lightness,
        AbPlanes(np.full((4, 4), 50, np.float32), np.zeros((2, 4, 4), np.float32)),
        Edits(),
    )
    codes = ColorLayer(gray).rows(ALL)
    assert codes.dtype == np.uint16
    assert codes.max() == codes.min()


def test_strips_are_the_same_as_the_whole(composition):
    layer = ColorLayer(composition)
    strips = [layer.rows(slice(top, min(top + 37, 160))) for top in range(0, 160, 37)]
    np.testing.assert_array_equal(np.concatenate(strips), layer.rows(ALL))


def test_editors_that_blend_by_luma_come_near(composition):
    """Photoshop's "Color" in RGB keeps luma, 0.3 R + 0.59 G + 0.11 B of the codes, and not L*."""
    ours = composition.rows(ALL) / 65535
    L = lab_of(composition.rows(ALL))[..., 0]
    gray = encode_srgb(lab_to_linear_srgb(L, 0 * L, 0 * L).clip(0, 1))
    blended = by_luma(gray, ColorLayer(composition).rows(ALL) / 65535)
    weights = np.array([0.2126, 0.7152, 0.0722])
    off = lightness_of_luminance(linearize(blended).astype(np.float64) @ weights) - L
    chroma = np.linalg.norm((linear_srgb_to_lab(linearize(blended)) - linear_srgb_to_lab(
        linearize(ours)))[..., 1:], axis=-1)  # fmt: skip
    print(f"L* {np.abs(off).mean():.2f} / {np.abs(off).max():.1f}, ab {chroma.mean():.1f}")
    assert 0.5 < np.abs(off).mean() < 6


def by_luma(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """W3C Compositing and Blending Level 1, 10.2: SetLum(Cs, Lum(Cb)) with ClipColor."""
    luma = np.array([0.3, 0.59, 0.11])
    wanted = (below @ luma)[..., None]
    moved = above + wanted - (above @ luma)[..., None]
    low, high = moved.min(-1, keepdims=True), moved.max(-1, keepdims=True)
    share = np.minimum(
        np.where(low < 0, wanted / np.maximum(wanted - low, 1e-9), 1),
        np.where(high > 1, (1 - wanted) / np.maximum(high - wanted, 1e-9), 1),
    )
    return (wanted + share * (moved - wanted)).clip(0, 1)
