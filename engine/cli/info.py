"""photochrom info: what a bug report needs to know."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import click

from engine.errors import ModelError
from engine.version import VERSION

PACKAGES = (
    "torch",
    "numpy",
    "opencv-python-headless",
    "pyvips",
    "pyvips-binary",
    "PySide6-Essentials",
)


@click.command(short_help="Versions and devices, for a bug report.")
def info() -> None:
    """Show versions, devices, model and license, to be pasted into a bug report."""
    import torch

    from engine.network.device import available_devices, describe_device
    from engine.network.weights import SHIPPED, load_weights

    rows = [
        ("Photochrom", VERSION),
        ("Python", platform.python_version()),
        ("System", platform.platform()),
        *((name, _version(name)) for name in PACKAGES),
        ("Devices", ", ".join(describe_device(torch.device(name)) for name in available_devices())),
    ]
    try:
        network, card = load_weights()
    except ModelError as error:
        rows.append(("Weights", str(error)))
    else:
        millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
        rows += [
            ("Weights", f"{SHIPPED.name}, {millions:.1f} million parameters"),
            ("Weights SHA-256", card.sha256),
            (
                "Weights trained",
                f"{card.in_all('minutes'):.0f} minutes, "
                f"{card.in_all('photos_seen'):.0f} photos seen",
            ),
            ("Weights license", card.license),
        ]
    rows.append(("License", "MIT"))
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {text}")
    if sys.platform == "linux":
        import os

        shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "none"
        click.echo(f"{'Display':<{width}}  {shown}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
