"""What the command line says of an error: its sentences, and which option may help."""

from engine.errors import OutOfMemory, PhotochromError, TooManyPixels

# Options are the command line's own, so the errors themselves, which the window shows too, do not
# name them.
_OPTIONS = {
    OutOfMemory.code: "Or use --quality fast, or --device cpu.",
    TooManyPixels.code: "The option for that is --most-pixels.",
}


def error_text(error: PhotochromError) -> str:
    """What happened, what to do, and the options with which to do it, on one line."""
    return " ".join(part for part in (str(error), _OPTIONS.get(error.code)) if part)
