"""What a photographer may choose when a result is saved."""

from dataclasses import dataclass
from typing import Literal

from engine.values import Depth

TiffCompression = Literal["deflate", "lzw", "none"]
# "own": the photo's own profile where it is one for RGB that can be written in, otherwise sRGB.
SpaceChoice = Literal["own", "srgb", "display-p3", "adobe-rgb", "prophoto-rgb"]


@dataclass(frozen=True)
class SaveOptions:
    """How a result is written; the defaults lose as little as can be.

    Attributes:
        depth: bits per channel; None for those of the photo, where the format can hold them.
        space: color space of the result.
        quality: 1..100, of JPEG, lossy WebP and AVIF.
        tiff_compression: all of them without loss.
        lossless: whether WebP loses nothing.
        metadata: whether EXIF, XMP and IPTC of the photo go over into the result.
        label: whether XMP says that the colors are made up, by what and how.
        keep_time: whether the result gets the time of the photo's file.
        longest: pixels of the longer side of the result; None for those of the photo, and nothing
            is ever enlarged.
    """

    depth: Depth | None = None
    space: SpaceChoice = "own"
    quality: int = 95
    tiff_compression: TiffCompression = "deflate"
    lossless: bool = False
    metadata: bool = True
    label: bool = True
    keep_time: bool = False
    longest: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality {self.quality}")
        if self.longest is not None and self.longest < 1:
            raise ValueError(f"longest {self.longest}")
