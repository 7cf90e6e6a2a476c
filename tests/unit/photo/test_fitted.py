"""EXIF and XMP fitted to the result: what tells of the photo's own pixels, and nothing else."""

import struct

import pytest

from engine.photo.exif import fitted_exif
from engine.photo.fitted_xmp import fitted_xmp
from engine.photo.metadata import carried_metadata
from engine.photo.provenance import SOURCE_TYPE, Provenance
from engine.photo.xmp import Array, properties_of
from tests.support.exiftool import needs_exiftool, tags_of, write_tags
from tests.support.pictures import by_pillow, exif_block, rgb_picture, xmp_packet

SIZE = (640, 480)
PROVENANCE = Provenance("Photochrom", "0.1.0", "photochrom", "ab" * 32, "balanced")
_OF_FILE = ("IFD1:", "File:", "System:", "Composite:")


@pytest.fixture
def exif_of_exiftool(tmp_path):
    """A block as ExifTool builds it, with everything that has to be fitted."""
    path = tmp_path / "a.jpg"
    path.write_bytes(by_pillow(rgb_picture(), "JPEG"))
    thumbnail = tmp_path / "thumbnail.jpg"
    thumbnail.write_bytes(by_pillow(rgb_picture(), "JPEG"))
    write_tags(path, "-Orientation#=6", "-XResolution=300", "-YResolution=600", "-Artist=A. Nobody",
               "-ExifIFD:ColorSpace#=65535", "-ExifImageWidth=64", "-ExifImageHeight=48",
               "-InteropIndex=R03", "-RelatedImageWidth=64", "-GPSLatitude=47.375", "-FNumber=8",
               "-IFD0:BitsPerSample=8", "-IFD0:PhotometricInterpretation#=1",
               f"-ThumbnailImage<={thumbnail}")  # fmt: skip
    data = path.read_bytes()
    start = data.index(b"Exif\0\0")
    return data[start : start - 2 + int.from_bytes(data[start - 2 : start], "big")]


def told(tmp_path, block):
    (tmp_path / "block.exif").write_bytes(block)
    return tags_of(tmp_path / "block.exif", "-n")


@needs_exiftool
def test_exiftool_agrees(tmp_path, exif_of_exiftool):
    before = told(tmp_path, exif_of_exiftool[6:])
    after = told(tmp_path, fitted_exif(exif_of_exiftool, SIZE))
    assert "ExifTool:Warning" not in after
    changed = {name for name in before if before[name] != after.get(name)}
    kept = {name for name in changed if ":" in name and not name.startswith(_OF_FILE)}
    assert kept == {
        "IFD0:Orientation", "IFD0:XResolution", "IFD0:YResolution", "IFD0:BitsPerSample",
        "IFD0:PhotometricInterpretation", "ExifIFD:ColorSpace", "ExifIFD:ExifImageWidth",
        "ExifIFD:ExifImageHeight", "InteropIFD:InteropIndex", "InteropIFD:RelatedImageWidth",
    }  # fmt: skip
    assert after["IFD0:Orientation"] == 1
    assert (after["IFD0:XResolution"], after["IFD0:YResolution"]) == (600, 300)
    assert after["ExifIFD:ColorSpace"] == 1
    assert (after["ExifIFD:ExifImageWidth"], after["ExifIFD:ExifImageHeight"]) == (480, 640)
    assert after["InteropIFD:InteropIndex"] == "R98"
    assert "IFD0:BitsPerSample" not in after
    assert not any(name.startswith("IFD1:") for name in after)


@needs_exiftool
def test_another_space_than_srgb(tmp_path, exif_of_exiftool):
    after = told(tmp_path, fitted_exif(exif_of_exiftool, SIZE, srgb=False))
    assert after["ExifIFD:ColorSpace"] == 65535
    assert after["InteropIFD:InteropIndex"] == "R03"  # perhaps Adobe RGB still
    srgb = fitted_exif(exif_of_exiftool, SIZE)
    other = told(tmp_path, fitted_exif(srgb, SIZE, srgb=False))
    assert "ExifTool:Warning" not in other
    assert "InteropIFD:InteropIndex" not in other
    assert other["InteropIFD:RelatedImageWidth"] == 480


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_previews_bytes_are_gone(order):
    block = exif_block(6, order)
    fitted = fitted_exif(block, SIZE)
    assert b"\xff\xd8" in block
    assert b"\xff\xd8" not in fitted
    notes = block + b"notes behind it"
    blanked = fitted_exif(notes, SIZE)
    assert len(blanked) == len(notes)
    assert b"\xff\xd8" not in blanked
    assert blanked.endswith(b"notes behind it")


