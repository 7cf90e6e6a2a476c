"""measure_lightness against colour-science and plain formulas."""

import struct
import tracemalloc
import warnings

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.color.icc import SRGB, SRGB_GRAY, BadProfile, luminance_model, profile_channels
from engine.errors import Cancelled
from engine.photo import strips
from engine.photo.lightness import measure_lightness
from engine.photo.profiles import is_usable
from tests.support.pictures import (
    ICC,
    dot_gain_profile,
    gray_gamma_profile,
    photo_of,
    profile,
    random_pixels,
    rgb_picture,
    table_profile,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses libraries that are not needed here
    import colour

D65 = np.array([0.3127, 0.3290])


def share(pixels):
    return pixels / np.iinfo(pixels.dtype).max


def lightness_by_colour(pixels, space):
    xyz = colour.RGB_to_XYZ(
        share(pixels),
        colour.RGB_COLOURSPACES[space],
        illuminant=D65,
        chromatic_adaptation_transform="Bradford",
        apply_cctf_decoding=True,
    )
    return colour.XYZ_to_Lab(xyz, D65)[..., 0]


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(
    ("name", "space", "tolerance"),
    [
        ("AdobeCompat-v2", "Adobe RGB (1998)", 0.005),
        ("DisplayP3-v4", "Display P3", 0.005),
        # Its D50 has other digits than the profile format's.
        ("ProPhoto-v4", "ProPhoto RGB", 0.02),
        ("sRGB-v2-micro", "sRGB", 0.001),
        (None, "sRGB", 0.001),
    ],
)
def test_rgb_profiles(name, space, tolerance, depth):
    pixels = random_pixels(4000, 3, depth)
    icc = None if name is None else (ICC / f"{name}.icc").read_bytes()
    L = measure_lightness(photo_of(pixels, icc)).L
    assert L.dtype == np.float32
    assert np.abs(L - lightness_by_colour(pixels, space)).max() < tolerance


@pytest.mark.parametrize("depth", [8, 16])
def test_gray_without_profile_has_the_curve_of_srgb(depth):
    pixels = random_pixels(4000, 1, depth)
    expected = lightness_by_colour(np.repeat(pixels, 3, axis=2), "sRGB")
    for icc in (None, (ICC / "sGrey-v4.icc").read_bytes()):
        assert np.abs(measure_lightness(photo_of(pixels, icc)).L - expected).max() < 0.0005


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
def test_gray_gamma_profiles(gamma, depth):
    pixels = random_pixels(4000, 1, depth)
    L = measure_lightness(photo_of(pixels, gray_gamma_profile(gamma))).L
    Y = share(pixels[..., 0]) ** (round(gamma * 256) / 256)
    assert np.abs(L - colour.colorimetry.lightness_CIE1976(Y * 100, 100)).max() < 0.0005


def test_gray_profile_with_a_table():
    pixels = random_pixels(4000, 1, 16)
    L = measure_lightness(photo_of(pixels, dot_gain_profile())).L
    x = share(pixels[..., 0])
    Y = x**1.75 * 0.98 + x * 0.02
    bright = Y > 0.01  # below it the 256 points of the table are the coarser ones
    expected = colour.colorimetry.lightness_CIE1976(Y * 100, 100)
    assert np.abs(L - expected)[bright].max() < 0.005


def test_gray_profile_that_connects_by_lab():
    pixels = random_pixels(500, 1, 16)
    L = measure_lightness(photo_of(pixels, gray_gamma_profile(1.0, pcs=b"Lab "))).L
    assert np.abs(L - share(pixels[..., 0]) * 100).max() < 0.001


@pytest.mark.parametrize("depth", [8, 16])
def test_profile_with_tables_goes_through_littlecms(depth):
    icc = table_profile()
    assert luminance_model(icc) is None
    pixels = random_pixels(4000, 3, depth)
    L = measure_lightness(photo_of(pixels, icc)).L
    # The table takes D65's CIELAB for D50's, as sRGB's own profiles do not, and LittleCMS
    # interpolates in it: a check of the way, not of its last digit.
    off = np.abs(L - lightness_by_colour(pixels, "sRGB"))
    assert off.mean() < 0.5
    gray = np.repeat(random_pixels(500, 1, depth), 3, axis=2)
    off = np.abs(measure_lightness(photo_of(gray, icc)).L - lightness_by_colour(gray, "sRGB"))
    assert np.median(off) < 0.1


def test_both_depths_give_the_same_lightness():
    pixels = rgb_picture()
    for icc in (None, (ICC / "AdobeCompat-v2.icc").read_bytes(), table_profile()):
        narrow = measure_lightness(photo_of(pixels, icc)).L
        wide = measure_lightness(photo_of(pixels.astype(np.uint16) * 257, icc)).L
        np.testing.assert_allclose(narrow, wide, atol=2e-5)


def test_stays_within_0_to_100():
    corners = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255]]], np.uint8)
    for name in ("AdobeCompat-v2", "ProPhoto-v4", "DisplayP3-v4", "sRGB-v2-micro"):
        L = measure_lightness(photo_of(corners, (ICC / f"{name}.icc").read_bytes())).L[0]
        assert L[0] == 0
        assert L[1] == pytest.approx(100, abs=0.002)
        assert ((L >= 0) & (L <= 100)).all()


