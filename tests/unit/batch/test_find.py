"""What is found, in which order, and why the rest is not."""

import os
import random
from pathlib import Path

import pytest

from engine.batch import find
from engine.batch.find import Choice, Finding, find_photos
from engine.batch.junk import has_photo_ending, results_among, why_junk
from engine.cancel import CancelToken
from engine.errors import Cancelled


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))


def relatives(finding: Finding) -> list[str]:
    return [one.relative for one in finding.found]


def reasons(finding: Finding) -> dict[str, str]:
    return {one.path.name: one.sentence for one in finding.ignored}


def test_only_the_folder_itself_or_all_below_it(tmp_path):
    touch(tmp_path, "b.jpg", "a.TIF", "deep/er/c.png", "deep/d.webp")
    finding = find_photos([tmp_path])
    assert relatives(finding) == ["a.TIF", "b.jpg"]
    assert reasons(finding) == {"deep": "It is a folder within the folder."}
    finding = find_photos([tmp_path], Choice(recursive=True))
    assert relatives(finding) == ["a.TIF", "b.jpg", "deep/d.webp", "deep/er/c.png"]
    assert not finding.ignored
    assert finding.found[0].path == tmp_path / "a.TIF"
    assert finding.found[0].size == 5
    assert finding.found[0].mtime > 0


def test_the_order_depends_on_names_only(tmp_path):
    names = [f"{folder}/{number}.jpg" for folder in ("x", "y", "x/z") for number in range(5)]
    random.Random(1).shuffle(names)
    touch(tmp_path, *names)
    found = relatives(find_photos([tmp_path], Choice(recursive=True)))
    assert found == sorted(names)


@pytest.mark.parametrize(
    "name",
    ["Thumbs.db", "THUMBS.DB", ".DS_Store", "._a.jpg", "desktop.ini", "@eaDir/a.jpg", ".hidden.jpg",
     "__MACOSX/a.jpg", ".photochrom-1-ab.part", "notes.txt", "a.jpg.photochrom.json", "no_ending"],
)  # fmt: skip
def test_junk_is_left_out_with_a_reason(tmp_path, name):
    touch(tmp_path, "photo.jpg", name)
    finding = find_photos([tmp_path], Choice(recursive=True))
    assert relatives(finding) == ["photo.jpg"]
    (ignored,) = finding.ignored
    assert name.startswith(ignored.path.name)
    assert ignored.sentence.endswith(".")
    assert not ignored.trouble


def test_own_results_are_left_out_where_their_photo_is(tmp_path):
    touch(tmp_path, "a.jpg", "a-colorized.jpg", "A-colorized-2.png", "a-color-layer.tif",
          "alone-colorized.jpg", "a-colorized-b.jpg")  # fmt: skip
    finding = find_photos([tmp_path])
    assert relatives(finding) == ["a-colorized-b.jpg", "a.jpg", "alone-colorized.jpg"]
    assert set(reasons(finding).values()) == {"It is a result of “a.jpg”."}
    given = [tmp_path / name for name in ("a.jpg", "a-colorized.jpg")]
    assert relatives(find_photos(given)) == ["a.jpg"]
    assert relatives(find_photos(given[1:])) == ["a-colorized.jpg"]  # it was asked for


def test_patterns(tmp_path):
    touch(tmp_path, "a.jpg", "B.JPG", "c.tif", "private/d.jpg", "trip/e.jpg", "trip/raw/f.jpg")

    def found(**choice):
        return relatives(find_photos([tmp_path], Choice(recursive=True, **choice)))

    assert found(include=("*.jpg",), exclude=("PRIVATE",)) == [
        "B.JPG", "a.jpg", "trip/e.jpg", "trip/raw/f.jpg"]  # fmt: skip
    assert found(include=("trip/*",)) == ["trip/e.jpg", "trip/raw/f.jpg"]
    assert found(include=("f.jpg", "c.*")) == ["c.tif", "trip/raw/f.jpg"]
    assert found(exclude=("trip/*", "private/*", "[a-b].jpg")) == ["c.tif"]
    finding = find_photos([tmp_path], Choice(True, ("*.tif",), ("b.*",)))
    assert reasons(finding)["a.jpg"] == "No pattern includes it."
    assert reasons(finding)["B.JPG"] == "The pattern “b.*” excludes it."


