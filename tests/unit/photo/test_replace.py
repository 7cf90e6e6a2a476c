"""The result in the place of its original, and nothing lost when that fails."""

from dataclasses import replace

import numpy as np
import pytest

from engine.photo.decode import SEVERAL_PAGES
from engine.photo.losses import NO_ALPHA_IN_JPEG, belongings_of, losses_of
from engine.photo.options import SaveOptions
from engine.photo.read import read_photo
from engine.photo.replace import (
    MORE_PAGES,
    NOT_WRITABLE,
    OTHER_CONTENT,
    original_kept,
    why_not_replaceable,
)
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import by_pillow, gray_picture, photo_of, rgb_picture


def test_the_original_is_replaced_and_no_copy_is_left(tmp_path):
    path = tmp_path / "attic.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    photo = read_photo(path)
    for _ in range(2):  # what is replaced the second time is the result
        saved = write_photo(Rendition(rgb_picture()), photo, path, replace_original=True)
        assert saved.path == path
        assert not read_photo(path).is_gray
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("published", [False, True])
def test_when_it_fails_the_original_is_there_and_nothing_else(tmp_path, published):
    path = tmp_path / "attic.png"
    path.write_bytes(b"original")

    def fail():
        with original_kept(path):
            if published:
                path.unlink()
                path.write_bytes(b"half a result")
            raise MemoryError

    with pytest.raises(MemoryError):
        fail()
    assert path.read_bytes() == b"original"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "file_format", "notices", "reason"),
    [
        ("a.png", "png", (), ""),
        ("a.JPG", "jpeg", (), ""),
        ("a.avif", "heif", (), ""),
        ("a.gif", "gif", (), NOT_WRITABLE),
        ("a.jpg", "tiff", (), OTHER_CONTENT),
        ("a.tif", "tiff", (SEVERAL_PAGES,), MORE_PAGES),
    ],
)
def test_only_what_can_be_written_whole_is_replaced(tmp_path, name, file_format, notices, reason):
    source = photo_of(gray_picture()).source
    source = replace(source, path=tmp_path / name, format=file_format, notices=notices)
    assert why_not_replaceable(source) == reason


def test_transparency_is_a_loss_only_where_there_is_some():
    photo = photo_of(gray_picture())
    alpha = np.full(photo.size, 255, np.uint8)
    for least, lost in ((255, ()), (254, (NO_ALPHA_IN_JPEG,))):
        alpha = alpha.copy()
        alpha[1, 1] = least
        has = belongings_of(replace(photo, alpha=alpha))
        assert losses_of(has, "jpeg", SaveOptions()) == lost
        assert losses_of(has, "png", SaveOptions()) == ()
