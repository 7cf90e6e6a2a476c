"""The command line's front: verbs, version, help, exit status."""

import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from engine.cli.batch import INTERRUPTED, batch
from engine.cli.check import check
from engine.cli.colorize import colorize
from engine.cli.evaluate import evaluate
from engine.cli.info import info
from engine.cli.train import train
from engine.cli.wording import error_text
from engine.errors import PhotochromError
from engine.paths import SAMPLES
from engine.version import VERSION

FAILED = 1


@click.group(
    help="Put color into black-and-white photographs. Without a command the window opens:\n\n"
    "    photochrom [PHOTO ...]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="photochrom")
def photochrom() -> None:
    """The group all verbs hang on."""


for verb in (colorize, batch, check, evaluate, train, info):
    photochrom.add_command(verb)


def run(argv: Sequence[str]) -> int:
    """Run a command line.

    Args:
        argv: the arguments, the program's name left out.

    Returns:
        Exit status: 0; 1 where something failed; 2 for wrong usage; 130 where it was interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # File names may hold bytes that are no letters; they come out as they are.
        sys.stdout.reconfigure(errors="surrogateescape")
    try:
        status = photochrom.main(list(argv), prog_name="photochrom", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except PhotochromError as error:
        click.echo(error_text(error), err=True)
        return FAILED
    except BrokenPipeError:  # the reader of our output went away, as in `photochrom ... | head`
        sys.stderr.close()
        return FAILED
    return status if isinstance(status, int) else 0


def color_sample() -> int:
    """Color a photo that ships with the program, in a folder of its own, and print where it is.

    Returns:
        Exit status.
    """
    sample = next(iter(sorted(SAMPLES.glob("*.jpg"))))
    folder = Path(tempfile.mkdtemp(prefix="photochrom-"))
    photo = folder / sample.name
    shutil.copyfile(sample, photo)
    click.echo(f"Coloring the sample photo {sample.name} ...")
    return run(["colorize", str(photo)])
