"""Colored rows -> a JPEG, PNG, TIFF, WebP or AVIF file, with what the photo's file said.

Nothing goes in that changes from run to run, such as the time: the same photo and edits give the
same bytes. The picture passes through in strips; only WebP and AVIF encoders want all of it.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pyvips

from engine.cancel import CancelToken
from engine.photo import libvips
from engine.photo.embed import (
    AFTER_JPEG_START,
    AFTER_PNG_HEADER,
    metadata_for_jpeg,
    metadata_for_png,
)
from engine.photo.embed_avif import put_exif_in_avif
from engine.photo.embed_webp import put_metadata_in_webp
from engine.photo.exif_of_tiff import put_metadata_in_tiff
from engine.photo.exif_resolution import with_resolution
from engine.photo.ifd import BadDirectory
from engine.photo.losses import NOT_INTO_FILE, TOO_LARGE_FOR_JPEG, losses
from engine.photo.metadata import carried_metadata
from engine.photo.options import SaveOptions
from engine.photo.place import Draft
from engine.photo.provenance import Provenance
from engine.photo.row_stream import RowStream
from engine.photo.xmp import notice_of
from engine.resize import smaller_alpha
from engine.values import ColoredRows, FileFormat, Photo

# Not optimize_coding: it would hold the whole picture once more, as 16-bit coefficients.
_JPEG = {"subsample_mode": "off"}
_PNG = {"compression": 6, "filter": "up"}
_TIFF = {"predictor": "horizontal", "resunit": "inch"}
# Above it the offsets of a plain TIFF file may overflow: it has 32 bits for them.
_BIG_TIFF_BYTES = 3_900_000_000
# Where the photo's file says nothing; JPEG and TIFF want some number.
_DEFAULT_RESOLUTION = (72 / 25.4, 72 / 25.4)
# As Photoshop writes it into XMP.
_SRGB_NAME = "sRGB IEC61966-2.1"
# Bits per channel of AVIF files: the format has no 16.
_AVIF_BITS = {8: 8, 16: 12}


@dataclass(frozen=True, slots=True)
class Job:
    """All that an encoder needs.

    Attributes:
        stream: the picture as it is worked out; to be read once.
        icc: its profile.
        metadata: as `carried_metadata` gives it.
        pixels_per_mm: horizontal and vertical resolution, or None.
        depth: bits per channel of the image.
        options: the photographer's choices.
        draft: where it is written.
    """

    stream: RowStream
    icc: bytes
    metadata: dict[str, bytes]
    pixels_per_mm: tuple[float, float] | None
    depth: int
    options: SaveOptions
    draft: Draft

    def image(self) -> pyvips.Image:
        """The picture as libvips sees it, with its profile and resolution; to be read once."""
        across, down = self.pixels_per_mm or _DEFAULT_RESOLUTION
        image = self.stream.image().copy(xres=across, yres=down)
        _attach(image, "icc-profile-data", self.icc)
        return image


def encode(
    colored: ColoredRows,
    photo: Photo,
    file_format: FileFormat,
    options: SaveOptions,
    draft: Draft,
    provenance: Provenance | None = None,
    cancel: CancelToken | None = None,
) -> tuple[str, ...]:
    """Write the file.

    Args:
        colored: of the photo's size or smaller; of 8 bit for JPEG and WebP.
        photo: where alpha, resolution and metadata come from.
        file_format: what to write.
        options: the photographer's choices.
        draft: the empty file.
        provenance: how the result came to be, to be written into its XMP.
        cancel: checked between strips.

    Returns:
        Sentences about what the file could not hold, to be translated.

    Raises:
        ValueError: more than 8 bit for JPEG or WebP, or alpha smaller than the picture.
        pyvips.Error: libvips cannot, such as a JPEG wider than 65,500 pixels.
        OSError: it cannot be written.
        Cancelled: on request.
    """
    if file_format in ("jpeg", "webp") and colored.depth != 8:
        raise ValueError(f"{file_format} holds 8 bits per channel")
    alpha = None if file_format == "jpeg" else smaller_alpha(photo.alpha, colored.size)
    stream = RowStream(colored, alpha, cancel)
    resolution = photo.source.pixels_per_mm
    metadata, damaged = _metadata(colored, photo, options, provenance)
    with libvips.own_errors(), closing(stream), libvips.failures_of(stream, draft):
        icc = colored.space.icc or _srgb_profile()
        job = Job(stream, icc, metadata, resolution, colored.depth, options, draft)
        left_out = _ENCODERS[file_format](job)
    return (*losses(photo, file_format, options), *damaged, *left_out)


def _metadata(
    colored: ColoredRows, photo: Photo, options: SaveOptions, provenance: Provenance | None
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """What goes in, and a sentence if the photo's XMP is too damaged to be added to."""
    space = colored.space
    blocks = dict(photo.source.metadata) if options.metadata else {}
    own = space.icc == photo.source.icc
    profile = None if own else (space.name if space.icc else _SRGB_NAME)
    metadata = dict(carried_metadata(blocks, colored.size, space.is_srgb, profile))
    if provenance is None:
        return metadata, ()
    before = metadata.get("xmp-data", b"")
    metadata["xmp-data"] = provenance.to_xmp(before)
    notice = notice_of(before)
    return metadata, () if notice is None else (notice,)


