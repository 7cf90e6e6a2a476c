"""Files that OpenImageIO reads: JPEG XL and Photoshop.

Chosen for JPEG XL after trying what there is: it hands over 8, 16 bit and floating point together
with the profile of exactly those pixels, and is strict with cut files. (pylibjxl gives 8 bit only,
imagecodecs no profile, and pillow-jxl-plugin is GPL.) Its license is Apache 2.0.

From Python it opens files by name only, so the bytes take a detour over a temporary file.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.photo.color_tags import Cicp
from engine.photo.decoded import DAMAGED, NO_MEMORY, TOO_EARLY, Undecodable
from engine.photo.optional import imported

# It looks for a signature in the first 128 bytes and finds none in a shorter file.
_SHORTEST = 256


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The first picture of a file.

    Attributes:
        channels: (H, W, n) as stored, alpha not multiplied into the colors.
        alpha: which channel is alpha; None if none is said to be.
        icc: the profile of the channels.
        cicp: the same in numbers, where that is possible.
    """

    channels: NDArray[np.generic]
    alpha: int | None
    icc: bytes | None
    cicp: Cicp | None


def open_with_oiio(
    data: bytes, suffix: str, missing: str, cancel: CancelToken | None, **hints: int
) -> Opened:
    """Decode a file with OpenImageIO.

    Args:
        data: the whole file.
        suffix: by which OpenImageIO knows what to try first, such as ".jxl".
        missing: why the file is not read where the library is missing.
        cancel: checked before decoding, which cannot be stopped.
        hints: of the reader, "psd_RawData" for what is called "psd:RawData".

    Raises:
        Undecodable: it is damaged or ends too early.
        Cancelled: on request.
    """
    library = imported("OpenImageIO", missing)
    wishes = library.ImageSpec()
    wishes.attribute("oiio:UnassociatedAlpha", 1)
    for name, value in hints.items():
        wishes.attribute(name.replace("_", ":", 1), value)
    with tempfile.TemporaryDirectory(prefix="photochrom-") as folder:
        path = Path(folder, "photo" + suffix)
        path.write_bytes(data.ljust(_SHORTEST, b"\0"))
        if cancel is not None:
            cancel.raise_if_set()
        file = library.ImageInput.open(str(path), wishes)
        if file is None:
            raise Undecodable(_reason(library.geterror()))
        try:
            channels = file.read_image(library.UNKNOWN)
            complaint = file.geterror()
            if channels is None or complaint:
                raise Undecodable(_reason(complaint))
            return _opened(channels, file.spec())
        finally:
            file.close()


def _opened(channels: NDArray[np.generic], spec: Any) -> Opened:
    # Whatever `spec` hands out is copied: it goes when the file is closed.
    icc = spec.getattribute("ICCProfile")
    numbers = spec.getattribute("CICP")
    return Opened(
        channels=channels.reshape(spec.height, spec.width, spec.nchannels),
        alpha=spec.alpha_channel if spec.alpha_channel >= 0 else None,
        icc=None if icc is None else np.asarray(icc, np.uint8).tobytes(),
        cicp=None if numbers is None else Cicp(int(numbers[0]), int(numbers[1])),
    )


def _reason(complaint: str) -> str:
    if "end of file" in complaint or "too short" in complaint:
        return TOO_EARLY
    return NO_MEMORY if "memory" in complaint or "bad_alloc" in complaint else DAMAGED
