"""What a run was worth now and then, and the best of its weights."""

import math
from pathlib import Path

from engine.measuring.evaluate import Evaluation
from engine.network.model import ColorNetwork
from engine.network.weights import ModelCard, save_weights
from engine.training.calibrate import vividness_missed
from engine.training.run_folder import RunFolder
from engine.whole_file import told_failure, write_whole

# So many weights files are kept of a run, those with the lowest scores; of all others the sheet.
KEPT = 3
# The number of hints of which the score has a part.
SCORED_HINTS = 10


def score(evaluation: Evaluation) -> float:
    """What weights are worth in one number, the lower the better.

    Args:
        evaluation: at about the vividness that is wished for, with 0 and `SCORED_HINTS` hints.

    Returns:
        The sum of three shares of what gray photos have, each 1 for no color at all: LPIPS,
        CIEDE2000, and the root mean square error with `SCORED_HINTS` hints; and of how far the
        colorfulness misses the one wished for. Infinite where one of them is no number, as for
        photos without color.
    """
    gray = evaluation.no_color.measures
    plain = evaluation.by_hints[0].measures
    hinted = evaluation.by_hints[SCORED_HINTS].measures
    if not (gray.lpips and gray.ciede2000):
        return math.inf
    found = (
        plain.lpips / gray.lpips
        + plain.ciede2000 / gray.ciede2000
        + 10 ** ((gray.psnr - hinted.psnr) / 20)
        + vividness_missed(plain)
    )
    return float(found) if math.isfinite(found) else math.inf


class Snapshots:
    """The snapshots of a run, as judged by some photos.

    Args:
        folder: where the run lives.
        photos: a name for the photos; scores of other ones are not compared with theirs.
    """

    def __init__(self, folder: RunFolder, photos: str) -> None:
        self._folder = folder
        self._photos = photos

    def keep(self, network: ColorNetwork, card: ModelCard, step: int, sheet: bytes) -> None:
        """Write a sheet, and weights if they are among the best; the score was logged before.

        Args:
            network: the averaged weights.
            card: their description.
            step: as in validation.csv.
            sheet: the contact sheet, JPEG.

        Raises:
            SaveError: something cannot be written.
        """
        with told_failure(self._folder.snapshots):
            self._folder.snapshots.mkdir(exist_ok=True)
        write_whole(self._folder.snapshots / f"{step:06}.jpg", sheet)
        ranking = self._by_score()
        if step in ranking[:KEPT]:
            save_weights(network, card, self._weights(step))
        for worse in ranking[KEPT:]:
            self._weights(worse).unlink(missing_ok=True)

    def best(self) -> Path | None:
        """The weights of the lowest score; None where nothing was measured."""
        kept = (self._weights(step) for step in self._by_score())
        return next((path for path in kept if path.is_file()), None)

    def _by_score(self) -> list[int]:
        """Steps with a score, the best first; of equal ones the later."""
        scores = self._folder.scores(self._photos)
        finite = [step for step, found in scores.items() if math.isfinite(found)]
        return sorted(finite, key=lambda step: (scores[step], -step))

    def _weights(self, step: int) -> Path:
        return self._folder.snapshots / f"{step:06}.safetensors"
