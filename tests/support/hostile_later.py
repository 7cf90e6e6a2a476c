"""Hostile files for the readers that stand beside libvips: claims, circles, bombs, cut headers."""

import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np

from tests.support.hostile import MOST, SIDE, unpacking
from tests.support.later_files import boxed_jxl, later_files
from tests.support.pictures import by_tifffile, exif_block, gray_picture, rgb_picture
from tests.support.written import box, psd, resource

_WIDE = 1_627_390_000
_BOMB = 400


def later_hostile_files() -> Iterator[tuple[str, bytes]]:
    """Pairs of a file name and its bytes, as `hostile_files` gives them."""
    whole = later_files()
    for suffix, files in (
        ("heic", _heic_files(whole["heic"]["rgb-10.heic"], whole["heic"]["turned-6.heic"])),
        ("heic", _heic_texts(whole["heic"]["turned-6.heic"], whole["heic"]["rgba-8.heic"])),
        ("avif", _avif_files(whole["avif"]["rgb.avif"])),
        ("jxl", _jxl_files(whole["jpeg xl"]["bare.jxl"])),
        ("jp2", _jp2_files(whole["jpeg 2000"]["gray.jp2"])),
        ("psd", _psd_files()),
        ("dng", _dng_files(whole["raw"]["mosaic.dng"])),
        ("cr2", _raw_headers()),
        ("tif", _odd_tiff_files(whole["odd tiff"])),
        ("jpg", _odd_jpeg_files(whole["odd jpeg"])),
    ):
        for name, data in files:
            yield f"{name}.{suffix}", data


def _sides() -> Iterator[tuple[str, int, int]]:
    """Claimed sizes: impossible ones, and ones that are read if the memory is there."""
    yield "side-2-32", MOST, MOST
    yield "just-small-enough", SIDE, SIDE
    yield "width-10-9", _WIDE, 16
    yield "one-column", 1, 240_000_000
    yield "no-size", 0, 0


def _put(data: bytes, at: int, changed: bytes) -> bytes:
    return data[:at] + changed + data[at + len(changed) :]


def _heic_files(heic: bytes, with_exif: bytes) -> Iterator[tuple[str, bytes]]:
    ispe = heic.index(b"ispe") + 8
    for name, width, height in _sides():
        yield name, _put(heic, ispe, struct.pack(">II", width, height))
    iloc = heic.index(b"iloc")
    yield "items-65535", _put(heic, iloc + 10, b"\xff\xff")
    yield "place-numbers-of-15-bytes", _put(heic, iloc + 8, b"\xff\xff")
    yield "places-all-ones", _put(heic, iloc + 12, b"\xff" * 14)
    meta = heic.index(b"meta") - 4
    yield "box-of-4-gb", _put(heic, meta, struct.pack(">I", MOST))
    yield "box-of-2-64", heic[:meta] + struct.pack(">I4sQ", 1, b"meta", (1 << 64) - 1) + bytes(99)
    yield "box-of-no-bytes", _put(heic, meta, struct.pack(">I", 4))
    nested = b"".join(struct.pack(">I4s", 8 * (1000 - n), b"moov") for n in range(1000))
    yield "boxes-in-boxes", heic[:meta] + nested + heic[meta:]
    yield "million-boxes", heic + box(b"free", b"") * 1_000_000
    for kind in (b"ftyp", b"hvcC", b"ispe", b"iloc"):
        yield f"cut-in-{kind.decode()}", heic[: heic.index(kind) + 7]
    # Cut, but every box up to there ends with the file.
    for kind in (b"hvcC", b"ispe", b"iloc"):
        yield f"cut-and-mended-in-{kind.decode()}", _mended(heic, heic.index(kind) + 7)
    exif = with_exif.index(b"MM\0*")
    yield "exif-loop", _put(with_exif, exif + 4, b"\xff" * 4)
    yield "grid-of-itself", _heic_grid(1, 1, (64, 64), SIDE)
    yield "grid-of-65536", _heic_grid(256, 256, (MOST, MOST), 16)
    yield "grid-just-small-enough", _heic_grid(256, 256, (SIDE, SIDE), 64, of=2)


