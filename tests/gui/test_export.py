"""The export panel: choices, presets, names, and the proof of what will be written."""

import datetime

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton

from engine import Edits, SaveOptions
from engine.errors import DiskFull
from gui.export_dialog import ExportDialog
from gui.presets import BUILT_IN, Export, Preset, Presets
from gui.proof_lines import proof_lines
from gui.save_rows import MOST_PIXELS
from gui.worker.desk import Desk
from gui.worker.jobs import Failed, MakeProof, OpenPhoto, ProofReady
from tests.gui.conftest import is_done

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PLAIN = SaveOptions()
DAY = datetime.date(2026, 3, 9)


def panel(window) -> ExportDialog:
    window._actions["export"].trigger()
    (found,) = [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, ExportDialog) and each.isVisible()
    ]
    return found


@pytest.fixture
def dialog(qtbot, window, settings, tmp_path):
    made = ExportDialog(window, tmp_path / "attic.tif", tmp_path, Presets(settings), lambda: DAY)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(dialog: ExportDialog, name: str, value: object) -> None:
    dialog.form.show_values({name: value})
    dialog.form.changed.emit(name)


@pytest.mark.parametrize(
    ("name", "typed", "shown", "value"),
    [
        ("quality", "250", "100", 100),
        ("quality", "0", "1", 1),
        ("longest", "99999999", f"{MOST_PIXELS} px", MOST_PIXELS),
        ("longest", "1500", "1500 px", 1500),
        ("longest", "0", "As the photo", None),
        ("longest", "-5", "1 px", 1),
        ("quality", "-5", "1", 1),
    ],
)
def test_a_number_out_of_reach_becomes_the_nearest(dialog, name, typed, shown, value):
    number = dialog.form._fields[name]._spin
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, typed)
    dialog.name.setFocus()
    assert number.text() == shown
    assert dialog.form.values[name] == value


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_key_on_a_button_presses_that_button(qtbot, dialog, key):
    agreed, pressed = [], []
    dialog.agreed.connect(lambda *_: agreed.append(True))
    cancel = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Cancel")
    buttons = (dialog._choose, dialog._keep, cancel)
    for button in buttons:
        button.clicked.disconnect()
        button.clicked.connect(lambda _, button=button: pressed.append(button))
        button.setFocus()
        qtbot.keyClick(button, key)
    assert pressed == list(buttons)
    assert agreed == []


def test_return_in_a_field_exports(qtbot, dialog):
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the fixture closes it
    with qtbot.waitSignal(dialog.agreed):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)


# From the panel to the file


def test_a_photo_is_exported_as_chosen(qtbot, window, open_colored, tmp_path):
    photo = open_colored(width=300, height=200)
    dialog = panel(window)
    choose(dialog, "format", "jpeg")
    choose(dialog, "longest", 150)
    choose(dialog, "layer", True)
    dialog.name.setText("{folder}_{name}")
    dialog.accept()
    target = tmp_path / f"{tmp_path.name}_attic.jpg"
    layer = tmp_path / "attic-color-layer.tif"
    qtbot.waitUntil(lambda: target.exists() and layer.exists() and not window.document.is_saving)
    assert str(target) in window.message_bar.text
    with Image.open(target) as image:
        assert image.format == "JPEG"
        assert image.size == (150, 100)
    with Image.open(layer) as image:
        assert image.size == (300, 200)  # it is laid over the photo itself
    assert photo.exists()


def test_a_layer_that_cannot_be_written_beside_an_export_is_told(
    qtbot, window, open_colored, tmp_path, monkeypatch
):
    def full(*_: object) -> None:
        raise DiskFull(name="attic-color-layer.tif", folder=tmp_path)

    open_colored()
    monkeypatch.setattr("gui.worker.desk.save_layer", full)
    dialog = panel(window)
    choose(dialog, "layer", True)
    dialog.accept()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert (tmp_path / "attic-colorized.png").exists()
    assert "attic-color-layer.tif" in window.message_bar.text


def test_an_export_is_no_place_to_save_to(qtbot, window, open_colored, tmp_path):
    open_colored()
    dialog = panel(window)
    dialog.accept()
    qtbot.waitUntil(lambda: (tmp_path / "attic-colorized.png").exists())
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert window.document.work.target is None


