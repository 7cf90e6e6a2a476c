"""What the user does to one photo, step by step, so that it can be undone and done again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QUndoCommand, QUndoStack

from engine import Belongings, Edits
from gui.stamps import Stamp, stamp_of
from gui.worker.jobs import OpenPhoto

Words = Callable[[], str]

MOST_STEPS = 200


class Step(QUndoCommand):
    """From some edits to others.

    Args:
        work: what they are of.
        edits: those to come to.
        words: give what was done, in the language of the moment.
        gesture: steps of the same gesture, such as one drag of a slider, become one.
    """

    def __init__(self, work: "Work", edits: Edits, words: Words, gesture: object) -> None:
        super().__init__(words())
        self._work = work
        self._before, self._after = work.edits, edits
        self._words = words
        self._gesture = gesture

    def id(self) -> int:
        """Says to Qt that steps may become one."""
        return 1 if self._gesture is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in the step that follows, if it is of the same gesture."""
        if not isinstance(other, Step) or other._gesture != self._gesture:
            return False
        self._after, self._words = other._after, other._words
        self.retranslate()
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Come to the later edits."""
        self._work.edits = self._after

    def undo(self) -> None:
        """Go back to the earlier ones."""
        self._work.edits = self._before

    def retranslate(self) -> None:
        """Say it in the language of the moment."""
        self.setText(self._words())


@dataclass(frozen=True, slots=True)
class Target:
    """A file that a photo was saved to.

    Attributes:
        path: where.
        stamp: that of the file when it was written.
    """

    path: Path
    stamp: Stamp

    @classmethod
    def of(cls, path: Path) -> "Target":
        """A file that was written just now."""
        return cls(path, stamp_of(path))

    @property
    def is_as_left(self) -> bool:
        """Whether nobody has changed it since."""
        return self.stamp is not None and stamp_of(self.path) == self.stamp


class Work:
    """The edits of one photo and how they came about.

    Attributes:
        edits: those of the moment.
        saved: those of the newest result on the disk; of none, those of the photo as colored.
        target: where it was saved, but for exports; None if it was not.
        replaced: whether the result stands in the place of the original, which is gone.
        opened: the request by which the photo was opened last; None until it was.
        belongings: what the photo has that not every format can hold.
        steps: the way from the photo as colored to the edits of the moment, and back.
    """

    def __init__(self) -> None:
        self.edits = self.saved = Edits()
        self.target: Target | None = None
        self.replaced = False
        self.opened: OpenPhoto | None = None
        self.belongings = Belongings()
        self.steps = QUndoStack()
        self.steps.setUndoLimit(MOST_STEPS)

    @property
    def is_unsaved(self) -> bool:
        """Whether the newest file has something else; mere color, never saved, is no work."""
        return self.edits != self.saved

    def change(self, edits: Edits, words: Words, gesture: object = None) -> bool:
        """Come to other edits by a step that can be undone.

        Args:
            edits: those to come to.
            words: give what is done, in the language of the moment.
            gesture: what is equal for steps that shall become one; None for a step of its own.

        Returns:
            Whether that changes anything.
        """
        if edits == self.edits:
            return False
        self.steps.push(Step(self, edits, words, gesture))
        return True

    def retranslate(self) -> None:
        """Say all steps in the language of the moment."""
        for at in range(self.steps.count()):
            step = self.steps.command(at)
            if isinstance(step, Step):
                step.retranslate()
