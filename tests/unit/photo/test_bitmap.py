"""PNM files of any white, written here by the Netpbm manual; Pillow judges where it can."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.errors import UnsupportedPhoto
from engine.photo.decoded import BIT_DEPTH
from engine.photo.read import read_photo
from tests.support.pictures import gray_picture, rgb_picture


def of_white(picture, white: int):
    """Numbers 0..white, both of them present."""
    codes = np.rint(picture / 65535 * white).astype(int)
    codes.flat[:3], codes.flat[-3:] = 0, white
    return codes


def binary(codes, white: int, comment: bytes = b"") -> bytes:
    kind = b"P5" if codes.ndim == 2 else b"P6"
    size = f"{codes.shape[1]} {codes.shape[0]}".encode()
    raster = codes.astype(">u2" if white > 255 else "u1").tobytes()
    return kind + b"\n" + comment + size + f"\n{white}\n".encode() + raster


def in_letters(codes, white: int) -> bytes:
    kind = "P2" if codes.ndim == 2 else "P3"
    numbers = "\n".join(map(str, codes.ravel().tolist()))
    return f"{kind}\n{codes.shape[1]} {codes.shape[0]}\n{white}\n{numbers}\n".encode()


def pam(codes, kind: str, white: int) -> bytes:
    height, width, depth = np.atleast_3d(codes).shape
    head = f"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {white}\n"
    raster = codes.astype(">u2" if white > 255 else "u1").tobytes()
    return (head + f"TUPLTYPE {kind}\nENDHDR\n").encode() + raster


def read(tmp_path, data: bytes):
    path = tmp_path / "photo.pnm"
    path.write_bytes(data)
    return read_photo(path)


@pytest.mark.parametrize("write", [binary, in_letters])
@pytest.mark.parametrize("white", [100, 255, 1000, 4095, 65535])
@pytest.mark.parametrize("make", [gray_picture, rgb_picture])
def test_white_is_what_the_file_says(tmp_path, make, white, write):
    codes = of_white(make(depth=16), white)
    photo = read(tmp_path, write(codes, white))
    top = 255 if white < 256 else 65535
    assert photo.source.depth == (8 if white < 256 else 16)
    assert np.abs(photo.pixels.squeeze() - codes * (top / white)).max() <= 0.5 + 0.5 * (white < 255)


def test_as_pillow_reads_it(tmp_path):
    data = binary(of_white(gray_picture(depth=16), 1000), 1000, comment=b"# 1000 is not 65535\n")
    reference = np.asarray(Image.open(io.BytesIO(data)), int)
    assert np.abs(read(tmp_path, data).pixels[..., 0] - reference).max() <= 1


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(
    ("kind", "channels"),
    [("GRAYSCALE", 1), ("GRAYSCALE_ALPHA", 2), ("RGB", 3), ("RGB_ALPHA", 4)],
)
def test_pam_has_its_own_order_of_channels(tmp_path, kind, channels, depth):
    both = np.dstack([rgb_picture(depth=depth), gray_picture(depth=depth)])
    codes = both[..., -channels:] if channels != 3 else both[..., :3]
    photo = read(tmp_path, pam(codes, kind, 2**depth - 1))
    found = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    np.testing.assert_array_equal(found, codes)


def test_a_white_opencv_makes_black_of_is_refused(tmp_path):
    codes = np.ones((4, 5), int)
    with pytest.raises(UnsupportedPhoto) as info:
        read(tmp_path, pam(codes, "BLACKANDWHITE", 1))
    assert info.value.values["reason"] == BIT_DEPTH
