"""Every real file is read as other programs read it, or refused in one sentence; none wrongly."""

import pytest

from tests.support.judges import judge
from tests.support.real_files import files, folder, outcomes

# What cannot be read of them, by name: damaged, cut off, no photo, or of a kind that is refused.
REFUSED = {
    "broken-bogus-segment-length.jpg",
    "broken-no-sof-ascii-transfer-mode.jpg",
    "corrupt-header.jpg",
    "crash-f46f5b2f43c370fe65706c11449f567ecc345e74.tif",
    "decompression_bomb.gif",
    "invalid-illuminant.icc",
    "issue_ghsa_5p8g_9xf3_gfrr_poc.webp",
    "negative_size.ppm",
    "truncated.png",
    "truncated_image.png",
    "xhdn0g08.png",
    "zero_width.gif",
    # High dynamic range, whose lightness could not be kept.
    "Chimera_10bit_cropped_to_1920x1008_with_HDR_metadata.avif",
    "cicp_pq.png",
    "uncompressed_pix_RGB.heif",
    # Layers without a finished picture.
    "10x12x16bit-CMYK.psd",
    "8x4x8bit-Grayscale.psd",
    # Cut samples: the tags are there, the pixels are not.
    "balloon_eciRGBv2_aware.jp2",
    "CanonRaw.cr2",
    "DNG.dng",
    "IMG_1361.dng",
    "Nikon.nef",
    "Panasonic.rw2",
}
FOLDERS = ("corrupt", "jpeg", "modern", "other", "png", "raw", "tiff")

needs_files = pytest.mark.skipif(
    not folder().is_dir(), reason="no folder of real files (PHOTOCHROM_FORMATS names one)"
)


@needs_files
@pytest.mark.parametrize("name", FOLDERS)
def test_as_others_read_it_or_one_sentence(name, tmp_path):
    paths = [path for path in files() if path.parent.name == name]
    if not paths:
        pytest.skip(f"no files in {name}")
    wrong = []
    for outcome in outcomes(paths, tmp_path):
        fault = _fault(outcome)
        if fault:
            wrong.append(f"{outcome.path.name}: {fault}")
    assert not wrong, "\n".join(wrong)


def _fault(outcome) -> str:
    told = outcome.told
    if told is None:
        return "the process went down, or did so at a file before"
    if "code" in told:
        if "\n" in told["sentence"] or outcome.path.name not in told["sentence"]:
            return f"not one sentence about this file: {told['sentence']}"
        return "" if outcome.path.name in REFUSED else told["sentence"]
    if outcome.path.name in REFUSED:
        return "it was read, though it cannot be"
    verdict = judge(outcome.path, outcome.pixels, outcome.seen)
    if not verdict.judge:
        return "no other program can read it"
    return "" if verdict.agrees else f"not as others read it: {verdict}"
