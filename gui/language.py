"""The language of the window: the system's, or the one chosen in it before."""

import logging

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator

from engine import LANGUAGES, language_for, set_language

logger = logging.getLogger(__name__)

KEY = "language"
_qt_translators: list[QTranslator] = []


def remembered_language(settings: QSettings) -> str:
    """The language chosen before, else the system's, else English; a key of LANGUAGES."""
    chosen = str(settings.value(KEY, ""))
    if chosen in LANGUAGES:
        return chosen
    system = QLocale.system().uiLanguages()
    return language_for(system[0]) if system else "en"


def use_language(code: str) -> str:
    """Show all words in this language from now on, those of Qt's own dialogs too.

    Returns:
        The language that is in use; English if the catalog cannot be read.
    """
    try:
        set_language(code)
    except OSError as error:
        logger.warning("No translation for %s: %s", code, error)
        code = "en"
        set_language(code)
    while _qt_translators:
        QCoreApplication.removeTranslator(_qt_translators.pop())
    QLocale.setDefault(QLocale(code))
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if code != "en" and translator.load(f"qtbase_{code}", folder):
        QCoreApplication.installTranslator(translator)
        _qt_translators.append(translator)
    return code
