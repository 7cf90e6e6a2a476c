"""Copied files and pictures are opened by Ctrl+V."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QStandardPaths, QUrl
from PySide6.QtGui import QGuiApplication, QImage

from engine import read_photo
from gui.pasting import Pasted
from tests.gui.conftest import is_done

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def gray_image(width: int = 120, height: int = 80) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for x in range(width):
        for y in range(height):
            image.setPixel(x, y, 0xFF000000 | (0x010101 * (x + y)))
    return image


def test_a_copied_picture_is_opened_and_saved_among_the_pictures(qtbot, window):
    QGuiApplication.clipboard().setImage(gray_image())
    window._actions["paste"].trigger()
    qtbot.waitUntil(lambda: is_done(window))
    path = window.document.path
    assert path.name.startswith("Pasted 20")
    np.testing.assert_array_equal(read_photo(path).pixels[3, :, 0], np.arange(120) + 3)
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    assert window.opening.folder_for(path) == Path(pictures)
    window._actions["paste"].trigger()  # once more, it is another photo
    qtbot.waitUntil(lambda: window.document.path != path and is_done(window))
    assert len(window.document.roll.photos) == 2


def test_copied_files_are_opened_themselves(qtbot, window, make_photo):
    paths = [make_photo(f"{number}.png") for number in range(2)]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QGuiApplication.clipboard().setMimeData(data)
    window._actions["paste"].trigger()
    qtbot.waitUntil(lambda: is_done(window))
    assert window.document.roll.photos == tuple(paths)
    assert window.opening.folder_for(paths[0]) == paths[0].parent


def test_a_file_in_the_clipboard_keeps_its_16_bits(tmp_path):
    codes = np.arange(60 * 40, dtype=np.uint16).reshape(40, 60) * 20
    Image.fromarray(codes).save(tmp_path / "deep.png")
    data = QMimeData()
    data.setData("image/png", QByteArray((tmp_path / "deep.png").read_bytes()))
    pasted = Pasted()
    (path,) = pasted.paths(data)
    np.testing.assert_array_equal(read_photo(path).pixels[..., 0], codes)


def test_a_picture_copied_out_of_a_browser_is_more_than_its_address(tmp_path):
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/attic.jpg")])
    data.setImageData(gray_image())
    pasted = Pasted()
    (path,) = pasted.paths(data)
    assert read_photo(path).size == (80, 120)
    data.clear()
    data.setUrls([QUrl("https://example.org/attic.jpg")])
    assert pasted.paths(data) == []


def test_with_nothing_to_paste_that_is_said(window):
    QGuiApplication.clipboard().setText("words")
    window._actions["paste"].trigger()
    assert "no photo to paste" in window.message_bar.text
    assert window.document.photo is None


def test_the_folder_goes_with_the_program():
    data = QMimeData()
    data.setImageData(gray_image())
    pasted = Pasted()
    (path,) = pasted.paths(data)
    assert path.exists()
    del pasted
    assert not path.parent.exists()
