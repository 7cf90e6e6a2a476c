"""The network: shapes, the split into look and paint, obedience to hints."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.color.lab import srgb_to_lab
from engine.measuring.evaluate import read_truth
from engine.measuring.photos import find_photos
from engine.network.bins import bin_centers, nearest_bins
from engine.network.calibration import Calibration
from engine.network.cells import PlainCells, convex_upsample
from engine.network.encoder import Conv, Encoder
from engine.network.hints import FAR, HintBatch, no_hints
from engine.network.predict import fold_batch_norm
from engine.network.weights import load_weights
from engine.training import calibrate


def some_hints(count: int, seed: int = 0) -> HintBatch:
    chance = torch.Generator().manual_seed(seed)
    return HintBatch(
        torch.rand(1, count, 2, generator=chance) * 128,
        torch.full((1, count), 5.0),
        torch.randn(1, count, 2, generator=chance) * 40,
        torch.zeros(1, count),
    )


def test_bins_are_those_srgb_reaches():
    centers = bin_centers()
    assert centers.shape == (261, 2)
    assert [0, 0] in centers.tolist()
    assert np.abs(centers).max() <= 110
    index, squared = nearest_bins(np.array([[3, -4], [80, 67]], np.float32), 5)
    np.testing.assert_array_equal(centers[index[:, 0]], [[0, 0], [80, 70]])
    assert (np.diff(squared, axis=1) >= 0).all()


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
def test_padding_is_that_of_tensorflow(kernel, stride):
    conv = Conv(2, 4, kernel, stride, act=False).eval()
    x = torch.randn(1, 2, 32, 64)
    # TensorFlow's SAME: output size is the input size over the stride, rounded up; the padding
    # needed for that is shared, the odd pixel going to the right and below.
    whole = [max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in (64, 32)]
    padded = F.pad(
        x, (whole[0] // 2, whole[0] - whole[0] // 2, whole[1] // 2, whole[1] - whole[1] // 2)
    )
    expected = conv.norm(F.conv2d(padded, conv.conv.weight, stride=stride))
    torch.testing.assert_close(conv(x), expected)


def test_encoder_s_taps():
    taps = Encoder().eval()(torch.rand(1, 1, 64, 96) * 100)
    assert [tuple(tap.shape[1:]) for tap in taps] == [
        (24, 16, 24),
        (48, 8, 12),
        (120, 4, 6),
        (352, 2, 3),
    ]


@pytest.mark.parametrize("hints", [no_hints(1), some_hints(3)])
def test_color_has_the_size_of_the_input(network, hints):
    L = torch.rand(1, 1, 96, 128) * 100
    ab = network(L, hints)
    assert ab.shape == (1, 2, 96, 128)
    assert torch.isfinite(ab).all()


def test_looking_knows_nothing_of_hints(network):
    L = torch.rand(1, 1, 64, 64) * 100
    look = network.look(L)
    painting = network.paint(look, some_hints(2))
    own = network.own_color(painting, Calibration(0.6, 1.1))
    ab = network.read_out(painting, own, some_hints(2))
    torch.testing.assert_close(ab, network(L, some_hints(2), Calibration(0.6, 1.1)))


def test_what_needs_no_hints_is_done_ahead(network):
    L = torch.rand(1, 1, 64, 96) * 100
    look = network.look(L)
    ahead = network.ahead(look, Calibration())
    for one, other in zip(
        network.paint(look, no_hints(1)), network.paint(ahead, no_hints(1)), strict=True
    ):
        assert torch.equal(one, other) if one is not None else other is None
    there, also = (network.paint(each, some_hints(3)) for each in (look, ahead))
    assert torch.equal(there.logits, also.logits)
    assert torch.equal(there.pointer, also.pointer)


def test_what_is_done_ahead_holds_for_another_calibration(network):
    """As when a calibration is looked for on photos that are prepared once."""
    look = network.look(torch.rand(1, 1, 64, 96) * 100)
    one, other = Calibration(0.6, 1.5, 1.0, 0.05), Calibration(0.3, 1.5, 1.0, 0.02)
    for made_for in (one, other, Calibration()):
        bold = network.paint(network.ahead(look, made_for), no_hints(1), other).bold
        assert torch.equal(bold, network.paint(look, no_hints(1), other).bold)
    assert not torch.equal(network.paint(look, no_hints(1), one).bold, bold)


def test_what_is_done_ahead_is_much_the_same_with_hints(photo_folder):
    trained, card = load_weights()
    trained.eval().requires_grad_(requires_grad=False)
    pixels = read_truth(find_photos([photo_folder])[0], 256, squeeze=True)
    L = torch.tensor(srgb_to_lab(pixels)[..., 0])[None, None]
    given = some_hints(4)

    def colors(look):
        painting = trained.paint(look, given, card.calibration)
        return trained.read_out(painting, trained.own_color(painting, card.calibration), given)

    look = trained.look(L)
    off = (colors(trained.ahead(look, card.calibration)) - colors(look)).norm(dim=1)
    assert 0 < off.mean() < 0.3
    assert off.max() < 5


def test_a_hint_is_obeyed_where_it_lies(network):
    hints = HintBatch(
        torch.tensor([[[40.0, 72.0]]]),
        torch.tensor([[9.0]]),
        torch.tensor([[[50.0, -60.0]]]),
        torch.zeros(1, 1),
    )
    ab = network(torch.rand(1, 1, 128, 128) * 100, hints)
    torch.testing.assert_close(ab[0, :, 72, 40], torch.tensor([50.0, -60.0]), atol=3, rtol=0)


def test_hints_can_be_given_more_pull_that_falls_faster(network):
    look, one = network.look(torch.rand(1, 1, 128, 256) * 100), some_hints(1)
    at = one.place[0, 0]
    x, y = int(at[0] / 4), int(at[1] / 4)
    learned, more, less_far = (
        network.paint(look, one, Calibration(hint_pull=pull, hint_fall=fall)).pointer[0, 1]
        for pull, fall in ((0, 0), (1.5, 0), (1.5, 3.0))
    )
    odds = torch.logit(more.double()) - torch.logit(learned.double())
    torch.testing.assert_close(odds, torch.full_like(odds, 1.5), atol=1e-3, rtol=0)
    assert less_far[y, x] > learned[y, x]
    assert less_far[:, -1].max() < learned[:, -1].min()
    # What is not said by the pointer does not change.
    plain, pulled = (
        network.paint(look, one),
        network.paint(look, one, Calibration(hint_pull=1.5, hint_fall=0.9)),
    )
    assert torch.equal(plain.logits, pulled.logits)


LIKELY = Calibration(**calibrate.LIKELY)


def hinted_off(network, look, off, calibration) -> torch.Tensor:
    """How a hint changes the photo that lies `off` beside the network's own color; (2, H, W)."""
    place = torch.tensor([[[40.0, 72.0]]])
    nothing = HintBatch(place, torch.full((1, 1), 5.0), torch.zeros(1, 1, 2), torch.zeros(1, 1))
    own = network.own_color(network.paint(look, nothing))[0, :, 18, 10]
    hint = nothing._replace(ab=(own + torch.tensor(off))[None, None])
    with_it = network.paint(look, hint, calibration)
    return network.read_out(with_it, network.own_color(with_it), hint)[0]


