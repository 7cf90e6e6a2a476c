import gettext

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

import engine.i18n
from engine import LANGUAGES
from gui.language import remembered_language, use_language
from gui.save_settings import ask_about_bits
from tests.gui.conftest import is_done

# What is the same in every language, or no language at all.
NO_WORDS = {"", "1:1", *LANGUAGES.values()}

# Said by the offscreen platform whenever the least size of the window changes.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Brackets(gettext.NullTranslations):
    """A language in which every sentence stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"


@pytest.fixture(autouse=True)
def brackets(monkeypatch):
    """What stands for Chinese here, so that any sentence left in English is seen."""
    monkeypatch.setattr(engine.i18n.gettext, "translation", lambda *_, **__: Brackets())


def texts(window) -> dict[str, list[str]]:
    """All words the window shows or tells a screen reader, by where they were found."""
    found: dict[str, list[str]] = {}

    def note(where: object, *words: str) -> None:
        for each in words:
            if each.strip() not in NO_WORDS:
                found.setdefault(f"{type(where).__name__} {each}", []).append(each.strip())

    for widget in [window, *window.findChildren(QWidget)]:
        if widget.objectName() == "qt_toolbar_ext_button":
            continue
        note(widget, widget.accessibleName(), widget.accessibleDescription())
        names_a_file = widget in window.stage.empty._row._buttons
        if isinstance(widget, QLabel | QAbstractButton) and not names_a_file:
            note(widget, widget.text(), widget.toolTip())
    for action in window.findChildren(QAction):
        note(action, action.text(), action.iconText(), action.toolTip())
    return found


def in_brackets(text: str) -> bool:
    return text.startswith("⟦") and "⟧" in text


def choose(window, code: str) -> None:
    next(each for each in window.toolbar._languages.actions() if each.data() == code).trigger()


def assert_all(window, *, bracketed: bool) -> None:
    path = str(window.document.path)
    for where, words in texts(window).items():
        for each in words:
            if each != path:
                assert in_brackets(each) is bracketed, where


def test_at_the_start_all_words_are_in_the_language_and_can_change(window):
    assert_all(window, bracketed=False)
    choose(window, "zh_CN")
    assert_all(window, bracketed=True)
    choose(window, "en")
    assert_all(window, bracketed=False)


def test_with_a_photo_and_a_message_all_words_change(
    qtbot, window, open_colored, settings, tmp_path
):
    ask_about_bits(settings, False)
    open_colored(depth=16)
    window.saving.take_target(tmp_path / "out.jpg", False)
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    choose(window, "zh_CN")
    assert_all(window, bracketed=True)
    assert window.message_bar.text.count("⟦") == 2
    choose(window, "en")
    assert_all(window, bracketed=False)


def test_while_working_all_words_change(qtbot, window, predictor, make_photo):
    predictor.gate.clear()
    window.open_photos([make_photo("a.png"), make_photo("b.png")])
    qtbot.waitUntil(window.stage.working.isVisible)
    choose(window, "zh_CN")
    assert_all(window, bracketed=True)
    window.on_cancel()
    assert_all(window, bracketed=True)
    choose(window, "en")
    assert_all(window, bracketed=False)
    predictor.gate.set()


def test_an_error_in_the_photo_s_place_changes_too(qtbot, window, tmp_path):
    window.open_photos([tmp_path / "gone.png"])
    qtbot.waitUntil(window.stage.notice.isVisible)
    choose(window, "zh_CN")
    assert_all(window, bracketed=True)


def test_the_choice_is_remembered(window, settings):
    assert remembered_language(settings) in LANGUAGES
    choose(window, "zh_CN")
    assert remembered_language(settings) == "zh_CN"
    checked = [each.data() for each in window.toolbar._languages.actions() if each.isChecked()]
    assert checked == ["zh_CN"]


def test_a_catalog_that_is_missing_leaves_english(monkeypatch, caplog, qapp):
    def missing(*_, **__):
        raise FileNotFoundError("no catalog")

    monkeypatch.setattr(engine.i18n.gettext, "translation", missing)
    assert use_language("zh_CN") == "en"
    assert "no catalog" in caplog.text


def test_work_goes_on_while_the_language_changes(qtbot, window, open_colored):
    open_colored()
    choose(window, "zh_CN")
    assert is_done(window)
    assert window.stage.view.shows_split
