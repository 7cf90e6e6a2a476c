"""The network of packed parts gives what the plain one gives."""

import copy

import pytest
import torch
from torch import nn

from engine.network import fused
from engine.network.compiled_cells import CompiledCells
from engine.network.encoder import Conv
from engine.network.hints import HintBatch, no_hints
from engine.network.predict import TorchPredictor

needs_operators = pytest.mark.skipif(not fused.available(), reason="not on this machine")
HINTS = HintBatch(
    torch.tensor([[[40.0, 70.0], [10.0, 10.0]]]),
    torch.tensor([[9.0, 5.0]]),
    torch.tensor([[[50.0, -60.0], [0.0, 0.0]]]),
    torch.zeros(1, 2),
)


@needs_operators
@pytest.mark.parametrize("hints", [no_hints(1), HINTS])
@pytest.mark.parametrize("size", [(64, 64), (96, 160)])
def test_the_packed_network_agrees_with_the_plain_one(plain, hints, size):
    packed = copy.deepcopy(plain)
    fused.fuse(packed)
    L = torch.rand(1, 1, *size) * 100
    with torch.inference_mode():
        for ours, theirs in zip(packed.look(L), plain.look(L), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
        ours, theirs = (each.paint(each.look(L), hints) for each in (packed, plain))
        for name, one, other in zip(ours._fields, ours, theirs, strict=True):
            if name != "upsampling":  # its order is up to those who read it
                torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
        color, other = (
            each.read_out(painting, each.own_color(painting), hints)
            for each, painting in ((packed, ours), (plain, theirs))
        )
        torch.testing.assert_close(color, other, atol=1e-2, rtol=0)


@needs_operators
def test_every_convolution_and_product_is_packed(plain):
    packed = copy.deepcopy(plain)
    for _ in range(2):  # the second time there is nothing left to do
        fused.fuse(packed)
    left = {
        name
        for name, part in packed.named_modules()
        if isinstance(part, nn.Conv2d | nn.Linear) and not name.startswith(("pointer.", "hints_"))
    }
    assert left == {"whole"}  # a single row


@needs_operators
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
def test_padding_on_one_side_only_needs_no_copy(kernel, stride):
    conv = Conv(16, 16, kernel, stride, groups=16).eval()
    conv.norm = nn.Identity()
    x = torch.randn(1, 16, 32, 64).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        torch.testing.assert_close(fused._packed(conv)(x), conv(x), atol=1e-5, rtol=1e-4)


def test_lightness_alone_is_seen_as_three_equal_colors_are(plain):
    gray = copy.deepcopy(plain.encoder)
    for _ in range(2):
        gray.take_gray()
    assert gray.stem.conv.weight.shape[1] == 1
    L = torch.rand(1, 1, 64, 96) * 100
    with torch.inference_mode():
        for ours, theirs in zip(gray(L), plain.encoder(L), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("error", [AttributeError, NotImplementedError, RuntimeError])
def test_without_the_operators_the_plain_network_stays(plain, card, monkeypatch, error):
    def fail(*_: object) -> None:
        raise error("no such operator")

    monkeypatch.setattr(fused, "_samples", fail)
    fused.available.cache_clear()
    try:
        assert not fused.available()
        predictor = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
        kinds = {type(part) for part in predictor._network.modules()}
    finally:
        fused.available.cache_clear()
    assert nn.Conv2d in kinds
    assert fused.PackedConv not in kinds
    assert isinstance(predictor._network.cells, CompiledCells)  # that asks for no operators


def test_operators_that_give_something_else_are_not_used(monkeypatch):
    wrong = [(torch.zeros(3), torch.full((3,), 1e-3))]
    monkeypatch.setattr(fused, "_samples", lambda: wrong)
    fused.available.cache_clear()
    try:
        assert not fused.available()
    finally:
        fused.available.cache_clear()
