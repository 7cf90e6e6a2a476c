"""A colored photo as a file that libvips reads while it is being worked out.

libvips takes pictures from memory as a whole, or from files. Here the file is an uncompressed TIFF
that exists nowhere: its tags are made up, and its strips are composed when they are read, a few
ahead of the reader. So no colored photo is ever in memory as a whole. What becomes an uncompressed
TIFF file in the end does not pass through libvips at all.
"""

import contextlib
from collections.abc import Generator, Iterator

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.composition import rows_of_strip, strips
from engine.in_order import in_order
from engine.photo.plain_tiff import head_of_tiff
from engine.values import ColoredRows

Array = NDArray[np.generic]


class RowStream:
    """Reads like a file; or the strips are taken one by one.

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
        self._colored: ColoredRows | None = colored
        self._alpha = alpha
        self._size, self._depth = colored.size, colored.depth
        self._rows = rows_of_strip(width)
        self._channels = 3 if alpha is None else 4
        self._line = width * self._channels * colored.depth // 8
        self._head = head_of_tiff(colored.size, self._channels, colored.depth, self._rows)
        self._at = 0
        self._strips: Generator[memoryview] = in_order(self._strip, strips(height, width, cancel))
        self._number, self._strip_now = -1, memoryview(b"")

    @property
    def size(self) -> int:
        """Bytes of all pixels."""
        return self._line * self._size[0]

    def image(self) -> pyvips.Image:
        """The picture as libvips sees it; to be used once, from top to bottom."""
        # Kept, because libvips does not keep alive what it calls back.
        self._source = pyvips.SourceCustom()
        self._source.on_read(self._read)
        self._source.on_seek(self._seek)
        image = pyvips.Operation.call(
            "tiffload_source", self._source, access="sequential", fail_on="error"
        )
        return image.copy(interpretation="srgb" if self._depth == 8 else "rgb16")

    def close(self) -> None:
        """End the threads, and let go of the photo.

        What libvips calls back leads in a circle back here, and Python seldom looks for circles
        among objects that have become old: the photo would stay in memory till then.
        """
        with contextlib.suppress(ValueError):  # a strip is still being waited for
            self._strips.close()
        self._strip_now = memoryview(b"")
        self._colored = self._alpha = None

    def file(
        self, icc: bytes, pixels_per_mm: tuple[float, float] | None, *, big: bool
    ) -> Iterator[bytes | memoryview]:
        """The picture as an uncompressed TIFF file, piece by piece; instead of `image`.

        Args:
            icc: profile.
            pixels_per_mm: horizontal and vertical resolution.
            big: BigTIFF, for what is larger than 4 GiB.

        Raises:
            Cancelled: on request, and whatever is raised while a strip is made.
        """
        yield head_of_tiff(
            self._size,
            self._channels,
            self._depth,
            self._rows,
            pixels_per_mm=pixels_per_mm,
            icc=icc,
            big=big,
        )
        yield from self._strips

    def _strip(self, rows: slice) -> memoryview:
        assert self._colored is not None
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
        end = len(self._head) + self.size
        self._at = (0, self._at, end)[whence] + offset
        return self._at


def _of_depth(alpha: Array, dtype: np.dtype[np.generic]) -> Array:
    """Alpha in 8 or 16 bit, opaque staying opaque."""
    if alpha.dtype == dtype:
        return alpha
    if dtype == np.uint16:
        return alpha.astype(np.uint16) * np.uint16(257)
    return ((alpha.astype(np.uint32) + 128) // 257).astype(np.uint8)
