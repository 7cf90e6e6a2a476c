"""PNG files: what they tell of their colors beside a profile, which libvips leaves out.

Source: W3C Portable Network Graphics, third edition, 4.3 (which of them counts), 11.3.2.
"""

import dataclasses
import struct
import zlib
from typing import BinaryIO

from engine.cancel import CancelToken
from engine.color.made_profile import SRGB_CURVE, gray_profile, rgb_profile
from engine.photo.blocks import png_chunks
from engine.photo.color_tags import (
    SRGB_PRIMARIES,
    SRGB_WHITE,
    Cicp,
    profile_of_cicp,
    refuse_high_dynamic_range,
)
from engine.photo.decode import LEFT_ASIDE, decode, why_left_aside
from engine.photo.decoded import Decoded, Keep

# A profile that is longer is taken for damaged.
_MOST_PROFILE = 4 << 20
_TOLD_BY_OTHERS = (b"iCCP", b"sRGB")
_TELLING = (*_TOLD_BY_OTHERS, b"cICP", b"gAMA", b"cHRM")
# 1 / 2.2, what programs write that mean sRGB.
_SRGB_GAMMA = 45455
_SAME = 0.002


def decode_png(file: BinaryIO, cancel: CancelToken | None = None, keep: Keep = "pixels") -> Decoded:
    """Decode a PNG file.

    Raises:
        Undecodable: it is damaged, or its light is of high dynamic range (PQ, HLG).
        Cancelled: on request.
    """
    told = dict(png_chunks(file, _TELLING, last=b"IDAT"))
    cicp = _cicp(told)
    if cicp is not None:
        refuse_high_dynamic_range(cicp)

    def profile(gray: bool, embedded: bytes | None) -> bytes | None:
        if cicp is not None:
            return profile_of_cicp(cicp, gray)
        if any(name in told for name in _TOLD_BY_OTHERS):
            return embedded
        return _profile_of_numbers(told, gray)

    decoded = decode(file, "png", cancel, keep, profile)
    lost = b"iCCP" in told and cicp is None and decoded.icc is None
    if not lost or not LEFT_ASIDE.isdisjoint(decoded.notices):
        return decoded
    # libpng throws away in silence what it finds damaged or unfitting.
    colors = 3 if decoded.pixels is None else decoded.pixels.shape[2]
    notice = why_left_aside(_unpacked_profile(told[b"iCCP"]), colors)
    return dataclasses.replace(decoded, notices=(*decoded.notices, notice))


def _unpacked_profile(chunk: bytes) -> bytes:
    """The profile, empty if it is damaged. Source: PNG (Third Edition), 11.3.2.3."""
    _, _, rest = chunk.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(rest[1:], _MOST_PROFILE)
    except zlib.error:
        return b""


def _cicp(told: dict[bytes, bytes]) -> Cicp | None:
    chunk = told.get(b"cICP", b"")
    # The third byte must be 0 for RGB, the fourth 1 for the full range of values.
    return Cicp(chunk[0], chunk[1]) if len(chunk) == 4 and chunk[2:] == b"\0\1" else None


def _profile_of_numbers(told: dict[bytes, bytes], gray: bool) -> bytes | None:
    """The profile that gAMA and cHRM amount to; None for sRGB and for nonsense."""
    gamma = int.from_bytes(told.get(b"gAMA", b""), "big") or _SRGB_GAMMA
    curve = SRGB_CURVE if gamma == _SRGB_GAMMA else (100_000 / gamma,)
    plain = gamma == _SRGB_GAMMA
    # Beyond these no picture was ever meant, and a result could not be looked at.
    if not 10_000 <= gamma <= 400_000:
        return None
    if gray:
        return None if plain else gray_profile(curve)
    chunk = told.get(b"cHRM", b"")
    numbers = [n / 100_000 for n in struct.unpack(">8I", chunk)] if len(chunk) == 32 else []
    ours = [n for point in (SRGB_WHITE, *SRGB_PRIMARIES) for n in point]
    given = numbers or ours
    if plain and all(abs(a - b) < _SAME for a, b in zip(given, ours, strict=True)):
        return None
    white, red, green, blue = zip(given[::2], given[1::2], strict=True)
    try:
        return rgb_profile((red, green, blue), white, curve)
    except ValueError:
        return None
