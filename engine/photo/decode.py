"""A JPEG, PNG, TIFF, WebP, GIF or AVIF file -> channels and what the file says of them.

libvips decodes from top to bottom (`access="sequential"`), reporting errors as it goes: measured on
files cut at 150 places each, it gave the same result as `access="random"`. How strict it is to be
depends on the format, as measured on cut and damaged files with libvips 8.18.7:

- `fail_on="truncated"` lets TIFF files through that lack half of their strips; "error" does not.
- Damaged tiles in a TIFF file only show in the error buffer, so that is looked at, too.
- For JPEG only "warning" notices damage; it also stops at harmless things, which are told apart
  by their text and then read with "error".
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
import pyvips

from engine.cancel import CancelToken
from engine.color.icc import without_padding
from engine.i18n import N_
from engine.photo import libvips, tiff
from engine.photo.channels import as_whole_numbers
from engine.photo.checksums import checksums_hold
from engine.photo.collect import Collected, Strip
from engine.photo.decoded import (
    BIT_DEPTH,
    COMPRESSION,
    DAMAGED,
    HEIC,
    NO_MEMORY,
    TOO_EARLY,
    UNSUPPORTED,
    Decoded,
    Keep,
    Undecodable,
    check_pixels,
)
from engine.photo.formats import RAW
from engine.photo.ifd import BadDirectory
from engine.photo.lzw import has_all_pixels
from engine.photo.profiles import is_usable
from engine.photo.resolution import resolution_of_png, resolution_of_tiff, shape_of_jpeg
from engine.photo.strips import row_strips

PROFILE_LEFT_ASIDE = N_(
    "The color profile in the file is damaged or meant for something else; it was left aside."
)
RGB_PROFILE_OF_GRAY = N_(
    "The photo is stored in gray, but the color profile in the file is for RGB; it was left aside, "
    "and the grays are read as sRGB."
)
# Either way the profile in the file has no say.
LEFT_ASIDE = frozenset({PROFILE_LEFT_ASIDE, RGB_PROFILE_OF_GRAY})
SEVERAL_PAGES = N_("The file holds several pictures; the first one is used.")
CMYK_CONVERTED = N_("The file is made for printing (CMYK); its colors were turned into RGB.")
CHANNEL_LEFT_OUT = N_("The file holds a channel beside its colors; it was left out.")

_LOADERS = {
    "jpeg": "jpegload_source",
    "png": "pngload_source",
    "tiff": "tiffload_source",
    "webp": "webpload_source",
    "gif": "gifload_source",
    "heif": "heifload_source",
}
_ICC = "icc-profile-data"
_BLOCKS = ("exif-data", "xmp-data", "iptc-data", "photoshop-data")

# libjpeg's first warning, where it does not touch the picture: stray bytes between segments, a few
# before the end (0xd9), but not within the picture (0xd0 to 0xd7); odd numbers in segments.
_HARMLESS = re.compile(
    r"extraneous bytes before marker 0x(?!d[0-79])|: \d\d? extraneous bytes before marker 0xd9"
    r"|Adobe color transform|JFIF revision|ICC"
)
_TOO_EARLY = re.compile(r"premature end of JPEG image|Unexpected end|End of file|\(2\.100\)")
# What libvips and its libraries say of what they do not read; the first that fits.
_UNSUPPORTED = {
    HEIC: re.compile(r"not been built in: HEVC"),
    BIT_DEPTH: re.compile(r"data precision|not a whole number of bytes|samples out of range"),
    COMPRESSION: re.compile(
        r"compression (?:support is|.*not)|SOF type|not been built in", re.IGNORECASE
    ),
    UNSUPPORTED: re.compile(
        r"not supported|unsupported|not configured|not implemented|bad labq format", re.IGNORECASE
    ),
}


# (whether the picture is gray, the usable profile in it or None) -> the profile that counts
ProfileRule = Callable[[bool, bytes | None], bytes | None]


def _as_embedded(gray: bool, embedded: bytes | None) -> bytes | None:
    del gray
    return embedded


def decode(
    file: BinaryIO,
    file_format: str,
    cancel: CancelToken | None,
    keep: Keep = "pixels",
    profile: ProfileRule = _as_embedded,
) -> Decoded:
    """Decode a file's first picture with libvips, strip by strip.

    Args:
        file: on the disk or in memory.
        file_format: "jpeg", "png", "tiff", "webp", "gif" or "heif".
        cancel: checked between strips.
        keep: what to keep of the pixels.
        profile: which profile counts where the file tells of its colors in other ways, too.

    Raises:
        Undecodable: it cannot be decoded, wholly and without damage.
        Cancelled: on request.
    """
    levels = ("warning", "error") if file_format == "jpeg" else ("error",)
    for level in levels:
        try:
            with libvips.own_errors():
                return _decode(file, file_format, level, cancel, keep, profile)
        except pyvips.Error as error:
            if cancel is not None:
                cancel.raise_if_set()
            if level == "warning" and _is_harmless(error.detail):
                continue
            raise Undecodable(_reason(error.detail, file, file_format)) from error
    raise AssertionError("the last level either decodes or raises")


def _decode(
    file: BinaryIO,
    file_format: str,
    fail_on: str,
    cancel: CancelToken | None,
    keep: Keep,
    profile: ProfileRule,
) -> Decoded:
    facts = _tiff_facts(file) if file_format == "tiff" else None
    stored = pyvips.Operation.call(
        _LOADERS[file_format], libvips.source_of(file), access="sequential", fail_on=fail_on
    )
    check_pixels(stored.width, stored.height, stored.bands)
    icc, notices = _profile(stored)
    if facts and facts.profile_lost:
        notices.append(PROFILE_LEFT_ASIDE)
    if facts.several_pages if facts else _number(stored, "n-pages") > 1:
        notices.append(SEVERAL_PAGES)
    image = _as_gray_or_rgb(stored, icc, notices)
    if image is not stored:
        icc = None
    colors = _colors(image)
    icc = profile(colors == 1, icc)
    has_alpha = image.bands > colors
    if has_alpha and facts is not None and not facts.has_alpha:
        notices.append(CHANNEL_LEFT_OUT)
        has_alpha = False
    strips = libvips.strips_of(image, cancel)
    if image.format not in ("uchar", "ushort"):
        strips = _whole_numbers(image, colors, icc is None, strips)
    dtype = np.dtype(np.uint8 if image.format == "uchar" else np.uint16)
    kept = Collected((image.height, image.width), dtype, colors, has_alpha, icc, keep)
    if file_format == "gif":  # held as a whole below libvips, as RGBA
        libvips.check_room(4 * image.width * image.height)
    kept.take(strips)
    if file_format == "tiff" and "tiff2vips" in libvips.error_text():
        raise pyvips.Error("libtiff complained")
    if not _is_whole(file, file_format, facts, stored):
        raise Undecodable(DAMAGED)
    return Decoded(
        kept.pixels,
        kept.alpha,
        _number(stored, "orientation", 1),
        icc,
        {name: stored.get(name) for name in _BLOCKS if stored.get_typeof(name)},
        _resolution(stored, file, file_format),
        tuple(notices),
        kept.L,
        8 if dtype == np.uint8 else 16,
        kept.sample,
    )


def _is_whole(
    file: BinaryIO, file_format: str, facts: tiff.TiffFacts | None, image: pyvips.Image
) -> bool:
    """Whether nothing is wrong with the pixels that the libraries would not notice."""
    file.seek(0)
    if file_format == "gif":
        return has_all_pixels(file.read())
    if facts is not None and facts.deflated:
        return checksums_hold(file, 8 * image.bands * image.width * image.height)
    return True


def _tiff_facts(file: BinaryIO) -> tiff.TiffFacts | None:
    try:
        facts = tiff.look_at_tiff(file)
    except BadDirectory:
        return None  # libvips will have its own words for it
    if facts.raw:
        raise Undecodable(RAW)
    if not facts.complete:
        raise Undecodable(_reason("", file, "tiff"))
    return facts


def _whole_numbers(
    image: pyvips.Image, colors: int, linear: bool, strips: Iterator[Strip]
) -> Iterator[Strip]:
    """Rarer types as 16 bit: what stands for white in them, only the whole picture tells."""
    channels = np.concatenate([strip for _, strip in strips])
    pixels = as_whole_numbers(channels[..., :colors], linear)
    rest = as_whole_numbers(channels[..., colors:], linear=False) if image.bands > colors else None
    for rows in row_strips(image.height, image.width):
        strip = pixels[rows]
        yield rows, strip if rest is None else np.concatenate([strip, rest[rows]], axis=2)


def why_left_aside(icc: bytes, colors: int) -> str:
    """Why a profile is of no use for pixels with so many channels, a sentence to be translated."""
    return RGB_PROFILE_OF_GRAY if colors == 1 and is_usable(icc, 3) else PROFILE_LEFT_ASIDE


def _profile(image: pyvips.Image) -> tuple[bytes | None, list[str]]:
    """The profile if it fits the pixels, and the notice if it does not."""
    if not image.get_typeof(_ICC):
        return None, []
    icc = without_padding(image.get(_ICC))
    colors = _colors(image)
    fits = not _is_lab(image) and is_usable(icc, colors)
    return (icc, []) if fits else (None, [why_left_aside(icc, colors)])


def _is_lab(image: pyvips.Image) -> bool:
    return image.interpretation in ("lab", "labs")


def _colors(image: pyvips.Image) -> int:
    """How many of the channels are color: 1, 3 or 4."""
    if image.interpretation == "cmyk":
        return 4
    return 1 if image.bands < 3 or image.interpretation in ("b-w", "grey16") else 3


def _as_gray_or_rgb(image: pyvips.Image, icc: bytes | None, notices: list[str]) -> pyvips.Image:
    """The image itself, or an image in sRGB if it is CMYK or CIELAB."""
    colors = _colors(image)
    if colors != 4 and not _is_lab(image):
        return image
    if image.bands > colors:
        notices.append(CHANNEL_LEFT_OUT)
    inks = image.extract_band(0, n=colors)
    if _is_lab(image):
        return inks.colourspace("rgb16")
    notices.append(CMYK_CONVERTED)
    if icc is None and inks.get_typeof(_ICC):
        inks = inks.copy()
        inks.remove(_ICC)
    depth = 8 if inks.format == "uchar" else 16
    return inks.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)


def _number(image: pyvips.Image, name: str, default: int = 0) -> int:
    return int(image.get(name)) if image.get_typeof(name) else default


def _resolution(
    image: pyvips.Image, file: BinaryIO, file_format: str
) -> tuple[float, float] | None:
    """Pixels per millimeter if the file says so; libvips has defaults, which are not believed."""
    if file_format == "tiff":
        return resolution_of_tiff(file)
    if file_format == "png":
        return resolution_of_png(file)
    if file_format != "jpeg":
        return None  # read_photo looks into EXIF
    if image.get_typeof("resolution-unit"):
        return (image.xres, image.yres) if image.xres > 0 and image.yres > 0 else None
    return shape_of_jpeg(file)


def _is_harmless(message: str) -> bool:
    complaints = [line for line in message.splitlines() if line.startswith("VipsJpeg:")]
    return bool(complaints) and all(map(_HARMLESS.search, complaints))


def _reason(message: str, file: BinaryIO, file_format: str) -> str:
    """Which half sentence suits libvips's words; they are used for nothing else."""
    for reason, words in _UNSUPPORTED.items():
        if words.search(message):
            return reason
    if "out of memory" in message:
        return NO_MEMORY
    if file_format == "png":
        cut_off = b"IEND" not in _end(file)
    elif file_format == "tiff":
        cut_off = tiff.is_cut_off(file)
    elif file_format == "webp":
        file.seek(4)
        promised = int.from_bytes(file.read(4), "little") + 8
        cut_off = promised > file.seek(0, os.SEEK_END)
    else:
        cut_off = _TOO_EARLY.search(message) is not None
    return TOO_EARLY if cut_off else DAMAGED


def _end(file: BinaryIO) -> bytes:
    """The last megabyte."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 20)))
    return file.read()
