"""From the wish to export to the request, and what is tried out on the way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine import color_layer_path
from gui.document import Document
from gui.export_dialog import ExportDialog
from gui.message_bar import Kind, Message
from gui.presets import Export, Presets
from gui.proof_lines import proof_lines
from gui.texts import error_text, too_late_text
from gui.views.compare_view import CompareView
from gui.worker.jobs import Failed, ProofReady

_FOLDER_KEY = "export/folder"


class Exporting(QObject):
    """Carries out the action of exporting.

    Args:
        window: what the panel belongs to.
        document: makes the requests.
        view: of whose middle a part is shown.
        settings: what is remembered between runs.
        folder_for: gives the folder that is proposed for a photo's results.

    Attributes:
        layers: generations of layers beside an exported photo; only what fails is worth saying.

    Signals:
        wanted: a request for the worker.
        said: a Message.
    """

    wanted = Signal(object)
    said = Signal(object)

    def __init__(
        self,
        window: QWidget,
        document: Document,
        view: CompareView,
        settings: QSettings,
        folder_for: Callable[[Path], Path],
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._view = window, document, view
        self._settings, self._folder_for = settings, folder_for
        self._dialog: ExportDialog | None = None
        self.layers: set[int] = set()

    @Slot()
    def on_export(self) -> None:
        """Open the panel."""
        path = self._document.path
        if path is None or not self._document.can_save:
            return
        dialog = ExportDialog(self._window, path, self._folder(path), Presets(self._settings))
        dialog.proof_wanted.connect(self._on_proof_wanted)
        dialog.agreed.connect(self._on_agreed)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def show_proof(self, result: ProofReady | Failed) -> None:
        """Show in the panel what came of trying it out."""
        if self._dialog is None:
            return
        if isinstance(result, ProofReady):
            self._dialog.proof.show_proof(result.picture, proof_lines(result))
        else:
            self._dialog.proof.show_failed(error_text(result.error))

    def close_panel(self) -> None:
        """Another photo is on screen than the one that the panel is about."""
        if self._dialog is not None:
            self._dialog.reject()

    def _folder(self, photo: Path) -> Path:
        """The folder exported to last, if it is still there; else that of the photo."""
        last = str(self._settings.value(_FOLDER_KEY, ""))
        places = (*([Path(last)] if last else []), self._folder_for(photo))
        return next((place for place in places if place.is_dir()), Path.home())

    @Slot(object)
    def _on_proof_wanted(self, export: Export) -> None:
        if self._dialog is not None:
            self._ask(self._document.make_proof(
                self._dialog.suffix, export.options, self._view.center, self._dialog.proof.part_size
            ))  # fmt: skip

    @Slot(object, object)
    def _on_agreed(self, export: Export, target: Path) -> None:
        self._settings.setValue(_FOLDER_KEY, str(target.parent))
        document, options = self._document, export.options
        request = document.save(target, overwrite=False, options=options, exported=True)
        if request is None:  # another photo is being opened
            self.said.emit(Message(Kind.NOTE, too_late_text))
        self._ask(request)
        if request is not None and export.layer and document.path is not None:
            layer = color_layer_path(document.path, target.parent, target.suffix)
            whole = replace(options, longest=None)  # it is laid over the photo itself
            beside = document.save(layer, overwrite=False, options=whole, layer=True)
            self._ask(beside)
            if beside is not None:
                self.layers.add(beside.generation)

    @Slot()
    def _on_finished(self) -> None:
        self._dialog = None
        self._document.stop_proof()

    def _ask(self, request: object) -> None:
        if request is not None:
            self.wanted.emit(request)