def test_adjustments_that_were_exported_are_not_lost_by_closing(qtbot, window, open_colored):
    path = open_colored()
    window.panel.adjusted.emit("saturation", 150, 1)
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.unsaved == (path,)
    panel(window).accept()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert window.document.unsaved == ()


def test_what_is_there_already_is_never_replaced(qtbot, window, open_colored, tmp_path):
    open_colored()
    (tmp_path / "attic-colorized.png").write_bytes(b"someone's work")
    dialog = panel(window)
    assert "is there already" in dialog.example.text()
    dialog.accept()
    qtbot.waitUntil(lambda: (tmp_path / "attic-colorized-2.png").exists())
    assert (tmp_path / "attic-colorized.png").read_bytes() == b"someone's work"


def test_the_panel_begins_as_it_was_left(qtbot, window, open_colored, settings, tmp_path):
    open_colored()
    there = tmp_path / "results"
    there.mkdir()
    dialog = panel(window)
    choose(dialog, "format", "webp")
    dialog.name.setText("{name}")
    dialog.folder.setText(str(there))
    dialog.accept()
    qtbot.waitUntil(lambda: (there / "attic.webp").exists())
    settings.sync()
    assert Presets(QSettings(settings.fileName(), QSettings.Format.IniFormat)).last.format == "webp"
    dialog = panel(window)
    assert dialog.export == Export("webp", name="{name}")
    assert dialog.folder.text() == str(there)
    dialog.reject()


def test_the_panel_goes_when_another_photo_comes(qtbot, window, open_colored, make_photo):
    open_colored()
    dialog = panel(window)
    other = make_photo("other.png")
    window.open_photos([other])  # dropped, or given by a second start
    qtbot.waitUntil(lambda: window.document.path == other)
    assert not shiboken6.isValid(dialog) or not dialog.isVisible()


def test_an_export_that_comes_too_late_is_told(qtbot, window, open_colored, make_photo, tmp_path):
    open_colored()
    dialog = panel(window)
    window.open_photos([make_photo("other.png")])
    dialog.accept()  # before the other one is there
    assert "nothing was saved" in window.message_bar.text
    qtbot.waitUntil(lambda: is_done(window))
    assert not list(tmp_path.glob("*-colorized*"))


# Rows and names


def test_only_rows_that_matter_are_shown(dialog):
    seen = {}
    for file_format in ("own", "jpeg", "png", "tiff", "webp", "avif"):
        choose(dialog, "format", file_format)
        names = ("quality", "tiff_compression", "lossless", "depth")
        seen[file_format] = [name for name in names if dialog.form.editor(name).isVisible()]
    assert seen == {
        "own": ["tiff_compression", "depth"],
        "jpeg": ["quality"],
        "png": ["depth"],
        "tiff": ["tiff_compression", "depth"],
        "webp": ["quality", "lossless"],
        "avif": ["quality", "depth"],
    }
    choose(dialog, "format", "webp")
    choose(dialog, "lossless", True)
    assert not dialog.form.editor("quality").isVisible()


def test_the_name_is_shown_as_it_will_be_and_a_wrong_one_cannot_be_used(dialog, tmp_path):
    dialog.name.setText("{date} {name}")
    assert dialog.example.text() == "2026-03-09 attic.tif"
    assert dialog.target == tmp_path / "2026-03-09 attic.tif"
    choose(dialog, "format", "png")
    assert dialog.example.text() == "2026-03-09 attic.png"
    for wrong in ("{nmae}", "{name", ""):
        dialog.name.setText(wrong)
        assert dialog.target is None
        assert not dialog._go.isEnabled()
        assert "makes no name" in dialog.example.text()


@pytest.mark.parametrize("wrong", ["nowhere", "nul\0", "~nobody-of-that-name", "n" * 300])
def test_that_there_is_no_such_folder_is_told_below_it(dialog, tmp_path, wrong):
    assert not dialog.no_folder.isVisible()
    dialog.name.setText("{name}")
    dialog.folder.setText(wrong if wrong.startswith("~") else str(tmp_path / wrong))
    assert dialog.target is None
    assert not dialog._go.isEnabled()
    assert dialog.no_folder.isVisible()
    assert dialog.no_folder.text() == "There is no such folder."
    assert dialog.example.text() == "attic.tif"
    QApplication.processEvents()
    assert dialog.folder.y() < dialog.no_folder.y() < dialog.name.y()
    dialog.folder.setText(str(tmp_path))
    assert not dialog.no_folder.isVisible()
    assert dialog._go.isEnabled()


