"""Averages weights of several runs, which is better than either (docs/decisions/0022).

    python -m engine.training.average WEIGHTS:SHARE ... --out FILE [--photos FOLDER_OR_TAR ...]

The runs must have begun from the same weights, or one from the other. With --photos the read-out is
chosen anew, on those photos that are kept from training; without, that of the first file stays.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
import cv2
import torch

from engine.errors import PhotochromError
from engine.measuring.photos import find_photos
from engine.network.model import ColorNetwork
from engine.network.weights import ModelCard, load_weights, save_weights
from engine.training.calibrate import calibrate
from engine.whole_file import check_writable, has_folder


class WeightsWithShare(click.ParamType[tuple[Path, float]]):
    """A weights file and its share, joined by a colon."""

    name = "weights:share"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Path, float]:
        """Read "run/weights.safetensors:0.3"."""
        path, _, share = str(value).rpartition(":")
        try:
            part = float(share)
        except ValueError:
            part = 0.0
        if not (path and 0 < part <= 1):
            self.fail(
                f"{value} is not a weights file, a colon and its share, such as 0.3", param, ctx
            )
        return Path(path), part


@click.command()
@click.argument("parts", nargs=-1, required=True, type=WeightsWithShare())
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--photos", multiple=True, type=click.Path(path_type=Path))
def main(parts: tuple[tuple[Path, float], ...], out: Path, photos: tuple[Path, ...]) -> None:
    """Write the average of weights files."""
    cv2.setNumThreads(1)
    if abs(sum(share for _, share in parts) - 1) > 1e-6:
        raise click.UsageError("The shares must add up to 1.")
    try:
        if not has_folder(out):
            raise click.UsageError(f"{out}: there is no folder {out.absolute().parent}.")
        check_writable(out)
        network, card = average(parts)
        if photos:
            card = _calibrated(network, card, photos)
        save_weights(network, card, out)
    except (PhotochromError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Weights: {out}")


def average(parts: Sequence[tuple[Path, float]]) -> tuple[ColorNetwork, ModelCard]:
    """The weighted mean of weights.

    Args:
        parts: weights files with their shares, which add up to 1.

    Returns:
        The network; its description: that of the first, with its training under "before", and
        all files with their shares under "averaged".

    Raises:
        ModelMissing, ModelDamaged: of a file.
        ValueError: the networks are not of one shape.
    """
    network, card = load_weights(parts[0][0])
    mean = {name: parts[0][1] * value for name, value in _floats(network).items()}
    told = [{"sha256": card.sha256, "share": parts[0][1]}]
    for path, share in parts[1:]:
        other, other_card = load_weights(path)
        if other_card.network != card.network:
            raise ValueError(f"{path} has a network of another shape than {parts[0][0]}.")
        for name, value in _floats(other).items():
            mean[name] += share * value
        told.append({"sha256": other_card.sha256, "share": share})
    network.load_state_dict({**network.state_dict(), **mean})
    training = {
        "photos": card.training.get("photos", 0),
        "averaged": told,
        "before": {**card.training, "sha256": card.sha256},
    }
    return network, replace(card, training=training)


def _floats(network: ColorNetwork) -> dict[str, torch.Tensor]:
    state = network.state_dict()
    return {name: value.float() for name, value in state.items() if value.is_floating_point()}


def _calibrated(network: ColorNetwork, card: ModelCard, places: Sequence[Path]) -> ModelCard:
    held_out = [entry for entry in find_photos(places) if entry.is_held_out]
    if not held_out:
        raise ValueError("None of the photos is one of those kept from training; name more.")
    copy = ColorNetwork(network.config)
    copy.load_state_dict(network.state_dict())
    calibration, measures = calibrate(copy, card, held_out, torch.device("cpu"))
    training = {**card.training, "held_out": asdict(measures) if measures else {}}
    return replace(card, calibration=calibration, training=training)


if __name__ == "__main__":
    main()
