"""The predictor: aspect ratio, padding, quality levels, determinism."""

import copy

import numpy as np
import pytest
import torch

from engine.edits import Hint
from engine.errors import DeviceMissing, OutOfMemory
from engine.network.device import choose_device
from engine.network.model import Painting
from engine.network.predict import Pass, TorchPredictor, _onto
from engine.network.prepare import (
    MOST_SQUARES,
    frame_for,
    hints_in_frame,
    padded_input,
)
from engine.resize import lightness_at_size
from engine.values import Lightness


@pytest.fixture(scope="module")
def predictor(network, card):
    return TorchPredictor(copy.deepcopy(network), card, torch.device("cpu"))


def lightness(height: int, width: int) -> Lightness:
    rng = np.random.default_rng(0)
    return Lightness(rng.uniform(0, 100, (height, width)).astype(np.float32))


@pytest.mark.parametrize(("size", "grid"), [((600, 800), (16, 22)), ((100, 90), (18, 16))])
def test_what_is_seen_covers_the_photo(predictor, size, grid):
    prepared = predictor.prepare(lightness(*size), "fast")
    seen = predictor.describe(prepared)
    planes = predictor.predict(prepared, ())
    assert seen.shape[1:] == grid
    assert grid == tuple(-(-side // 16) for side in planes.L.shape)
    assert seen.dtype == np.float32
    for kind in (seen[:256], seen[256:]):
        assert kind.std() == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    "size", [(600, 800), (800, 600), (256, 256), (20, 31), (100, 5000), (3, 1)]
)
def test_a_frame_keeps_the_aspect_ratio_and_pads(size):
    frame = frame_for(size, 256, 32)
    assert frame.padded_height % 32 == 0
    assert frame.padded_width % 32 == 0
    assert 0 <= frame.padded_height - frame.height < 32
    assert 0 <= frame.padded_width - frame.width < 32
    assert frame.height * frame.width <= 1.02 * MOST_SQUARES * 256**2
    if max(size) <= MOST_SQUARES * min(size):
        assert min(frame.height, frame.width) == 256
        assert frame.width / frame.height == pytest.approx(size[1] / size[0], rel=0.01)


def test_the_padding_mirrors_the_photo():
    frame = frame_for((100, 90), 40, 32)
    small = lightness_at_size(lightness(100, 90), (frame.height, frame.width))
    padded = padded_input(small, frame)[0, 0].numpy()
    np.testing.assert_array_equal(padded[: frame.height, : frame.width], small)
    np.testing.assert_array_equal(padded[frame.height, : frame.width], small[-1])


def test_hints_land_on_their_pixels():
    frame = frame_for((100, 200), 64, 32)
    hint = Hint(x=0.25, y=0.5, radius=0.1, a=1, b=2)
    placed = hints_in_frame([hint], frame, torch.device("cpu"))
    assert placed.place.tolist() == [[[32.0, 32.0]]]
    assert placed.radius.item() == pytest.approx(6.4)
    mirrored = hints_in_frame([hint], frame, torch.device("cpu"), mirrored=True)
    assert mirrored.place.tolist() == [[[96.0, 32.0]]]


@pytest.mark.parametrize("quality", ["fast", "balanced", "fine"])
@pytest.mark.parametrize("size", [(150, 260), (260, 150), (40, 40)])
def test_color_covers_exactly_the_photo(predictor, quality, size):
    planes = predictor.predict(predictor.prepare(lightness(*size), quality), ())
    assert planes.ab.shape[1:] == planes.L.shape
    assert planes.L.shape[1] / planes.L.shape[0] == pytest.approx(size[1] / size[0], rel=0.01)
    assert np.isfinite(planes.ab).all()


def test_the_same_photo_gives_the_same_color(predictor):
    first, second = (
        predictor.predict(predictor.prepare(lightness(90, 120), "fine"), ()).ab for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_hints_that_are_taken_back_leave_nothing(predictor):
    prepared = predictor.prepare(lightness(90, 120), "balanced")
    before = predictor.predict(prepared, ()).ab
    hinted = predictor.predict(prepared, (Hint(x=0.3, y=0.4, radius=0.05, a=40, b=10),)).ab
    assert not np.array_equal(hinted, before)
    np.testing.assert_array_equal(predictor.predict(prepared, ()).ab, before)


def test_balanced_means_a_large_look_and_a_small_mirrored_one(predictor, monkeypatch):
    large, small = predictor.plan("balanced")
    size = predictor.card.input.balanced_size
    assert large == (size * 7 // 6, False)
    assert small == (size * 2 // 3, True)
    photo = lightness(90, 120)

    def painting(plan: tuple[tuple[int, bool], ...]) -> Painting:
        monkeypatch.setattr(predictor, "plan", lambda _: plan)
        with torch.inference_mode():
            return predictor._painting(predictor.prepare(photo, "balanced"), ())[0]

    both, alone = painting((large, small)), painting((large,))
    mirrored = painting((small,))
    frame, other_frame = (frame_for(photo.size, each, 32) for each, _ in (large, small))
    for name in ("logits", "pointer", "residual"):
        planes = getattr(alone, name)
        turned = Pass(None, other_frame, True)
        other = _onto(getattr(mirrored, name), turned, frame, planes.shape[2:])
        torch.testing.assert_close(getattr(both, name), (planes + other) / 2)
    assert not torch.allclose(both.logits, alone.logits)


def test_fine_asks_a_photo_and_its_mirror_image_alike(predictor):
    # Averaged over both ways round, a mirrored photo must get nearly the mirrored color; a single
    # pass of a random network does not.
    L = lightness(128, 128)
    turned = Lightness(np.ascontiguousarray(L.L[:, ::-1]))
    hint = Hint(x=0.3, y=0.4, radius=0.05, a=40, b=10)
    other = Hint(x=0.7, y=0.4, radius=0.05, a=40, b=10)

    def unlike(quality: str) -> float:
        ab = predictor.predict(predictor.prepare(L, quality), (hint,)).ab
        mirrored = predictor.predict(predictor.prepare(turned, quality), (other,)).ab
        return float(np.abs(ab - mirrored[:, :, ::-1]).mean())

    assert unlike("fine") < 0.35 * unlike("fast")


def test_of_passes_whose_colors_are_not_read_out_less_is_kept(predictor):
    first, *others = (each.look for each in predictor.prepare(lightness(64, 80), "fine").passes)
    assert len(others) == 5
    assert first.unhinted.upsampling is not None
    assert all(each.unhinted.upsampling is None for each in others)
    assert all(each.detail is None for each in (first, *others))


def test_planes_of_another_pass_come_back_to_their_places():
    first, second = frame_for((300, 410), 128, 32), frame_for((300, 410), 96, 32)
    h, w = second.padded_height // 4, second.padded_width // 4
    x = (torch.arange(w) + 0.5) * 4 / second.width  # each cell holds its place in the photo
    planes = x.expand(1, 1, h, w).contiguous()
    grid = torch.Size([first.padded_height // 4, first.padded_width // 4])
    expected = (torch.arange(grid[1]) + 0.5) * 4 / first.width
    inside = slice(1, first.width // 4 - 1)
    there = _onto(planes, Pass(None, second, False), first, grid)
    torch.testing.assert_close(there[0, 0, 3, inside], expected[inside], atol=0.01, rtol=0)
    back = _onto(planes, Pass(None, second, True), first, grid)
    torch.testing.assert_close(back[0, 0, 3, inside], 1 - expected[inside], atol=0.01, rtol=0)


@pytest.mark.parametrize("quality", ["fast", "balanced"])
def test_no_memory_is_said_in_words(predictor, monkeypatch, quality):
    def fail(_: object) -> None:
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: not enough memory"
        )

    monkeypatch.setattr(predictor._network_for(quality), "look", fail)
    with pytest.raises(OutOfMemory, match="cpu"):
        predictor.prepare(lightness(64, 64), quality)


@pytest.mark.parametrize("quality", ["fast", "balanced"])
def test_other_errors_are_not_taken_for_it(predictor, monkeypatch, quality):
    def fail(_: object) -> None:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(predictor._network_for(quality), "look", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        predictor.prepare(lightness(64, 64), quality)


def test_a_device_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceMissing, match=r"cuda.*cpu"):
        choose_device("cuda")
    assert choose_device("cpu").type == "cpu"
