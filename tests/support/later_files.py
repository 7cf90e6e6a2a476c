"""Small whole files for each reader beside libvips, and which of the real ones it gets.

Many real files of these formats are turned down for what they are, before any decoder sees them:
Photoshop files with layers only, raw files whose raw data was taken out to make them small. Damage
to those proves nothing, so each reader gets some files here that it reads.
"""

from pathlib import Path

import imagecodecs
import numpy as np

from tests.support.pictures import (
    ICC,
    by_pillow,
    by_tifffile,
    exif_block,
    gray_picture,
    jpeg_with_segments,
    rgb_picture,
    xmp_packet,
)
from tests.support.written import box, dng, mosaic, of_bits, psd, resource

_HEIC = Path(__file__).parent.parent / "data" / "heic"
# The real files that libvips turns down, as `read_photo` does it; the others tell it by their name.
_ODD = {
    "odd jpeg": ("monkey12", "testimg_gray"),
    "odd tiff": (
        "40-8bit-gray-zip",
        "flower-minisblack-10",
        "flower-minisblack-12",
        "flower-rgb-contig-12",
        "grayscale-old-style-jpeg",
        "hopper_lzma",
        "jpeg-lossless-12bit-gray",
        "tiff_tiled_planar_16bit_RGBa",
    ),
}
_SUFFIXES = {
    ".heic": "heic",
    ".heif": "heic",
    ".avif": "avif",
    ".jxl": "jpeg xl",
    ".jp2": "jpeg 2000",
    ".psd": "photoshop",
}


def reader_of(path: Path) -> str:
    """Which of the later readers gets this real file, a key of `later_files`; "" if none does."""
    if path.parent.name == "raw":
        return "raw"
    odd = (reader for reader, stems in _ODD.items() if path.stem in stems)
    return _SUFFIXES.get(path.suffix.lower()) or next(odd, "")


def later_files() -> dict[str, dict[str, bytes]]:
    """Bytes by reader and file name."""
    gray, rgb = gray_picture(16, 24), rgb_picture(16, 24)
    return {
        "heic": {
            f"{name}.heic": (_HEIC / f"{name}.heic").read_bytes()
            for name in ("gray-8", "rgb-10", "rgba-8", "turned-6", "two")
        },
        "avif": {
            "rgb.avif": by_pillow(rgb, "AVIF", exif=exif_block(6)),
            "alpha.avif": by_pillow(rgb[..., [0, 1, 2, 0]], "AVIF"),
        },
        "raw": _raw(),
        "jpeg xl": {
            "bare.jxl": _jxl(gray),
            "floats.jxl": _jxl(rgb.astype(np.float32) / 255),
            "boxed.jxl": boxed_jxl(
                _jxl(rgb),
                (b"Exif", bytes(4) + exif_block(6)),
                (b"brob", b"xml " + imagecodecs.brotli_encode(xmp_packet())),
            ),
        },
        "jpeg 2000": {
            "gray.jp2": imagecodecs.jpeg2k_encode(gray, level=0, reversible=True),
            "lossy.jp2": imagecodecs.jpeg2k_encode(rgb_picture(48, 64), level=40),
            "bare.j2k": imagecodecs.jpeg2k_encode(
                rgb_picture(16, 24, 16), level=0, reversible=True, codecformat="j2k"
            ),
        },
        "photoshop": _photoshop(),
        "odd tiff": {
            "10-bit.tif": of_bits(gray_picture(16, 24, 16) >> 6, 10),
            "lzma.tif": by_tifffile(rgb, photometric="rgb", compression="lzma", rowsperstrip=5),
            "lossless.tif": by_tifffile(
                gray_picture(32, 32, 16),
                compression="jpeg",
                compressionargs={"lossless": True, "bitspersample": 16},
                tile=(16, 16),
            ),
        },
        "odd jpeg": {
            "12-bit.jpg": jpeg_with_segments(
                imagecodecs.jpeg_encode(rgb_picture(16, 24, 16) >> 4, level=95, bitspersample=12),
                (0xE1, b"Exif\0\0" + exif_block(6)),
            ),
            "lossless.jpg": imagecodecs.jpeg_encode(
                gray_picture(16, 24, 16), lossless=True, bitspersample=16
            ),
        },
    }


def boxed_jxl(codestream: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A JPEG XL file with further boxes, given by kind and content, before its codestream."""
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return start + b"".join(box(*one) for one in more) + box(b"jxlc", codestream)


def _jxl(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))


def _raw() -> dict[str, bytes]:
    light = rgb_picture(32, 48, 16)
    return {
        "mosaic.dng": dng(mosaic(light), cfa=(0, 1, 1, 2)),
        "packed.dng": dng(
            mosaic(light),
            cfa=(0, 1, 1, 2),
            compression="jpeg",
            compressionargs={"lossless": True, "bitspersample": 16},
            tile=(32, 48),
        ),
        "linear.dng": dng(light, orientation=6),
    }


def _photoshop() -> dict[str, bytes]:
    gray_mode, rgb_mode, cmyk_mode = 1, 3, 4
    profile = (ICC / "DisplayP3-v4.icc").read_bytes()
    told = resource(1039, profile) + resource(1058, exif_block()) + resource(1060, xmp_packet())
    rgb = rgb_picture(16, 24)
    return {
        "gray.psd": psd(gray_picture(16, 24), gray_mode, rle=True),
        "rgb.psd": psd(rgb_picture(16, 24, 16), rgb_mode, told),
        "cmyk.psd": psd(rgb[..., [0, 1, 2, 0]], cmyk_mode, rle=True),
    }
