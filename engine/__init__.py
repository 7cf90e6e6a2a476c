"""Gray photo in, colored photo out. The names listed here are the engine's front door.

One photo goes one way:

    photo = read_photo(path)                          decoded once, upright
    lightness = measure_lightness(photo)              its L*, by way of its profile
    predictor = load_predictor("auto")                the network, on the best device
    prepared = predictor.prepare(lightness, "balanced")       once per photo
    planes = predictor.predict(prepared, edits.hints)         once per change of the hints
    rendition = compose(lightness, planes, edits)             once per change of a slider
    composition, notices = composition_for(photo, lightness, planes, target, Wish(edits))
    saved = write_photo(composition, photo, target, on_conflict="unique")

No Qt below here, and no torch before `load_predictor` is called.
"""

from engine.cancel import CancelToken
from engine.checking.report import Report
from engine.composition import compose
from engine.edits import Adjustments, Edits, Hint, edits_from_json, edits_to_json, load_edits
from engine.errors import (
    BadTemplate,
    Cancelled,
    OriginalChanged,
    PhotochromError,
    SameAsSource,
    UnknownFormat,
)
from engine.i18n import LANGUAGES, N_, language_for, set_language, translate
from engine.installed import versions
from engine.network.header import WeightsFacts, weights_facts
from engine.paths import RESOURCES, SAMPLES
from engine.photo.formats import ENDINGS
from engine.photo.lightness import measure_lightness
from engine.photo.losses import EIGHT_BITS, Belongings, beforehand, belongings_of, losses_of
from engine.photo.name_template import DEFAULT_TEMPLATE, VARIABLES, filled_name, variables_of
from engine.photo.naming import (
    WRITABLE,
    OnConflict,
    color_layer_path,
    colorized_path,
    format_for,
    unique_path,
)
from engine.photo.neutral import neutral_of
from engine.photo.options import SaveOptions, SpaceChoice, TiffCompression
from engine.photo.read import read_photo
from engine.photo.replace import why_not_replaceable
from engine.photo.thumbnail import thumbnail_of
from engine.photo.tone import tone_of
from engine.photo.write import write_photo
from engine.pipeline import (
    Wish,
    composition_for,
    made_with,
    provenance_of,
    save_layer,
    sha256_of,
)
from engine.predictors import load_lasting_predictor, load_predictor
from engine.proving import compare
from engine.resize import shrink
from engine.values import (
    AbPlanes,
    Depth,
    FileFormat,
    Lightness,
    Photo,
    Predictor,
    Prepared,
    Quality,
    Rendition,
    Saved,
    Source,
)
from engine.version import VERSION

__all__ = [
    "DEFAULT_TEMPLATE",
    "EIGHT_BITS",
    "ENDINGS",
    "LANGUAGES",
    "N_",
    "RESOURCES",
    "SAMPLES",
    "VARIABLES",
    "VERSION",
    "WRITABLE",
    "AbPlanes",
    "Adjustments",
    "BadTemplate",
    "Belongings",
    "CancelToken",
    "Cancelled",
    "Depth",
    "Edits",
    "FileFormat",
    "Hint",
    "Lightness",
    "OnConflict",
    "OriginalChanged",
    "Photo",
    "PhotochromError",
    "Predictor",
    "Prepared",
    "Quality",
    "Rendition",
    "Report",
    "SameAsSource",
    "SaveOptions",
    "Saved",
    "Source",
    "SpaceChoice",
    "TiffCompression",
    "UnknownFormat",
    "WeightsFacts",
    "Wish",
    "beforehand",
    "belongings_of",
    "color_layer_path",
    "colorized_path",
    "compare",
    "compose",
    "composition_for",
    "edits_from_json",
    "edits_to_json",
    "filled_name",
    "format_for",
    "language_for",
    "load_edits",
    "load_lasting_predictor",
    "load_predictor",
    "losses_of",
    "made_with",
    "measure_lightness",
    "neutral_of",
    "provenance_of",
    "read_photo",
    "save_layer",
    "set_language",
    "sha256_of",
    "shrink",
    "thumbnail_of",
    "tone_of",
    "translate",
    "unique_path",
    "variables_of",
    "versions",
    "weights_facts",
    "why_not_replaceable",
    "write_photo",
]