def test_a_folder_that_is_gone_at_the_click_is_told(qtbot, window, open_colored, tmp_path):
    open_colored()
    there = tmp_path / "there"
    there.mkdir()
    dialog = panel(window)
    dialog.folder.setText(str(there))
    there.rmdir()
    dialog.accept()
    assert dialog.isVisible()
    assert dialog.no_folder.isVisible()
    assert dialog.no_folder.text() == "There is no such folder."
    dialog.reject()


def test_a_long_name_does_not_widen_the_panel(qtbot, dialog):
    before = dialog.width()
    dialog.name.setText("a{name}" * 60)
    QApplication.processEvents()
    assert dialog.width() == before


# Presets


def test_presets_of_the_program_are_recognized(dialog):
    for at, (_, export) in enumerate(BUILT_IN, 1):
        dialog.preset.setCurrentIndex(at)
        dialog.preset.activated.emit(at)
        assert dialog.export.options == export.options
        assert dialog.export.format == export.format
        assert dialog.preset.currentIndex() == at
        assert not dialog._forget.isEnabled()
    choose(dialog, "keep_time", True)
    assert dialog.preset.currentIndex() == 0


def test_presets_of_the_user_are_kept_used_replaced_and_deleted(dialog, settings):
    choose(dialog, "format", "avif")
    dialog.keep_as("for Ann")
    choose(dialog, "format", "jpeg")
    dialog.keep_as("für Bärbel")
    assert [each.name for each in Presets(settings).named] == ["for Ann", "für Bärbel"]
    at = dialog.preset.findText("for Ann")
    dialog.preset.activated.emit(at)
    assert dialog.export.format == "avif"
    choose(dialog, "format", "png")
    dialog.keep_as("for Ann")
    assert {each.name: each.export.format for each in Presets(settings).named} == {
        "for Ann": "png",
        "für Bärbel": "jpeg",
    }
    dialog._forget.click()
    assert [each.name for each in Presets(settings).named] == ["für Bärbel"]


@pytest.mark.parametrize(
    "nonsense", ["", "x", "[1]", '{"format": "gif"}', '{"options": {"quality": 0}}']
)
def test_nonsense_in_the_settings_is_passed_over(settings, nonsense):
    settings.setValue("export/last", nonsense)
    settings.setValue("export/presets", nonsense)
    assert Presets(settings).last == Export()
    assert Presets(settings).named == ()


def test_an_export_survives_its_form_and_its_file(settings):
    export = Export("webp", SaveOptions(quality=7, longest=99, label=False), "{name}", True)
    assert Export(name="{name}").with_values(export.values) == export
    Presets(settings).keep(Preset("one", export))
    assert Presets(settings).named == (Preset("one", export),)


# The proof


def proof_of(make_photo, predictor, suffix, options=PLAIN, depth=8, **how):
    photo = OpenPhoto(generation=1, path=make_photo("attic.png", depth=depth))
    request = MakeProof(
        generation=7, photo=photo, edits=Edits(), suffix=suffix, options=options, **how
    )
    results = []
    Desk(load=lambda: predictor).serve(request, results.append)
    return results[-1]


def test_the_proof_is_of_a_file_that_was_really_written(make_photo, predictor, tmp_path):
    proof = proof_of(make_photo, predictor, ".tif", depth=16)
    assert isinstance(proof, ProofReady)
    assert proof.size == (200, 300)
    assert proof.depth == 16
    assert proof.report.whole
    assert 20_000 < proof.bytes < 500_000
    lines = {line.name: line for line in proof_lines(proof)}
    assert lines["Depth"].value == "16 bits per channel"
    assert lines["Lightness"].verdict == "kept"
    assert lines["Lightness"].value.startswith("L* off by 0.00")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".png"] == ["attic.png"]


def test_the_proof_shows_what_is_lost(make_photo, predictor):
    proof = proof_of(make_photo, predictor, ".jpg", SaveOptions(longest=100, quality=5), depth=16)
    lines = {line.name: line for line in proof_lines(proof)}
    assert lines["Depth"].verdict == "lost"
    assert lines["Depth"].value == "8 bits per channel (had 16)"
    assert lines["Pixels"].value == "100 × 67 (was 300 × 200)"
    assert lines["Pixels"].verdict == "changed"


