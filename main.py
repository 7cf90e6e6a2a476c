"""Photochrom. A verb of the command line works without a window; else the window opens."""

import difflib
import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import set_language, translate

VERBS = frozenset({"batch", "check", "colorize", "evaluate", "train", "info"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: the arguments without the program's name; those of the process if not given.

    Returns:
        Exit status.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in VERBS or arguments[0].startswith("-")):
        try:
            from engine.cli.main import run

            return run(arguments)
        except KeyboardInterrupt:  # while its parts were still being loaded
            print("Interrupted.", file=sys.stderr)  # noqa: T201 - there is no window
            return 130
    if arguments and not os.path.exists(arguments[0]):  # noqa: PTH110 - a name may be too long
        near = difflib.get_close_matches(arguments[0], VERBS, n=1, cutoff=0.75)
        if near:
            print(  # noqa: T201 - nothing is open that could show it
                f"There is no file and no command “{arguments[0]}”. Did you mean “{near[0]}”?",
                file=sys.stderr,
            )
            return 2
    return _open_window([Path(argument) for argument in arguments])


def _open_window(photos: list[Path]) -> int:
    from gui import system_libraries as libraries
    from gui.display import has_display

    _speak_system_language()
    libraries.forget_foreign_plugins(os.environ)
    if not has_display(os.environ):
        return _without_display(photos)
    try:
        from gui.app import run_window
    except ImportError as error:
        missing = libraries.missing_in(error)
        if missing is None:
            raise
    else:
        missing = libraries.missing_for_window(os.environ)
        if missing is None:
            return run_window(photos)
    print(libraries.sentence_for(missing), file=sys.stderr)  # noqa: T201 - there is no window
    return 1


def _without_display(photos: list[Path]) -> int:
    unknown = next((photo for photo in photos if _is_no_photo(photo)), None)
    if unknown is not None:
        print(  # noqa: T201 - there is no window
            translate("There is no file and no command “{name}”.", name=unknown), file=sys.stderr
        )
        return 2
    if photos:
        print(  # noqa: T201 - there is no window
            translate(
                "There is no display for a window; "
                "photochrom colorize PHOTO colors a photo without one."
            ),
            file=sys.stderr,
        )
        return 1
    from engine.cli.main import color_sample

    print(  # noqa: T201 - there is no window
        translate("There is no display for a window; a sample photo is colored instead.")
    )
    return color_sample()


def _is_no_photo(argument: Path) -> bool:
    """Whether there is no such file, and none was meant that could be a photo."""
    return not (argument.suffix or os.path.exists(argument))  # noqa: PTH110 - see above


def _speak_system_language() -> None:
    """Until the window knows the language that was chosen in it."""
    try:
        locale.setlocale(locale.LC_CTYPE, "")
        set_language(locale.getlocale(locale.LC_CTYPE)[0] or "en")
    except (OSError, ValueError, locale.Error):
        set_language("en")


if __name__ == "__main__":
    sys.exit(main())
