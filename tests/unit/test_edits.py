"""Edits and their JSON form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.edits import Adjustments, Edits, Hint, edits_from_json, edits_to_json, load_edits
from engine.errors import BadEdits

hints = st.builds(
    Hint,
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    radius=st.floats(0.001, 0.5),
    a=st.floats(-128, 128),
    b=st.floats(-128, 128),
)
adjustments = st.builds(
    Adjustments,
    strength=st.floats(0, 1),
    saturation=st.floats(0, 3),
    temperature=st.floats(-100, 100),
    tint=st.floats(-100, 100),
)


@given(st.builds(Edits, hints=st.lists(hints, max_size=4).map(tuple), adjustments=adjustments))
def test_there_and_back(edits):
    assert edits_from_json(edits_to_json(edits), "x.json") == edits


def read(value: object) -> Edits:
    return edits_from_json(json.dumps(value).encode(), "x.json")


def test_rgb_becomes_its_a_and_b():
    edits = read({"version": 1, "hints": [{"x": 0.5, "y": 0.5, "rgb": "#ff0000"}]})
    assert edits.hints[0].a == pytest.approx(80.09, abs=0.03)
    assert edits.hints[0].b == pytest.approx(67.20, abs=0.03)


def test_everything_but_the_version_may_be_left_out():
    assert read({"version": 1}) == Edits()


HINT = {"x": 0.5, "y": 0.5, "radius": 0.1, "ab": [1, 2]}


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({}, "version"),
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ([1], "object"),
        ({"version": 1, "hint": []}, "hint"),
        ({"version": 1, "hints": [{**HINT, "colour": 1}]}, "colour"),
        ({"version": 1, "hints": [{**HINT, "x": 1.1}]}, "hint 1, x"),
        ({"version": 1, "hints": [{**HINT, "radius": 0}]}, "radius"),
        ({"version": 1, "hints": [{"x": 0, "y": 0}]}, "either"),
        ({"version": 1, "hints": [{**HINT, "rgb": "#112233"}]}, "either"),
        ({"version": 1, "hints": [{"x": 0, "y": 0, "rgb": "red"}]}, "rgb"),
        ({"version": 1, "adjustments": {"strength": 2}}, "strength"),
        ({"version": 1, "adjustments": {"warmth": 2}}, "warmth"),
    ],
)
def test_what_it_should_not_say_is_refused_with_a_sentence(value, word):
    with pytest.raises(BadEdits) as caught:
        read(value)
    sentence = str(caught.value)
    assert word in sentence
    assert "x.json" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe{}", b'{"version": 1e999}'])
def test_what_is_no_json_is_refused(data):
    with pytest.raises(BadEdits):
        edits_from_json(data, "x.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadEdits, match=r"none\.json"):
        load_edits(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 1, "hints": [{"x": 0, "y": 0}]}', "hint 1 needs"),
        ('{"version": 1, "hints": [{"x": 2, "y": 0, "ab": [0, 0]}]}', "hint 1, x"),
        ('{"version": 1, "hints": [{"x": 0, "y": 0, "rgb": "red"}]}', 'a color such as "#'),
        ('{"version": 2}', "must be 1, not 2"),
        ("[]", "one JSON object"),
    ],
)
def test_what_is_wrong_is_said_in_words(text, said):
    with pytest.raises(BadEdits, match=said) as caught:
        edits_from_json(text.encode(), "edits.json")
    assert "regex" not in str(caught.value)
    assert "$" not in str(caught.value)


def test_neutralizing_is_off_unless_it_is_said():
    assert not edits_from_json(b'{"version": 1}', "edits.json").neutralize
    assert edits_from_json(b'{"version": 1, "neutralize": true}', "edits.json").neutralize
    with pytest.raises(BadEdits, match="neutralize"):
        edits_from_json(b'{"version": 1, "neutralize": 1}', "edits.json")
    edits = Edits(neutralize=True)
    assert edits_from_json(edits_to_json(edits), "edits.json") == edits


def test_a_byte_order_mark_is_no_error():
    assert edits_from_json(b'\xef\xbb\xbf{"version": 1}', "edits.json") == Edits()
