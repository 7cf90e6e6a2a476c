"""Rendition -> the bytes of a JPEG, PNG or TIFF file, with what the photo's file said carried over.

Nothing goes in that changes from run to run, such as the time: the same rendition gives the same
bytes.
"""

from typing import Literal

import numpy as np
import pyvips
from numpy.typing import NDArray

from engine.i18n import N_
from engine.photo import libvips
from engine.photo.channels import top_code
from engine.photo.embed import embed_in_jpeg, embed_in_png
from engine.photo.metadata import photoshop_resource
from engine.values import FileFormat, Photo, Rendition

NO_ALPHA_IN_JPEG = N_("JPEG files hold no transparency; it was left out.")
NO_EXIF_IN_TIFF = N_("Camera data (EXIF) is not written into TIFF files; it was left out.")
NO_IPTC_IN_PNG = N_("PNG files hold no captions and keywords (IPTC); they were left out.")
TOO_LARGE_FOR_JPEG = N_("Some of the photo's metadata is too large for JPEG; it was left out.")

# Not optimize_coding: it would hold the whole picture once more, as 16-bit coefficients.
_JPEG = {"Q": 95, "subsample_mode": "off"}
_PNG = {"compression": 6, "filter": "up"}
_TIFF = {"compression": "deflate", "predictor": "horizontal", "resunit": "inch"}
# Above it the offsets of a plain TIFF file may overflow: it has 32 bits for them.
_BIG_TIFF_BYTES = 3_900_000_000
# Where the photo's file says nothing; TIFF and JPEG want some number.
_DEFAULT_RESOLUTION = 72 / 25.4


def encode(
    rendition: Rendition, photo: Photo, file_format: FileFormat
) -> tuple[bytes, tuple[str, ...]]:
    """Make the file.

    JPEG: quality 95, no chroma subsampling. PNG and TIFF: the depth of the rendition, without loss;
    TIFF with deflate and horizontal differencing. All carry an sRGB profile.

    Args:
        rendition: uint8, or uint16 for PNG and TIFF.
        photo: where alpha, resolution and metadata come from.
        file_format: what to make.

    Returns:
        The file, and sentences about what it could not hold, to be translated.

    Raises:
        ValueError: JPEG of 16 bit, or alpha of another size than the rendition.
        pyvips.Error: libvips cannot, such as a JPEG wider than 65,500 pixels.
    """
    if file_format == "jpeg" and rendition.pixels.dtype != np.uint8:
        raise ValueError("JPEG holds 8 bits per channel")
    alpha = None if file_format == "jpeg" else photo.alpha
    resolution = photo.source.pixels_per_mm or (_DEFAULT_RESOLUTION, _DEFAULT_RESOLUTION)
    image = _image(rendition.pixels, alpha).copy(xres=resolution[0], yres=resolution[1])
    _attach(image, "icc-profile-data", pyvips.Image.profile_load("srgb"))
    metadata = dict(photo.source.metadata)
    notices = _losses(photo, file_format)
    with libvips.own_errors():
        if file_format == "tiff":
            return _tiff(image, metadata), notices
        if file_format == "png":
            return embed_in_png(image.pngsave_buffer(keep="icc", **_PNG), metadata), notices
        jpeg = image.jpegsave_buffer(keep="icc", **_JPEG)
    data, left_out = embed_in_jpeg(jpeg, metadata, resolution)
    return data, (*notices, TOO_LARGE_FOR_JPEG) if left_out else notices


def _tiff(image: pyvips.Image, metadata: dict[str, bytes]) -> bytes:
    if "xmp-data" in metadata:
        _attach(image, "xmp-data", metadata["xmp-data"])
    if "iptc-data" in metadata:
        # Not as "iptc-data": libvips 8.18.7 then writes the first quarter of it, as it counts in
        # units of four bytes where libtiff has come to count in single ones.
        _attach(image, "photoshop-data", photoshop_resource(metadata["iptc-data"]))
    size = image.width * image.height * image.bands * (1 if image.format == "uchar" else 2)
    data: bytes = image.tiffsave_buffer(bigtiff=size > _BIG_TIFF_BYTES, **_TIFF)
    return data


def _losses(photo: Photo, file_format: FileFormat) -> tuple[str, ...]:
    """Sentences about what the format cannot hold of this photo."""
    names = {name for name, _ in photo.source.metadata}
    transparent = photo.alpha is not None and not _is_opaque(photo.alpha)
    losses: dict[Literal["jpeg", "png", "tiff"], tuple[bool, str]] = {
        "jpeg": (transparent, NO_ALPHA_IN_JPEG),
        "png": ("iptc-data" in names, NO_IPTC_IN_PNG),
        "tiff": ("exif-data" in names, NO_EXIF_IN_TIFF),
    }
    lost, sentence = losses[file_format]
    return (sentence,) if lost else ()


def _is_opaque(alpha: NDArray[np.generic]) -> bool:
    return bool(np.all(alpha == top_code(alpha)))


def _image(pixels: NDArray[np.generic], alpha: NDArray[np.generic] | None) -> pyvips.Image:
    image = _plain_image(pixels)
    if alpha is not None:
        if alpha.shape != pixels.shape[:2]:
            raise ValueError(f"alpha of shape {alpha.shape} for pixels of shape {pixels.shape}")
        image = image.bandjoin(_plain_image(_of_depth(alpha, pixels.dtype)[..., None]))
    return image.copy(interpretation="srgb" if pixels.dtype == np.uint8 else "rgb16")


def _plain_image(pixels: NDArray[np.generic]) -> pyvips.Image:
    height, width, bands = pixels.shape
    kind = "uchar" if pixels.dtype == np.uint8 else "ushort"
    return pyvips.Image.new_from_memory(
        np.ascontiguousarray(pixels).data, width, height, bands, kind
    )


def _of_depth(alpha: NDArray[np.generic], dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    """Alpha in 8 or 16 bit, opaque staying opaque."""
    if alpha.dtype == dtype:
        return alpha
    if dtype == np.uint16:
        return alpha.astype(np.uint16) * np.uint16(257)
    return ((alpha.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _attach(image: pyvips.Image, name: str, block: bytes) -> None:
    image.set_type(pyvips.GValue.blob_type, name, block)
