"""photochrom info: what a bug report needs to know."""

import sys

import click

from engine.errors import ModelError
from engine.installed import versions


@click.command(short_help="Versions and devices, for a bug report.")
def info() -> None:
    """Show versions, devices, model and license, to be pasted into a bug report."""
    import torch

    from engine.network.device import available_devices, describe_device
    from engine.network.header import SHIPPED
    from engine.network.weights import load_weights

    rows = [
        *versions(),
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
