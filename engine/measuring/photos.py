"""Training photographs: folders and tar files of JPEG and PNG pictures, read in any order."""

import contextlib
import csv
import functools
import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import NoPhotos, UnreadablePlace
from engine.i18n import N_
from engine.photo.place import HIDDEN

SUFFIXES = (".jpg", ".jpeg", ".png")
HELD_OUT_SHARE = 0.01
# How files made by gzip, bzip2, xz and zstd begin.
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")
# Beside tar files: name in the tar, source, name at the source; tab-separated.
INDEX = "index.tsv"


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """Where the bytes of one photo lie: a file, or a piece of a tar file.

    Attributes:
        path: the file.
        name: within the place it was found in.
        offset: of its first byte in the file.
        length: in bytes; -1 for all.
        source: what it shares a subject with: a folder, or what the index beside a tar file says.
        origin: what it was called where it came from; stays the same when shards are made anew.
    """

    path: Path
    name: str
    offset: int = 0
    length: int = -1
    source: str = ""
    origin: str = ""

    def read(self) -> bytes:
        """The bytes of the picture file.

        Raises:
            OSError: it cannot be read.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)

    @property
    def place(self) -> Path:
        """The folder or tar file it was found in."""
        if self.length >= 0:
            return self.path
        return self.path.parents[len(PurePosixPath(self.name).parts) - 1]

    @property
    def size(self) -> int:
        """Bytes of the picture file; -1 where that cannot be said."""
        if self.length >= 0:
            return self.length
        try:
            return self.path.stat().st_size
        except OSError:
            return -1

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept from training, for the calibration; a fixed 1 %, by its origin."""
        digest = hashlib.sha256(
            (self.origin or self.name).encode("utf-8", "surrogateescape")
        ).digest()
        return int.from_bytes(digest[:4], "big") < HELD_OUT_SHARE * 2**32


def digest_of_entries(entries: Sequence[PhotoEntry]) -> str:
    """SHA-256 of names and sizes, in this order; where the photos lie makes no difference."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.name}\0{entry.size}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def find_photos(places: Sequence[Path]) -> list[PhotoEntry]:
    """All pictures in folders (with sub-folders) and tar files, in a fixed order.

    What this program has not finished writing there is passed over.

    Raises:
        NoPhotos: a place holds none.
        UnreadablePlace: it, a tar file in it or the index beside one cannot be read.
    """
    entries: list[PhotoEntry] = []
    for place in places:
        try:
            found = _in_folder(place) if place.is_dir() else _in_tar(place)
        except OSError as error:
            raise UnreadablePlace(name=place, reason=unreadable_reason(error)) from error
        if not found:
            raise NoPhotos(place=place)
        entries += found
    return entries


def places_of_entries(entries: Sequence[PhotoEntry]) -> str:
    """The folders and tar files of photos, in words."""
    return ", ".join(dict.fromkeys(str(entry.place) for entry in entries))


def unreadable_reason(error: OSError) -> str:
    """Why a file or folder cannot be read: a sentence's part, to be translated."""
    match error:
        case FileNotFoundError():
            return N_("it does not exist")
        case PermissionError():
            return N_("permission to read it is missing")
        case IsADirectoryError():
            return N_("it is a folder")
        case _:
            return N_("it cannot be opened")


def _in_folder(folder: Path) -> list[PhotoEntry]:
    entries: list[PhotoEntry] = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(HIDDEN) for part in path.relative_to(folder).parts):
            continue  # such as shards that were not finished
        if path.suffix.lower() in SUFFIXES and path.is_file():
            name = path.relative_to(folder)
            source = name.parts[0] if len(name.parts) > 1 else folder.name
            origin = f"{folder.stem}/{name.as_posix()}"
            entries.append(PhotoEntry(path, name.as_posix(), source=source, origin=origin))
        elif path.suffix.lower() == ".tar" and path.is_file():
            entries += _in_tar(path)
    return entries


def _in_tar(path: Path) -> list[PhotoEntry]:
    try:
        index = _index(path.parent / INDEX)
    except (UnicodeError, csv.Error) as error:
        reason = N_("the index.tsv beside it is damaged")
        raise UnreadablePlace(name=path, reason=reason) from error
    with _opened_tar(path) as tar:
        return [
            PhotoEntry(
                path,
                f"{path.name}/{member.name}",
                member.offset_data,
                member.size,
                *index.get(member.name, (path.stem, f"{path.stem}/{member.name}")),
            )
            for member in tar
            if member.isfile() and Path(member.name).suffix.lower() in SUFFIXES
        ]


@contextlib.contextmanager
def _opened_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar file to go through.

    Raises:
        UnreadablePlace: it is none, or ends before it should.
    """
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115 - its errors are other ones than those below
    except tarfile.TarError as error:
        # A compressed one could not be read in any order.
        with path.open("rb") as file:
            is_compressed = file.read(8).startswith(_COMPRESSED)
        reason = (
            N_("it is compressed") if is_compressed else N_("it is neither a folder nor a tar file")
        )
        raise UnreadablePlace(name=path, reason=reason) from error
    try:
        with tar:
            yield tar
    except tarfile.TarError as error:
        raise UnreadablePlace(name=path, reason=N_("it ends too early")) from error


@functools.lru_cache(maxsize=4)
def _index(index: Path) -> dict[str, tuple[str, str]]:
    """Name in a tar file -> source, origin."""
    if not index.is_file():
        return {}
    with index.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if len(row) > 1]
    # The third column is the name at the source; where it is missing the one here has to do.
    return {row[0]: (row[1], f"{row[1]}/{(row[2:] or row)[0]}") for row in rows}


def read_photo(entry: PhotoEntry) -> NDArray[np.uint8] | None:
    """Read and decode a training picture.

    Returns:
        As `decode_photo`; None also if the file cannot be read, as on a failing disk: one photo of
        thousands is no reason to end.
    """
    try:
        return decode_photo(entry.read())
    except OSError:
        return None


def decode_photo(data: bytes) -> NDArray[np.uint8] | None:
    """Decode a training picture.

    Args:
        data: the bytes of a JPEG or PNG file.

    Returns:
        (H, W, 3) uint8, sRGB; None if it cannot be decoded or is too small to learn from. Pictures
        are taken for sRGB: a profile in one of them shifts its colors by less than photos differ.
    """
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if bgr is None or min(bgr.shape[:2]) < 64:
        return None
    return np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8)
