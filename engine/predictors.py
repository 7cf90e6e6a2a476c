"""The door to the network, apart from it so that torch is imported only when it is needed."""

from pathlib import Path
from typing import Literal

from engine.values import Predictor

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]


def load_predictor(
    device: DeviceChoice = "auto", weights: Path | None = None, *, hurried: bool = True
) -> Predictor:
    """Load the network.

    Args:
        device: "auto" takes CUDA, then MPS, then the CPU, whichever torch has.
        weights: a safetensors file; the one that ships with the program by default.
        hurried: whether "fast" may count in 8 bits, where the processor does so quickly.

    Raises:
        ModelMissing: there are no weights.
        ModelDamaged: the weights do not fit the network.
        DeviceMissing: torch has no such device here.
    """
    from engine.network.predict import load

    return load(device, weights, hurried=hurried)


def load_lasting_predictor(device: DeviceChoice = "auto", weights: Path | None = None) -> Predictor:
    """Load the network so that it goes on where memory or a graphics card gives out.

    What it gives up for that, first quality, then with "auto" the graphics card, stands in the
    notices of the planes it predicts.

    Args:
        device: as above.
        weights: as above.

    Raises:
        ModelMissing, ModelDamaged, DeviceMissing: as above.
    """
    from engine.network.fallback import load_with_fallback

    return load_with_fallback(device, weights)