def test_a_likely_hint_says_something_of_the_whole_photo(network, monkeypatch):
    look = network.look(torch.rand(1, 1, 128, 256) * 100)
    # An untrained network's own color depends on the hint; one that is trained takes it calmly.
    monkeypatch.setattr(
        network.cells, "planes", lambda _, h, w: PlainCells().planes(no_hints(1), h, w)
    )
    off = [12.0, -9.0]
    plain, likely = (hinted_off(network, look, off, each) for each in (Calibration(), LIKELY))
    torch.testing.assert_close(likely[:, 72, 40], plain[:, 72, 40], atol=3, rtol=0)
    far = (likely - plain)[:, :, 200:].mean(dim=(1, 2))
    share = float(torch.exp(torch.tensor(-((15 / 30) ** 4))))
    assert (far * torch.tensor(off) > 0).all()
    assert far.norm() >= 0.1 * share * 15 * 0.5
    assert far.norm() < 15


def test_a_hint_that_is_far_off_says_nothing_of_the_rest(network):
    look = network.look(torch.rand(1, 1, 128, 256) * 100)
    # An untrained network is in doubt about everything.
    in_spreads = replace(LIKELY, likely_spreads=0.4, likely_within=1e3)
    within = replace(LIKELY, likely_spreads=0.0)
    plain, *likely = (
        hinted_off(network, look, [90.0, -60.0], each)
        for each in (Calibration(), in_spreads, within)
    )
    for each in likely:
        torch.testing.assert_close(each, plain, atol=1e-3, rtol=0)


def test_where_color_is_in_doubt_a_hint_farther_off_is_likely(network):
    """Two spots, the left one sure of a gray, the right one torn between two hues."""
    logits = torch.full((1, 261, 32, 32), -50.0)
    gray, one, other = (
        int((network.centers - torch.tensor(ab)).norm(dim=1).argmin())
        for ab in ([0.0, 0.0], [40.0, 0.0], [-40.0, 0.0])
    )
    logits[:, gray, :, :16] = logits[:, one, :, 16:] = logits[:, other, :, 16:] = 50.0
    two = some_hints(2)._replace(place=torch.tensor([[[30.0, 60.0], [100.0, 60.0]]]))
    said = network._said(
        logits,
        torch.zeros(1, 2, 32, 32),
        two._replace(ab=torch.tensor([[[0.0, 25.0], [0.0, 25.0]]])),
        Calibration(likely_within=40.0, likely_spreads=2.05, likely_pull=1.0),
        None,
    )
    assert said.more[0, 0] < 0.01  # 25 is more than twice 2.05 times the least spread, 6
    assert said.more[0, 1] == pytest.approx(10 / 11 * np.exp(-((25 / 40) ** 4)), abs=0.01)


