"""Readers that have nothing to do with Photochrom's, to judge what it made of a file.

Each gives the picture as it is to be seen: (H, W, 3) float32, 0..255, upright, without looking at
profiles. None of them reads everything; they are asked in a row.
"""

import io
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from tests.support.imagemagick import CONVERT

Floats = NDArray[np.float32]

# Steps of 255: rounding, and what two decoders of lossy pictures may differ in.
NEAR = 1.5
# Where colors had to be converted, by profiles that not all have, light and dark must be alike.
ALIKE = 0.9


@dataclass(frozen=True)
class Judgement:
    """What another reader says of a picture.

    Attributes:
        judge: its name; "" where no other reader could open the file.
        same_size: whether the picture has the size it should have.
        error: mean difference in steps of 255.
        likeness: correlation of the gray values.
    """

    judge: str
    same_size: bool = False
    error: float = float("inf")
    likeness: float = 0.0

    @property
    def agrees(self) -> bool:
        return self.same_size and (self.error <= NEAR or self.likeness >= ALIKE)


def judge(path: Path, pixels: NDArray[np.uint8], seen: NDArray[np.bool_]) -> Judgement:
    """Ask other readers about a picture until one agrees.

    Args:
        path: the file.
        pixels: (H, W, 1 or 3), what was made of it.
        seen: (H, W), where it is not transparent.
    """
    ours = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    verdicts = (
        _compared(name, ours.astype(np.float32), theirs, seen) for name, theirs in _answers(path)
    )
    best = Judgement("")
    for verdict in verdicts:
        if verdict.agrees:
            return verdict
        best = max(best, verdict, key=lambda one: (one.same_size, one.likeness))
    return best


def _answers(path: Path):
    for name, reader in _JUDGES.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = reader(path)
        # Whatever a judge stumbles over, another one may know.
        except Exception:  # noqa: BLE001
            continue
        if found is not None:
            yield name, found


def _compared(name: str, ours: Floats, theirs: Floats, seen: NDArray[np.bool_]) -> Judgement:
    if name == "preview":
        # A camera's own picture of the same scene, much smaller and in its own rendering.
        size = (theirs.shape[1], theirs.shape[0])
        small = Image.fromarray(ours.astype(np.uint8)).resize(size, Image.Resampling.BOX)
        alike = ours.shape[1] * size[1] == ours.shape[0] * size[0]
        return Judgement(name, alike, likeness=_likeness(np.asarray(small, np.float32), theirs))
    if ours.shape != theirs.shape:
        return Judgement(name)
    if not seen.any():
        return Judgement(name, same_size=True, error=0.0)
    error = float(np.abs(ours - theirs)[seen].mean())
    return Judgement(name, True, error, _likeness(ours[seen], theirs[seen]))


def _likeness(one: Floats, other: Floats) -> float:
    grays = [values.reshape(-1, 3).mean(axis=1) for values in (one, other)]
    if min(gray.std() for gray in grays) < 0.5:
        return float(abs(grays[0].mean() - grays[1].mean()) < 40)
    return float(np.corrcoef(*grays)[0, 1])


def _as_rgb(channels: NDArray[np.generic], top: float) -> Floats:
    values = np.asarray(channels, np.float32) * (255 / top)
    values = values.reshape(*values.shape[:2], -1)
    return np.repeat(values[..., :1], 3, axis=2) if values.shape[2] < 3 else values[..., :3]


def _by_tifffile(path: Path) -> Floats | None:
    """TIFF files in which nothing has to be converted, so that 16 bit are compared as such."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        turned = page.tags.valueof("Orientation", 1) != 1
        if turned or page.photometric not in (1, 2) or 1 in page.extrasamples or page.is_dng:
            return None
        pixels = np.asarray(page.asarray(), np.float64)
        if page.axes.startswith("S"):
            pixels = np.moveaxis(pixels, 0, -1)
        if page.dtype.kind != "f":
            return _as_rgb(pixels, 2.0**page.bitspersample - 1)
        pixels = np.clip(np.nan_to_num(pixels), 0, 1)
        return _as_rgb(pixels if page.iccprofile else pixels ** (1 / 2.2), 1.0)


def _by_pillow(path: Path) -> Floats | None:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):
            return _as_rgb(np.asarray(upright, np.float64), 65535.0)
        icc = upright.info.get("icc_profile", b"")
        if upright.mode == "CMYK" and icc[16:20] == b"CMYK":
            srgb = ImageCms.createProfile("sRGB")
            upright = ImageCms.profileToProfile(upright, io.BytesIO(icc), srgb, outputMode="RGB")
        return _as_rgb(np.asarray(upright.convert("RGBA")), 255)


def _by_imagecodecs(path: Path) -> Floats | None:
    data = path.read_bytes()
    if not imagecodecs.jpegxl_check(data):
        # Lossless JPEG, by another decoder than ours.
        return _as_rgb(imagecodecs.ljpeg_decode(data), 65535.0)
    pixels = imagecodecs.jpegxl_decode(data)
    top = {"u1": 255.0, "u2": 65535.0}.get(pixels.dtype.str[1:], 1.0)
    return _as_rgb(np.clip(pixels, 0, top), top)


def _by_imagemagick(path: Path) -> Floats | None:
    if None in CONVERT:
        return None
    command = [*CONVERT, f"{path}[0]", "-auto-orient", "-alpha", "off", "-depth", "8", "ppm:-"]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, timeout=60, check=False
    )
    if done.returncode or not done.stdout:
        return None
    with Image.open(io.BytesIO(done.stdout)) as image:
        return _as_rgb(np.asarray(image.convert("RGB")), 255)


def _by_sibling(path: Path) -> Floats | None:
    """The same photo in another file, where there is one."""
    sibling = path.parent.parent / "png" / path.name.replace("12.jpg", "16.png")
    return _by_pillow(sibling) if path.name.endswith("12.jpg") else None


def _by_preview(path: Path) -> Floats | None:
    """The preview in a camera's raw file."""
    with Image.open(path) as image:
        raw = image.format == "TIFF" and image.tag_v2.get(254) == 1
        return _as_rgb(np.asarray(image.convert("RGB")), 255) if raw else None


_JUDGES: dict[str, Callable[[Path], Floats | None]] = {
    "tifffile": _by_tifffile,
    "Pillow": _by_pillow,
    "imagecodecs": _by_imagecodecs,
    "ImageMagick": _by_imagemagick,
    "another file": _by_sibling,
    "preview": _by_preview,
}
