"""The table of choices about how results are written; settings and export panel come from it."""

from engine import FileFormat, translate
from gui.rows import Amount, Choice, Option, Row, Switch

FORMAT_NAMES: dict[FileFormat, str] = {
    "jpeg": "JPEG",
    "png": "PNG",
    "tiff": "TIFF",
    "webp": "WebP",
    "avif": "AVIF",
}

# JPEG itself ends at 65,535 pixels.
MOST_PIXELS = 65_500

DEPTH = Row("depth", lambda: translate("Bits per channel"), Choice((
    Option(None, lambda: translate("As the photo has them")),
    Option(8, lambda: translate("8 bits")),
    Option(16, lambda: translate("16 bits")),
)))  # fmt: skip
SPACE = Row("space", lambda: translate("Color space"), Choice((
    Option(
        "own", lambda: translate("The photo's own"),
        lambda: translate("Nothing changes; gray photos become sRGB."),
    ),
    Option(
        "srgb", lambda: "sRGB",
        lambda: translate("Looks right in every program and on every screen."),
    ),
    Option(
        "display-p3", lambda: "Display P3",
        lambda: translate("More vivid colors, for newer screens and phones."),
    ),
    Option(
        "adobe-rgb", lambda: "Adobe RGB (1998)",
        lambda: translate("For prints, and programs that use color profiles."),
    ),
    Option(
        "prophoto-rgb", lambda: "ProPhoto RGB",
        lambda: translate("The largest; for editing on, best with 16 bits."),
    ),
)))  # fmt: skip
QUALITY = Row(
    "quality", lambda: translate("Quality"), Amount(1, 100, slides=True),
    lambda: translate("For JPEG, WebP and AVIF; at 95 nobody sees a loss."),
)  # fmt: skip
COMPRESSION = Row("tiff_compression", lambda: translate("TIFF compression"), Choice((
    Option("deflate", lambda: translate("Deflate: the smallest files")),
    Option("lzw", lambda: translate("LZW: for older programs")),
    Option("none", lambda: translate("None: the largest files")),
)))  # fmt: skip
LONGEST = Row(
    "longest", lambda: translate("Longer side"),
    Amount(1, MOST_PIXELS, 100, " px", lambda: translate("As the photo")),
)  # fmt: skip
LOSSLESS = Row("lossless", lambda: translate("WebP without any loss"), Switch())
METADATA = Row(
    "metadata", lambda: translate("Keep the photo's metadata (EXIF, XMP, IPTC)"), Switch()
)
LABEL = Row(
    "label", lambda: translate("Say in the file that the colors are made up"), Switch()
)  # fmt: skip
KEEP_TIME = Row("keep_time", lambda: translate("Give the file the time of the original"), Switch())

# What is chosen once for all results.
SAVE_ROWS = (DEPTH, SPACE, QUALITY, COMPRESSION, LOSSLESS, METADATA, LABEL, KEEP_TIME)
