"""What the program tells of itself, and what it is made of."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

import gui.about_dialog as about_module
import gui.parts as parts_module
from engine import VERSION, weights_facts
from engine.errors import ModelMissing
from gui import texts
from gui.about_dialog import AboutDialog
from gui.licenses_dialog import LicensesDialog
from gui.parts import PARTS, Part

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

ROOT = Path(__file__).resolve().parents[2]


def about(window) -> AboutDialog:
    window._actions["about"].trigger()
    QApplication.processEvents()
    return next(each for each in window.findChildren(AboutDialog) if each.isVisible())


def words(dialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_it_tells_version_license_and_weights(window):
    dialog = about(window)
    said, facts = words(dialog), weights_facts()
    for each in (VERSION, "MIT", "nothing is sent", facts.sha256[:12], "EfficientNet-Lite2",
                 f"{facts.photos:,} photographs"):  # fmt: skip
        assert each in said, each
    assert "EfficientNet-Lite2" in facts.license
    assert dialog.focusWidget().text() == "Close"
    dialog.close()


def test_weights_that_are_missing_are_told(window, monkeypatch):
    def missing():
        raise ModelMissing(path="photochrom.safetensors")

    monkeypatch.setattr(about_module, "weights_facts", missing)
    dialog = about(window)
    assert "weights are missing" in words(dialog)
    assert "weights are missing" in dialog.details
    dialog.close()


def test_details_for_a_bug_report_are_copied(qtbot, window, open_colored):
    dialog = about(window)
    assert "Device: none used yet" in dialog.details
    dialog.close()
    open_colored()
    dialog = about(window)
    qtbot.mouseClick(dialog._copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    for each in (f"Photochrom: {VERSION}", "Python: 3", "Qt: 6", "torch: ", "System: ",
                 f"Device: {window.document.shown.device}", weights_facts().sha256):  # fmt: skip
        assert each in copied, each
    assert dialog._copy.text() == "Copied"
    dialog.close()


def test_the_folder_of_the_log_is_opened(qtbot, window, monkeypatch, tmp_path):
    folders = []
    monkeypatch.setattr(QDesktopServices, "openUrl", folders.append)
    monkeypatch.setattr(texts, "log_path", None)
    dialog = about(window)
    assert not dialog._log.isEnabled()
    dialog.close()
    monkeypatch.setattr(texts, "log_path", tmp_path / "photochrom.log")
    dialog._log.setEnabled(True)
    dialog._log.click()
    assert [url.toLocalFile() for url in folders] == [str(tmp_path)]


def test_more_has_what_the_toolbar_has_no_room_for(window):
    texts_of_menu = [each.text() for each in window.toolbar._more.menu().actions()]
    assert texts_of_menu == [
        "Color folders…", "Settings…", "Keys and mouse", "About Photochrom", "Quit",
    ]  # fmt: skip
    assert window.toolbar._more.accessibleName() == "More"


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_both_dialogs_fit_a_small_screen(window, monkeypatch, language):
    window.set_language(language)
    dialog = about(window)
    assert dialog.width() <= 860
    assert dialog.height() <= 520
    for button in dialog.findChildren(QPushButton):
        assert button.width() >= button.sizeHint().width()
    screen = SimpleNamespace(availableSize=lambda: QSize(900, 600))
    monkeypatch.setattr(LicensesDialog, "screen", lambda _: screen)
    licenses = LicensesDialog(dialog)
    assert licenses.width() <= 860
    assert licenses.height() <= 520
    licenses.close()
    dialog.close()


def test_every_direct_dependency_has_its_license_in_the_list():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^\w-]", each, maxsplit=1)[0] for each in project["dependencies"]}
    assert wanted <= {part.package for part in PARTS}
    for part in PARTS:
        assert part.license_name, part.name
        assert part.version or not part.package, part.name
        assert part.site or part.text, part.name


def test_texts_come_from_the_packages_own_files():
    by_name = {part.name: part for part in PARTS}
    assert "Permission is hereby granted" in by_name["Photochrom"].license_text
    assert "BSD 3-Clause" in by_name["NumPy"].license_text or (
        "Redistribution and use" in by_name["NumPy"].license_text
    )
    assert "LESSER GENERAL PUBLIC" in by_name["LibRaw"].license_text
    assert "LESSER" not in by_name["rawpy"].license_text
    assert "libde265" in by_name["libheif"].license_text
    assert "Apache License" in by_name["EfficientNet-Lite2"].license_text
    assert "LICENSE-libjxl ––––" in by_name["imagecodecs"].license_text
    assert "Richard Zhang" in by_name["LPIPS, AlexNet"].license_text
    assert "https://www.libvips.org" in by_name["libvips"].license_text


def test_a_part_that_is_not_installed_does_no_harm(monkeypatch):
    def missing(package):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(parts_module, "distribution", missing)
    part = Part("Rare", "rare", "https://example.org")
    assert part.version == part.license_name == ""
    assert "https://example.org" in part.license_text


def test_choosing_a_part_shows_its_license(window):
    dialog = LicensesDialog(window)
    dialog.show()
    assert dialog.text.toPlainText().startswith("MIT License")
    rows = {
        dialog.parts.topLevelItem(at).text(0): at for at in range(dialog.parts.topLevelItemCount())
    }
    dialog.parts.setCurrentItem(dialog.parts.topLevelItem(rows["LibRaw"]))
    assert "LESSER GENERAL PUBLIC" in dialog.text.toPlainText()
    assert dialog.text.isReadOnly()
    dialog.close()
