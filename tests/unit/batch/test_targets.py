"""Names of results: mirrored, by template, never two alike; shares and sidecars."""

import datetime
import os
from itertools import chain
from pathlib import Path

import pytest

from engine.batch.find import Found
from engine.batch.shard import Shard
from engine.batch.sidecars import GivenEdits, sidecar_of
from engine.batch.space import Space, free_in, size_of_result, spaces_for
from engine.batch.targets import Names, Naming, ending_of, name_key
from engine.edits import Adjustments, Edits, Overlay
from engine.errors import BadEdits, BadTemplate

FOUND = Found(Path("in/deep/é.heic"), "deep/é.heic")


def test_where_results_go():
    assert Naming().target_of(FOUND, 1) == Path("in/deep/é-colorized.png")
    assert Naming(Path("out")).target_of(FOUND, 1) == Path("out/deep/é-colorized.png")
    naming = Naming(Path("out"), "{number} {folder} {name} {date}", ".tif",
                    today=datetime.date(2026, 5, 4))  # fmt: skip
    assert naming.target_of(FOUND, 7) == Path("out/deep/0007 deep é 2026-05-04.tif")
    assert Naming(layer="tiff").layer_of(FOUND) == Path("in/deep/é-color-layer.tif")
    assert Naming().layer_of(FOUND) is None
    assert ending_of(Path("a.JPG")) == "jpeg"


def test_long_names_keep_their_mark(tmp_path):
    long = Found(tmp_path / ("漢" * 83 + ".jpg"), "漢" * 83 + ".jpg")
    assert Naming().target_of(long, 1).name.endswith("漢-colorized.jpg")


@pytest.mark.parametrize("template", ["{nam}", "{", "", "..."])
def test_templates_that_make_no_names(template):
    with pytest.raises(BadTemplate):
        Naming(template=template).check()


def test_no_name_is_given_twice(tmp_path):
    names = Names([tmp_path / "a.jpg"])
    assert names.free(tmp_path / "A.JPG").name == "A-2.JPG"
    assert names.free(tmp_path / "a.jpg").name == "a-3.jpg"
    assert names.free(tmp_path / "caf\u00e9.png").name == "caf\u00e9.png"
    assert names.free(tmp_path / "cafe\u0301.png").name == "cafe\u0301-2.png"
    (tmp_path / "b.jpg").touch()
    assert names.free(tmp_path / "b.jpg").name == "b.jpg"
    assert names.free(tmp_path / "b.jpg", on_disk=True).name == "b-2.jpg"
    assert tmp_path / "B-2.jpg" in names


def test_thousands_that_share_a_name_take_no_time(tmp_path):
    names = Names()
    given = [names.free(tmp_path / "scan.png") for _ in range(5000)]
    assert len({name_key(path) for path in given}) == 5000
    assert given[-1].name == "scan-5000.png"


def test_each_photo_belongs_to_one_share():
    relatives = [f"{folder}/{number}.jpg" for folder in "ab" for number in range(500)]
    shards = [Shard(index, 4) for index in (1, 2, 3, 4)]
    shares = [[one for one in relatives if shard.has(one)] for shard in shards]
    assert sorted(chain(*shares)) == sorted(relatives)
    assert all(200 < len(share) < 300 for share in shares)
    for shard in shards:  # what may want the same name stays together
        assert shard.has("a/X.jpg") == shard.has("a/x.tif")
    assert shards[0].has(os.fsdecode(b"\xff.jpg")) in (True, False)
    with pytest.raises(ValueError, match="shard 5 of 4"):
        Shard(5, 4)


def test_a_photo_s_own_edits(tmp_path):
    photo = tmp_path / "a.tif"
    given = GivenEdits(Edits(neutralize=True), Overlay(strength=0.5))
    assert sidecar_of(photo) is None
    assert given.of(None) == Edits(neutralize=True, adjustments=Adjustments(strength=0.5))
    (tmp_path / "a.photochrom.json").write_text('{"version": 1, "adjustments": {"tint": 9}}')
    assert sidecar_of(photo) == tmp_path / "a.photochrom.json"
    (tmp_path / "a.tif.photochrom.json").write_text('{"version": 1, "adjustments": {"tint": 5}}')
    own = given.of(sidecar_of(photo))
    assert own == Edits(adjustments=Adjustments(tint=5, strength=0.5))
    (tmp_path / "a.tif.photochrom.json").write_text('{"version": 1, "adjustment": {}}')
    with pytest.raises(BadEdits, match=r"a\.tif\.photochrom\.json"):
        given.of(sidecar_of(photo))


def test_room(tmp_path):
    assert size_of_result(1000, Path("a.JPG"), "jpeg") == 1600
    assert size_of_result(1000, Path("a.jpg"), "tiff") == 5500
    assert size_of_result(1000, Path("a.tif"), "tiff") == 2500
    (space,) = spaces_for([(tmp_path / "new" / "one", 5), (tmp_path, 7), (tmp_path / "new", 1)])
    assert space.needed == 13
    assert space.folder == tmp_path
    assert space.suffices
    assert not Space(tmp_path, 10, 9).suffices
    assert Space(tmp_path, 10, None).suffices
    assert free_in(tmp_path / "new") == pytest.approx(free_in(tmp_path), rel=0.1)
