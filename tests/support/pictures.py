"""Makers of small pictures, profiles and metadata blocks for tests."""

import io
import struct
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from engine.color.lab import srgb_to_lab
from engine.values import Photo, Source

ICC = Path(__file__).parent.parent / "data" / "icc"

Array = NDArray[np.generic]


def gray_picture(height: int = 48, width: int = 64, depth: int = 8) -> Array:
    """A ramp with waves and grain on it: no two rows, columns or corners are alike."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    grain = np.random.default_rng(7).normal(0, 0.02, (height, width))
    share = 0.15 + 0.6 * x / width + 0.15 * np.sin(y / 5) + 0.1 * y / height + grain
    return _codes(share, depth)


def rgb_picture(height: int = 48, width: int = 64, depth: int = 8) -> Array:
    """Three different channels."""
    gray = gray_picture(height, width, depth)
    return np.stack([gray, np.roll(gray, 5, axis=0), gray[:, ::-1]], axis=-1)


def random_pixels(count: int, channels: int, depth: int) -> Array:
    """(count, 1, channels), many of them dark, with black and white among them."""
    rng = np.random.default_rng(3)
    share = rng.random((count, 1, channels)) * rng.random((count, 1, 1)) ** rng.choice([0, 3])
    share[0], share[1] = 0, 1
    return _codes(share, depth)


def _codes(share: NDArray[np.float64], depth: int) -> Array:
    codes: Array = np.rint(share.clip(0, 1) * (2**depth - 1)).astype(f"u{depth // 8}")
    return codes


def by_pillow(pixels: Array, file_format: str, **options: object) -> bytes:
    """A file as Pillow writes it: 8 bit, or 16-bit gray PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def by_tifffile(pixels: Array, **options: object) -> bytes:
    """A TIFF file of any depth as tifffile writes it."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def photo_of(pixels: Array, icc: bytes | None = None, path: Path = Path("photo.tif")) -> Photo:
    """A photo as if it had been read."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    source = Source(path, "tiff", 8 if pixels.dtype == np.uint8 else 16, icc)
    return Photo(source, pixels.copy())


def exif_block(orientation: int = 1, order: str = ">", size: tuple[int, int] = (48, 64)) -> bytes:
    """An EXIF block with a camera's name, orientation, size and a preview of its own."""
    maker = b"Camera Works\0"
    preview = by_pillow(gray_picture(8, 8), "JPEG")
    first, count = 8, 3
    details = first + 2 + 12 * count + 4
    second = details + 2 + 12 * 3 + 4
    texts = second + 2 + 12 * 2 + 4
    entries = [
        (0x010F, 2, len(maker), texts),
        (0x0112, 3, 1, orientation),
        (0x8769, 4, 1, details),
    ]
    inner = [(0xA001, 3, 1, 0xFFFF), (0xA002, 4, 1, size[1]), (0xA003, 3, 1, size[0])]
    thumbnail = [(0x0201, 4, 1, texts + len(maker)), (0x0202, 4, 1, len(preview))]
    start = b"MM" if order == ">" else b"II"
    return b"".join(
        [
            start + struct.pack(f"{order}HI", 42, first),
            _directory(entries, order, second),
            _directory(inner, order, 0),
            _directory(thumbnail, order, 0),
            maker,
            preview,
        ]
    )


def _directory(entries: list[tuple[int, int, int, int]], order: str, following: int) -> bytes:
    parts = [struct.pack(f"{order}H", len(entries))]
    for tag, kind, count, value in entries:
        inline = f"{order}HHIHH" if kind == 3 else f"{order}HHII"
        values = (value, 0) if kind == 3 else (value,)
        parts.append(struct.pack(inline, tag, kind, count, *values))
    return b"".join([*parts, struct.pack(f"{order}I", following)])


def jpeg_with_segments(jpeg: bytes, *segments: tuple[int, bytes]) -> bytes:
    """A JPEG file with application segments put in front."""
    parts = [struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in segments]
    return b"".join([jpeg[:2], *parts, jpeg[2:]])


def iptc_records(caption: bytes = b"A street in spring") -> bytes:
    """One IPTC record: the caption."""
    return b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption


def xmp_packet(orientation: int = 1) -> bytes:
    """An XMP packet that has an opinion about the orientation."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/>'
        b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>' % orientation
    )


def profile(space: bytes, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ") -> bytes:
    """A minimal ICC profile, version 2."""
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = start + len(body)
    white = struct.pack(">3i", *(round(v * 65536) for v in (0.9642, 1, 0.8249)))
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"none", 0x02400000, b"mntr", space, pcs,
                         struct.pack(">6H", 2020, 1, 1, 0, 0, 0), b"acsp")  # fmt: skip
    header = header.ljust(68, b"\0") + white
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gray_gamma_profile(gamma: float = 2.2, pcs: bytes = b"XYZ ") -> bytes:
    """A gray profile with a plain power curve."""
    return profile(b"GRAY", {**_texts(), b"kTRC": _curve(round(gamma * 256))}, pcs)


def dot_gain_profile() -> bytes:
    """A gray profile with a curve of 256 points, as Photoshop's Dot Gain ones have."""
    ramp = np.linspace(0, 1, 256)
    values = np.rint((ramp**1.75 * 0.98 + ramp * 0.02) * 65535).astype(int).tolist()
    return profile(b"GRAY", {**_texts(), b"kTRC": _curve(*values)})


def table_profile(points: int = 33) -> bytes:
    """An sRGB-like profile whose colors lie in a table: only LittleCMS reads it."""
    ramp = np.linspace(0, 1, points)
    lab = srgb_to_lab(np.stack(np.meshgrid(ramp, ramp, ramp, indexing="ij"), axis=-1))
    # Encoding of CIELAB in version 2, ICC.1:2001-04, annex A.
    codes = np.concatenate([lab[..., :1] / 100 * 0xFF00, (lab[..., 1:] + 128) * 256], axis=-1)
    table = np.rint(codes).clip(0, 0xFFFF).astype(">u2").tobytes()
    ends = struct.pack(">6H", 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF)
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    tag = b"mft2\0\0\0\0" + struct.pack(">4B", 3, 3, points, 0) + identity
    tag += struct.pack(">2H", 2, 2) + ends + table + ends
    return profile(b"RGB ", {**_texts(), b"A2B0": tag}, b"Lab ")


def _texts() -> dict[bytes, bytes]:
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    return {b"desc": name, b"cprt": b"text\0\0\0\0none\0", b"wtpt": white}


def _curve(*values: int) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)
