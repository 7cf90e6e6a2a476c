"""XMP packets: properties merged in with nothing else lost; the provenance written with them."""

from contextlib import suppress

import pytest

from engine.photo.extended_xmp import joined_packet, split_packet
from engine.photo.fitted_xmp import fitted_xmp
from engine.photo.packet import BadPacket, parse
from engine.photo.provenance import SOURCE_TYPE, Provenance
from engine.photo.xmp import DAMAGED_XMP, Array, notice_of, properties_of, with_properties
from tests.support.exiftool import needs_exiftool, tags_of
from tests.support.pictures import xmp_packet

DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
HISTORY = "{http://ns.adobe.com/xap/1.0/mm/}History"
ACTION = "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}action"

RICH = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Someone's toolkit">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:odd="urn:a-space-nobody-knows" odd:Short="a &amp; b">
   <!-- by hand -->
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Street</rdf:li>
     <rdf:li xml:lang="zh-CN">街道</rdf:li></rdf:Alt></dc:title>
   <odd:Deep rdf:parseType="Resource"><odd:One>1</odd:One><odd:Two odd:Three="3"/></odd:Deep>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmp:CreatorTool="Someone's program"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">
   <xmp:Rating>4</xmp:Rating>
   <xmpMM:History><rdf:Seq><rdf:li stEvt:action="created"/></rdf:Seq></xmpMM:History>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()

MADE = Provenance(
    software="Photochrom",
    version="0.1.0",
    model="photochrom",
    weights_sha256="ab" * 32,
    quality="fine",
    edits='{"version": 1, "hints": [{"x": 0.5, "y": 0.5, "rgb": "#7a2f2b"}]}',
    settings={"space": "srgb", "strength": 0.5},
    source_name="Großmutter <1931> & 街.tif",
    source_sha256="cd" * 32,
)


def test_properties_of_every_form():
    assert properties_of(RICH) == {
        "{urn:a-space-nobody-knows}Short": "a & b",
        f"{DC}title": Array("Alt", ("Street", "街道")),
        "{urn:a-space-nobody-knows}Deep": {
            "{urn:a-space-nobody-knows}One": "1",
            "{urn:a-space-nobody-knows}Two": {"{urn:a-space-nobody-knows}Three": "3"},
        },
        f"{XMP}CreatorTool": "Someone's program",
        f"{XMP}Rating": "4",
        HISTORY: Array("Seq", ({ACTION: "created"},)),
    }


def test_merging_replaces_appends_and_keeps_the_rest():
    event = Array("Seq", ({ACTION: "edited"},))
    merged = with_properties(
        RICH, {f"{XMP}CreatorTool": "ours", f"{DC}format": "a < b"}, {HISTORY: event}
    )
    expected = properties_of(RICH) | {f"{XMP}CreatorTool": "ours", f"{DC}format": "a < b"}
    expected[HISTORY] = Array("Seq", ({ACTION: "created"}, {ACTION: "edited"}))
    assert properties_of(merged) == expected
    for kept in ("<!-- by hand -->", 'xml:lang="zh-CN"', "odd:Short", "Someone's toolkit", "街道"):
        assert kept in merged.decode()
    assert merged.count(b"CreatorTool>ours") == 1
    assert with_properties(merged, {}) == with_properties(with_properties(merged, {}), {})


def test_ends_of_lines_come_back():
    packet = RICH.replace(b"Street", b"Street&#13;&#10;in spring")
    title = Array("Alt", ("Street\r\nin spring", "街道"))
    assert properties_of(packet)[f"{DC}title"] == title
    assert properties_of(MADE.to_xmp(packet))[f"{DC}title"] == title


def test_a_history_written_as_a_bag_is_kept():
    packet = RICH.replace(b"<rdf:Seq>", b"<rdf:Bag>").replace(b"</rdf:Seq>", b"</rdf:Bag>")
    history = properties_of(MADE.to_xmp(packet))[HISTORY]
    assert history.kind == "Bag"
    assert history.items[0] == {ACTION: "created"}
    assert len(history.items) == 2


def test_a_new_packet():
    packet = with_properties(b"", {f"{DC}subject": Array("Bag", ("one", "two\0"))})
    assert packet.startswith('<?xpacket begin="\ufeff"'.encode())
    assert properties_of(packet) == {f"{DC}subject": Array("Bag", ("one", "two\ufffd"))}
    assert b"xmlns:dc=" in packet or b"xmlns:ns1=" in packet


def test_prefixes_that_mean_several_things():
    packet = (
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description xmlns:a='urn:1' a:x='1'/><rdf:Description xmlns:a='urn:2' a:x='2'/>"
        b"<rdf:Description xmlns='urn:3'><x>3</x></rdf:Description></rdf:RDF>"
    )
    merged = with_properties(packet, {"{urn:4}x": "4"})
    expected = {f"{{urn:{number}}}x": str(number) for number in (1, 2, 3, 4)}
    assert properties_of(merged) == expected


