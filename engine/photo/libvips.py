"""libvips, set up once for this program, and its one error buffer.

Its cache of operations is switched off: it holds on to files that were read long ago.
"""

import contextlib
import threading
from collections.abc import Iterator

import pyvips

from engine.cancel import CancelToken

pyvips.cache_set_max(0)

_LOCK = threading.Lock()


def _leniently(text: object) -> str:
    found = pyvips.ffi.string(text) if text != pyvips.ffi.NULL else b""
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)


# pyvips 3.2 takes all that libvips says for clean UTF-8 and raises UnicodeDecodeError where it
# quotes the bytes of a damaged file, both in pyvips.Error and in its handler for warnings.
pyvips._to_string = pyvips.error._to_string = _leniently


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


def stop_on(cancel: CancelToken | None, image: pyvips.Image) -> None:
    """Let libvips give up on working out this image as soon as the token is set."""
    if cancel is None:
        return
    token = cancel

    def check(working: pyvips.Image, _progress: object) -> None:
        if token.is_set:
            working.set_kill(True)

    image.set_progress(True)
    image.signal_connect("eval", check)
