"""Colors and icons: neutral grays, so that nothing in the window colors the eye."""

from dataclasses import dataclass
from pathlib import Path

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette

from gui.scales import CONTROL_CORNER, HAIR, HAIRLINE, HANDLE, HEADING, LARGE, LINE, SMALL, TINY

ICON_FILE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "photochrom.png"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colors of one scheme; R = G = B except for what must be noticed.

    Attributes:
        surround: behind the photo.
        bar: toolbar, message bar and status line.
        card: behind words that lie over the photo.
        line: hairlines and frames.
        text: words.
        quiet: words of less weight.
        field: buttons and menus.
        accent: what is chosen or goes on.
        on_accent: words on it.
        bad: signs of an error.
    """

    surround: str
    bar: str
    card: str
    line: str
    text: str
    quiet: str
    field: str
    accent: str
    on_accent: str
    bad: str


DARK = Theme(
    surround="#262626", bar="#313131", card="#353535", line="#4a4a4a", text="#e8e8e8",
    quiet="#b4b4b4", field="#454545", accent="#d9d9d9", on_accent="#1e1e1e", bad="#ff9a8a",
)  # fmt: skip
LIGHT = Theme(
    surround="#c9c9c9", bar="#f0f0f0", card="#f6f6f6", line="#b0b0b0", text="#1c1c1c",
    quiet="#4c4c4c", field="#ffffff", accent="#3a3a3a", on_accent="#ffffff", bad="#a3260f",
)  # fmt: skip


# What can be painted around the photo instead of the theme's gray, by the name in the settings.
SURROUNDS: dict[str, str | None] = {
    "theme": None, "black": "#000000", "gray": "#777777", "white": "#ffffff",
}  # fmt: skip


_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
_wanted = Qt.ColorScheme.Unknown


def is_dark() -> bool:
    """Whether windows are dark: as was chosen, else as the system asks."""
    wanted = _wanted
    if wanted == Qt.ColorScheme.Unknown:
        wanted = QGuiApplication.styleHints().colorScheme()
    return wanted == Qt.ColorScheme.Dark


def use_scheme(name: str) -> None:
    """Show windows "dark", "light", or as the "system" asks for."""
    global _wanted
    _wanted = _SCHEMES.get(name, Qt.ColorScheme.Unknown)
    # For what the system itself draws; not every system can.
    QGuiApplication.styleHints().setColorScheme(_wanted)


def theme() -> Theme:
    """The colors of the moment."""
    return DARK if is_dark() else LIGHT


def palette() -> QPalette:
    """The theme as Qt's widgets want it."""
    colors = theme()
    role = QPalette.ColorRole
    made = QPalette(QColor(colors.field), QColor(colors.bar))
    for roles, color in (
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colors.text),
        ((role.Window,), colors.bar),
        ((role.Base, role.Button, role.ToolTipBase), colors.field),
        ((role.AlternateBase,), colors.bar),
        ((role.Highlight, role.Accent), colors.accent),
        ((role.HighlightedText,), colors.on_accent),
        ((role.PlaceholderText,), colors.quiet),
        ((role.Link,), colors.text),
    ):
        for each in roles:
            made.setColor(each, QColor(color))
    faint = QColor(colors.text)
    faint.setAlphaF(0.38)
    for each in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, each, faint)
    return made


def check_box_palette() -> QPalette:
    """Frames that can be seen in the dark: Fusion makes them a shade darker than the window."""
    made = palette()
    made.setColor(QPalette.ColorRole.Window, QColor(theme().quiet))
    return made


def icon(name: str, color: str | None = None) -> QIcon:
    """An icon of the Material Design set in the colors of the moment."""
    colors = theme()
    faint = QColor(colors.text)
    faint.setAlphaF(0.32)
    made: QIcon = qtawesome.icon(
        f"mdi6.{name}", color=color or colors.text, color_disabled=faint, color_active=color
        or colors.text,
    )  # fmt: skip
    return made


