"""Resolution in EXIF blocks, read by Pillow."""

import numpy as np
import pytest
from PIL import Image

from engine.photo.exif_resolution import resolution_in, with_resolution
from tests.support.pictures import exif_block


def dpi_of(block):
    exif = Image.Exif()
    exif.load(block)
    assert exif[0x0128] == 2
    return float(exif[0x011A]), float(exif[0x011B])


def block_with_resolution():
    exif = Image.Exif()
    exif[0x010F] = "Camera Works"
    exif[0x011A], exif[0x011B], exif[0x0128] = 72.0, 72.0, 3
    return exif.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("before", [b"", block_with_resolution()], ids=["new", "there"])
def test_it_is_read_back(before):
    block = with_resolution(before, (2400 / 25.4, 1200 / 25.4))
    assert resolution_in(block) == pytest.approx((2400 / 25.4, 1200 / 25.4), abs=1e-4)
    assert dpi_of(block) == pytest.approx((2400, 1200), abs=0.001)
    if before:
        exif = Image.Exif()
        exif.load(block)
        assert exif[0x010F] == "Camera Works"


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_the_block_has_stays_where_it_is(order):
    before = exif_block(1, order)
    block = with_resolution(before, (11.8, 11.8))
    assert block[8 : len(before)] == before[8:]
    exif = Image.Exif()
    exif.load(block)
    assert exif[0x010F] == "Camera Works"
    assert exif.get_ifd(0x8769)[0xA002] == Image.Exif().get_ifd(0x8769).get(0xA002, 64)
    assert dpi_of(block) == pytest.approx((299.72, 299.72))


def test_what_is_no_block_is_left_alone():
    assert with_resolution(b"nonsense", (1.0, 1.0)) is None


def test_damaged_blocks_never_crash():
    block = block_with_resolution()
    rng = np.random.default_rng(3)
    for _ in range(500):
        broken = bytearray(block)
        for at in rng.integers(0, len(block), 3):
            broken[at] = rng.integers(256)
        result = with_resolution(bytes(broken), (10.0, 10.0))
        assert result is None or len(result) > len(block)
        resolution_in(bytes(broken))


def test_centimeters_and_nothing_at_all():
    assert resolution_in(block_with_resolution()) == pytest.approx((7.2, 7.2))
    assert resolution_in(b"") is None
    assert resolution_in(exif_block(1)) is None
