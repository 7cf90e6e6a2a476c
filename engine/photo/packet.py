"""An XMP packet as a tree of XML, and back.

Python's own writer forgets prefixes and comments, and keeps a table of namespaces for the whole
program. This one keeps what was read. Sources: ISO 16684-1 (XMP), section 7; Adobe XMP
Specification Part 3 for packets and for JPEG's 64 KB.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
META = "{adobe:ns:meta/}"
ABOUT, DESCRIPTION = f"{RDF}about", f"{RDF}Description"

_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>'
# Elements within elements; real packets have some 20.
_DEEPEST = 200
# Elements and attributes. The longest packets of Photoshop list what a picture was made of, by some
# 70 letters each: 300,000 of them are 20 MB, and 300 MB as a tree.
_MOST_PARTS = 300_000
# Attributes alone, which take their parser longer than anything else.
_MOST_ATTRIBUTES = 100_000
_EMPTY = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{}"/></x:xmpmeta>'
# A packet in UTF-16 or UTF-32, which only TIFF files were ever seen to hold.
_ENCODINGS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
              (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # fmt: skip
# The wrapper around the tree; there may be some kilobytes of blanks in front of its end.
_WRAPPER = re.compile(r"<\?xpacket\b[^<]*?\?>")
# A bare one would be read back as the end of a line.
_RETURN = {"\r": "&#13;"}


class BadPacket(ValueError):
    """It is no XMP, or damaged."""


@dataclass(slots=True)
class Packet:
    """A parsed packet.

    Attributes:
        root: x:xmpmeta, or rdf:RDF where there is nothing around it.
        prefixes: by namespace, those of the packet first.
    """

    root: Element
    prefixes: dict[str, str] = field(default_factory=dict)

    @property
    def rdf(self) -> Element:
        """The element that holds the descriptions."""
        found = self.root if self.root.tag == f"{RDF}RDF" else self.root.find(f".//{RDF}RDF")
        if found is None:
            raise BadPacket("no rdf:RDF")
        return found

    def descriptions(self) -> list[Element]:
        """The elements that hold properties of the photo."""
        return self.rdf.findall(DESCRIPTION)


class _Builder(ElementTree.TreeBuilder):
    """Also notes which prefix belongs to which namespace."""

    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.prefixes: dict[str, str] = {}
        self._taken: set[str] = set()
        self._depth, self._parts = 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Called by the parser where an element starts."""
        self._depth += 1
        self._parts += 1 + len(attrs)
        if self._depth > _DEEPEST or self._parts > _MOST_PARTS:
            raise BadPacket("too deep, or too many parts")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """Called by the parser where an element ends."""
        self._depth -= 1
        return super().end(tag)

    def start_ns(self, prefix: str | None, uri: str) -> None:
        """Called by the parser where a prefix is declared."""
        if prefix and prefix not in self._taken and uri not in self.prefixes:
            self.prefixes[uri] = prefix
            self._taken.add(prefix)


def parse(packet: bytes) -> Packet:
    """Read a packet; an empty one gives an empty tree.

    Raises:
        BadPacket: it is damaged, has more parts than any, or uses entities, which XMP has no need
            of.
    """
    check_attributes(packet)
    text = _WRAPPER.sub("", as_text(packet)).strip().strip("\0\ufeff").strip()
    builder = _Builder()
    try:
        parser = DefusedXMLParser(target=builder, forbid_dtd=True)
        parser.feed(text or _EMPTY.format(RDF[1:-1]))
        root = parser.close()
    except (ElementTree.ParseError, SyntaxError, DefusedXmlException, ValueError) as error:
        raise BadPacket("damaged") from error
    parsed = Packet(root, builder.prefixes)
    _ = parsed.rdf
    return parsed


def check_attributes(packet: bytes) -> None:
    """Make sure that there are not more of them than in any packet; each has an equals sign.

    Raises:
        BadPacket: there are.
    """
    if packet.count(b"=") > _MOST_ATTRIBUTES:
        raise BadPacket("too many attributes")


def as_text(packet: bytes) -> str:
    """The packet's letters.

    Raises:
        BadPacket: they are in no encoding that XMP allows.
    """
    name = next((name for mark, name in _ENCODINGS if packet.startswith(mark)), "utf-8")
    try:
        return packet.decode(name)
    except UnicodeDecodeError as error:
        raise BadPacket("neither UTF-8 nor UTF-16") from error


def serialized(packet: Packet, wrapped: bool = True) -> bytes:
    """The packet in UTF-8, all namespaces declared at its root; the same tree, the same bytes."""
    names = _Names(packet.prefixes)
    body = "".join(_element(packet.root, names))
    spaces = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for uri, prefix in names.used.items())
    start = len("<" + names(packet.root.tag))
    body = body[:start] + spaces + body[start:]
    return ((_BEGIN if wrapped else "") + body + (_END if wrapped else "")).encode()


class _Names:
    """Turns "{namespace}name" into "prefix:name" and notes which were used."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self._prefixes = dict(prefixes)
        taken = set(prefixes.values())
        self._free = (name for number in count(1) if (name := f"ns{number}") not in taken)
        self.used: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if not name.startswith("{"):
            return name
        uri, _, local = name[1:].partition("}")
        if uri == XML[1:-1]:
            return f"xml:{local}"
        if uri not in self._prefixes:
            self._prefixes[uri] = next(self._free)
        self.used.setdefault(uri, self._prefixes[uri])
        return f"{self._prefixes[uri]}:{local}"


def _element(element: Element, names: _Names) -> Iterator[str]:
    tail = escape(element.tail or "", _RETURN)
    tag: object = element.tag
    if not isinstance(tag, str):  # a comment or a processing instruction
        mark = ("<!--", "-->") if tag is ElementTree.Comment else ("<?", "?>")
        yield f"{mark[0]}{element.text or ''}{mark[1]}{tail}"
        return
    name = names(element.tag)
    attributes = "".join(f" {names(key)}={quoteattr(value)}" for key, value in element.items())
    if not len(element) and not element.text:
        yield f"<{name}{attributes}/>{tail}"
        return
    yield f"<{name}{attributes}>{escape(element.text or '', _RETURN)}"
    for child in element:
        yield from _element(child, names)
    yield f"</{name}>{tail}"