def stylesheet() -> str:
    """Flat buttons and hairlines in the colors of the moment."""
    c, corner = theme(), f"border-radius: {CONTROL_CORNER}px"
    return f"""
        QPushButton {{
            background: {c.field}; color: {c.text}; border: 1px solid {c.line};
            {corner}; padding: {TINY}px {LARGE}px; min-height: {LINE + TINY}px;
        }}
        QPushButton:hover, QPushButton:focus {{ border-color: {c.quiet}; }}
        QPushButton:pressed {{ background: {c.line}; }}
        QPushButton[primary="true"] {{
            background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
        }}
        QPushButton[primary="true"]:hover {{ background: {c.text}; }}
        QPushButton[primary="true"]:focus {{ border: 2px solid {c.quiet};
            padding: {TINY - 1}px {LARGE - 1}px; }}
        QPushButton:disabled, QPushButton[primary="true"]:disabled {{
            background: {c.bar}; color: {_faint_text()}; border-color: {c.line};
        }}
        QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
        QToolBar {{ background: {c.bar}; border: 0; border-bottom: 1px solid {c.line};
            padding: {TINY}px {SMALL}px; spacing: {HAIR}px; }}
        QToolBar::separator {{ background: {c.line}; width: 1px; margin: {TINY}px {TINY}px; }}
        QToolButton {{ color: {c.text}; border: 1px solid transparent; {corner};
            padding: {TINY}px {TINY + HAIR}px; }}
        QToolButton:hover:enabled {{ background: {c.field}; border-color: {c.line}; }}
        QToolButton:pressed:enabled, QToolButton:open {{ background: {c.line}; }}
        QToolButton:focus {{ border-color: {c.quiet}; }}
        QToolButton:disabled {{ color: {_faint_text()}; }}
        QToolButton::menu-indicator {{ image: none; }}
        QToolButton::menu-button {{ border: none; width: 16px; }}
        QSlider {{ background: transparent; min-height: 18px; }}
        QSlider::groove:horizontal {{ background: {c.line}; height: {TINY}px;
            border-radius: {TINY // 2}px; }}
        QSlider::groove:horizontal[ends="temperature"] {{ background: qlineargradient(
            x1: 0, y1: 0, x2: 1, y2: 0, stop: 0 #6f8fb8, stop: 0.5 {c.line}, stop: 1 #c9a45c); }}
        QSlider::groove:horizontal[ends="tint"] {{ background: qlineargradient(
            x1: 0, y1: 0, x2: 1, y2: 0, stop: 0 #7da37a, stop: 0.5 {c.line}, stop: 1 #b081ac); }}
        QSlider::handle:horizontal {{ background: {c.accent}; border: 1px solid {c.bar};
            width: {HANDLE - 2}px; height: {HANDLE - 2}px; margin: -{(HANDLE - TINY) // 2}px 0;
            border-radius: {HANDLE // 2}px; }}
        QSlider::handle:horizontal:hover {{ background: {c.text}; }}
        QSlider::handle:horizontal:focus {{ border: 2px solid {c.quiet}; }}
        QSlider::handle:horizontal:disabled {{ background: {c.line}; }}
        QSpinBox {{ min-height: {LINE}px; }}
        QListWidget {{ background: {c.field}; border: 1px solid {c.line}; {corner}; }}
        QListWidget:focus {{ border-color: {c.quiet}; }}
        FilmStrip {{ background: {c.bar}; border: 0; border-top: 1px solid {c.line};
            border-radius: 0; }}
        QListWidget::item {{ border: 1px solid transparent; {corner}; padding: {HAIR}px;
            color: {c.text}; }}
        QListWidget::item:selected {{ background: {c.line}; }}
        FilmStrip::item {{ color: {c.quiet}; }}
        FilmStrip::item:selected {{ background: {c.field}; border-color: {c.quiet};
            color: {c.text}; }}
        QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
        QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
        QScrollBar::handle {{ background: {c.line}; border-radius: {TINY - 1}px;
            margin: {HAIR}px; }}
        QScrollBar::handle:vertical {{ min-height: 28px; }}
        QScrollBar::handle:horizontal {{ min-width: 28px; }}
        QScrollBar::handle:hover {{ background: {c.quiet}; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
        QUndoView {{ background: transparent; border: 0; }}
        QUndoView::item {{ padding: {HAIR}px {TINY}px; {corner}; }}
        QUndoView::item:selected {{ background: {c.line}; color: {c.text}; }}
        QLabel[quiet="true"] {{ color: {c.quiet}; }}
        QLabel[heading="true"] {{ color: {c.text}; font-weight: {HEADING.weight.value}; }}
        QLabel[section="true"] {{ color: {c.quiet}; font-weight: {HEADING.weight.value}; }}
        QLabel[quiet="true"]:disabled, QLabel[section="true"]:disabled {{
            color: {_faint_text()};
        }}
        QLabel[key="true"] {{ background: {c.field}; color: {c.text}; border: 1px solid {c.line};
            {corner}; padding: {HAIRLINE}px {SMALL}px; }}
        QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line};
            padding: {TINY}px {SMALL}px; }}
    """


def _faint_text() -> str:
    text = QColor(theme().text)
    return f"rgba({text.red()}, {text.green()}, {text.blue()}, 90)"
