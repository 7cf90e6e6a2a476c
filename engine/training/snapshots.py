"""What a run was worth at each of its saves, and the best of its weights."""

from pathlib import Path

from engine.measuring.evaluate import Evaluation
from engine.network.model import ColorNetwork
from engine.network.weights import ModelCard, save_weights
from engine.training.calibrate import vividness_missed
from engine.training.run_folder import RunFolder

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
        colorfulness misses the one wished for.
    """
    gray = evaluation.no_color.measures
    plain = evaluation.by_hints[0].measures
    hinted = evaluation.by_hints[SCORED_HINTS].measures
    return float(
        plain.lpips / gray.lpips
        + plain.ciede2000 / gray.ciede2000
        + 10 ** ((gray.psnr - hinted.psnr) / 20)
        + vividness_missed(plain)
    )


def keep(
    folder: RunFolder, network: ColorNetwork, card: ModelCard, step: int, sheet: bytes
) -> None:
    """Write weights and sheet of this step, after its score was logged; drop weights worse than it.

    Args:
        folder: where the run lives.
        network: the averaged weights.
        card: their description.
        step: as in validation.csv.
        sheet: the contact sheet, JPEG.
    """
    folder.snapshots.mkdir(exist_ok=True)
    _sheet(folder, step).write_bytes(sheet)
    save_weights(network, card, _weights(folder, step))
    for worse in _by_score(folder)[KEPT:]:
        _weights(folder, worse).unlink(missing_ok=True)


def best(folder: RunFolder) -> Path | None:
    """The weights of the lowest score; None where nothing was measured."""
    for step in _by_score(folder):
        if _weights(folder, step).is_file():
            return _weights(folder, step)
    return None


def _by_score(folder: RunFolder) -> list[int]:
    """Steps, the best first; of equal ones the later."""
    scores = dict(folder.scores())
    return sorted(scores, key=lambda step: (scores[step], -step))


def _weights(folder: RunFolder, step: int) -> Path:
    return folder.snapshots / f"{step:06}.safetensors"


def _sheet(folder: RunFolder, step: int) -> Path:
    return folder.snapshots / f"{step:06}.jpg"
