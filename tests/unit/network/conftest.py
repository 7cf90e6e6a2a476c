import copy

import pytest
import torch

from engine.network.calibration import Calibration
from engine.network.model import ColorNetwork, in_channels_last
from engine.network.predict import fold_batch_norm
from engine.network.weights import LICENSE, InputSpec, ModelCard


@pytest.fixture(scope="session")
def network() -> ColorNetwork:
    """A network with random weights; its batch norms and its correction do something."""
    torch.manual_seed(0)
    network = ColorNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.8, 1.2)
            module.bias.data.uniform_(-0.1, 0.1)
    network.to_residual.weight.data.normal_(0, 0.01)  # it begins at 0
    return network.eval().requires_grad_(requires_grad=False)


@pytest.fixture(scope="session")
def card(network) -> ModelCard:
    return ModelCard(network.config, InputSpec(), Calibration(0.6, 1.1), {"minutes": 1}, LICENSE)


@pytest.fixture(scope="session")
def plain(network) -> ColorNetwork:
    """As it is before it is packed."""
    plain = copy.deepcopy(network)
    fold_batch_norm(plain)
    return in_channels_last(plain.requires_grad_(requires_grad=False))
