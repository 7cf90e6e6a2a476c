"""Whether a GIF file's compressed data gives the whole picture.

libvips takes what there is and leaves the rest black. The codes are followed here without unpacking
them: only how many pixels each stands for is counted. Source: GIF89a, sections 18 to 22 and
appendix F.
"""

import struct
from typing import Any

import numpy as np

from engine.compiled import compiled

_HEADER_BYTES = 13
_IMAGE, _EXTENSION = 0x2C, 0x21


def has_all_pixels(data: bytes) -> bool:
    """Whether the first picture of a GIF file is complete."""
    at = _HEADER_BYTES + _palette_bytes(data[10])
    while at < len(data) and data[at] == _EXTENSION:
        _, at = _blocks(data, at + 2)
    if data[at : at + 1] != bytes([_IMAGE]) or at + 11 > len(data):
        return False
    width, height, flags = struct.unpack_from("<HHB", data, at + 5)
    at += 10 + _palette_bytes(flags)
    bits = data[at] if at < len(data) else 0
    if not 1 <= bits <= 11:
        return False
    codes, _ = _blocks(data, at + 1)
    counted = _pixels(np.frombuffer(codes, np.uint8), bits, width * height)
    return bool(counted >= width * height)


def _palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """What lies in the blocks that start there, and where they end."""
    parts = []
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts), at + 1


@compiled
def _pixels(codes: Any, bits: int, enough: int) -> int:
    """How many pixels the codes stand for, up to a number that is enough."""
    clear = 1 << bits
    lengths = np.ones(4096, np.int64)
    size, following, before, pixels = bits + 1, clear + 2, 0, 0
    buffer, held = 0, 0
    for byte in codes:
        buffer |= int(byte) << held
        held += 8
        while held >= size:
            code = buffer & ((1 << size) - 1)
            buffer >>= size
            held -= size
            if code == clear:
                size, following, before = bits + 1, clear + 2, 0
                continue
            if code == clear + 1 or code > following:
                return pixels
            if before and following < 4096:
                lengths[following] = before + 1
                following += 1
                if following == 1 << size and size < 12:
                    size += 1
            elif code >= following:
                return pixels
            before = lengths[code] if code > clear else 1
            pixels += before
            if pixels >= enough:
                return pixels
    return pixels
