"""Translation of every sentence a user reads, for engine, command line and window alike.

Sentences are English in the code and are looked up when they are shown, so the language can
change while the program runs. `N_` marks a sentence that is looked up later.
"""

import gettext
import re

from engine.paths import TRANSLATIONS

LANGUAGES = {"en": "English", "de": "Deutsch", "zh_CN": "简体中文"}

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def N_(sentence: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark a sentence for translation without translating it yet."""
    return sentence


def language_for(name: str) -> str:
    """The key of LANGUAGES for a locale name such as "de_AT.UTF-8" or "zh-Hant"; else English."""
    spoken = re.split(r"[^a-z]", name.lower(), maxsplit=1)[0]
    return next((code for code in LANGUAGES if code.partition("_")[0] == spoken), "en")


def set_language(code: str) -> None:
    """Show all sentences in this language from now on.

    Args:
        code: a key of LANGUAGES, or a locale name such as "zh_TW.UTF-8"; English if unknown.
    """
    global _catalog, _language
    wanted = language_for(code)
    if wanted == "en":
        _catalog = gettext.NullTranslations()
    else:
        _catalog = gettext.translation("photochrom", TRANSLATIONS, languages=[wanted])
    _language = wanted


def language_tag() -> str:
    """The language of the moment, as web pages name it, such as "zh-CN"."""
    return _language.replace("_", "-")


def translate(sentence: str, /, **values: object) -> str:
    """The sentence in the language of the moment, its {placeholders} filled in."""
    text = _catalog.gettext(sentence) if sentence else ""
    return text.format(**values) if values else text
