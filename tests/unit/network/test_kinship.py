"""Cells of one kind agree on their colors; others, and edges, are left alone."""

import pytest
import torch

from engine.network.calibration import Calibration
from engine.network.hints import HintBatch, no_hints, places
from engine.network.kinship import agreed, apart, descriptors, kinship
from engine.network.model import ColorNetwork, NetworkConfig


def two_materials(h: int = 8, w: int = 8) -> torch.Tensor:
    """(1, 4, h, w), descriptors of a photo whose left half is one thing, its right half another."""
    right = (torch.arange(w) >= w // 2).float().expand(h, w)
    return torch.stack([right, 1 - right, torch.zeros(h, w), torch.zeros(h, w)])[None]


def test_what_looks_alike_is_kin_and_what_lies_far_is_less_so():
    kin = kinship(two_materials(), within=0.25, reach=0.5).view(8, 8, 8, 8)
    torch.testing.assert_close(kin.sum(dim=(2, 3)), torch.ones(8, 8))
    of_one = kin[4, 1]
    assert of_one[:, :4].sum() > 0.99
    assert of_one[4, 1] > of_one[4, 3] > 20 * of_one[4, 4]
    assert of_one[4, 1] > of_one[0, 1]


def test_kin_are_those_at_a_small_distance_in_looks_and_place():
    torch.manual_seed(5)
    described = torch.randn(2, 7, 3, 5)
    rows = described.flatten(2).transpose(1, 2)
    place = torch.cartesian_prod(torch.arange(3.0), torch.arange(5.0))
    far = torch.cdist(place, place).square() / (2 * (0.4 * 3) ** 2)
    weight = torch.exp(-torch.cdist(rows, rows).square() / 8 - far)
    expected = weight / weight.sum(dim=2, keepdim=True)
    torch.testing.assert_close(kinship(described, 8.0, 0.4), expected)


def test_kin_seen_by_a_photo_that_was_colored_can_be_trained_with():
    """What is kept of the places was made where no gradients are."""
    with torch.inference_mode():
        kinship(two_materials(7, 9), 0.25, 0.5)
    x = torch.randn(1, 2, 28, 36, requires_grad=True)
    agreed(x, kinship(two_materials(7, 9), 0.25, 0.5)).sum().backward()
    assert x.grad is not None


def test_patches_on_one_thing_become_one_and_the_other_thing_keeps_its_color():
    kin = kinship(two_materials(), within=0.1, reach=5.0)
    x = torch.zeros(1, 2, 32, 32)
    x[0, 0, :16, :16], x[0, 1, 16:, :16] = 8.0, 8.0  # a coat, above maroon, below navy
    x[0, :, :, 16:] = 3.0
    y = agreed(x, kin)
    coat = y[0, :, :, :12]
    # At the seam the coarse change is spread over the cells beside it.
    assert (coat[:, 4:12] - 4).abs().max() < 0.3
    assert (coat[:, 20:28] - 4).abs().max() < 0.3
    torch.testing.assert_close(y[0, :, :, 20:], x[0, :, :, 20:], atol=0.05, rtol=0)


def test_what_is_smaller_than_a_cell_stays():
    kin = kinship(two_materials(), within=0.1, reach=5.0)
    checks = (torch.arange(32)[:, None] + torch.arange(32)).remainder(2).float()[None, None]
    torch.testing.assert_close(agreed(checks, kin), checks)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_a_photo_of_a_single_cell_agrees_with_itself(precision):
    x = torch.randn(1, 3, 4, 4).to(precision)
    y = agreed(x, kinship(torch.randn(1, 5, 1, 1), 0.25, 0.2))
    assert y.dtype == precision
    torch.testing.assert_close(y, x)


def test_descriptors_do_not_ask_how_strong_features_are():
    at_8, at_16 = torch.rand(2, 6, 8, 12), torch.rand(2, 10, 4, 6)
    described = descriptors(at_8, at_16)
    assert described.shape == (2, 16, 4, 6)
    torch.testing.assert_close(descriptors(5 * at_8 + 3, 0.2 * at_16 - 1), described)
    torch.testing.assert_close(described.mean(dim=(2, 3)), torch.zeros(2, 16), atol=1e-6, rtol=0)
    # Of flat paper nothing is seen, and that is no reason for numbers that are none.
    assert torch.isfinite(descriptors(torch.ones(1, 6, 8, 12), torch.ones(1, 10, 4, 6))).all()


def test_the_network_asks_kin_and_can_be_told_not_to():
    torch.manual_seed(3)
    together = ColorNetwork(NetworkConfig()).eval()
    alone = ColorNetwork(NetworkConfig(kin_within=0.0)).eval()
    alone.load_state_dict(together.state_dict())
    L = torch.rand(1, 1, 128, 128) * 100
    with torch.inference_mode():
        looks = together.look(L), alone.look(L)
        assert looks[0].kin is not None
        assert looks[0].kin.shape == (1, 64, 64)
        assert looks[1].kin is None
        with_kin, without = (
            net.paint(look, no_hints(1)).logits
            for net, look in zip((together, alone), looks, strict=True)
        )
    assert not torch.equal(with_kin, without)
    # They agree more: what differs from cell to cell at 1/16 differs less.
    spread = [torch.nn.functional.avg_pool2d(each, 4).var() for each in (with_kin, without)]
    assert spread[0] < spread[1]


def hints_at(*spots: tuple[float, float]) -> HintBatch:
    """One photo with a reddish hint at each spot, x and y in pixels of the network's input."""
    count = len(spots)
    ab = torch.tensor([[[40.0, 20.0]] * count])
    return HintBatch(torch.tensor([spots]), torch.full((1, count), 4.0), ab, torch.zeros(1, count))


def test_apart_is_what_is_of_another_kind_however_far():
    hints = hints_at((10.0, 70.0), (100.0, 20.0))
    far = apart(two_materials(), places(hints, 32, 32))
    assert far.shape == (1, 2, 32, 32)
    on_the_left, on_the_right = far[0]
    assert on_the_left[:, :12].max() == 0
    torch.testing.assert_close(on_the_left[:, 20:], torch.full((32, 12), 2.0))
    torch.testing.assert_close(on_the_right, on_the_left.flip(1))


def test_a_place_on_an_edge_is_as_near_to_itself_as_any():
    torch.manual_seed(11)
    described = torch.randn(1, 12, 6, 10)
    hints = hints_at((64.0, 37.0), (0.0, 0.0), (159.9, 95.9))
    where = places(hints, 24, 40)
    far = apart(described, where)
    there = torch.nn.functional.grid_sample(far, where, align_corners=False, padding_mode="border")
    # At corners exactly; between the cells a place may be a little more than its neighbors.
    assert there[0, [1, 2], 0, [1, 2]].max() == 0
    assert there[0, 0, 0, 0] < 0.1 * far[0, 0].max()
    assert far.min() == 0


def test_a_hint_is_taken_less_where_cells_are_of_another_kind():
    torch.manual_seed(5)
    network = ColorNetwork(NetworkConfig()).eval()
    hints = hints_at((20.0, 30.0), (100.0, 90.0))
    with torch.inference_mode():
        look = network.look(torch.rand(1, 1, 128, 160) * 100)
        look = look._replace(described=0.3 * torch.randn(1, 16, 8, 10))
        plain, kept = (
            network.paint(look, hints, Calibration(hint_pull=2.0, hint_kin=strength)).pointer
            for strength in (0.0, 3.0)
        )
        less = 3.0 * apart(look.described, places(hints, 32, 40))
    assert less.max() > 1
    change = (kept[:, 1:] / kept[:, :1]).log() - (plain[:, 1:] / plain[:, :1]).log()
    torch.testing.assert_close(change, -less, atol=2e-3, rtol=1e-3)


def test_kin_within_no_reach_are_none():
    with pytest.raises(ValueError, match="reach"):
        ColorNetwork(NetworkConfig(kin_within=0.2, kin_reach=0.0))