def test_links_in_circles_and_second_names(tmp_path):
    touch(tmp_path, "in/a.jpg", "in/deep/b.jpg", "elsewhere/c.jpg")
    (tmp_path / "in/deep/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/self.jpg").symlink_to("self.jpg")
    (tmp_path / "in/there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in/linked.jpg").symlink_to("a.jpg")
    os.link(tmp_path / "in/a.jpg", tmp_path / "in/twice.jpg")
    finding = find_photos([tmp_path / "in"], Choice(recursive=True))
    # One that leads nowhere is accounted for: it fails when it is read.
    assert relatives(finding) == ["a.jpg", "deep/b.jpg", "self.jpg", "there/c.jpg"]
    assert reasons(finding) == {
        "up": "It leads to a folder that is looked into already.",
        "linked.jpg": "It is the same file as “a.jpg”.",
        "twice.jpg": "It is the same file as “a.jpg”.",
    }


def test_a_photo_that_is_given_twice_counts_once(tmp_path):
    touch(tmp_path, "a.jpg", "deep/b.jpg")
    places = [tmp_path / "a.jpg", tmp_path, tmp_path / "deep", tmp_path]
    finding = find_photos(places, Choice(recursive=True))
    assert relatives(finding) == ["a.jpg", "deep/b.jpg"]


def test_photos_that_are_named_are_taken_whatever_they_are_called(tmp_path):
    touch(tmp_path, "scan.001", ".hidden")
    given = [tmp_path / name for name in ("scan.001", "missing.jpg", ".hidden")]
    assert relatives(find_photos(given)) == ["scan.001", "missing.jpg", ".hidden"]


def test_the_folder_of_the_results_is_left_out(tmp_path):
    touch(tmp_path, "a.jpg", "out/a-colorized.jpg")
    finding = find_photos([tmp_path], Choice(recursive=True, results=tmp_path / "out"))
    assert relatives(finding) == ["a.jpg"]
    assert reasons(finding) == {"out": "The results go there."}
    finding = find_photos([tmp_path], Choice(recursive=True, results=tmp_path))
    assert relatives(finding) == ["a.jpg", "out/a-colorized.jpg"]


def test_a_folder_that_cannot_be_looked_into_is_told_and_stops_nothing(tmp_path, monkeypatch):
    touch(tmp_path, "a.jpg", "closed/b.jpg", "open/c.jpg")
    real = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(find.os, "scandir", scandir)
    finding = find_photos([tmp_path], Choice(recursive=True))
    assert relatives(finding) == ["a.jpg", "open/c.jpg"]
    (ignored,) = finding.ignored
    assert ignored.trouble
    assert "permission is missing" in ignored.sentence


def test_names_of_all_kinds(tmp_path):
    strange = os.fsdecode(b"bytes-\xff.jpg")
    names = ["größe 漢字 🎞.jpg", "x" * 251 + ".jpg", "new\nline.png", "a'b\"c.jpg", strange]
    touch(tmp_path, *names)
    assert set(relatives(find_photos([tmp_path]))) == set(names)


def test_it_can_be_stopped(tmp_path):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        find_photos([tmp_path], None, cancel)


def test_endings_and_junk():
    assert has_photo_ending("a.CR2")
    assert not has_photo_ending("jpg")
    assert why_junk("a.jpg") is None
    assert results_among(["x.tif", "x-colorized-17.png", "y-colorized.png"]) == {
        "x-colorized-17.png": "x.tif"
    }
