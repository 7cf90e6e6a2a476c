"""The row of buttons above the photo."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLabel, QLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from engine import LANGUAGES, translate
from gui.actions import ROWS, with_key
from gui.document import Document
from gui.scales import BUTTON_SIGN
from gui.texts import surround_text
from gui.theme import SURROUNDS, icon
from gui.views.zoom_box import ZoomBox

# Buttons with an icon and words.
_WORDED = tuple(row.name for row in ROWS if row.label is not None and row.icon)
# What is left out where there is no room, one after the other: nothing, the words on the buttons,
# the words about the place in the roll.
_NOTHING, _BUTTON_WORDS, _PLACE_WORDS = range(3)


class Toolbar(QToolBar):
    """Shows the actions that have a button, the place in the roll, the zoom and the languages.

    A button that does not fit would be gone, so words give way to them.

    Signals:
        language_chosen: a key of LANGUAGES.
        surround_chosen: a key of SURROUNDS.
    """

    language_chosen = Signal(str)
    surround_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setMovable(False)
        self.setIconSize(BUTTON_SIGN)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._roll = (0, 0)
        self._roll_label = QLabel()
        self._roll_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zoom_box = ZoomBox()
        self._language = QToolButton()
        self._language.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._language.setMenu(self._language_menu())
        self._save_ways = QToolButton()
        self._save_ways.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._save_ways.setMenu(self._save_menu())
        self._ways_to_compare = QToolButton()
        self._ways_to_compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._ways_to_compare.setMenu(self._compare_menu())
        self._more = QToolButton()
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._more_menu())
        self._roll_parts: list[QAction] = []
        self._left_out = _NOTHING
        self._measured: tuple[str, ...] = ()
        self._widths = [0, 0, 0]
        self._fill()

    def _fill(self) -> None:
        for name in ("open", "save"):
            self._add(name)
        self.addWidget(self._save_ways)
        self.addSeparator()
        self._add("undo")
        self._add("redo")
        self._add("variants")
        self._roll_parts.append(self.addSeparator())
        self._roll_parts.append(self._add("previous"))
        self._roll_parts.append(self.addWidget(self._roll_label))
        self._roll_parts.append(self._add("next"))
        self.addWidget(_spring())
        self._add("zoom_out")
        self.addWidget(self.zoom_box)
        for name in ("zoom_in", "fit", "full"):
            self._add(name)
        self.addWidget(self._ways_to_compare)
        self.addWidget(_spring())
        self._add("cancel")
        self.addSeparator()
        self.addWidget(self._language)
        self._add("panel")
        self.addWidget(self._more)

    @property
    def _layout(self) -> QLayout:
        layout = self.layout()
        assert layout is not None
        return layout

    @property
    def least_width(self) -> int:
        """The width at which every button is there, with as few words as can be."""
        return self._widths[_PLACE_WORDS]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many words as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def show_document(self, document: Document) -> None:
        """Show which photo of how many is open."""
        count = len(document.roll.photos)
        self._roll = (document.roll.at + 1, count)
        for part in self._roll_parts:
            part.setVisible(count > 1)
        self.zoom_box.setEnabled(document.photo is not None)
        self._ways_to_compare.setEnabled(document.photo is not None)
        self._say_place()

    @Slot(float)
    def show_zoom(self, scale: float) -> None:
        """Show the scale."""
        self.zoom_box.show_scale(scale)

    def show_language(self, code: str) -> None:
        """Mark the language in use."""
        for action in self._languages.actions():
            action.setChecked(action.data() == code)

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        self._say_place()
        self.zoom_box.retranslate()
        for button, words in (
            (self._save_ways, translate("More ways to save")),
            (self._ways_to_compare, translate("Ways to compare")),
            (self._more, translate("More")),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self._surround_menu.setTitle(translate("Around the photo"))
        for code, action in self._surrounds.items():
            action.setText(surround_text(code))
        self._language.setToolTip(translate("Language"))
        self._language.setAccessibleName(translate("Language"))

    def _say_place(self) -> None:
        self._leave_out(self._left_out)
        self._measure()
        self._fit()

    def _fit(self) -> None:
        """Leave out as little as the width allows."""
        fitting = [at for at, width in enumerate(self._widths) if width <= self.width()]
        self._leave_out(fitting[0] if fitting else _PLACE_WORDS)

    def _measure(self) -> None:
        """Find out how much room all takes, if anything has changed."""
        shown = self._roll_parts[0].isVisible()
        words = (*(self._actions[name].iconText() for name in _WORDED), str(shown), self._place())
        if words == self._measured:
            return
        self._measured = words
        before = self._left_out
        for left_out in (_NOTHING, _BUTTON_WORDS, _PLACE_WORDS):
            self._leave_out(left_out)
            # Parts that are shown only when the layout is next asked do not tell it of a change.
            self._layout.invalidate()
            self._widths[left_out] = self.sizeHint().width()
        self._leave_out(before)

    def _leave_out(self, left_out: int) -> None:
        self._left_out = left_out
        style = Qt.ToolButtonStyle
        for name in _WORDED:
            button = self.widgetForAction(self._actions[name])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(
                    style.ToolButtonIconOnly if left_out >= _BUTTON_WORDS
                    else style.ToolButtonTextBesideIcon
                )  # fmt: skip
        at, count = self._roll
        short = f"{at} / {count}"
        self._roll_label.setText(short if left_out >= _PLACE_WORDS else self._place())
        self._roll_label.setToolTip(self._place())

    def _place(self) -> str:
        at, count = self._roll
        return translate("Photo {at} of {count}", at=at, count=count)

    def recolor(self) -> None:
        """Show the icons in the colors of the moment."""
        for row in ROWS:
            if row.icon:
                self._actions[row.name].setIcon(icon(row.icon))
        self._language.setIcon(icon("translate"))
        self._save_ways.setIcon(icon("chevron-down"))
        self._ways_to_compare.setIcon(icon("compare"))
        self._more.setIcon(icon("menu"))

    def _add(self, name: str) -> QAction:
        action = self._actions[name]
        self.addAction(action)
        button = self.widgetForAction(action)
        row = next(row for row in ROWS if row.name == name)
        if isinstance(button, QToolButton):
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
            if row.label is not None:
                style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(style)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return action

    def _language_menu(self) -> QMenu:
        menu = QMenu(self)
        self._languages = QActionGroup(menu)
        for code, name in LANGUAGES.items():
            action = QAction(name, menu, checkable=True)
            action.setData(code)
            self._languages.addAction(action)
            menu.addAction(action)
        self._languages.triggered.connect(self._on_language)
        return menu

    def show_surround(self, code: str) -> None:
        """Mark what is painted around the photo."""
        self._surrounds[code].setChecked(True)

    def _compare_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in ("side_by_side", "lay_divider", "divider_left", "divider_middle",
                     "divider_right"):  # fmt: skip
            menu.addAction(self._actions[name])
        menu.addSeparator()
        menu.addAction(self._actions["navigator"])
        self._surround_menu = menu.addMenu("")
        group = QActionGroup(menu)
        self._surrounds: dict[str, QAction] = {}
        for code in SURROUNDS:
            action = QAction(menu, checkable=True)
            action.setData(code)
            group.addAction(action)
            self._surround_menu.addAction(action)
            self._surrounds[code] = action
        group.triggered.connect(self._on_surround)
        return menu

    @Slot(QAction)
    def _on_surround(self, action: QAction) -> None:
        self.surround_chosen.emit(action.data())

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)  # they say why something cannot be done
        for name in ("save_as", "export", "save_layer", "replace_original"):
            menu.addAction(self._actions[name])
        return menu

    def _more_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in ("batch", "settings", "keys", "about", "quit"):
            menu.addAction(self._actions[name])
        return menu

    @Slot(QAction)
    def _on_language(self, action: QAction) -> None:
        self.language_chosen.emit(action.data())


def make_actions(parent: QWidget) -> dict[str, QAction]:
    """All actions of the table, by name, without words as yet."""
    actions = {}
    for row in ROWS:
        action = QAction(parent)
        action.setObjectName(row.name)
        action.setCheckable(row.checkable)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setAutoRepeat(row.name.startswith("zoom"))
        parent.addAction(action)
        actions[row.name] = action
    return actions


def translate_actions(actions: Mapping[str, QAction]) -> None:
    """Give all actions their words in the language of the moment."""
    for row in ROWS:
        action = actions[row.name]
        action.setText(row.text())
        action.setIconText(f" {row.label()}" if row.label is not None else row.text())
        action.setToolTip(with_key(row))


def _spring() -> QWidget:
    spring = QWidget()
    spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spring