def test_the_part_is_the_file_s_own_pixels(make_photo, predictor, monkeypatch):
    proof = proof_of(make_photo, predictor, ".png", center=(1.0, 0.0), part=(40, 30))
    image = proof.picture.levels[0].image
    assert (image.width(), image.height()) == (40, 30)
    whole = proof_of(make_photo, predictor, ".png", part=(999, 999)).picture.levels[0].image
    assert (whole.width(), whole.height()) == (300, 200)
    for x, y in ((0, 0), (39, 29), (20, 5)):
        assert image.pixelColor(x, y) == whole.pixelColor(260 + x, y)


def test_a_proof_that_fails_says_why(make_photo, predictor):
    proof = proof_of(make_photo, predictor, ".gif")
    assert isinstance(proof, Failed)


def test_a_proof_without_the_original_says_so(make_photo, predictor):
    photo = OpenPhoto(generation=1, path=make_photo("attic.png"))
    desk, results = Desk(load=lambda: predictor), []
    desk.serve(photo, results.append)
    photo.path.unlink()
    request = MakeProof(generation=7, photo=photo, edits=Edits(), suffix=".png", options=PLAIN)
    desk.serve(request, results.append)
    assert isinstance(results[-1], Failed)
    assert "attic.png" in str(results[-1].error)


def test_the_panel_shows_the_newest_proof_only(qtbot, window, open_colored):
    open_colored(depth=16)
    dialog = panel(window)
    qtbot.waitUntil(lambda: "16 bits per channel" in dialog.proof.text)
    choose(dialog, "format", "jpeg")
    first = window.document.proof
    qtbot.waitUntil(lambda: window.document.proof not in (first, None))
    assert "8 bits per channel (had 16)" in dialog.proof.text
    dialog.reject()
    qtbot.waitUntil(lambda: window.document.proof is None)


def test_choices_that_follow_each_other_are_tried_out_once(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog._rest.isActive())  # the first one, as it was opened
    wanted = []
    dialog.proof_wanted.connect(wanted.append)
    for quality in (80, 70, 60):
        choose(dialog, "format", "jpeg")
        choose(dialog, "quality", quality)
        QApplication.processEvents()
        QApplication.processEvents()
    qtbot.waitUntil(lambda: bool(wanted))
    assert [export.options.quality for export in wanted] == [60]


def test_a_failed_proof_stands_in_the_panel(qtbot, window, open_colored, monkeypatch):
    open_colored()

    def full(*_, **__):
        raise MemoryError

    monkeypatch.setattr("gui.worker.desk.write_photo", full)
    dialog = panel(window)
    qtbot.waitUntil(lambda: "memory" in dialog.proof._part.words)
    assert window.message_bar.text == ""
    dialog.reject()


# Looks


@pytest.mark.parametrize("language", ["en", "de", "zh_CN"])
def test_nothing_is_cut_off_at_900_by_600(qtbot, window, open_colored, language):
    open_colored()
    window.set_language(language)
    window.resize(900, 600)
    dialog = panel(window)
    qtbot.waitUntil(lambda: isinstance(window.document.proof, ProofReady))
    QApplication.processEvents()
    assert dialog.width() <= 900
    assert dialog.height() <= 620
    for each in dialog.findChildren(QLabel) + dialog.findChildren(QCheckBox):
        if each.isVisible() and not (isinstance(each, QLabel) and each.wordWrap()):
            assert each.width() >= each.sizeHint().width(), each.text()
    for each in dialog.findChildren(QComboBox):
        assert each.accessibleName()
    dialog.reject()


def test_colors_of_a_wide_space_are_shown_in_srgb(make_photo, predictor):
    plain = proof_of(make_photo, predictor, ".png").picture.levels[0].image
    wide = proof_of(make_photo, predictor, ".png", SaveOptions(space="prophoto-rgb"))
    image = wide.picture.levels[0].image
    for x, y in ((10, 10), (150, 100), (290, 190)):
        one, other = plain.pixelColor(x, y), image.pixelColor(x, y)
        seen = np.array([one.red() - other.red(), one.green() - other.green(),
                         one.blue() - other.blue()])  # fmt: skip
        assert np.abs(seen).max() <= 4
