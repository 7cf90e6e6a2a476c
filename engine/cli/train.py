"""photochrom train: make weights from color photos."""

import logging
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from engine.cancel import CancelToken
from engine.cli.choices import DEVICE, seed_option
from engine.i18n import translate

if TYPE_CHECKING:
    from engine.training.trainer import Progress

# Parameters that the checkpoint has, with the options that set them.
OF_A_NEW_RUN = {
    "start_from": "--start-from",
    "phase": "--phase",
    "steps": "--steps",
    "seed": "--seed",
    "settings": "--set",
}


@click.command(short_help="Make weights from color photos.")
@click.argument(
    "places", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER_OR_TAR ..."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the run lives: checkpoint, log, learning curve, weights.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after so many minutes; the run is saved and can be resumed.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in FOLDER.")
@click.option("--device", type=DEVICE, default="auto", show_default=True, help="Where to train.")
@click.option(
    "--start-from",
    type=click.Path(path_type=Path),
    metavar="WEIGHTS",
    help="Begin with these weights instead of the ImageNet encoder.",
)
@click.option(
    "--validate",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Judge the run by these photos, instead of the 1 % kept from training; the weights they "
    "find best become the result.",
)
@click.option(
    "--phase",
    type=click.Choice(["colors", "vivid"]),
    default="colors",
    show_default=True,
    help="What to learn: the colors, or, from weights that know them, vividness.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    metavar="N",
    help="Planned steps; by default as many as fit into --minutes, or three rounds through the "
    "photos.",
)
@seed_option("everything drawn by chance")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value for an option of the run, such as learning_rate=0.0005 or "
    "samples.fewness=2; may be given several times. docs/training.md has them all.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the CPU to use.")
def train(
    places: tuple[Path, ...],
    out: Path,
    threads: int | None,
    settings: tuple[str, ...],
    **options: Any,
) -> None:
    """Train the network on color photos, in folders or uncompressed tar files."""
    import torch

    from engine.training.options import TrainOptions
    from engine.training.session import SessionOptions, run_session

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if options["phase"] == "vivid" and not (options["start_from"] or options["resume"]):
        raise click.UsageError("--phase vivid goes on from weights: name them with --start-from.")
    if options["resume"]:
        _refuse_new_options()
    plan = TrainOptions.of_phase(options["phase"], options["seed"], options["steps"] or 0)
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            plan = plan.having(name, value)
        except ValueError as error:
            raise click.UsageError(f"--set {setting}: {error}.") from error
    if threads:
        torch.set_num_threads(threads)
    cancel = CancelToken()

    def stop(_number: int, _frame: FrameType | None) -> None:
        click.echo("Stopping after this step; the run is being saved.", err=True)
        cancel.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    session = SessionOptions(
        places=places,
        folder=out,
        minutes=options["minutes"],
        resume=options["resume"],
        device=options["device"],
        start_from=options["start_from"],
        validate=options["validate"],
        train=plan,
    )
    weights = run_session(session, cancel, _report)
    click.echo(f"Weights: {weights}")


def _refuse_new_options() -> None:
    """Refuse options that a resumed run would not heed."""
    context = click.get_current_context()
    given = [
        option
        for name, option in OF_A_NEW_RUN.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            translate(
                "For a new run only: {options}; a resumed one keeps its options.",
                options=", ".join(given),
            )
        )


def _report(progress: "Progress") -> None:
    planned = f" of {progress.steps}" if progress.steps else ""
    click.echo(
        f"step {progress.step}{planned}  {progress.minutes:.1f} min  loss {progress.loss:.3f}  "
        f"{progress.rate:.1f} photos/s",
        err=True,
    )
