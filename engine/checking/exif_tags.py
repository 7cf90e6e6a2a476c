"""The tags of an EXIF block with their values, by names that people know from other programs.

Names as ExifTool shows them. Source: CIPA DC-008 (EXIF 2.32), sections 4.6.4 to 4.6.8.
"""

import io
import struct
from fractions import Fraction

from engine.photo.fields import Field, linked_fields, read_fields, read_header
from engine.photo.ifd import BadDirectory

_EXIF, _GPS, _INTEROP = 0x8769, 0x8825, 0xA005
_COMMENTS = {"UserComment", "GPSProcessingMethod", "GPSAreaInformation"}
_LETTERS = {3: "H", 8: "h", 4: "I", 9: "i", 13: "I", 11: "f", 12: "d"}
_TEXT, _RATIONALS = 2, {5: "I", 10: "i"}

_MAIN = {
    0x010D: "DocumentName", 0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model",
    0x0112: "Orientation", 0x011A: "XResolution", 0x011B: "YResolution", 0x0128: "ResolutionUnit",
    0x0131: "Software", 0x0132: "ModifyDate", 0x013B: "Artist", 0x013C: "HostComputer",
    0x0211: "YCbCrCoefficients", 0x0212: "YCbCrSubSampling", 0x0213: "YCbCrPositioning",
    0x0214: "ReferenceBlackWhite", 0x4746: "Rating", 0x4749: "RatingPercent",
    0x8298: "Copyright", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords", 0x9C9F: "XPSubject", 0xC4A5: "PrintIM",
}  # fmt: skip
_DETAILS = {
    0x829A: "ExposureTime", 0x829D: "FNumber", 0x8822: "ExposureProgram", 0x8827: "ISO",
    0x8830: "SensitivityType", 0x9000: "ExifVersion", 0x9003: "DateTimeOriginal",
    0x9004: "CreateDate", 0x9010: "OffsetTime", 0x9011: "OffsetTimeOriginal",
    0x9101: "ComponentsConfiguration", 0x9102: "CompressedBitsPerPixel",
    0x9201: "ShutterSpeedValue", 0x9202: "ApertureValue", 0x9203: "BrightnessValue",
    0x9204: "ExposureCompensation", 0x9205: "MaxApertureValue", 0x9206: "SubjectDistance",
    0x9207: "MeteringMode", 0x9208: "LightSource", 0x9209: "Flash", 0x920A: "FocalLength",
    0x9214: "SubjectArea", 0x927C: "MakerNote", 0x9286: "UserComment", 0x9290: "SubSecTime",
    0x9291: "SubSecTimeOriginal", 0x9292: "SubSecTimeDigitized", 0xA000: "FlashpixVersion",
    0xA001: "ColorSpace", 0xA002: "ExifImageWidth", 0xA003: "ExifImageHeight",
    0xA20E: "FocalPlaneXResolution", 0xA20F: "FocalPlaneYResolution",
    0xA210: "FocalPlaneResolutionUnit", 0xA217: "SensingMethod", 0xA300: "FileSource",
    0xA301: "SceneType", 0xA302: "CFAPattern", 0xA401: "CustomRendered", 0xA402: "ExposureMode",
    0xA403: "WhiteBalance", 0xA404: "DigitalZoomRatio", 0xA405: "FocalLengthIn35mmFormat",
    0xA406: "SceneCaptureType", 0xA407: "GainControl", 0xA408: "Contrast", 0xA409: "Saturation",
    0xA40A: "Sharpness", 0xA40C: "SubjectDistanceRange", 0xA420: "ImageUniqueID",
    0xA430: "OwnerName", 0xA431: "SerialNumber", 0xA432: "LensInfo", 0xA433: "LensMake",
    0xA434: "LensModel", 0xA435: "LensSerialNumber", 0xA500: "Gamma",
}  # fmt: skip
_PLACE = {
    0: "GPSVersionID", 1: "GPSLatitudeRef", 2: "GPSLatitude", 3: "GPSLongitudeRef",
    4: "GPSLongitude", 5: "GPSAltitudeRef", 6: "GPSAltitude", 7: "GPSTimeStamp",
    16: "GPSImgDirectionRef", 17: "GPSImgDirection", 18: "GPSMapDatum",
    27: "GPSProcessingMethod", 28: "GPSAreaInformation", 29: "GPSDateStamp",
}  # fmt: skip
_INTEROP_NAMES = {1: "InteropIndex", 2: "InteropVersion", 0x1001: "RelatedImageWidth",
                  0x1002: "RelatedImageHeight"}  # fmt: skip


def exif_tags(exif: bytes) -> dict[str, object]:
    """Values that can be compared, by name; unknown tags go by their number.

    Whole numbers are the same whatever their size in the file; texts lose the blanks at their end.
    The preview's directory is not looked at.
    """
    block = io.BytesIO(exif.removeprefix(b"Exif\0\0"))
    try:
        header = read_header(block)
        main = read_fields(block, header, header.first)
    except BadDirectory:
        return {}
    details = linked_fields(block, header, main.pop(_EXIF, None))
    place = linked_fields(block, header, main.pop(_GPS, None))
    interop = linked_fields(block, header, details.pop(_INTEROP, None))
    tags: dict[str, object] = {}
    named = ((main, _MAIN, "IFD0"), (details, _DETAILS, "ExifIFD"), (place, _PLACE, "GPS"),
             (interop, _INTEROP_NAMES, "InteropIFD"))  # fmt: skip
    for fields, names, group in named:
        for tag, one in fields.items():
            # TIFF/EP files have some of EXIF's tags in the first directory.
            name = names.get(tag) or _DETAILS.get(tag) or f"{group} 0x{tag:04x}"
            value = _comment(one, header.order) if name in _COMMENTS else _value(one, header.order)
            tags.setdefault(name, value)
    return tags


def _comment(one: Field, order: str) -> object:
    """A text behind its encoding's name; in UTF-16 it is in the byte order of the block."""
    code, text = one.value[:8], one.value[8:]
    if code != b"UNICODE\0":
        return one.value
    encoding = "utf-16-le" if order == "<" else "utf-16-be"
    return text.decode(encoding, "replace").rstrip("\0 ")


def _value(one: Field, order: str) -> object:
    if one.kind == _TEXT:
        return one.value.rstrip(b"\0 ")
    if one.kind in _RATIONALS:
        letters = f"{order}{2 * one.count}{_RATIONALS[one.kind]}"
        numbers = struct.unpack(letters, one.value)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(Fraction(above, below) if below else (above, 0) for above, below in pairs)
    letter = _LETTERS.get(one.kind)
    if letter is None:
        return one.value
    return struct.unpack(f"{order}{one.count}{letter}", one.value)
