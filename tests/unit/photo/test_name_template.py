"""Names of results by template."""

import datetime
from pathlib import Path

import pytest

from engine.errors import BadTemplate
from engine.photo.name_template import DEFAULT_TEMPLATE, VARIABLES, filled_name, variables_of

VALUES = variables_of(Path("/archive/Reel 7/attic.old.tif"), ".png", datetime.date(2026, 3, 9))


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (DEFAULT_TEMPLATE, "attic.old-colorized.png"),
        ("{folder} - {name}", "Reel 7 - attic.old.png"),
        ("{date}_{name}_{format}", "2026-03-09_attic.old_png.png"),
        ("plain", "plain.png"),
        ("a/b:c*{name}", "a-b-c-attic.old.png"),
        ("../{name}", "-attic.old.png"),
        ("  {name}. ", "attic.old.png"),
        ("名前{name}", "名前attic.old.png"),
    ],
)
def test_templates(template, name):
    assert filled_name(template, VALUES, ".png") == name


def test_a_long_name_is_shortened_before_its_ending():
    name = filled_name("{name}" * 60, VALUES, ".png")
    assert len(name) == 255
    assert name.endswith(".png")


@pytest.mark.parametrize(
    ("template", "variable"),
    [
        ("{nmae}", "{nmae}"),
        ("{}", "{}"),
        ("{name", "{"),
        ("name}", "}"),
        ("", ""),
        (" .. ", " .. "),
    ],
)
def test_templates_that_make_no_name_say_what_is_wrong(template, variable):
    with pytest.raises(BadTemplate) as caught:
        filled_name(template, VALUES, ".png")
    assert caught.value.values["variable"] == variable
    assert all(f"{{{name}}}" in str(caught.value) for name in VARIABLES)
