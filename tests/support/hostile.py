"""Makers of hostile files: small ones that claim to be huge, loop, or unpack into far too much."""

import struct
import zlib
from collections.abc import Iterator

from tests.support.pictures import (
    by_pillow,
    exif_block,
    gray_picture,
    jpeg_with_segments,
    rgb_picture,
)

# Just below the most pixels that are read: only the memory and the time can be what is attacked.
SIDE = 15_000
MOST = 0xFFFFFFFF
_MEGABYTE = 1 << 20


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Pairs of a file name, whose ending suits what it claims to be, and its bytes."""
    for suffix, maker in (
        ("png", _png_files),
        ("jpg", _jpeg_files),
        ("tif", _tiff_files),
        ("gif", _gif_files),
        ("webp", _webp_files),
        ("ppm", _pnm_files),
        ("bmp", _bmp_files),
        ("avif", _avif_files),
    ):
        for name, data in maker():
            yield f"{name}.{suffix}", data


def png_chunk(name: bytes, body: bytes) -> bytes:
    """A chunk with a true checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, *chunks: bytes, depth: int = 8, color: int = 0) -> bytes:
    """A PNG file of any claimed size, with these chunks between its header and its end."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join([header, *chunks, png_chunk(b"IEND", b"")])


def unpacking(megabytes: int) -> bytes:
    """So many megabytes of zeros, deflated to a thousandth."""
    packer = zlib.compressobj(9)
    zeros = bytes(_MEGABYTE)
    return b"".join([packer.compress(zeros) for _ in range(megabytes)]) + packer.flush()


def _png_files() -> Iterator[tuple[str, bytes]]:
    pixels = png_chunk(b"IDAT", zlib.compress(b"\0\x80" * 8))  # 8 rows of one gray pixel
    little = png_chunk(b"IDAT", zlib.compress(bytes(5000)))
    yield "side-2-31", png_of((1 << 31) - 1, (1 << 31) - 1, little)
    yield "side-2-32", png_of(MOST, MOST, little)
    yield "just-small-enough", png_of(SIDE, SIDE, little)
    yield "just-small-enough-rgb-16", png_of(SIDE, SIDE, little, depth=16, color=2)
    yield "one-column", png_of(1, 240_000_000, little)
    column = zlib.compress(b"\0\x80" * 917_512)
    yield "one-column-and-whole", png_of(1, 917_512, png_chunk(b"IDAT", column))
    yield "one-row", png_of(240_000_000, 1, little, depth=16, color=6)
    yield "width-10-9", png_of(1_627_390_000, 1, little)
    yield "height-10-9", png_of(1, 1_241_514_048, little)
    yield "no-size", png_of(0, 0, little)
    yield "text-bomb", png_of(1, 8, png_chunk(b"zTXt", b"Comment\0\0" + unpacking(400)), pixels)
    yield "profile-bomb", png_of(1, 8, png_chunk(b"iCCP", b"icc\0\0" + unpacking(400)), pixels)
    xmp = b"XML:com.adobe.xmp\0\1\0\0\0" + unpacking(400)
    yield "xmp-bomb", png_of(1, 8, png_chunk(b"iTXt", xmp), pixels)
    texts = [png_chunk(b"tEXt", b"k%d\0v" % n) for n in range(100_000)]
    yield "hundred-thousand-texts", png_of(1, 8, *texts, pixels)
    yield "exif-loop", png_of(1, 8, png_chunk(b"eXIf", _looping_exif()), pixels)
    yield "chunk-of-4-gb", png_of(1, 8)[:33] + struct.pack(">I", MOST) + b"tEXt" + bytes(1000)
    yield "chunk-of-2-gb", png_of(1, 8)[:33] + struct.pack(">I", MOST >> 1) + b"iCCP" + bytes(99)
    yield "no-palette", png_of(1, 8, pixels, color=3)


def _jpeg_files() -> Iterator[tuple[str, bytes]]:
    plain = by_pillow(rgb_picture(), "JPEG")
    progressive = by_pillow(rgb_picture(), "JPEG", progressive=True)
    yield "side-65500", _jpeg_of_size(plain, 65_500, 65_500)
    yield "just-small-enough", _jpeg_of_size(plain, SIDE, SIDE)
    yield "just-small-enough-progressive", _jpeg_of_size(progressive, SIDE, SIDE)
    yield "one-column", _jpeg_of_size(plain, 1, 65_500)
    yield "no-height", _jpeg_of_size(plain, 64, 0)
    yield "many-scans", _jpeg_of_scans(progressive, 3000)
    yield "exif-loop", jpeg_with_segments(plain, (0xE1, b"Exif\0\0" + _looping_exif()))
    yield "exif-counts", jpeg_with_segments(plain, (0xE1, b"Exif\0\0" + _exif_with_counts()))
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + _entities()
    yield "xmp-entities", jpeg_with_segments(plain, (0xE1, xmp))
    photoshop = b"Photoshop 3.0\0" + b"8BIM\4\4\0\0" + struct.pack(">I", MOST) + b"\x1c\2"
    yield "iptc-of-4-gb", jpeg_with_segments(plain, (0xED, photoshop))
    part = b"ICC_PROFILE\0\1\xff" + bytes(65_000)
    yield "profile-in-255-same-parts", jpeg_with_segments(plain, *[(0xE2, part)] * 255)
    yield "ten-thousand-comments", jpeg_with_segments(plain, *[(0xFE, b"x")] * 10_000)
    yield "no-tables", plain[:2] + plain[plain.index(b"\xff\xc0") :]


def _jpeg_of_size(jpeg: bytes, width: int, height: int) -> bytes:
    at = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _jpeg_of_scans(progressive: bytes, count: int) -> bytes:
    """A picture of 3000 x 3000 whose first scan is repeated, each time over all of it."""
    grown = _jpeg_of_size(progressive, 3000, 3000)
    start = grown.index(b"\xff\xda")
    end = grown.index(b"\xff\xc4", start)
    return grown[:end] + grown[start:end] * count + b"\xff\xd9"


def _looping_exif() -> bytes:
    """Its first directory is also the next one and the one with the details."""
    entry = struct.pack(">HHII", 0x8769, 4, 1, 8)
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, 1, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 2) + turned + entry + struct.pack(">I", 8)


def _exif_with_counts() -> bytes:
    """Tags that claim four thousand million values."""
    entries = [struct.pack(">HHII", tag, kind, MOST, 8)
               for tag, kind in ((0x010F, 2), (0x0112, 3), (0x8769, 4), (0x8825, 4))]  # fmt: skip
    return b"MM\0*" + struct.pack(">IH", 8, len(entries)) + b"".join(entries) + bytes(4)


def _entities() -> bytes:
    """An XMP packet that grows to a thousand million letters."""
    lines = [b'<!ENTITY a0 "lol">']
    for n in range(1, 10):
        lines.append(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10))
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]><x>&a9;</x>"


def tiff_of(
    entries: list[tuple[int, int, int, int]], body: bytes = b"", following: int = 0
) -> bytes:
    """A little-endian TIFF file with one directory, and bytes behind it.

    Args:
        entries: tag, type, count and value or offset.
        body: starts at `body_at(len(entries))`.
        following: offset of the next directory.
    """
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    start = b"II*\0" + struct.pack("<IH", 8, len(entries) & 0xFFFF)
    return start + table + struct.pack("<I", following) + body


def body_at(entries: int) -> int:
    """Where the bytes behind a directory of so many entries start."""
    return 8 + 2 + 12 * entries + 4


def _gray_tiff(
    width: int = 64, height: int = 48, size: int | None = None, **other: tuple[int, int, int]
) -> bytes:
    """64 x 48 gray pixels, with whatever the tags say.

    Args:
        width: as claimed.
        height: as claimed.
        size: of the one strip, as claimed.
        other: tags as "t258", with their type, count and value.
    """
    given = {int(name[1:]): value for name, value in other.items()}
    pixels = gray_picture().tobytes()
    tags = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, 0),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, len(pixels) if size is None else size),
    }
    tags |= given
    if 273 not in given:
        tags[273] = (4, 1, body_at(len(tags)))
    return tiff_of([(tag, *value) for tag, value in tags.items()], pixels)


def _tiff_files() -> Iterator[tuple[str, bytes]]:
    yield "side-2-32", _gray_tiff(MOST, MOST)
    yield "just-small-enough", _gray_tiff(SIDE, SIDE)
    yield "strip-of-4-gb", _gray_tiff(size=MOST)
    yield "strip-past-the-end", _gray_tiff(t273=(4, 1, MOST))
    yield "no-rows-in-a-strip", _gray_tiff(t278=(4, 1, 0))
    yield "samples-65535", _gray_tiff(t277=(3, 1, 65_535))
    yield "bits-255", _gray_tiff(t258=(3, 1, 255))
    yield "count-2-32", _gray_tiff(t273=(4, MOST, 8), t279=(4, MOST, 8))
    yield "profile-of-4-gb", _gray_tiff(t34675=(7, MOST, 8))
    yield "xmp-of-2-gb", _gray_tiff(t700=(1, MOST >> 1, 8))
    yield "text-of-4-gb", _gray_tiff(t270=(2, MOST, 8))
    yield "palette-missing", _gray_tiff(t262=(3, 1, 3))
    yield "directory-loop", tiff_of([(256, 4, 1, 64)], following=8)
    plain = _gray_tiff()
    looped = plain[: body_at(9) - 4] + struct.pack("<I", 8) + plain[body_at(9) :]
    yield "page-loop", looped
    yield "details-loop", _gray_tiff(t34665=(4, 1, 8), t330=(4, 1, 8))
    yield "65535-tags", tiff_of([(n, 4, 1, n) for n in range(65_535)])
    yield "million-tags", _big_tiff_of(1_000_000)
    yield "tags-2-64", _big_tiff_of(0, claimed=(1 << 64) - 1)
    yield "far-away", b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(100)
    yield "million-pages", _pages(200_000)
    yield "240-million-strips", _gray_tiff(1, 240_000_000, t278=(4, 1, 1))
    yield "one-row", _gray_tiff(240_000_000, 1)
    yield "pages-of-many-tags", _pages_of_many_tags()
    tile = {"t322": (4, 1, 1 << 30), "t323": (4, 1, 1 << 30), "t324": (4, 1, 8), "t325": (4, 1, 8)}
    yield "tile-of-2-60", _gray_tiff(**tile)
    packed = unpacking(225)
    strip = {"t259": (3, 1, 8), "t273": (4, 1, body_at(9)), "t279": (4, 1, len(packed))}
    bomb = _gray_tiff(SIDE, SIDE, **strip)[: body_at(9)]
    yield "one-strip-cut", bomb + packed[: len(packed) // 2]
    yield "strip-unpacks-too-far", _gray_tiff(64, 48, **strip)[: body_at(9)] + packed


def _big_tiff_of(count: int, claimed: int | None = None) -> bytes:
    entries = b"".join(struct.pack("<HHQQ", n & 0xFFFF, 4, 1, n) for n in range(count))
    start = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, count if claimed is None else claimed)
    return start + entries + bytes(64)


def _pages(count: int) -> bytes:
    """A good page, and very many behind it that hold one tag each."""
    first = _gray_tiff()
    start = len(first)
    first = first[: body_at(9) - 4] + struct.pack("<I", start) + first[body_at(9) :]
    size = 2 + 12 + 4
    pages = (
        struct.pack("<HHHIII", 1, 254, 4, 1, 1, start + size * (n + 1) if n + 1 < count else 0)
        for n in range(count)
    )
    return first + b"".join(pages)


def _pages_of_many_tags() -> bytes:
    """A good page, and a hundred behind it with as many tags as are read, all the same ones."""
    first = _gray_tiff()
    table = b"".join(struct.pack("<HHII", 65_000 - n % 9, 4, 1, n) for n in range(4096))
    size = 2 + len(table) + 4
    starts = range(len(first), len(first) + 100 * size, size)
    pages = (struct.pack("<H", 4096) + table + struct.pack("<I", start + size) for start in starts)
    first = first[: body_at(9) - 4] + struct.pack("<I", starts[0]) + first[body_at(9) :]
    return first + b"".join(pages)


def _gif_files() -> Iterator[tuple[str, bytes]]:
    gif = by_pillow(gray_picture(), "GIF")
    yield "side-65535", gif[:6] + b"\xff" * 4 + gif[10:]
    screen = struct.pack("<HH", SIDE, SIDE)
    at = gif.index(b"\x2c", 13 + 3 * 256)
    yield "just-small-enough", gif[:6] + screen + gif[10 : at + 5] + screen + gif[at + 9 :]
    frame = gif[at:-1]
    yield "thousand-huge-frames", gif[:6] + screen + gif[10:at] + frame * 1000 + b";"
    small = by_pillow(gray_picture(2, 2), "GIF")
    start = small.index(b"\x2c", 13)
    yield "hundred-thousand-frames", small[:start] + small[start:-1] * 100_000 + b";"
    yield "comments", gif[:at] + b"!\xfe\1x\0" * 100_000 + gif[at:]
    yield "frame-outside", gif[: at + 1] + b"\xff" * 4 + gif[at + 5 :]


def _webp_files() -> Iterator[tuple[str, bytes]]:
    lossy, lossless = (by_pillow(rgb_picture(), "WEBP", lossless=on) for on in (False, True))
    at = lossy.index(b"\x9d\x01\x2a") + 3
    for name, side in (("side-16383", 16_383), ("just-small-enough", SIDE)):
        yield name, lossy[:at] + struct.pack("<HH", side, side) + lossy[at + 4 :]
        bits = struct.pack("<I", (side - 1) | (side - 1) << 14)
        start = lossless.index(b"VP8L") + 9
        yield f"{name}-lossless", lossless[:start] + bits + lossless[start + 4 :]
    canvas = b"VP8X" + struct.pack("<IB3x", 10, 0x12) + b"\xff" * 6
    frame = b"ANMF" + struct.pack("<I", 16) + bytes(16)
    body = b"WEBP" + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6) + frame * 50_000
    yield "canvas-2-24", b"RIFF" + struct.pack("<I", len(body)) + body
    yield "chunk-of-4-gb", lossy[:16] + struct.pack("<I", MOST) + lossy[20:]


def _pnm_files() -> Iterator[tuple[str, bytes]]:
    for kind in b"123456":
        yield f"p{kind - 48}-side-10-9", b"P%c\n999999999 999999999\n255\n" % kind + bytes(99)
        yield f"p{kind - 48}-just-small-enough", b"P%c\n%d %d\n255\n" % (kind, SIDE, SIDE)
    yield "p7-depth", b"P7\nWIDTH 9\nHEIGHT 9\nDEPTH 999999999\nMAXVAL 255\nENDHDR\n" + bytes(99)
    yield "top-0", b"P5\n8 8\n0\n" + bytes(64)
    yield "top-2-31", b"P5\n8 8\n2147483647\n" + bytes(64)
    yield "negative", b"P5\n-8 8\n255\n" + bytes(64)
    yield "comments", b"P5\n" + b"#x\n" * 1000 + b"8 8\n255\n" + bytes(64)
    yield "comments-without-end", b"P5\n" + b"#" * 200 + b"# " * 100_000


def _bmp_files() -> Iterator[tuple[str, bytes]]:
    bmp = by_pillow(gray_picture(), "BMP")
    for name, width, height in (
        ("side-2-31", (1 << 31) - 1, (1 << 31) - 1),
        ("upside-down-2-31", 64, -(1 << 31)),
        ("just-small-enough", SIDE, SIDE),
        ("one-row", 240_000_000, 1),
    ):
        yield name, bmp[:18] + struct.pack("<ii", width, height) + bmp[26:]
    packed = bmp[:18] + struct.pack("<iiHHI", SIDE, SIDE, 1, 8, 1) + bmp[34:]
    yield "packed", packed
    yield "colors-2-32", bmp[:46] + struct.pack("<I", MOST) + bmp[50:]
    yield "bits-255", bmp[:28] + struct.pack("<H", 255) + bmp[30:]
    yield "pixels-past-the-end", bmp[:10] + struct.pack("<I", MOST) + bmp[14:]


def _avif_files() -> Iterator[tuple[str, bytes]]:
    avif = by_pillow(rgb_picture(), "AVIF")
    at = avif.index(b"ispe") + 8
    for name, side in (("side-2-32", MOST), ("just-small-enough", SIDE)):
        yield name, avif[:at] + struct.pack(">II", side, side) + avif[at + 8 :]
    yield "width-10-9", avif[:at] + struct.pack(">II", 1_627_390_000, 16) + avif[at + 8 :]
    yield "height-10-9", avif[:at] + struct.pack(">II", 16, 1_241_514_048) + avif[at + 8 :]
    meta = avif.index(b"meta") - 4
    yield "box-of-4-gb", avif[:meta] + struct.pack(">I", MOST) + avif[meta + 4 :]
    yield "box-of-2-64", avif[:meta] + struct.pack(">I4sQ", 1, b"meta", (1 << 64) - 1) + bytes(99)
    loc = avif.index(b"iloc") + 10
    yield "items-65535", avif[:loc] + b"\xff\xff" + avif[loc + 2 :]
    nested = b"".join(struct.pack(">I4s", 8 * (1000 - n), b"moov") for n in range(1000))
    yield "boxes-in-boxes", avif[:meta] + nested + avif[meta:]
    exif = by_pillow(rgb_picture(), "AVIF", exif=exif_block(6))
    start = exif.index(b"MM\0*")
    yield "exif-loop", exif[: start + 4] + b"\xff" * 4 + exif[start + 8 :]
