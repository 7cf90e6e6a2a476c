"""Everything that changes the colors: adjustments, quality, undo, variants."""

from typing import cast, get_args

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine import Quality
from gui.adjusting import ADJUSTMENTS
from gui.document import Document
from gui.variants import Variant
from gui.variants_dialog import VariantsDialog
from gui.views.adjust_panel import AdjustPanel
from gui.worker.jobs import Request, VariantReady

_QUALITY_KEY = "quality"


class Editing(QObject):
    """Carries out the actions of editing, and what is done in the panel.

    Args:
        window: what the sheet of variants belongs to.
        document: makes the requests.
        panel: has the sliders and the history.
        settings: what is remembered between runs.

    Signals:
        wanted: a request for the worker.
        changed: the edits, or what can be done to them, are others than before.
        variant_ready: a VariantReady for the sheet that is open.
        photo_changed: another photo is on screen than before.
    """

    wanted = Signal(object)
    changed = Signal()
    variant_ready = Signal(object)
    photo_changed = Signal()

    def __init__(
        self, window: QWidget, document: Document, panel: AdjustPanel, settings: QSettings
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._settings = window, document, settings
        panel.adjusted.connect(self._on_adjusted)
        panel.quality_chosen.connect(self._on_quality_chosen)
        panel.reset_wanted.connect(self.on_reset_adjustments)
        panel.stepped.connect(self._on_stepped)

    def recall(self) -> None:
        """Take up what was chosen in the run before."""
        quality = str(self._settings.value(_QUALITY_KEY, ""))
        if quality in get_args(Quality):
            self._document.quality = cast("Quality", quality)

    def possible(self) -> dict[str, bool]:
        """Which of the actions can be done now."""
        document = self._document
        can, steps = document.can_adjust, document.work.steps
        return {
            "neutralize": document.can_neutralize,
            "undo": can and steps.canUndo(),
            "redo": can and steps.canRedo(),
            "variants": can,
            "copy_adjustments": can,
            "paste_adjustments": can and document.copied is not None,
            "reset_adjustments": can,
        }

    def show_variant(self, result: VariantReady) -> None:
        """Show a variant on the sheet that is open."""
        self.variant_ready.emit(result)

    @Slot(bool)
    def on_neutralize(self, wanted: bool) -> None:
        """Take the photo's tone out of its lightness, or leave it there."""
        self._ask(self._document.neutralize(wanted))

    @Slot()
    def on_undo(self) -> None:
        """Take the last step back."""
        self._ask(self._document.undo())

    @Slot()
    def on_redo(self) -> None:
        """Do again what was undone."""
        self._ask(self._document.redo())

    @Slot()
    def on_variants(self) -> None:
        """Show the photo in other ways to choose from."""
        request, photo = self._document.make_variants(), self._document.photo
        if request is None or photo is None:
            return
        dialog = VariantsDialog(
            self._window, photo.picture.levels[-1].image, self._document.quality
        )
        dialog.chosen.connect(self._on_variant_chosen)
        dialog.finished.connect(self._document.stop_variants)
        self.variant_ready.connect(dialog.show_variant)
        self.photo_changed.connect(dialog.reject)  # it shows the photo before
        dialog.open()
        self._ask(request)

    @Slot()
    def on_copy_adjustments(self) -> None:
        """Keep the adjustments for other photos."""
        self._document.copy_adjustments()
        self.changed.emit()

    @Slot()
    def on_paste_adjustments(self) -> None:
        """Give this photo the adjustments of another."""
        self._ask(self._document.paste_adjustments())

    @Slot()
    def on_reset_adjustments(self) -> None:
        """Take all adjustments back."""
        self._ask(self._document.reset_adjustments())

    def _ask(self, request: Request | None) -> None:
        if request is not None:
            self.wanted.emit(request)
        self.changed.emit()

    @Slot(object)
    def _on_variant_chosen(self, variant: Variant) -> None:
        if variant.quality is not None:
            self._settings.setValue(_QUALITY_KEY, variant.quality)
        self._ask(self._document.take_variant(variant))

    @Slot(str, int, int)
    def _on_adjusted(self, name: str, value: int, gesture: int) -> None:
        row = next(row for row in ADJUSTMENTS if row.name == name)
        self._ask(self._document.adjust(
            name, value * row.per_unit, lambda: f"{row.words()}  {value}{row.unit()}", gesture
        ))  # fmt: skip

    @Slot(str)
    def _on_quality_chosen(self, quality: Quality) -> None:
        self._settings.setValue(_QUALITY_KEY, quality)
        self._ask(self._document.set_quality(quality))

    @Slot()
    def _on_stepped(self) -> None:
        self._ask(self._document.follow_steps())
