"""What is found when a result is compared with its original."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.photo.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Row:
    """One property.

    Attributes:
        name: of what.
        original, result: as shown to people.
        verdict: "kept"; "changed", as it has to be or may be; "lost".
        remark: why, where that needs words.
        largest, mean: of L*, the largest difference of any pixel and that of all.
    """

    name: str
    original: str
    result: str
    verdict: str
    remark: str = ""
    largest: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class TagCounts:
    """What became of a block's tags.

    Attributes:
        block: "EXIF", "XMP" or "IPTC".
        kept: how many are the same.
        fitted: names of those that have to be another, or are not needed any more.
        changed: names of others that have another value.
        lost: names of others that are missing.
        damaged: the original's block cannot be read; XMP counts as kept if it is the same.
    """

    block: str
    kept: int
    fitted: tuple[str, ...]
    changed: tuple[str, ...]
    lost: tuple[str, ...]
    damaged: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing was lost, nor changed without need."""
        return not self.changed and not self.lost


@dataclass(frozen=True, slots=True)
class Report:
    """What was kept and what was not.

    Attributes:
        rows: properties of the pixels.
        tags: the blocks of metadata.
        provenance: how the result says it came to be; None if it does not.
    """

    rows: tuple[Row, ...]
    tags: tuple[TagCounts, ...]
    provenance: "Provenance | None"

    @property
    def whole(self) -> bool:
        """Whether nothing was lost."""
        return all(row.verdict != "lost" for row in self.rows) and all(
            one.whole for one in self.tags
        )
