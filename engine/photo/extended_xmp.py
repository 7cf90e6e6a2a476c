"""XMP that is too large for one segment of a JPEG file, in two parts.

The main packet holds what fits and the digest of the rest, which is cut into pieces. Source: Adobe
XMP Specification Part 3, section 1.1.3.1.
"""

import hashlib
from xml.etree.ElementTree import Element, SubElement

from engine.photo.packet import ABOUT, DESCRIPTION, META, RDF, BadPacket, Packet, parse, serialized
from engine.photo.xmp import PREFIXES

_HAS_EXTENDED = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"


def split_packet(packet: bytes, most: int) -> tuple[bytes, bytes]:
    """A main packet of at most so many bytes, and the rest, which is empty if all of it fits.

    Raises:
        BadPacket: it does not fit, and is damaged, so that it cannot be taken apart.
    """
    if len(packet) <= most:
        return packet, b""
    parsed = parse(packet)
    main = serialized(parsed)
    if len(main) <= most:  # without its padding it fits
        return main, b""
    names = parsed.prefixes | PREFIXES
    rest = Element(f"{META}xmpmeta")
    description = SubElement(SubElement(rest, f"{RDF}RDF"), DESCRIPTION, {ABOUT: ""})
    large = sorted(_properties(parsed), key=_size, reverse=True)
    moved = 0
    while moved < len(large):
        # Twice as many each time, lest thousands of small ones are written out thousands of times.
        batch = large[moved : max(1, 2 * moved)]
        moved += len(batch)
        _move(batch, parsed, description)
        extended = serialized(Packet(rest, names), wrapped=False)
        _note(parsed, digest_of(extended))
        main = serialized(Packet(parsed.root, names))
        if len(main) <= most:
            return main, extended
    raise BadPacket("what is left is too large")


def joined_packet(main: bytes, extended: bytes) -> bytes:
    """One packet out of both parts; the main one alone if the other is not its rest or damaged."""
    try:
        parsed, rest = parse(main), parse(extended)
    except BadPacket:
        return main
    for description in parsed.descriptions():
        description.attrib.pop(_HAS_EXTENDED, None)
        for element in description.findall(_HAS_EXTENDED):
            description.remove(element)
    parsed.rdf.extend(rest.descriptions())
    taken = set(parsed.prefixes.values())
    more = {uri: prefix for uri, prefix in rest.prefixes.items() if prefix not in taken}
    return serialized(Packet(parsed.root, more | parsed.prefixes))


def digest_of(extended: bytes) -> bytes:
    """The name by which the main packet and the pieces know each other."""
    return hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode()


def _properties(packet: Packet) -> list[Element]:
    """All properties; those that are attributes are made elements first."""
    found: list[Element] = []
    for description in packet.descriptions():
        for name in [name for name in description.attrib if not name.startswith(RDF)]:
            SubElement(description, name).text = description.attrib.pop(name)
        found += [one for one in description if isinstance(one.tag, str)]
    return found


def _move(properties: list[Element], packet: Packet, home: Element) -> None:
    """Take properties out of a packet and put them into another description."""
    gone = set(map(id, properties))
    for description in packet.descriptions():
        description[:] = [one for one in description if id(one) not in gone]
    home.extend(properties)


def _size(element: Element) -> int:
    """About how many letters it takes."""
    return sum(
        len(str(one.tag)) + len(one.text or "") + sum(map(len, (*one.attrib, *one.attrib.values())))
        for one in element.iter()
    )


def _note(packet: Packet, digest: bytes) -> None:
    packet.descriptions()[0].set(_HAS_EXTENDED, digest.decode())
