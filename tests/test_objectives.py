"""Losses, their gradients and penalties, against autograd, torch's own and work by hand."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from aecore.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from aecore.config import RunConfig
from aecore.idx import read_images
from aecore.models import initialise
from aecore.objectives import LOSSES, PENALTIES, bce_floor

PAIRS = [(name, output) for name, loss in LOSSES.items() for output in loss.outputs]


def example(m=5, n=7):
    source = torch.Generator().manual_seed(3)
    logits = torch.randn(m, n, generator=source, dtype=torch.float64) * 2
    return logits, torch.rand(m, n, generator=source, dtype=torch.float64)


def test_every_output_activation_has_a_loss():
    assert {output for _, output in PAIRS} == set(OUTPUT_ACTIVATIONS)


@pytest.mark.parametrize(("name", "output"), PAIRS)
def test_the_gradient_is_that_of_the_mean_loss(name, output):
    loss, activation = LOSSES[name], ACTIVATIONS[output]
    logits, targets = example()
    free = logits.clone().requires_grad_()
    loss.value(free, targets, activation).mean().backward()
    before = logits.clone()
    torch.testing.assert_close(loss.gradient(logits, targets, activation), free.grad)
    assert torch.equal(logits, before)
    assert torch.autograd.gradcheck(lambda z: loss.value(z, targets, activation).mean(), free)


@pytest.mark.parametrize(("name", "output"), PAIRS)
def test_losses_are_summed_over_the_pixels_of_each_image(name, output):
    logits, targets = example()
    whole = LOSSES[name].value(logits, targets, ACTIVATIONS[output])
    assert whole.shape == (5,)
    parts = [
        LOSSES[name].value(logits[:, [j]], targets[:, [j]], ACTIVATIONS[output]) for j in range(7)
    ]
    torch.testing.assert_close(whole, sum(parts))


def test_bce_by_hand_and_by_torch():
    z, x = torch.tensor([[0.0, math.log(3)]]), torch.tensor([[1.0, 0.25]])
    by_hand = -math.log(0.5) - (0.25 * math.log(0.75) + 0.75 * math.log(0.25))
    sigmoid = ACTIVATIONS["sigmoid"]
    assert LOSSES["bce"].value(z, x, sigmoid).item() == pytest.approx(by_hand, rel=1e-6)
    logits, targets = example()
    torch_says = functional.binary_cross_entropy(logits.sigmoid(), targets, reduction="sum") / 5
    torch.testing.assert_close(LOSSES["bce"].value(logits, targets, sigmoid).mean(), torch_says)


def test_bce_stays_finite_far_out():
    z, x = torch.tensor([[1e4, -1e4]]), torch.tensor([[0.0, 1.0]])
    assert LOSSES["bce"].value(z, x, ACTIVATIONS["sigmoid"]).item() == pytest.approx(2e4)


def test_mse_by_hand():
    z, x = torch.tensor([[-1.0, 2.0], [0.0, 0.5]]), torch.tensor([[0.5, 1.0], [0.0, 0.0]])
    values = {
        "identity": [1.5**2 + 1, 0.25],
        "relu": [0.5**2 + 1, 0.25],
        "sigmoid": [
            (1 / (1 + math.e) - 0.5) ** 2 + (1 / (1 + math.exp(-2)) - 1) ** 2,
            0.25 + (1 / (1 + math.exp(-0.5))) ** 2,
        ],
    }
    for output, by_hand in values.items():
        found = LOSSES["mse"].value(z, x, ACTIVATIONS[output])
        assert found.tolist() == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_slopes_are_derivatives(activation):
    z = torch.linspace(-3, 3, 12, dtype=torch.float64, requires_grad=True)
    y = activation.apply(z)
    y.sum().backward()
    torch.testing.assert_close(activation.slope(y).detach().expand(12), z.grad)
    assert y.min() >= activation.low
    assert y.max() <= activation.high


@pytest.mark.parametrize("tied", [False, True])
def test_weight_decay_is_the_sum_of_squared_weights(tied):
    model = initialise(RunConfig(hidden=(6,), bottleneck=3, tied=tied))
    with torch.no_grad():
        for bias in [*model.encoder_biases, *model.decoder_biases]:
            bias.fill_(100.0)  # biases do not count
    matrices = [*model.encoder_weights, *model.decoder_weights]
    assert len(matrices) == (2 if tied else 4)
    by_hand = sum(float((w.detach().numpy().astype(np.float64) ** 2).sum()) for w in matrices)
    value = PENALTIES["weight_decay"].value(model)
    assert value.item() == pytest.approx(by_hand, rel=1e-5)
    value.backward()
    torch.testing.assert_close(matrices[0].grad, 2 * matrices[0].detach())


def test_penalties_are_switched_on_by_a_setting_of_their_name():
    for name in PENALTIES:
        assert getattr(RunConfig(), name) == 0


def test_the_floor_of_bce_by_hand():
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert bce_floor(torch.tensor([0.0, 1.0, 0.25, 0.75])) == pytest.approx(entropy / 2, rel=1e-6)
    assert bce_floor(torch.tensor([0.0, 1.0])) == 0
    _, x = example()
    reached = LOSSES["bce"].value(torch.logit(x), x, ACTIVATIONS["sigmoid"]).mean() / 7
    assert bce_floor(x) == pytest.approx(reached.item())


def test_the_floor_of_bce_on_mnist(mnist_dir):
    images = read_images(mnist_dir / "t10k-images-idx3-ubyte.gz", (28, 28))
    assert bce_floor(torch.from_numpy(images / 255)) == pytest.approx(0.0581, abs=5e-5)
