"""What is pasted becomes files, as everything that is opened is one."""

import os
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QStandardPaths, QTemporaryDir, QUrl
from PySide6.QtGui import QImage

from engine import SAMPLES, translate

# Copied pictures that are whole files already, of which nothing need get lost.
_FILES = {"image/png": ".png", "image/tiff": ".tif", "image/jpeg": ".jpg"}


class Pasted:
    """Keeps pasted pictures in a folder that is gone when the program ends."""

    def __init__(self) -> None:
        self._folder: QTemporaryDir | None = None

    def paths(self, data: QMimeData) -> list[Path]:
        """What can be opened of the clipboard: copied files, else the picture as a new file.

        Raises:
            OSError: the picture cannot be written.
        """
        files = local_files(data.urls())
        if files:
            return files
        for kind, ending in _FILES.items():
            if data.hasFormat(kind):
                path = self._new(ending)
                path.write_bytes(data.data(kind).data())
                return [path]
        image = data.imageData() if data.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            return []
        # Not packed: the window must not stand still for as long as packing a scan takes.
        path = self._new(".bmp")
        if not image.convertToFormat(QImage.Format.Format_RGB888).save(str(path)):
            raise OSError(str(path))
        return [path]

    def folder_for(self, photo: Path) -> Path:
        """Where results of a photo go at first: beside it, if that is a place of the user's.

        Those of pasted photos and of the samples go to the pictures.
        """
        if not self.is_pasted(photo) and photo.parent != SAMPLES:
            return photo.parent
        place = QStandardPaths.StandardLocation.PicturesLocation
        return Path(QStandardPaths.writableLocation(place))

    def is_pasted(self, photo: Path) -> bool:
        """Whether it is gone when the program ends."""
        return self._folder is not None and photo.parent == Path(self._folder.path())

    def _new(self, ending: str) -> Path:
        if self._folder is None:
            self._folder = QTemporaryDir()
        if not self._folder.isValid():
            raise OSError(self._folder.errorString())
        name = translate("Pasted {time}", time=f"{datetime.now():%Y-%m-%d %H-%M-%S}")
        path = Path(self._folder.path()) / f"{name}{ending}"
        number = 2
        while path.exists():
            path = path.with_name(f"{name} ({number}){ending}")
            number += 1
        return path


def local_files(urls: list[QUrl]) -> list[Path]:
    """The files of this computer among them."""
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def is_folder(path: Path) -> bool:
    """Whether it is a folder that may be looked at."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises if it may not look
