"""Progress on standard error, only where somebody watches."""

import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar that is silent unless standard error is a terminal.

    Args:
        columns: what stands behind the bar; how many of how many, and the time left, by default.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),  # names of files may hold brackets
        BarColumn(),
        *(columns or (MofNCompleteColumn(), TimeRemainingColumn())),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # Lines that are printed meanwhile stand above the bar; those for a file go into the file.
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=sys.stderr.isatty(),
    )
