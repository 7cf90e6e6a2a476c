"""Metadata of an original and its result, block by block and tag by tag."""

from collections.abc import Mapping

from engine.checking.exif_tags import exif_tags
from engine.checking.iptc_tags import iptc_tags
from engine.checking.report import TagCounts
from engine.photo.blocks import blocks_of_file
from engine.photo.metadata import iptc_records, is_damaged_exif
from engine.photo.xmp import Array, Value, notice_of, properties_of
from engine.values import Photo

# What has to be another in a result: how its pixels lie, how many there are, which color space
# they are in, how they are stored, that it is colored by us.
_EXPECTED = {
    "EXIF": ("Orientation", "XResolution", "YResolution", "ResolutionUnit", "ColorSpace",
             "ExifImageWidth", "ExifImageHeight", "InteropIndex", "RelatedImageWidth",
             "RelatedImageHeight", "YCbCrCoefficients", "YCbCrSubSampling", "YCbCrPositioning",
             "ReferenceBlackWhite", "ComponentsConfiguration", "CompressedBitsPerPixel",
             "IFD0 0x0100", "IFD0 0x0101", "IFD0 0x0102", "IFD0 0x0103", "IFD0 0x0106",
             "IFD0 0x0111", "IFD0 0x0115", "IFD0 0x0116", "IFD0 0x0117", "IFD0 0x011c",
             "IFD0 0x0142", "IFD0 0x0143"),
    "XMP": ("tiff/1.0/}Orientation", "tiff/1.0/}ImageWidth", "tiff/1.0/}ImageLength",
            "exif/1.0/}PixelXDimension", "exif/1.0/}PixelYDimension", "exif/1.0/}ColorSpace",
            "photoshop/1.0/}ColorMode", "photoshop/1.0/}ICCProfile", "xap/1.0/}Thumbnails",
            "xap/1.0/}CreatorTool", "}DigitalSourceType", "}AISystemUsed", "}AISystemVersionUsed",
            "xmp/note/}HasExtendedXMP"),
    "IPTC": (),
}  # fmt: skip
_HISTORY = "{http://ns.adobe.com/xap/1.0/mm/}History"
_OURS = "{urn:photochrom:"
_FURTHER_PICTURES = ("{http://ns.adobe.com/hdr-gain-map/", "{http://ns.google.com/photos/",
                     "{http://ns.apple.com/")  # fmt: skip


def compare_metadata(original: Photo, result: Photo) -> list[TagCounts]:
    """Compare the blocks of two photos' files, as they stand there."""
    before, after = _blocks(original), _blocks(result)
    return [
        _compare_exif(before["exif"], after["exif"]),
        _compare_xmp(before["xmp"], after["xmp"]),
        _compare("IPTC", iptc_tags(before["iptc"]), iptc_tags(after["iptc"])),
    ]


def _blocks(photo: Photo) -> dict[str, bytes]:
    with photo.source.path.open("rb") as file:
        # In some formats only the decoder finds them: those are as the photo has them.
        found = {**dict(photo.source.metadata), **blocks_of_file(file, photo.source.format)}
    iptc = found.get("iptc-data") or found.get("photoshop-data") or b""
    return {
        "exif": found.get("exif-data", b""),
        "xmp": found.get("xmp-data", b""),
        "iptc": iptc_records(iptc),
    }


def _compare_exif(before: bytes, after: bytes) -> TagCounts:
    if is_damaged_exif(before):
        return TagCounts("EXIF", 0, (), (), ("damaged block",), damaged=True)
    return _compare("EXIF", exif_tags(before), exif_tags(after))


def _compare_xmp(before: bytes, after: bytes) -> TagCounts:
    if before.strip(b"\0 \r\n\t") and notice_of(before) is not None:
        lost = () if before == after else ("damaged packet",)
        return TagCounts("XMP", int(not lost), (), (), lost, damaged=True)
    return _compare("XMP", properties_of(before), properties_of(after))


def _compare(block: str, before: Mapping[str, object], after: Mapping[str, object]) -> TagCounts:
    kept = 0
    fitted: list[str] = []
    changed: list[str] = []
    lost: list[str] = []
    for name, value in before.items():
        if name in after and _is_kept(name, value, after[name]):
            kept += 1
        elif _is_expected(block, name):
            fitted.append(_shown(name))
        else:
            (changed if name in after else lost).append(_shown(name))
    fitted += [_shown(name) for name in after if name not in before and _is_expected(block, name)]
    return TagCounts(
        block, kept, tuple(sorted(fitted)), tuple(sorted(changed)), tuple(sorted(lost))
    )


def _is_kept(name: str, before: object, after: object) -> bool:
    if name == _HISTORY and isinstance(before, Array) and isinstance(after, Array):
        items: tuple[Value, ...] = after.items[: len(before.items)]
        return items == before.items
    return before == after


def _is_expected(block: str, name: str) -> bool:
    own = name.startswith((_OURS, *_FURTHER_PICTURES))
    return own or any(name == one or _is_of(name, one) for one in _EXPECTED[block])


def _is_of(name: str, ending: str) -> bool:
    """Whether a name in XMP is of the namespace whose end stands in front of it."""
    return "}" in ending and name.endswith(ending)


def _shown(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition("}")[2]