def _heic_texts(with_xmp: bytes, with_alpha: bytes) -> Iterator[tuple[str, bytes]]:
    """Bytes that are no text in any alphabet, where the kind of a thing is told."""
    for name, heic, text in (
        ("content-type", with_xmp, b"application/rdf"),
        ("kind-of-exif", with_xmp, b"Exif"),
        ("kind-of-picture", with_xmp, b"hvc1"),
        ("kind-of-alpha", with_alpha, b"urn:mpeg"),
    ):
        yield f"{name}-is-no-text", _put(heic, heic.index(text), b"\x86\x96\xff\xfe")


def _mended(heic: bytes, end: int) -> bytes:
    """A file cut within its meta box, whose boxes at the top all end where they say."""
    meta = heic.index(b"meta") - 4
    return _put(heic, meta, struct.pack(">I", end - meta))[:end]


def _full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + content)


def _heic_grid(rows: int, columns: int, size: tuple[int, int], tile: int, of: int = 1) -> bytes:
    """A picture made of rows times columns tiles that are all the same one.

    Args:
        rows: as claimed.
        columns: as claimed.
        size: width and height as claimed.
        tile: the tile's side as claimed.
        of: the number of the item that every tile is; 1 is the grid itself.
    """
    wide = max(size) > 0xFFFF
    grid = bytes([0, int(wide), rows - 1, columns - 1])
    grid += struct.pack(">II" if wide else ">HH", *size)
    count = rows * columns
    pieces = struct.pack(">HH", 1, count & 0xFFFF) + struct.pack(">H", of) * count
    entry = struct.pack(">HH4s", 1, 0, b"grid") + b"\0"
    other = struct.pack(">HH4s", 2, 0, b"hvc1") + b"\0"
    entries = _full(b"infe", entry, 2) + _full(b"infe", other, 2)
    sizes = _full(b"ispe", struct.pack(">II", *size)) + _full(
        b"ispe", struct.pack(">II", tile, tile)
    )
    shared = struct.pack(">I", 2) + struct.pack(">HBB", 1, 1, 1) + struct.pack(">HBB", 2, 1, 2)
    places = b"\x44\0" + struct.pack(">H", 2)
    places += struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(grid))
    places += struct.pack(">HHHHII", 2, 1, 0, 1, 0, len(grid))
    handler = struct.pack(">I4s", 0, b"pict") + bytes(13)
    meta = _full(
        b"meta",
        _full(b"hdlr", handler)
        + _full(b"pitm", struct.pack(">H", 1))
        + _full(b"iinf", struct.pack(">H", 2) + entries)
        + _full(b"iref", box(b"dimg", pieces))
        + box(b"iprp", box(b"ipco", sizes) + _full(b"ipma", shared))
        + _full(b"iloc", places, 1)
        + box(b"idat", grid),
    )
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta


def _avif_files(avif: bytes) -> Iterator[tuple[str, bytes]]:
    """The rest of them are in hostile.py: here is what stands between the boxes and the picture."""
    at = avif.index(b"iloc")
    yield "places-all-ones", _put(avif, at + 12, b"\xff" * 14)
    for kind in (b"av1C", b"ispe", b"iloc"):
        yield f"cut-and-mended-in-{kind.decode()}", _mended(avif, avif.index(kind) + 7)
    yield "exif-in-65535-pieces", _avif_of_pieces(avif, 65_535)
    # Each item takes six bytes, and claims 65,535 parts whose numbers take none.
    empty = struct.pack(">HHH", 1, 0, 0xFFFF) * 60_000
    places = bytes(6) + struct.pack(">H", 60_000) + empty
    yield "pieces-of-no-bytes", _with_places(avif, places)


def _avif_of_pieces(avif: bytes, count: int) -> bytes:
    """Its EXIF block is a megabyte of the file, so many times in a row."""
    places = bytes(4) + b"\x44\0" + struct.pack(">HHHH", 1, _item(avif, b"Exif"), 0, count)
    places += struct.pack(">II", 0, 1 << 20) * count
    return _with_places(avif, places) + box(b"free", bytes(1 << 20))


