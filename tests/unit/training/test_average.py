"""The average of two runs, as a weights file."""

import errno
import os
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

from engine.network.header import SHIPPED, weights_facts
from engine.network.weights import load_weights, save_weights
from engine.training.average import main
from tests.support.locked import lock


@pytest.fixture
def other(tmp_path):
    """Weights half as large as those that ship."""
    network, card = load_weights(None)
    with torch.no_grad():
        network.to_bins.weight.mul_(0.5)
    path = tmp_path / "other.safetensors"
    save_weights(network, card, path)
    return path


def averaged(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_it_lies_between_them_and_says_of_what_it_is_made(other, tmp_path):
    out = tmp_path / "mean.safetensors"
    done = averaged(f"{SHIPPED}:0.7", f"{other}:0.3", "--out", out)
    assert done.exit_code == 0, done.output
    mean, card = load_weights(out)
    shipped, shipped_card = load_weights(None)
    wanted = shipped.to_bins.weight * (0.7 + 0.3 * 0.5)
    torch.testing.assert_close(mean.to_bins.weight, wanted, rtol=2e-3, atol=1e-5)
    torch.testing.assert_close(
        mean.encoder.stem.conv.weight, shipped.encoder.stem.conv.weight, rtol=1e-3, atol=1e-6
    )
    _, other_card = load_weights(other)
    assert card.training["averaged"] == [
        {"sha256": shipped_card.sha256, "share": 0.7},
        {"sha256": other_card.sha256, "share": 0.3},
    ]
    assert card.training["before"]["sha256"] == shipped_card.sha256
    assert weights_facts(out).minutes == shipped_card.in_all("minutes")
    assert card.calibration == shipped_card.calibration
    assert card.in_all("minutes") == shipped_card.in_all("minutes")


def test_the_read_out_is_chosen_anew_on_photos_kept_from_training(
    other, photo_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("engine.measuring.photos.HELD_OUT_SHARE", 1.0)
    monkeypatch.setattr("engine.training.calibrate.MOST_PHOTOS", 2)
    monkeypatch.setattr("engine.training.calibrate.TEMPERATURES", (0.5,))
    out = tmp_path / "mean.safetensors"
    parts = (f"{SHIPPED}:0.5", f"{other}:0.5")
    assert averaged(*parts, "--out", out, "--photos", photo_folder).exit_code == 0
    _, card = load_weights(out)
    assert card.calibration.temperature == 0.5
    assert card.training["held_out"]["lpips"] > 0


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([f"{SHIPPED}:0.7"], "must add up to 1"),
        ([f"{SHIPPED}"], "not a weights file, a colon and its share"),
        ([f"{SHIPPED}:all"], "not a weights file, a colon and its share"),
        (["gone.safetensors:1"], "gone.safetensors"),
        ([f"{SHIPPED}:1", "--photos", "gone"], "gone"),
    ],
)
def test_what_cannot_be_averaged_is_told(parts, said, tmp_path):
    done = averaged(*parts, "--out", tmp_path / "mean.safetensors")
    assert done.exit_code != 0
    assert said in " ".join(done.output.split())
    assert not (tmp_path / "mean.safetensors").exists()


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    done = averaged(f"{SHIPPED}:1", "--out", tmp_path / "mean.safetensors")
    assert done.exit_code == 1
    assert "no space is left" in done.output
    assert list(tmp_path.iterdir()) == []


def test_another_network_is_told(tmp_path, monkeypatch):
    network, card = load_weights(None)
    small = replace(card, network=replace(card.network, blocks=card.network.blocks + 1))
    cards = iter([card, small])
    monkeypatch.setattr("engine.training.average.load_weights", lambda path: (network, next(cards)))
    done = averaged("a:0.5", "b:0.5", "--out", tmp_path / "mean.safetensors")
    assert done.exit_code == 1
    assert "another shape" in done.output


def test_a_place_that_may_not_be_looked_into_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.training.average.load_weights", None)
    lock(monkeypatch, tmp_path / "locked")
    for name in ("mean.safetensors", "deeper/mean.safetensors"):
        done = averaged(f"{SHIPPED}:1", "--out", tmp_path / "locked" / name)
        assert done.exit_code == 1
        assert "permission is missing" in done.output


def test_a_write_protected_file_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.training.average.load_weights", None)
    path = tmp_path / "mean.safetensors"
    path.write_bytes(b"kept")
    path.chmod(0o444)
    done = averaged(f"{SHIPPED}:1", "--out", path)
    path.chmod(0o644)  # Windows removes no protected file
    assert done.exit_code == 1
    assert "cannot be written" in done.output
    assert path.read_bytes() == b"kept"


def test_a_missing_folder_is_told_before_the_work(tmp_path):
    done = averaged(f"{SHIPPED}:1", "--out", tmp_path / "gone" / "mean.safetensors")
    assert done.exit_code == 2
    assert "there is no folder" in done.output
