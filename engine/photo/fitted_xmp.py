"""Fits the XMP packet of a photo to its colored result.

Whatever the photo's file says of its own pixels is set or taken out where it stands; the rest of
the packet stays, byte for byte, unless it says that the file holds further pictures.
"""

import re

from engine.photo.packet import BadPacket, as_text
from engine.photo.xmp import without_properties

# One photo's number, as an attribute or as an element.
_NUMBER = rb"(\b%b\s*(?:=\s*[\"']|>\s*))\d+"
# Photoshop's number for RGB; a scan in gray has 1.
_RGB = 3
_THUMBNAILS, _THUMBNAILS_END = (
    re.compile(rb"<x[am]p:Thumbnails\b[^<>]*>"),
    re.compile(rb"</x[am]p:Thumbnails\s*>"),
)
# Each alternative ends where what it starts with does.
_PROFILE_NAME = re.compile(
    rb"(\bphotoshop:ICCProfile\s*)(?:(=\s*\")[^\"<]*|(=\s*')[^'<]*|(>)[^<]*)"
)
# Gain maps, depth maps and films behind the picture, which the result does not have.
_FURTHER_PICTURES = (
    "http://ns.adobe.com/hdr-gain-map/1.0/",
    "http://ns.google.com/photos/1.0/",
    "http://ns.google.com/photos/dd/1.0/",
    "http://ns.apple.com/HDRGainMap/1.0/",
    "http://ns.apple.com/pixeldatainfo/1.0/",
    "http://ns.apple.com/semanticSegmentationMatte/1.0/",
)  # fmt: skip


def fitted_xmp(
    xmp: bytes, size: tuple[int, int], srgb: bool | None = True, profile: str | None = None
) -> bytes:
    """The packet as it suits an upright picture of that size, in UTF-8.

    Args:
        xmp: the packet; damaged ones are kept.
        size: height and width of the result in pixels.
        srgb: whether the result is in sRGB; None leaves what is said of the photo's color space.
        profile: the name of the result's profile; None leaves that of the photo's.
    """
    if not xmp.strip(b"\0 \t\r\n"):
        return b""
    if b"\0" in xmp[:4] or xmp[:1] in (b"\xff", b"\xfe"):
        try:
            xmp = as_text(xmp).lstrip("\ufeff").encode()
        except (BadPacket, UnicodeError):
            return xmp
    height, width = size
    numbers = {
        b"tiff:Orientation": 1,
        b"tiff:ImageWidth": width,
        b"tiff:ImageLength": height,
        b"exif:PixelXDimension": width,
        b"exif:PixelYDimension": height,
        b"photoshop:ColorMode": _RGB,
    }
    if srgb is not None:
        numbers[b"exif:ColorSpace"] = 1 if srgb else 0xFFFF
    for name, number in numbers.items():
        xmp = re.sub(_NUMBER % name, rb"\g<1>%d" % number, xmp)
    if profile is not None:
        xmp = _PROFILE_NAME.sub(rb"\1\2\3\4" + profile.encode(), xmp)
    xmp = _without_thumbnails(xmp)
    if any(space.encode() in xmp for space in _FURTHER_PICTURES):
        xmp = without_properties(xmp, _FURTHER_PICTURES)
    return xmp


def _without_thumbnails(xmp: bytes) -> bytes:
    """Not by one pattern, which would look for each of many missing ends up to the last byte."""
    kept, at = [], 0
    while start := _THUMBNAILS.search(xmp, at):
        is_empty = start[0].endswith(b"/>")
        end = start if is_empty else _THUMBNAILS_END.search(xmp, start.end())
        if end is None:
            break
        kept.append(xmp[at : start.start()])
        at = end.end()
    return b"".join([*kept, xmp[at:]])
