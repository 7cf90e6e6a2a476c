"""The sheet of keys: complete, searchable, small enough."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel

from gui.actions import ROWS
from gui.key_groups import GROUPS, KeyLine, Move, lines_of
from gui.keys_dialog import KeysDialog

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def dialog_of(window) -> KeysDialog:
    window._actions["keys"].trigger()
    QApplication.processEvents()
    (dialog,) = window.findChildren(KeysDialog)
    return dialog


def visible_words(dialog: KeysDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def words(dialog: KeysDialog) -> list[str]:
    return [line.words for line in dialog.lines]


def test_every_action_with_a_key_stands_in_one_group():
    named = [each for group in GROUPS for each in group.rows if not isinstance(each, Move)]
    assert sorted(named) == sorted(row.name for row in ROWS if row.keys)


def test_all_keys_and_moves_are_shown_under_headings(window):
    dialog = dialog_of(window)
    shown = visible_words(dialog)
    for key in ("Ctrl+S", "Ctrl+Shift+S", "Ctrl+Y", "Ctrl+=", "F1", "?", "Hold \\ or B", "Files"):
        assert key in shown, key
    assert len(dialog.lines) == sum(len(lines_of(group)) for group in GROUPS)
    dialog.close()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ctrl s", {"Save the colored photo", "Save as…", "Save color layer…"}),
        ("Ctrl+Shift+S", {"Save as…"}),
        ("f1", {"Keys and mouse"}),
        ("?", {"Keys and mouse"}),
        ("zoom", {"Zoom in", "Zoom out", "Zoom at the pointer", "Navigator while zoomed in"}),
        ("ctrl +", {"Zoom in"}),
        ("wheel", {"Zoom at the pointer"}),
        ("PAGE", set()),
        ("pgu", {"Previous photo"}),
        ("  photo   close ", {"Close the photo"}),
        ("sepia", set()),
    ],
)
def test_typing_leaves_what_fits(window, search, found):
    dialog = dialog_of(window)
    dialog.search.setText(search)
    assert set(words(dialog)) == found
    if found:
        assert found <= set(visible_words(dialog))
        assert not dialog._nothing.isVisible()
    else:
        assert visible_words(dialog) == [f"Nothing found for “{search.strip()}”."]
    dialog.close()


def test_what_is_half_typed_finds_what_it_may_become():
    line = KeyLine(("Strg+S",), "Foto speichern", ("Ctrl+S",))
    for typed in ("", "c", "ct", "ctrl", "ctrl+", "ctrl+s", "strg s", "s", "spei", "foto sp"):
        assert line.matches(typed) == (typed != "c"), typed
    for typed in ("o", "ctrl o", "ctrl f", "ctrl s x"):
        assert not line.matches(typed), typed
    chinese = KeyLine(("F1",), "按键和鼠标", ("F1",))
    assert chinese.matches("鼠")
    assert not chinese.matches("图")


def test_escape_clears_the_search_and_then_closes(qtbot, window):
    dialog = dialog_of(window)
    assert dialog.focusWidget() is dialog.search
    qtbot.keyClicks(dialog.search, "undo")
    assert words(dialog) == ["Undo"]
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert len(dialog.lines) > 30
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_it_fits_a_small_screen_and_scrolls_by_key(qtbot, window, monkeypatch, language):
    screen = SimpleNamespace(availableSize=lambda: QSize(900, 600))
    monkeypatch.setattr(KeysDialog, "screen", lambda _: screen)
    window.set_language(language)
    dialog = dialog_of(window)
    assert dialog.width() <= 880
    assert dialog.height() <= 560
    inside = dialog._area.widget()
    assert inside.width() >= inside.minimumSizeHint().width()  # nothing is cut off at the right
    bar = dialog._area.verticalScrollBar()
    assert bar.maximum() > 0
    qtbot.keyClick(dialog.search, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    assert dialog.focusWidget() is dialog.search
    dialog.close()
