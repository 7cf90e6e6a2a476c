"""Speed of the network: python -m benchmarks.network

Prints milliseconds, and how many times as long networks of published shapes take in the same run.
Each figure is the median of many rounds; the networks take turns, so that a busy moment of the
machine falls on all of them.
"""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.ddcolor_tiny import DDColorTiny
from benchmarks.zhang2016 import Zhang2016
from benchmarks.zhang2017 import Zhang2017
from engine.network.fused import fuse
from engine.network.hints import HintBatch, no_hints
from engine.network.model import in_channels_last
from engine.network.predict import fold_batch_norm
from engine.network.weights import load_weights

ROUNDS = {256: 21, 512: 5}


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
    fuse(in_channels_last(network))
    others = {
        f"shape of {name}": (other.eval().to(memory_format=torch.channels_last), channels)
        for name, other, channels in (
            ("Zhang 2016", Zhang2016(), 1),
            ("Zhang 2017", Zhang2017(), 4),
            ("DDColor-tiny", DDColorTiny(), 3),
        )
    }
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}")
    with torch.inference_mode():
        for size, rounds in ROUNDS.items():
            L = torch.rand(1, 1, size, size) * 100
            look, placed = network.look(L), hints(size)

            def paint(look=look, placed=placed) -> None:
                painting = network.paint(look, placed)
                network.read_out(painting, network.own_color(painting, 0.65, 1.1), placed)

            calls = {
                "whole network": lambda L=L: network(L, no_hints(1), 0.65, 1.1),
                "hint update": paint,
            }
            for name, (other, channels) in others.items():
                planes = torch.rand(1, channels, size, size)
                calls[name] = lambda other=other, planes=planes: other(planes)
            found = medians(calls, rounds)
            whole, hint = found["whole network"], found["hint update"]
            print(f"{size} px                       ms   / whole network   / hint update")
            for name, ms in found.items():
                print(f"{name:<22} {ms:8.1f} {ms / whole:17.2f} {ms / hint:15.2f}")


if __name__ == "__main__":
    main()
