"""Pixels of an original and its result: size, depth, profile, resolution, alpha, lightness."""

import struct

import numpy as np
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.checking.report import Row
from engine.color.icc import BadProfile, profile_tags
from engine.photo.channels import top_code
from engine.photo.decode import LEFT_ASIDE
from engine.photo.embed_webp import WEBP_LOSSLESS, BadWebp, webp_chunks
from engine.photo.lightness import measure_lightness
from engine.photo.neutral import neutral_of
from engine.photo.strips import row_strips
from engine.resize import smaller, smaller_alpha, smaller_size
from engine.values import Photo

# How far the largest difference of L* may go without a loss: what rounding to a file's depth
# makes. In 8 bit that is half a code value, which is at most 0.25 in sRGB, in both files.
MOST_IN_8_BIT, MOST_IN_16_BIT = 0.5, 0.01
# Formats that compress with loss, WebP files but for those that say otherwise, are allowed this in
# the mean: quality 95 makes 0.2 of a smooth picture and 0.6 of a grainy one.
LOSSY = ("jpeg", "webp", "heif")
MOST_MEAN_IN_LOSSY = 1.0
_MM_PER_INCH = 25.4
# A JPEG file has whole pixels per inch, a PNG file whole pixels per meter.
_MOST_OFF_DPI = 0.6


def compare_pixels(
    original: Photo,
    result: Photo,
    cancel: CancelToken | None = None,
    *,
    neutralized: bool = False,
    longest: int | None = None,
) -> list[Row]:
    """Compare two photos.

    Args:
        original: as `read_photo` gives it.
        result: the same.
        cancel: checked between strips.
        neutralized: whether the result has the lightness of the original without its tone.
        longest: pixels of the longer side that the result was wanted to have; None for all.
    """
    expected = smaller_size(original.size, longest)
    rows = [
        _size(original, result, expected),
        _depth(original, result),
        _profile(original, result),
        _resolution(original, result),
        _alpha(original, result, expected),
    ]
    if result.size == expected:
        rows.append(_lightness(original, result, cancel, neutralized))
    return rows


def _size(original: Photo, result: Photo, expected: tuple[int, int]) -> Row:
    before, after = (f"{one.size[1]} x {one.size[0]}" for one in (original, result))
    if original.size != result.size == expected:
        return Row("size", before, after, "changed", "made smaller, as was chosen")
    return Row("size", before, after, "kept" if before == after else "lost")


def _depth(original: Photo, result: Photo) -> Row:
    before, after = original.source.depth, result.source.depth
    verdict = "kept" if before == after else "changed" if after > before else "lost"
    remark = "JPEG holds 8 bit" if verdict == "lost" and result.source.format == "jpeg" else ""
    return Row("depth", f"{before} bit", f"{after} bit", verdict, remark)


def _profile(original: Photo, result: Photo) -> Row:
    before, after = (_profile_name(one) for one in (original, result))
    # Gray profiles cannot hold color; that the lightness is the same is measured below.
    verdict = "kept" if original.source.icc == result.source.icc else "changed"
    return Row("profile", before, after, verdict)


def _resolution(original: Photo, result: Photo) -> Row:
    before, after = (_dpi(one) for one in (original, result))
    if before is None:
        return Row("dpi", "none", _shown_dpi(after), "kept" if after is None else "changed")
    near = after is not None and np.allclose(before, after, rtol=0, atol=_MOST_OFF_DPI)
    return Row("dpi", _shown_dpi(before), _shown_dpi(after), "kept" if near else "lost")


def _dpi(photo: Photo) -> tuple[float, float] | None:
    per_mm = photo.source.pixels_per_mm
    return None if per_mm is None else (per_mm[0] * _MM_PER_INCH, per_mm[1] * _MM_PER_INCH)


def _shown_dpi(dpi: tuple[float, float] | None) -> str:
    if dpi is None:
        return "none"
    return " x ".join(f"{value:.4g}" for value in dict.fromkeys(dpi))


def _alpha(original: Photo, result: Photo, expected: tuple[int, int]) -> Row:
    before, after = smaller_alpha(original.alpha, expected), result.alpha
    shown, shown_after = _kind_of_alpha(before), _kind_of_alpha(after)
    if before is None or after is None or before.shape != after.shape:
        gone = "lost" if shown == "transparent" else "changed"
        return Row("alpha", shown, shown_after, "kept" if shown == shown_after else gone)
    off = max(
        float(np.abs(_shares(before[rows]) - _shares(after[rows])).max())
        for rows in row_strips(*before.shape)
    )
    rounding = 0.5 / min(top_code(before), top_code(after)) + 1e-6
    return Row("alpha", shown, shown_after, "kept" if off <= rounding else "lost")


def _shares(alpha: NDArray[np.generic]) -> NDArray[np.float32]:
    return alpha.astype(np.float32) / np.float32(top_code(alpha))


def _kind_of_alpha(alpha: NDArray[np.generic] | None) -> str:
    if alpha is None:
        return "none"
    return "opaque" if np.all(alpha == top_code(alpha)) else "transparent"


def _lightness(
    original: Photo, result: Photo, cancel: CancelToken | None, neutralized: bool
) -> Row:
    neutral = neutral_of(original) if neutralized else None
    before = smaller(measure_lightness(original, cancel, neutral), max(result.size))
    after = measure_lightness(result, cancel)
    largest, total = 0.0, 0.0
    for rows in row_strips(*result.size):
        off = np.abs(before.rows(rows) - after.rows(rows))
        largest = max(largest, float(off.max()))
        total += float(off.sum(dtype=np.float64))
    mean = total / (result.size[0] * result.size[1])
    shown = f"largest {largest:.3f}, mean {mean:.4f}"
    of = "L*, neutralized" if neutralized else "L*"
    if _is_lossy(result):
        verdict = "lost" if mean > MOST_MEAN_IN_LOSSY else "changed"
        remark = f"compressed with loss; up to {MOST_MEAN_IN_LOSSY} in the mean is allowed"
        return Row("lightness", of, shown, verdict, remark, largest, mean)
    most = MOST_IN_8_BIT if result.source.depth == 8 else MOST_IN_16_BIT
    remark = f"up to {most} is rounding in {result.source.depth} bit"
    verdict = "kept" if largest <= most else "lost"
    return Row("lightness", of, shown, verdict, remark, largest, mean)


def _is_lossy(photo: Photo) -> bool:
    """Whether its file is compressed with loss; a WebP file tells by how its pixels are packed."""
    if photo.source.format != "webp":
        return photo.source.format in LOSSY
    try:
        names = {name for name, _ in webp_chunks(photo.source.path.read_bytes())}
    except BadWebp:  # a decoder that takes it all the same knows better
        return True
    return WEBP_LOSSLESS not in names


def _profile_name(photo: Photo) -> str:
    """What a profile calls itself. Source: ICC.1:2022, 10.15; ICC.1:2001-04, 6.5.17."""
    icc = photo.source.icc
    if icc is None:
        has_own = LEFT_ASIDE.isdisjoint(photo.source.notices)
        return "none (sRGB)" if has_own else "left aside (sRGB)"
    try:
        return _text(bytes(profile_tags(icc)[b"desc"]))
    except (BadProfile, KeyError, struct.error, UnicodeDecodeError):
        return "without a name"


def _text(tag: bytes) -> str:
    if tag[:4] == b"mluc":
        length, start = struct.unpack_from(">II", tag, 20)
        return tag[start : start + length].decode("utf-16-be").rstrip("\0")
    (length,) = struct.unpack_from(">I", tag, 8)
    return tag[12 : 12 + length].rstrip(b"\0").decode("latin-1")
