"""libvips, set up once for this program, and its one error buffer.

Its cache of operations is switched off: it holds on to files that were read long ago.
"""

import atexit
import contextlib
import io
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.photo.strips import row_strips

pyvips.cache_set_max(0)

# GLib's levels: critical and warning.
_COMPLAINTS = 1 << 3 | 1 << 4
# For the smaller things that a decoder needs beside the picture.
_ROOM_BESIDE = 64 << 20
_LOCK = threading.Lock()
_DTYPES = {
    "uchar": np.uint8,
    "char": np.int8,
    "ushort": np.uint16,
    "short": np.int16,
    "uint": np.uint32,
    "int": np.int32,
    "float": np.float32,
    "double": np.float64,
}


def _leniently(text: object) -> str:
    found = pyvips.ffi.string(text) if text != pyvips.ffi.NULL else b""
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)


# pyvips 3.2 takes all that libvips says for clean UTF-8 and raises UnicodeDecodeError where it
# quotes the bytes of a damaged file, both in pyvips.Error and in its handler for warnings.
pyvips._to_string = pyvips.error._to_string = _leniently


def _log_instead_of_printing() -> None:
    """Send to Python's log what GObject prints where a file claims an impossible size.

    pyvips does so with what libvips says, and nothing of it is for users: they get a sentence.
    """
    logging.getLogger("pyvips").addHandler(logging.NullHandler())
    glib, domain = pyvips.glib_lib, b"GLib-GObject"
    number = glib.g_log_set_handler(domain, _COMPLAINTS, pyvips._log_handler_cb, pyvips.ffi.NULL)
    # When Python ends, there is nothing left to call.
    atexit.register(glib.g_log_remove_handler, domain, number)


_log_instead_of_printing()


@contextlib.contextmanager
def own_errors() -> Iterator[None]:
    """Work with an error buffer that speaks of nothing else: of no earlier file, no other thread's.

    Only one thread at a time gets in.
    """
    with _LOCK:
        pyvips.vips_lib.vips_error_clear()
        yield


def error_text() -> str:
    """What libvips and the libraries below it have complained of within `own_errors`."""
    return _leniently(pyvips.vips_lib.vips_error_buffer())


def source_of(file: BinaryIO) -> pyvips.Source:
    """What libvips reads a file from: straight from the disk if it lies there."""
    name = getattr(file, "name", None)
    if isinstance(file, io.BytesIO) or not isinstance(name, str | bytes):
        file.seek(0)
        return pyvips.Source.new_from_memory(file.read())
    return pyvips.Source.new_from_file(os.fsencode(name))


def strips_of(
    image: pyvips.Image, cancel: CancelToken | None
) -> Iterator[tuple[slice, NDArray[np.generic]]]:
    """Rows of an image from top to bottom, as (rows, W, bands), decoded as they are asked for.

    Raises:
        pyvips.Error: it cannot be decoded.
        Cancelled: on request, between strips.
    """
    region = pyvips.Region.new(image)
    dtype = _DTYPES[image.format]
    for rows in row_strips(image.height, image.width):
        if cancel is not None:
            cancel.raise_if_set()
        count = rows.stop - rows.start
        strip = np.frombuffer(region.fetch(0, rows.start, image.width, count), dtype)
        yield rows, strip.reshape(count, image.width, image.bands)


def check_room(size: int) -> None:
    """Raise MemoryError if there is no room for so many bytes.

    Some decoders under libvips take their memory from GLib in a way that ends the program where
    there is not enough.
    """
    np.empty(size + _ROOM_BESIDE, np.uint8)


class Sink(Protocol):
    """A file that libvips writes."""

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it."""

    def read(self, count: int) -> bytes:
        """Read back."""

    def seek(self, offset: int, whence: int) -> int:
        """Go to another place."""


class _Inserting:
    """Writes to a sink, with something put in at a place in the stream.

    Exceptions are kept, as none may leave through libvips: see `failures_of`.
    """

    def __init__(self, sink: Sink, at: int, insert: bytes) -> None:
        self._sink, self._left, self._insert = sink, at, insert

    def write(self, data: memoryview) -> int:
        rest = memoryview(data)
        if self._insert and len(rest) >= self._left:
            self._sink.write(rest[: self._left])
            self._sink.write(self._insert)
            rest, self._insert = rest[self._left :], b""
        elif self._insert:
            self._left -= len(rest)
        self._sink.write(rest)
        return len(data)


def target_of(sink: Sink, at: int = 0, insert: bytes = b"") -> pyvips.Target:
    """What libvips writes a file to.

    Args:
        sink: the file.
        at: behind how many bytes something is put in.
        insert: what.
    """
    inserting = _Inserting(sink, at, insert)
    target = pyvips.TargetCustom()
    target.on_write(lambda data: _kept(sink, lambda: inserting.write(data), -1))
    target.on_read(lambda count: _kept(sink, lambda: sink.read(count), None))
    target.on_seek(lambda offset, whence: _kept(sink, lambda: sink.seek(offset, whence), -1))
    return target


@contextlib.contextmanager
def failures_of(*parties: Any) -> Iterator[None]:
    """Raise what was raised in the calls libvips made, instead of its own words for it.

    Args:
        parties: whoever was called; each keeps what it raised as `failure`.
    """
    try:
        yield
    except pyvips.Error:
        for party in parties:
            if party.failure is not None:
                raise party.failure from None
        raise
    for party in parties:  # some encoders take the end of their input for the end of the picture
        if party.failure is not None:
            raise party.failure


def _kept(party: Any, call: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return call()
    except BaseException as failure:  # noqa: BLE001 - raised again by `failures_of`
        party.failure = failure
        return otherwise
