import gettext
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

import engine.i18n
import gui.language
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


@pytest.fixture(params=[code for code in LANGUAGES if code != "en"])
def language(request) -> str:
    return request.param


@pytest.fixture(autouse=True)
def brackets(monkeypatch):
    """What stands for every other language here, so that any sentence left in English is seen."""
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


def test_at_the_start_all_words_are_in_the_language_and_can_change(window, language):
    assert_all(window, bracketed=False)
    choose(window, language)
    assert_all(window, bracketed=True)
    choose(window, "en")
    assert_all(window, bracketed=False)


def test_with_a_photo_and_a_message_all_words_change(
    qtbot, window, open_colored, settings, tmp_path, language
):
    ask_about_bits(settings, False)
    open_colored(depth=16)
    window.saving.take_target(tmp_path / "out.jpg", False)
    qtbot.waitUntil(lambda: "Saved as" in window.message_bar.text)
    choose(window, language)
    assert_all(window, bracketed=True)
    assert window.message_bar.text.count("⟦") == 2
    choose(window, "en")
    assert_all(window, bracketed=False)


def test_while_working_all_words_change(qtbot, window, predictor, make_photo, language):
    predictor.gate.clear()
    window.open_photos([make_photo("a.png"), make_photo("b.png")])
    qtbot.waitUntil(window.stage.working.isVisible)
    choose(window, language)
    assert_all(window, bracketed=True)
    window.on_cancel()
    assert_all(window, bracketed=True)
    choose(window, "en")
    assert_all(window, bracketed=False)
    predictor.gate.set()


def test_an_error_in_the_photo_s_place_changes_too(qtbot, window, tmp_path, language):
    window.open_photos([tmp_path / "gone.png"])
    qtbot.waitUntil(window.stage.notice.isVisible)
    choose(window, language)
    assert_all(window, bracketed=True)


def test_the_choice_is_remembered(window, settings, language):
    assert remembered_language(settings) in LANGUAGES
    choose(window, language)
    assert remembered_language(settings) == language
    checked = [each.data() for each in window.toolbar._languages.actions() if each.isChecked()]
    assert checked == [language]


def test_a_catalog_that_is_missing_leaves_english(monkeypatch, caplog, qapp, language):
    def missing(*_, **__):
        raise FileNotFoundError("no catalog")

    monkeypatch.setattr(engine.i18n.gettext, "translation", missing)
    assert use_language(language) == "en"
    assert "no catalog" in caplog.text


def test_work_goes_on_while_the_language_changes(qtbot, window, open_colored, language):
    open_colored()
    choose(window, language)
    assert is_done(window)
    assert window.stage.view.shows_split


@pytest.mark.parametrize(
    ("system", "code"),
    [(["de-AT", "en"], "de"), (["zh-Hans-CN"], "zh_CN"), (["fr-FR", "de-DE"], "en"), ([], "en")],
)
def test_the_system_s_language_is_taken_at_first(monkeypatch, settings, system, code):
    locale = SimpleNamespace(uiLanguages=lambda: system)
    monkeypatch.setattr(gui.language, "QLocale", SimpleNamespace(system=lambda: locale))
    assert remembered_language(settings) == code


def test_qt_s_own_words_are_in_the_language(qapp, language):
    use_language(language)
    words = {"de": "Abbrechen", "zh_CN": "取消"}
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == words[language]
    use_language("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
