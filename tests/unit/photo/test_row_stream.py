"""Nothing of a photo stays behind when it is saved."""

import gc
import threading
import weakref

import pytest

from engine.photo.options import SaveOptions
from engine.photo.write import write_photo
from engine.values import Rendition
from tests.support.pictures import gray_picture, photo_of, rgb_picture


class Watched(Rendition):
    """A rendition that can be watched; the class itself has no room for that."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "plain.tif"])
def test_the_photo_is_gone_and_the_threads_with_it(tmp_path, monkeypatch, name):
    monkeypatch.setattr("engine.composition.STRIP_PIXELS", 500)
    options = SaveOptions(tiff_compression="none" if name == "plain.tif" else "deflate")
    gc.collect()
    gc.disable()
    try:
        colored = Watched(rgb_picture())
        seen = weakref.ref(colored)
        write_photo(colored, photo_of(gray_picture()), tmp_path / name, options=options)
        del colored
        assert seen() is None
        assert not [one for one in threading.enumerate() if one.name.startswith("strips")]
    finally:
        gc.enable()
