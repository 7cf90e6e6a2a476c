"""The photos of a batch as a table that stays quick with ten thousand rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QTableView

from engine import translate
from engine.batch import Plan, Row, RowChanged, State
from gui.batch.words import short_states, state_of, state_text
from gui.images import Picture
from gui.theme import theme
from gui.views.painting import in_middle

THUMBNAIL = QSize(56, 40)
PHOTO, TARGET, STATE, TIME, REASON = range(5)
COLUMNS = 5
_TIME_WIDTH = 62
# Beside the words of a cell.
_MARGIN = 8
# Of the width that states and times leave.
_SHARES = {PHOTO: 0.42, TARGET: 0.29, REASON: 0.29}
# States in which nothing is going on, or nothing will.
_QUIET = frozenset({"colored", "exists", "waiting", "elsewhere", "ignored"})
_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


@dataclass(slots=True)
class Line:
    """A row of the table.

    Attributes:
        source: the photo.
        relative: its path below the folder that was given.
        target: its result, as planned or as it came.
        shown_target: the same, as shown.
        state: of the moment; "ignored" for what is no photo to be colored.
        reason: why it failed, was left out or is ignored, or warnings.
        seconds: of work.
    """

    source: Path
    relative: str
    target: Path
    shown_target: str
    state: State | Literal["ignored"]
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A plan made ready for the table, which with ten thousand rows is no work for the window.

    Attributes:
        plan: as the engine made it.
        lines: the rows, and below them what is ignored.
        row_of: where each photo stands.
    """

    plan: Plan
    lines: list[Line]
    row_of: dict[Path, int]

    @classmethod
    def of(cls, plan: Plan, into: Path | None) -> "Listed":
        """Make a plan ready, on any thread."""
        lines = [
            Line(row.source, row.relative, row.target, _shown(row.target, into),
                 state_of(row), row.reason)
            for row in plan.rows
        ]  # fmt: skip
        row_of = {line.source: at for at, line in enumerate(lines)}
        below = _Below(plan.rows)
        ignored = [
            Line(one.path, below.name_of(one.path), one.path, "", "ignored", one.sentence)
            for one in plan.ignored
        ]
        return cls(plan, lines + ignored, row_of)


