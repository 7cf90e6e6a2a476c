"""No sentence is missing in Chinese, none loses a placeholder, and the catalog is compiled."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from engine import set_language, translate
from engine.errors import UnreadablePhoto

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "resources" / "translations" / "zh_CN" / "LC_MESSAGES" / "photochrom.po"
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


@pytest.fixture(scope="module")
def catalog() -> dict[str, str]:
    with CATALOG.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


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
    for english, chinese in catalog.items():
        assert sorted(re.findall(r"\{.*?\}", english)) == sorted(re.findall(r"\{.*?\}", chinese)), (
            english
        )


def test_the_compiled_catalog_is_fresh(catalog):
    with CATALOG.with_suffix(".mo").open("rb") as file:
        compiled = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    assert compiled == catalog


def test_the_language_can_change_at_any_time():
    error = UnreadablePhoto(name="attic.tif", reason="it is empty")
    assert str(error).startswith("“attic.tif” cannot be read: it is empty.")
    set_language("zh_CN.UTF-8")
    assert "文件是空的" in str(error)
    set_language("fr_FR")
    assert translate("Reading") == "Reading"
