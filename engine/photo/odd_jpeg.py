"""JPEG files of 12 bit and without loss, which libvips does not read; by imagecodecs.

They come here after libvips has turned them down for their bit depth: pictures from medicine and
science. imagecodecs does not pass on libjpeg's warnings, so it is told from the last marker whether
a file is whole, and of files without loss from their codes; in those of 12 bit, bytes changed in
the middle show as wrong blocks, and nothing tells of them.

Source: ITU-T T.81, annex B (markers) and H (without loss).
"""

from dataclasses import dataclass

import numpy as np

from engine.cancel import CancelToken
from engine.photo.bits import as_16_bit
from engine.photo.decode import why_left_aside
from engine.photo.decoded import (
    BIT_DEPTH,
    DAMAGED,
    TOO_EARLY,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.exif import orientation_in
from engine.photo.jpeg_segments import segments
from engine.photo.lossless_scan import whole_values
from engine.photo.optional import imported
from engine.photo.profiles import is_usable

_LOSSLESS = 0xC3
_DCT = (0xC1, 0xC2)  # extended, progressive
_NO_FRAMES = (0xC4, 0xC8, 0xCC)
_FRAMES = range(0xC0, 0xD0)
_APP1, _APP2 = 0xE1, 0xE2
_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"


@dataclass(slots=True)
class _Head:
    """What the segments before the pixels say.

    Attributes:
        kind: the marker of the frame.
        bits: of each channel.
        size: height and width.
        count: of channels.
        exif: the EXIF block, or empty.
        icc: the parts of the profile by number.
    """

    kind: int
    bits: int
    size: tuple[int, int]
    count: int
    exif: bytes
    icc: dict[int, bytes]


def decode_odd_jpeg(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode a JPEG file of more than 8 bit.

    Args:
        data: the whole file.
        cancel: checked before decoding, which cannot be stopped.

    Raises:
        Undecodable: it cannot be decoded.
        Cancelled: on request.
    """
    head = _look(data)
    height, width = head.size
    check_pixels(height, width)
    gray_without_loss = head.kind == _LOSSLESS and head.count == 1
    if not (gray_without_loss or (head.kind in _DCT and head.bits == 12 and head.count in (1, 3))):
        raise Undecodable(BIT_DEPTH)
    if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise Undecodable(TOO_EARLY)
    imagecodecs = imported("imagecodecs", BIT_DEPTH)
    if cancel is not None:
        cancel.raise_if_set()
    if gray_without_loss and whole_values(data, 0, len(data)) != height * width:
        raise Undecodable(DAMAGED)
    try:
        pixels = np.asarray(imagecodecs.jpeg8_decode(data)).reshape(height, width, head.count)
    except (imagecodecs.Jpeg8Error, ValueError) as error:
        raise Undecodable(DAMAGED) from error
    icc = b"".join(head.icc[number] for number in sorted(head.icc)) or None
    notices: tuple[str, ...] = ()
    if icc is not None and not is_usable(icc, head.count):
        notices = (why_left_aside(icc, head.count),)
        icc = None
    if pixels.dtype == np.uint16:
        pixels = as_16_bit(pixels, head.bits)
    return Decoded(
        pixels,
        None,
        orientation=orientation_in(head.exif),
        icc=icc,
        notices=notices,
    )


def _look(data: bytes) -> _Head:
    """Read the segments up to the frame's."""
    exif = b""
    icc: dict[int, bytes] = {}
    for marker, content in segments(data):
        if marker in _FRAMES and marker not in _NO_FRAMES:
            if len(content) < 6:
                raise Undecodable(TOO_EARLY)
            lines, columns = (int.from_bytes(content[i : i + 2], "big") for i in (1, 3))
            return _Head(marker, content[0], (lines, columns), content[5], exif, icc)
        if marker == _APP1 and content.startswith(_EXIF) and not exif:
            exif = content
        elif marker == _APP2 and content.startswith(_ICC) and len(content) > 14:
            icc.setdefault(content[12], content[14:])
    raise Undecodable(DAMAGED)
