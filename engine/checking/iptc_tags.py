"""The records of an IPTC block by the names people know from other programs.

Source: IPTC-NAA Information Interchange Model 4.2; names as ExifTool shows them.
"""

import struct

_NAMES = {
    (1, 90): "CodedCharacterSet", (2, 0): "ApplicationRecordVersion", (2, 5): "ObjectName",
    (2, 7): "EditStatus", (2, 10): "Urgency", (2, 15): "Category",
    (2, 20): "SupplementalCategories", (2, 25): "Keywords", (2, 40): "SpecialInstructions",
    (2, 55): "DateCreated", (2, 60): "TimeCreated", (2, 62): "DigitalCreationDate",
    (2, 63): "DigitalCreationTime", (2, 65): "OriginatingProgram", (2, 70): "ProgramVersion",
    (2, 80): "By-line", (2, 85): "By-lineTitle", (2, 90): "City", (2, 92): "Sub-location",
    (2, 95): "Province-State", (2, 100): "Country-PrimaryLocationCode",
    (2, 101): "Country-PrimaryLocationName", (2, 103): "OriginalTransmissionReference",
    (2, 105): "Headline", (2, 110): "Credit", (2, 115): "Source", (2, 116): "CopyrightNotice",
    (2, 118): "Contact", (2, 120): "Caption-Abstract", (2, 122): "Writer-Editor",
}  # fmt: skip


def iptc_tags(records: bytes) -> dict[str, object]:
    """All values of each dataset, in their order, by name; unknown ones go by their numbers."""
    tags: dict[str, list[bytes]] = {}
    at = 0
    while records[at : at + 1] == b"\x1c" and at + 5 <= len(records):
        record, dataset, size = struct.unpack_from(">BBH", records, at + 1)
        at += 5
        if size & 0x8000:  # the length of the length
            wide = size & 0x7FFF
            size = int.from_bytes(records[at : at + min(wide, 4)], "big")
            at += wide
        name = _NAMES.get((record, dataset), f"{record}:{dataset}")
        tags.setdefault(name, []).append(records[at : at + size])
        at += size
    return {name: tuple(values) for name, values in tags.items()}