def test_padding_says_nothing_of_the_photo(network):
    look = network.look(torch.rand(1, 1, 64, 64) * 100)
    two = some_hints(2)._replace(ab=torch.zeros(1, 2, 2))
    padding = two._replace(confidence=torch.full((1, 2), -FAR))
    assert (network.paint(look, two, LIKELY).cast != 0).any()
    assert (network.paint(look, padding, LIKELY).cast == 0).all()
    assert (network.paint(look, padding, LIKELY).vivid == 1).all()


def test_a_paler_hint_makes_the_photo_paler_and_a_stronger_one_more_vivid(network, monkeypatch):
    look = network.look(torch.rand(1, 1, 128, 256) * 100)
    monkeypatch.setattr(
        network.cells, "planes", lambda _, h, w: PlainCells().planes(no_hints(1), h, w)
    )
    chroma_only = Calibration(likely_within=30.0, likely_vividness=0.2)
    own = network.own_color(network.paint(look, no_hints(1)))[0, :, 18, 10]
    at = some_hints(1)._replace(place=torch.tensor([[[40.0, 72.0]]]))
    before = network.own_color(network.paint(look, at._replace(ab=own[None, None])))
    for factor in (0.5, 1.5):
        painting = network.paint(look, at._replace(ab=factor * own[None, None]), chroma_only)
        asked = network.own_color(painting, chroma_only).norm(dim=1) / before.norm(dim=1)
        expected = ((factor * own.norm() + 6) / (own.norm() + 6)) ** 0.2
        torch.testing.assert_close(asked.mean(), expected, atol=0.03, rtol=0)


def test_what_is_in_doubt_goes_along_with_a_hint_further(network):
    look = network.look(torch.rand(1, 1, 128, 256) * 100)
    cast_only = Calibration(likely_within=30.0, likely_everywhere=0.15)
    painting = network.paint(look, some_hints(1)._replace(ab=torch.full((1, 1, 2), 9.0)), cast_only)
    sure = painting.logits.clone()
    sure[:, 7, :, :32] += 90.0
    painting = painting._replace(logits=sure)
    without = painting._replace(cast=None)
    moved = (network.own_color(painting) - network.own_color(without)).norm(dim=1)
    assert moved.min() > 0
    assert moved[:, :, 32:].mean() > 1.5 * moved[:, :, :32].mean()


def test_without_hints_no_place_is_asked_for(network, monkeypatch):
    monkeypatch.setattr(F, "grid_sample", pytest.fail)  # Apple's GPUs refuse no places
    painting = network.paint(network.look(torch.rand(1, 1, 64, 64) * 100), no_hints(1), LIKELY)
    assert torch.equal(painting.pointer, torch.ones(1, 1, 16, 16))


def test_padding_of_hints_changes_nothing(network):
    look = network.look(torch.rand(1, 1, 64, 64) * 100)
    two = some_hints(2)
    padded = HintBatch(
        torch.cat([two.place, torch.zeros(1, 3, 2)], 1),
        torch.cat([two.radius, torch.ones(1, 3)], 1),
        torch.cat([two.ab, torch.zeros(1, 3, 2)], 1),
        torch.cat([two.confidence, torch.full((1, 3), -FAR)], 1),
    )
    assert padded.present.tolist() == [[True, True, False, False, False]]
    plain, more = network.paint(look, two), network.paint(look, padded)
    torch.testing.assert_close(more.logits, plain.logits)
    torch.testing.assert_close(more.pointer[:, :3], plain.pointer)
    assert more.pointer[:, 3:].max() < 1e-6


def test_the_pointer_s_weights_add_up_to_one(network):
    painting = network.paint(network.look(torch.rand(1, 1, 64, 64) * 100), some_hints(7))
    torch.testing.assert_close(painting.pointer.sum(1), torch.ones(1, 16, 16))


