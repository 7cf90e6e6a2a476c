"""Which RGB space a result is written in."""

from functools import lru_cache

from engine.color.rgb import SRGB_SPACE, RgbSpace, space_of_profile
from engine.i18n import N_
from engine.paths import PROFILES
from engine.photo.options import SpaceChoice
from engine.values import Photo

OWN_NOT_WRITABLE = N_(
    "The photo's color profile can be read, but not written in; the result is in sRGB."
)
# Name, and the file its profile lies in.
SHIPPED: dict[SpaceChoice, tuple[str, str]] = {
    "display-p3": ("Display P3", "DisplayP3-v4.icc"),
    "adobe-rgb": ("Adobe RGB (1998)", "AdobeCompat-v2.icc"),
    "prophoto-rgb": ("ProPhoto RGB", "ProPhoto-v4.icc"),
}


def space_for(photo: Photo, choice: SpaceChoice) -> tuple[RgbSpace, tuple[str, ...]]:
    """The space of a result.

    Args:
        photo: the original. Gray photos, and those that were CMYK, have no RGB profile to keep.
        choice: the photographer's.

    Returns:
        The space, and a sentence if it is not the one that was chosen, to be translated.
    """
    if choice in SHIPPED:
        return _shipped(choice), ()
    if choice == "srgb" or photo.source.icc is None or photo.is_gray:
        return SRGB_SPACE, ()
    own = space_of_profile(photo.source.icc, "own")
    return (SRGB_SPACE, (OWN_NOT_WRITABLE,)) if own is None else (own, ())


@lru_cache(maxsize=4)
def _shipped(choice: SpaceChoice) -> RgbSpace:
    name, file = SHIPPED[choice]
    space = space_of_profile((PROFILES / file).read_bytes(), name)
    if space is None:
        raise ValueError(f"{file} is no profile with curves and a matrix")
    return space
