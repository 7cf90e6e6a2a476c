"""The result in the place of its original, and nothing lost when that fails."""

import os
from dataclasses import replace

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.errors import Cancelled, CannotWrite
from engine.photo.decode import SEVERAL_PAGES
from engine.photo.losses import NO_ALPHA_IN_JPEG, belongings_of, losses_of
from engine.photo.options import SaveOptions
from engine.photo.read import read_photo
from engine.photo.replace import (
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


def test_who_may_see_the_original_may_see_the_result_and_no_one_else(tmp_path):
    path = tmp_path / "attic.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    path.chmod(0o600)
    write_photo(Rendition(rgb_picture()), read_photo(path), path, replace_original=True)
    assert not read_photo(path).is_gray
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["for all", "for us"])
def test_a_write_protected_original_is_left_alone(tmp_path, monkeypatch, how):
    path = tmp_path / "attic.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    before = path.read_bytes()
    if how == "for all":  # also for an administrator, whom the system would let
        path.chmod(0o444)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root
    with pytest.raises(CannotWrite):
        write_photo(Rendition(rgb_picture()), read_photo(path), path, replace_original=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_cancelled_replacing_leaves_the_original(tmp_path):
    path, cancel = tmp_path / "attic.png", CancelToken()
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    before = path.read_bytes()

    class Slow(Rendition):
        def rows(self, rows):
            cancel.cancel()
            return super().rows(rows)

    tall = Slow(np.zeros((5000, 1000, 3), np.uint8))
    photo = photo_of(tall.pixels[..., :1].copy())
    with pytest.raises(Cancelled):
        write_photo(tall, photo, path, cancel=cancel, replace_original=True)
    assert path.read_bytes() == before
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
        ("a.tif", "tiff", (SEVERAL_PAGES,), SEVERAL_PAGES),
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
