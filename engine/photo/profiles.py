"""ICC profiles that only LittleCMS can read, by way of libvips."""

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.color.icc import BadProfile, lightness_of_pcs_lab, luminance_model, profile_channels

_ICC = "icc-profile-data"
_INTERPRETATIONS = {1: "grey16", 3: "rgb16", 4: "cmyk"}


def is_usable(profile: bytes, channels: int) -> bool:
    """Whether a profile is sound and meant for pixels with so many channels: 1, 3 or 4."""
    try:
        if profile_channels(profile) != channels:
            return False
        if luminance_model(profile) is not None:
            return True
        _pcs_lab(np.zeros((1, 1, channels), np.uint16), profile)
    except (BadProfile, pyvips.Error):
        return False
    return True


def lightness_by_tables(pixels: NDArray[np.uint16], profile: bytes) -> NDArray[np.float32]:
    """L* of pixels whose profile holds tables of colors.

    Args:
        pixels: (h, w, 1 or 3) uint16; LittleCMS is more exact with them than with uint8.
        profile: found usable before.

    Returns:
        (h, w) float32, 0..100, D65.
    """
    return lightness_of_pcs_lab(_pcs_lab(pixels, profile))


def _pcs_lab(pixels: NDArray[np.uint16], profile: bytes) -> NDArray[np.float32]:
    """CIELAB for D50; relative intent, no black-point compensation.

    Raises:
        BadProfile: libvips went around the profile and took one of its own.
    """
    height, width, channels = pixels.shape
    image = pyvips.Image.new_from_memory(
        np.ascontiguousarray(pixels).data, width, height, channels, "ushort"
    ).copy(interpretation=_INTERPRETATIONS[channels])
    image.set_type(pyvips.GValue.blob_type, _ICC, profile)
    lab = image.icc_import(embedded=True, pcs="lab", intent="relative")
    if lab.get(_ICC) != profile:
        raise BadProfile("LittleCMS cannot read it")
    return np.asarray(lab.numpy(), np.float32)
