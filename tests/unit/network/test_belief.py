"""The honest distribution, the doubt and the likeliest color."""

import numpy as np
import pytest
import torch

from engine.edits import Hint
from engine.network.belief import doubt, likeliest, posterior
from engine.network.hints import HintBatch, no_hints
from engine.network.model import Painting
from engine.network.predict import load
from engine.values import Lightness

CENTERS = torch.tensor([[0.0, 0.0], [10.0, 0.0], [60.0, 0.0], [0.0, -50.0]])


def painting(pointer: torch.Tensor) -> Painting:
    nothing = torch.zeros(1, 1, 1, 1)
    return Painting(logits=nothing, residual=nothing, pointer=pointer, upsampling=nothing)


def plane(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(1, -1, 1, 1)


def test_the_training_s_weights_are_taken_out_again():
    true = torch.tensor([0.7, 0.2, 0.05, 0.05])
    weights = torch.tensor([0.2, 1.0, 5.0, 5.0])
    learned = (true * weights).log().view(1, 4, 1, 1) + 3  # what a weighed loss leads to
    torch.testing.assert_close(posterior(learned, weights, 1.0, 1.0)[0, :, 0, 0], true)
    vivid = posterior(learned, weights, 1.0, 0.0)[0, :, 0, 0]
    assert vivid[2] > 3 * true[2]
    sharp = posterior(learned, weights, 0.5, 1.0)[0, :, 0, 0]
    assert sharp[0] > true[0]


def test_doubt_is_the_expected_distance_to_what_is_shown():
    share, shown = plane(0.4, 0.3, 0.2, 0.1), plane(5.0, -5.0)
    off = doubt(painting(plane(1.0)), share, shown, CENTERS, no_hints(1))
    squares = (CENTERS - torch.tensor([5.0, -5.0])).square().sum(dim=1)
    expected = (torch.tensor([0.4, 0.3, 0.2, 0.1]) * squares).sum().sqrt()
    torch.testing.assert_close(off, expected.view(1, 1))


def test_where_a_hint_rules_there_is_no_doubt():
    hint = HintBatch(
        torch.zeros(1, 1, 2), torch.ones(1, 1), torch.tensor([[[5.0, -5.0]]]), torch.zeros(1, 1)
    )
    share, shown = plane(0.4, 0.3, 0.2, 0.1), plane(5.0, -5.0)
    assert doubt(painting(plane(0.0, 1.0)), share, shown, CENTERS, hint) == 0
    half = doubt(painting(plane(0.5, 0.5)), share, shown, CENTERS, hint)
    whole = doubt(painting(plane(1.0)), share, shown, CENTERS, no_hints(1))
    torch.testing.assert_close(half, whole / 2**0.5)


def test_near_colors_count_as_one_choice():
    color, belief = likeliest(plane(0.3, 0.25, 0.4, 0.05), CENTERS)
    assert belief.item() == pytest.approx(0.55)
    assert color.flatten().tolist() in ([0.0, 0.0], [10.0, 0.0])


def test_the_network_s_belief_covers_the_photo():
    predictor = load("cpu", None)
    rng = np.random.default_rng(0)
    lightness = Lightness(rng.uniform(20, 80, (300, 410)).astype(np.float32))
    prepared = predictor.prepare(lightness, "fast")
    belief = predictor.believe(prepared, ())
    rows, columns = belief.doubt.shape
    assert (rows, columns) == (64, 88)
    assert belief.likeliest.shape == (2, rows, columns)
    assert 0 < belief.confidence.min() <= belief.confidence.max() <= 1.001
    assert belief.doubt.min() > 0
    hint = Hint(x=0.5, y=0.5, radius=0.05, a=40.0, b=20.0)
    sure = predictor.believe(prepared, (hint,))
    middle = rows // 2, columns // 2
    assert sure.doubt[middle] < 0.5 * belief.doubt[middle]
    with pytest.raises(TypeError):
        predictor.believe(object(), ())
