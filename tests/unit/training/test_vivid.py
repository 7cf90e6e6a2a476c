"""The vivid phase: the picture as a loss sees it, the adversary, and exact resuming."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.cancel import CancelToken
from engine.color.lab import srgb_to_lab
from engine.measuring import metrics
from engine.training.adversary import Adversary, deceive_loss, judged, matching_loss
from engine.training.ageing import framed
from engine.training.options import TrainOptions
from engine.training.recompose import colorfulness, to_srgb
from engine.training.run_folder import RunFolder
from engine.training.samples import SampleOptions
from engine.training.starting_weights import load_judge
from engine.training.trainer import Trainer
from tests.unit.conftest import colorful

OPTIONS = replace(
    TrainOptions.of_phase("vivid", steps=4),
    batch_size=2,
    rebalancing_photos=4,
    samples=SampleOptions(size=64),
)


def picture(seed: int) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    rgb = colorful(seed)
    lab = torch.tensor(srgb_to_lab(rgb)).permute(2, 0, 1)[None].float()
    return rgb, lab[:, :1], lab[:, 1:]


def test_the_picture_a_loss_sees_is_that_of_the_program():
    rgb, L, ab = picture(1)
    seen = to_srgb(L, ab)[0].permute(1, 2, 0).numpy()
    inside = rgb.min(axis=2) > 2  # near black its slope is kept finite
    assert np.abs(seen * 255 - rgb)[inside].max() < 0.05
    assert float(colorfulness(to_srgb(L, ab))) == pytest.approx(metrics.colorfulness(rgb), rel=0.01)


def test_its_slope_is_finite_everywhere():
    L = torch.tensor([0.0, 0.01, 50.0, 100.0]).view(1, 1, 2, 2)
    for size in (0.0, 200.0):
        ab = torch.full((1, 2, 2, 2), size, requires_grad=True)
        (colorfulness(to_srgb(L, ab)).sum()).backward()
        assert torch.isfinite(ab.grad).all()


def test_the_adversary_learns_to_tell_gray_from_color():
    torch.manual_seed(0)
    judge, adversary = load_judge(), Adversary()
    optimizer = torch.optim.Adam(adversary.parameters(), lr=2e-3, betas=(0.5, 0.99))
    from engine.training.adversary import tell_apart_loss

    pictures = [picture(seed) for seed in range(4)]
    true = torch.cat([to_srgb(L, ab) for _, L, ab in pictures])
    gray = torch.cat([to_srgb(L, 0 * ab) for _, L, ab in pictures])
    true, gray = judged(judge, true[..., :96]), judged(judge, gray[..., :96])
    assert float(matching_loss(true, true)) == 0
    assert float(matching_loss(gray, true)) > 0.1
    losses = []
    for _ in range(12):
        loss = tell_apart_loss(adversary(gray), adversary(true))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
    with torch.no_grad():
        assert deceive_loss(adversary(gray)) > deceive_loss(adversary(true))


def run(folder, photos, stop_at=None, resume=False) -> Trainer:
    options = TrainOptions() if resume else OPTIONS
    one = Trainer([photos], RunFolder(folder), options, torch.device("cpu"))
    one.resume() if resume else one.start(None)
    cancel, train_step = CancelToken(), one._train_step

    def step(batch):
        found = train_step(batch)
        if one.step == stop_at:
            cancel.cancel()
        return found

    one._train_step = step
    one.run(None, cancel, lambda _: None, lambda _: None)
    return one


def test_a_resumed_run_ends_where_an_unbroken_one_does(photo_folder, tmp_path):
    whole = run(tmp_path / "whole", photo_folder)
    run(tmp_path / "parts", photo_folder, stop_at=2)
    parts = run(tmp_path / "parts", photo_folder, resume=True)
    assert parts.step == 4
    assert parts.options == OPTIONS
    for one, other in ((whole.network, parts.network), (whole.average, parts.average)):
        for name, tensor in one.state_dict().items():
            torch.testing.assert_close(other.state_dict()[name], tensor, rtol=0, atol=0)


def test_the_encoder_is_left_as_it_is(photo_folder, tmp_path):
    one = Trainer([photo_folder], RunFolder(tmp_path), OPTIONS, torch.device("cpu"))
    one.start(None)
    before = one.network.encoder.stem.conv.weight.detach().clone()
    one.run(None, CancelToken(), lambda _: None, lambda _: None)
    assert one.step == 4
    assert torch.equal(one.network.encoder.stem.conv.weight, before)


def test_a_border_is_gray_in_truth():
    white = np.full((60, 80, 3), (200, 30, 30), np.uint8)
    changed = [framed(white, np.random.default_rng(seed), 1.0) for seed in range(60)]
    bordered = [each for each in changed if each is not white]
    assert 2 < len(bordered) < 25
    for each in bordered:
        border = (each != white).any(axis=2)
        assert not border[20:40, 25:55].any()
        assert np.ptp(each[border], axis=1).max(initial=0) == 0
    assert framed(white, np.random.default_rng(0), 0.0) is white
