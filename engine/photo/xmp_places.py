"""Where properties stand in an XMP packet, to the byte, so that they can be changed in place.

A property belongs to a namespace, whatever prefix its writer chose, and may be an attribute or an
element of any of several descriptions. Only those of the photo itself count: a packet may hold
descriptions of other pictures as well, such as those a collage was made of.

No tree is built: packets of Photoshop files grow to tens of megabytes.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from xml.parsers import expat

from engine.photo.packet import DESCRIPTION, RDF, BadPacket, check_attributes

_VALUE = f"{RDF}value"
_TAG = re.compile(rb"<(?:[^>\"']++|\"[^\"]*\"|'[^']*')*+>")
_ATTRIBUTE = re.compile(rb"([^\s=<>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True, slots=True)
class Place:
    """One property.

    Attributes:
        name: "{namespace}name".
        value: the bytes of its value; None if it is an array or a structure, or has none.
        whole: the bytes of all of it if it is an element; None if it is an attribute.
    """

    name: str
    value: slice | None
    whole: slice | None


def places_of(packet: bytes, wanted: Container[str]) -> list[Place]:
    """The properties of these names, from the first to the last.

    Args:
        packet: in UTF-8.
        wanted: "{namespace}name" each.

    Raises:
        BadPacket: it is damaged, has more attributes than any, or declares entities, which XMP has
            no need of.
    """
    check_attributes(packet)
    finder = _Finder(packet, wanted)
    finder.look()
    return finder.found


class _Finder:
    def __init__(self, packet: bytes, wanted: Container[str]) -> None:
        self.found: list[Place] = []
        self._packet, self._wanted = packet, wanted
        self._spaces: dict[str, list[str]] = {}
        self._depth, self._rdf, self._ended = 0, 0, False
        self._described = False
        # The wanted element that is open: its name, where it begins, where its content does.
        self._open: tuple[str, int, int] | None = None
        self._value: slice | None = None
        self._plain = True
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.EndNamespaceDeclHandler = self._forget
        self._parser.StartDoctypeDeclHandler = self._refuse

    def look(self) -> None:
        try:
            self._parser.Parse(self._packet, True)
        except expat.ExpatError as error:
            if not self._ended:  # behind the tree there may be anything, such as zeros
                raise BadPacket("damaged") from error
        if not self._rdf:
            raise BadPacket("no rdf:RDF")

    def _refuse(self, *_: object) -> None:
        raise BadPacket("a document type")

    def _declare(self, prefix: str | None, uri: str) -> None:
        self._spaces.setdefault(prefix or "", []).append(uri)

    def _forget(self, prefix: str | None) -> None:
        self._spaces[prefix or ""].pop()

    def _start(self, expanded: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        level = self._depth - self._rdf
        if not self._rdf:
            if f"{{{expanded}" == f"{RDF}RDF":
                self._rdf = self._depth
            return
        if level == 1:
            self._described = f"{{{expanded}" == DESCRIPTION
            if self._described and any(f"{{{name}" in self._wanted for name in attributes):
                self._take_attributes(self._tag())
        elif level == 2 and self._described and f"{{{expanded}" in self._wanted:
            tag = self._tag()
            self._open = f"{{{expanded}", tag.start, tag.stop
            self._value, self._plain = self._attribute(tag, _VALUE), True
        elif level == 3 and self._open:
            self._plain = False
            if f"{{{expanded}" == _VALUE:
                tag = self._tag()
                end = self._packet.find(b"<", tag.stop)
                self._value = None if self._is_empty(tag) else slice(tag.stop, end)

    def _end(self, _expanded: str) -> None:
        level = self._depth - self._rdf
        self._depth -= 1
        self._ended = not self._depth
        if self._open is None or level != 2:
            return
        (name, begin, content), self._open = self._open, None
        if self._is_empty(slice(begin, content)):
            whole, value = slice(begin, content), self._value
        else:
            at = self._parser.CurrentByteIndex
            whole = slice(begin, self._packet.index(b">", at) + 1)
            value = slice(content, at) if self._plain else self._value
        self.found.append(Place(name, value, whole))

    def _tag(self) -> slice:
        """The tag that is just being read."""
        at = self._parser.CurrentByteIndex
        found = _TAG.match(self._packet, at)
        if found is None:
            raise BadPacket("no tag")
        return slice(*found.span())

    def _is_empty(self, tag: slice) -> bool:
        return self._packet[tag.stop - 2 : tag.stop] == b"/>"

    def _take_attributes(self, tag: slice) -> None:
        for found in _ATTRIBUTE.finditer(self._packet, tag.start, tag.stop):
            name = self._expanded(found[1].decode())
            if name in self._wanted:
                self.found.append(Place(name, _span(found), None))

    def _attribute(self, tag: slice, wanted: str) -> slice | None:
        for found in _ATTRIBUTE.finditer(self._packet, tag.start, tag.stop):
            if self._expanded(found[1].decode()) == wanted:
                return _span(found)
        return None

    def _expanded(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        uris = self._spaces.get(prefix) if prefix else None
        return f"{{{uris[-1]}}}{local}" if uris else local


def _span(attribute: re.Match[bytes]) -> slice:
    """Where the value of an attribute stands, between quotation marks of either kind."""
    return slice(*attribute.span(2 if attribute[2] is not None else 3))
