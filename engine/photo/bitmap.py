"""BMP and PNM files, which libvips as it comes from PyPI does not read; OpenCV does.

OpenCV is asked for these two only: for other formats it hands out pictures that are half black. Of
PNM files it gives numbers above or below 8 bit as they stand, whatever the file says is white, and
PAM files (P7) in their own order of channels; both is put right here.

Source: the Netpbm manual, "pgm", "ppm" and "pam".
"""

import logging
import re
import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.photo.channels import top_code
from engine.photo.decoded import (
    BIT_DEPTH,
    DAMAGED,
    TOO_EARLY,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.run_lengths import has_all_runs

_LOG = logging.getLogger(__name__)
_PNM_SIZE = re.compile(rb"P[1-6](?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})\s")
_PNM_WHITE = re.compile(rb"P[2356](?:(?:\s|#[^\n]*\n)+\d{1,9}){2}(?:\s|#[^\n]*\n)+(\d{1,5})\s")
_PAM_WHITE = re.compile(rb"P7\n.*?MAXVAL\s+(\d{1,5})\n", re.DOTALL)
_PAM_SIZE = re.compile(rb"P7\n.*?WIDTH\s+(\d{1,9})\n.*?HEIGHT\s+(\d{1,9})\n", re.DOTALL)


def decode_bitmap(data: bytes, _cancel: CancelToken | None = None) -> Decoded:
    """Decode a BMP or PNM file.

    Raises:
        Undecodable: it is damaged, ends too early or is too large.
    """
    width, height = _size(data)
    check_pixels(width, height)
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(0)  # OpenCV would print its complaints on standard error
    try:
        channels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise Undecodable(DAMAGED) from error
    finally:
        cv2.utils.logging.setLogLevel(level)
    if channels is None or channels.dtype not in (np.uint8, np.uint16) or not has_all_runs(data):
        raise Undecodable(DAMAGED)
    if data[:2] == b"P7":
        return _split(channels, data)
    return _in_rgb_order(_scaled(channels, data))


def _white(data: bytes) -> int:
    """The number that stands for white; 0 where the file has none, as in bilevel and BMP files."""
    found = _PNM_WHITE.match(data[:4096]) or _PAM_WHITE.match(data[:4096])
    return int(found[1]) if found else 0


def _scaled(channels: NDArray[np.generic], data: bytes) -> NDArray[np.generic]:
    """Numbers 0..white as 0..255 or 0..65535."""
    white = _white(data)
    in_letters = data[:2] in (b"P2", b"P3")
    # Of small numbers written in letters OpenCV takes care itself.
    if white in (0, top_code(channels)) or (in_letters and white < 255):
        return channels
    if channels.dtype == np.uint8:
        codes = np.minimum(np.arange(256) * 255 / white + 0.5, 255).astype(np.uint8)
    else:
        codes = np.minimum(np.arange(65536) * (65535 / white) + 0.5, 65535).astype(np.uint16)
    scaled: NDArray[np.generic] = codes[channels]
    return scaled


def _split(channels: NDArray[np.generic], data: bytes) -> Decoded:
    """Colors and alpha of a PAM file."""
    if _white(data) != top_code(channels):
        raise Undecodable(BIT_DEPTH)  # OpenCV makes black of it
    count = 1 if channels.ndim == 2 else channels.shape[2]
    colors = 1 if count <= 2 else 3
    stacked = channels.reshape(*channels.shape[:2], count)
    alpha = np.ascontiguousarray(stacked[..., colors]) if count > colors else None
    return Decoded(np.ascontiguousarray(stacked[..., :colors]), alpha)


def _size(data: bytes) -> tuple[int, int]:
    if data[:2] == b"BM":
        if len(data) < 26:
            raise Undecodable(TOO_EARLY)
        layout = "<HH" if data[14] == 12 else "<ii"
        width, height = struct.unpack_from(layout, data, 18)
        return abs(width), abs(height)
    found = _PNM_SIZE.match(data[:4096]) or _PAM_SIZE.match(data[:4096])
    if found is None:
        raise Undecodable(DAMAGED)
    return int(found[1]), int(found[2])


def _in_rgb_order(channels: NDArray[np.generic]) -> Decoded:
    if channels.ndim == 2:
        return Decoded(channels[..., None], None)
    pixels = np.ascontiguousarray(channels[..., 2::-1])
    if channels.shape[2] == 3:
        return Decoded(pixels, None)
    alpha = np.ascontiguousarray(channels[..., 3])
    # Most 32-bit BMP files leave the fourth byte unused, at 0.
    return Decoded(pixels, alpha if alpha.any() else None)
