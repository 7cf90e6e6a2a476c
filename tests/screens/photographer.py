"""A real window with the real network, and the pictures that are taken of it."""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSettings, QSize
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from engine import SAMPLES
from gui.main_window import MainWindow
from gui.settings_rows import LANGUAGE, SURROUND, THEME, WINDOW, set_values
from gui.theme import use_scheme
from gui.worker.desk import Desk
from gui.worker.jobs import Recolor, Request
from gui.worker.thread import EngineThread
from tests.screens.states import STATES

PATIENCE_S = 120.0


class _Desk(Desk):
    """Waits before it colors for as long as it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def serve(self, request: Request, tell: Callable[..., None]) -> None:
        if isinstance(request, Recolor):
            self.gate.wait(PATIENCE_S)
        super().serve(request, tell)


class Photographer:
    """Brings the window into a state, takes its picture, and puts everything back.

    Args:
        target: folder of the pictures.

    Attributes:
        window: the window of the moment.
        photos: gray ones.
        broken: a file that is none.
        in_color: a photo that has color already.
        deep: a photo of 16 bit.
        tiny: a photo of 10 x 10 pixels.
        folder: for what the window writes.
        number: of the picture, counted from 0.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._work = tempfile.TemporaryDirectory()
        self.folder = Path(self._work.name)
        os.environ["XDG_DATA_HOME"] = str(self.folder / "data")
        QApplication.setStyle("Fusion")
        self._app = QApplication.instance() or QApplication([])
        self.photos = sorted(SAMPLES.glob("*.jpg"))
        self.broken = self.folder / "damaged.jpg"
        self.broken.write_bytes(self.photos[0].read_bytes()[:200])
        self.in_color = self.folder / "in-color.png"
        self.deep = self.folder / "deep.tif"
        self.tiny = self.folder / "tiny.png"
        _color_photo().save(self.in_color)
        with Image.open(self.photos[0]) as image:
            codes = np.asarray(image.convert("L"), np.uint16) * 257
            image.convert("L").resize((10, 10)).save(self.tiny)
        Image.fromarray(codes).save(self.deep)
        self.number = 0
        self._dress = ("dark", "en", QSize(900, 600))
        self._desk = _Desk()
        self.window: MainWindow

    def __enter__(self) -> "Photographer":
        return self

    def __exit__(self, *_: object) -> None:
        use_scheme("system")
        self._work.cleanup()

    def dress(self, theme: str, language: str, width: int, height: int) -> None:
        """How the next pictures look; the size is in pixels that are as large as at density 1."""
        self._dress = (theme, language, QSize(width, height))

    def take(self, state: str) -> None:
        """Take the picture of a state."""
        theme, language, size = self._dress
        self.number += 1
        settings = QSettings(str(self.folder / f"{self.number}.ini"), QSettings.Format.IniFormat)
        chosen = {THEME.name: theme, SURROUND.name: "theme", LANGUAGE.name: language}
        set_values(settings, WINDOW, chosen)
        settings.setValue("quality", "fast")
        thread = EngineThread(self._desk)
        self.window = MainWindow(thread, settings, language)
        self.window.resize(size)
        self.window.show()
        thread.start()
        self.rest(0.1)
        dialog = STATES[state](self)
        self.rest(0.3)
        ratio = QGuiApplication.primaryScreen().devicePixelRatio()
        name = f"{state}-{theme}-{language}-{size.width()}x{size.height()}@{ratio:g}x.png"
        self._picture(dialog).save(str(self._target / name))
        self._desk.gate.set()
        for each in QApplication.topLevelWidgets():
            if isinstance(each, QDialog) and each.isVisible():
                each.done(0)
        for work in self.window.document._works.values():
            work.edits = work.saved
        if self.window.batching.dialog is not None:
            self.window.batching.dialog._running = False  # so that closing asks nothing
        self.rest(0.05)
        self.window.close()
        self.window.close()
        thread.shut_down()
        self.window.deleteLater()
        self.rest(0.05)

    def open(self, photos: list[Path]) -> None:
        """Open photos and wait until the first one is colored."""
        self.window.open_photos(photos)
        self.until(self.is_done)

    def do(self, action: str, checked: bool | None = None) -> None:
        """As if the key of an action were pressed."""
        found = self.window._actions[action]
        if checked is None or found.isChecked() != checked:
            found.trigger()

    def album(self) -> Path:
        """A folder with photos, one of them damaged, others in a folder within it, and junk."""
        album = self.folder / "album"
        if not album.exists():
            (album / "1910").mkdir(parents=True)
            for number in range(24):
                photo = self.photos[number % len(self.photos)]
                place = album if number % 3 else album / "1910"
                (place / f"{number:02} {photo.name}").write_bytes(photo.read_bytes())
            (album / "damaged.jpg").write_bytes(self.broken.read_bytes())
            for junk in ("Thumbs.db", "notes.txt", "1910/._03 lincoln-1863.jpg"):
                (album / junk).touch()
        return album

    def hold(self) -> None:
        """Let the network seem slow."""
        self._desk.gate.clear()

    def is_done(self) -> bool:
        """Whether the colored photo is on screen and nothing goes on."""
        document = self.window.document
        return document.shown is not None and document.shown.complete and not document.is_working

    def variants_are_done(self) -> bool:
        """Whether the sheet of variants is full: the worker then takes what comes next."""
        thread = self.window._thread
        return thread._inbox._running is None and not thread._inbox._newest

    def dialog(self) -> QWidget | None:
        """The dialog that is open."""
        return next(
            (
                each
                for each in QApplication.topLevelWidgets()
                if isinstance(each, QDialog) and each.isVisible()
            ),
            None,
        )

    def until(self, ready: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"picture {self.number}")
            self.rest(0.02)

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.003)

    def _picture(self, dialog: QWidget | None) -> QPixmap:
        """The window, and the dialog over its middle as window managers put it."""
        picture = self.window.grab()
        if dialog is None:
            return picture
        over, ratio = dialog.grab(), picture.devicePixelRatio()
        room = picture.size().expandedTo(over.size())
        whole = QPixmap(room)
        whole.fill(QColor(90, 90, 90))
        painter = QPainter(whole)
        painter.drawPixmap(_in_middle(picture, room), picture)
        painter.fillRect(whole.rect(), QColor(0, 0, 0, 90))
        painter.drawPixmap(_in_middle(over, room), over)
        painter.end()
        whole.setDevicePixelRatio(ratio)
        return whole


def _in_middle(picture: QPixmap, room: QSize) -> QRect:
    left = (room.width() - picture.width()) // 2
    top = (room.height() - picture.height()) // 2
    return QRect(QPoint(left, top), picture.size())


def _color_photo() -> Image.Image:
    y, x = np.mgrid[:400, :600].astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 4, (400, 600))
    planes = [120 + 100 * np.sin(x / 90) + noise, 110 + 60 * np.cos(y / 70) + noise,
              90 + 80 * np.sin((x + y) / 120) + noise]  # fmt: skip
    return Image.fromarray(np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8))
