"""No sentence is missing in a catalog, none loses a placeholder, and all are compiled."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from engine import LANGUAGES, language_for, set_language, translate
from engine.errors import UnreadablePhoto

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "resources" / "translations"
TRANSLATED = [code for code in LANGUAGES if code != "en"]
KEYWORDS = {"N_": None, "translate": None}


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    found = {
        message
        for folder in ("engine", "gui")
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, keywords=KEYWORDS)
        if isinstance(message, str) and message
    }
    with (ROOT / "main.py").open("rb") as file:
        found |= {str(message) for _, message, _, _ in extract("python", file, KEYWORDS)}
    assert len(found) > 60
    return found


@pytest.fixture(scope="module", params=TRANSLATED)
def catalog_path(request) -> Path:
    return CATALOGS / request.param / "LC_MESSAGES" / "photochrom.po"


@pytest.fixture(scope="module")
def catalog(catalog_path) -> dict[str, str]:
    with catalog_path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def test_every_language_has_a_catalog_and_every_catalog_is_offered():
    assert {"de", "zh_CN"} <= set(TRANSLATED)
    assert {path.parts[-3] for path in CATALOGS.glob("*/LC_MESSAGES/*.po")} == set(TRANSLATED)


def test_none_is_missing_and_none_is_left_over(sentences, catalog):
    assert sentences == set(catalog)
    assert all(catalog.values())


def test_no_sentence_hides_in_an_f_string():
    """Before Python 3.12 pybabel does not look into them."""
    for path in (*ROOT.glob("engine/**/*.py"), *ROOT.glob("gui/**/*.py"), ROOT / "main.py"):
        tree = ast.parse(path.read_text("utf-8"))
        hidden = [
            f"{path.name}:{call.lineno}"
            for text in ast.walk(tree)
            if isinstance(text, ast.JoinedStr)
            for call in ast.walk(text)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            if call.func.id in KEYWORDS and isinstance(call.args[0], ast.Constant)
        ]
        assert not hidden


def test_placeholders_are_kept(catalog):
    for english, translated in catalog.items():
        kept = sorted(re.findall(r"\{.*?\}", translated))
        assert sorted(re.findall(r"\{.*?\}", english)) == kept, english


def test_the_compiled_catalog_is_fresh(catalog, catalog_path):
    with catalog_path.with_suffix(".mo").open("rb") as file:
        compiled = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    assert compiled == catalog


def test_the_language_can_change_at_any_time():
    error = UnreadablePhoto(name="attic.tif", reason="it is empty")
    assert str(error).startswith("“attic.tif” cannot be read: it is empty.")
    set_language("zh_CN.UTF-8")
    assert "文件是空的" in str(error)
    set_language("de_AT.UTF-8")
    assert str(error).startswith("„attic.tif“ lässt sich nicht lesen: die Datei ist leer.")
    set_language("fr_FR")
    assert translate("Reading") == "Reading"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("de", "de"), ("de_DE.UTF-8", "de"), ("de-CH", "de"), ("DE_at@euro", "de"),
        ("zh_CN", "zh_CN"), ("zh-Hant-TW", "zh_CN"), ("ZH", "zh_CN"),
        ("en_GB", "en"), ("fr_FR", "en"), ("den", "en"), ("C", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_a_locale_chooses_its_language(name, code):
    assert language_for(name) == code
