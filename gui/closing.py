"""What becomes of unsaved work when its photo, or the window, is closed."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.saving import Saving
from gui.saving_questions import Fate, UnsavedQuestion
from gui.worker.jobs import PhotoSaved, Result


class Closing(QObject):
    """Asks, and lets go of what is closed as soon as what was to be saved is on the disk.

    Args:
        window: what the question belongs to.
        saving: saves what is to be saved.
    """

    def __init__(self, window: QWidget, saving: Saving) -> None:
        super().__init__(window)
        self._window, self._saving = window, saving
        self._awaited: set[int] = set()
        self._then: Callable[[], object] | None = None
        self._is_leaving = False
        self._is_asking = False
        # Those that were to be saved together with one that failed.
        self._beside_failed: set[int] = set()

    def may_go(self, unsaved: Sequence[Path], then: Callable[[], object]) -> bool:
        """Whether work may be given up, which the user is asked, or there is none.

        Args:
            unsaved: the photos with work that no file has.
            then: what is done later if the user wants them saved first.
        """
        if not unsaved:
            return True
        if self._is_asking:  # the answer to one question must not pull the ground from the other
            return False
        self._is_asking = True
        try:
            fate = UnsavedQuestion(self._window, unsaved, self._saving.targets(unsaved)).ask()
        finally:
            self._is_asking = False
        if fate is Fate.SAVE:
            self.wait_for(self._saving.save_all(unsaved), then)
        return fate is Fate.GIVE_UP

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether another photo may be shown: of one that was replaced no work can be gone on with.

        The user is asked about such work; while it is being written, or the original is being
        replaced, leaving waits for what comes of that.

        Args:
            then: leaves; is called later if it has to wait. It replaces what waited before.
        """
        if self._is_leaving:
            self.stay()
        document = self._saving.document
        if document.leaving_waits_for:
            self.wait_for(document.leaving_waits_for, then)
            may = False
        else:
            may = self.may_go(document.lost_by_leaving, then)
        self._is_leaving = self._then is then
        return may

    def wait_for(self, saves: Collection[int], then: Callable[[], object]) -> None:
        """Do something once these saves, by their generations, have all succeeded."""
        self._awaited, self._then = set(saves), then
        self._is_leaving = False

    def note(self, result: Result) -> None:
        """Take note of what became of a request."""
        if result.generation not in self._awaited or self._then is None:
            return
        if not isinstance(result, PhotoSaved):
            self._beside_failed = self._awaited - {result.generation}
            self.stay()
            return
        self._awaited.discard(result.generation)
        if not self._awaited:
            then, self._then = self._then, None
            then()

    def is_beside_failed(self, result: Result) -> bool:
        """Whether saying that it succeeded would cover why another one failed."""
        return result.generation in self._beside_failed

    @property
    def is_asking(self) -> bool:
        """Whether the user has yet to answer."""
        return self._is_asking

    @property
    def is_waiting(self) -> bool:
        """Whether something is closed or left as soon as it is saved."""
        return self._then is not None

    @property
    def is_leaving(self) -> bool:
        """Whether another photo is shown as soon as that is saved."""
        return self._is_leaving and self.is_waiting

    def stay(self) -> None:
        """Close nothing."""
        self._awaited, self._then, self._is_leaving = set(), None, False
