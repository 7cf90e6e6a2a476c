"""What a proof says, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLocale

from engine import translate
from gui.worker.jobs import ProofReady


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One property of the file.

    Attributes:
        name: of what.
        value: how it is.
        verdict: "kept"; "changed", as it has to be or was chosen; "lost".
        remark: more about it; may be empty.
    """

    name: str
    value: str
    verdict: str
    remark: str = ""


def proof_lines(proof: ProofReady) -> tuple[ProofLine, ...]:
    """The lines to show, the size of the file first."""
    size = QLocale().formattedDataSize(proof.bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
    lines = [ProofLine(translate("File size"), size, "changed")]
    for row in proof.report.rows:
        words = _ROWS.get(row.name)
        if words is not None:
            name, shown = words()
            lines.append(ProofLine(name, shown(row), row.verdict))
    for tags in proof.report.tags:
        count = tags.kept + len(tags.changed) + len(tags.lost)
        if not count:
            continue
        value = translate("{kept} of {count} tags kept", kept=tags.kept, count=count)
        missing = ", ".join((*tags.changed, *tags.lost))
        lines.append(ProofLine(tags.block, value, "kept" if tags.whole else "lost", missing))
    return tuple(lines)


def _pixels(row: Any) -> str:
    before, after = (each.replace(" x ", " × ") for each in (row.original, row.result))
    return after if before == after else translate("{after} (was {before})", after=after,
                                                   before=before)  # fmt: skip


def _bits(row: Any) -> str:
    after, before = (each.split()[0] for each in (row.result, row.original))
    if before == after:
        return translate("{bits} bits per channel", bits=after)
    return translate("{after} bits per channel (had {before})", after=after, before=before)


def _plain(row: Any) -> str:
    before, after = _named(row.original), _named(row.result)
    if before == after:
        return after
    if row.original.startswith("none"):
        return translate("{after}; the photo says nothing", after=after)
    return translate("{after} (was {before})", after=after, before=before)


def _named(value: str) -> str:
    return {
        "none": translate("none"), "opaque": translate("opaque"),
        "transparent": translate("transparent"), "none (sRGB)": translate("none (sRGB)"),
        "without a name": translate("without a name"),
    }.get(value, value)  # fmt: skip


def _difference(row: Any) -> str:
    largest, mean = (QLocale().toString(each, "f", 3) for each in (row.largest, row.mean))
    return translate("L* off by {largest} at most, {mean} in the mean", largest=largest, mean=mean)


_ROWS: dict[str, Callable[[], tuple[str, Callable[[Any], str]]]] = {
    "size": lambda: (translate("Pixels"), _pixels),
    "depth": lambda: (translate("Depth"), _bits),
    "profile": lambda: (translate("Profile"), _plain),
    "dpi": lambda: (translate("Resolution (dpi)"), _plain),
    "alpha": lambda: (translate("Transparency"), _plain),
    "lightness": lambda: (translate("Lightness"), _difference),
}
