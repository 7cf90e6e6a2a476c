"""The settings dialog: everything in it holds at once, is remembered, and can be read."""

import dataclasses

import pytest
import shiboken6
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QSlider,
)

import gui.theme as theme_module
from engine import SaveOptions, read_photo
from engine.paths import PROFILES
from gui.rows import Amount, Choice, Switch
from gui.save_settings import asks_about_bits, remembered_options
from gui.settings_dialog import SettingsDialog
from gui.settings_rows import LANGUAGE, RECENT, SAVING, SECTIONS, WINDOW, setting
from gui.theme import is_dark, use_scheme

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def dialog(qtbot, window):
    window.on_settings()
    (found,) = [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, SettingsDialog) and each.isVisible()
    ]
    yield found
    if shiboken6.isValid(found):
        found.close()
    use_scheme("system")


def choose(dialog, group: str, name: str, value: object) -> None:
    """As a user would, with what the row is changed with."""
    form = dialog.forms[group]
    row = next(row for section in SECTIONS for row in section.rows if row.name == name)
    editor = form.editor(name)
    if isinstance(row.kind, Choice):
        editor.setCurrentIndex([option.value for option in row.kind.options].index(value))
    elif isinstance(row.kind, Switch):
        editor.setChecked(value)
    else:
        editor.setValue(value)


OTHERS = {
    "depth": 16, "space": "prophoto-rgb", "quality": 71, "tiff_compression": "lzw",
    "lossless": True, "metadata": False, "label": False, "keep_time": True,
}  # fmt: skip


def test_every_choice_for_saving_is_kept_at_once_and_reset(window, dialog, settings):
    for name, value in (OTHERS | {"ask_about_bits": False}).items():
        choose(dialog, "saving", name, value)
    settings.sync()
    again = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    assert remembered_options(again) == SaveOptions(**OTHERS)
    assert not asks_about_bits(again)
    dialog._reset.click()
    assert remembered_options(settings) == SaveOptions()
    assert asks_about_bits(settings)
    assert dialog.forms["saving"].values["space"] == "own"


def test_what_is_chosen_is_used_for_the_next_save(qtbot, window, open_colored, dialog, tmp_path):
    choose(dialog, "saving", "depth", 16)
    choose(dialog, "saving", "space", "adobe-rgb")
    dialog.accept()
    open_colored()
    window.saving.take_target(tmp_path / "one.tif", False)
    qtbot.waitUntil(lambda: "one.tif" in window.message_bar.text)
    source = read_photo(tmp_path / "one.tif").source
    assert source.depth == 16
    assert source.icc == (PROFILES / "AdobeCompat-v2.icc").read_bytes()


def test_the_language_changes_window_and_dialog_at_once(window, dialog, settings):
    choose(dialog, "", LANGUAGE.name, "de")
    assert dialog.windowTitle() == "Einstellungen"
    assert window._actions["open"].text() == "Fotos öffnen"
    assert setting(settings, WINDOW, LANGUAGE) == "de"
    choose(dialog, "", LANGUAGE.name, "en")
    assert dialog.windowTitle() == "Settings"


def test_the_appearance_changes_at_once_and_is_remembered(window, dialog, settings):
    for name, dark in (("dark", True), ("light", False)):
        choose(dialog, "", "theme", name)
        assert is_dark() == dark
        assert (dialog.palette().window().color().lightness() < 128) == dark
        assert settings.value("theme") == name


def test_the_surround_is_painted_and_marked_in_the_menu(window, dialog):
    choose(dialog, "", "surround", "white")
    assert window.stage.view._surround == "#ffffff"
    assert window.toolbar._surrounds["white"].isChecked()


def test_recent_photos_can_be_kept_off_the_empty_page(qtbot, window, open_colored, dialog):
    path = open_colored()
    assert [each.path for each in window.opening._recent.photos()] == [path]
    choose(dialog, "", RECENT.name, False)
    assert path not in [each.path for each in window.stage.empty._row._photos]


def test_nonsense_in_the_file_gives_the_defaults(window, settings):
    for section in SECTIONS:
        for row in section.rows:
            settings.setValue(f"{section.group}/{row.name}" if section.group else row.name, "x\0")
    assert remembered_options(settings) == SaveOptions()
    dialog = SettingsDialog(window, settings)
    assert dialog.forms["saving"].values["quality"] == SaveOptions().quality


def test_rows_and_options_have_the_same_names():
    known = {field.name for field in dataclasses.fields(SaveOptions)}
    assert {row.name for row in SAVING.rows} - {"ask_about_bits"} == known - {"longest"}
    for section in SECTIONS:
        for row in section.rows:
            assert isinstance(row.kind, Amount | Choice | Switch)


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_nothing_is_cut_off_and_all_has_a_name(qtbot, window, qapp, settings, language, factor):
    window.set_language(language)
    before = qapp.font()
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * factor)
    try:
        qapp.setFont(larger)
        dialog = SettingsDialog(window, settings)
        qtbot.addWidget(dialog)
        dialog.resize(round(dialog.width() * factor), dialog.height())
        dialog.show()
        QApplication.processEvents()
        for each in dialog.findChildren(QLabel) + dialog.findChildren(QCheckBox):
            if each.isVisible():
                assert each.width() >= each.sizeHint().width(), each.text()
                assert each.height() >= each.sizeHint().height(), each.text()
        for field in dialog.findChildren(QComboBox) + dialog.findChildren(QSlider):
            assert field.accessibleName()
    finally:
        qapp.setFont(before)


def test_the_tab_key_goes_from_top_to_bottom(qtbot, dialog):
    first = each = dialog.forms[""].editor("language")
    order = []
    for _ in range(60):
        if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(each)
        each = each.nextInFocusChain()
        if each is first:
            break
    texts = [each.text() for each in order if isinstance(each, QAbstractButton)]
    editors = [dialog.forms[""].editor(name) for name in ("language", "theme", "surround")]
    assert order[:3] == editors
    assert texts[-2:] == ["Reset to defaults", "Close"]


@pytest.mark.parametrize("dark", [False, True])
def test_a_box_without_a_check_mark_can_be_seen(qtbot, window, settings, monkeypatch, dark):
    monkeypatch.setattr(theme_module, "is_dark", lambda: dark)
    window.recolor()
    dialog = SettingsDialog(window, settings)
    qtbot.addWidget(dialog)
    dialog.resize(dialog.width(), 900)
    dialog.show()
    box = dialog.forms["saving"].editor("lossless")
    around = dialog.palette().window().color().lightness()
    picture = box.grab().toImage()
    row = [picture.pixelColor(x, picture.height() // 2).lightness() for x in range(16)]
    assert max(abs(each - around) for each in row[:4]) > 60  # its left edge
