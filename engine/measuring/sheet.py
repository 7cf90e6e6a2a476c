"""A contact sheet of results beside their truths."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.color.lab import encode_srgb, luminance_of_lightness, srgb_to_lab

TILE = 192

Pixels = NDArray[np.uint8]


class ContactSheet:
    """Rows of gray, result and truth, side by side in columns.

    Args:
        most: photos taken in; those that come later are left out.
        columns: of such rows.
    """

    def __init__(self, most: int, columns: int = 2) -> None:
        self._most = most
        self._columns = columns
        self._rows: list[Pixels] = []

    def add(self, truth: Pixels, result: Pixels) -> None:
        """Add a photo, both (H, W, 3) uint8 sRGB."""
        if len(self._rows) < self._most:
            self._rows.append(np.hstack([_tile(_gray(truth)), _tile(result), _tile(truth)]))

    def encoded(self, suffix: str) -> bytes:
        """The sheet as a picture file.

        Args:
            suffix: ".jpg" or ".png".

        Raises:
            ValueError: there is no photo in it, or the suffix is of another format.
        """
        if not self._rows or suffix.lower() not in (".jpg", ".jpeg", ".png"):
            raise ValueError(f"{len(self._rows)} photos as {suffix}")
        high = -(-len(self._rows) // self._columns)
        rows = self._rows + [np.zeros_like(self._rows[0])] * (
            high * self._columns - len(self._rows)
        )
        columns = [np.vstack(rows[at : at + high]) for at in range(0, len(rows), high)]
        _, data = cv2.imencode(suffix, np.hstack(columns)[..., ::-1])
        return data.tobytes()


def _gray(rgb: Pixels) -> Pixels:
    code = encode_srgb(luminance_of_lightness(srgb_to_lab(rgb)[..., 0])) * 255
    return np.repeat(np.rint(code).astype(np.uint8)[..., None], 3, axis=2)


def _tile(rgb: Pixels) -> Pixels:
    """The middle square of a picture."""
    side = min(rgb.shape[:2])
    y, x = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    square = rgb[y : y + side, x : x + side]
    return np.asarray(cv2.resize(square, (TILE, TILE), interpolation=cv2.INTER_AREA), np.uint8)