class BatchTable(QAbstractTableModel):
    """The rows of a plan, and what becomes of them.

    Signals:
        thumbnail_wanted: a photo whose row is seen and that has no picture yet.
    """

    thumbnail_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._row_of: dict[Path, int] = {}
        self._pictures: dict[Path, QPixmap] = {}
        self._asked: set[Path] = set()

    @property
    def lines(self) -> Sequence[Line]:
        """All rows, in the plan's order."""
        return self._lines

    def show_plan(self, listed: Listed) -> None:
        """Show a plan instead of what was shown before."""
        self.beginResetModel()
        self._lines, self._row_of = listed.lines, listed.row_of
        # What comes for a photo that is not in the table is lost, so it is asked for again later.
        self._asked &= self._row_of.keys()
        kept = self._pictures.keys() & self._row_of.keys()
        self._pictures = {path: self._pictures[path] for path in kept}
        self.endResetModel()

    def add_plan(self, listed: Listed) -> None:
        """Show a plan below what is shown."""
        if not listed.lines:
            return
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(listed.lines) - 1)
        # Not in place: both belong to the plan that is shown.
        self._lines = [*self._lines, *listed.lines]
        self._row_of = self._row_of | {source: first + at for source, at in listed.row_of.items()}
        self.endInsertRows()

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._lines, self._row_of = [], {}
        self._asked, self._pictures = set(), {}
        self.endResetModel()

    def take(self, changes: Sequence[RowChanged]) -> None:
        """Show what has become of some photos."""
        touched = []
        for change in changes:
            at = self._row_of.get(change.source)
            if at is None:
                continue
            line = self._lines[at]
            line.state = change.state
            line.reason = change.error or " ".join(change.warnings)
            line.seconds = change.seconds or line.seconds
            if change.target is not None and change.state == "done":
                line.target = change.target
                # It lies where it was planned; its name may have been taken meanwhile.
                line.shown_target = str(Path(line.shown_target).with_name(change.target.name))
            touched.append(at)
        for first, last in _runs(touched):
            self.dataChanged.emit(self.index(first, 0), self.index(last, COLUMNS - 1))

    def photos(self) -> set[Path]:
        """Those that are or were to be colored."""
        return {line.source for line in self._lines if line.state != "ignored"}

    def settle(self) -> None:
        """After a run: what was in hand when it was stopped waits again."""
        for line in self._lines:
            if line.state in ("reading", "looking", "writing"):
                line.state = "waiting"
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, COLUMNS - 1))

    def show_thumbnail(self, path: Path, picture: Picture) -> None:
        """Show the picture of a photo."""
        at = self._row_of.get(path)
        if at is not None:
            self._pictures[path] = _thumbnail(picture.levels[0].image)
            index = self.index(at, PHOTO)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """As Qt asks for it."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """As Qt asks for it."""
        return 0 if parent.isValid() else COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (
                translate("Photo"), translate("Result"), translate("State"), translate("Time"),
                translate("Reason"),
            )[section]  # fmt: skip
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is shown in a cell; asked for those that are seen only."""
        line, column = self._lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _words(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(line, column)
        if role == Qt.ItemDataRole.DecorationRole and column == PHOTO:
            return _empty() if line.state == "ignored" else self._picture(line.source)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _color(line, column)
        return None

    def _picture(self, path: Path) -> QPixmap:
        picture = self._pictures.get(path)
        if picture is None:
            if path not in self._asked:
                self._asked.add(path)
                self.thumbnail_wanted.emit(path)
            return _empty()
        return picture


class PhotosView(QTableView):
    """Shares its width among the columns, so that the reasons are always in sight."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks for it."""
        super().resizeEvent(event)
        heads, left = self.horizontalHeader(), self.viewport().width()
        words = max(self.fontMetrics().horizontalAdvance(text) for text in short_states())
        for column, width in ((STATE, words + _MARGIN), (TIME, _TIME_WIDTH)):
            heads.resizeSection(column, width)
            left -= width
        for column, share in _SHARES.items():
            heads.resizeSection(column, max(heads.minimumSectionSize(), int(share * left)))


class StateFilter(QSortFilterProxyModel):
    """Shows all photos, or the rows of some states."""

    def __init__(self, table: BatchTable) -> None:
        super().__init__()
        self._table = table
        self.setSourceModel(table)
        self._states: frozenset[str] | None = None

    def show_states(self, states: frozenset[str] | None) -> None:
        """Show rows of these states only; all photos if None."""
        self._states = states
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:  # noqa: ARG002 - Qt's signature
        """As Qt asks for it."""
        state = self._table.lines[row].state
        return state != "ignored" if self._states is None else state in self._states


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbors: a filter looks at all rows that are told of."""
    first = last = None
    for row in sorted(set(rows)):
        if first is None or last is None:
            first = last = row
        elif row == last + 1:
            last = row
        else:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last


def _words(line: Line, column: int) -> str:
    if column == PHOTO:
        return line.relative
    if column == TARGET:
        return line.shown_target if line.state not in ("colored", "exists", "failed") else ""
    if column == STATE:
        return state_text(line.state)
    if column == TIME:
        return QLocale().toString(line.seconds, "f", 1) + " s" if line.seconds else ""
    return line.reason


def _tool_tip(line: Line, column: int) -> str | None:
    """Of cells that may be too narrow."""
    target = "" if line.state == "ignored" else str(line.target)
    text = {PHOTO: str(line.source), TARGET: target, REASON: line.reason}.get(column)
    # Names of files are no markup; what cannot be taken for it must not be escaped.
    return escape(text) if text and "<" in text else text


def _color(line: Line, column: int) -> QColor | None:
    if line.state == "failed" and column in (STATE, REASON):
        return QColor(theme().bad)
    if line.state in _QUIET or column in (TIME, REASON):
        return QColor(theme().quiet)
    return None


class _Below:
    """Tells paths as those of the photos are told: below the folder that was given."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._roots = {row.source.parents[len(Path(row.relative).parts) - 1] for row in rows}
        self._known: dict[Path, str] = {}

    def name_of(self, path: Path) -> str:
        folder = path.parent
        if folder not in self._known:  # there may be many files in it
            roots = [one for one in (folder, *folder.parents) if one in self._roots]
            self._known[folder] = str(folder.relative_to(roots[-1]) if roots else folder)
        return str(Path(self._known[folder], path.name))


def _shown(target: Path, into: Path | None) -> str:
    """A result's name, and where it lies below the folder of the results."""
    if into is None:
        return target.name
    try:
        return str(target.relative_to(into))
    except ValueError:
        return str(target)


def _thumbnail(image: QImage) -> QPixmap:
    screen = QGuiApplication.primaryScreen()
    return in_middle(image, THUMBNAIL, screen.devicePixelRatio())


def _empty() -> QPixmap:
    pixmap = QPixmap(THUMBNAIL)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap
