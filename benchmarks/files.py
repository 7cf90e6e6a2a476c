"""Time and memory that large files take, beside what libvips needs to read and write them.

    python -m benchmarks.files [FOLDER]

JPEG files of 24 megapixels, a soft print, a grainy one and the same in color, and 16-bit TIFF files
of 100 megapixels, gray and RGB, plain and deflated. "Alone" is what can't be had for less: libvips
reads the photo and writes one of our size and kind, the colored result itself being what it writes.
Each figure is the best of several runs, each in a process of its own; memory is the largest
resident size of that process. The program's own time starts when the network is loaded. FOLDER,
/tmp by default, needs 3 GB.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyvips

RUNS = 3
JPEG_SIZE, TIFF_SIZE = (6000, 4000), (12_240, 8_170)


def main(folder: Path) -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        photos = _jpegs(Path(work))
        photos += [_tiff(Path(work), kind, each) for kind in ("gray", "rgb") for each in _PACKED]
        print(f"{'photo':28} {'alone':>8} {'colored':>8} {'ratio':>6} {'memory':>9}")
        for photo in photos:
            result = photo.with_name(f"{photo.stem}-colorized{photo.suffix}")
            colored = [_run("color", photo, result) for _ in range(RUNS)]
            alone = [_run("alone", photo, result) for _ in range(RUNS)]
            seconds, least = (min(run["seconds"] for run in runs) for runs in (colored, alone))
            memory = max(run["megabytes"] for run in colored)
            print(
                f"{photo.name:28} {least:6.2f} s {seconds:6.2f} s {seconds / least:6.2f}"
                f" {memory:6.0f} MB",
                flush=True,
            )
            result.unlink()


_PACKED = ("none", "deflate")


def grain(size: tuple[int, int], sigma: float) -> pyvips.Image:
    """A photograph, enlarged, with the grain of a film."""
    from engine.paths import SAMPLES

    width, height = size
    photo = pyvips.Image.thumbnail(
        str(SAMPLES / "migrant-mother-1936.jpg"), width, height=height, size="force"
    )
    grain = pyvips.Image.gaussnoise(width, height, sigma=sigma, seed=4)
    return photo.colourspace("b-w")[0] + grain


def _jpegs(folder: Path) -> list[Path]:
    """A scan of a soft print, one with a film's grain, and what a camera makes of the latter."""
    grainy, color = folder / "gray-24-megapixels-grainy.jpg", folder / "rgb-24-megapixels.jpg"
    write_jpeg(grainy, JPEG_SIZE, 12)
    gray = pyvips.Image.new_from_file(str(grainy))
    rgb = gray.bandjoin([gray, gray]).copy(interpretation="srgb")
    rgb.jpegsave(str(color), Q=92, subsample_mode="off")
    return [grainy_jpeg(folder), grainy, color]


def grainy_jpeg(folder: Path) -> Path:
    """Write a gray JPEG of 24 megapixels into a folder."""
    path = folder / "gray-24-megapixels.jpg"
    write_jpeg(path, JPEG_SIZE, 4)
    return path


def write_jpeg(path: Path, size: tuple[int, int], sigma: float) -> None:
    """Write such a photo as a gray JPEG."""
    grain(size, sigma).cast("uchar").copy(interpretation="b-w").jpegsave(str(path), Q=92)


def _tiff(folder: Path, kind: str, compression: str) -> Path:
    path = folder / f"{kind}-100-megapixels-{compression}.tif"
    gray = (grain(TIFF_SIZE, 2) * 257).cast("ushort").copy(interpretation="grey16")
    image = gray if kind == "gray" else gray.bandjoin([gray, gray]).copy(interpretation="rgb16")
    image.tiffsave(str(path), compression=compression, predictor="horizontal")
    return path


def _run(what: str, photo: Path, result: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.files", what, str(photo), str(result)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _color(photo: Path, result: Path) -> float:
    from engine.paths import SAMPLES
    from engine.photo.options import SaveOptions
    from engine.pipeline import Wish, colorize
    from engine.predictors import load_predictor

    predictor = load_predictor("cpu")
    compression = photo.stem.rsplit("-", 1)[1]
    packed = SaveOptions(tiff_compression="none" if compression == "none" else "deflate")
    wish = Wish(on_conflict="overwrite", saving=packed)
    # Once before, so that what is compiled or loaded on first use does not count.
    sample = next(iter(sorted(SAMPLES.glob("*.jpg"))))
    colorize(sample, result.with_name("sample" + result.suffix), predictor, wish)
    start = time.perf_counter()
    colorize(photo, result, predictor, wish)
    return time.perf_counter() - start


def _alone(photo: Path, result: Path) -> float:
    target = str(result.with_name("alone" + result.suffix))
    start = time.perf_counter()
    read = pyvips.Image.new_from_file(str(photo), access="sequential").copy_memory()
    seconds = time.perf_counter() - start
    del read
    colored = pyvips.Image.new_from_file(str(result)).copy_memory()
    start = time.perf_counter()
    if result.suffix == ".jpg":
        colored.jpegsave(target, Q=95, subsample_mode="off")
    else:
        compression = photo.stem.rsplit("-", 1)[1]
        colored.tiffsave(target, compression=compression, predictor="horizontal")
    return seconds + time.perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:2] in (["color"], ["alone"]):
        measure = _color if sys.argv[1] == "color" else _alone
        taken = measure(Path(sys.argv[2]), Path(sys.argv[3]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        sys.stdout.write(json.dumps({"seconds": taken, "megabytes": peak}))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()))
