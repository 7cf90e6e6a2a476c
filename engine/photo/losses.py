"""What a format cannot hold of a photo, known before it is written."""

import numpy as np

from engine.i18n import N_
from engine.photo.channels import top_code
from engine.photo.exif_resolution import with_resolution
from engine.photo.options import SaveOptions
from engine.values import Depth, FileFormat, Photo

NO_ALPHA_IN_JPEG = N_("JPEG files hold no transparency; it was left out.")
NO_IPTC = N_("This format holds no captions and keywords in IPTC; they were left out.")
NO_RESOLUTION = N_("This format holds no resolution (dpi); it was left out.")
EIGHT_BITS = N_(
    "This format holds 8 of the photo's 16 bits per channel; PNG and TIFF hold them all."
)
TWELVE_BITS = N_(
    "This format holds 12 of the photo's 16 bits per channel; PNG and TIFF hold them all."
)
TOO_LARGE_FOR_JPEG = N_("Some of the photo's metadata is too large for JPEG; it was left out.")
NOT_INTO_FILE = N_("Some of the photo's metadata did not fit into the file; it was left out.")

# The most bits per channel of each format.
_BITS: dict[FileFormat, int] = {"jpeg": 8, "png": 16, "tiff": 16, "webp": 8, "avif": 12}


def depth_for(photo: Photo, file_format: FileFormat, options: SaveOptions) -> Depth:
    """Bits per channel that a result is worked out in: more than 8 only where they are kept."""
    wanted = options.depth or photo.source.depth
    return 16 if wanted == 16 and _BITS[file_format] > 8 else 8


def losses(photo: Photo, file_format: FileFormat, options: SaveOptions) -> tuple[str, ...]:
    """Sentences about what the format cannot hold of this photo, to be translated.

    What is left out because the options say so is no loss.
    """
    kept = dict(photo.source.metadata) if options.metadata else {}
    wanted = options.depth or photo.source.depth
    found = (
        (file_format == "jpeg" and _is_transparent(photo), NO_ALPHA_IN_JPEG),
        (wanted == 16 and _BITS[file_format] == 8, EIGHT_BITS),
        (wanted == 16 and _BITS[file_format] == 12, TWELVE_BITS),
        (file_format in ("webp", "avif") and "iptc-data" in kept, NO_IPTC),
        (
            file_format in ("webp", "avif")
            and photo.source.pixels_per_mm is not None
            and with_resolution(kept.get("exif-data", b""), photo.source.pixels_per_mm) is None,
            NO_RESOLUTION,
        ),
    )
    return tuple(sentence for lost, sentence in found if lost)


def _is_transparent(photo: Photo) -> bool:
    alpha = photo.alpha
    return alpha is not None and not bool(np.all(alpha == top_code(alpha)))
