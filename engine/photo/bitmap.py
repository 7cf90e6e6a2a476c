"""BMP and PNM files, which libvips as it comes from PyPI does not read; OpenCV does.

OpenCV is asked for these two only: for other formats it hands out pictures that are half black.
"""

import logging
import re
import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.photo.decoded import DAMAGED, MOST_PIXELS, TOO_EARLY, TOO_LARGE, Decoded, Undecodable
from engine.photo.run_lengths import has_all_runs

_LOG = logging.getLogger(__name__)
_PNM_SIZE = re.compile(rb"P[1-6](?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})\s")
_PAM_SIZE = re.compile(rb"P7\n.*?WIDTH\s+(\d{1,9})\n.*?HEIGHT\s+(\d{1,9})\n", re.DOTALL)


def decode_bitmap(data: bytes) -> Decoded:
    """Decode a BMP or PNM file.

    Raises:
        Undecodable: it is damaged, ends too early or is too large.
    """
    width, height = _size(data)
    if width * height > MOST_PIXELS:
        raise Undecodable(TOO_LARGE)
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
    return _in_rgb_order(channels)


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