def _jpeg(job: Job) -> tuple[str, ...]:
    segments, left_out = metadata_for_jpeg(job.metadata, job.pixels_per_mm or _DEFAULT_RESOLUTION)
    target = libvips.target_of(job.draft, AFTER_JPEG_START, segments)
    job.image().jpegsave_target(target, Q=job.options.quality, keep="icc", **_JPEG)
    return (TOO_LARGE_FOR_JPEG,) if left_out else ()


def _png(job: Job) -> tuple[str, ...]:
    # libvips writes the resolution, which it has been given with the picture.
    target = libvips.target_of(job.draft, AFTER_PNG_HEADER, metadata_for_png(job.metadata, None))
    job.image().pngsave_target(target, keep="icc", **_PNG)
    return ()


def _tiff(job: Job) -> tuple[str, ...]:
    big = job.stream.size > _BIG_TIFF_BYTES
    packing = job.options.tiff_compression
    if packing == "none":  # measured: through libvips it takes half as long again
        for piece in job.stream.file(job.icc, job.pixels_per_mm, big=big):
            job.draft.write(piece)
    else:
        target = libvips.target_of(job.draft)
        job.image().tiffsave_target(target, compression=packing, bigtiff=big, **_TIFF)
    try:
        # libvips 8.18.7 has no EXIF for TIFF files, and of IPTC it writes the first quarter.
        put_metadata_in_tiff(job.draft.path, job.metadata)
    except BadDirectory:
        return (NOT_INTO_FILE,)
    return ()


def _with_resolution(job: Job) -> dict[str, bytes]:
    """The metadata, the resolution in EXIF: WebP and AVIF have no other place for it."""
    if job.pixels_per_mm is None:
        return job.metadata
    exif = with_resolution(job.metadata.get("exif-data", b""), job.pixels_per_mm)
    return job.metadata if exif is None else {**job.metadata, "exif-data": exif}


def _webp(job: Job) -> tuple[str, ...]:
    data = job.image().webpsave_buffer(
        Q=job.options.quality,
        lossless=job.options.lossless,
        exact=job.options.lossless,  # what lies under transparency, too
        keep="icc",
    )
    job.draft.write(put_metadata_in_webp(data, _with_resolution(job)))
    return ()


def _avif(job: Job) -> tuple[str, ...]:
    image, kept, metadata = job.image(), ["icc"], _with_resolution(job)
    for name, kind in (("xmp-data", "xmp"), ("exif-data", "exif")):
        if name in metadata:
            _attach(image, name, metadata[name])
            kept.append(kind)
    data = image.heifsave_buffer(
        compression="av1",
        Q=job.options.quality,
        bitdepth=_AVIF_BITS[job.depth],
        subsample_mode="off",
        keep="|".join(kept),
    )
    left_out = False
    if "exif-data" in metadata:
        data, left_out = put_exif_in_avif(data, metadata["exif-data"])
    job.draft.write(data)
    return (NOT_INTO_FILE,) if left_out else ()


_ENCODERS: dict[FileFormat, Callable[[Job], tuple[str, ...]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "tiff": _tiff,
    "webp": _webp,
    "avif": _avif,
}


def _srgb_profile() -> bytes:
    profile: bytes = pyvips.Image.profile_load("srgb")
    return profile


def _attach(image: pyvips.Image, name: str, block: bytes) -> None:
    image.set_type(pyvips.GValue.blob_type, name, block)
