"""Choosing where the network runs."""

import torch

from engine.errors import DeviceMissing


def available_devices() -> list[str]:
    """Devices torch can use here, the best one first."""
    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.insert(0, "mps")
    if torch.cuda.is_available():
        devices.insert(0, "cuda")
    return devices


def choose_device(wanted: str) -> torch.device:
    """The device to run on.

    Args:
        wanted: "auto" for the best one, or "cpu", "cuda", "mps".

    Raises:
        DeviceMissing: torch has no such device here.
    """
    devices = available_devices()
    if wanted == "auto":
        return torch.device(devices[0])
    if wanted not in devices:
        raise DeviceMissing(device=wanted, available=", ".join(devices))
    return torch.device(wanted)


def calculates_in_bfloat16() -> bool:
    """Whether the CPU gains by it: others imitate it, and Intel's without AMX are slow at it."""
    able = _abilities()
    is_intel = "intel" in str(able.get("cpu_name", "")).lower()
    return bool(able.get("amx_bf16") or (able.get("avx512_bf16") and not is_intel))


def counts_in_eight_bits() -> bool:
    """Whether the CPU adds up products of whole numbers of 8 bits, four at a time."""
    able = _abilities()
    return bool(able.get("avx512_vnni") or able.get("avx_vnni") or able.get("amx_int8"))


def _abilities() -> dict[str, object]:
    """What torch knows of the CPU; older releases cannot tell."""
    found: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return found


def describe_device(device: torch.device) -> str:
    """A device in words, for bug reports."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    if device.type == "cpu":
        return f"cpu ({torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads)"
    return device.type