def _with_places(avif: bytes, content: bytes) -> bytes:
    """The same file with another iloc box; what it points to is moved, and so cannot be read."""
    places = box(b"iloc", content)
    at = avif.index(b"iloc") - 4
    (old,) = struct.unpack_from(">I", avif, at)
    meta = avif.index(b"meta") - 4
    (size,) = struct.unpack_from(">I", avif, meta)
    grown = _put(avif, meta, struct.pack(">I", size + len(places) - old))
    return grown[:at] + places + grown[at + old :]


def _item(avif: bytes, kind: bytes) -> int:
    (number,) = struct.unpack_from(">H", avif, avif.index(kind) - 4)
    return int(number)


def _jxl_files(jxl: bytes) -> Iterator[tuple[str, bytes]]:
    """The size is the first thing in the codestream: ISO/IEC 18181-1, annex A."""
    for name, width, height in (
        ("side-2-30", 1 << 30, 1 << 30),
        ("just-small-enough", SIDE, SIDE),
        ("one-column", 1, 240_000_000),
        ("one-row", 240_000_000, 1),
    ):
        yield name, jxl[:2] + _jxl_size(width, height) + jxl[4:]
        yield f"{name}-boxed", boxed_jxl(jxl[:2] + _jxl_size(width, height) + jxl[4:])
    for count in (2, 3, 4, 6, 12):
        yield f"cut-at-{count}", jxl[:count]
        yield f"cut-at-{count}-boxed", boxed_jxl(jxl[:count])
    yield "box-of-4-gb", boxed_jxl(jxl)[:32] + struct.pack(">I4s", MOST, b"jxlc") + jxl
    yield "box-of-2-64", boxed_jxl(jxl)[:32] + struct.pack(">I4sQ", 1, b"jxlc", (1 << 64) - 1) + jxl
    parts = b"".join(box(b"jxlp", struct.pack(">I", n)) for n in range(90_000))
    yield "parts-without-end", boxed_jxl(jxl)[:32] + parts
    bomb = imagecodecs.brotli_encode(bytes(_BOMB << 20), level=5)
    yield "xmp-bomb", boxed_jxl(jxl, (b"brob", b"xml " + bomb))
    yield "four-xmp-bombs", boxed_jxl(jxl, *[(b"brob", b"xml " + bomb)] * 4)
    yield "exif-far-away", boxed_jxl(jxl, (b"Exif", b"\xff" * 4 + exif_block()))


def _jxl_size(width: int, height: int) -> bytes:
    """Both sides, by 30 bits each, lowest bit first, and then zeros."""
    bits, at = 0, 0
    for value, count in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30)):
        bits |= value << at
        at += count
    return bits.to_bytes(9, "little")


def _jp2_files(jp2: bytes) -> Iterator[tuple[str, bytes]]:
    """Numbers of the SIZ segment: ISO/IEC 15444-1, table A.9."""
    siz = jp2.index(b"\xff\x51")
    sides = siz + 6
    for name, width, height in _sides():
        grown = _put(jp2, sides, struct.pack(">II", width, height))
        yield name, grown
        yield f"{name}-in-one-tile", _put(grown, sides + 16, struct.pack(">II", width, height))
    yield "tiles-of-one-pixel", _put(jp2, sides + 16, struct.pack(">II", 1, 1))
    grown = _put(jp2, sides, struct.pack(">II", SIDE, SIDE))
    yield "225-million-tiles", _put(grown, sides + 16, struct.pack(">II", 1, 1))
    yield "no-tiles", _put(jp2, sides + 16, bytes(8))
    yield "starts-behind-its-end", _put(jp2, sides + 8, struct.pack(">II", MOST, MOST))
    yield "components-16384", _put(jp2, siz + 38, struct.pack(">H", 16_384))
    yield "no-components", _put(jp2, siz + 38, bytes(2))
    yield "components-at-no-resolution", _put(jp2, siz + 41, bytes(2))
    for count in (2, 4, 10, 30, 40):
        yield f"cut-in-siz-at-{count}", jp2[: siz + count]
    cod = jp2.index(b"\xff\x52")
    yield "levels-255", _put(jp2, cod + 9, b"\xff")
    yield "layers-65535", _put(jp2, cod + 6, b"\xff\xff")
    yield "code-blocks-of-2-255", _put(jp2, cod + 10, b"\xff\xff")
    header = jp2.index(b"jp2h") - 4
    yield "box-of-4-gb", _put(jp2, header, struct.pack(">I", MOST))
    yield "box-of-2-64", jp2[:header] + struct.pack(">I4sQ", 1, b"jp2h", (1 << 64) - 1) + bytes(99)
    palette = box(b"pclr", struct.pack(">HB", 65_535, 255))
    yield "palette-of-65535", _in_header(jp2, palette + box(b"cmap", bytes(1020)))
    yield (
        "exif-loop",
        jp2 + box(b"uuid", b"JpgTiffExif->JP2MM\0*" + struct.pack(">I", 8) + b"\xff" * 9),
    )


