"""Brings photos from many places into a form that trains quickly.

    python -m engine.training.shards PLACE ... --out FOLDER

Each place is a folder or a tar file with color photos; its name is the source of its photos, except
in tar files within a folder, which are sources of their own, and in shards, which keep theirs. What
is gray, toned or a graphic is left out. The others are shrunk and written into tar files of a
thousand, in random order, with an index.tsv beside them that says where each came from.
"""

import contextlib
import csv
import hashlib
import io
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import NoPhotos, PhotochromError
from engine.measuring.photos import INDEX, PhotoEntry, decode_photo, find_photos
from engine.photo.place import draft_path, sweep_drafts
from engine.training.worth import Verdict, judge
from engine.whole_file import make_writable_folder, remove_empty, told_failure

# Crops of 256 pixels are taken out of photos with this shorter side.
SHORT_SIDE = 288
PER_TAR = 1000
JPEG_QUALITY = 92


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--most", type=click.IntRange(min=1), help="At most so many photos of each place.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def main(places: tuple[Path, ...], out: Path, most: int | None, seed: int) -> None:
    """Make shards of the photos in PLACES."""
    cv2.setNumThreads(1)
    try:
        verdicts = make_shards(places, out, most, seed)
    except PhotochromError as error:
        raise click.ClickException(str(error)) from error
    except FileExistsError as error:
        raise click.ClickException(
            f"{out} holds shards already, and is left as it is; name another folder."
        ) from error
    for (source, verdict), count in sorted(verdicts.items()):
        click.echo(f"{source}\t{verdict}\t{count}")


def make_shards(
    places: tuple[Path, ...], out: Path, most: int | None, seed: int
) -> Counter[tuple[str, str]]:
    """Write the shards.

    Args:
        places: folders and tar files.
        out: made if it is missing; must hold no shards yet.
        most: at most so many photos of each place; None for all.
        seed: of the choice and the order.

    Returns:
        (source, verdict or "unreadable" or "repeated") -> number of pictures.

    Raises:
        FileExistsError: there are shards in `out` already.
        NoPhotos: a place holds none, or none of all is good; nothing is left behind then.
        SaveError: they cannot be written; likewise.
    """
    chance = np.random.default_rng(seed)
    chosen: list[tuple[str, PhotoEntry]] = []
    for place in places:
        entries = find_photos([place])
        order = chance.permutation(len(entries))[:most]
        chosen += [(_source(place, entries[index]), entries[index]) for index in order]
    if any(out.glob("*.tar")) or (out / INDEX).exists():
        raise FileExistsError(out)
    made = make_writable_folder(out)
    sweep_drafts(out)  # of a process that was killed
    try:
        with _all_or_nothing(out) as draft:
            in_order = [chosen[index] for index in chance.permutation(len(chosen))]
            counts = _write_shards(in_order, draft)
            if not any(verdict == Verdict.GOOD.value for _, verdict in counts):
                raise NoPhotos(place=", ".join(map(str, places)))
    finally:
        remove_empty(made)
    return counts


@contextlib.contextmanager
def _all_or_nothing(out: Path) -> Iterator[Path]:
    """A hidden folder in `out`; what was written into it is in `out` in the end, if all went well.

    Raises:
        SaveError: something could not be written.
    """
    draft = draft_path(out)
    with told_failure(out / INDEX):
        draft.mkdir()
        try:
            yield draft
            for path in sorted(draft.iterdir()):
                path.rename(out / path.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _write_shards(
    chosen: Sequence[tuple[str, PhotoEntry]], folder: Path
) -> Counter[tuple[str, str]]:
    """Write tar files and their index; (source, verdict) -> number of pictures.

    Args:
        chosen: photos with their sources, in the order they come into the shards.
        folder: an empty one.
    """
    counts: Counter[tuple[str, str]] = Counter()
    seen: set[bytes] = set()
    number = 0
    with (
        contextlib.ExitStack() as tars,
        (folder / INDEX).open("x", newline="", encoding="utf-8") as file,
    ):
        index_writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        for source, entry in chosen:
            verdict, small = _prepared(entry, seen)
            counts[source, verdict] += 1
            if small is None:
                continue
            if number % PER_TAR == 0:
                tars.close()  # the one that is full
                path = folder / f"photos-{number // PER_TAR:03}.tar"
                tar = tars.enter_context(tarfile.open(path, "x"))
            name = f"{number:06}.jpg"
            _add(tar, name, small)
            index_writer.writerow([name, source, entry.origin.removeprefix(f"{source}/")])
            number += 1
    return counts


def _source(place: Path, entry: PhotoEntry) -> str:
    """What an origin begins with."""
    return entry.source if entry.origin.startswith(f"{entry.source}/") else place.stem


def _prepared(entry: PhotoEntry, seen: set[bytes]) -> tuple[str, NDArray[np.uint8] | None]:
    """Verdict and small picture; none where it is left out."""
    try:
        data = entry.read()
    except OSError:
        return "unreadable", None
    digest = hashlib.sha256(data).digest()
    if digest in seen:
        return "repeated", None
    seen.add(digest)
    rgb = decode_photo(data)
    if rgb is None:
        return "unreadable", None
    verdict = judge(rgb)
    if verdict is not Verdict.GOOD:
        return verdict.value, None
    height, width = rgb.shape[:2]
    scale = min(1.0, SHORT_SIDE / min(height, width))
    size = round(width * scale), round(height * scale)
    return verdict.value, np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _add(tar: tarfile.TarFile, name: str, rgb: NDArray[np.uint8]) -> None:
    _, encoded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    info = tarfile.TarInfo(name)
    info.size = len(encoded)
    tar.addfile(info, io.BytesIO(encoded.tobytes()))


if __name__ == "__main__":
    main()
