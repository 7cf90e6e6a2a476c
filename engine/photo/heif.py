"""HEIC and other HEIF files, and what libvips does not tell of AVIF; by pi-heif.

libvips as it comes from PyPI has no decoder for HEVC. pi-heif has one, libde265, and no encoder;
its wheel is LGPL. (pillow-heif, its twin, carries x265, which is GPL.)

Turning and mirroring are part of a HEIF file ("irot", "imir") and done by libheif; whatever EXIF
and XMP say of it is out of date by the standard. Measured with libheif 1.23: the missing tiles of a
cut file become gray without an error, so `check_whole` looks first. HEVC has no checksums: bytes
changed in the middle of a file give wrong blocks, and nothing tells of them.

Source: ISO/IEC 23008-12 (HEIF).
"""

import contextlib
import dataclasses
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.photo.bits import as_16_bit
from engine.photo.boxes import check_whole
from engine.photo.color_tags import Cicp, profile_of_cicp, refuse_high_dynamic_range
from engine.photo.decode import LEFT_ASIDE, SEVERAL_PAGES, decode, why_left_aside
from engine.photo.decoded import (
    COMPRESSION,
    DAMAGED,
    HEIC,
    NO_MEMORY,
    TOO_EARLY,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.optional import imported
from engine.photo.profiles import is_usable

# The number of channels in each "pixi" box, and where to look for them.
_PIXI = re.compile(rb"pixi\0\0\0\0(.)", re.DOTALL)
_HEAD_BYTES = 1 << 16
# The entry of an item, up to its kind, name and content type: ISO/IEC 14496-12, 8.11.6.
_ENTRY = re.compile(rb"(.{4})infe(?:\x02.{7}|\x03.{9})", re.DOTALL)
_LONGEST_TEXTS = 10_000

if TYPE_CHECKING:
    from pi_heif import HeifFile, HeifImage


def decode_heic(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode the main picture of a HEIC file, upright.

    Args:
        data: the whole file.
        cancel: checked before the decoding, which cannot be stopped.

    Raises:
        Undecodable: it cannot be decoded, or its light is of high dynamic range (PQ, HLG).
        Cancelled: on request.
    """
    check_whole(data)
    with _reasons():
        heif = _opened(data)
        image = heif[heif.primary_index]
        width, height = image.size
        check_pixels(width, height)
        icc, notices = _profile(image)
        if cancel is not None:
            cancel.raise_if_set()
        channels = _channels(image)
    if len(heif) > 1:
        notices.append(SEVERAL_PAGES)
    colors = 3 if channels.shape[2] >= 3 else 1
    return Decoded(
        channels[..., :colors],
        channels[..., colors] if channels.shape[2] > colors else None,
        icc=icc,
        blocks=_blocks(image),
        notices=tuple(notices),
    )


def decode_avif(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode an AVIF file by libvips, in the colors and in the gray that its numbers tell of.

    Raises:
        Undecodable: as `decode_heic`.
        Cancelled: on request.
    """
    check_whole(data)
    cicp, gray, video, bits = None, False, False, 16
    try:
        with _reasons():
            heif = _opened(data)
            image = heif[heif.primary_index]
            cicp, gray, video = _cicp(image), _is_gray(image), _has_video_levels(image)
            bits = int(image.info["bit_depth"])
        if not gray and _promises_gray(data):
            raise Undecodable(DAMAGED)
    except Undecodable as error:
        # What it does not know libvips may; but what is damaged to one of them is damaged.
        if error.reason in (DAMAGED, TOO_EARLY):
            raise
    if cicp is not None:
        refuse_high_dynamic_range(cicp)
    decoded = decode(io.BytesIO(data), "heif", cancel)
    assert decoded.pixels is not None
    pixels = _rescaled(decoded.pixels[..., :1] if gray else decoded.pixels, bits, gray and video)
    alpha = None if decoded.alpha is None else _rescaled(decoded.alpha, bits, video=False)
    icc, notices = _profile_that_counts(decoded, cicp, gray)
    return dataclasses.replace(decoded, pixels=pixels, alpha=alpha, icc=icc, notices=notices)


def _profile_that_counts(
    decoded: Decoded, cicp: Cicp | None, gray: bool
) -> tuple[bytes | None, tuple[str, ...]]:
    """The profile of an AVIF file, and all notices: libvips makes three channels of gray."""
    icc, notices = decoded.icc, decoded.notices
    if icc is not None and gray and not is_usable(icc, 1):
        return None, (*notices, why_left_aside(icc, 1))
    # Of what was left aside it is said that sRGB stands in for it.
    if icc is None and cicp is not None and LEFT_ASIDE.isdisjoint(notices):
        icc = profile_of_cicp(cicp, gray)
    return icc, notices


def _promises_gray(data: bytes) -> bool:
    """Whether all pictures in the file are said to have one channel ("pixi": ISO 23008-12, 6.5.6).

    Of damage this is the one kind in an AVIF file's header that shows: gray decoded as color.
    """
    counts = _PIXI.findall(data[:_HEAD_BYTES])
    return bool(counts) and set(counts) == {b"\1"}


def _rescaled(values: NDArray[np.generic], bits: int, video: bool) -> NDArray[np.generic]:
    """Values with white at the top: libvips shifts those of 10 and 12 bit up, which falls short."""
    if values.dtype != np.uint16:
        return _from_video_levels(values, 8) if video else values
    codes = values.astype(np.uint16, copy=False) >> np.uint16(16 - bits)
    if video:
        codes = _from_video_levels(codes, bits).astype(np.uint16, copy=False)
    return as_16_bit(codes, bits)


def _opened(data: bytes) -> "HeifFile":
    """The file with its pictures, none of them decoded yet."""
    pi_heif = imported("pi_heif", HEIC)
    _check_texts(data)
    # What of a file is not used cannot break anything either.
    options = pi_heif.options
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    heif = pi_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    if not len(heif):
        raise Undecodable(COMPRESSION)  # as with uncompressed ones, which this libheif leaves out
    return heif


def _check_texts(data: bytes) -> None:
    """Make sure that the kinds of things in the file are texts.

    pi-heif 1.4 ends the process where it makes a text of bytes that are none.
    """
    for entry in _ENTRY.finditer(data):
        end = entry.start() + int.from_bytes(entry[1], "big")
        try:
            data[entry.end() : min(end, entry.end() + _LONGEST_TEXTS)].decode()
        except UnicodeDecodeError as error:
            raise Undecodable(DAMAGED) from error


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    """Turn what pi-heif raises into reasons."""
    try:
        yield
    except EOFError as error:
        raise Undecodable(DAMAGED) from error
    except SyntaxError as error:
        raise Undecodable(COMPRESSION) from error
    except ValueError as error:
        raise Undecodable(TOO_EARLY if "end of file" in str(error) else DAMAGED) from error
    except RuntimeError as error:
        unknown = "not been built in" in str(error)
        raise Undecodable(COMPRESSION if unknown else DAMAGED) from error
    except OSError as error:
        raise Undecodable(NO_MEMORY) from error


def _profile(image: "HeifImage") -> tuple[bytes | None, list[str]]:
    """The profile if it fits the pixels, and the notice if it does not."""
    colors = 1 if _is_gray(image) else 3
    icc = image.info.get("icc_profile")
    cicp = _cicp(image)
    if cicp is not None:
        refuse_high_dynamic_range(cicp)
    if icc:
        return (icc, []) if is_usable(icc, colors) else (None, [why_left_aside(icc, colors)])
    return (None if cicp is None else profile_of_cicp(cicp, gray=colors == 1)), []


def _cicp(image: "HeifImage") -> Cicp | None:
    told = image.info.get("nclx_profile")
    return Cicp(told["color_primaries"], told["transfer_characteristics"]) if told else None


def _channels(image: "HeifImage") -> NDArray[np.generic]:
    """(H, W, 1 to 4), uint8 or uint16, copied: pi-heif's memory goes when its image does."""
    # Only decoding tells how large the picture is after cropping and turning.
    lines = np.frombuffer(image.data, np.uint8).reshape(-1, image.stride)
    width, height = image.size
    depth = int(image.info["bit_depth"])
    wide = lines.view("<u2") if depth > 8 else lines
    count = {"L": 1, "I": 1, "LA": 2, "RGB": 3, "RGBA": 4}[image.mode.split(";")[0].upper()]
    values = wide[:height, : width * count].reshape(height, width, count)
    if _is_gray(image) and _has_video_levels(image):
        levels = _from_video_levels(values[..., :1], depth)
        values = np.concatenate([levels, values[..., 1:]], axis=-1)
    if depth > 8:
        return as_16_bit(values.astype(np.uint16, copy=False), depth)
    return values.copy()


def _is_gray(image: "HeifImage") -> bool:
    return image.mode[:1] in ("L", "I")


def _has_video_levels(image: "HeifImage") -> bool:
    told = image.info.get("nclx_profile")
    return bool(told) and not told["full_range_flag"]


def _from_video_levels(values: NDArray[np.generic], bits: int) -> NDArray[np.generic]:
    """Stretch gray of 16..235 (for 8 bit) to all values, which libheif does for colors only.

    Source: ITU-T H.273, 8.3, equation 37.
    """
    unit, top = 1 << (bits - 8), (1 << bits) - 1
    codes = (np.arange(top + 1) - 16 * unit) * (top / (219 * unit))
    stretched: NDArray[np.generic] = np.rint(codes.clip(0, top)).astype(values.dtype)[values]
    return stretched


def _blocks(image: "HeifImage") -> dict[str, bytes]:
    told = {"exif-data": image.info.get("exif"), "xmp-data": image.info.get("xmp")}
    return {name: bytes(block) for name, block in told.items() if block}
