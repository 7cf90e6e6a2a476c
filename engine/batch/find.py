"""What lies under the folders and photos that were given.

A file is taken by its ending at first; whether it is a photo is decided by its content when it is
read. Nothing stops the search: what cannot be looked into is told.
"""

import fnmatch
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.batch.junk import NO_PHOTO, OWN_RESULT, has_photo_ending, results_among, why_junk
from engine.cancel import CancelToken
from engine.i18n import N_, translate

SUB_FOLDER = N_("It is a folder within the folder.")
NOT_INCLUDED = N_("No pattern includes it.")
EXCLUDED = N_("The pattern “{name}” excludes it.")
SAME_FILE = N_("It is the same file as “{name}”.")
LOOP = N_("It leads to a folder that is looked into already.")
RESULTS_FOLDER = N_("The results go there.")
NOT_LOOKED_INTO = N_("It cannot be looked into; permission is missing or it is gone.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files are looked for.

    Attributes:
        recursive: whether folders within the folders are looked into.
        include: shell patterns of which one must fit the path below the folder, or the name;
            capitals do not matter. None means all.
        exclude: patterns of which none may fit a file or a folder.
        results: a folder that is left out, as the results go there.
    """

    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    results: Path | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a photo.

    Attributes:
        path: where it lies, beginning as it was given.
        relative: its path below the folder that was given, with slashes; its name if it was given
            itself.
        size: in bytes; 0 if it could not be asked.
        mtime: when it was changed, in nanoseconds.
    """

    path: Path
    relative: str
    size: int = 0
    mtime: int = 0


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that is left out.

    Attributes:
        path: a file or folder.
        reason: why, a sentence to be translated.
        name: what the sentence names.
        trouble: whether photos may be missing because of it.
    """

    path: Path
    reason: str
    name: str = ""
    trouble: bool = False

    @property
    def sentence(self) -> str:
        """Why, in the language of the moment."""
        return translate(self.reason, name=self.name) if self.name else translate(self.reason)


@dataclass(frozen=True, slots=True)
class Finding:
    """All that was found, in an order that depends on names only.

    Attributes:
        found: the photos.
        ignored: what was left out.
    """

    found: tuple[Found, ...]
    ignored: tuple[Ignored, ...]


def find_photos(
    places: Iterable[Path], choice: Choice | None = None, cancel: CancelToken | None = None
) -> Finding:
    """Look for photos.

    Args:
        places: folders and photos. A photo that does not exist is found all the same: it fails
            when it is read, and so is accounted for.
        choice: which files.
        cancel: checked between folders.

    Raises:
        Cancelled: on request.
    """
    search = _Search(choice or Choice(), cancel)
    given: list[Found] = []
    for place in places:
        if os.path.isdir(place):  # noqa: PTH112 - Path.is_dir raises if it may not look
            search.add_given(given)
            given = []
            search.look_into(place)
        else:
            given.append(_asked(place, place.name))
    search.add_given(given)
    return Finding(tuple(search.found), tuple(search.ignored))


def missing_among(places: Iterable[Path]) -> tuple[Path, ...]:
    """The places that do not exist; one of which that cannot be told is none of them."""
    return tuple(place for place in dict.fromkeys(places) if _is_missing(place))


Identity = tuple[int, int]


class _Search:
    """Goes through folders; remembers what it has seen, so that nothing counts twice."""

    def __init__(self, choice: Choice, cancel: CancelToken | None) -> None:
        self.found: list[Found] = []
        self.ignored: list[Ignored] = []
        self._choice, self._cancel = choice, cancel
        self._files: dict[Identity, Path] = {}
        self._folders: set[Identity] = set()
        self._results = None if choice.results is None else _identity(choice.results)

    def add_given(self, given: list[Found]) -> None:
        """Photos that were named one by one."""
        by_folder = defaultdict(list)
        for one in given:
            by_folder[one.path.parent].append(one.path.name)
        results = {folder: results_among(names) for folder, names in by_folder.items()}
        for one in given:
            photo = results[one.path.parent].get(one.path.name)
            if photo is not None:
                self._ignore(one.path, OWN_RESULT, photo)
            elif self._is_chosen(one.path, one.relative):
                self._add(one)

    def look_into(self, root: Path) -> None:
        """A folder and, if that was chosen, those within it."""
        candidates: list[Found] = []
        waiting = [(root, "")]
        while waiting:
            if self._cancel is not None:
                self._cancel.raise_if_set()
            folder, relative = waiting.pop()
            if self._enter(folder):
                waiting += self._list(folder, relative, candidates)
        for one in sorted(candidates, key=lambda one: os.fsencode(one.relative)):
            self._add(one)

    def _enter(self, folder: Path) -> bool:
        identity = _identity(folder)
        if identity is None:
            self._ignore(folder, NOT_LOOKED_INTO, trouble=True)
        elif identity in self._folders:
            self._ignore(folder, LOOP)
        elif identity == self._results and self._folders:
            self._ignore(folder, RESULTS_FOLDER)
        else:
            self._folders.add(identity)
            return True
        return False

    def _list(
        self, folder: Path, relative: str, candidates: list[Found]
    ) -> Iterator[tuple[Path, str]]:
        """Add a folder's photos to the candidates; gives the folders within it."""
        try:
            with os.scandir(folder) as entries:
                names = sorted((entry.name, _is_folder(entry)) for entry in entries)
        except OSError:
            self._ignore(folder, NOT_LOOKED_INTO, trouble=True)
            return
        photos = [name for name, is_folder in names if not is_folder and has_photo_ending(name)]
        results = results_among(name for name in photos if not why_junk(name))
        for name, is_folder in names:
            path, below = folder / name, f"{relative}{name}"
            junk = why_junk(name)
            if junk is not None:
                self._ignore(path, junk)
            elif is_folder and not self._choice.recursive:
                self._ignore(path, SUB_FOLDER)
            elif is_folder:
                if not self._is_excluded(path, below):
                    yield path, f"{below}/"
            elif not has_photo_ending(name):
                self._ignore(path, NO_PHOTO)
            elif name in results:
                self._ignore(path, OWN_RESULT, results[name])
            elif self._is_chosen(path, below):
                candidates.append(_asked(path, below))

    def _add(self, one: Found) -> None:
        identity = _identity(one.path)
        if identity in self._files:
            self._ignore(one.path, SAME_FILE, self._files[identity].name)
            return
        if identity is not None:
            self._files[identity] = one.path
        self.found.append(one)

    def _is_chosen(self, path: Path, relative: str) -> bool:
        if self._is_excluded(path, relative):
            return False
        include = self._choice.include
        if include and not any(_fits(pattern, relative) for pattern in include):
            self._ignore(path, NOT_INCLUDED)
            return False
        return True

    def _is_excluded(self, path: Path, relative: str) -> bool:
        for pattern in self._choice.exclude:
            if _fits(pattern, relative):
                self._ignore(path, EXCLUDED, pattern)
                return True
        return False

    def _ignore(self, path: Path, reason: str, name: str = "", *, trouble: bool = False) -> None:
        self.ignored.append(Ignored(path, reason, name, trouble))


def _fits(pattern: str, relative: str) -> bool:
    pattern, relative = pattern.casefold(), relative.casefold()
    names = (relative, relative.rpartition("/")[2])
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _identity(path: Path) -> Identity | None:
    """Device and inode, by which hard links and ways round in circles are told."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _is_missing(place: Path) -> bool:
    try:
        place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _asked(path: Path, relative: str) -> Found:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return Found(path, relative)
    return Found(path, relative, found.st_size if stat.S_ISREG(found.st_mode) else 0,
                 found.st_mtime_ns)  # fmt: skip
