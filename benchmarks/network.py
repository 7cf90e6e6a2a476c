"""Speed of the network: python -m benchmarks.network

Prints milliseconds, and how many times as long networks of published shapes take in the same run;
ours in 32-bit floats, and as "fast" runs it where the processor counts in 8 bits.
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
from engine.network.calibration import Calibration
from engine.network.eight_bit import in_eight_bits
from engine.network.fused import fuse
from engine.network.hints import HintBatch, no_hints
from engine.network.model import ColorNetwork, Look, in_channels_last
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
    network, card = load_weights()
    fold_batch_norm(network)
    network = in_channels_last(network.requires_grad_(requires_grad=False))
    quick = in_eight_bits(network)
    fuse(network)
    ours = {"32-bit": network} | ({} if quick is None else {"8-bit": quick})
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
            calls: dict[str, Callable[[], object]] = {}
            for name, each in ours.items():
                calls |= our_calls(name, each, card.calibration, size)
            for name, (other, channels) in others.items():
                planes = torch.rand(1, channels, size, size)
                calls[name] = lambda other=other, planes=planes: other(planes)
            found = medians(calls, rounds)
            print(f"{size:>4} px {'':<20} {'ms':>8}" + "".join(f"{name:>24}" for name in others))
            for name, ms in found.items():
                ratios = "".join(f"{found[other] / ms:24.2f}" for other in others)
                print(f"{name:<28} {ms:8.1f}{ratios}")


def our_calls(
    name: str, network: ColorNetwork, calibration: Calibration, size: int
) -> dict[str, Callable[[], object]]:
    """The whole network without hints, and the update after a hint, as a photo's color is made."""
    L, placed = torch.rand(1, 1, size, size) * 100, hints(size)

    def ahead() -> Look:
        return network.ahead(network.look(L), calibration)

    seen = ahead()

    def color(look: Look, given: HintBatch) -> None:
        painting = network.paint(look, given, calibration)
        network.read_out(painting, network.own_color(painting, calibration), given)

    return {
        f"whole network, {name}": lambda: color(ahead(), no_hints(1)),
        f"hint update, {name}": lambda: color(seen, placed),
    }


if __name__ == "__main__":
    main()