@pytest.mark.parametrize(
    "packet",
    [
        RICH[:400],
        b"no XML",
        b"<a/>",
        b"\xff\xff\xff",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description>"
        + b"<a>" * 2_000
        + b"</a>" * 2_000
        + b"</rdf:Description></rdf:RDF>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
    ],
)
def test_damaged_packets_stay_as_they_are(packet):
    with pytest.raises(BadPacket):
        parse(packet)
    assert with_properties(packet, {f"{XMP}Rating": "5"}) == packet
    assert MADE.to_xmp(packet) == packet
    assert properties_of(packet) == {}
    assert Provenance.from_xmp(packet) is None
    assert notice_of(packet) == DAMAGED_XMP


def test_every_cut_is_told():
    for cut in range(60, len(RICH) - 30, 17):
        if notice_of(RICH[:cut]) is None:
            assert RICH[:cut].rstrip().endswith(b"</x:xmpmeta>")


@pytest.mark.parametrize("packet", [b"", xmp_packet(1), RICH])
def test_provenance_comes_back(packet):
    made = MADE.to_xmp(packet)
    assert Provenance.from_xmp(made) == MADE
    assert MADE.to_xmp(packet) == made
    assert notice_of(packet) is None
    assert Provenance.from_xmp(packet) is None
    kept = properties_of(packet)
    now = properties_of(made)
    assert {name for name in kept if kept[name] != now.get(name)} <= {HISTORY, f"{XMP}CreatorTool"}
    assert len(now[HISTORY].items) == (2 if packet == RICH else 1)
    assert b"when" not in made
    assert b"2026-11-24T20:00:00Z" in MADE.to_xmp(packet, when="2026-11-24T20:00:00Z")


def test_coloring_twice_tells_of_the_last_time():
    again = Provenance("Photochrom", "0.2.0", "other", "ef" * 32, "fast")
    packet = again.to_xmp(MADE.to_xmp(RICH))
    assert Provenance.from_xmp(packet) == again
    assert len(properties_of(packet)[HISTORY].items) == 3


@needs_exiftool
def test_exiftool_reads_the_provenance(tmp_path):
    path = tmp_path / "a.xmp"
    path.write_bytes(MADE.to_xmp(RICH))
    tags = tags_of(path)
    assert "ExifTool:Warning" not in tags
    assert tags["XMP-iptcExt:DigitalSourceType"] == SOURCE_TYPE
    assert tags["XMP-xmp:CreatorTool"] == "Photochrom 0.1.0"
    assert tags["XMP-xmpMM:History"][0] == {"Action": "created"}
    assert tags["XMP-xmpMM:History"][1]["SoftwareAgent"] == "Photochrom 0.1.0"
    assert tags["XMP-photochrom:SourceName"] == MADE.source_name
    assert tags["XMP-photochrom:Edits"] == MADE.edits
    assert tags["XMP-dc:Title"] == "Street"
    assert tags["XMP-odd:Short"] == "a & b"


def test_settings_too_deep_to_be_read_are_left_out():
    packet = MADE.to_xmp(b"").replace(b'"srgb"', b"[" * 100_000 + b"]" * 100_000)
    assert Provenance.from_xmp(packet).settings == {}


@pytest.mark.parametrize("part", [b"<odd:a/>" * 300_000, b"<odd:a odd:b='c'/>" * 100_000])
def test_packets_of_too_many_parts_stay_as_they_are(part):
    packet = packet_of(part)
    assert notice_of(packet) == DAMAGED_XMP
    assert MADE.to_xmp(packet) == packet
    assert notice_of(packet_of(part[: len(part) // 10])) is None


GAIN = b"<h:p%d xmlns:h='http://ns.adobe.com/hdr-gain-map/1.0/'>a</h:p%d>"


def packet_of(properties):
    end = RICH.index(b"</rdf:Description>")
    return RICH[:end] + properties + RICH[end:]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "packet",
    [
        b"<?xpacket " * 100_000,
        b"<xmp:Thumbnails>" * 100_000,
        b"<xmp:Thumbnails " * 100_000,
        packet_of(b"".join(b"<p xmlns='urn:%d'>x</p>" % i for i in range(30_000))),
        packet_of(b"".join(b"<a%d:p xmlns:a%d='urn:%d'/>" % (i, i, i) for i in range(50_000))),
        packet_of(b"".join(b"<odd:p%d>a</odd:p%d>" % (i, i) for i in range(30_000))),
        packet_of(b"".join(GAIN % (i, i) for i in range(60_000))),
    ],
)
def test_packets_of_many_parts_take_seconds_and_not_hours(packet):
    made = MADE.to_xmp(fitted_xmp(packet, (48, 64)))
    with suppress(BadPacket):  # the damaged ones stay damaged
        main, extended = split_packet(made, 60_000)
        joined = joined_packet(main, extended) if extended else main
        assert properties_of(joined) == properties_of(made)
