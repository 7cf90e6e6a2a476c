"""The frozen values that travel between the stages, and what a predictor must offer.

    read_photo -> Photo -> measure_lightness -> Lightness -> prepare -> Prepared
      -> predict (with hints) -> AbPlanes -> compose (with Edits) -> Rendition
      -> write_photo -> Saved

Arrays are made read-only, so a value can be shared between threads and kept in a cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.color.rgb import SRGB_SPACE, RgbSpace
from engine.edits import Hint

Quality = Literal["fast", "balanced", "fine"]
Depth = Literal[8, 16]
FileFormat = Literal["jpeg", "png", "tiff", "webp", "avif"]


def _freeze(array: NDArray[np.generic] | None) -> None:
    if array is not None:
        array.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a photo came from and what its file said of it.

    Attributes:
        path: the file.
        format: "jpeg", "png", "tiff", or another name libvips gives its loader.
        depth: bits per channel of the pixels as read, 8 or 16.
        icc: the embedded ICC profile, or None.
        metadata: what is carried over unchanged, by libvips name ("exif-data", "xmp-data",
            "iptc-data"); orientation already taken out of it.
        pixels_per_mm: horizontal and vertical resolution; None where the file says nothing.
        notices: sentences about what was remarkable in reading, such as a profile left aside.
    """

    path: Path
    format: str
    depth: Depth
    icc: bytes | None = None
    metadata: tuple[tuple[str, bytes], ...] = ()
    pixels_per_mm: tuple[float, float] | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lightness:
    """The photo's lightness, CIE 1976 L*, 0..100.

    Gray photos keep their codes, of one or two bytes, and L* is looked up: exactly, and in a
    fraction of the memory that L* itself would take.

    Attributes:
        plane: (H, W), L* as float32; or codes, uint8 or uint16, where there is a table.
        table: (256 or 65536,) float32, L* of each code.
    """

    plane: NDArray[np.generic]
    table: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.plane.ndim != 2 or (self.table is None) != (self.plane.dtype == np.float32):
            raise ValueError(f"plane of shape {self.plane.shape} and type {self.plane.dtype}")
        _freeze(self.plane)
        _freeze(self.table)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.plane.shape[0], self.plane.shape[1]

    @property
    def L(self) -> NDArray[np.float32]:  # noqa: N802 - as in the literature
        """All of it: (H, W) float32."""
        return self.rows(slice(None))

    def rows(self, rows: slice) -> NDArray[np.float32]:
        """A strip of it: (rows, W) float32."""
        if self.table is None:
            return np.asarray(self.plane[rows], np.float32)
        return np.asarray(self.table[self.plane[rows]], np.float32)

    def at(self, row: int, column: int) -> float:
        """L* of one pixel."""
        value = self.plane[row, column]
        return float(value if self.table is None else self.table[value])


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded photo, upright, still in the color space of its file.

    Attributes:
        source: where it came from.
        pixels: (H, W, 1 or 3), uint8 or uint16, encoded; 3 channels are RGB. None where only the
            lightness was wanted.
        alpha: (H, W), uint8 or uint16, or None.
        lightness: where it was measured while reading; at least one of this and `pixels` is there.
        sample: (h, w, 3), codes of every k-th row and column of an RGB photo, its longer side at
            most 512, from which `tone_of` tells whether it has color; None for gray photos.
    """

    source: Source
    pixels: NDArray[np.generic] | None
    alpha: NDArray[np.generic] | None = None
    lightness: Lightness | None = None
    sample: NDArray[np.generic] | None = None

    def __post_init__(self) -> None:
        if self.pixels is None:
            if self.lightness is None:
                raise ValueError("neither pixels nor lightness")
        elif self.pixels.ndim != 3 or self.pixels.shape[2] not in (1, 3):
            raise ValueError(f"pixels of shape {self.pixels.shape}")
        _freeze(self.pixels)
        _freeze(self.alpha)
        _freeze(self.sample)

    @property
    def is_gray(self) -> bool:
        """Whether the file has one channel of color, so that its profile, if any, is for gray."""
        return self.pixels is not None and self.pixels.shape[2] == 1

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        if self.lightness is not None:
            return self.lightness.size
        assert self.pixels is not None
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True, slots=True, eq=False)
class AbPlanes:
    """Predicted color at the network's size, covering exactly the whole photo.

    Attributes:
        L: (h, w) float32, the photo's L* at this size, as the network saw it.
        ab: (2, h, w) float32, a* and b*, D65, about -110..110.
        lowered_to: the quality level, if it is lower than what was asked for.
        notices: sentences about what was given up to get there, to be translated.
    """

    L: NDArray[np.float32]
    ab: NDArray[np.float32]
    lowered_to: Quality | None = None
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.ab.shape != (2, *self.L.shape):
            raise ValueError(f"ab of shape {self.ab.shape} for L of shape {self.L.shape}")
        _freeze(self.L)
        _freeze(self.ab)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What the network believes of its colors, on a grid over the whole photo.

    The grid's cells are 4x4 pixels of the network's input; the last row and column may reach a
    little beyond the photo.

    Attributes:
        likeliest: (2, h, w) float32, the a*b* with the most belief around it, hints left aside.
        confidence: (h, w) float32, 0..1, the probability that the true color is near that.
        doubt: (h, w) float32, how far off the colors shown are expected to be, in a*b* units.
    """

    likeliest: NDArray[np.float32]
    confidence: NDArray[np.float32]
    doubt: NDArray[np.float32]

    def __post_init__(self) -> None:
        _freeze(self.likeliest)
        _freeze(self.confidence)
        _freeze(self.doubt)


