"""libvips, set up once for this program, and its one error buffer.

Its cache of operations is switched off: it holds on to files that were read long ago.
"""

import pyvips

from engine.cancel import CancelToken

pyvips.cache_set_max(0)


def clear_errors() -> None:
    """Empty the error buffer, whose text may still speak of an earlier file."""
    pyvips.vips_lib.vips_error_clear()


def error_text() -> str:
    """What libvips and the libraries below it complained of since `clear_errors`."""
    text: bytes = pyvips.ffi.string(pyvips.vips_lib.vips_error_buffer())
    return text.decode("utf-8", "replace")


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
