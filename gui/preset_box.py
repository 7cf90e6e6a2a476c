"""The list of presets, in the export panel and in the window for folders."""

import msgspec
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox

from engine import translate
from gui.presets import BUILT_IN, Export, Presets


class PresetBox(QComboBox):
    """Own choices, what the program brings along, and the user's presets.

    Args:
        presets: those that are kept.
        export: what is chosen now.
    """

    def __init__(self, presets: Presets, export: Export) -> None:
        super().__init__()
        self._presets, self._export = presets, export
        self.setAccessibleName(translate("Preset"))
        self.fill()

    @property
    def is_own(self) -> bool:
        """Whether what is chosen is one of the user's presets."""
        return self.currentIndex() > len(BUILT_IN)

    def fill(self) -> None:
        """List all that there are now."""
        self.clear()
        self.addItem(translate("Own choices"))
        for words, export in BUILT_IN:
            self.addItem(words(), export)
        for preset in self._presets.named:
            self.addItem(preset.name, preset.export)
        self.show_export(self._export)

    def show_export(self, export: Export) -> None:
        """Show which preset the choices are; its name template is none of its choices."""
        self._export = export
        self.setCurrentIndex(next((
            at for at in range(1, self.count())
            if msgspec.structs.replace(self.itemData(at), name=export.name) == export
        ), 0))  # fmt: skip

    def showEvent(self, event: QShowEvent) -> None:
        """List those, too, that were kept in another window meanwhile."""
        super().showEvent(event)
        self.fill()
