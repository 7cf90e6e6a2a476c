"""Photoshop files (PSD, PSB): the picture as it looked when it was saved, by OpenImageIO.

Layers are not put together here: Photoshop keeps a finished picture beside them, unless it was told
not to, and such a file is turned down. Source: Adobe Photoshop File Formats Specification.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.i18n import N_
from engine.photo.channels import as_whole_numbers, top_code
from engine.photo.cmyk import srgb_of_inks
from engine.photo.decode import CHANNEL_LEFT_OUT, CMYK_CONVERTED, why_left_aside
from engine.photo.decoded import (
    DAMAGED,
    TOO_EARLY,
    UNSUPPORTED,
    Decoded,
    Undecodable,
    check_pixels,
)
from engine.photo.metadata import photoshop_resources
from engine.photo.oiio import open_with_oiio
from engine.photo.packed_rows import has_all_rows
from engine.photo.profiles import is_usable

PHOTOSHOP = N_("Photoshop files are not supported")
ONLY_LAYERS = N_("Photoshop saved it without a finished picture beside its layers")

_HEADER = ">4sH6xHIIHH"
_COLORS = {0: 1, 1: 1, 2: 3, 3: 3, 4: 4, 8: 1}  # bilevel, gray, palette, RGB, CMYK, duotone
_PALETTE, _CMYK = 2, 4
_IPTC, _ICC, _VERSION, _EXIF, _XMP = 1028, 1039, 1057, 1058, 1060
_BLOCKS = {_IPTC: "iptc-data", _EXIF: "exif-data", _XMP: "xmp-data"}


def decode_photoshop(data: bytes, cancel: CancelToken | None = None) -> Decoded:
    """Decode the finished picture of a Photoshop file.

    Args:
        data: the whole file.
        cancel: checked before decoding, which cannot be stopped.

    Raises:
        Undecodable: it is damaged, has layers only, or colors of another kind.
        Cancelled: on request.
    """
    if len(data) < struct.calcsize(_HEADER) + 4:
        raise Undecodable(TOO_EARLY)
    _, version, count, height, width, bits, mode = struct.unpack_from(_HEADER, data)
    if version not in (1, 2):
        raise Undecodable(DAMAGED)
    check_pixels(width, height)
    if mode not in _COLORS:
        raise Undecodable(UNSUPPORTED)
    resources, after = _resources(data)
    # Four bytes of a version, then whether the finished picture is a real one.
    if resources.get(_VERSION, b"\0\0\0\1\1")[4:5] == b"\0":
        raise Undecodable(ONLY_LAYERS)
    if not _has_finished_picture(data, after, (count * height, (width * bits + 7) // 8), version):
        raise Undecodable(TOO_EARLY)
    raw = int(mode == _CMYK)
    channels = open_with_oiio(data, ".psd", PHOTOSHOP, cancel, psd_RawData=raw).channels
    # Transparency of the whole, or a saved selection. Photoshop has laid the colors over white in
    # the first case, so that they are right without it in both.
    more = count > _COLORS[mode] and mode != _PALETTE
    return _converted(channels, _COLORS[mode], resources, [CHANNEL_LEFT_OUT] if more else [])


def _converted(
    channels: NDArray[np.generic], colors: int, resources: dict[int, bytes], notices: list[str]
) -> Decoded:
    """Gray or RGB, with the profile if it fits."""
    icc = resources.get(_ICC)
    if icc and not is_usable(icc, colors):
        notices.append(why_left_aside(icc, colors))
        icc = None
    linear = icc is None
    pixels = as_whole_numbers(channels[..., :colors], linear)
    if colors == 4:
        notices.append(CMYK_CONVERTED)
        pixels = srgb_of_inks(top_code(pixels) - pixels, icc)  # it counts what is left of the paper
        icc = None
    blocks = {name: resources[number] for number, name in _BLOCKS.items() if number in resources}
    return Decoded(
        np.ascontiguousarray(pixels), None, icc=icc, blocks=blocks, notices=tuple(notices)
    )


def _has_finished_picture(data: bytes, at: int, rows: tuple[int, int], version: int) -> bool:
    """Whether all rows are there, behind the layers.

    Args:
        data: the file.
        at: where the layers begin, with their length.
        rows: how many there are of all channels, and bytes of each.
        version: 2 for PSB files, whose lengths take twice as many bytes.
    """
    wide = version == 2
    size = 8 if wide else 4
    layers = int.from_bytes(data[at : at + size], "big")
    return has_all_rows(data, at + size + layers, *rows, wide)


def _resources(data: bytes) -> tuple[dict[int, bytes], int]:
    """The image resources, which lie behind the color table, by number; and where they end."""
    at = 26
    (table,) = struct.unpack_from(">I", data, at)
    at += 4 + table
    if at + 4 > len(data):
        raise Undecodable(TOO_EARLY)
    end = at + 4 + struct.unpack_from(">I", data, at)[0]
    if end > len(data):
        raise Undecodable(TOO_EARLY)
    return dict(photoshop_resources(data[at + 4 : end])), end
