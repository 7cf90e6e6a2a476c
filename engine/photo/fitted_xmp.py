"""Fits the XMP packet of a photo to its colored result.

Whatever the photo's file says of its own pixels is set or taken out where it stands; the rest of
the packet stays, byte for byte, unless it says that the file holds further pictures.
"""

import re
from xml.sax.saxutils import escape

from engine.photo.packet import BadPacket, as_text
from engine.photo.xmp import without_properties
from engine.photo.xmp_places import Place, places_of

_TIFF, _EXIF = "{http://ns.adobe.com/tiff/1.0/}", "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP, _XMP = "{http://ns.adobe.com/photoshop/1.0/}", "{http://ns.adobe.com/xap/1.0/}"
_ORIENTATION, _PROFILE = f"{_TIFF}Orientation", f"{_PHOTOSHOP}ICCProfile"
_THUMBNAILS = f"{_XMP}Thumbnails"
_ACROSS, _DOWN = f"{_TIFF}XResolution", f"{_TIFF}YResolution"
# Photoshop's number for RGB; a scan in gray has 1.
_RGB = 3
# How they are called in nearly every packet, also in damaged ones.
_USUAL = {_TIFF: b"tiff:", _EXIF: b"exif:", _PHOTOSHOP: b"photoshop:"}
# One photo's number, as an attribute or as an element.
_NUMBER = rb"(\b%b\s*(?:=\s*[\"']|>\s*))\d+"
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
        xmp: the packet; damaged ones are kept, with the numbers set that can be found.
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
        _ORIENTATION: 1,
        f"{_TIFF}ImageWidth": width,
        f"{_TIFF}ImageLength": height,
        f"{_EXIF}PixelXDimension": width,
        f"{_EXIF}PixelYDimension": height,
        f"{_PHOTOSHOP}ColorMode": _RGB,
    }
    if srgb is not None:
        numbers[f"{_EXIF}ColorSpace"] = 1 if srgb else 0xFFFF
    texts = {name: b"%d" % number for name, number in numbers.items()}
    try:
        places = places_of(xmp, {*texts, _PROFILE, _THUMBNAILS, _ACROSS, _DOWN})
    except BadPacket:
        return _fitted_damaged(xmp, texts)
    if profile is not None:
        texts[_PROFILE] = escape(profile, {'"': "&quot;", "'": "&apos;"}).encode()
    xmp = _replaced(xmp, places, texts | _turned_resolution(xmp, places))
    if any(space.encode() in xmp for space in _FURTHER_PICTURES):
        xmp = without_properties(xmp, _FURTHER_PICTURES)
    return xmp


def _replaced(xmp: bytes, places: list[Place], texts: dict[str, bytes]) -> bytes:
    """The packet with other values at the places, and without thumbnails."""
    edits = []
    for place in places:
        if place.name == _THUMBNAILS and place.whole is not None:
            edits.append((place.whole, b""))
        elif place.name in texts and place.value is not None:
            edits.append((place.value, texts[place.name]))
    kept, at = [], 0
    for where, text in sorted(edits, key=lambda edit: edit[0].start):
        kept += [xmp[at : where.start], text]
        at = where.stop
    return b"".join([*kept, xmp[at:]])


def _turned_resolution(xmp: bytes, places: list[Place]) -> dict[str, bytes]:
    """Across and down change places where the photo was lying."""
    said = {place.name: xmp[place.value].strip() for place in places if place.value is not None}
    if said.get(_ORIENTATION) not in (b"5", b"6", b"7", b"8") or not {_ACROSS, _DOWN} <= {*said}:
        return {}
    return {_ACROSS: said[_DOWN], _DOWN: said[_ACROSS]}


def _fitted_damaged(xmp: bytes, texts: dict[str, bytes]) -> bytes:
    """Numbers set by their usual names: some readers find them in damaged packets, too."""
    for name, text in texts.items():
        space, end, local = name.partition("}")
        usual = _USUAL[space + end] + local.encode()
        if usual in xmp:
            xmp = re.sub(_NUMBER % usual, rb"\g<1>" + text, xmp)
    return xmp
