"""The libraries of rare formats are loaded when such a file comes, not before."""

import subprocess
import sys

import pytest

from tests.support.pictures import by_pillow, rgb_picture

RARE = ("pi_heif", "rawpy", "OpenImageIO", "imagecodecs", "tifffile", "PIL")


@pytest.mark.parametrize("read", [False, True])
def test_a_usual_photo_loads_none_of_them(tmp_path, read):
    path = tmp_path / "photo.jpg"
    path.write_bytes(by_pillow(rgb_picture(), "JPEG"))
    reading = f"read_photo(Path({str(path)!r}))" if read else ""
    code = (
        "import sys\nfrom pathlib import Path\nfrom engine.photo.read import read_photo\n"
        f"{reading}\nprint([name for name in {RARE!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
