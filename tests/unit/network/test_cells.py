"""What is done cell by cell: compiled it gives what PyTorch's operations give."""

import pytest
import torch

from engine.network.bins import bin_centers
from engine.network.cells import PlainCells
from engine.network.compiled_cells import CompiledCells
from engine.network.hints import FAR, HintBatch, HintPointer, no_hints

VALUES = torch.tensor(bin_centers())
VALUES = torch.cat([VALUES, VALUES.norm(dim=1, keepdim=True)], dim=1)
BOTH = PlainCells(), CompiledCells()
NEAR = 5e-3  # a*b* of up to 100: shares are kept in 16 bits


def planes(channels: int, precision: torch.dtype, spread: float) -> torch.Tensor:
    chance = torch.Generator().manual_seed(channels)
    return (torch.randn(2, channels, 5, 7, generator=chance) * spread).to(precision)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("spread", [0.0, 1.0, 4.0, 60.0])
@pytest.mark.parametrize("temperature", [1.0, 0.65, 1e-3])
def test_means_agree(precision, spread, temperature):
    logits = planes(len(VALUES), precision, spread)
    plain, ours = (each.means(logits, VALUES, temperature) for each in BOTH)
    assert ours.shape == (2, 3, 5, 7)
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours, plain, atol=1e-3, rtol=0)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("spread", [0.0, 1.0, 5.0])
def test_upsampling_agrees(precision, spread):
    weights, coarse = planes(144, precision, spread), planes(2, torch.float32, 30)
    plain, ours = (each.upsampled(coarse, each.shares(weights)) for each in BOTH)
    assert ours.shape == (2, 2, 20, 28)
    torch.testing.assert_close(ours, plain, atol=NEAR, rtol=0)


def test_how_numbers_lie_in_memory_does_not_matter():
    logits, weights = planes(len(VALUES), torch.float32, 3), planes(144, torch.float32, 3)
    coarse = planes(2, torch.float32, 30)
    for read in BOTH:
        for planes_of in (torch.Tensor.contiguous, rows_last):
            torch.testing.assert_close(
                read.means(planes_of(logits), VALUES, 0.7),
                BOTH[0].means(logits, VALUES, 0.7),
                atol=1e-3,
                rtol=0,
            )
            torch.testing.assert_close(
                read.upsampled(planes_of(coarse), read.shares(planes_of(weights))),
                BOTH[0].upsampled(coarse, BOTH[0].shares(weights)),
                atol=NEAR,
                rtol=0,
            )


def rows_last(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("read", BOTH)
def test_one_certain_color_is_taken(read):
    logits = torch.full((1, len(VALUES), 1, 2), -200.0)
    logits[0, 17, 0, 0] = logits[0, 200, 0, 1] = 300.0
    found = read.means(logits, VALUES, 1.0)[0, :, 0]
    torch.testing.assert_close(found.T, VALUES[[17, 200]], atol=1e-4, rtol=0)


@pytest.mark.parametrize("read", BOTH)
def test_a_pixel_takes_the_neighbor_it_points_to(read):
    weights = torch.zeros(1, 9, 16, 3, 3)
    weights[0, 5, 6, 1, 1] = 60.0  # the sixth pixel of the middle cell looks to the right
    coarse = torch.arange(18.0).view(1, 2, 3, 3)
    fine = read.upsampled(coarse, read.shares(weights.view(1, 144, 3, 3)))
    torch.testing.assert_close(fine[0, :, 5, 6], coarse[0, :, 1, 2], atol=NEAR, rtol=0)
    torch.testing.assert_close(fine[0, :, 5, 5], coarse[0].mean(dim=(1, 2)), atol=NEAR, rtol=0)


def test_a_pixel_far_less_sure_than_its_neighbor_in_the_cell_stays_a_mean():
    weights = torch.zeros(1, 9, 16, 1, 1)
    weights[0, :, 3] = -500.0
    weights[0, 2, 3] = -400.0
    read = CompiledCells()
    shares = read.shares(weights.view(1, 144, 1, 1))
    fine = read.upsampled(torch.full((1, 2, 1, 1), 25.0), shares)
    torch.testing.assert_close(fine, torch.full((1, 2, 4, 4), 25.0), atol=NEAR, rtol=0)


def hints(count: int, radius: float, seed: int = 1) -> HintBatch:
    """Of two photos of 96 x 64 pixels; the second one's last is padding."""
    chance = torch.Generator().manual_seed(seed)
    confidence = torch.zeros(2, count)
    confidence[1, -1:] = -FAR
    return HintBatch(
        torch.rand(2, count, 2, generator=chance) * torch.tensor([96.0, 64.0]),
        torch.full((2, count), radius),
        torch.randn(2, count, 2, generator=chance) * 40,
        confidence,
    )


@pytest.mark.parametrize("radius", [0.5, 5.0, 30.0])
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_planes_agree(count, radius):
    given = hints(count, radius)
    for plain, ours in zip(*(each.planes(given, 16, 24) for each in BOTH), strict=True):
        torch.testing.assert_close(ours, plain, atol=1e-6, rtol=0)


@pytest.mark.parametrize("count", [1, 40])
def test_features_with_hints_agree(count):
    drawn = PlainCells().planes(hints(count, 5.0), 16, 24)[0]
    weight = torch.randn(8, 3, 1, 1, generator=torch.Generator().manual_seed(4))
    x = torch.randn(2, 8, 16, 24, generator=torch.Generator().manual_seed(5))
    plain, ours = (each.hinted(rows_last(x).clone(), drawn, weight) for each in BOTH)
    torch.testing.assert_close(ours, plain, atol=1e-5, rtol=0)
    assert not torch.equal(ours, x)
    torch.testing.assert_close(CompiledCells().hinted(x.clone(), drawn, weight), plain)


@pytest.mark.parametrize("read", BOTH)
def test_a_hint_s_rim_is_within_it(read):
    place = torch.tensor([[[10.0, 10.0]]])
    three = HintBatch(place, torch.full((1, 1), 4.0), torch.ones(1, 1, 2), torch.zeros(1, 1))
    fine, _, _ = read.planes(three, 8, 8)
    assert fine[0, 0, 2].tolist() == [0, 1, 1, 1, 0, 0, 0, 0]  # 4 away from 10: 6, 10, 14


@pytest.mark.parametrize("radius", [0.5, 5.0, 30.0])
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_pointing_agrees(count, radius):
    given, pointer = hints(count, radius), HintPointer(8, 4)
    scores = planes(1 + count, torch.float32, 3)[..., :6].repeat(1, 1, 4, 4)[:, :, :16]
    kept = scores.clone()
    with torch.inference_mode():
        pull = pointer.pull(torch.rand(2, count) * 3, torch.rand(2, count) - 0.5)
        plain, ours = (each.pointing(scores, given, pull) for each in BOTH)
    torch.testing.assert_close(ours, plain, atol=2e-6, rtol=0)
    torch.testing.assert_close(ours.sum(dim=1), torch.ones(2, 16, 24))
    assert torch.equal(scores, kept)


@pytest.mark.parametrize("read", BOTH)
def test_without_hints_no_hint_is_pointed_to(read):
    nothing = torch.zeros(1, 0)
    with torch.inference_mode():
        pull = HintPointer(8, 4).pull(nothing, nothing)
        weights = read.pointing(torch.randn(1, 1, 8, 8), no_hints(1), pull)
    assert torch.equal(weights, torch.ones(1, 1, 8, 8))
