"""Everything about looking: zoom, navigator, divider, side by side, what surrounds the photo."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QAction

from gui.settings_rows import SURROUND, WINDOW, set_values, setting
from gui.theme import SURROUNDS
from gui.toolbar import Toolbar
from gui.views.compare_view import STEP, CompareView

_SIDE_BY_SIDE_KEY, _LYING_KEY = "side_by_side", "lying_divider"
_NAVIGATOR_KEY = "navigator"
_ABOUT_THE_DIVIDER = ("lay_divider", "divider_left", "divider_middle", "divider_right")
_ALL = ("zoom_out", "zoom_in", "fit", "full", "navigator", "side_by_side", *_ABOUT_THE_DIVIDER)


class Viewing(QObject):
    """Carries out the actions of looking, and remembers what was chosen.

    Args:
        view: shows the photo.
        toolbar: has the zoom and the surrounds.
        actions: the window's, by name.
        settings: what is remembered between runs.

    Signals:
        changed: other actions than before are possible.
    """

    changed = Signal()

    def __init__(
        self,
        view: CompareView,
        toolbar: Toolbar,
        actions: Mapping[str, QAction],
        settings: QSettings,
    ) -> None:
        super().__init__(view)
        self._view, self._toolbar, self._actions = view, toolbar, actions
        self._settings = settings
        view.zoom_changed.connect(toolbar.show_zoom)
        toolbar.zoom_box.scale_wanted.connect(self._on_scale_wanted)
        toolbar.surround_chosen.connect(self._on_surround_chosen)

    def recall(self) -> None:
        """Take up what was chosen in the run before."""
        for name, key in (("side_by_side", _SIDE_BY_SIDE_KEY), ("lay_divider", _LYING_KEY)):
            self._actions[name].setChecked(bool(self._settings.value(key, False, bool)))
        self._actions["navigator"].setChecked(
            bool(self._settings.value(_NAVIGATOR_KEY, True, bool))
        )
        self._view.use_navigator(self._actions["navigator"].isChecked())
        self._view.show_side_by_side(self._actions["side_by_side"].isChecked())
        self._view.turn_divider(upright=not self._actions["lay_divider"].isChecked())
        self.use_surround()

    def possible(self, *, has_photo: bool) -> dict[str, bool]:
        """Which of the actions can be done now."""
        can = dict.fromkeys(_ALL, has_photo)
        if self._view.is_side_by_side:
            can |= dict.fromkeys(_ABOUT_THE_DIVIDER, False)
        return can

    @Slot()
    def on_zoom_in(self) -> None:
        """Zoom in around the middle."""
        self._view.zoom_by(STEP)

    @Slot()
    def on_zoom_out(self) -> None:
        """Zoom out around the middle."""
        self._view.zoom_by(1 / STEP)

    @Slot()
    def on_fit(self) -> None:
        """Show the whole photo."""
        self._view.zoom_to_fit()

    @Slot()
    def on_full(self) -> None:
        """Show one photo pixel per screen pixel."""
        self._view.zoom_to_full()

    @Slot()
    def on_divider_left(self) -> None:
        """Show the colored photo alone."""
        self._view.set_divider(0.0)

    @Slot()
    def on_divider_middle(self) -> None:
        """Show half of each."""
        self._view.set_divider(0.5)

    @Slot()
    def on_divider_right(self) -> None:
        """Show the original alone."""
        self._view.set_divider(1.0)

    @Slot(bool)
    def on_side_by_side(self, on: bool) -> None:
        """Show both pictures as wholes, or the divider."""
        self._view.show_side_by_side(on)
        self._settings.setValue(_SIDE_BY_SIDE_KEY, on)
        self.changed.emit()

    @Slot(bool)
    def on_lay_divider(self, on: bool) -> None:
        """Let the divider lie or stand."""
        self._view.turn_divider(upright=not on)
        self._settings.setValue(_LYING_KEY, on)

    @Slot(bool)
    def on_navigator(self, on: bool) -> None:
        """Show the navigator while zoomed in, or never."""
        self._view.use_navigator(on)
        self._settings.setValue(_NAVIGATOR_KEY, on)

    @Slot(float)
    def _on_scale_wanted(self, scale: float) -> None:
        self._view.zoom_to(scale)
        self._view.setFocus()

    @Slot(str)
    def _on_surround_chosen(self, code: str) -> None:
        set_values(self._settings, WINDOW, {SURROUND.name: code})
        self.use_surround()

    @Slot()
    def use_surround(self) -> None:
        """Paint around the photo what is set."""
        code = setting(self._settings, WINDOW, SURROUND)
        self._view.set_surround(SURROUNDS[code])
        self._toolbar.show_surround(code)
