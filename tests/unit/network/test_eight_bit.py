"""What counts in 8 bits gives much the same as what calculates in 32-bit floats."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from engine.edits import Hint
from engine.network import eight_bit, fused
from engine.network.counted import counted
from engine.network.device import calculates_in_bfloat16
from engine.network.eight_bit import CountedConv, CountedPoint
from engine.network.encoder import Block
from engine.network.predict import TorchPredictor
from engine.values import Lightness

CPU = torch.device("cpu")
ABLE = {"avx512_vnni": True}


@pytest.fixture
def as_if_able(monkeypatch):
    """Counts in 8 bits also where that is slow."""
    if not (fused.available() and eight_bit.available()):
        pytest.skip("not on this machine")
    monkeypatch.setattr(eight_bit, "counts_in_eight_bits", lambda: True)


def both(plain, card) -> tuple[TorchPredictor, TorchPredictor]:
    """In haste with few digits, and with all."""
    quick = TorchPredictor(copy.deepcopy(plain), card, CPU)
    full = TorchPredictor(copy.deepcopy(plain), card, CPU, hurried=False)
    assert quick._quick is not quick._network
    assert full._quick is full._network
    return quick, full


@pytest.mark.parametrize("low", [0.0, -3.0, 2.0])
@pytest.mark.parametrize("shape", [(1, 5, 4, 6), (2, 7, 3)])
def test_counts_stand_for_the_numbers(shape, low):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(1)) * 5 + low
    found = counted(x)
    assert found.counts.shape == x.shape
    back = (found.counts.float() - found.zero) * found.step
    assert (back - x).abs().max() <= found.step / 2 * 1.01
    assert found.step == pytest.approx((max(x.max().item(), 0) - min(low, 0)) / 255, rel=0.15)


def test_0_is_counted_exactly():
    """Padding is of zeros, and most of what ReLU gives."""
    found = counted(torch.tensor([[-3.3, 0.0, -0.0, 5.1]]))
    assert (found.counts[0, 1:3] == found.zero).all()
    assert 0 < found.zero < 255


def test_nothing_stays_nothing():
    found = counted(torch.zeros(1, 3, 4, 4))
    assert (found.counts == found.zero).all()
    found = counted(torch.full((2, 2), -4.0))
    assert ((found.counts.float() - found.zero) * found.step + 4).abs().max() < 1e-5


@pytest.mark.usefixtures("as_if_able")
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (5, 1), (3, 2), (5, 2)])
def test_a_block_is_much_the_same(kernel, stride):
    torch.manual_seed(2)
    block = Block(24, 24, kernel, stride, 6).eval().requires_grad_(requires_grad=False)
    for conv in (block.expand, block.depthwise, block.project):
        assert conv is not None
        conv.norm = nn.Identity()
        conv.conv.bias = nn.Parameter(torch.rand(conv.conv.out_channels), requires_grad=False)
    x = torch.randn(1, 24, 32, 32).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        expected = block(x)
        found = eight_bit.CountedBlock(block)(x.clone(memory_format=torch.preserve_format))
    assert found.shape == expected.shape
    assert (found - expected).abs().mean() < 0.02 * expected.std()


@pytest.mark.usefixtures("as_if_able")
@pytest.mark.parametrize("kind", [CountedConv, CountedPoint])
def test_what_is_added_to_is_left_as_it_was(kind):
    added = torch.randn(1, 8, 4, 4).contiguous(memory_format=torch.channels_last)
    kept = added.clone()
    with torch.inference_mode():
        kind(nn.Conv2d(8, 8, 1))(torch.randn(1, 8, 4, 4), added)
    assert torch.equal(added, kept)


@pytest.mark.usefixtures("as_if_able")
@pytest.mark.parametrize("act", [fused.NOTHING, fused.RELU])
def test_a_convolution_of_1x1_is_the_same_as_a_product(act):
    """So that it can be taken for what is quicker."""
    torch.manual_seed(4)
    conv = nn.Conv2d(24, 40, 1).requires_grad_(requires_grad=False)
    x, added = torch.randn(2, 24, 6, 10), torch.randn(2, 40, 6, 10)
    x = x.contiguous(memory_format=torch.channels_last)
    product, convolution = CountedPoint(conv, act), CountedConv(conv, act)
    with torch.inference_mode():
        torch.testing.assert_close(product(x), convolution(x))
        for lying in (added, added.contiguous(memory_format=torch.channels_last)):
            torch.testing.assert_close(product(x, lying), convolution(x, lying))
            torch.testing.assert_close(product(x[:1], lying[:1]), convolution(x[:1], lying[:1]))
        ours, theirs = (each.up_to_6(counted(10 * x)) for each in (product, convolution))
    assert ours.counts.max() == 255
    assert torch.equal(ours.counts, theirs.counts)
    assert ours.counts.stride() == theirs.counts.stride()


@pytest.mark.usefixtures("as_if_able")
@pytest.mark.parametrize("hints", [(), (Hint(x=0.5, y=0.5, a=40, b=-50, radius=0.05),)])
def test_colors_are_much_the_same(plain, card, hints):
    lightness = Lightness(
        np.random.default_rng(3)
        .uniform(20, 80, (12, 16))
        .astype(np.float32)
        .repeat(20, 0)
        .repeat(20, 1)
    )
    predictors = both(plain, card)
    prepared = [each.prepare(lightness, "fast") for each in predictors]
    ours, theirs = (
        each.predict(photo, hints).ab for each, photo in zip(predictors, prepared, strict=True)
    )
    difference = np.hypot(*(ours - theirs))
    assert 0 < difference.mean() < 0.5
    assert difference.max() < 5
    belief, other = (
        each.believe(photo, hints) for each, photo in zip(predictors, prepared, strict=True)
    )
    np.testing.assert_allclose(belief.confidence, other.confidence, atol=0.1)
    # Twice is the same to the last bit.
    np.testing.assert_array_equal(predictors[0].predict(prepared[0], hints).ab, ours)


@pytest.mark.usefixtures("as_if_able")
def test_only_what_is_asked_for_in_haste_counts_in_eight_bits(plain, card):
    quick, full = both(plain, card)
    lightness = Lightness(np.linspace(0, 100, 64 * 96, dtype=np.float32).reshape(64, 96))
    for quality in ("balanced", "fine"):
        ours, theirs = (
            each.predict(each.prepare(lightness, quality), ()).ab for each in (quick, full)
        )
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("as_if_able")
def test_the_copy_leaves_the_network_as_it_was(plain):
    before = {name: value.clone() for name, value in plain.state_dict().items()}
    quick = eight_bit.in_eight_bits(plain)
    assert quick is not None
    assert quick.pointer.query.weight.dtype == torch.float32
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)


@pytest.mark.parametrize("able", [{}, {"avx512_vnni": False, "avx_vnni": False}, None])
def test_a_processor_that_would_be_slower_at_it_stays_at_full_precision(
    plain, card, monkeypatch, able
):
    if able is None:  # older releases of torch cannot tell
        monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    else:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    predictor = TorchPredictor(copy.deepcopy(plain), card, CPU)
    assert predictor._quick is predictor._network


@pytest.mark.parametrize("error", [AttributeError, NotImplementedError, RuntimeError, TypeError])
def test_without_the_operators_it_stays_at_full_precision(plain, card, monkeypatch, error):
    def fail(*_: object) -> None:
        raise error("no such operator")

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: ABLE, raising=False)
    monkeypatch.setattr(eight_bit, "_samples", fail)
    eight_bit.available.cache_clear()
    try:
        assert not eight_bit.available()
        predictor = TorchPredictor(copy.deepcopy(plain), card, CPU)
    finally:
        eight_bit.available.cache_clear()
    assert predictor._quick is predictor._network


def test_operators_that_give_something_else_are_not_used(monkeypatch):
    monkeypatch.setattr(eight_bit, "_samples", lambda: [(torch.zeros(3), torch.full((3,), 0.1))])
    eight_bit.available.cache_clear()
    try:
        assert not eight_bit.available()
    finally:
        eight_bit.available.cache_clear()


@pytest.mark.parametrize(
    ("able", "quick"),
    [
        ({}, False),
        ({"avx512_bf16": True, "cpu_name": "AMD EPYC"}, True),
        ({"avx512_bf16": True, "cpu_name": "Intel Xeon"}, False),
        ({"avx512_bf16": True, "amx_bf16": True, "cpu_name": "Intel Xeon"}, True),
    ],
)
def test_training_takes_bfloat16_where_that_is_quicker(monkeypatch, able, quick):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert calculates_in_bfloat16() is quick