def test_a_preview_that_lies_in_the_tags_is_left_alone():
    block = bytearray(exif_block(6))
    at = block.index(struct.pack(">HHI", 0x0201, 4, 1)) + 8
    block[at : at + 4] = struct.pack(">I", 2)
    assert fitted_exif(bytes(block), SIZE)[:8] == bytes(block)[:8]


def test_details_that_lie_within_the_preview_go_with_it():
    main_at, preview_at, jpeg_at = 8, 38, 68
    details_at = jpeg_at + 2
    details = struct.pack("<HHHIII", 1, 0xA002, 4, 1, 77, 0)
    jpeg = b"\xff\xd8" + details
    block = b"".join([
        struct.pack("<2sHI", b"II", 42, main_at),
        struct.pack("<HHHIHH", 2, 0x0112, 3, 1, 6, 0),
        struct.pack("<HHIII", 0x8769, 4, 1, details_at, preview_at),
        struct.pack("<HHHII", 2, 0x0201, 4, 1, jpeg_at),
        struct.pack("<HHIII", 0x0202, 4, 1, len(jpeg), 0),
        jpeg,
    ])  # fmt: skip
    assert fitted_exif(block, SIZE)[10:20] == struct.pack("<HHIH", 0x0112, 3, 1, 1)
    assert len(fitted_exif(block, SIZE)) == jpeg_at


RICH = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" tiff:Orientation = '6' tiff:ImageWidth="64"
 exif:ColorSpace="65535" photoshop:ColorMode="1" photoshop:ICCProfile="Dot Gain 20%">
 <exif:PixelXDimension>64</exif:PixelXDimension><!-- a remark -->
 <xmp:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>/9j/4AAQ</xmpGImg:image></rdf:li></rdf:Alt>
 </xmp:Thumbnails><xmp:Rating>4</xmp:Rating></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_xmp_is_fitted_where_it_stands():
    fitted = fitted_xmp(RICH, SIZE, profile="Display P3")
    properties = {name.rpartition("}")[2]: value for name, value in properties_of(fitted).items()}
    assert properties == {
        "Orientation": "1", "ImageWidth": "480", "ColorSpace": "1", "ColorMode": "3",
        "ICCProfile": "Display P3", "PixelXDimension": "480", "Rating": "4",
    }  # fmt: skip
    assert b"<!-- a remark -->" in fitted
    other = properties_of(fitted_xmp(RICH, SIZE, srgb=False))
    assert other["{http://ns.adobe.com/exif/1.0/}ColorSpace"] == "65535"
    assert other["{http://ns.adobe.com/photoshop/1.0/}ICCProfile"] == "Dot Gain 20%"
    unsaid = properties_of(fitted_xmp(RICH.replace(b"65535", b"2"), SIZE, srgb=None))
    assert unsaid["{http://ns.adobe.com/exif/1.0/}ColorSpace"] == "2"


def test_xmp_that_needs_no_fitting_stays_byte_for_byte():
    for packet in (xmp_packet(1), b"no XML at all", b"\xff\xff", b"<broken"):
        assert fitted_xmp(packet, SIZE) == packet
    assert fitted_xmp(b"\0 \0", SIZE) == b""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_xmp_becomes_utf_8(encoding):
    assert fitted_xmp(RICH.decode().encode(encoding), SIZE) == fitted_xmp(RICH, SIZE)


def test_gain_maps_are_not_promised():
    packet = RICH.replace(b"xmlns:tiff", b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" '
                          b'hdrgm:Version="1.0" xmlns:tiff')  # fmt: skip
    fitted = properties_of(fitted_xmp(packet, SIZE))
    assert not any("gain-map" in name for name in fitted)
    assert fitted["{http://ns.adobe.com/xap/1.0/}Rating"] == "4"


def test_captions_of_several_segments_are_joined():
    one, two = b"\x1c\x02\x19\0\x03one", b"\x1c\x02\x19\0\x03two"
    blocks = b"".join(
        b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records
        for records in (one, two, one)
    )
    carried = dict(carried_metadata({"photoshop-data": blocks}, SIZE))
    assert carried == {"iptc-data": one + two}


