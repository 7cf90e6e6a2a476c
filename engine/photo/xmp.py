"""Reads and writes single properties of XMP packets; everything else in them stays.

A packet that is damaged is left as it is: whoever can mend it must find it unchanged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from engine.i18n import N_
from engine.photo.packet import ABOUT, DESCRIPTION, RDF, XML, BadPacket, Packet, parse, serialized

DAMAGED_XMP = N_(
    "The photo's XMP metadata is damaged or far too large; it was carried over as it is, with "
    "nothing added to it."
)

# Namespaces with the prefix that is usual, for those a packet does not name itself.
PREFIXES = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "adobe:ns:meta/": "x",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "urn:photochrom:1.0/": "photochrom",
}
_ARRAYS = {f"{RDF}Bag": "Bag", f"{RDF}Seq": "Seq", f"{RDF}Alt": "Alt"}
_RESOURCE = {f"{RDF}parseType": "Resource"}
# What XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Array:
    """Several values.

    Attributes:
        kind: "Bag" has no order, "Seq" has, "Alt" is a choice, such as of languages.
        items: the values.
    """

    kind: Literal["Bag", "Seq", "Alt"]
    items: "tuple[Value, ...]"


# A text, several values, or a structure by names of fields. Names are "{namespace}name".
Value = str | Array | Mapping[str, "Value"]


def notice_of(packet: bytes) -> str | None:
    """A sentence to be translated if nothing can be added to this packet, as it is damaged."""
    try:
        parse(packet)
    except BadPacket:
        return DAMAGED_XMP
    return None


def with_properties(
    packet: bytes,
    properties: Mapping[str, Value],
    appended: Mapping[str, Array] | None = None,
) -> bytes:
    """The packet with these properties, which replace those of the same name.

    Args:
        packet: as a photo's file has it; empty makes a new one.
        properties: by "{namespace}name".
        appended: values that are added behind those an array has.

    Returns:
        The packet in UTF-8; unchanged if it is damaged, see `notice_of`.
    """
    try:
        parsed = parse(packet)
    except BadPacket:
        return packet
    for name in properties:
        _remove(parsed, name)
    for name, value in properties.items():
        _write(SubElement(_home(parsed), name), value)
    for name, array in (appended or {}).items():
        _append(parsed, name, array)
    parsed.prefixes = _with_usual_prefixes(parsed.prefixes)
    return serialized(parsed)


def without_properties(packet: bytes, namespaces: tuple[str, ...]) -> bytes:
    """The packet without the properties of namespaces that start so; unchanged if it is damaged."""
    try:
        parsed = parse(packet)
    except BadPacket:
        return packet
    unwanted = tuple(f"{{{space}" for space in namespaces)
    for description in parsed.descriptions():
        for name in [name for name in description.attrib if name.startswith(unwanted)]:
            del description.attrib[name]
        description[:] = [one for one in description if not str(one.tag).startswith(unwanted)]
    return serialized(parsed)


def properties_of(packet: bytes) -> dict[str, Value]:
    """All properties by "{namespace}name"; empty if the packet is damaged.

    Qualifiers, such as the language of an alternative, are left out.
    """
    try:
        parsed = parse(packet)
    except BadPacket:
        return {}
    properties: dict[str, Value] = {}
    for description in parsed.descriptions():
        for name, value in _fields(description).items():
            properties.setdefault(name, value)
    return properties


def _home(packet: Packet) -> Element:
    """The description new properties go into."""
    found = packet.descriptions()
    return found[0] if found else SubElement(packet.rdf, DESCRIPTION, {ABOUT: ""})


def _remove(packet: Packet, name: str) -> None:
    for description in packet.descriptions():
        description.attrib.pop(name, None)
        for element in description.findall(name):
            description.remove(element)


def _append(packet: Packet, name: str, array: Array) -> None:
    for description in packet.descriptions():
        for kind in _ARRAYS:  # some programs write another one than they should
            there = description.find(f"{name}/{kind}")
            if there is not None:
                for item in array.items:
                    _write(SubElement(there, f"{RDF}li"), item)
                return
    _remove(packet, name)
    _write(SubElement(_home(packet), name), array)


def _write(element: Element, value: Value) -> None:
    if isinstance(value, str):
        element.text = _UNWRITABLE.sub("\ufffd", value)
    elif isinstance(value, Array):
        items = SubElement(element, f"{RDF}{value.kind}")
        for item in value.items:
            language = {f"{XML}lang": "x-default"} if value.kind == "Alt" else {}
            _write(SubElement(items, f"{RDF}li", language), item)
    else:
        element.attrib.update(_RESOURCE)
        for name, one in value.items():
            _write(SubElement(element, name), one)


def _fields(element: Element) -> dict[str, Value]:
    """Properties or fields of a structure, written as attributes or as elements."""
    short: dict[str, Value] = {
        name: value
        for name, value in element.items()
        if not name.startswith((RDF, XML)) and name.startswith("{")
    }
    long = {str(child.tag): _value(child) for child in element if isinstance(child.tag, str)}
    return short | long


def _value(element: Element) -> Value:
    children = [child for child in element if isinstance(child.tag, str)]
    if element.get(f"{RDF}parseType") == "Resource":
        return _fields(element)
    if len(children) == 1:
        (child,) = children
        if child.tag in _ARRAYS:
            items = tuple(_value(item) for item in child if item.tag == f"{RDF}li")
            return Array(_ARRAYS[str(child.tag)], items)  # type: ignore[arg-type]
        if child.tag == DESCRIPTION:
            return _fields(child)
    if f"{RDF}resource" in element.attrib:
        return element.attrib[f"{RDF}resource"]
    return _fields(element) or (element.text or "")


def _with_usual_prefixes(prefixes: dict[str, str]) -> dict[str, str]:
    taken = set(prefixes.values())
    usual = {uri: prefix for uri, prefix in PREFIXES.items() if prefix not in taken}
    return usual | prefixes