def test_later_hints_cover_earlier_ones_in_the_planes():
    place = torch.tensor([[[32.0, 32.0], [32.0, 32.0]]])
    ab = torch.tensor([[[110.0, 0.0], [0.0, -110.0]]])
    hints = HintBatch(place, torch.tensor([[12.0, 6.0]]), ab, torch.zeros(1, 2))
    fine, middle, coarse = PlainCells().planes(hints, 16, 16)
    assert fine[0, :, 8, 8].tolist() == [1, 0, -1]
    assert fine[0, :, 8, 6].tolist() == [1, 1, 0]
    assert fine[0, :, 0, 0].tolist() == [0, 0, 0]
    assert middle.shape[2:] == (8, 8)
    assert coarse[0, 0].max() == 1


def test_temperature_and_gain_make_color_stronger(network):
    painting = network.paint(network.look(torch.rand(1, 1, 64, 64) * 100), no_hints(1))
    painting = painting._replace(residual=torch.zeros_like(painting.residual))  # has no gain
    plain = network.own_color(painting)
    torch.testing.assert_close(network.own_color(painting, Calibration(gain=2.0)), 2 * plain)
    # Where hues are in doubt, the gain is less; where there is one hue, it is all there.
    partly = network.own_color(painting, Calibration(gain=2.0, agreement=4.0)).norm(dim=1)
    assert (partly >= plain.norm(dim=1) - 1e-4).all()
    assert (partly <= 2 * plain.norm(dim=1) + 1e-4).all()
    assert (partly < 1.9 * plain.norm(dim=1)).any()
    sharp = network.own_color(painting, Calibration(1e-4))
    torch.testing.assert_close(network.own_color(painting, Calibration(1e-4, 2.0, 4.0)), 2 * sharp)
    best = network.centers[painting.logits.argmax(1)].permute(0, 3, 1, 2)
    assert (sharp - best).abs().mean() < 0.5


def test_convex_upsampling_of_one_color_is_that_color():
    weights = torch.randn(1, 9, 16, 5, 7).softmax(1)
    flat = torch.tensor([12.0, -7.0])[None, :, None, None].expand(1, 2, 5, 7)
    torch.testing.assert_close(
        convex_upsample(flat, weights), flat[..., :1, :1].expand(1, 2, 20, 28)
    )


def test_convex_upsampling_puts_each_fine_pixel_in_its_place():
    coarse = torch.arange(12.0).view(1, 1, 3, 4)
    weights = torch.zeros(1, 9, 16, 3, 4)
    weights[:, 4] = 1  # only the cell itself
    expected = coarse.repeat_interleave(4, 2).repeat_interleave(4, 3)
    torch.testing.assert_close(convex_upsample(coarse, weights), expected)
    weights.zero_()[:, 5] = 1  # only the neighbor to the right
    assert convex_upsample(coarse, weights)[0, 0, 0, 0] == 1


def test_folding_batch_norm_changes_no_result(network):
    folded = copy.deepcopy(network)
    fold_batch_norm(folded)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    L = torch.rand(1, 1, 64, 64) * 100
    torch.testing.assert_close(
        folded(L, no_hints(1)), network(L, no_hints(1)), atol=1e-3, rtol=1e-3
    )


def test_a_photo_in_doubt_is_read_out_more_boldly(network):
    look = network.look(torch.rand(1, 1, 128, 128) * 100)
    plain, bold = Calibration(gain=1.4, agreement=3.0), Calibration(1.0, 1.4, 3.0, boldness=0.5)
    painting = network.paint(look, no_hints(1), bold)
    values = torch.cat([network.centers, network.centers.norm(dim=1, keepdim=True)], dim=1)
    found = network.cells.means(painting.logits, values, 1.0)
    chroma = found[:, :2].norm(dim=1, keepdim=True)
    expected = (0.72 / (chroma.mean() / found[:, 2].mean())) ** 0.5
    torch.testing.assert_close(painting.bold.mean(), expected.clamp(0.8, 1.4), rtol=0.05, atol=0)
    residual = 110 * painting.residual
    color = network.own_color(painting, bold) - residual
    agreed = (painting.bold * chroma / found[:, 2:]).clamp(max=1)
    torch.testing.assert_close(color, (1 + 0.4 * agreed**3) * found[:, :2], rtol=1e-3, atol=1e-3)
    timid = network.own_color(network.paint(look, no_hints(1), plain), plain) - residual
    assert (color.norm(dim=1) > timid.norm(dim=1)).any()
    # What is sure has all of the gain already.
    assert (color.norm(dim=1) <= 1.4 * chroma[:, 0] + 1e-3).all()
    # A sure photo is read out more timidly; a gray one does not divide by nothing.
    sure = torch.full_like(painting.logits, -50.0)
    sure[:, 7] = 50.0
    assert network._bold(sure, bold).item() == pytest.approx(0.72**0.5, abs=1e-3)
    gray = int(network.centers.norm(dim=1).argmin())
    sure[:, 7], sure[:, gray] = -50.0, 50.0
    assert torch.isfinite(network._bold(sure, bold)).all()
