"""Files that claim thousands of channels: refused before they take memory and time."""

import base64
import time

import numpy as np
import pytest
import tifffile

from engine.errors import UnreadablePhoto
from engine.photo.read import read_photo
from engine.photo.thumbnail import thumbnail_of

# Found by fuzzing: 316 bytes that stand for 65,544 x 8 pixels of 4,353 channels, took 11 GB.
FOUND = base64.b64decode(
    "SUkqAAgAAAAPAAABBAABAAAACAABAAEBBAABAAAACAAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAA"
    "AAYBAwABAAAAAQAAAA4BAgASAAAAwgAAABEBBAABAAAAkAEAABUBAwABAAAAAREBAxEB/8QAHwAA"
    "AQUBAAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAKEYnJvYnhtbCDL//8/ACQA4rFA"
    "cu//+P//B4AEQBwWgO79H////wCQAIjDAtC9/+P//x8AEgBxWAC693/8//8DQAIgDgtA9/6P//9/"
    "AEgAxGEB6N7/8f//DwAJgDgsAN37P/7//wEgARCHBaB7/8f//z8AJADisAB07//4//8HgARAHBaA"
    "7v0f////AJAAiMMC0M7dWnqHkKrAz+ZieZCYsMDW4g=="
)


def test_a_tiny_file_with_thousands_of_channels_is_refused_at_once(tmp_path):
    path = tmp_path / "photo.tif"
    path.write_bytes(FOUND)
    started = time.monotonic()
    with pytest.raises(UnreadablePhoto, match="more channels than any photo"):
        read_photo(path)
    assert thumbnail_of(path, 64) is None
    assert time.monotonic() - started < 5  # it was 27 s


def test_some_further_channels_are_left_out_and_many_are_refused(tmp_path):
    path = tmp_path / "photo.tif"
    for channels, fits in ((8, True), (70, False)):
        pixels = np.full((6, 7, channels), 90, np.uint8)
        tifffile.imwrite(path, pixels, photometric="minisblack", planarconfig="contig")
        if fits:
            assert read_photo(path).size == (6, 7)
        else:
            with pytest.raises(UnreadablePhoto, match="more channels than any photo"):
                read_photo(path)
