"""Makers of hostile files that say one thing very often: parts, links, bombs, values at one place.

Each is small, or some megabytes; what it stands for would take minutes, or gigabytes.
"""

import struct
import zlib
from collections.abc import Iterator

import imagecodecs
import numpy as np

from tests.support.hostile import body_at, png_chunk, png_of, tiff_of, unpacking
from tests.support.pictures import by_pillow, gray_picture, jpeg_with_segments, rgb_picture

_MEGABYTE = 1 << 20
_PACKET = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:dc='http://purl.org/dc/elements/1.1/' "
    b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description><dc:subject>"
    b"<rdf:Bag>%s</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)
_ITEM = b"<rdf:li>a</rdf:li>"
# Entries of a directory, and bytes of a value: just what is read of one.
_ENTRIES, _VALUE = 4090, 16_000


def hostile_parts() -> Iterator[tuple[str, bytes]]:
    """Pairs of a file name and its bytes, as `hostile_files` gives them."""
    for suffix, files in (
        ("png", _png_files()),
        ("jpg", _jpeg_files()),
        ("tif", _tiff_files()),
        ("dng", _dng_files()),
    ):
        for name, data in files:
            yield f"{name}.{suffix}", data


def _png_files() -> Iterator[tuple[str, bytes]]:
    def with_xmp(packed: bytes, count: int = 1) -> bytes:
        return _png(*[png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)] * count)

    items = _ITEM * (60 * _MEGABYTE // len(_ITEM))
    yield "xmp-of-60-mb-of-items", with_xmp(zlib.compress(_PACKET % items, 9))
    attributes = b" ".join(b"dc:a%d='1'" % n for n in range(400_000))
    item = b"<rdf:li " + attributes + b"/>"
    yield "xmp-of-400000-attributes", with_xmp(zlib.compress(_PACKET % item))
    text = b"<rdf:li>" + b"tiff:Orientation " * (_MEGABYTE // 2) + b"</rdf:li>"
    yield "xmp-text-of-8-mb", with_xmp(zlib.compress(_PACKET % text, 9))
    yield "twenty-xmp-bombs", with_xmp(unpacking(60), 20)
    bomb = png_chunk(b"zTXt", b"Raw profile type xmp\0\0" + unpacking(60))
    yield "twenty-text-bombs", _png(*[bomb] * 20)
    exif = b"\nexif\n 99\n457869660000" + b"00" * (12 * _MEGABYTE)
    yield (
        "raw-exif-of-12-mb",
        _png(png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(exif, 9))),
    )


def _png(*chunks: bytes) -> bytes:
    return png_of(1, 8, *chunks, png_chunk(b"IDAT", zlib.compress(b"\0\x80" * 8)))


def _jpeg_files() -> Iterator[tuple[str, bytes]]:
    plain = by_pillow(rgb_picture(), "JPEG")
    yield "filled-up-with-20-mb", plain[:2] + b"\xff" * (20 * _MEGABYTE) + plain[2:]
    digest, extension = b"A" * 32, b"http://ns.adobe.com/xmp/extension/\0"
    packet = _PACKET % (b"<rdf:li>" + digest + b"</rdf:li>")
    main = (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)
    parts = [
        (0xE1, extension + digest + struct.pack(">II", 0xFFFFFFFF, n) + b"x" * 60_000)
        for n in range(200)
    ]
    yield "extended-xmp-of-12-mb", jpeg_with_segments(plain, main, *parts)
    start = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<HHHII", 1, 0x8769, 4, 1, 26)
    details = start + bytes(4) + _values_at_one_place(3000, 26)
    yield "details-at-one-place", jpeg_with_segments(plain, (0xE1, b"Exif\0\0" + details))


def _values_at_one_place(count: int, at: int) -> bytes:
    """A directory of so many values of 16 KB, all the same one behind it."""
    place = at + 2 + 12 * count + 4
    entries = (struct.pack("<HHII", 40_000 + n, 7, _VALUE, place) for n in range(count))
    return struct.pack("<H", count) + b"".join(entries) + bytes(4) + b"\1" * _VALUE


def _tiff_files() -> Iterator[tuple[str, bytes]]:
    pixels = gray_picture().tobytes()
    at = body_at(9) + len(pixels)
    yield "details-at-one-place", _gray(pixels, at) + _values_at_one_place(_ENTRIES, at)
    resources = b"8BIM\4\4\0\0\0\0\0\0" * 1_000_000
    yield "million-resources", _gray(pixels, at, 34377, 7, len(resources)) + resources
    records = b"\x1c\2\x19\0\1a" * 1_000_000
    yield "million-captions", _gray(pixels, at, 33723, 7, len(records)) + records
    yield "pages-of-a-million-kinds", _pages_of_many_kinds(99, 4 * _MEGABYTE)
    yield "200000-strips", _strips(200_000, b"\x80", 1)
    yield "200000-deflated-strips", _strips(200_000, zlib.compress(b"\x80"), 8)
    yield "200000-strips-that-are-bombs", _strips(200_000, unpacking(200), 8)


def _gray(pixels: bytes, at: int, tag: int = 34665, kind: int = 4, count: int = 1) -> bytes:
    """64 x 48 gray pixels, and a tag whose value, or directory, lies behind them."""
    tags = [
        (256, 4, 1, 64),
        (257, 4, 1, 48),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, body_at(9)),
        (278, 4, 1, 48),
        (279, 4, 1, len(pixels)),
        (tag, kind, count, at),
    ]
    return tiff_of(tags, pixels)


