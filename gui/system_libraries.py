"""Says in one sentence which system library keeps the window from opening. Imports no Qt itself.

Run as a program, it prints the Debian packages that are missing on this system, on one line.
"""

import ctypes
import sys
from collections.abc import Mapping, MutableMapping
from importlib.util import find_spec
from pathlib import Path

# The Debian and Ubuntu package that holds each library which Qt expects of the system.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
# Needed by some versions of Qt or on some systems only: named when Qt misses them, not before.
_NOT_ALWAYS = frozenset({
    "libICE.so.6", "libSM.so.6",
    "libwayland-client.so.0", "libwayland-cursor.so.0", "libwayland-egl.so.1",
})  # fmt: skip
# What the dynamic loader says of a library that is not there.
_NOT_FOUND = ": cannot open shared object file"


def forget_foreign_plugins(environment: MutableMapping[str, str]) -> None:
    """Drop Qt plug-in paths that lie inside OpenCV's package.

    Its non-headless build brings plug-ins of another Qt, and on Linux points these variables at
    them when it is imported; PySide6 would load those and end the program.
    """
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in Path(environment.get(name, "")).parts:
            del environment[name]


def missing_for_window(environment: Mapping[str, str]) -> str | None:
    """The library that the window's platform plug-in does not find, or None.

    Qt raises nothing when its plug-in cannot be loaded: it ends the process. So it is tried out
    here beforehand; one of the plug-ins that Qt may choose is enough.
    """
    if not sys.platform.startswith("linux"):
        return None
    missing = [_missing_for(plugin) for plugin in _plugins(environment)]
    return missing[0] if missing and None not in missing else None


def missing_in(error: ImportError) -> str | None:
    """The library named in an error of importing Qt, or None if it is about something else."""
    text = str(error)
    return text.split(_NOT_FOUND)[0].split()[-1] if _NOT_FOUND in text else None


def missing_libraries() -> list[str]:
    """What Qt needs on every Linux system with X and is not on this one."""
    if not sys.platform.startswith("linux"):
        return []
    return [name for name in PACKAGES if name not in _NOT_ALWAYS and not _loads(name)]


def sentence_for(library: str) -> str:
    """What is missing and how to get it, everything that is missing at once."""
    from engine import translate  # not on top: setting up asks this module before all is there

    libraries = sorted({library, *missing_libraries()})
    packages = sorted({PACKAGES[name] for name in libraries if name in PACKAGES})
    if not packages:
        return translate(
            "The window cannot open without {library}; "
            "install the package of your system that holds it.",
            library=library,
        )
    return translate(
        "The window cannot open without {libraries}; "
        "on Debian or Ubuntu install it with: sudo apt install {packages}",
        libraries=", ".join(libraries),
        packages=" ".join(packages),
    )


def _plugins(environment: Mapping[str, str]) -> list[Path]:
    """The plug-ins Qt may choose, as far as they are here."""
    asked = environment.get("QT_QPA_PLATFORM", "")
    names = [part.split(":")[0] for part in asked.split(";") if part]
    if not names:
        names = ["xcb"] if environment.get("DISPLAY") else []
        names += ["wayland"] if environment.get("WAYLAND_DISPLAY") else []
    spec = find_spec("PySide6")
    places = spec.submodule_search_locations if spec is not None else None
    folders = [Path(place) / "Qt" / "plugins" / "platforms" for place in places or ()]
    plugins = [folder / f"libq{name}.so" for folder in folders for name in names]
    return [plugin for plugin in plugins if plugin.exists()]


def _missing_for(plugin: Path) -> str | None:
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        library = str(error).split(_NOT_FOUND)[0]
        return library if library != str(error) else None
    return None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    print(*sorted({PACKAGES[name] for name in missing_libraries()}))  # noqa: T201 - its purpose
