"""What the program is, what it is made of, and what a bug report needs."""

from PySide6.QtCore import QLocale, QSize, Qt, QUrl, Slot, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine import VERSION, PhotochromError, translate, versions, weights_facts
from gui import texts
from gui.licenses_dialog import LicensesDialog
from gui.scales import DIALOG, DISPLAY, LARGE, SMALL, TINY, WIDE, Words
from gui.theme import ICON_FILE

ICON_SIDE = 88
# Sentences are broken at these widths.
WORDS_WIDTH, VALUE_WIDTH = 500, 420
_SHOWN_OF_SHA256 = 12


class AboutDialog(QDialog):
    """Tells of the program.

    Args:
        parent: the window.
        device: where the network ran last; none if empty.
    """

    def __init__(self, parent: QWidget, device: str) -> None:
        super().__init__(parent)
        self._device = device
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("About Photochrom"))
        icon = QLabel()
        icon.setPixmap(
            QIcon(str(ICON_FILE)).pixmap(QSize(ICON_SIDE, ICON_SIDE), self.devicePixelRatioF())
        )
        words = QVBoxLayout()
        words.setSpacing(SMALL)
        for label in (
            Words(DISPLAY, "Photochrom"),
            _words(translate("Version {version}", version=VERSION), role="quiet"),
            _words(translate("Puts color into black-and-white photographs.")),
            _words(translate(
                "Works without the internet: nothing is fetched and nothing is sent anywhere."
            )),
        ):  # fmt: skip
            label.setMinimumWidth(WORDS_WIDTH)
            words.addWidget(label)
        words.insertSpacing(2, TINY)
        words.addSpacing(SMALL)
        words.addLayout(_table(_facts()))
        top = QHBoxLayout()
        top.setSpacing(WIDE)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(*DIALOG)
        box.setSpacing(WIDE)
        box.addLayout(top)
        box.addLayout(self._buttons())
        box.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._close.setFocus()

    @property
    def details(self) -> str:
        """What a bug report needs, in English: it is for those who mend the program."""
        rows = [*versions(), ("Qt", qVersion()), ("Shown by", QGuiApplication.platformName())]
        rows.append(("Device", self._device or "none used yet"))
        try:
            rows.append(("Weights", f"SHA-256 {weights_facts().sha256}"))
        except PhotochromError as error:
            rows.append(("Weights", str(error)))
        return "\n".join(f"{name}: {value}" for name, value in rows)

    def _buttons(self) -> QHBoxLayout:
        self._licenses = QPushButton(translate("Licenses…"))
        self._licenses.clicked.connect(self._on_licenses)
        self._copy = QPushButton(translate("Copy details"))
        self._copy.setToolTip(translate("Versions and device, to be pasted into a bug report"))
        self._copy.clicked.connect(self._on_copy)
        self._log = QPushButton(translate("Open the log folder"))
        self._log.setEnabled(texts.log_path is not None)
        self._log.clicked.connect(self._on_log)
        self._close = QPushButton(translate("Close"))
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        line = QHBoxLayout()
        line.setSpacing(SMALL)
        for button in (self._licenses, self._copy, self._log):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        line.addSpacing(WIDE)
        line.addWidget(self._close)
        return line

    @Slot()
    def _on_licenses(self) -> None:
        LicensesDialog(self).open()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
        self._copy.setMinimumWidth(self._copy.width())  # so that nothing moves
        self._copy.setText(translate("Copied"))

    @Slot()
    def _on_log(self) -> None:
        if texts.log_path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(texts.log_path.parent)))


def _facts() -> list[tuple[str, str]]:
    """Names and values of the table."""
    rows = [(translate("License"), "MIT")]
    try:
        facts = weights_facts()
    except PhotochromError as error:
        rows.append((translate("Weights"), str(error)))
        return rows
    locale = QLocale()
    told = translate(
        "{name}, {count} numbers, SHA-256 {sha256}…",
        name=facts.name,
        count=locale.toString(facts.parameters),
        sha256=facts.sha256[:_SHOWN_OF_SHA256],
    )
    trained = translate(
        "{minutes} minutes on {photos} photographs, on a computer without a graphics card",
        minutes=locale.toString(round(facts.minutes)),
        photos=locale.toString(facts.photos),
    )
    rows += [
        (translate("Weights"), told),
        (translate("Trained"), trained),
        (translate("Encoder"), translate("Started from EfficientNet-Lite2 (Apache-2.0)")),
    ]
    return rows


def _table(rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(LARGE)
    grid.setVerticalSpacing(SMALL)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(rows):
        label, words = _words(name, role="quiet"), _words(value)
        label.setWordWrap(False)
        words.setMinimumWidth(VALUE_WIDTH)
        words.setAccessibleName(f"{name}: {value}")
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, row, 1)
    return grid


def _words(text: str, role: str = "") -> QLabel:
    """Words that can be selected and copied; the role is one of the style sheet."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        label.setProperty(role, True)
    return label
