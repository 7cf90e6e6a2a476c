"""One table of what the program is made of; the list of licenses comes from it."""

from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

from engine import RESOURCES, VERSION, translate

_LICENSE_WORDS = ("license", "licence", "copying", "notice")
# What packages write instead of the short name that all others use.
_SHORT_NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-2-Clause",
    "PSFL": "PSF-2.0",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that ships with the program.

    Attributes:
        name: as its makers call it.
        package: the Python package that brings it; none if empty.
        site: where its makers are found.
        license: its short name, where the package does not tell it of this part.
        only: the one license file of the package that is about this part; none if empty.
        text: a file under `resources` with its license, or what there is to say of it.
        as_in: the name of a part with the very same license, whose text stands for its own.
    """

    name: str
    package: str = ""
    site: str = ""
    license: str = ""
    only: str = ""
    text: str = ""
    as_in: str = ""

    @property
    def version(self) -> str:
        """Its version; of what a package brings along, the package with its version."""
        if self is PARTS[0]:
            return VERSION
        found = _found(self.package)
        if found is None:
            return ""
        return f"{self.package} {found.version}" if self.license else found.version

    @property
    def license_name(self) -> str:
        """Its license in short."""
        found = _found(self.package)
        if self.license or found is None:
            return self.license
        tells = found.metadata.get_all("License-Expression") or found.metadata.get_all("License")
        name = tells[0].strip().partition("\n")[0] if tells else ""
        if not name:
            kinds = found.metadata.get_all("Classifier") or []
            name = next((kind for kind in kinds if kind.startswith("License ::")), "")
            name = name.rpartition(" :: ")[2]
        return _SHORT_NAMES.get(name, name)

    @property
    def license_text(self) -> str:
        """The texts that came with it; where none did, a sentence that says where to look."""
        if self.as_in:
            return next(part for part in PARTS if part.name == self.as_in).license_text
        texts: dict[str, str] = {}
        for name, path in self._files():
            texts.setdefault(_text_of(path), name)  # some packages hold the same file twice
        texts.pop("", None)
        if len(texts) == 1:
            return next(iter(texts))
        if texts:
            return "\n\n\n".join(f"–––– {name} ––––\n\n{text}" for text, name in texts.items())
        return translate(
            "No license text came with this part. Its license is {license}; more at {site}",
            license=self.license_name, site=self.site,
        )  # fmt: skip

    def _files(self) -> list[tuple[str, Path]]:
        """Names and places of the files with its license, the most general first."""
        if self.text and (RESOURCES / self.text).is_file():
            return [(self.text, RESOURCES / self.text)]
        found = _found(self.package)
        if found is None or (self.license and not self.only):
            return []
        paths = [path for path in found.files or [] if _is_license(path)]
        if self.only:
            paths = [path for path in paths if path.name == self.only]
        paths.sort(
            key=lambda path: (".dist-info" not in path.parts[0], len(path.parts), len(path.name))
        )
        return [("/".join(path.parts[1:]), Path(str(path.locate()))) for path in paths]


# Direct dependencies, what their packages bring along that is more than a helper of theirs, and
# what ships as a file.
PARTS = (
    Part("Photochrom", "photochrom", license="MIT", only="LICENSE", text="../LICENSE"),
    Part("Qt for Python (PySide6)", "PySide6-Essentials", "https://doc.qt.io/qtforpython-6"),
    Part("QtAwesome", "QtAwesome", "https://github.com/spyder-ide/qtawesome"),
    Part("Material Design Icons", "QtAwesome", "https://pictogrammers.com", "Apache-2.0",
         as_in="safetensors"),
    Part("PyTorch", "torch", "https://pytorch.org"),
    Part("safetensors", "safetensors", "https://github.com/huggingface/safetensors"),
    Part("EfficientNet-Lite2", "", "https://github.com/tensorflow/tpu", "Apache-2.0",
         as_in="safetensors"),
    Part("NumPy", "numpy", "https://numpy.org"),
    Part("Numba", "numba", "https://numba.pydata.org"),
    Part("OpenCV", "opencv-python-headless", "https://opencv.org"),
    Part("libvips", "pyvips-binary", "https://www.libvips.org", "LGPL-3.0-or-later"),
    Part("pyvips", "pyvips", "https://github.com/libvips/pyvips"),
    Part("LibRaw", "rawpy", "https://www.libraw.org", "LGPL-2.1 OR CDDL-1.0", "LICENSE.LibRaw"),
    Part("rawpy", "rawpy", "https://github.com/letmaik/rawpy", only="LICENSE"),
    Part("libheif", "pi-heif", "https://github.com/strukturag/libheif", "LGPL-3.0",
         "LICENSES_bundled.txt"),
    Part("pi-heif", "pi-heif", "https://github.com/bigcat88/pillow_heif", only="LICENSE.txt"),
    Part("OpenImageIO", "OpenImageIO", "https://openimageio.org"),
    Part("imagecodecs", "imagecodecs", "https://github.com/cgohlke/imagecodecs"),
    Part("tifffile", "tifffile", "https://github.com/cgohlke/tifffile"),
    Part("click", "click", "https://click.palletsprojects.com"),
    Part("defusedxml", "defusedxml", "https://github.com/tiran/defusedxml"),
    Part("msgspec", "msgspec", "https://github.com/jcrist/msgspec"),
    Part("Rich", "rich", "https://github.com/Textualize/rich"),
    Part("LPIPS, AlexNet", license="BSD-2-Clause", text="measures/lpips-alex.md"),
    Part("Compact ICC Profiles", license="CC0-1.0", text="profiles/SOURCES.md"),
)  # fmt: skip


def _found(package: str) -> Distribution | None:
    try:
        return distribution(package) if package else None
    except PackageNotFoundError:
        return None


def _is_license(path: PackagePath) -> bool:
    if path.suffix in (".py", ".pyc", ".h"):
        return False
    name = path.name.casefold()
    return "licenses" in path.parts or any(word in name for word in _LICENSE_WORDS)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
