"""All distances and sizes of type in the window: every margin, gap and letter is one of these.

Distances are in logical pixels, which Qt multiplies on dense screens. Type counts from the font of
the system, so that who has chosen larger letters there gets them here.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QLabel

# Distances.
HAIRLINE = 1  # a line, and what keeps off it
HAIR = 2  # between a name and what belongs to it
TINY = 4  # inside of small things
SMALL = 8  # between things of a kind
MEDIUM = 12  # between rows
LARGE = 16  # around and between groups
WIDE = 24  # around dialogs, between columns
VAST = 40  # around what stands alone

# The least height of a line that something is chosen or typed in, and the side of a handle.
LINE, HANDLE = 20, 16

# Left, top, right, bottom of what is inside of a dialog, and of a panel.
DIALOG = (WIDE, WIDE, WIDE, LARGE)
PANEL = (LARGE, LARGE, LARGE, MEDIUM)

# Radii of corners: of what is pressed or chosen, and of plates that lie over something.
CONTROL_CORNER = 5
PLATE_CORNER = 10

# Sides of signs: beside a line of words, on a button, in front of a notice and
# of a question, over a page.
LINE_SIGN, BUTTON_SIGN, NOTICE_SIGN, QUESTION_SIGN, PAGE_SIGN = (
    QSize(side, side) for side in (16, 20, 28, 40, 56)
)


@dataclass(frozen=True, slots=True)
class Letters:
    """A size and weight of type.

    Attributes:
        factor: of the size of the system's font.
        weight: how bold.
    """

    factor: float
    weight: QFont.Weight

    @property
    def points(self) -> float:
        """The size; also where the system gives its own in pixels."""
        font = QFont()
        points = font.pointSizeF()
        return (points if points > 0 else QFontInfo(font).pointSizeF()) * self.factor

    def of(self, font: QFont) -> QFont:
        """A font of this size and weight."""
        made = QFont(font)
        made.setPointSizeF(self.points)
        made.setWeight(self.weight)
        return made


BADGE = Letters(1.0, QFont.Weight.Medium)
HEADING = Letters(1.0, QFont.Weight.DemiBold)
TITLE = Letters(1.2, QFont.Weight.DemiBold)
DISPLAY = Letters(1.6, QFont.Weight.DemiBold)


class Words(QLabel):
    """A label in one of the sizes of type.

    Args:
        letters: the size and weight.
        text: what it says.
    """

    def __init__(self, letters: Letters, text: str = "") -> None:
        super().__init__(text)
        self._letters = letters
        self.setWordWrap(True)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font, of whose change a window tells by setting its style anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        font = self._letters.of(QFont())
        if font != self.font():
            self.setFont(font)