def test_strips_do_not_show(monkeypatch):
    photos = [photo_of(rgb_picture()), photo_of(rgb_picture(), table_profile())]
    whole = [measure_lightness(photo).L for photo in photos]
    monkeypatch.setattr(strips, "STRIP_PIXELS", 200)
    for photo, expected in zip(photos, whole, strict=True):
        np.testing.assert_array_equal(measure_lightness(photo).L, expected)


def test_cancel():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        measure_lightness(photo_of(rgb_picture()), token)


def test_srgb_profiles_are_recognized():
    assert luminance_model((ICC / "sRGB-v2-micro.icc").read_bytes()) is SRGB
    assert luminance_model((ICC / "sGrey-v4.icc").read_bytes()) is SRGB_GRAY
    assert luminance_model((ICC / "DisplayP3-v4.icc").read_bytes()) is not SRGB


def test_channels():
    assert profile_channels((ICC / "sGrey-v4.icc").read_bytes()) == 1
    assert profile_channels(table_profile()) == 3
    for icc in (b"", bytes(200), profile(b"HSV ", {})):
        with pytest.raises(BadProfile):
            profile_channels(icc)


def curve_tag(kind, *numbers):
    fixed = np.array([round(n * 65536) for n in numbers], ">i4").tobytes()
    return b"para\0\0\0\0" + kind.to_bytes(2, "big") + b"\0\0" + fixed


@pytest.mark.parametrize(
    ("tag", "formula"),
    [
        (curve_tag(0, 2.0), lambda x: x**2),
        (curve_tag(1, 2.0, 1.25, -0.25), lambda x: np.clip(1.25 * x - 0.25, 0, None) ** 2),
        (
            curve_tag(2, 2.0, 1.0, -0.1, 0.19),
            lambda x: np.where(x >= 0.1, (x - 0.1) ** 2 + 0.19, 0.19),
        ),
        (
            curve_tag(3, 2.0, 0.9, 0.1, 0.5, 0.2),
            lambda x: np.where(x >= 0.2, (0.9 * x + 0.1) ** 2, x / 2),
        ),
        (
            curve_tag(4, 2.0, 0.9, 0.1, 0.5, 0.2, -0.01, 0.05),
            lambda x: np.where(x >= 0.2, (0.9 * x + 0.1) ** 2 - 0.01, x / 2 + 0.05),
        ),
        (b"curv\0\0\0\0\0\0\0\0", lambda x: x),
    ],
)
def test_every_kind_of_curve(tag, formula):
    model = luminance_model(profile(b"GRAY", {b"kTRC": tag}))
    x = np.linspace(0, 1, 101)
    np.testing.assert_allclose(model.luminance(x[:, None]), formula(x), atol=1e-4)


@pytest.mark.parametrize(
    "tag",
    [
        curve_tag(0, 0.0),
        curve_tag(5, 1.0),
        curve_tag(3, 2.0),
        curve_tag(1, 2.0, 0.0, 0.0),
        curve_tag(2, 1.0, 0.1, 0.0, 0.0),
        b"curv\0\0\0\0\xff\xff\xff\xff",
        b"curv\0\0\0\0\0\0\0\1\0\0",
        b"mpet" + bytes(20),
        b"",
    ],
)
def test_bad_curves(tag):
    with pytest.raises(BadProfile):
        luminance_model(profile(b"GRAY", {b"kTRC": tag}))
    assert not is_usable(profile(b"GRAY", {b"kTRC": tag}), 1)


def test_profile_cut_or_changed_anywhere_is_usable_or_not():
    for icc in ((ICC / "AdobeCompat-v2.icc").read_bytes(), table_profile(3)):
        assert is_usable(icc, 3)
        assert not is_usable(icc, 1)
        rng = np.random.default_rng(5)
        for _ in range(200):
            broken = bytearray(icc[: rng.integers(len(icc))] if rng.random() < 0.3 else icc)
            for at in rng.integers(0, len(icc), 4):
                if at < len(broken):
                    broken[at] = rng.integers(256)
            if is_usable(bytes(broken), 3):
                measure_lightness(photo_of(rgb_picture(8, 8), bytes(broken)))


def test_tags_that_are_all_of_a_profile_take_no_memory():
    gray = bytearray(gray_gamma_profile(2.2))
    count = struct.unpack_from(">I", gray, 128)[0]
    own = gray[132 : 132 + 12 * count]
    size = 4 << 20
    more = b"".join(struct.pack(">4sII", b"x%03d" % n, n, size - n) for n in range(200 - count))
    moved = len(more)
    table = b"".join(
        struct.pack(">4sII", name, offset + moved, length)
        for name, offset, length in struct.iter_unpack(">4sII", own)
    )
    large = gray[:128] + struct.pack(">I", 200) + table + more + gray[132 + 12 * count :]
    tracemalloc.start()
    try:
        model = luminance_model(bytes(large.ljust(size, b"\0")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert model is not None
    assert peak < 10 * size


def test_a_piece_of_a_curve_that_never_counts_is_not_heard_of():
    numbers = (30_000.0, 2.0, 0.5, 1.0, 2.0)  # (2 x + 0.5)^30000 from 2 on, x below it
    fixed = struct.pack(">5i", *(round(number * 65536) for number in numbers))
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + fixed
    pixels = random_pixels(500, 1, 8)
    L = measure_lightness(photo_of(pixels, profile(b"GRAY", {b"kTRC": curve}))).L
    linear = measure_lightness(photo_of(pixels, gray_gamma_profile(1.0))).L
    np.testing.assert_allclose(L, linear, atol=1e-4)
