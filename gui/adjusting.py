"""One table of what can be adjusted; the panel's sliders come from it."""

from collections.abc import Callable
from dataclasses import dataclass

from engine import Adjustments, translate
from gui.texts import percent_sign


@dataclass(frozen=True, slots=True)
class AdjustRow:
    """Something that can be adjusted.

    Attributes:
        name: a field of `Adjustments`.
        words: give its name.
        help: gives what it does.
        low: the least value, as shown.
        high: the largest one, as shown.
        unit: gives what stands behind the shown value.
        per_unit: the field's value for 1 of what is shown.
    """

    name: str
    words: Callable[[], str]
    help: Callable[[], str]
    low: int
    high: int
    unit: Callable[[], str] = lambda: ""
    per_unit: float = 1.0

    @property
    def start(self) -> int:
        """The shown value of a photo to which nothing was done."""
        return self.shown(Adjustments())

    def shown(self, adjustments: Adjustments) -> int:
        """The value to show."""
        value: float = getattr(adjustments, self.name)
        return round(value / self.per_unit)


ADJUSTMENTS = (
    AdjustRow(
        "strength", lambda: translate("Strength"),
        lambda: translate("How much of the color is laid over the gray photo"),
        0, 100, percent_sign, 0.01,
    ),
    AdjustRow(
        "saturation", lambda: translate("Saturation"),
        lambda: translate("Makes all colors paler or more vivid"),
        0, 200, percent_sign, 0.01,
    ),
    AdjustRow(
        "temperature", lambda: translate("Warmth"),
        lambda: translate("Colder light to the left, warmer light to the right"),
        -100, 100,
    ),
    AdjustRow(
        "tint", lambda: translate("Tint"),
        lambda: translate("Greener to the left, more magenta to the right"),
        -100, 100,
    ),
)  # fmt: skip
