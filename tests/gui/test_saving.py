"""Options for saving, the questions before it, and replacing the original."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMessageBox,
    QWidget,
)

from engine import WRITABLE, Edits, SaveOptions, UnknownFormat, read_photo
from engine.photo.losses import EIGHT_BITS, NO_ALPHA_IN_JPEG, NO_IPTC
from gui.file_dialogs import FORMATS, READABLE, SaveDialog
from gui.save_rows import SAVE_ROWS
from gui.save_settings import (
    ask_about_bits,
    asks_about_bits,
    remembered_options,
)
from gui.saving_questions import Answer, Fate, LossesQuestion, ReplaceQuestion, UnsavedQuestion
from gui.settings_rows import SAVING, set_values
from tests.gui.conftest import is_done

# Said by the offscreen platform whenever a dialog of fixed size is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

OTHERS = SaveOptions(
    depth=16,
    space="prophoto-rgb",
    quality=71,
    tiff_compression="lzw",
    lossless=True,
    metadata=False,
    label=False,
    keep_time=True,
)


def remember_options(settings, options: SaveOptions) -> None:
    set_values(settings, SAVING, dataclasses.asdict(options))


def shown(kind: type) -> list:
    return [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, kind) and each.isVisible()
    ]


def the(kind: type):
    (found,) = shown(kind)
    return found


def press(box: QWidget, words: str) -> None:
    (button,) = [each for each in box.findChildren(QAbstractButton) if each.text() == words]
    button.click()


def save(window, target: Path) -> None:
    window.saving.take_target(target, False)


def wait_for_words(qtbot, window, words: str) -> None:
    qtbot.waitUntil(lambda: words in window.message_bar.text)


# What is remembered


def test_every_choice_is_remembered(settings):
    assert remembered_options(settings) == SaveOptions()
    for options in (OTHERS, SaveOptions(depth=8, space="srgb"), SaveOptions()):
        remember_options(settings, options)
        settings.sync()
        again = QSettings(settings.fileName(), QSettings.Format.IniFormat)
        assert remembered_options(again) == options


@pytest.mark.parametrize("nonsense", ["", "perhaps", "-3", "101", "9e9", "٣x", ["a", "b"], "\0"])
@pytest.mark.parametrize("name", [row.name for row in SAVE_ROWS])
def test_nonsense_gives_the_default_of_that_choice_alone(settings, name, nonsense):
    remember_options(settings, OTHERS)
    settings.setValue(f"saving/{name}", nonsense)
    default = getattr(SaveOptions(), name)
    assert remembered_options(settings) == dataclasses.replace(OTHERS, **{name: default})


# The photo that was meant


@pytest.mark.parametrize("action", ["save_as", "save_layer"])
def test_a_name_that_was_chosen_for_a_photo_is_given_to_no_other(
    qtbot, window, open_colored, tmp_path, action
):
    open_colored("first.png")
    window._actions[action].trigger()
    dialog = the(SaveDialog)
    open_colored("second.png")  # by a second start
    target = tmp_path / "first-colorized.png"
    target.write_bytes(b"an earlier result")
    dialog.target_chosen.emit(target, True)
    assert not window.document.is_saving
    assert "nothing was saved" in window.message_bar.text
    dialog.refused.emit(UnknownFormat(name="first.xyz"), target)
    the(QMessageBox).accept()
    dialog.reject()
    assert not shown(SaveDialog)
    assert target.read_bytes() == b"an earlier result"


# What the format would lose


def test_16_bits_into_jpeg_are_asked_about_in_one_sentence(qtbot, window, open_colored, tmp_path):
    open_colored(depth=16)
    save(window, tmp_path / "out.jpg")
    box = the(LossesQuestion)
    assert "JPEG files hold 8" in box.text()
    assert not box.informativeText()
    press(box, "Cancel")
    assert not window.document.is_saving
    save(window, tmp_path / "out.jpg")
    press(the(LossesQuestion), "Save anyway")
    wait_for_words(qtbot, window, "out.jpg")
    assert read_photo(tmp_path / "out.jpg").source.depth == 8


def test_instead_a_tiff_can_be_saved_and_replaces_nothing(qtbot, window, open_colored, tmp_path):
    open_colored(depth=16)
    (tmp_path / "out.tif").write_bytes(b"someone's work")
    window.saving.take_target(tmp_path / "out.webp", True)
    press(the(LossesQuestion), "Save as TIFF instead")
    wait_for_words(qtbot, window, "out-2.tif")
    assert (tmp_path / "out.tif").read_bytes() == b"someone's work"
    assert read_photo(tmp_path / "out-2.tif").source.depth == 16
    assert not (tmp_path / "out.webp").exists()


def test_do_not_ask_again_holds_for_that_sentence_and_can_be_taken_back(
    qtbot, window, open_colored, settings, tmp_path
):
    open_colored(depth=16)
    save(window, tmp_path / "one.jpg")
    box = the(LossesQuestion)
    box.checkBox().setChecked(True)
    press(box, "Save anyway")
    wait_for_words(qtbot, window, "one.jpg")
    save(window, tmp_path / "two.jpg")
    wait_for_words(qtbot, window, "two.jpg")
    assert not shown(LossesQuestion)
    has = dataclasses.replace(window.document.photo.belongings, transparent=True)
    window.document.photo = dataclasses.replace(window.document.photo, belongings=has)
    save(window, tmp_path / "three.jpg")
    box = the(LossesQuestion)
    assert "transparency" in box.informativeText()
    assert "16 bits" not in box.informativeText()
    assert box.checkBox() is None
    press(box, "Cancel")
    ask_about_bits(settings, True)
    save(window, tmp_path / "three.jpg")
    assert "16 bits" in the(LossesQuestion).informativeText()
    press(the(LossesQuestion), "Cancel")


def test_cancel_forgets_what_was_ticked(window, open_colored, settings, tmp_path):
    open_colored(depth=16)
    save(window, tmp_path / "one.jpg")
    box = the(LossesQuestion)
    box.checkBox().setChecked(True)
    press(box, "Cancel")
    assert asks_about_bits(settings)


def test_what_the_options_ask_for_is_not_asked_about(
    qtbot, window, open_colored, settings, tmp_path
):
    remember_options(settings, SaveOptions(depth=8))
    open_colored(depth=16)
    save(window, tmp_path / "out.jpg")
    wait_for_words(qtbot, window, "out.jpg")
    assert not shown(LossesQuestion)


def test_8_bits_into_jpeg_are_no_question_even_if_16_are_wished_for(
    qtbot, window, open_colored, settings, tmp_path
):
    remember_options(settings, SaveOptions(depth=16))
    open_colored()
    save(window, tmp_path / "out.jpg")
    wait_for_words(qtbot, window, "out.jpg")
    assert not shown(LossesQuestion)


def test_every_loss_is_said_and_without_a_better_format_none_is_offered(qtbot, window):
    box = LossesQuestion(window, "webp", (EIGHT_BITS, NO_IPTC, NO_ALPHA_IN_JPEG), None)
    qtbot.addWidget(box)
    said = box.informativeText()
    assert "WebP files hold 8" in said
    assert "captions" in said
    assert "would be left out" in said
    assert "were left out" not in said  # nothing has happened yet
    assert "transparency" in said
    assert sorted(each.text() for each in box.buttons()) == ["Cancel", "Save anyway"]


@pytest.mark.parametrize("how", ["escape", "close"])
def test_leaving_the_question_saves_nothing(qtbot, window, how):
    box = LossesQuestion(window, "jpeg", (EIGHT_BITS,), "tiff")
    answers: list[Answer] = []
    box.answered.connect(lambda answer, _: answers.append(answer))
    box.open()
    if how == "escape":
        qtbot.keyClick(box, Qt.Key.Key_Escape)
    else:
        box.close()
    qtbot.waitUntil(lambda: not shown(LossesQuestion))
    assert answers == []


def test_the_answer_for_one_photo_saves_no_other(qtbot, window, open_colored, make_photo, tmp_path):
    open_colored(depth=16)
    save(window, tmp_path / "out.jpg")
    box = the(LossesQuestion)
    other = make_photo("other.png")
    window.open_photos([other])  # as the system may ask for at any time
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))
    press(box, "Save anyway")
    assert "nothing was saved" in window.message_bar.text
    assert not window.document.is_saving
    assert not (tmp_path / "out.jpg").exists()


def test_the_name_proposed_is_free_or_that_of_the_file_saved_before(
    qtbot, window, open_colored, tmp_path
):
    open_colored()
    (tmp_path / "attic-colorized.png").write_bytes(b"someone's work")
    for proposed in ("attic-colorized-2.png", "mine.tif"):
        window._actions["save_as"].trigger()
        dialog = the(SaveDialog)
        assert [Path(name).name for name in dialog.selectedFiles()] == [proposed]
        dialog.close()
        qtbot.waitUntil(lambda: not shown(SaveDialog))
        save(window, tmp_path / "mine.tif")
        qtbot.waitUntil(lambda: not window.document.is_saving)


def test_the_window_is_marked_while_there_is_unsaved_work(qtbot, window, open_colored, tmp_path):
    open_colored("a [*] b.png")
    assert window.windowTitle() == "a [*][*] b.png[*] – Photochrom"  # as Qt wants it
    assert not window.isWindowModified()
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    assert window.isWindowModified()
    save(window, tmp_path / "out.png")
    wait_for_words(qtbot, window, "out.png")
    assert not window.isWindowModified()


# Replacing the original


def replace_it(window) -> None:
    window._actions["replace_original"].trigger()
    press(the(ReplaceQuestion), "Replace the original")


def test_the_original_is_replaced_only_when_agreed_to(qtbot, window, open_colored):
    path = open_colored()
    before = path.read_bytes()
    for how in ("Cancel", "return", "escape"):
        window._actions["replace_original"].trigger()
        box = the(ReplaceQuestion)
        assert "“attic.png”" in box.text()
        assert "copy" in box.informativeText()
        if how == "Cancel":
            press(box, how)
        else:
            qtbot.keyClick(box, Qt.Key.Key_Return if how == "return" else Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not shown(ReplaceQuestion))
        assert not window.document.is_saving
        assert path.read_bytes() == before
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    assert not read_photo(path).is_gray
    assert list(path.parent.glob(".photochrom*")) == []


def test_after_it_the_photo_stays_and_all_works_again(qtbot, window, open_colored, tmp_path):
    path = open_colored()
    gray = window.stage.view.original
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    first = path.read_bytes()
    assert window.document.unsaved == ()
    assert window.stage.view.original is gray
    save(window, tmp_path / "again.png")
    wait_for_words(qtbot, window, "again.png")
    with Image.open(tmp_path / "again.png") as again, Image.open(path) as replaced:
        np.testing.assert_array_equal(np.asarray(again), np.asarray(replaced))
    window._actions["undo"].trigger()
    replace_it(window)
    qtbot.waitUntil(lambda: path.read_bytes() != first and is_done(window))
    assert window.stage.view.original is gray


def test_a_replaced_photo_can_be_opened_again_as_what_it_is_now(qtbot, window, open_colored):
    path = open_colored()
    shown_before = window.document.photo
    window.open_photos([path])
    assert window.document.photo is shown_before
    assert not window.document.is_working
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    codes = np.random.default_rng(5).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(codes).resize((80, 80), 0).save(path)  # as colorful as results of the network
    window.open_photos([path])
    qtbot.waitUntil(lambda: window.document.photo is not shown_before)
    assert window.document.must_ask
    assert window.document.edits == Edits()
    assert window.document.work.steps.count() == 0
    assert window.document.roll.photos == (path,)


def test_leaving_a_replaced_photo_asks_about_work_that_could_not_be_gone_on_with(
    qtbot, window, open_colored, tmp_path, monkeypatch
):
    other = open_colored("other.png")
    path = open_colored()
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    answers = [Fate.KEEP, Fate.SAVE]
    monkeypatch.setattr(UnsavedQuestion, "ask", lambda _: answers.pop(0))
    window.on_previous()
    assert window.document.path == path
    assert not window.document.is_opening
    window.on_previous()
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))
    assert not answers
    assert window.document.unsaved == ()
    assert not read_photo(tmp_path / "attic-colorized.png").is_gray
    window.on_next()
    qtbot.waitUntil(lambda: window.document.path == path)
    assert window.document.edits == Edits()


def test_leaving_while_the_original_is_being_replaced_waits_and_asks_then(
    qtbot, window, predictor, open_colored, monkeypatch
):
    other = open_colored("other.png")
    path = open_colored()
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")  # so that saving has to wait for the network
    replace_it(window)
    window.panel.adjusted.emit("strength", 50, 1)
    asked = []
    monkeypatch.setattr(UnsavedQuestion, "ask", lambda _: asked.append(True) or Fate.KEEP)
    window.on_previous()
    assert "as soon as this one is saved" in window.message_bar.text
    assert not asked
    assert not window.document.is_opening
    predictor.gate.set()
    qtbot.waitUntil(lambda: bool(asked) and is_done(window))
    assert window.document.path == path
    assert window.document.unsaved == (path,)
    monkeypatch.setattr(UnsavedQuestion, "ask", lambda _: Fate.GIVE_UP)
    window.on_previous()
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))


def test_work_on_a_replaced_photo_stays_if_it_cannot_be_saved(
    qtbot, window, predictor, open_colored, tmp_path
):
    open_colored("other.png")
    path = open_colored()
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    save(window, tmp_path / "gone" / "out.png")  # a folder that is not there
    window.on_previous()
    predictor.gate.set()
    wait_for_words(qtbot, window, "gone")
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.path == path
    assert window.document.unsaved == (path,)


def test_the_newest_wish_to_leave_counts(qtbot, window, predictor, open_colored):
    first, second = open_colored("first.png"), open_colored("second.png")
    open_colored()
    predictor.gate.clear()
    window.panel.quality_chosen.emit("fine")
    replace_it(window)
    window.on_previous()
    window._on_photo_wanted(0)
    predictor.gate.set()
    qtbot.waitUntil(lambda: window.document.path == first and is_done(window))
    assert window.document.roll.photos[:2] == (first, second)


def test_work_on_a_replaced_photo_that_is_given_up_is_not_asked_about_again(
    qtbot, window, open_colored, monkeypatch
):
    other = open_colored("other.png")
    open_colored()
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")
    window.panel.adjusted.emit("strength", 50, 1)
    qtbot.waitUntil(lambda: is_done(window))
    monkeypatch.setattr(UnsavedQuestion, "ask", lambda _: Fate.GIVE_UP)
    window._on_photo_wanted(0)
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))
    assert window.document.unsaved == ()


def test_an_original_that_was_changed_meanwhile_is_left_and_that_is_told(
    qtbot, window, open_colored, make_photo
):
    path = open_colored()
    path.write_bytes(b"someone's work")
    replace_it(window)
    wait_for_words(qtbot, window, "was changed, moved or deleted")
    assert path.read_bytes() == b"someone's work"
    assert window.stage.view.shows_split
    make_photo(path.name, width=90)
    window.open_photos([path])  # as the sentence advises
    qtbot.waitUntil(lambda: is_done(window) and window.document.photo.picture.size == (90, 200))
    replace_it(window)
    wait_for_words(qtbot, window, "now stands in")


def test_what_cannot_be_replaced_says_why(qtbot, window, make_photo):
    replacing = window._actions["replace_original"]
    assert not replacing.isEnabled()
    path = make_photo("attic.bmp")
    window.open_photos([path])
    qtbot.waitUntil(lambda: is_done(window))
    assert window._actions["save"].isEnabled()
    assert not replacing.isEnabled()
    assert "not written" in replacing.toolTip()
    assert window.toolbar._save_ways.menu().toolTipsVisible()
    window.set_language("zh_CN")
    assert "不能写入" in replacing.toolTip()


def test_what_is_gone_for_good_is_said_before_replacing(window, open_colored, settings):
    open_colored(depth=16)
    remember_options(settings, SaveOptions(depth=8))
    window._actions["replace_original"].trigger()
    box = the(ReplaceQuestion)
    assert "16 bits per channel become 8" in box.informativeText()
    press(box, "Cancel")


def test_the_question_for_one_photo_replaces_no_other(qtbot, window, open_colored, make_photo):
    path = open_colored()
    window._actions["replace_original"].trigger()
    box = the(ReplaceQuestion)
    other = make_photo("other.png")
    before = path.read_bytes(), other.read_bytes()
    window.open_photos([other])
    qtbot.waitUntil(lambda: window.document.path == other and is_done(window))
    press(box, "Replace the original")
    assert "nothing was saved" in window.message_bar.text
    assert not window.document.is_saving
    assert (path.read_bytes(), other.read_bytes()) == before


def test_a_file_of_several_pages_is_not_replaced_by_its_first(qtbot, window, tmp_path):
    path = tmp_path / "album.tif"
    pages = [Image.new("L", (60, 40), value) for value in (50, 200)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    window.open_photos([path])
    qtbot.waitUntil(lambda: is_done(window))
    assert not window._actions["replace_original"].isEnabled()
    assert "several pictures" in window._actions["replace_original"].toolTip()


# File names


def test_all_that_can_be_written_can_be_chosen():
    assert {f".{suffix}" for suffixes in FORMATS.values() for suffix in suffixes} == set(WRITABLE)
    assert {f"*{suffix}" for suffix in WRITABLE} <= set(READABLE.split())


@pytest.mark.parametrize("name", ["out.webp", "out.avif"])
def test_webp_and_avif_are_saved(qtbot, window, open_colored, tmp_path, name):
    open_colored()
    save(window, tmp_path / name)
    wait_for_words(qtbot, window, name)
    assert read_photo(tmp_path / name).size == (200, 300)


# Saving once more


def test_saving_again_goes_where_it_went_before(qtbot, window, open_colored, tmp_path):
    open_colored()
    target = tmp_path / "mine.png"
    save(window, target)
    wait_for_words(qtbot, window, "mine.png")
    before = target.read_bytes()
    window.panel.adjusted.emit("saturation", 200, 1)
    qtbot.waitUntil(lambda: is_done(window))
    window.saving.on_save()
    qtbot.waitUntil(lambda: not window.document.is_saving and not window.document.unsaved)
    assert target.read_bytes() != before
    assert not (tmp_path / "mine-2.png").exists()


def test_a_file_that_someone_else_changed_is_not_written_over(
    qtbot, window, open_colored, tmp_path
):
    open_colored()
    target = tmp_path / "mine.png"
    save(window, target)
    wait_for_words(qtbot, window, "mine.png")
    target.write_bytes(b"someone's work")
    window.saving.on_save()
    assert "“mine.png” was changed" in window.message_bar.text
    dialog = the(SaveDialog)
    assert dialog.directory().absolutePath() == str(tmp_path)
    dialog.reject()
    assert target.read_bytes() == b"someone's work"


def test_what_was_saved_and_then_reset_is_not_saved(qtbot, window, open_colored, tmp_path):
    path = open_colored()
    window.panel.adjusted.emit("saturation", 150, 1)
    qtbot.waitUntil(lambda: is_done(window))
    save(window, tmp_path / "mine.png")
    wait_for_words(qtbot, window, "mine.png")
    assert window.document.unsaved == ()
    window.editing.on_reset_adjustments()
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.unsaved == (path,)  # the file has the adjustments still
