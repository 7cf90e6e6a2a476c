"""JPEG files of several pictures, made by Pillow and told apart by the kinds in their index."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from engine.photo.decode import SEVERAL_PAGES
from engine.photo.mpo import holds_several
from engine.photo.read import read_photo
from tests.support.pictures import by_pillow, rgb_picture

STEREO, PREVIEW, UNDEFINED = 0x020002, 0x010001, 0x000000
PRIMARY = 0x030000


def mpo(first: int, second: int) -> bytes:
    """Two pictures; Pillow marks them "primary" and "undefined"."""
    pictures = [Image.fromarray(rgb_picture()), Image.fromarray(rgb_picture()[::-1])]
    file = io.BytesIO()
    pictures[0].save(file, "MPO", save_all=True, append_images=pictures[1:], quality=95)
    data = bytearray(file.getvalue())
    index = data.index(b"MPF\0") + 4
    order = "<" if data[index : index + 2] == b"II" else ">"
    tag = data.index(struct.pack(order + "HH", 0xB002, 7), index)
    at = index + struct.unpack_from(order + "I", data, tag + 8)[0]
    struct.pack_into(order + "I", data, at, first)
    struct.pack_into(order + "I", data, at + 16, second)
    return bytes(data)


@pytest.mark.parametrize(
    ("kinds", "several"),
    [
        ((STEREO, STEREO), True),
        ((STEREO | 1 << 31, STEREO), True),
        ((PRIMARY, PREVIEW), False),
        ((PRIMARY, UNDEFINED), False),  # so gain maps stand there
    ],
)
def test_other_pictures_are_noticed_and_helpers_are_not(tmp_path, kinds, several):
    path = tmp_path / "photo.mpo"
    path.write_bytes(mpo(*kinds))
    photo = read_photo(path)
    assert photo.source.notices == ((SEVERAL_PAGES,) if several else ())
    reference = np.asarray(
        Image.open(io.BytesIO(by_pillow(rgb_picture(), "JPEG", quality=95))), int
    )
    assert np.abs(photo.pixels - reference).max() <= 2


def test_an_index_that_is_damaged_says_nothing():
    data = mpo(STEREO, STEREO)
    assert holds_several(data)
    at = data.index(b"MPF\0") + 4
    for length in (0, 2, 8, 20, 40):
        assert not holds_several(data[: at + length])
    assert not holds_several(data[:at] + b"XX" + data[at + 2 :])
    assert not holds_several(by_pillow(rgb_picture(), "JPEG"))
    order = "<" if data[at : at + 2] == b"II" else ">"
    astray = bytearray(data)
    tag = data.index(struct.pack(order + "HH", 0xB002, 7), at)
    struct.pack_into(order + "HII", astray, tag + 2, 4, 100, 0xFFFFFFF0)
    assert not holds_several(bytes(astray))


def test_bytes_that_fill_up_in_front_of_a_segment_are_passed_over():
    data = mpo(STEREO, STEREO)
    at = data.index(b"\xff\xe2")
    assert holds_several(data[:at] + b"\xff\xff" + data[at:])


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_first_picture_of_an_animation(tmp_path, file_format):
    frames = [Image.fromarray(picture) for picture in (rgb_picture(), 255 - rgb_picture())]
    path = tmp_path / "moving"
    options = {"lossless": True} if file_format == "WEBP" else {}
    frames[0].save(path, file_format, save_all=True, append_images=frames[1:], **options)
    photo = read_photo(path)
    with Image.open(path) as file:
        reference = np.asarray(file.convert("RGB"), int)
    assert np.abs(photo.pixels[..., :3] - reference).max() <= 1
    if file_format != "PNG":
        assert photo.source.notices == (SEVERAL_PAGES,)
