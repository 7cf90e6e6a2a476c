"""Photo -> whether it is gray, toned, or has color of its own.

In a toned print - sepia, cyanotype, selenium, split-toned, on yellowed paper - a* and b* follow
L*: all its colors lie on one curve in CIELAB, and what is beside the curve is small. Stains and
fading leave the curve, too, but nearly along a line, from the tone towards brown; such a line
counts for less. In a photo of colors what is beside the curve is large and goes in two directions.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.color.icc import BadProfile, rgb_model
from engine.color.lab import srgb_to_lab, xyz_to_lab
from engine.photo.channels import top_code
from engine.photo.provenance import Provenance
from engine.photo.sample import cells_of, inside, sample_of
from engine.values import Photo

Kind = Literal["gray", "toned", "colored"]

# Below it an eye sees gray.
_GRAY_CHROMA = 2.0
# `spread * breadth**0.3` above which a photo is colored. Chosen on 125 color photographs, 96 old
# ones and 750 toned by formulas: about 3 in 100 of each kind are taken for the other.
_COLORED = 11.1
_BREADTH_POWER = 0.3
# A line is longer than so many times its breadth. How much less one towards brown counts was chosen
# so that none of 500 color photographs is judged in another way than without.
_NARROW, _STAIN_POWER = 4.0, 0.3
# Hues in CIELAB, in degrees, of what age, water and rust leave on paper: from red to yellow.
_STAIN_HUES = (10.0, 110.0)
# Nearer to the curve nothing has a hue that counts, and no line is thinner.
_LEAST_FAR, _LEAST_BREADTH = 3.0, 0.1
# Parts of equal area, from dark to light, whose medians are the nodes of the curve.
_NODES = 16
# Beyond it a residual counts no more when the direction of stains is looked for.
_LIMIT = 8.0


@dataclass(frozen=True, slots=True)
class Tone:
    """What color a photo has, and the figures that say so.

    Attributes:
        kind: "colored" photos have colors of their own.
        chroma: C*ab that 95 of 100 cells are below.
        spread: how far, in a*b*, 95 of 100 cells at most are from the curve of the tone.
        breadth: the same across the direction in which they are farthest, that of stains.
    """

    kind: Kind
    chroma: float = 0.0
    spread: float = 0.0
    breadth: float = 0.0


def tone_of(photo: Photo) -> Tone:
    """Tell whether a photo is gray, toned or colored, from a sample of its pixels.

    What says in its XMP that its colors are Photochrom's is colored, however pale they are.
    """
    sample = photo.sample
    if sample is None and photo.pixels is not None:
        sample = sample_of(photo.pixels)
    if sample is None:
        return Tone("gray")
    lab = cells_of(lab_of_sample(sample, photo.source.icc))
    chroma = float(np.percentile(np.hypot(lab[..., 1], lab[..., 2]), 95))
    beside = inside(lab[..., 1:] - _curve(lab)).reshape(-1, 2)
    far = np.hypot(beside[:, 0], beside[:, 1])
    limited = beside * np.minimum(1, _LIMIT / np.maximum(far, 1e-6))[:, None]
    _, directions = np.linalg.eigh(limited.T @ limited)  # the smaller one first
    spread = float(np.percentile(far, 95))
    breadth = float(np.percentile(np.abs(beside @ directions[:, 0]), 95))
    score = spread * breadth**_BREADTH_POWER
    narrow = max(1.0, spread / (_NARROW * max(breadth, _LEAST_BREADTH)))
    if score / narrow ** (_STAIN_POWER * _share_of_stains(beside, far)) > _COLORED:
        kind: Kind = "colored"
    elif chroma < _GRAY_CHROMA:
        kind = "gray"
    else:
        kind = "colored" if _is_result(photo) else "toned"
    return Tone(kind, chroma, spread, breadth)


def _is_result(photo: Photo) -> bool:
    xmp = dict(photo.source.metadata).get("xmp-data", b"")
    return Provenance.from_xmp(xmp) is not None


def _share_of_stains(beside: NDArray[np.float64], far: NDArray[np.float64]) -> float:
    """How much of what is beside the curve, (n, 2), has the hues of stains: 0..1."""
    hues = np.degrees(np.arctan2(beside[:, 1], beside[:, 0]))
    weights = np.where(far > _LEAST_FAR, far**2, 0.0)
    stains = weights[(hues > _STAIN_HUES[0]) & (hues < _STAIN_HUES[1])].sum()
    return float(stains / max(weights.sum(), 1e-9))


def lab_of_sample(sample: NDArray[np.generic], icc: bytes | None) -> NDArray[np.float64]:
    """(h, w, 3) CIELAB. Colors of profiles with tables are taken for sRGB: near enough to judge."""
    try:
        model = rgb_model(icc) if icc is not None else None
    except BadProfile:
        model = None
    if model is None:
        return srgb_to_lab(sample).astype(np.float64)
    share = sample.astype(np.float64) / top_code(sample)
    light = np.stack([curve(share[..., i]) for i, curve in enumerate(model.curves)], axis=-1)
    return np.asarray(xyz_to_lab(light @ model.to_xyz.T), np.float64)


def _curve(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """(h, w, 2), the a* and b* that the tone has at each cell's L*."""
    L = lab[..., 0].ravel()
    parts = [part for part in np.array_split(np.argsort(L, kind="stable"), _NODES) if len(part)]
    nodes = np.array([np.median(L[part]) for part in parts])
    ab = np.array([np.median(lab[..., 1:].reshape(-1, 2)[part], axis=0) for part in parts])
    curve = np.stack([np.interp(L, nodes, ab[:, i]) for i in range(2)], axis=-1)
    return curve.reshape(*lab.shape[:2], 2)
