"""Which pictures are worth learning from, how shards are made, and how often each is drawn."""

import errno
import tarfile
from collections import Counter

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from engine.measuring.photos import PhotoEntry, decode_photo, find_photos
from engine.training.samples import SampleOptions, sample_stream, shares
from engine.training.shards import main
from engine.training.worth import Verdict, judge
from tests.unit.conftest import colorful, encoded


def noisy(rgb: np.ndarray) -> np.ndarray:
    return np.clip(rgb + np.random.default_rng(0).normal(0, 1, rgb.shape), 0, 255).astype(np.uint8)


def toned() -> np.ndarray:
    gray = colorful(5)[..., 1:2].astype(np.float32) / 255
    return noisy(255 * gray ** np.array([0.8, 1.0, 1.3]))


def graphic() -> np.ndarray:
    picture = np.full((200, 300, 3), (30, 60, 200), np.uint8)
    cv2.circle(picture, (150, 100), 60, (250, 200, 0), -1)
    cv2.putText(picture, "SALE", (20, 180), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 4)
    return picture


@pytest.mark.parametrize(
    ("picture", "verdict"),
    [
        (noisy(colorful(1)), Verdict.GOOD),
        (noisy(np.repeat(colorful(1)[..., :1], 3, axis=2)), Verdict.GRAY),
        (toned(), Verdict.TONED),
        (graphic(), Verdict.GRAPHIC),
    ],
)
def test_a_picture_is_judged(picture, verdict):
    assert judge(picture) is verdict


@pytest.fixture
def places(tmp_path):
    for place, count in (("meadow", 12), ("harbor", 3)):
        (tmp_path / place).mkdir()
        for index in range(count):
            name = tmp_path / place / f"{index}.png"
            name.write_bytes(encoded(noisy(colorful(100 * count + index, 400, 600))))
    (tmp_path / "meadow" / "poster.png").write_bytes(encoded(graphic()))
    (tmp_path / "meadow" / "again.png").write_bytes((tmp_path / "meadow" / "0.png").read_bytes())
    (tmp_path / "harbor" / "broken.jpg").write_bytes(b"no photo")
    return tmp_path / "meadow", tmp_path / "harbor"


