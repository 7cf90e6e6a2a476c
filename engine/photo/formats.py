"""Tells from its first bytes what a file is; its name is never asked.

Only the formats named in `READABLE` ever reach a decoder. libvips could also be built with readers
for PDF, SVG and everything ImageMagick knows, which were never meant for files from strangers.
"""

import re

from engine.i18n import N_

RAW = N_("it is raw data from a camera")
# Enough for every signature below.
SIGNATURE_BYTES = 64

READABLE = (
    "jpeg",
    "png",
    "tiff",
    "raw",
    "webp",
    "gif",
    "heic",
    "heif",
    "jpeg-xl",
    "jpeg-2000",
    "photoshop",
    "bmp",
    "pnm",
)
# Endings that photos usually have, to find them by; what is read is decided by content. Cameras'
# raw files come last.
ENDINGS = (
    "jpg", "jpeg", "jpe", "jfif", "png", "tif", "tiff", "webp", "avif", "heic", "heif", "hif",
    "gif", "jxl", "jp2", "bmp", "dib", "psd", "psb", "pnm", "pbm", "pgm", "ppm", "pam", "pfm",
    "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "raf", "orf", "rw2", "pef",
    "srw", "3fr", "iiq", "erf", "mef", "mos", "mrw", "x3f", "kdc", "dcr",
)  # fmt: skip
# Pictures all the same, and why they are not read, as half a sentence to be translated.
NOT_READ = {
    "hdr": N_("pictures of high dynamic range are not supported"),
}

_SIGNATURES = {
    "jpeg": rb"\xff\xd8\xff",
    "png": rb"\x89PNG\r\n\x1a\n",
    # CR2, Canon's raw format, is a TIFF file with "CR" behind its header.
    "raw": rb"II\*\0....CR|.{4}ftypcrx |IIU\0|IIR[OS]|MMOR|FUJIFILMCCD-RAW|\0MRM|FOVb",
    "tiff": rb"II\*\0|MM\0\*|II\+\0\x08\0|MM\0\+\0\x08",
    "webp": rb"RIFF....WEBP",
    "gif": rb"GIF8[79]a",
    "heic": rb".{4}ftyp(?:hei[cxms]|hev[cxms])",
    # Either HEVC or AV1 in it, which the first bytes do not tell, or AV1 for sure.
    "heif": rb".{4}ftyp(?:mi[fa][1f]|msf1|avi[fs])",
    # "BM" alone would be any text about a BMW: the size of the second header has few values.
    "bmp": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    "pnm": rb"P[1-7]\s",
    "jpeg-xl": rb"\0\0\0\x0cJXL |\xff\x0a",
    "jpeg-2000": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "photoshop": rb"8BPS",
    "hdr": rb"v/1\x01|#\?RADIANCE",  # OpenEXR, Radiance
}
_COMPILED = {name: re.compile(pattern, re.DOTALL) for name, pattern in _SIGNATURES.items()}


def format_of(start: bytes) -> str | None:
    """The format of a file, by its first bytes.

    Returns:
        One of READABLE or of NOT_READ; None for anything else.
    """
    return next((name for name, pattern in _COMPILED.items() if pattern.match(start)), None)
