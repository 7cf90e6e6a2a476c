"""Whether the raw data that a camera's file speaks of lies in the file, all of it.

LibRaw fills what is missing with black or with noise, often without an error, so it is looked at
beforehand. Sources: TIFF 6.0, section 2; Adobe DNG 1.7, chapter 4; for Fuji's and Panasonic's own
headers, what LibRaw and ExifTool publish on them.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from engine.photo.boxes import check_whole
from engine.photo.decoded import DAMAGED, TOO_EARLY, Undecodable
from engine.photo.ifd import BadDirectory, Directory, Tags
from engine.photo.lossless_scan import whole_values

_SUB_DIRECTORIES = 330
_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC = 256, 257, 259, 262
_SAMPLES = 277
_SENSOR, _LINEAR = 32803, 34892
_PIECES = ((273, 279), (324, 325))  # strips, tiles: where they begin, how long they are
_PANASONIC_RAW, _PANASONIC_SIZE = 0x118, 0x117
# Every sample of a picture without loss takes at least one bit; none of these schemes has loss.
_WITHOUT_LOSS = (1, 7, 34713)
_LOSSLESS_JPEG = 7
_MOST_DIRECTORIES = 100


def check_raw_whole(data: bytes) -> None:
    """Make sure that a camera's file is not cut off.

    Args:
        data: the whole file, of any maker.

    Raises:
        Undecodable: some of what its directories list lies beyond its end, or is too short for the
            size of the picture.
    """
    if data[4:8] == b"ftyp":
        check_whole(data)
    elif data[:8] == b"FUJIFILM":
        _check_fuji(data)
    elif (tags := tiff_tags(data)) is not None:
        for directory in _directories(tags):
            _check_pieces(tags, directory, len(data))
            _check_streams(tags, directory, data)


def tiff_tags(data: bytes) -> Tags | None:
    """The tags, if it is a TIFF file, also if its maker put another number into its header."""
    if data[:2] not in (b"II", b"MM"):
        return None
    if data[:4] in (b"IIU\0", b"IIRO", b"IIRS"):  # Panasonic, Olympus
        data = b"II*\0" + data[4:]
    elif data[:4] == b"MMOR":
        data = b"MM\0*" + data[4:]
    try:
        return Tags(data)
    except BadDirectory:
        return None


def _directories(tags: Tags) -> Iterator[Directory]:
    """All directories, those behind others and those below them, each once."""
    left = _MOST_DIRECTORIES
    seen: set[int] = set()
    try:
        for page in islice(tags.pages(), _MOST_DIRECTORIES):
            yield page
            for offset in tags.numbers(page, _SUB_DIRECTORIES)[:left]:
                left -= 1
                if offset not in seen:
                    seen.add(offset)
                    yield tags.directory(offset)
    except BadDirectory as error:
        raise Undecodable(TOO_EARLY) from error


def _check_pieces(tags: Tags, directory: Directory, length: int) -> None:
    listed, panasonic = 0, _PANASONIC_RAW in directory.entries
    for starts, sizes in _PIECES:
        for start, size in zip(
            tags.numbers(directory, starts), tags.numbers(directory, sizes), strict=False
        ):
            listed += size
            # Panasonic writes the largest number there and the true place elsewhere.
            if not (panasonic and start == 0xFFFFFFFF) and start + size > length:
                raise Undecodable(TOO_EARLY)
    raw_at = tags.number(directory, _PANASONIC_RAW)
    if raw_at and raw_at + tags.number(directory, _PANASONIC_SIZE) > length:
        raise Undecodable(TOO_EARLY)
    pixels = tags.number(directory, _WIDTH) * tags.number(directory, _HEIGHT)
    sensor = tags.number(directory, _PHOTOMETRIC) in (_SENSOR, _LINEAR)
    if sensor and not listed:  # LibRaw makes a picture of what was in the memory
        raise Undecodable(DAMAGED)
    if sensor and tags.number(directory, _COMPRESSION) in _WITHOUT_LOSS and listed * 8 < pixels:
        raise Undecodable(TOO_EARLY)


def _check_streams(tags: Tags, directory: Directory, data: bytes) -> None:
    """Follow the codes of a DNG picture: where they end, LibRaw leaves what was in the memory."""
    if tags.number(directory, _COMPRESSION) != _LOSSLESS_JPEG:
        return
    # Where it is not said what the picture is of, LibRaw takes it for the sensor's all the same.
    sensor = tags.number(directory, _PHOTOMETRIC) in (_SENSOR, _LINEAR)
    found, listed = 0, 0
    for starts, sizes in _PIECES:
        for start, size in zip(
            tags.numbers(directory, starts), tags.numbers(directory, sizes), strict=False
        ):
            listed += size
            # Where pieces lie upon each other, a small file has as many as it likes.
            values = whole_values(data, start, start + size) if listed <= len(data) else 0
            if values is None and not sensor:
                return  # a preview, with loss
            if not values:
                raise Undecodable(DAMAGED)
            found += values
    pixels = tags.number(directory, _WIDTH) * tags.number(directory, _HEIGHT)
    if found < pixels * tags.number(directory, _SAMPLES, 1):
        raise Undecodable(DAMAGED)


def _check_fuji(data: bytes) -> None:
    if len(data) < 108:
        raise Undecodable(TOO_EARLY)
    # The places and lengths of the preview, of the tags and of the raw data.
    for at in (84, 92, 100):
        start, size = struct.unpack_from(">II", data, at)
        if start + size > len(data):
            raise Undecodable(TOO_EARLY)
