"""The row of buttons above the photo."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from engine import LANGUAGES, translate
from gui.actions import ROWS, with_key
from gui.document import Document
from gui.texts import percent
from gui.theme import icon


class Toolbar(QToolBar):
    """Shows the actions that have a button, the place in the roll, the zoom and the languages.

    Signals:
        language_chosen: a key of LANGUAGES.
    """

    language_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._zoom = 1.0
        self._roll = (0, 0)
        self._roll_label, self._zoom_label = QLabel(), QLabel()
        for label in (self._roll_label, self._zoom_label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._language = QToolButton()
        self._language.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._language.setMenu(self._language_menu())
        self._save_ways = QToolButton()
        self._save_ways.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._save_ways.setMenu(self._save_menu())
        self._roll_parts: list[QAction] = []
        self._fill()

    def _fill(self) -> None:
        for name in ("open", "save"):
            self._add(name)
        self.addWidget(self._save_ways)
        self.addSeparator()
        self._add("undo")
        self._add("redo")
        self._roll_parts.append(self.addSeparator())
        self._roll_parts.append(self._add("previous"))
        self._roll_parts.append(self.addWidget(self._roll_label))
        self._roll_parts.append(self._add("next"))
        self.addWidget(_spring())
        self._add("zoom_out")
        self.addWidget(self._zoom_label)
        for name in ("zoom_in", "fit", "full"):
            self._add(name)
        self.addWidget(_spring())
        self._add("cancel")
        self.addSeparator()
        self.addWidget(self._language)
        self._add("keys")
        self._add("panel")

    def show_document(self, document: Document) -> None:
        """Show which photo of how many is open."""
        count = len(document.roll.photos)
        self._roll = (document.roll.at + 1, count)
        for part in self._roll_parts:
            part.setVisible(count > 1)
        self._zoom_label.setEnabled(document.photo is not None)
        self.retranslate()

    @Slot(float)
    def show_zoom(self, scale: float) -> None:
        """Show the scale."""
        self._zoom = scale
        self._zoom_label.setText(percent(scale))

    def show_language(self, code: str) -> None:
        """Mark the language in use."""
        for action in self._languages.actions():
            action.setChecked(action.data() == code)

    def retranslate(self) -> None:
        """Show all words in the language of the moment."""
        at, count = self._roll
        self._roll_label.setText(translate("Photo {at} of {count}", at=at, count=count))
        self._zoom_label.setText(percent(self._zoom))
        self._zoom_label.setToolTip(translate("Screen pixels per photo pixel"))
        self._zoom_label.setAccessibleName(translate("Zoom"))
        self._language.setToolTip(translate("Language"))
        self._language.setAccessibleName(translate("Language"))
        self._save_ways.setToolTip(translate("More ways to save"))
        self._save_ways.setAccessibleName(translate("More ways to save"))
        # Room for the widest percentage, so that the buttons beside it stay where they are.
        self._zoom_label.setMinimumWidth(
            self._zoom_label.fontMetrics().horizontalAdvance(percent(33.33)) + 10
        )

    def recolor(self) -> None:
        """Show the icons in the colors of the moment."""
        for row in ROWS:
            if row.icon:
                self._actions[row.name].setIcon(icon(row.icon))
        self._language.setIcon(icon("translate"))
        self._save_ways.setIcon(icon("chevron-down"))

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

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)  # they say why something cannot be done
        for name in ("save_layer", "save_options", "replace_original"):
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
