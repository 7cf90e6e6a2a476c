import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel


class Speaker(QObject):
    said = Signal(object)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_to_qt_take_no_references_from_none_and_true(qtbot):
    """PySide6 6.12.0 takes one at each call, until Python 3.11 aborts; hence the version we pin."""
    label, speaker = QLabel(), Speaker()
    qtbot.addWidget(label)
    before = [sys.getrefcount(constant) for constant in (None, True, False)]
    for number in range(2000):
        label.setText("a")
        speaker.said.emit(number)
    for constant, count in zip((None, True, False), before, strict=True):
        assert sys.getrefcount(constant) > count - 500
