"""The table of choices in the export panel, and which of them matter for which format."""

from engine import FileFormat, translate
from gui.presets import Export
from gui.rows import Choice, Option, Row, Switch, named
from gui.save_rows import (
    COMPRESSION,
    DEPTH,
    FORMAT_NAMES,
    KEEP_TIME,
    LABEL,
    LONGEST,
    LOSSLESS,
    METADATA,
    QUALITY,
    SPACE,
)

FORMAT = Row("format", lambda: translate("Format"), Choice((
    Option("own", lambda: translate("As the photo")),
    *(Option(code, named(name)) for code, name in FORMAT_NAMES.items()),
)))  # fmt: skip
# Without its help: the panel shows it only where it matters.
_QUALITY = Row(QUALITY.name, QUALITY.words, QUALITY.kind)
LAYER = Row("layer", lambda: translate("Write the color alone, too, as a layer"), Switch())

EXPORT_ROWS = (
    FORMAT, LONGEST, DEPTH, SPACE, _QUALITY, COMPRESSION, LOSSLESS, METADATA, LABEL, KEEP_TIME,
    LAYER,
)  # fmt: skip


def rows_that_matter(export: Export, file_format: FileFormat) -> dict[str, bool]:
    """Whether each row that only some formats have says anything for this one."""
    lossy = file_format in ("jpeg", "avif") or (
        file_format == "webp" and not export.options.lossless
    )
    return {
        QUALITY.name: lossy,
        COMPRESSION.name: file_format == "tiff",
        LOSSLESS.name: file_format == "webp",
        DEPTH.name: file_format in ("png", "tiff", "avif"),
    }
