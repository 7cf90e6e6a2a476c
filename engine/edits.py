"""What the user wants done to one photo, as immutable values, and their JSON form.

    {"version": 1,
     "hints": [{"x": 0.5, "y": 0.25, "radius": 0.02, "ab": [20, 35]},
               {"x": 0.1, "y": 0.9, "radius": 0.02, "rgb": "#5b7fa6"}],
     "adjustments": {"strength": 1.0, "saturation": 1.0, "temperature": 0, "tint": 0},
     "neutralize": false}

`x` and `y` run over the upright photo from its left and upper edge: the center of pixel i is at
(i + 0.5) / width. `radius` is a share of the shorter side.
"""

import codecs
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from engine.color.lab import srgb_to_lab
from engine.errors import BadEdits

VERSION = 1

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
HexColor = Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]
Radius = Annotated[float, msgspec.Meta(gt=0, le=0.5)]
Axis = Annotated[float, msgspec.Meta(ge=-128, le=128)]


class Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A color the user puts on a spot.

    Attributes:
        x: 0..1, from the left edge of the upright photo over its width.
        y: 0..1, from its upper edge over its height.
        radius: the spot's radius as a share of the shorter side, above 0, at most 0.5.
        a: CIELAB a*, D65.
        b: CIELAB b*, D65. a = b = 0 means "keep this gray".
    """

    x: Share
    y: Share
    radius: Radius = 0.02
    a: Axis
    b: Axis


class Adjustments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the color is laid over the photo; changing it needs no network.

    Attributes:
        strength: 0 gives back the gray photo, 1 the full color.
        saturation: factor on the chroma of all colors.
        temperature: -100 (bluer) to 100 (yellower).
        tint: -100 (greener) to 100 (more magenta).
    """

    strength: Share = 1.0
    saturation: Annotated[float, msgspec.Meta(ge=0, le=3)] = 1.0
    temperature: Annotated[float, msgspec.Meta(ge=-100, le=100)] = 0.0
    tint: Annotated[float, msgspec.Meta(ge=-100, le=100)] = 0.0


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """All that the user wants done to one photo.

    Attributes:
        hints: later ones lie over earlier ones.
        adjustments: how the color is laid over the photo.
        neutralize: whether the lightness is that of the photo without its tone and stains.
    """

    hints: tuple[Hint, ...] = ()
    adjustments: Adjustments = Adjustments()
    neutralize: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """Single choices that are laid over whole edits, such as those of a file.

    Attributes:
        strength: in place of theirs; None leaves theirs.
        saturation: the same.
        neutralize: whether to neutralize even if they do not say so.
    """

    strength: float | None = None
    saturation: float | None = None
    neutralize: bool = False

    def on(self, edits: Edits) -> Edits:
        """The edits with these choices over them."""
        given = {"strength": self.strength, "saturation": self.saturation}
        changes = {name: value for name, value in given.items() if value is not None}
        return msgspec.structs.replace(
            edits,
            adjustments=msgspec.structs.replace(edits.adjustments, **changes),
            neutralize=self.neutralize or edits.neutralize,
        )


def ab_of_rgb(rgb: str) -> tuple[float, float]:
    """a* and b* of an sRGB color written as "#rrggbb"; its lightness is not used."""
    encoded = np.array([int(rgb[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
    _, a, b = srgb_to_lab(encoded)
    return float(a), float(b)


class _WrittenHint(msgspec.Struct, forbid_unknown_fields=True):
    x: Share
    y: Share
    radius: Radius = 0.02
    ab: tuple[Axis, Axis] | None = None
    rgb: HexColor | None = None


class _WrittenEdits(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    hints: list[_WrittenHint] = []
    adjustments: Adjustments = Adjustments()
    neutralize: bool = False


def edits_from_json(data: bytes, name: str) -> Edits:
    """Read edits from their JSON form.

    Args:
        data: the JSON text, UTF-8.
        name: how to call the file in an error.

    Raises:
        BadEdits: it is not JSON, has unknown keys or another version, or a value out of its range.
    """
    try:
        data = data.removeprefix(codecs.BOM_UTF8)  # some editors put it there
        raw: Any = msgspec.json.decode(data)
        if not isinstance(raw, dict):
            raise BadEdits(name=name, reason="it must be one JSON object in braces")
        version = raw.get("version")
        if version != VERSION or isinstance(version, bool):
            raise BadEdits(
                name=name,
                reason=f'its "version" must be {VERSION}, not {json.dumps(version)}',
            )
        written = msgspec.json.decode(data, type=_WrittenEdits)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEdits(name=name, reason=_in_words(str(error))) from error
    except RecursionError as error:
        raise BadEdits(name=name, reason="its brackets are nested too deep") from error
    return Edits(
        hints=tuple(_hint(hint, index, name) for index, hint in enumerate(written.hints, 1)),
        adjustments=written.adjustments,
        neutralize=written.neutralize,
    )


def edits_to_json(edits: Edits) -> bytes:
    """The JSON form of edits, which `edits_from_json` reads back to an equal value."""
    hints = [
        {"x": hint.x, "y": hint.y, "radius": hint.radius, "ab": [hint.a, hint.b]}
        for hint in edits.hints
    ]
    written = {
        "version": VERSION,
        "hints": hints,
        "adjustments": edits.adjustments,
        "neutralize": edits.neutralize,
    }
    return msgspec.json.format(msgspec.json.encode(written), indent=2)


def load_edits(path: Path) -> Edits:
    """Read an edits file.

    Raises:
        BadEdits: it cannot be opened or says something it should not.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadEdits(name=str(path), reason=error.strerror or str(error)) from error
    return edits_from_json(data, path.name)


def _in_words(text: str) -> str:
    """What msgspec says, with hints counted from 1 as everywhere, and without its patterns."""
    text = re.sub(r"\$\.hints\[(\d+)\]", lambda found: f"hint {int(found[1]) + 1}, ", text)
    text = text.replace("$.", "").replace(", .", ", ").replace("`float`", "a number")
    if "regex" in text:
        return re.sub(
            r"Expected `str` matching regex \S+", 'Expected a color such as "#7a2f2b"', text
        )
    return text


def _hint(hint: _WrittenHint, index: int, name: str) -> Hint:
    if (hint.ab is None) == (hint.rgb is None):
        raise BadEdits(name=name, reason=f'hint {index} needs either "ab" or "rgb"')
    a, b = hint.ab if hint.ab is not None else ab_of_rgb(str(hint.rgb))
    return Hint(x=hint.x, y=hint.y, radius=hint.radius, a=a, b=b)
