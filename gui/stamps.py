"""By what a file is known again without reading it."""

from pathlib import Path

# Time of the last change in nanoseconds, and size in bytes; None if the file is gone.
Stamp = tuple[int, int] | None


def stamp_of(path: Path) -> Stamp:
    """The stamp that a file has now."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
