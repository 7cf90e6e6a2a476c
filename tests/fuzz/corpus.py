"""The files that fuzzing starts from: small ones that the tests make, of every kind that is read.

Run as `python -m tests.fuzz.corpus FOLDER`.
"""

import sys
from pathlib import Path

from tests.fault.test_damaged_photos import FILES
from tests.support.hostile import hostile_files
from tests.support.hostile_later import later_hostile_files
from tests.support.later_files import later_files
from tests.support.pictures import (
    by_pillow,
    by_tifffile,
    exif_block,
    gray_picture,
    iptc_records,
    jpeg_with_segments,
    profile,
    rgb_picture,
    table_profile,
    xmp_packet,
)

# The smaller the files, the more of them are tried in a second.
MOST_BYTES = 20_000


def seeds() -> dict[str, bytes]:
    """Bytes by file name."""
    rgb = rgb_picture(16, 24)
    photoshop = b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\x18" + iptc_records()
    files = {name.replace(" ", "-"): data for name, data in FILES.items()}
    files |= {f"hostile-{name}": data for name, data in hostile_files()}
    files |= {f"hostile-{name}": data for name, data in later_hostile_files()}
    for reader in later_files().values():
        files |= reader
    files["metadata.jpg"] = jpeg_with_segments(
        by_pillow(rgb, "JPEG"),
        (0xE1, b"Exif\0\0" + exif_block(6, "<")),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(6)),
        (0xED, photoshop),
    )
    files["small.avif"] = by_pillow(rgb, "AVIF")
    files["alpha.webp"] = by_pillow(rgb[..., [0, 1, 2, 0]], "WEBP", lossless=True)
    files["tables.tif"] = by_tifffile(rgb, iccprofile=table_profile(5))
    files["no-tags.tif"] = by_tifffile(gray_picture(8, 8), iccprofile=profile(b"GRAY", {}))
    files["floats.tif"] = by_tifffile(rgb.astype("f4") / 255, photometric="rgb")
    files["pages.tif"] = by_tifffile(rgb_picture(8, 8)[None].repeat(3, axis=0), photometric="rgb")
    files["plain.pgm"] = b"P2\n# a comment\n3 2\n255\n0 10 20\n30 40 255\n"
    files["any.pam"] = (
        b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + bytes(16)
    )
    return {name: data for name, data in files.items() if len(data) <= MOST_BYTES}


def main() -> None:
    """Write them into a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
