"""One scale of distances and one of type, in one place, and nothing in the window beside them."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton

import gui
from gui import scales
from gui.about_dialog import AboutDialog
from gui.scales import DISPLAY, TITLE, Words
from gui.settings_dialog import SettingsDialog

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

GUI = Path(gui.__file__).parent
SOURCES = sorted(path for path in GUI.rglob("*.py") if path != Path(scales.__file__))

DISTANCES = {
    "setContentsMargins", "setMargin", "setIndent", "setSpacing", "setHorizontalSpacing",
    "setVerticalSpacing", "addSpacing", "insertSpacing",
}  # fmt: skip
TYPE = {"setPointSize", "setPointSizeF", "setPixelSize", "setWeight", "setBold"}
SIGNS = {"setIconSize", "pixmap"}
STYLES = re.compile(
    r"(?:padding|margin|spacing|font|font-size|font-weight|border-radius)(?:-[a-z]+)?\s*:([^;}]*)"
)


def faults(source: str) -> list[str]:
    """What a source sets of distances and type that does not come from the scales."""
    tree = ast.parse(source)
    scale = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "gui.scales"
        for name in node.names
    }
    return [*_calls(tree, scale), *_styles(tree)]


def _calls(tree: ast.AST, scale: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        values = node.args[1:] if name == "insertSpacing" else node.args
        is_own = name in DISTANCES and not all(_is_of(scale, value) for value in values)
        is_sized = name in SIGNS and any(_is_literal_size(value) for value in values)
        if name in TYPE or is_own or is_sized:
            yield f"line {node.lineno}: {name}"


def _styles(tree: ast.AST) -> Iterator[str]:
    wholes = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for whole in wholes for part in whole.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in inside:
            for value in STYLES.findall(_text(node)):
                if re.search(r"[1-9]", value):
                    yield f"line {node.lineno}: {value}"


def _is_of(scale: set[str], value: ast.expr) -> bool:
    """Whether it is nothing, or a step of the scale."""
    if isinstance(value, ast.Starred):
        return _is_of(scale, value.value)
    is_nothing = isinstance(value, ast.Constant) and value.value == 0
    return is_nothing or (isinstance(value, ast.Name) and value.id in scale)


def _is_literal_size(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and any(
        isinstance(each, ast.Constant) and isinstance(each.value, int) for each in value.args
    )


def _text(node: ast.JoinedStr | ast.Constant) -> str:
    """What is written there; what is put in is left out."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(_text(part) for part in node.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("path", SOURCES, ids=[str(path.relative_to(GUI)) for path in SOURCES])
def test_distances_and_type_come_from_the_scales(path):
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "box.setContentsMargins(16, 0, 0, 0)",
        "box.setSpacing(7)",
        "box.setSpacing(WIDE + 1)",
        "box.setSpacing(_OWN_GAP)",
        "box.insertSpacing(2, 6)",
        "font.setPointSizeF(11.5)",
        "font.setWeight(QFont.Weight.Bold)",
        "label.setPixmap(sign.pixmap(QSize(26, 26), ratio))",
        'label.setStyleSheet("padding: 3px 0")',
        'label.setStyleSheet(f"color: {color}; font-weight: 600")',
        'sheet = f"QLabel {{ margin-left: -{WIDE}px; font-size: 20px; }}"',
    ],
)
def test_what_does_not_is_found(line):
    assert len(faults("from gui.scales import WIDE\n" + line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "box.setContentsMargins(*DIALOG)",
        "box.setContentsMargins(WIDE, 0, WIDE, 0)",
        "box.insertSpacing(2, WIDE)",
        'sheet = f"QLabel {{ padding: {WIDE}px 0; border: 1px solid {color}; }}"',
    ],
)
def test_what_does_is_let_through(line):
    assert faults("from gui.scales import DIALOG, WIDE\n" + line) == []


def test_the_steps_can_be_told_apart():
    steps = [scales.HAIR, scales.TINY, scales.SMALL, scales.MEDIUM, scales.LARGE, scales.WIDE,
             scales.VAST]  # fmt: skip
    assert all(later >= 1.3 * step for step, later in pairwise(steps))


@pytest.fixture
def system_font(qapp):
    """Changes the font of the system, and puts it back."""
    before = QApplication.font()
    yield QApplication.setFont
    QApplication.setFont(before)


@pytest.mark.parametrize("points", [7.0, 16.0])
def test_all_words_follow_the_font_of_the_system(qtbot, window, system_font, points):
    font = QFont(QApplication.font())
    font.setPointSizeF(points)
    system_font(font)
    (title,) = window.stage.empty.findChildren(Words)
    wanted = pytest.approx(points * DISPLAY.factor)
    qtbot.waitUntil(lambda: title.font().pointSizeF() == wanted)
    assert title.font().weight() == DISPLAY.weight
    others = [each for each in window.findChildren(QLabel) if not isinstance(each, Words)]
    assert {each.font().pointSizeF() for each in others} == {points}


@pytest.mark.parametrize("points", [9.0, 14.0])
def test_large_letters_are_not_cut_off(qtbot, window, system_font, tmp_path, points):
    font = QFont(QApplication.font())
    font.setPointSizeF(points)
    system_font(font)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    window.open_photos([broken])
    qtbot.waitUntil(window.stage.notice.isVisible)
    qtbot.waitUntil(lambda: window.panel._neutral.font().pointSizeF() == points)
    window.on_settings()
    (settings,) = window.findChildren(SettingsDialog)
    qtbot.waitUntil(settings.isVisible)
    QApplication.processEvents()
    for whole in (window.panel, window.stage.notice, settings):
        room = whole.width()
        for kind in (QCheckBox, QComboBox, QPushButton):
            for part in whole.findChildren(kind):
                if part.isVisible():
                    right = part.mapTo(whole, QPoint(part.width(), 0)).x()
                    assert right <= room, part
                    assert part.width() >= part.minimumSizeHint().width(), part
    settings.close()


def test_type_is_right_where_the_system_gives_its_font_in_pixels(qtbot, system_font):
    font = QFont(QApplication.font())
    font.setPixelSize(24)
    system_font(font)
    title, plain = Words(TITLE, "Photochrom"), QLabel("Photochrom")
    for label in (title, plain):
        qtbot.addWidget(label)
    larger = title.fontMetrics().height() / plain.fontMetrics().height()
    assert larger == pytest.approx(TITLE.factor, rel=0.05)


def test_the_style_sheet_does_not_take_the_size_of_type_away(qtbot, window):
    dialog = AboutDialog(window, "")
    dialog.ensurePolished()
    (title,) = dialog.findChildren(Words)
    small = QApplication.font().pointSizeF()
    assert title.fontInfo().pointSizeF() == pytest.approx(small * DISPLAY.factor, rel=0.05)
