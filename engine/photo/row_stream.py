"""A colored photo as a file that libvips reads while it is being worked out.

libvips takes pictures from memory as a whole, or from files. Here the file is an uncompressed TIFF
that exists nowhere: its tags are made up, and its strips are composed when they are read, a few
ahead of the reader. So no colored photo is ever in memory as a whole. Source: TIFF 6.0, section 2;
BigTIFF as in libtiff.
"""

import struct
from collections.abc import Iterator

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.composition import rows_of_strip, strips
from engine.in_order import in_order
from engine.values import ColoredRows

Array = NDArray[np.generic]

_SHORT, _LONG, _LONG8 = 3, 4, 16
_HEADER_BYTES, _ENTRY_BYTES = 16, 20
_RGB, _UNASSOCIATED_ALPHA = 2, 2


class RowStream:
    """Reads like a file.

    Args:
        colored: the photo.
        alpha: (H, W), uint8 or uint16, or None.
        cancel: checked before each strip.

    Attributes:
        failure: what was raised while a strip was made; libvips only learns that reading failed.
    """

    def __init__(
        self, colored: ColoredRows, alpha: Array | None, cancel: CancelToken | None = None
    ) -> None:
        height, width = colored.size
        if alpha is not None and alpha.shape != (height, width):
            raise ValueError(f"alpha of shape {alpha.shape} for a photo of {height} x {width}")
        self.failure: BaseException | None = None
        self._colored, self._alpha = colored, alpha
        self._rows = rows_of_strip(width)
        self._channels = 3 if alpha is None else 4
        self._line = width * self._channels * colored.depth // 8
        self._head = self._tags()
        self._at = 0
        self._strips: Iterator[memoryview] = in_order(self._strip, strips(height, width, cancel))
        self._number, self._strip_now = -1, memoryview(b"")

    def image(self) -> pyvips.Image:
        """The picture as libvips sees it; to be used once, from top to bottom."""
        # Kept, because libvips does not keep alive what it calls back.
        self._source = pyvips.SourceCustom()
        self._source.on_read(self._read)
        self._source.on_seek(self._seek)
        image = pyvips.Operation.call(
            "tiffload_source", self._source, access="sequential", fail_on="error"
        )
        return image.copy(interpretation="srgb" if self._colored.depth == 8 else "rgb16")

    def _strip(self, rows: slice) -> memoryview:
        strip = self._colored.rows(rows)
        if self._alpha is not None:
            alpha = _of_depth(self._alpha[rows], strip.dtype)
            strip = np.concatenate([strip, alpha[..., None]], axis=2)
        return np.ascontiguousarray(strip).data.cast("B")

    def _read(self, count: int) -> bytes | memoryview | None:
        try:
            if self._at < len(self._head):
                found: bytes | memoryview = self._head[self._at : self._at + count]
            else:
                number, start = divmod(self._at - len(self._head), self._line * self._rows)
                while self._number < number:
                    self._strip_now = next(self._strips)
                    self._number += 1
                found = self._strip_now[start : start + count]
        except StopIteration:
            return None
        except BaseException as failure:  # noqa: BLE001 - raised again by `failures_of`
            self.failure = failure
            return None
        self._at += len(found)
        return found

    def _seek(self, offset: int, whence: int) -> int:
        end = len(self._head) + self._line * self._colored.size[0]
        self._at = (0, self._at, end)[whence] + offset
        return self._at

    def _tags(self) -> bytes:
        """All of the file before its pixels."""
        height, width = self._colored.size
        count = -(-height // self._rows)
        sizes = [self._line * self._rows] * (count - 1)
        sizes.append(self._line * height - sum(sizes))
        # (number, type, count, value, or None where the values lie behind the tags)
        entries: list[tuple[int, int, int, int | None]] = [
            (256, _LONG, 1, width),
            (257, _LONG, 1, height),
            (258, _SHORT, self._channels, None),
            (259, _SHORT, 1, 1),  # not compressed
            (262, _SHORT, 1, _RGB),
            (273, _LONG8, count, None),
            (277, _SHORT, 1, self._channels),
            (278, _LONG, 1, self._rows),
            (279, _LONG8, count, None),
        ]
        if self._channels == 4:
            entries.append((338, _SHORT, 1, _UNASSOCIATED_ALPHA))
        behind = _HEADER_BYTES + 8 + _ENTRY_BYTES * len(entries) + 8
        start = behind + 16 * count
        offsets = [start + self._line * self._rows * number for number in range(count)]
        in_place = {
            258: struct.pack(f"<{self._channels}H", *[self._colored.depth] * self._channels),
            # A single value stands in the tag itself.
            273: struct.pack("<Q", behind if count > 1 else offsets[0]),
            279: struct.pack("<Q", behind + 8 * count if count > 1 else sizes[0]),
        }
        written = [
            struct.pack("<HHQ", number, kind, many)
            + (struct.pack("<Q", value) if value is not None else in_place[number].ljust(8, b"\0"))
            for number, kind, many, value in entries
        ]
        return b"".join([
            struct.pack("<2sHHHQ", b"II", 43, 8, 0, _HEADER_BYTES),
            struct.pack("<Q", len(entries)), *written, struct.pack("<Q", 0),
            struct.pack(f"<{2 * count}Q", *offsets, *sizes),
        ])  # fmt: skip


def _of_depth(alpha: Array, dtype: np.dtype[np.generic]) -> Array:
    """Alpha in 8 or 16 bit, opaque staying opaque."""
    if alpha.dtype == dtype:
        return alpha
    if dtype == np.uint16:
        return alpha.astype(np.uint16) * np.uint16(257)
    return ((alpha.astype(np.uint32) + 128) // 257).astype(np.uint8)
