"""What results are called: by a template, mirrored under a folder, and never two alike.

Names that differ only in capitals, or in how a letter with an accent is put together, count as
alike: on some systems they are one file.
"""

import datetime
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import overload

from engine.batch.find import Found
from engine.photo.name_template import DEFAULT_TEMPLATE, VARIABLES, filled_name, variables_of
from engine.photo.naming import WRITABLE, color_layer_path, colorized_path, numbered_paths

BATCH_VARIABLES = (*VARIABLES, "number")


@dataclass(frozen=True, slots=True)
class Naming:
    """Where results go.

    Attributes:
        into: the folder under which what was found is mirrored; None for beside each photo.
        template: of the name, without its ending. {number} is the photo's place in the listing
            when it was planned first.
        suffix: the ending of all results, such as ".tif"; None for that of the photo where it can
            be written, else ".png".
        layer: "tiff" or "png" where the color alone is written, too.
        today: what {date} says.
    """

    into: Path | None = None
    template: str = DEFAULT_TEMPLATE
    suffix: str | None = None
    layer: str | None = None
    today: datetime.date = datetime.date.min

    def check(self) -> None:
        """Find out early whether names can be made.

        Raises:
            BadTemplate: the template says nothing or has a variable that does not exist.
        """
        self.target_of(Found(Path("name.jpg"), "name.jpg"), 1)

    def target_of(self, one: Found, number: int) -> Path:
        """What the result of a photo would be called if there were no others.

        Raises:
            BadTemplate: as above.
        """
        folder = self.folder_of(one)
        plain = colorized_path(one.path, folder, self.suffix)
        if self.template == DEFAULT_TEMPLATE:
            return plain
        values = variables_of(one.path, plain.suffix, self.today)
        values["number"] = f"{number:04}"
        return folder / filled_name(self.template, values, plain.suffix)

    def layer_of(self, one: Found) -> Path | None:
        """The same of the color alone; None where it is not wanted."""
        if self.layer is None:
            return None
        return color_layer_path(one.path, self.folder_of(one), f".{self.layer}")

    def folder_of(self, one: Found) -> Path:
        """The folder of a photo's result."""
        if self.into is None:
            return one.path.parent
        return self.into / PurePosixPath(one.relative).parent


def ending_of(target: Path) -> str:
    """The format that a result's ending names."""
    return WRITABLE[target.suffix.lower()]


def name_key(path: Path) -> str:
    """What two names have in common if some system may take them for the same."""
    return unicodedata.normalize("NFC", os.path.abspath(path)).casefold()  # noqa: PTH100


@overload
def as_given(file: Path, planned: Path | None) -> Path: ...
@overload
def as_given(file: None, planned: Path | None) -> None: ...
def as_given(file: Path | None, planned: Path | None) -> Path | None:
    """A file's path, beginning as the user gave it, if it lies in the planned folder.

    Args:
        file: its whole path, as journals keep it.
        planned: a file in the folder, as the user gave that.
    """
    if file is None or planned is None:
        return file
    folder = os.path.abspath(planned.parent)  # noqa: PTH100 - links stay, and ".." goes
    return planned.with_name(file.name) if os.fspath(file.parent) == folder else file


class Names:
    """Hands out names, each once.

    Args:
        taken: names that nobody gets.
    """

    def __init__(self, taken: Iterable[Path] = ()) -> None:
        self._taken = {name_key(path) for path in taken}
        self._going_on: dict[Path, Iterator[Path]] = {}

    def __contains__(self, path: Path) -> bool:
        return name_key(path) in self._taken

    def take(self, path: Path) -> None:
        """Say that a name is taken."""
        self._taken.add(name_key(path))

    def free(self, path: Path, *, on_disk: bool = False) -> Path:
        """Take the name itself, or the first free one of NAME-2.EXT, NAME-3.EXT and so on.

        Args:
            path: the name.
            on_disk: whether names of files that exist are left out, too.
        """
        # Where thousands share a name, each search begins where the last one ended.
        candidates = self._going_on.setdefault(path, numbered_paths(path))
        for candidate in candidates:
            if candidate not in self and not (on_disk and os.path.lexists(candidate)):
                self.take(candidate)
                return candidate
        raise AssertionError("numbers never end")