def _in_header(jp2: bytes, more: bytes) -> bytes:
    """The same file with further boxes at the end of its header."""
    at = jp2.index(b"jp2h") - 4
    (size,) = struct.unpack_from(">I", jp2, at)
    grown = _put(jp2, at, struct.pack(">I", size + len(more)))
    return grown[: at + size] + more + grown[at + size :]


def _psd_files() -> Iterator[tuple[str, bytes]]:
    gray_mode, rgb_mode, palette_mode = 1, 3, 2
    gray, packed = (
        psd(gray_picture(16, 24), gray_mode),
        psd(gray_picture(16, 24), gray_mode, rle=True),
    )
    rgb = psd(rgb_picture(16, 24, 16), rgb_mode)
    for name, width, height in _sides():
        sides = struct.pack(">II", height, width)
        yield name, _put(gray, 14, sides)
        yield f"{name}-packed", _put(packed, 14, sides)
        yield f"{name}-rgb-16", _put(rgb, 14, sides)
    yield "channels-65535", _put(gray, 12, b"\xff\xff")
    yield "no-channels", _put(gray, 12, b"\0\0")
    yield "bits-65535", _put(gray, 22, b"\xff\xff")
    yield "palette-missing", _put(gray, 24, struct.pack(">H", palette_mode))
    for count in (4, 14, 20, 26, 30, 34, 38, 40, 41):
        yield f"cut-at-{count}", packed[:count]
    for name, at in (("colors", 26), ("resources", 30), ("layers", 34)):
        yield f"{name}-of-4-gb", _put(gray, at, struct.pack(">I", MOST))
    empty = psd(gray_picture(16, 24), gray_mode, resource(1060, b"<x/>"))
    yield "resource-of-4-gb", _put(empty, empty.index(b"<x/>") - 4, struct.pack(">I", MOST))
    yield (
        "hundred-thousand-resources",
        psd(gray_picture(16, 24), gray_mode, resource(1, b"") * 100_000),
    )
    yield "rows-of-65535", _put(packed, 40, b"\xff\xff" * 16)
    yield "rows-of-nothing", _put(packed, 40, bytes(32))
    unpacked = struct.pack(">Ih", 1 << 20, -32_768) + b"\xff" * 200
    yield "layers-32768", psd(gray_picture(16, 24), gray_mode, layers=unpacked)
    layer = struct.pack(">4iH", -(1 << 31), -(1 << 31), (1 << 31) - 1, (1 << 31) - 1, 56)
    one = struct.pack(">Ih", len(layer) + 2, 1) + layer + bytes(500)
    yield "layer-of-2-32", psd(gray_picture(16, 24), gray_mode, layers=one)
    large = b"8BPS" + struct.pack(">H", 2) + gray[6:]
    yield "large-kind-of-2-64", large[:34] + b"\xff" * 8 + large[38:]


