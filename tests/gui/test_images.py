import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QColorSpace, QImage

from engine import Cancelled, CancelToken
from gui.images import SMALLEST_SIDE, picture_of


def frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


def color(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    found = QColor(image.pixel(x, y))
    return found.red(), found.green(), found.blue()


def test_8_bit_pixels_are_shown_from_their_own_memory():
    pixels = frozen(np.full((20, 30, 3), (200, 100, 50), np.uint8))
    level = picture_of(pixels, (30, 20)).levels[0]
    assert level.image.format() == QImage.Format.Format_RGB888
    assert np.shares_memory(np.frombuffer(level.image.constBits(), np.uint8), pixels)
    assert color(level.image, 29, 19) == (200, 100, 50)


def test_gray_pixels_stay_one_channel():
    level = picture_of(frozen(np.full((21, 33, 1), 77, np.uint8)), (33, 21)).levels[0]
    assert level.image.format() == QImage.Format.Format_Grayscale8
    assert color(level.image, 32, 20) == (77, 77, 77)


def test_16_bits_are_rounded_to_8():
    codes = np.array([0, 128, 129, 65406, 65407, 65535], np.uint16).reshape(1, 6, 1)
    image = picture_of(frozen(codes), (6, 1)).levels[0].image
    assert [color(image, x, 0)[0] for x in range(6)] == [0, 0, 1, 254, 255, 255]


@pytest.mark.parametrize("channels", [1, 3])
def test_each_level_is_the_mean_of_the_one_before(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (1301, 2603, channels), np.uint8)
    picture = picture_of(frozen(pixels), (2603, 1301))
    sizes = [(level.image.width(), level.image.height()) for level in picture.levels]
    assert sizes == [(2603, 1301), (1301, 650), (650, 325)]
    mean = pixels[600:602, 1000:1002].reshape(4, channels).mean(axis=0)
    assert color(picture.levels[1].image, 500, 300) == pytest.approx(
        np.broadcast_to(mean, 3), abs=0.51
    )
    assert max(sizes[-1]) <= SMALLEST_SIDE


def test_the_level_to_paint_is_never_enlarged_as_long_as_there_is_a_larger_one():
    picture = picture_of(frozen(np.zeros((3000, 4000, 1), np.uint8)), (4000, 3000))
    assert [picture.level_for(scale).across for scale in (4, 1, 0.6, 0.5, 0.3, 0.01)] == [
        1, 1, 1, 2, 2, 4,
    ]  # fmt: skip


def test_a_preview_stands_for_the_whole_photo():
    picture = picture_of(frozen(np.zeros((1500, 2000, 1), np.uint8)), (8000, 6000))
    assert picture.size == (8000, 6000)
    assert [level.across for level in picture.levels] == [4, 8]


def test_a_profile_is_obeyed():
    srgb = bytes(QColorSpace(QColorSpace.NamedColorSpace.SRgb).iccProfile().data())
    wider = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
    assert color(picture_of(reddish(), (8, 8), srgb).levels[0].image, 0, 0) == (150, 100, 100)
    # The same numbers mean a more saturated red in a wider space.
    red, green, _ = color(picture_of(reddish(), (8, 8), wider).levels[0].image, 0, 0)
    assert red > 155
    assert green <= 100


def test_a_gray_profile_is_obeyed():
    linear = QColorSpace(QPointF(0.3127, 0.3290), QColorSpace.TransferFunction.Linear)
    pixels = frozen(np.full((8, 8, 1), 128, np.uint8))
    image = picture_of(pixels, (8, 8), bytes(linear.iccProfile().data())).levels[0].image
    assert color(image, 3, 3) == pytest.approx((188, 188, 188), abs=1)


@pytest.mark.qt_log_ignore("fromIccProfile")
def test_an_unusable_profile_is_left_aside():
    image = picture_of(reddish(), (8, 8), b"no profile").levels[0].image
    assert color(image, 0, 0) == (150, 100, 100)


def test_it_can_be_cancelled():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        picture_of(np.zeros((100, 100, 1), np.uint16), (100, 100), None, token)


def reddish() -> np.ndarray:
    return frozen(np.full((8, 8, 3), (150, 100, 100), np.uint8))
