"""|L* out - L* in| after saving, on twenty photos, read back by other libraries."""

from pathlib import Path

import colour
import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from engine.cli.main import run
from engine.paths import SAMPLES

PHOTOS = 20


def lightness(encoded: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB values 0..1, (H, W) or (H, W, 3), by colour-science, in double precision."""
    rgb = np.repeat(encoded[..., None], 3, axis=-1) if encoded.ndim == 2 else encoded
    return colour.XYZ_to_Lab(colour.sRGB_to_XYZ(rgb), (0.3127, 0.3290))[..., 0]


def gray_photo(number: int) -> np.ndarray:
    """(H, W) float 0..1: pieces of the sample photos, and synthetic ramps down to black."""
    rng = np.random.default_rng(number)
    if number % 4 == 3:
        small = rng.uniform(-0.2, 1.2, (6, 8)).astype(np.float32)
        return np.clip(cv2.resize(small, (180, 130), interpolation=cv2.INTER_CUBIC), 0, 1)
    samples = sorted(SAMPLES.glob("*.jpg"))
    with Image.open(samples[number % len(samples)]) as image:
        plane = np.asarray(image.convert("L"), np.float64) / 255
    y, x = (int(rng.integers(0, size - 170)) for size in plane.shape)
    return plane[y : y + 160, x : x + 170]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("lightness")


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_8_bit_within_half_a_unit(folder, suffix):
    grays, names = [], []
    for number in range(PHOTOS):
        codes = np.rint(gray_photo(number) * 255).astype(np.uint8)
        path = folder / f"eight-{number}{suffix}"
        Image.fromarray(codes).save(path)
        grays.append(codes / 255)
        names.append(str(path))
    out = folder / f"out8{suffix}"
    assert run(["colorize", *names, "-o", f"{out}/", "--quality", "fast"]) == 0
    worst, chroma = 0.0, []
    for name, gray in zip(names, grays, strict=True):
        result_path = out / f"{Path(name).stem}-colorized{suffix}"
        with Image.open(result_path) as image:
            result = np.asarray(image.convert("RGB"), np.float64) / 255
        worst = max(worst, float(np.abs(lightness(result) - lightness(gray)).max()))
        chroma.append(np.ptp(result, axis=2).mean())
    assert worst <= 0.5
    assert np.mean(chroma) > 0.02  # they are colored, not merely copied


def test_16_bit_within_a_hundredth(folder):
    grays, names = [], []
    for number in range(PHOTOS):
        rng = np.random.default_rng(number)
        plane = gray_photo(number) + rng.uniform(-0.5, 0.5, gray_photo(number).shape) / 255
        codes = np.rint(np.clip(plane, 0, 1) * 65535).astype(np.uint16)
        path = folder / f"sixteen-{number}.tif"
        tifffile.imwrite(path, codes)
        grays.append(codes / 65535)
        names.append(str(path))
    assert run(["colorize", *names, "-o", f"{folder / 'out16'}/", "--quality", "fast"]) == 0
    worst = 0.0
    for name, gray in zip(names, grays, strict=True):
        result = tifffile.imread(folder / "out16" / f"{Path(name).stem}-colorized.tif")
        assert result.dtype == np.uint16
        worst = max(worst, float(np.abs(lightness(result / 65535) - lightness(gray)).max()))
    assert worst <= 0.01
