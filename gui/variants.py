"""One table of other ways to color the open photo; the sheet of variants comes from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from engine import Edits, Quality, translate


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """Another way to color a photo.

    Attributes:
        words: give its name.
        quality: the quality level, which changes what size the network looks at; None for that
            of the moment.
        changes: what is added to adjustments, or for strength and saturation multiplied with
            them.
    """

    words: Callable[[], str]
    quality: Quality | None = None
    changes: Mapping[str, float] = field(default_factory=dict)

    def applied(self, edits: Edits) -> Edits:
        """The edits of a photo in this way."""
        before = edits.adjustments
        values = {}
        for name, change in self.changes.items():
            value: float = getattr(before, name)
            multiplies, most = _RANGES[name]
            value = value * change if multiplies else value + change
            values[name] = min(max(value, 0.0 if multiplies else -most), most)
        adjustments = msgspec.structs.replace(before, **values)
        return msgspec.structs.replace(edits, adjustments=adjustments)


# Whether a change multiplies, and the largest value.
_RANGES = {
    "strength": (True, 1.0), "saturation": (True, 2.0),
    "temperature": (False, 100.0), "tint": (False, 100.0),
}  # fmt: skip

VARIANTS = (
    Variant(lambda: translate("Fast: seen small"), "fast"),
    Variant(lambda: translate("Balanced: two sizes"), "balanced"),
    Variant(lambda: translate("Fine: three sizes"), "fine"),
    Variant(lambda: translate("Warmer"), changes={"temperature": 18}),
    Variant(lambda: translate("Colder"), changes={"temperature": -18}),
    Variant(lambda: translate("Warmer and softer"), changes={"temperature": 12, "strength": 0.65}),
    Variant(lambda: translate("More vivid"), changes={"saturation": 1.3}),
    Variant(lambda: translate("Paler"), changes={"saturation": 0.7}),
    Variant(lambda: translate("A breath of color"), changes={"strength": 0.4}),
)
