"""The window for whole folders: plan first, then run, pause, stop, go on, and a report."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QSettings, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine import Predictor, load_lasting_predictor, translate
from engine.batch import (
    Continued,
    Event,
    Finished,
    Ignored,
    Paused,
    Plan,
    Progressed,
    Row,
    RowChanged,
    Steering,
)
from gui.batch.adding import Adder
from gui.batch.choices import BatchOrder, BatchSettings
from gui.batch.notice import Notice
from gui.batch.panel import BatchPanel
from gui.batch.table import (
    THUMBNAIL,
    BatchTable,
    Listed,
    PhotosView,
    StateFilter,
)
from gui.batch.thread import BatchThread, with_retry
from gui.batch.words import finished_text, plan_text, progress_text, trouble_of
from gui.images import Picture
from gui.pasting import local_files
from gui.presets import Presets
from gui.pressing import is_return, pressed_focused
from gui.scales import LARGE, MEDIUM, SMALL
from gui.texts import error_text

SIZE = QSize(1240, 760)
# Choices that rest for so long are planned.
REST_MS = 300
# The table follows the run this often.
FOLLOW_MS = 60
_KEY = "batch/settings"
_FILTERS: tuple[tuple[Callable[[], str], frozenset[str] | None], ...] = (
    (lambda: translate("All photos"), None),
    (lambda: translate("To be done"), frozenset({"waiting", "reading", "looking", "writing",
                                                 "elsewhere"})),
    (lambda: translate("Colored"), frozenset({"done"})),
    (lambda: translate("Failed"), frozenset({"failed"})),
    (lambda: translate("Left out"), frozenset({"colored", "exists"})),
    (lambda: translate("Other files, ignored"), frozenset({"ignored"})),
)  # fmt: skip


class BatchDialog(QDialog):
    """A window of its own beside the main one.

    Args:
        parent: the main window.
        settings: what is remembered between runs.
        quality: gives the quality level of the network.
        load: gives the network.

    Signals:
        thumbnail_wanted: a photo, and the most pixels of its longer side.
    """

    thumbnail_wanted = Signal(object, int)

    def __init__(
        self,
        parent: QWidget,
        settings: QSettings,
        quality: Callable[[], Any],
        load: Callable[[], Predictor] = load_lasting_predictor,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(translate("Color folders"))
        self.setAcceptDrops(True)
        self._settings, self._quality = settings, quality
        self._report: Path | None = None
        self._running = self._paused = False
        # Whether the run has its plan, what it was given, and how much of that it has not got yet.
        self._has_begun = False
        self._given: tuple[Path, ...] = ()
        self._awaited = 0
        # The rows of the plan that is shown, while no other is asked for.
        self._planned: tuple[Row, ...] | None = None
        self._ignored: tuple[Ignored, ...] = ()
        self.panel = BatchPanel(_remembered(settings), Presets(settings))
        self.table = BatchTable()
        self.filter = StateFilter(self.table)
        self.view = PhotosView()
        self.filter_box = QComboBox()
        self.summary = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.left = QLabel()
        # Nor is Start the default: Return in a field would write files.
        self.start = QPushButton(autoDefault=False)
        self.pause = QPushButton(autoDefault=False)
        self.stop = QPushButton(translate("Stop"), autoDefault=False)
        self.retry = QPushButton(translate("Retry failed"), autoDefault=False)
        self.report = QPushButton(translate("Open the report"), autoDefault=False)
        self.thread_ = BatchThread(load, self)
        self.adder = Adder(self)
        self.notice = Notice(self)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._put_together()
        self._connect()
        self.thread_.start()
        self._say_nothing()
        self._show_buttons()
        self.resize(SIZE.boundedTo(parent.screen().availableSize() * 0.9))

    @property
    def is_running(self) -> bool:
        """Whether photos are being colored."""
        return self._running

    def add(self, places: Sequence[Path]) -> None:
        """Add folders and photos, and plan."""
        self.panel.add(places)

    def show_thumbnail(self, path: Path, picture: Picture) -> None:
        """Show the picture of a photo, if it is in the table."""
        self.table.show_thumbnail(path, picture)

    def shut_down(self) -> None:
        """Stop everything, for good."""
        self._follow.stop()
        self.notice.hide()
        self.notice.show_no_share()
        self.thread_.shut_down()
        self.adder.wait()

    def may_close(self) -> bool:
        """Whether a run, if there is one, may be stopped; the user is asked."""
        if not self._running:
            return True
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(translate("Photos are still being colored."))
        box.setInformativeText(
            translate("What is done is kept, and Start goes on with the rest at any time.")
        )
        stop = box.addButton(translate("Stop here"), QMessageBox.ButtonRole.DestructiveRole)
        go_on = box.addButton(translate("Keep going"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setEscapeButton(go_on)
        box.exec()
        box.deleteLater()
        return box.clickedButton() is stop

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before a run is stopped."""
        if not self.may_close():
            event.ignore()
            return
        self.thread_.steering.cancel.cancel()
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """The panel is as wide as it needs to be, which is known only now."""
        super().showEvent(event)
        if not event.spontaneous():
            wide = self.panel.wanted_width
            self._halves.setSizes([wide, self.width() - wide])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus, and no other one."""
        if not pressed_focused(self, event) and not is_return(event):
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Escape closes as the cross does."""
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files of this computer, also while a batch runs."""
        if local_files(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add them."""
        event.acceptProposedAction()
        self.add(local_files(event.mimeData().urls()))

    def _put_together(self) -> None:
        self.view.setModel(self.filter)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setShowGrid(False)
        self.view.setIconSize(THUMBNAIL)
        self.view.setTabKeyNavigation(False)
        self.view.setAccessibleName(translate("Photos of the batch"))
        self.view.verticalHeader().hide()
        # Of one height, so that nothing has to be asked of rows that are not seen.
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.verticalHeader().setDefaultSectionSize(THUMBNAIL.height() + SMALL)
        heads = self.view.horizontalHeader()
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setMinimumSectionSize(48)
        for words, _ in _FILTERS:
            self.filter_box.addItem(words())
        self.filter_box.setAccessibleName(translate("Which photos are shown"))
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(translate("Progress"))
        self.start.setProperty("primary", True)
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.filter_box, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        for button in (self.report, self.retry):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.stop, self.pause, self.start):
            buttons.addWidget(button)
        right = QVBoxLayout()
        right.setContentsMargins(SMALL, LARGE, LARGE, LARGE)
        right.setSpacing(MEDIUM)
        right.addLayout(top)
        right.addWidget(self.view, 1)
        right.addWidget(self.bar)
        right.addWidget(self.left)
        right.addLayout(buttons)
        beside = QWidget()
        beside.setLayout(right)
        halves = QSplitter(childrenCollapsible=False)
        halves.addWidget(self.panel)
        halves.addWidget(beside)
        halves.setStretchFactor(1, 1)
        self._halves = halves
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(halves)

    def _connect(self) -> None:
        self.panel.changed.connect(self._on_changed)
        self.filter_box.activated.connect(self._on_filter)
        self.table.thumbnail_wanted.connect(self._on_thumbnail_wanted)
        self.start.clicked.connect(self._on_start)
        self.pause.clicked.connect(self._on_pause)
        self.stop.clicked.connect(self._on_stop)
        self.retry.clicked.connect(self._on_retry)
        self.report.clicked.connect(self._on_report)
        self.thread_.planned.connect(self._on_planned)
        self.thread_.trial.timed.connect(self._on_timed)
        self.thread_.began.connect(self._on_began)
        self.thread_.ended.connect(self._on_ended)
        self.thread_.reporter.written.connect(self._on_reported)
        self.thread_.given_up.connect(self._on_given_up)
        self.adder.added.connect(self._on_added)
        self.adder.failed.connect(self._on_adding_failed)
        self.thread_.failed.connect(self._on_failed)
        self._rest.timeout.connect(self._on_rest)
        self._follow.timeout.connect(self._on_follow)
        # Of the table only: everywhere else Space presses what has the focus.
        look = QShortcut(
            QKeySequence(Qt.Key.Key_Space), self.view, context=Qt.ShortcutContext.WidgetShortcut
        )
        look.activated.connect(self._on_space)

    @property
    def _order(self) -> BatchOrder:
        return BatchOrder(self.panel.places, self.panel.settings, self._quality())

    def _say_nothing(self) -> None:
        self.summary.setText(translate("Drop folders or photos here, or add them on the left."))
        self.bar.hide()
        self.left.hide()

    def _show_buttons(self) -> None:
        """Which buttons there are, and which of them do anything."""
        failed = any(line.state == "failed" for line in self.table.lines)
        waits = any(line.state in ("waiting", "elsewhere") for line in self.table.lines)
        self.start.setText(translate("Start"))
        self.start.setVisible(not self._running)
        self.start.setEnabled(waits and not self.panel.problem)
        self.pause.setText(translate("Go on") if self._paused else translate("Pause"))
        for button in (self.pause, self.stop):
            button.setVisible(self._running)
        self.retry.setVisible(failed and not self._running)
        self.report.setVisible(self._report is not None and not self._running)
        self.panel.setEnabled(not self._running)

    @Slot()
    def _on_changed(self) -> None:
        text = msgspec.json.encode(self.panel.settings).decode()
        self._settings.setValue(_KEY, text)
        self._rest.start()

    @Slot()
    def _on_rest(self) -> None:
        """Plan what is chosen now; what is new during a run is given to that."""
        self._planned = None
        if self._running:
            self._give_more()
            return
        if not self.panel.places:
            self.table.clear()
            self._say_nothing()
        elif self.panel.problem:
            self.summary.setText(self.panel.problem)
        else:
            self.summary.setText(translate("Looking for photos…"))
            self.thread_.plan(self._order)
        self._show_buttons()

    @property
    def _wants_plan(self) -> bool:
        """Whether there is something to plan; what was to be planned before may still come."""
        return not self._running and bool(self.panel.places) and not self.panel.problem

    @property
    def _not_given(self) -> tuple[Path, ...]:
        """The places that the run was not given."""
        return tuple(place for place in self.panel.places if place not in self._given)

    def _give_more(self) -> None:
        """Let the run have the places that came after it was begun, once it has its own plan."""
        new = self._not_given
        if new and self._has_begun:
            self._given += new
            self._awaited += 1
            order = replace(self._order, places=new)
            self.adder.begin(order, self.thread_.steering, self.table.photos())

    @Slot(object, object)
    def _on_added(self, listed: Listed, to: Steering) -> None:
        if self._running and to is self.thread_.steering:  # not of a run before
            self._awaited -= 1
            self._ignored += listed.plan.ignored
            self.table.add_plan(listed)

    @Slot(object, object)
    def _on_adding_failed(self, error: Exception, to: Steering) -> None:
        if self._running and to is self.thread_.steering:
            self.summary.setText(error_text(error))

    @Slot(object)
    def _on_timed(self, plan: Plan) -> None:
        if self._wants_plan and self._planned is plan.rows:  # and no other was asked for since
            self.summary.setText(plan_text(plan))

    @Slot(object)
    def _on_planned(self, listed: Listed) -> None:
        if self._wants_plan:
            self._planned = listed.plan.rows
            self.table.show_plan(listed)
            self.summary.setText(plan_text(listed.plan))
            self.bar.hide()
            self.left.hide()
            self._show_buttons()

    @Slot()
    def _on_start(self) -> None:
        self._begin(self._order)

    @Slot()
    def _on_retry(self) -> None:
        self._begin(with_retry(self._order))

    def _begin(self, order: BatchOrder) -> None:
        self._rest.stop()
        self._running = True
        self._paused = self._has_begun = False
        self._given, self._awaited = order.places, 0
        self.summary.setText(translate("Making ready…"))
        self.bar.setValue(0)
        self.bar.show()
        self.left.setText("")
        self.left.show()
        self.thread_.carry_out(order)
        self._follow.start()
        self._show_buttons()

    @Slot(object)
    def _on_began(self, listed: Listed) -> None:
        self._report = None
        self.table.show_plan(listed)
        self._ignored = listed.plan.ignored
        self.summary.setText(translate("Coloring. The window stays usable meanwhile."))
        self._has_begun = True
        self._give_more()

    @Slot()
    def _on_follow(self) -> None:
        """Show what the run has told since the last time."""
        events = self.thread_.take_events()
        changes: list[RowChanged] = []
        for event in events:
            if isinstance(event, RowChanged):
                changes.append(event)
            else:
                self._follow_one(event)
        self.table.take(changes)

    def _follow_one(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self.bar.setValue(round(1000 * event.share))
            self.notice.show_share(event.share)
            self.left.setText(progress_text(event.ended, event.total, event.seconds_left))
            percent = translate("{percent} %", percent=int(100 * event.share))
            name = translate("Color folders")
            self.setWindowTitle(f"{percent} – {name}")
        elif isinstance(event, Paused):
            self._paused = True
            words = event.reason or translate("Paused.")
            self.summary.setText(words)
            if event.reason:
                self.notice.tell(words)
            self._show_buttons()
        elif isinstance(event, Continued):
            self._paused = False
            self.summary.setText(translate("Coloring. The window stays usable meanwhile."))
            self._show_buttons()

    @Slot(object)
    def _on_ended(self, finished: Finished) -> None:
        self._over()
        text = finished_text(finished)
        self.summary.setText("\n".join([text, *trouble_of(self._ignored)]))
        if not finished.cancelled:
            if any(line.state == "waiting" for line in self.table.lines):
                self._rest.start()  # added as the last photo was finished
            self.bar.setValue(1000)
            self.notice.tell(text)
        self.left.hide()
        self._show_buttons()

    @Slot(object)
    def _on_reported(self, report: Path) -> None:
        self._report = report
        self._show_buttons()

    @Slot()
    def _on_given_up(self) -> None:
        self._over()
        self.summary.setText(translate("Stopped before anything was begun."))
        self.bar.hide()
        self.left.hide()
        self._show_buttons()

    @Slot(object, bool)
    def _on_failed(self, error: Exception, of_run: bool) -> None:
        if of_run:
            self._over()
        elif self._wants_plan:
            self.table.clear()  # what it shows is not what Start would do
        else:
            return
        self.summary.setText(error_text(error))
        self.bar.hide()
        self.left.hide()
        if of_run:
            self.notice.tell(self.summary.text())
        self._show_buttons()

    def _over(self) -> None:
        self._on_follow()
        self._follow.stop()
        self.table.settle()
        self._running = self._paused = False
        if self._awaited or self._not_given:
            self._rest.start()
        self.notice.show_no_share()
        self.setWindowTitle(translate("Color folders"))

    @Slot()
    def _on_pause(self) -> None:
        if self._paused:
            self.thread_.steering.go_on()
        else:
            self.thread_.steering.pause()

    @Slot()
    def _on_stop(self) -> None:
        self.summary.setText(translate("Stopping…"))
        self.thread_.steering.cancel.cancel()

    @Slot()
    def _on_report(self) -> None:
        if self._report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report)))

    @Slot(int)
    def _on_filter(self, at: int) -> None:
        self.filter.show_states(_FILTERS[at][1])

    @Slot(object)
    def _on_thumbnail_wanted(self, path: Path) -> None:
        side = round(max(THUMBNAIL.width(), THUMBNAIL.height()) * self.devicePixelRatioF())
        self.thumbnail_wanted.emit(path, side)

    @Slot()
    def _on_space(self) -> None:
        """Open the result of the row, or its photo, with what the system has for it."""
        index = self.view.currentIndex()
        if index.isValid():
            line = self.table.lines[self.filter.mapToSource(index).row()]
            if line.state == "ignored":
                return  # it is any file, and may be a program
            path = line.target if line.state == "done" else line.source
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _remembered(settings: QSettings) -> BatchSettings:
    """What was chosen in the run before; the defaults if that makes no sense."""
    try:
        return msgspec.json.decode(str(settings.value(_KEY, "")), type=BatchSettings)
    except (msgspec.DecodeError, ValueError):
        return BatchSettings()
