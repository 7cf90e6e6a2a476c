"""How a run is made; stored in its checkpoint."""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from engine.training.samples import SampleOptions

PhaseName = Literal["colors", "vivid"]
# Of options that cannot be any number from 0 on: least, most, and what they must be a multiple of.
_BOUNDS: dict[str, tuple[float, float, int]] = {
    "batch_size": (1, 4096, 1),
    "rebalancing_photos": (1, 10**6, 1),
    "samples.size": (32, 1024, 32),
    "temperature": (0.05, 10, 0),
    "average": (0, 0.9999, 0),
    "learning_rate": (0, 1, 0),
    "encoder_rate": (0, 1, 0),
    "encoder_from": (0, 1, 0),
    "samples.ageing": (0, 1, 0),
    "samples.hinted": (0, 1, 0),
    "samples.contrary": (0, 1, 0),
    "samples.evenness": (0, 1, 0),
}
# Asked for by options of their own.
_APART = ("seed", "steps")
# Parts of the loss that only the vivid phase has.
_OF_VIVID = ("losses.matching", "losses.deceive", "losses.vividness")


@dataclass(frozen=True)
class LossWeights:
    """Shares of the parts in the whole loss.

    The last three are of the phase "vivid" only.

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
        settable = {} if holder is None else _settable(holder)
        if last not in settable:
            raise ValueError(f"there is no option {name}; there are {', '.join(self._names())}")
        if self.phase == "colors" and name in _OF_VIVID:
            raise ValueError(f"{name} is for --phase vivid")
        kind = type(settable[last])
        low, high, step = _BOUNDS.get(name, (0, 1000, 0))
        try:
            number = kind(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not low <= number <= high or (step and number % step):
            what = "a number" if not step else f"a multiple of {step}" if step > 1 else "whole"
            raise ValueError(
                f"{name} cannot be {value}; it must be {what} from {low:g} to {high:g}"
            )
        changed = replace(holder, **{last: number})
        return replace(self, **{group: changed}) if group else changed

    def _names(self) -> list[str]:
        parts = {"losses.": self.losses, "samples.": self.samples, "": self}
        return [start + name for start, holder in parts.items() for name in _settable(holder)]

    @classmethod
    def from_dict(cls, stored: dict[str, object]) -> "TrainOptions":
        """The reverse of `dataclasses.asdict`."""
        samples, losses = stored["samples"], stored["losses"]
        assert isinstance(samples, dict)
        assert isinstance(losses, dict)
        rest = {name: value for name, value in stored.items() if name not in ("samples", "losses")}
        return cls(**rest, samples=SampleOptions(**samples), losses=LossWeights(**losses))  # type: ignore[arg-type]  # checked by the checkpoint's format number


def _settable(holder: Any) -> dict[str, float]:
    """The options of a dataclass that are numbers and have no command line option of their own."""
    return {
        name: value
        for name, value in asdict(holder).items()
        if isinstance(value, int | float) and name not in _APART
    }