def test_arrays_are_values():
    bag = b"<x:xmpmeta xmlns:x='adobe:ns:meta/' xmlns:dc='http://purl.org/dc/elements/1.1/'>" + (
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description>"
        b"<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>"
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    subject = properties_of(bag)["{http://purl.org/dc/elements/1.1/}subject"]
    assert subject == Array("Bag", ("a", "b"))


SPACES = {
    "tiff": "http://ns.adobe.com/tiff/1.0/", "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/", "xmp": "http://ns.adobe.com/xap/1.0/",
    "mm": "http://ns.adobe.com/xap/1.0/mm/", "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "x": "adobe:ns:meta/",
}  # fmt: skip
# Everything that is fitted, in several blocks; ["tiff"] and the like stand for prefixes.
ATTRIBUTES = """<[x]:xmpmeta><[rdf]:RDF>
 <[rdf]:Description [rdf]:about="" [tiff]:Orientation='6' [tiff]:ImageWidth="64"
  [tiff]:XResolution="300/1" [tiff]:YResolution="600/1" [dc]:format="a > b"/>
 <[rdf]:Description [exif]:PixelXDimension="64" [exif]:PixelYDimension="48"
  [exif]:ColorSpace="65535" [photoshop]:ColorMode="1" [photoshop]:ICCProfile="it's gray"
  [xmp]:Rating="4"><[dc]:title><[rdf]:Alt><[rdf]:li xml:lang="x-default">tiff:Orientation="6"
  </[rdf]:li></[rdf]:Alt></[dc]:title></[rdf]:Description></[rdf]:RDF></[x]:xmpmeta>"""
ELEMENTS = """<[rdf]:RDF>
 <[rdf]:Description><[tiff]:Orientation> 6 </[tiff]:Orientation>
  <[tiff]:XResolution>300/1</[tiff]:XResolution><[tiff]:YResolution>600/1</[tiff]:YResolution>
  <[tiff]:ImageWidth>64</[tiff]:ImageWidth><[dc]:format>a &gt; b</[dc]:format>
  </[rdf]:Description>
 <[rdf]:Description><[exif]:PixelXDimension>64</[exif]:PixelXDimension>
  <[exif]:PixelYDimension>48<!-- lines --></[exif]:PixelYDimension>
  <[exif]:ColorSpace>65535</[exif]:ColorSpace><[photoshop]:ColorMode>1</[photoshop]:ColorMode>
  <[photoshop]:ICCProfile>it's gray</[photoshop]:ICCProfile><[xmp]:Rating>4</[xmp]:Rating>
  <[dc]:title><[rdf]:Alt><[rdf]:li xml:lang="x-default">tiff:Orientation="6"
  </[rdf]:li></[rdf]:Alt></[dc]:title>
  <[xmp]:Thumbnails><[rdf]:Alt><[rdf]:li>/9j/4AAQ</[rdf]:li></[rdf]:Alt></[xmp]:Thumbnails>
  </[rdf]:Description></[rdf]:RDF>"""


def packet_with(prefixes, text):
    """One of the two with these prefixes, declared at its root."""
    names = {name: prefixes.get(name, name) for name in SPACES}
    for name, prefix in names.items():
        text = text.replace(f"[{name}]", prefix)
    declared = " ".join(f"xmlns:{names[name]}='{uri}'" for name, uri in SPACES.items())
    first = text.index(">")
    return (text[:first] + " " + declared + text[first:]).encode()


@pytest.mark.parametrize("text", [ATTRIBUTES, ELEMENTS])
@pytest.mark.parametrize(
    "prefixes",
    [
        {},
        {"tiff": "t", "exif": "e", "photoshop": "ps", "xmp": "xap", "rdf": "RDF", "x": "meta"},
        {"tiff": "exif", "exif": "photoshop", "photoshop": "tiff"},  # each has another's
    ],
)
def test_xmp_is_fitted_whatever_its_prefixes(text, prefixes):
    packet = packet_with(prefixes, text)
    fitted = fitted_xmp(packet, SIZE, profile="Display P3")
    expected = properties_of(packet)
    expected.pop(f"{{{SPACES['xmp']}}}Thumbnails", None)
    changed = {
        "tiff": {"Orientation": "1", "ImageWidth": "480", "XResolution": "600/1",
                 "YResolution": "300/1"},
        "exif": {"PixelXDimension": "480", "PixelYDimension": "640", "ColorSpace": "1"},
        "photoshop": {"ColorMode": "3", "ICCProfile": "Display P3"},
    }  # fmt: skip
    for space, values in changed.items():
        expected |= {f"{{{SPACES[space]}}}{name}": value for name, value in values.items()}
    assert properties_of(fitted) == expected
    assert fitted_xmp(fitted, SIZE, profile="Display P3") == fitted


@needs_exiftool
@pytest.mark.parametrize("text", [ATTRIBUTES, ELEMENTS])
def test_exiftool_finds_it_fitted_whatever_its_prefixes(tmp_path, text):
    odd = {"tiff": "t", "exif": "e", "photoshop": "ps", "xmp": "xap", "x": "meta"}
    text = text.replace('"a > b"', '"a &gt; b"')  # which ExifTool takes for the end of the tag
    path = tmp_path / "a.xmp"
    path.write_bytes(b"<?xpacket begin='' id=''?>" + packet_with(odd, text))
    before = tags_of(path, "-n")
    path.write_bytes(PROVENANCE.to_xmp(fitted_xmp(path.read_bytes(), SIZE, profile="sRGB")))
    after = tags_of(path, "-n")
    assert "ExifTool:Warning" not in after
    changed = {
        name: after.get(name)
        for name in before
        if name.startswith("XMP-") and before[name] != after.get(name)
    }
    thumbnails = {name for name in changed if "Thumbnail" in name}
    assert {name: changed[name] for name in {*changed} - thumbnails} == {
        "XMP-tiff:Orientation": 1, "XMP-tiff:ImageWidth": 480, "XMP-exif:ExifImageWidth": 480,
        "XMP-exif:ExifImageHeight": 640, "XMP-exif:ColorSpace": 1, "XMP-photoshop:ColorMode": 3,
        "XMP-photoshop:ICCProfileName": "sRGB", "XMP-tiff:XResolution": 600,
        "XMP-tiff:YResolution": 300,
    }  # fmt: skip
    assert not any(after.get(name) for name in thumbnails)
    assert after["XMP-iptcExt:DigitalSourceType"] == SOURCE_TYPE
    assert after["XMP-xmp:CreatorTool"] == "Photochrom 0.1.0"


def test_values_with_a_remark_beside_them():
    packet = packet_with({"rdf": "r"}, ELEMENTS)
    for old, new, fitted in (
        (b"<tiff:ImageWidth>64</tiff:ImageWidth>",
         b"<tiff:ImageWidth r:parseType='Resource'><r:value>64</r:value><dc:source>a rule"
         b"</dc:source></tiff:ImageWidth>", b"<r:value>480</r:value><dc:source>a rule"),
        (b"<exif:PixelXDimension>64</exif:PixelXDimension>",
         b"<exif:PixelXDimension r:value='64' dc:source='a rule'/>",
         b"<exif:PixelXDimension r:value='480' dc:source='a rule'/>"),
        (b"<exif:PixelXDimension>64</exif:PixelXDimension>", b"<exif:PixelXDimension/>",
         b"<exif:PixelXDimension/>"),
    ):  # fmt: skip
        assert old in packet
        assert fitted in fitted_xmp(packet.replace(old, new), SIZE)


def test_what_xmp_says_of_other_pictures_stays():
    other = "<[mm]:Pantry><[rdf]:Bag><[rdf]:li><[rdf]:Description [tiff]:Orientation='6'>" + (
        "<[exif]:PixelXDimension>7</[exif]:PixelXDimension></[rdf]:Description></[rdf]:li>"
        "</[rdf]:Bag></[mm]:Pantry></[rdf]:Description></[rdf]:RDF>"
    )
    packet = packet_with({}, ELEMENTS.replace("</[rdf]:Description></[rdf]:RDF>", other))
    fitted = fitted_xmp(packet, SIZE)
    pantry = f"{{{SPACES['mm']}}}Pantry"
    assert properties_of(fitted)[pantry] == properties_of(packet)[pantry]
    assert properties_of(fitted)[f"{{{SPACES['tiff']}}}Orientation"] == "1"


def test_a_damaged_packet_is_fitted_as_far_as_can_be():
    packet = packet_with({}, ATTRIBUTES)[:-30]
    assert fitted_xmp(packet, SIZE) == (
        packet.replace(b"Orientation='6'", b"Orientation='1'")
        .replace(b'Orientation="6"', b'Orientation="1"')  # in the title: nobody can tell
        .replace(b'Width="64"', b'Width="480"')
        .replace(b'XDimension="64"', b'XDimension="480"')
        .replace(b'YDimension="48"', b'YDimension="640"')
        .replace(b'Space="65535"', b'Space="1"')
        .replace(b'Mode="1"', b'Mode="3"')
    )
