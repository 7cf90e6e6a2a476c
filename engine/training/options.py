"""How a run is made; stored in its checkpoint."""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from engine.training.samples import SampleOptions

PhaseName = Literal["colors", "vivid"]
# Options that cannot be 0, and those that must be multiples of something.
_LEAST = {"batch_size": 1, "temperature": 0.05, "samples.size": 32, "rebalancing_photos": 1}
_STEP = {"samples.size": 32}


@dataclass(frozen=True)
class LossWeights:
    """Shares of the parts in the whole loss; a part with share 0 is not worked out.

    Attributes:
        classes: cross-entropy of the distribution over the bins.
        color: Huber loss of the final a*b*.
        hints: error at the hinted points.
        matching: difference of the finished pictures in the features of an ImageNet network.
        deceive: success against the adversary.
        vividness: difference in colorfulness, relative to the truth's.
    """

    classes: float = 1.0
    color: float = 0.7
    hints: float = 0.2
    matching: float = 0.0
    deceive: float = 0.0
    vividness: float = 0.0


@dataclass(frozen=True)
class TrainOptions:
    """How a run is made; stored in its checkpoint.

    Attributes:
        phase: "colors" learns the distribution; "vivid" goes on against an adversary.
        seed: of everything that is drawn by chance.
        batch_size: samples a step.
        steps: planned steps, over which the learning rate falls; 0 lets the first steps' speed and
            the minutes decide, once.
        learning_rate: highest rate of the decoder.
        encoder_rate: the encoder's rate as a share of it.
        encoder_from: 0..1, share of the planned steps after which the encoder learns too; 1 for
            never.
        temperature: at which the distribution is read out in the color losses.
        average: decay of the averaged weights that are kept in the end.
        rebalancing_photos: how many photos the color statistics are taken from.
        losses: shares of the losses.
        samples: how samples are drawn.
    """

    phase: PhaseName = "colors"
    seed: int = 0
    batch_size: int = 16
    steps: int = 0
    learning_rate: float = 1e-3
    encoder_rate: float = 0.15
    encoder_from: float = 0.35
    temperature: float = 1.0
    average: float = 0.998
    rebalancing_photos: int = 2000
    losses: LossWeights = field(default_factory=LossWeights)
    samples: SampleOptions = field(default_factory=SampleOptions)

    @classmethod
    def of_phase(cls, phase: PhaseName, seed: int = 0, steps: int = 0) -> "TrainOptions":
        """The options of a phase that measured well."""
        if phase == "colors":
            return cls(seed=seed, steps=steps)
        return cls(
            phase="vivid",
            seed=seed,
            steps=steps,
            learning_rate=2e-4,
            encoder_from=1.0,
            temperature=0.6,
            losses=LossWeights(
                classes=0.1, color=0.3, hints=0.2, matching=1.0, deceive=0.2, vividness=0.2
            ),
            samples=SampleOptions(size=192),
        )

    def having(self, name: str, value: str) -> "TrainOptions":
        """The options with another value for one of them.

        Args:
            name: such as "learning_rate", "losses.color" or "samples.fewness".
            value: as it is written.

        Raises:
            ValueError: there is no such option, or it cannot have that value; says so in words.
        """
        group, _, last = name.rpartition(".")
        holder: Any = self if not group else {"losses": self.losses, "samples": self.samples}.get(
            group
        )  # fmt: skip
        settable = {} if holder is None else _numbers(holder)
        if last not in settable:
            raise ValueError(f"there is no option {name}; there are {', '.join(self._names())}")
        kind = type(settable[last])
        try:
            number = kind(value)
        except ValueError:
            number = math.nan
        low, step = _LEAST.get(name, 0), _STEP.get(name)
        if not (math.isfinite(number) and number >= low) or (step and number % step):
            whole = f"a multiple of {step}" if step else "whole" if kind is int else "a number"
            raise ValueError(f"{name} cannot be {value}; it must be {whole}, {low} or more")
        changed = replace(holder, **{last: number})
        return replace(self, **{group: changed}) if group else changed

    def _names(self) -> list[str]:
        parts = {"losses.": self.losses, "samples.": self.samples, "": self}
        return [start + name for start, holder in parts.items() for name in _numbers(holder)]

    @classmethod
    def from_dict(cls, stored: dict[str, object]) -> "TrainOptions":
        """The reverse of `dataclasses.asdict`."""
        samples, losses = stored["samples"], stored["losses"]
        assert isinstance(samples, dict)
        assert isinstance(losses, dict)
        rest = {name: value for name, value in stored.items() if name not in ("samples", "losses")}
        return cls(**rest, samples=SampleOptions(**samples), losses=LossWeights(**losses))  # type: ignore[arg-type]  # checked by the checkpoint's format number


def _numbers(holder: Any) -> dict[str, float]:
    """The options of a dataclass that are numbers; the seed is asked for by itself."""
    return {
        name: value
        for name, value in asdict(holder).items()
        if isinstance(value, int | float) and name != "seed"
    }