def _pages_of_many_kinds(count: int, values: int) -> bytes:
    """Pages behind a good one, of which each names so many kinds of page, all at one place."""
    pixels = gray_picture().tobytes()
    start, size = body_at(9) + len(pixels), 2 + 12 + 4
    first = _gray(pixels, 0, 270, 2, 1)
    first = first[: body_at(9) - 4] + struct.pack("<I", start) + first[body_at(9) :]
    pages = b"".join(
        struct.pack("<HHHII", 1, 254, 1, values, start + count * size)
        + struct.pack("<I", start + size * (n + 1) if n + 1 < count else 0)
        for n in range(count)
    )
    return first + pages + bytes(values)


def _strips(count: int, strip: bytes, compression: int) -> bytes:
    """A picture one pixel wide whose rows are strips of their own, all at one place."""
    lists = body_at(9)
    tags = [
        (256, 4, 1, 1),
        (257, 4, 1, count),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, count, lists),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, count, lists + 4 * count),
    ]
    place, size = struct.pack("<I", lists + 8 * count), struct.pack("<I", len(strip))
    return tiff_of(tags, place * count + size * count + strip)


def _dng_files() -> Iterator[tuple[str, bytes]]:
    yield "hundred-thousand-directories", _directories(1000, 100)
    stream = imagecodecs.ljpeg_encode(np.zeros((3000, 3000), np.uint8))
    yield "same-tile-200000-times", _same_tiles(200_000, stream)


def _directories(pages: int, below: int) -> bytes:
    """Pages with as many directories below each, all of which are the same one of 4096 entries."""
    size = 2 + 2 * 12 + 4
    links = 8 + size * pages
    target = links + 4 * below
    body = b""
    for n in range(pages):
        body += struct.pack("<HHHII", 2, 330, 4, below, links)
        body += struct.pack("<HHI4B", 50706, 1, 4, 1, 4, 0, 0)
        body += struct.pack("<I", 8 + size * (n + 1) if n + 1 < pages else 0)
    entries = b"".join(struct.pack("<HHII", 60_000 + n, 4, 1, 0) for n in range(4096))
    last = struct.pack("<H", 4096) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", target) * below + last


def _same_tiles(count: int, stream: bytes) -> bytes:
    lists = body_at(14)
    tags = [
        (254, 4, 1, 0),
        (256, 4, 1, 3000),
        (257, 4, 1, 3000),
        (258, 3, 1, 8),
        (259, 3, 1, 7),
        (262, 3, 1, 32803),
        (277, 3, 1, 1),
        (322, 4, 1, 3000),
        (323, 4, 1, 3000),
        (324, 4, count, lists),
        (325, 4, count, lists + 4 * count),
        (33421, 3, 2, 0x00020002),
        (33422, 1, 4, 0x02010100),
        (50706, 1, 4, 0x00000401),
    ]
    place, size = struct.pack("<I", lists + 8 * count), struct.pack("<I", len(stream))
    return tiff_of(tags, place * count + size * count + stream)
