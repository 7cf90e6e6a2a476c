"""What a format cannot hold of a photo, known before it is written."""

from dataclasses import dataclass

from engine.i18n import N_
from engine.photo.channels import top_code
from engine.photo.options import SaveOptions
from engine.values import Depth, FileFormat, Photo

NO_ALPHA_IN_JPEG = N_("JPEG files hold no transparency; it was left out.")
NO_IPTC = N_("This format holds no captions and keywords in IPTC; they were left out.")
EIGHT_BITS = N_(
    "This format holds 8 of the photo's 16 bits per channel; PNG and TIFF hold them all."
)
TWELVE_BITS = N_(
    "This format holds 12 of the photo's 16 bits per channel; PNG and TIFF hold them all."
)
TOO_LARGE_FOR_JPEG = N_("Some of the photo's metadata is too large for JPEG; it was left out.")
EIGHT_BITS_ONLY = N_(
    "This format holds 8 bits per channel, not the 16 that were asked for; PNG and TIFF hold 16."
)
TWELVE_BITS_ONLY = N_(
    "This format holds 12 bits per channel, not the 16 that were asked for; PNG and TIFF hold 16."
)
NOT_INTO_FILE = N_("Some of the photo's metadata did not fit into the file; it was left out.")

# The same, where they are said before anything is written.
_BEFOREHAND = {
    NO_ALPHA_IN_JPEG: N_("JPEG files hold no transparency; it would be left out."),
    NO_IPTC: N_("This format holds no captions and keywords in IPTC; they would be left out."),
}

# The most bits per channel of each format.
_BITS: dict[FileFormat, int] = {"jpeg": 8, "png": 16, "tiff": 16, "webp": 8, "avif": 12}


def depth_for(photo: Photo, file_format: FileFormat, options: SaveOptions) -> Depth:
    """Bits per channel that a result is worked out in: more than 8 only where they are kept."""
    wanted = options.depth or photo.source.depth
    return 16 if wanted == 16 and _BITS[file_format] > 8 else 8


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a photo has that not every format can hold.

    Attributes:
        depth: bits per channel.
        transparent: whether any of it is.
        metadata: names of its blocks, as in `Source`.
    """

    depth: Depth = 8
    transparent: bool = False
    metadata: frozenset[str] = frozenset()


def belongings_of(photo: Photo) -> Belongings:
    """What this photo has that not every format can hold."""
    return Belongings(
        depth=photo.source.depth,
        transparent=photo.alpha is not None and int(photo.alpha.min()) < top_code(photo.alpha),
        metadata=frozenset(name for name, _ in photo.source.metadata),
    )


def losses(photo: Photo, file_format: FileFormat, options: SaveOptions) -> tuple[str, ...]:
    """Sentences about what the format cannot hold of this photo, to be translated.

    What is left out because the options say so is no loss.
    """
    return losses_of(belongings_of(photo), file_format, options)


def losses_of(has: Belongings, file_format: FileFormat, options: SaveOptions) -> tuple[str, ...]:
    """The same for who has the photo no longer at hand."""
    kept = has.metadata if options.metadata else frozenset()
    deep = has.depth == 16 and options.depth != 8
    found = (
        (file_format == "jpeg" and has.transparent, NO_ALPHA_IN_JPEG),
        (deep and _BITS[file_format] == 8, EIGHT_BITS),
        (deep and _BITS[file_format] == 12, TWELVE_BITS),
        (file_format in ("webp", "avif") and "iptc-data" in kept, NO_IPTC),
    )
    return tuple(sentence for lost, sentence in found if lost)


def unmet(photo: Photo, file_format: FileFormat, options: SaveOptions) -> tuple[str, ...]:
    """Sentences about what was asked for, and neither photo nor result has, to be translated."""
    if options.depth != 16 or photo.source.depth == 16:  # what the photo has is a loss, see above
        return ()
    only = {8: EIGHT_BITS_ONLY, 12: TWELVE_BITS_ONLY}.get(_BITS[file_format])
    return () if only is None else (only,)


def beforehand(loss: str) -> str:
    """The sentence about a loss that can still be avoided, to be translated."""
    return _BEFOREHAND.get(loss, loss)