class ColoredRows(Protocol):
    """A colored photo that hands out its rows; what is saved."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""

    @property
    def depth(self) -> Depth:
        """Bits per channel."""

    @property
    def space(self) -> RgbSpace:
        """What the codes are of."""

    def rows(self, rows: slice) -> NDArray[np.generic]:
        """A strip of it: (rows, W, 3), uint8 or uint16; may be called by several threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Rendition:
    """The colored photo, all of it.

    Attributes:
        pixels: (H, W, 3), uint8 or uint16.
        space: what they are codes of.
        reduced_share: 0..1, the share of pixels whose chroma was lowered to fit into that space.
        warnings: sentences for the user, such as of a hint whose color does not exist there.
    """

    pixels: NDArray[np.generic]
    space: RgbSpace = SRGB_SPACE
    reduced_share: float = 0.0
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self.pixels)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def depth(self) -> Depth:
        """Bits per channel."""
        return 8 if self.pixels.dtype == np.uint8 else 16

    def rows(self, rows: slice) -> NDArray[np.generic]:
        """A strip of it: (rows, W, 3)."""
        return self.pixels[rows]


@dataclass(frozen=True, slots=True)
class Saved:
    """A result on the disk.

    Attributes:
        path: the file.
        notices: sentences about what the format could not hold.
    """

    path: Path
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which network it is.

    Attributes:
        name: the name of its weights.
        sha256: digest of the weights file, in hexadecimal digits.
    """

    name: str
    sha256: str


class Prepared(Protocol):
    """What a predictor keeps of one photo between edits; only it looks inside."""

    @property
    def quality(self) -> Quality:
        """The quality level it was prepared for."""


class Predictor(Protocol):
    """The network as the stages see it."""

    @property
    def device(self) -> str:
        """The device it runs on: "cpu", "cuda" or "mps"."""

    @property
    def model(self) -> ModelId:
        """Which network it is."""

    def prepare(self, lightness: Lightness, quality: Quality) -> Prepared:
        """Look at the photo once; the dear part.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
        """

    def believe(self, prepared: Prepared, hints: Sequence[Hint]) -> Belief:
        """What is believed of the colors that `predict` gives for the same arguments.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
        """

    def describe(self, prepared: Prepared) -> NDArray[np.float32]:
        """What is seen in each part of a prepared photo, before any hint.

        Returns:
            (C, rows, columns), one vector for each cell of 16x16 pixels of the network's input,
            which covers the photo from its upper left corner; alike where things are alike.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
        """

    def predict(self, prepared: Prepared, hints: Sequence[Hint]) -> AbPlanes:
        """Color for a prepared photo; run again after each change of the hints.

        Raises:
            OutOfMemory: the device cannot hold it.
            DeviceFailed: the device does not work.
        """
