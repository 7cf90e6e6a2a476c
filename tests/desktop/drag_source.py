"""A window out of which a file can be dragged, as out of a file manager.

    python -m tests.desktop.drag_source FILE

Says "dragging" when a drag begins, and in the end "taken" or "refused". Runs until it is ended.
"""

import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

TITLE = "Files"
SIDE = 100


class Files(QWidget):
    def __init__(self, name: str) -> None:
        super().__init__(windowTitle=TITLE)
        self._name = name
        self._pressed = QPoint()
        self.setFixedSize(SIDE, SIDE)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        moved = event.position().toPoint() - self._pressed
        if moved.manhattanLength() < QApplication.startDragDistance():
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._name)])
        drag = QDrag(self)
        drag.setMimeData(data)
        print("dragging", flush=True)
        action = drag.exec(Qt.DropAction.CopyAction)
        # The data are fetched after this, so the window must stay for a while.
        print("refused" if action == Qt.DropAction.IgnoreAction else "taken", flush=True)


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    files = Files(sys.argv[1])
    files.show()
    app.exec()
