"""Inks -> sRGB, by way of the file's profile or a common one for print (LittleCMS by libvips)."""

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.photo import libvips
from engine.photo.decoded import DAMAGED, Undecodable

_ICC = "icc-profile-data"


def srgb_of_inks(inks: NDArray[np.generic], icc: bytes | None) -> NDArray[np.generic]:
    """Convert CMYK pixels.

    Args:
        inks: (H, W, 4), uint8 or uint16, 0 for no ink.
        icc: the profile they are meant for, found usable before; None for one of libvips's own.

    Returns:
        (H, W, 3), same type.

    Raises:
        Undecodable: LittleCMS cannot do it.
    """
    height, width, count = inks.shape
    deep = inks.dtype == np.uint16
    memory = np.ascontiguousarray(inks)
    image = pyvips.Image.new_from_memory(
        memory.data, width, height, count, "ushort" if deep else "uchar"
    ).copy(interpretation="cmyk")
    if icc is not None:
        image.set_type(pyvips.GValue.blob_type, _ICC, icc)
    try:
        with libvips.own_errors():
            colors = image.icc_transform(
                "srgb", embedded=True, input_profile="cmyk", depth=16 if deep else 8
            )
            result: NDArray[np.generic] = colors.numpy()
    except pyvips.Error as error:
        raise Undecodable(DAMAGED) from error
    return result
