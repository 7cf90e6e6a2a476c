"""How a result came to be, written into its XMP: for people, for archives, for doing it again.

Says that a trained network made up the colors, in the words of the IPTC (see docs/decisions/0013),
and in a namespace of our own with what else is needed to get the same colors once more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.photo.xmp import Array, Value, properties_of, with_properties

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"

_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MEDIA = "{http://ns.adobe.com/xap/1.0/mm/}"
_EVENT = "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}"
_IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_OWN = "{urn:photochrom:1.0/}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result out of which photo.

    Attributes:
        software: the program's name.
        version: its version.
        model: the network's name.
        weights_sha256: digest of the weights file, in hexadecimal digits.
        quality: quality level.
        edits: hints and adjustments as JSON text, as `--edits` reads them; empty if there are none.
        settings: what else was chosen, such as the color space; values are JSON.
        source_name: the photo's file name, without its folder.
        source_sha256: digest of the photo's file, in hexadecimal digits; empty if not taken.
    """

    software: str
    version: str
    model: str
    weights_sha256: str
    quality: str
    edits: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    source_name: str = ""
    source_sha256: str = ""

    def to_xmp(self, packet: bytes, when: str | None = None) -> bytes:
        """The photo's packet with all this added; the same values give the same bytes.

        Args:
            packet: the photo's XMP, or empty.
            when: a time for the history, such as "2026-11-24T20:00:00Z"; left out, since results
                shall not differ from run to run.

        Returns:
            The packet; a damaged one unchanged, of which `notice_of` gives the sentence.
        """
        tool = f"{self.software} {self.version}"
        properties: dict[str, Value] = {
            f"{_XMP}CreatorTool": tool,
            f"{_IPTC}DigitalSourceType": SOURCE_TYPE,
            f"{_IPTC}AISystemUsed": f"{self.software} ({self.model})",
            f"{_IPTC}AISystemVersionUsed": self.version,
        }
        own = {
            "Software": self.software,
            "Version": self.version,
            "Model": self.model,
            "WeightsSHA256": self.weights_sha256,
            "Quality": self.quality,
            "Edits": self.edits,
            "Settings": json.dumps(dict(self.settings), sort_keys=True, ensure_ascii=False),
            "SourceName": self.source_name,
            "SourceSHA256": self.source_sha256,
        }
        properties |= {f"{_OWN}{name}": value for name, value in own.items()}
        event: dict[str, Value] = {
            f"{_EVENT}action": "edited",
            f"{_EVENT}softwareAgent": tool,
            f"{_EVENT}changed": "/",
            f"{_EVENT}parameters": f"colorized with {self.model}, quality {self.quality}",
        }
        if when is not None:
            event[f"{_EVENT}when"] = when
        return with_properties(packet, properties, {f"{_MEDIA}History": Array("Seq", (event,))})

    @classmethod
    def from_xmp(cls, packet: bytes) -> "Provenance | None":
        """What `to_xmp` wrote; None if the packet is damaged or says nothing of the kind."""
        found = {
            name.removeprefix(_OWN): value
            for name, value in properties_of(packet).items()
            if name.startswith(_OWN) and isinstance(value, str)
        }
        if "Software" not in found:
            return None
        try:
            settings = json.loads(found.get("Settings", "{}"))
        except (ValueError, RecursionError):
            settings = {}
        return cls(
            software=found["Software"],
            version=found.get("Version", ""),
            model=found.get("Model", ""),
            weights_sha256=found.get("WeightsSHA256", ""),
            quality=found.get("Quality", ""),
            edits=found.get("Edits", ""),
            settings=settings if isinstance(settings, dict) else {},
            source_name=found.get("SourceName", ""),
            source_sha256=found.get("SourceSHA256", ""),
        )
