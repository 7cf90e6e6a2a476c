"""The weights file: there and back, and strictness."""

import json
import os
import shutil
import struct
import tempfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import ModelDamaged, ModelMissing, OwnWeightsDamaged, OwnWeightsMissing
from engine.network.header import SHIPPED, weights_facts
from engine.network.weights import load_weights, save_weights


def test_there_and_back(network, card, tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(network, card, path)
    loaded, its_card = load_weights(path)
    assert its_card.calibration == card.calibration
    assert its_card.network == card.network
    assert len(its_card.sha256) == 64
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor, atol=2e-3, rtol=2e-3)
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_the_same_network_gives_the_same_bytes(network, card, tmp_path):
    for name in "ab":
        save_weights(network, card, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_weight_too_large_for_16_bits_is_refused(network, card, tmp_path):
    import copy

    broken = copy.deepcopy(network)
    broken.up_4.weight[0, 0, 0, 0] = 1e6
    with pytest.raises(ValueError, match=r"up_4\.weight"):
        save_weights(broken, card, tmp_path / "w")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelMissing, match=r"none\.safetensors"):
        load_weights(tmp_path / "none.safetensors")


def test_only_weights_that_ship_can_be_installed_again(tmp_path, monkeypatch):
    shipped, own = tmp_path / "shipped.safetensors", tmp_path / "own.safetensors"
    monkeypatch.setattr("engine.network.header.SHIPPED", shipped)
    for read in (load_weights, weights_facts):
        with pytest.raises(ModelMissing, match="Install Photochrom again"):
            read(shipped)
        with pytest.raises(OwnWeightsMissing, match="Check its name"):
            read(own)
    for path in (shipped, own):
        path.write_bytes(b"no weights")
    for read in (load_weights, weights_facts):
        with pytest.raises(ModelDamaged, match="Install Photochrom again"):
            read(shipped)
        with pytest.raises(OwnWeightsDamaged, match="Name another"):
            read(own)
        with pytest.raises(OwnWeightsDamaged, match="it is a folder"):
            read(tmp_path)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_cut_file_is_refused(network, card, tmp_path, share):
    path = tmp_path / "w.safetensors"
    save_weights(network, card, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelDamaged):
        load_weights(path)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs POSIX users")
def test_a_file_one_may_not_read_is_named():
    folder = Path(tempfile.mkdtemp())  # pytest's own folders admit their owner only
    path = folder / "w.safetensors"
    path.write_bytes(b"")
    folder.chmod(0)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        for read in (load_weights, weights_facts):
            with pytest.raises(ModelDamaged, match="permission"):
                read(path)
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def rewrite(path, change):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    tensors = load_file(path)
    change(tensors, metadata)
    save_file(tensors, path, metadata)


def with_more_bins(tensors, metadata):
    metadata["network"] = json.dumps(json.loads(metadata["network"]) | {"bins": 300})
    for name in ("to_bins.weight", "to_bins.bias", "bin_weights"):
        tensors[name] = torch.cat([tensors[name], tensors[name][:39]])


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, _: tensors.pop("to_bins.weight"),
        lambda tensors, _: tensors.update(more=torch.zeros(1)),
        lambda tensors, _: tensors.update({"to_bins.bias": torch.zeros(7)}),
        lambda _, metadata: metadata.update(format="other"),
        lambda _, metadata: metadata.pop("calibration"),
        lambda _, metadata: metadata.update(network='{"width": 3}'),
        lambda _, metadata: metadata.update(input="{"),
        lambda _, metadata: metadata.update(input="[" * 100_000),
        lambda _, metadata: metadata.update(network='{"blocks": "three"}'),
        lambda _, metadata: metadata.update(network='{"width_16": -1}'),
        with_more_bins,
    ],
)
def test_what_does_not_fit_is_refused(network, card, tmp_path, change):
    path = tmp_path / "w.safetensors"
    save_weights(network, card, path)
    rewrite(path, change)
    with pytest.raises(ModelDamaged):
        load_weights(path)


def test_the_shipped_weights_load_and_say_what_they_are():
    _, card = load_weights()
    assert card.in_all("minutes") >= 90
    assert card.in_all("minutes") > card.training["minutes"]  # it grew from earlier runs
    assert SHIPPED.stat().st_size < 30e6
    assert SHIPPED.with_suffix(".md").is_file()


def test_facts_are_those_of_the_card():
    loaded, whole = load_weights()
    facts = weights_facts()
    assert facts.name == "photochrom"
    assert facts.sha256 == whole.sha256
    assert facts.license == whole.license
    assert facts.minutes == whole.in_all("minutes")
    assert facts.photos == whole.training["photos"]
    assert facts.parameters == sum(each.numel() for each in loaded.state_dict().values()) - (
        loaded.centers.numel()
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no weights",
        struct.pack("<Q", 1 << 40),
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 100_000) + b"[" * 100_000,
    ],
)
def test_facts_of_what_is_no_weights_file(tmp_path, data):
    path = tmp_path / "w.safetensors"
    with pytest.raises(ModelMissing):
        weights_facts(path)
    path.write_bytes(data)
    with pytest.raises(ModelDamaged):
        weights_facts(path)
    with pytest.raises(ModelDamaged):
        weights_facts(tmp_path)
