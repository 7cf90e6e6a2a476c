"""The network of packed parts gives what the plain one gives."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from engine.edits import Hint
from engine.network import fused
from engine.network.compiled_cells import CompiledCells
from engine.network.encoder import Conv
from engine.network.hints import HintBatch, no_hints
from engine.network.model import attended, in_channels_last
from engine.network.predict import TorchPredictor, fold_batch_norm
from engine.values import Lightness

needs_operators = pytest.mark.skipif(not fused.available(), reason="not on this machine")
HINTS = HintBatch(
    torch.tensor([[[40.0, 70.0], [10.0, 10.0]]]),
    torch.tensor([[9.0, 5.0]]),
    torch.tensor([[[50.0, -60.0], [0.0, 0.0]]]),
    torch.zeros(1, 2),
)


@pytest.fixture(scope="module")
def plain(network):
    plain = copy.deepcopy(network)
    fold_batch_norm(plain)
    return in_channels_last(plain.requires_grad_(requires_grad=False))


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


def test_attention_in_few_digits_is_much_the_same():
    qkv = torch.randn(2, 40, 3 * 64, generator=torch.Generator().manual_seed(5))
    few = attended(qkv.bfloat16(), 4)
    assert few.dtype == torch.bfloat16
    torch.testing.assert_close(few.float(), attended(qkv, 4), atol=2e-2, rtol=2e-2)


@needs_operators
def test_every_convolution_and_product_is_packed(plain):
    packed = copy.deepcopy(plain)
    fused.fuse(packed)
    left = {
        name
        for name, part in packed.named_modules()
        if isinstance(part, nn.Conv2d | nn.Linear) and not name.startswith("pointer.")
    }
    assert left == {"whole"}  # a single row


@pytest.fixture
def as_if_able(monkeypatch):
    """Calculates in bfloat16 also where that is slow."""
    if not fused.available(torch.bfloat16):
        pytest.skip("not on this machine")
    monkeypatch.setattr(fused, "calculates_in_bfloat16", lambda: True)


@pytest.mark.usefixtures("as_if_able")
def test_in_half_precision_colors_are_much_the_same(plain, card):
    half = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
    full = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
    full._quick = full._network
    assert half._quick is not half._network
    lightness = Lightness(
        np.random.default_rng(3)
        .uniform(20, 80, (12, 16))
        .astype(np.float32)
        .repeat(20, 0)
        .repeat(20, 1)
    )
    hint = Hint(x=0.5, y=0.5, a=40, b=-50, radius=0.05)
    for hints in ((), (hint,)):
        ours, theirs = (
            each.predict(each.prepare(lightness, "fast"), hints).ab for each in (half, full)
        )
        difference = np.hypot(*(ours - theirs))
        assert 0 < difference.mean() < 0.5
        assert difference.max() < 5
        belief, other = (
            each.believe(each.prepare(lightness, "fast"), hints) for each in (half, full)
        )
        np.testing.assert_allclose(belief.confidence, other.confidence, atol=0.1)


@pytest.mark.usefixtures("as_if_able")
def test_only_what_is_asked_for_in_haste_is_in_half_precision(plain, card):
    half = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
    full = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
    full._quick = full._network
    lightness = Lightness(np.linspace(0, 100, 64 * 96, dtype=np.float32).reshape(64, 96))
    for quality in ("balanced", "fine"):
        ours, theirs = (
            each.predict(each.prepare(lightness, quality), ()).ab for each in (half, full)
        )
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("as_if_able")
def test_the_copy_leaves_the_network_as_it_was(plain):
    before = {name: value.clone() for name, value in plain.state_dict().items()}
    half = fused.in_half_precision(plain)
    assert half is not None
    assert half.pointer.query.weight.dtype == torch.float32
    for name, value in plain.state_dict().items():
        assert value.dtype == before[name].dtype
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)


@pytest.mark.parametrize("able", [{}, {"avx512_bf16": False, "amx_bf16": False}, None])
def test_a_processor_that_would_be_slower_at_it_stays_at_full_precision(
    plain, card, monkeypatch, able
):
    if able is None:  # older releases of torch cannot tell
        monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    else:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    predictor = TorchPredictor(copy.deepcopy(plain), card, torch.device("cpu"))
    assert predictor._quick is predictor._network


@needs_operators
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
def test_padding_on_one_side_only_needs_no_copy(kernel, stride):
    conv = Conv(16, 16, kernel, stride, groups=16).eval()
    conv.norm = nn.Identity()
    x = torch.randn(1, 16, 32, 64).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        torch.testing.assert_close(fused._packed(conv)(x), conv(x), atol=1e-5, rtol=1e-4)


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
    monkeypatch.setattr(fused, "_samples", lambda precision: wrong)
    fused.available.cache_clear()
    try:
        assert not fused.available()
    finally:
        fused.available.cache_clear()
