"""How far L* moves on the way through the program: python -m benchmarks.lightness FOLDER [N]

Colors N photos of a folder (20 by default) in each format that is written, reads the results with
Pillow and tifffile, and compares L* as colour-science works it out. JPEG throws detail away, so it
stands in a line of its own.
"""

import sys
import tempfile
from pathlib import Path

# Before colour: without SciPy, that puts something in its place at which Numba stumbles.
import numba  # noqa: F401

# isort: split
import colour
import numpy as np
import tifffile
from PIL import Image, ImageOps

from engine.cli.main import run

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
SIDE = 1200


def lightness(encoded: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB values 0..1, (H, W, 3), by colour-science, in double precision."""
    return colour.XYZ_to_Lab(colour.sRGB_to_XYZ(encoded), (0.3127, 0.3290))[..., 0]


def gray(path: Path) -> np.ndarray:
    """A photo as gray, 0..1, at most SIDE pixels long."""
    with Image.open(path) as image:
        plain = ImageOps.exif_transpose(image).convert("L")
        plain.thumbnail((SIDE, SIDE))
        return np.asarray(plain, np.float64) / 255


def main() -> None:
    photos = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix.lower() in SUFFIXES)
    photos = photos[: int(sys.argv[2]) if len(sys.argv) > 2 else 20]
    print(f"{len(photos)} photos          largest |dL*|   mean |dL*|")
    for name, suffix, deep in (
        ("PNG 8 bit", ".png", False),
        ("TIFF 8 bit", ".tif", False),
        ("TIFF 16 bit", ".tif", True),
        ("JPEG", ".jpg", False),
    ):
        worst, means = 0.0, []
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            for number, photo in enumerate(photos):
                plane = gray(photo)
                if deep:  # values between the codes of 8 bit
                    noise = np.random.default_rng(number).uniform(-0.5, 0.5, plane.shape) / 255
                    codes = np.rint(np.clip(plane + noise, 0, 1) * 65535).astype(np.uint16)
                    plane = codes / 65535
                    source = place / f"{number}.tif"
                    tifffile.imwrite(source, codes)
                else:
                    source = place / f"{number}.png"
                    Image.fromarray(np.rint(plane * 255).astype(np.uint8)).save(source)
                result = place / f"{number}-result{suffix}"
                if run(["colorize", str(source), "-o", str(result)]):
                    raise SystemExit(f"{photo} failed")
                found = tifffile.imread(result) if deep else np.asarray(Image.open(result))
                off = lightness(found / (65535 if deep else 255)) - lightness(
                    np.repeat(plane[..., None], 3, axis=2)
                )
                worst, means = max(worst, float(np.abs(off).max())), [*means, np.abs(off).mean()]
        print(f"{name:<16} {worst:18.4f} {np.mean(means):12.4f}")


if __name__ == "__main__":
    main()