def _dng_files(dng: bytes) -> Iterator[tuple[str, bytes]]:
    for name, width, height in _sides():
        yield name, _tags_put(dng, {256: width, 257: height})
        # And as if all of its pixels were there.
        yield f"{name}-in-one-strip", _tags_put(dng, {256: width, 257: height, 278: height})
        packed = {256: width, 257: height, 278: height, 259: 7}
        yield f"{name}-packed", _tags_put(dng, packed)
    for name, changed in (
        ("strip-past-the-end", {273: MOST}),
        ("strip-of-4-gb", {279: MOST}),
        ("samples-65535", {277: 65_535}),
        ("bits-255", {258: 255}),
        ("no-bits", {258: 0}),
        ("pattern-of-other-cameras", {33421: 0xFFFFFFFF}),
        ("compression-65535", {259: 65_535}),
    ):
        yield name, _tags_put(dng, changed)
    # Enough bytes for a picture of that size, so that only LibRaw can say what is wrong.
    zeros = bytes(SIDE * SIDE // 8)
    claimed = {256: SIDE, 257: SIDE, 278: SIDE, 279: len(zeros), 273: len(dng)}
    yield "just-small-enough-and-zeros", _tags_put(dng, claimed) + zeros


def _tags_put(dng: bytes, values: dict[int, int]) -> bytes:
    """The same file with other values in its first directory."""
    changed = bytearray(dng)
    (at,) = struct.unpack_from("<I", dng, 4)
    (count,) = struct.unpack_from("<H", dng, at)
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", dng, entry)
        if tag in values:
            struct.pack_into("<HII", changed, entry + 2, 4, 1, values[tag])
    return bytes(changed)


def _raw_headers() -> Iterator[tuple[str, bytes]]:
    """The first bytes of each maker's format, and then noise, ones or nothing."""
    noise = np.random.default_rng(5).bytes(20_000)
    for name, start in (
        ("canon", b"II*\0\x10\0\0\0CR\2\0"),
        ("canon-3", box(b"ftyp", b"crx \0\0\0\1crx isom")),
        ("panasonic", b"IIU\0\x08\0\0\0"),
        ("olympus", b"IIRO\x08\0\0\0"),
        ("fuji", b"FUJIFILMCCD-RAW 0201FF389501"),
        ("minolta", b"\0MRM"),
        ("sigma", b"FOVb"),
    ):
        for rest, body in (("noise", noise), ("ones", b"\xff" * 5000), ("nothing", b"")):
            yield f"{name}-and-{rest}", start + body


def _odd_tiff_files(whole: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for kind, tiff in whole.items():
        stem = kind.removesuffix(".tif")
        for name, width, height in _sides():
            changed = {256: width, 257: height, 278: height, 322: width, 323: height}
            yield f"odd-{stem}-{name}", _tags_put(tiff, changed)
        yield f"odd-{stem}-samples-65535", _tags_put(tiff, {277: 65_535})
    lzma = by_tifffile(gray_picture(16, 24), compression="lzma")
    bomb = imagecodecs.lzma_encode(bytes(_BOMB << 20))
    yield "odd-lzma-unpacks-too-far", _tags_put(lzma, {273: len(lzma), 279: len(bomb)}) + bomb
    old_deflate = {259: 32_909, 273: len(lzma), 279: len(unpacking(_BOMB))}
    yield "odd-pixar-unpacks-too-far", _tags_put(lzma, old_deflate) + unpacking(_BOMB)
    old_jpeg = {259: 6, 513: MOST, 514: MOST}
    yield "odd-old-jpeg-nowhere", _tags_put(lzma, old_jpeg)


def _odd_jpeg_files(whole: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for kind, jpeg in whole.items():
        stem = kind.removesuffix(".jpg")
        at = max(jpeg.find(b"\xff\xc1"), jpeg.find(b"\xff\xc3"))
        for name, width, height in (
            ("side-65535", 65_535, 65_535),
            ("just-small-enough", SIDE, SIDE),
            ("one-column", 1, 65_535),
            ("no-height", 24, 0),
        ):
            yield f"odd-{stem}-{name}", _put(jpeg, at + 5, struct.pack(">HH", height, width))
        yield f"odd-{stem}-bits-255", _put(jpeg, at + 4, b"\xff")
        yield f"odd-{stem}-channels-255", _put(jpeg, at + 9, b"\xff")
        yield f"odd-{stem}-cut", jpeg[: at + 8]
        yield f"odd-{stem}-cut-and-ended", jpeg[: at + 8] + b"\xff\xd9"
        yield f"odd-{stem}-no-pixels", jpeg[: jpeg.index(b"\xff\xda") + 2] + b"\xff\xd9"
