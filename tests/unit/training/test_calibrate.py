"""The calibration is that of all levels, and of all processors."""

import pytest
import torch

from engine.measuring.photos import find_photos
from engine.network import eight_bit
from engine.network.weights import load_weights
from engine.training import calibrate as calibrating
from engine.training.calibrate import LEAST_GAIN, MOST_GAIN, TEMPERATURES, calibrate


@pytest.fixture
def calibrated(photo_folder, monkeypatch):
    """What is found on two photos, on a processor of some kind."""
    photos = find_photos([photo_folder])[:2]
    monkeypatch.setattr(calibrating, "TEMPERATURES", (0.8, 0.5))

    def found(*, eight_bits: bool):
        monkeypatch.setattr(eight_bit, "counts_in_eight_bits", lambda: eight_bits)
        network, card = load_weights(None)
        return calibrate(network, card, photos, torch.device("cpu"))

    return found


def test_it_does_not_depend_on_whether_the_processor_counts_in_eight_bits(calibrated):
    calibration, measures = calibrated(eight_bits=True)
    assert LEAST_GAIN <= calibration.gain <= MOST_GAIN
    assert calibration.temperature in TEMPERATURES
    assert measures.lpips > 0
    assert calibrated(eight_bits=False) == (calibration, measures)
