"""JPEG XL files: pixels by OpenImageIO, metadata from the boxes around the codestream.

Turning is part of the codestream and done by libjxl; what EXIF says of it is out of date by the
standard. Measured with libjxl 0.12: a file cut anywhere is turned down. OpenImageIO shows the last
frame of an animation; the first one comes from imagecodecs.

Source: ISO/IEC 18181-2:2021 (boxes).
"""

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.i18n import N_
from engine.photo.boxes import boxes
from engine.photo.channels import as_whole_numbers
from engine.photo.color_tags import refuse_high_dynamic_range
from engine.photo.decode import CHANNEL_LEFT_OUT, SEVERAL_PAGES, why_left_aside
from engine.photo.decoded import DAMAGED, UNSUPPORTED, Decoded, Undecodable, check_pixels
from engine.photo.jxl_header import look_at_jxl
from engine.photo.oiio import Opened, open_with_oiio
from engine.photo.optional import imported
from engine.photo.profiles import is_usable

JPEG_XL = N_("JPEG XL pictures are not supported")

_BOXED = b"\0\0\0\x0cJXL "
_METADATA = {b"Exif": "exif-data", b"xml ": "xmp-data"}
_SRGB_CURVE = 13
_SRGB_PRIMARIES = 1
# Of a block, also once it is unpacked: a few hundred bytes can stand for gigabytes.
_MOST_METADATA = 1 << 24


def decode_jpeg_xl(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode the first frame of a JPEG XL file, upright.

    Args:
        data: the whole file.
        cancel: checked before decoding, which cannot be stopped.

    Raises:
        Undecodable: it cannot be decoded, or its light is of high dynamic range (PQ, HLG).
        Cancelled: on request.
    """
    header = look_at_jxl(data)
    check_pixels(header.width, header.height)
    opened = open_with_oiio(data, ".jxl", JPEG_XL, cancel)
    if opened.cicp is not None:
        refuse_high_dynamic_range(opened.cicp)
    notices = [SEVERAL_PAGES] if header.animated else []
    channels = _first_frame(data, opened.channels) if header.animated else opened.channels
    colors = 1 if channels.shape[2] <= 2 else 3
    alpha = 1 if channels.shape[2] == 2 else opened.alpha
    extra = channels.shape[2] - colors - (alpha is not None)
    if opened.icc is not None and opened.icc[16:20] == b"CMYK":
        raise Undecodable(UNSUPPORTED)
    if extra:
        notices.append(CHANNEL_LEFT_OUT)
    return Decoded(
        as_whole_numbers(channels[..., :colors], linear=False),
        None if alpha is None else as_whole_numbers(channels[..., alpha, None], False)[..., 0],
        icc=_profile(opened, colors, notices),
        blocks=_blocks(data),
        notices=tuple(notices),
    )


def _first_frame(data: bytes, last: NDArray[np.generic]) -> NDArray[np.generic]:
    imagecodecs = imported("imagecodecs", JPEG_XL)
    try:
        frame = np.asarray(imagecodecs.jpegxl_decode(data, index=0))
    except imagecodecs.JpegxlError as error:
        raise Undecodable(DAMAGED) from error
    return frame.reshape(last.shape)


def _profile(opened: Opened, colors: int, notices: list[str]) -> bytes | None:
    """The profile; None for sRGB, for which libjxl makes one, too."""
    if opened.cicp is not None:
        plain = opened.cicp.curve == _SRGB_CURVE
        if plain and (colors == 1 or opened.cicp.primaries == _SRGB_PRIMARIES):
            return None
    if opened.icc is None or is_usable(opened.icc, colors):
        return opened.icc
    notices.append(why_left_aside(opened.icc, colors))
    return None


def _blocks(data: bytes) -> dict[str, bytes]:
    """EXIF and XMP, also where they are compressed."""
    found: dict[str, bytes] = {}
    if not data.startswith(_BOXED):
        return found
    for box in boxes(data):
        kind, content = box.kind, data[box.start : min(box.end, box.start + _MOST_METADATA)]
        packed = kind == b"brob"
        if packed:
            kind, content = content[:4], content[4:]
        name = _METADATA.get(kind)
        if name is None or name in found:
            continue  # unpacking a hundred thousand of them would take hours
        block = _unpacked(content) if packed else content
        if name == "exif-data":
            # How far the block begins behind its first four bytes is written in them.
            block = block[4 + int.from_bytes(block[:4], "big") :]
        found[name] = block
    return {name: block for name, block in found.items() if block}


def _unpacked(content: bytes) -> bytes:
    imagecodecs = imported("imagecodecs", JPEG_XL)
    try:
        return bytes(imagecodecs.brotli_decode(content, out=_MOST_METADATA))
    except imagecodecs.BrotliError:
        return b""
