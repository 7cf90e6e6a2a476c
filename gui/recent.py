"""The photos that were opened last, with small pictures of how they were colored."""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, QStandardPaths, Qt
from PySide6.QtGui import QImage

MOST = 6
THUMBNAIL = QSize(116, 87)
_KEY = "recent"


@dataclass(frozen=True, slots=True)
class RecentPhoto:
    """A photo that can be opened again.

    Attributes:
        path: its file.
        thumbnail: how it was colored; None if that is not known.
    """

    path: Path
    thumbnail: QImage | None = None


class Recent:
    """Remembers photos in the settings, and their thumbnails in the program's own folder.

    Args:
        settings: where the paths are kept.
        folder: for the thumbnails; the program's own if not given.
    """

    def __init__(self, settings: QSettings, folder: Path | None = None) -> None:
        place = QStandardPaths.StandardLocation.AppLocalDataLocation
        self._folder = folder or Path(QStandardPaths.writableLocation(place)) / "recent"
        self._settings = settings

    def photos(self) -> list[RecentPhoto]:
        """The newest first, without those whose files are gone."""
        found = []
        for path in self._paths():
            with contextlib.suppress(OSError):
                if path.is_file():
                    image = QImage(str(self._thumbnail_of(path)))
                    found.append(RecentPhoto(path, None if image.isNull() else image))
        return found

    def add(self, path: Path, picture: QImage) -> None:
        """Put a photo in front, with a picture of it of any size."""
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode
        small = picture.scaled(THUMBNAIL * 2, keep, smooth.SmoothTransformation)
        with contextlib.suppress(OSError):  # a list of recent photos is worth no error
            self._folder.mkdir(parents=True, exist_ok=True)
            small.save(str(self._thumbnail_of(path)))
        paths = [path, *(each for each in self._paths() if each != path)]
        for old in paths[MOST:]:
            self._forget(old)
        self._settings.setValue(_KEY, [str(each) for each in paths[:MOST]])

    def clear(self) -> None:
        """Forget them all, and delete the thumbnails."""
        for path in self._paths():
            self._forget(path)
        self._settings.remove(_KEY)

    def _paths(self) -> list[Path]:
        stored = self._settings.value(_KEY, [])
        # A list of one comes back as its item.
        names = [stored] if isinstance(stored, str) else stored
        return [Path(str(name)) for name in names] if isinstance(names, list) else []

    def _forget(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self._thumbnail_of(path).unlink(missing_ok=True)

    def _thumbnail_of(self, path: Path) -> Path:
        digest = hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()
        return self._folder / f"{digest[:24]}.png"