def test_shards_hold_what_is_good_and_say_where_it_came_from(places, tmp_path):
    out = tmp_path / "shards"
    arguments = [str(place) for place in places] + ["--out", str(out)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    told = {tuple(line.split("\t")) for line in done.output.splitlines()}
    assert told == {
        ("meadow", "good", "12"),
        ("meadow", "graphic", "1"),
        ("meadow", "repeated", "1"),
        ("harbor", "good", "3"),
        ("harbor", "unreadable", "1"),
    }
    entries = find_photos([out])
    assert Counter(entry.source for entry in entries) == {"meadow": 12, "harbor": 3}
    assert {min(decode_photo(entry.read()).shape[:2]) for entry in entries} == {288}
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 1  # nothing is written over
    assert "holds shards already" in again.output


def test_a_photo_that_the_disk_does_not_give_is_left_out_and_counted(
    places, tmp_path, failing_read
):
    failing_read("1.png")
    arguments = [str(places[1]), "--out", str(tmp_path / "shards")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == ["harbor\tgood\t2", "harbor\tunreadable\t2"]


def test_a_full_disk_leaves_no_shards(places, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "all" / "shards"
    arguments = [*(str(place) for place in places), "--out", str(out)]
    with monkeypatch.context() as patch:
        patch.setattr(tarfile.TarFile, "addfile", full)
        done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "no space is left" in done.output
    assert not out.parent.exists()
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["index.tsv", "photos-000.tar"]


def test_what_a_killed_process_left_is_no_photo_and_is_swept(places, tmp_path, other_process):
    out = tmp_path / "shards"
    out.mkdir()
    (out / "0.png").write_bytes((places[1] / "0.png").read_bytes())
    arguments = [str(places[1]), "--out", str(out)]
    draft = out / f".photochrom-{other_process.pid}-0123456789abcdef.part"
    assert CliRunner().invoke(main, [str(places[0]), "--out", str(draft)]).exit_code == 0
    (draft / "1.png").write_bytes((places[1] / "1.png").read_bytes())
    assert [entry.name for entry in find_photos([out])] == ["0.png"]
    assert len(find_photos([draft])) > 1  # where it is named, it is meant
    other_process.communicate()
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["0.png", "index.tsv", "photos-000.tar"]


def test_shards_another_process_is_writing_are_left_to_it(places, tmp_path, other_process):
    draft = tmp_path / "shards" / f".photochrom-{other_process.pid}-0123456789abcdef.part"
    draft.mkdir(parents=True)
    done = CliRunner().invoke(main, [str(places[1]), "--out", str(draft.parent)])
    assert done.exit_code == 0
    assert draft.is_dir()


def test_photos_none_of_which_is_good_make_no_shards(places, tmp_path):
    bad, out = tmp_path / "bad", tmp_path / "shards"
    bad.mkdir()
    (bad / "broken.jpg").write_bytes(b"no photo")
    out.mkdir()
    done = CliRunner().invoke(main, [str(bad), "--out", str(out)])
    assert done.exit_code == 1
    assert "holds no color photos" in done.output
    assert list(out.iterdir()) == []
    assert CliRunner().invoke(main, [str(places[0]), "--out", str(out)]).exit_code == 0


def test_shards_under_a_file_are_told_of(places, tmp_path):
    (tmp_path / "text.txt").write_text("hello")
    done = CliRunner().invoke(main, [str(places[1]), "--out", str(tmp_path / "text.txt" / "x")])
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_photos_kept_from_training_are_the_same_ones_in_shards_of_another_order(places, tmp_path):
    """Else weights would be judged by photos that an earlier run has seen."""
    found = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        arguments = [*(str(place) for place in places), "--out", str(out), "--seed", seed]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        found.append({entry.origin: entry.name for entry in find_photos([out])})
    direct = {entry.origin for place in places for entry in find_photos([place])}
    assert direct.issuperset(found[0])
    first, second = found
    assert len(first.keys() & second.keys()) >= len(first) - 1  # of repeated ones chance takes one
    assert first != second
    anew = tmp_path / "anew"
    assert CliRunner().invoke(main, [str(tmp_path / "1"), "--out", str(anew)]).exit_code == 0
    entries = find_photos([anew])
    assert {entry.origin for entry in entries} <= first.keys()
    assert {entry.source for entry in entries} == {"meadow", "harbor"}


def test_what_is_kept_from_training_depends_on_the_origin(tmp_path):
    here = [PhotoEntry(tmp_path, f"{i}.jpg", origin=f"meadow/{i}") for i in range(3000)]
    there = [PhotoEntry(tmp_path, f"other/{i}.jpg", origin=f"meadow/{i}") for i in range(3000)]
    kept = [entry.is_held_out for entry in here]
    assert any(kept)
    assert kept == [entry.is_held_out for entry in there]


def entries_of(sizes: dict[str, int], path) -> list[PhotoEntry]:
    return [PhotoEntry(path, f"{s}/{i}", source=s) for s, n in sizes.items() for i in range(n)]


def test_sources_are_drawn_more_evenly_than_their_sizes(tmp_path):
    entries = entries_of({"sports": 900, "portraits": 100}, tmp_path)
    share = shares(entries, 0.5)
    assert share.sum() == pytest.approx(1)
    assert share[0] * 900 / (share[-1] * 100) == pytest.approx(3)  # the root of 9
    assert shares(entries, 0.0) == pytest.approx(np.full(1000, 1e-3))
    assert shares(entries, 1.0)[:900].sum() == pytest.approx(0.5)


def test_an_epoch_draws_each_photo_as_often_as_its_share_says(tmp_path, monkeypatch):
    path = tmp_path / "one.png"
    path.write_bytes(encoded(colorful(1)))
    entries = entries_of({"sports": 27, "portraits": 3}, path)
    drawn: Counter[str] = Counter()
    read = PhotoEntry.read

    def counted(entry: PhotoEntry) -> bytes:
        drawn[entry.source] += 1
        return read(entry)

    monkeypatch.setattr(PhotoEntry, "read", counted)
    stream = sample_stream(entries, SampleOptions(size=32, evenness=0.5), seed=0, start=0)
    for _ in range(10 * len(entries)):
        next(stream)
    assert drawn.total() == 300
    assert drawn["sports"] == pytest.approx(225, abs=10)
