"""Speed of the network: python -m benchmarks.network

Prints milliseconds and the ratio to a network of Zhang 2017's shape, measured in the same run.
Each figure is the median of many rounds; the networks take turns, so that a busy moment of the
machine falls on all of them.
"""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.zhang2017 import Zhang2017
from engine.network.hints import HintBatch, no_hints
from engine.network.model import in_channels_last
from engine.network.predict import fold_batch_norm
from engine.network.weights import load_weights

ROUNDS = {256: 25, 512: 9}


def hints(size: int, count: int = 5) -> HintBatch:
    return HintBatch(
        torch.rand(1, count, 2) * size,
        torch.full((1, count), 5.0),
        torch.randn(1, count, 2) * 30,
        torch.zeros(1, count),
    )


def medians(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each call."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for index in range(rounds + 2):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if index >= 2:  # the first rounds warm up
                times[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(many) for name, many in times.items()}


def main() -> None:
    network, _ = load_weights()
    fold_batch_norm(network)
    in_channels_last(network)
    other = Zhang2017().eval().to(memory_format=torch.channels_last)
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}")
    with torch.inference_mode():
        for size, rounds in ROUNDS.items():
            L = torch.rand(1, 1, size, size) * 100
            look, placed = network.look(L), hints(size)
            planes = torch.rand(1, 4, size, size)

            def paint(look=look, placed=placed) -> None:
                painting = network.paint(look, placed)
                network.read_out(painting, network.own_color(painting, 0.65, 1.1), placed)

            found = medians(
                {
                    "whole network": lambda L=L: network(L, no_hints(1), 0.65, 1.1),
                    "hint update": paint,
                    "shape of Zhang 2017": lambda planes=planes: other(planes),
                },
                rounds,
            )
            base = found["shape of Zhang 2017"]
            for name, ms in found.items():
                print(f"{size} px  {name:<20} {ms:8.1f} ms   ratio {ms / base:.3f}")


if __name__ == "__main__":
    main()
