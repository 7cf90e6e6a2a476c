"""The original's place is given to the result only when that is whole; else nothing has changed."""

import errno
import os
import shutil

import numpy as np
import pytest

from engine.errors import CannotWrite, DiskFull, NotReplaceable, SameAsSource
from engine.photo.read import read_photo
from engine.photo.write import write_photo
from engine.pipeline import Wish, colorize
from engine.values import Rendition
from tests.support.fakes import FakePredictor
from tests.support.pictures import by_pillow, by_tifffile, gray_picture, rgb_picture


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(by_pillow(gray_picture(), "PNG"))
    return path


def contents(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_it_is_replaced_whole_and_leaves_nothing_else(tmp_path, path):
    path.chmod(0o640)
    saved = write_photo(Rendition(rgb_picture()), read_photo(path), path, replace_original=True)
    assert saved.path == path
    assert list(contents(tmp_path)) == ["photo.png"]
    np.testing.assert_array_equal(read_photo(path).pixels, rgb_picture())
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_it_stays_a_link(tmp_path, path):
    link = tmp_path / "link.png"
    link.symlink_to(path)
    write_photo(Rendition(rgb_picture()), read_photo(link), link, replace_original=True)
    assert link.is_symlink()
    np.testing.assert_array_equal(read_photo(path).pixels, rgb_picture())


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EIO, CannotWrite)])
def test_whatever_fails_the_original_is_there(tmp_path, path, monkeypatch, call, number, error):
    photo, before = read_photo(path), path.read_bytes()

    def fail(*_args, **_options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        if call == "replace":
            patch.undo()
            patch.setattr("engine.photo.place._publish", fail)
        with pytest.raises(error):
            write_photo(Rendition(rgb_picture()), photo, path, replace_original=True)
    assert contents(tmp_path) == {"photo.png": before}


def test_what_fails_after_the_replacing_puts_it_back(tmp_path, path, monkeypatch):
    photo, before = read_photo(path), path.read_bytes()

    def fail(_folder):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.photo.place._sync_folder", fail)
    with pytest.raises(KeyboardInterrupt):
        write_photo(Rendition(rgb_picture()), photo, path, replace_original=True)
    assert contents(tmp_path) == {"photo.png": before}


def test_file_systems_without_hard_links(tmp_path, path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", fail)
    write_photo(Rendition(rgb_picture()), read_photo(path), path, replace_original=True)
    assert list(contents(tmp_path)) == ["photo.png"]


def test_without_the_wish_it_is_refused(tmp_path, path):
    before = path.read_bytes()
    with pytest.raises(SameAsSource):
        write_photo(Rendition(rgb_picture()), read_photo(path), path, "overwrite")
    assert contents(tmp_path) == {"photo.png": before}


def test_without_links_half_a_copy_is_not_left_behind(tmp_path, path, monkeypatch):
    def no_links(*_args, **_options):
        raise PermissionError(errno.EPERM, "no links here")

    def half(source, target):
        target.write_bytes(source.read_bytes()[:40])
        raise OSError(errno.ENOSPC, "full")

    photo, before = read_photo(path), path.read_bytes()
    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(shutil, "copy2", half)
    with pytest.raises(DiskFull):
        write_photo(Rendition(rgb_picture()), photo, path, replace_original=True)
    assert contents(tmp_path) == {"photo.png": before}


def test_what_would_hold_less_afterwards_is_left_alone(tmp_path):
    pages = by_tifffile(np.stack([gray_picture()] * 2), photometric="minisblack", metadata=None)
    files = {"pages.tif": pages, "png.jpg": by_pillow(gray_picture(), "PNG")}
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(NotReplaceable, match=name):
            write_photo(Rendition(rgb_picture()), read_photo(path), path, replace_original=True)
        predictor = FakePredictor()
        with pytest.raises(NotReplaceable, match=name):
            colorize(path, path, predictor, Wish(replace_original=True))
        assert predictor.asked == []  # nobody waits for what cannot be saved
    assert contents(tmp_path) == files
