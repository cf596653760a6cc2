"""Losses, their gradients and penalties, against autograd, torch's own and work by hand."""

import math

import numpy as np
import pytest
import torch
from torch import distributions, nn
from torch.func import functional_call
from torch.nn import functional

from aecore.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, UNIT_ACTIVATIONS
from aecore.config import RunConfig
from aecore.idx import read_images
from aecore.models import Pass, initialise
from aecore.objectives import LOSSES, PENALTIES, bce_floor, kl_to_prior, mean_activation
from aecore.randomness import generator

PAIRS = [(name, output) for name, loss in LOSSES.items() for output in loss.outputs]


def example(output="sigmoid", m=5, n=7):
    """Return logits and targets; those of softmax outputs add up to 1."""
    source = torch.Generator().manual_seed(3)
    logits = torch.randn(m, n, generator=source, dtype=torch.float64) * 2
    targets = torch.rand(m, n, generator=source, dtype=torch.float64)
    return logits, targets / targets.sum(1, keepdim=True) if output == "softmax" else targets


def test_every_output_activation_has_a_loss():
    assert {output for _, output in PAIRS} == set(OUTPUT_ACTIVATIONS)


@pytest.mark.parametrize(("name", "output"), PAIRS)
def test_the_gradient_is_that_of_the_mean_loss(name, output):
    loss, activation = LOSSES[name], ACTIVATIONS[output]
    logits, targets = example(output)
    free = logits.clone().requires_grad_()
    loss.value(free, targets, activation).mean().backward()
    before = logits.clone()
    torch.testing.assert_close(loss.gradient(logits, targets, activation), free.grad)
    assert torch.equal(logits, before)
    assert torch.autograd.gradcheck(lambda z: loss.value(z, targets, activation).mean(), free)


@pytest.mark.parametrize(("name", "output"), [pair for pair in PAIRS if "softmax" not in pair])
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


def test_losses_of_softmax_outputs_by_torch():
    logits, targets = example("softmax")
    softmax = ACTIVATIONS["softmax"]
    entropy = functional.cross_entropy(logits, targets, reduction="none")
    torch.testing.assert_close(LOSSES["bce"].value(logits, targets, softmax), entropy)
    squares = functional.mse_loss(logits.softmax(1), targets, reduction="none").sum(1)
    torch.testing.assert_close(LOSSES["mse"].value(logits, targets, softmax), squares)


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


@pytest.mark.parametrize("name", UNIT_ACTIVATIONS)
def test_slopes_are_derivatives(name):
    activation = ACTIVATIONS[name]
    z = torch.linspace(-3, 3, 12, dtype=torch.float64, requires_grad=True)
    y = activation.apply(z)
    y.sum().backward()
    torch.testing.assert_close(activation.slope(y).detach().expand(12), z.grad)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_gradients_pass_back_through_an_activation_as_in_autograd(activation):
    z, g = example()
    z.requires_grad_()
    y = activation.apply(z)
    y.backward(g)
    torch.testing.assert_close(activation.backward(y.detach(), g), z.grad)
    assert y.min() >= activation.low
    assert y.max() <= activation.high


# -- penalties -----------------------------------------------------------------------

TINY = {"dataset": "noise", "size": 3, "bottleneck": 4, "batch_size": 5}
PENALISED = {
    "beta": [
        {"code": "variational", "beta": 2.0},
        {"code": "variational", "beta": 2.0, "hidden": (5,), "tied": True},
    ],
    "kl_sparsity": [
        {"kl_sparsity": 1.0, "sparsity_target": 0.1, "code_activation": "sigmoid"},
        {"kl_sparsity": 1.0, "code_activation": "tanh", "architecture": "feature-maps"},
    ],
    "l1_sparsity": [{"l1_sparsity": 1.0}, {"l1_sparsity": 1.0, "code": "variational"}],
    "l2_sparsity": [{"l2_sparsity": 1.0}, {"l2_sparsity": 1.0, "code": "k-sparse", "active": 2}],
    "contractive": [
        {"contractive": 1.0, "code_activation": "sigmoid", "tied": True},
        {"contractive": 1.0, "code_activation": "tanh", "hidden": (6, 5)},
        {"contractive": 1.0, "hidden": (6,), "hidden_activation": "identity"},
        {"contractive": 1.0, "code": "binary", "code_activation": "sigmoid"},
        {"contractive": 1.0, "code_activation": "sigmoid", "architecture": "convolutional"},
        {"contractive": 1.0, "code": "variational", "architecture": "feature-maps"},
    ],
    "weight_decay": [
        {"weight_decay": 1.0, "tied": True},
        {"weight_decay": 1.0, "architecture": "convolutional"},
    ],
}
CASES = [(name, settings) for name, cases in PENALISED.items() for settings in cases]
SMOOTH = {"hidden_activation": "tanh", "channels": (3, 2)}


def network(**settings):
    """Return a network in double precision whose biases are not 0."""
    model = initialise(RunConfig(**TINY | SMOOTH | settings)).double()
    source = generator(0, "biases")
    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.any():
                parameter.uniform_(-0.5, 0.5, generator=source)
    return model


def images(m=5):
    return torch.rand(m, 9, generator=generator(0, "images"), dtype=torch.float64)


class Term(nn.Module):
    """A part of the objective as a function of images and weights."""

    def __init__(self, model, part):
        super().__init__()
        self.model, self.part = model, part

    def forward(self, x):
        through = self.model.run(x, generator(0, "code"))
        if self.part in LOSSES:
            return LOSSES[self.part].value(through.logits, x, self.model.output).mean()
        return PENALTIES[self.part].value(self.model, through)


def gradients_are_right(model, part):
    term = Term(model, part)
    names, values = zip(*term.named_parameters(), strict=True)
    values = [value.detach().clone().requires_grad_() for value in values]
    return torch.autograd.gradcheck(
        lambda *values: functional_call(term, dict(zip(names, values, strict=True)), images()),
        values,
    )


def test_every_penalty_is_checked():
    assert PENALISED.keys() == PENALTIES.keys()


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_gradients_of_penalties_by_finite_differences(name, settings):
    model = network(**settings)
    assert name in model.config.penalties
    assert gradients_are_right(model, name)


@pytest.mark.parametrize("architecture", ["dense", "convolutional", "feature-maps"])
@pytest.mark.parametrize("code", ["plain", "k-sparse", "variational"])
@pytest.mark.parametrize("loss", [*LOSSES])
def test_gradients_of_losses_by_finite_differences(architecture, code, loss):
    model = network(architecture=architecture, code=code, active=2, loss=loss)
    assert gradients_are_right(model, loss)


def of_code(name, h, **settings):
    """Return a penalty of a code alone."""
    model = network(**{name: 1.0}, **settings)
    nothing = torch.empty(0)
    return PENALTIES[name].value(model, Pass(nothing, nothing, h, nothing))


def kl_by_hand(rho, means):
    return sum(
        rho * math.log(rho / mean) + (1 - rho) * math.log((1 - rho) / (1 - mean)) for mean in means
    )


def test_kl_sparsity_by_hand():
    h = torch.tensor([[0.1, 0.9], [0.3, 0.5]], dtype=torch.float64)  # means 0.2 and 0.7
    found = of_code("kl_sparsity", h, code_activation="sigmoid", sparsity_target=0.05)
    assert found.item() == pytest.approx(kl_by_hand(0.05, [0.2, 0.7]), rel=1e-5)
    wanted = of_code("kl_sparsity", h * 0 + 0.05, code_activation="sigmoid", sparsity_target=0.05)
    assert wanted.item() == pytest.approx(0, abs=1e-9)


def test_kl_sparsity_by_torch():
    h = torch.rand(50, 4, generator=generator(0, "code"), dtype=torch.float64)
    found = of_code("kl_sparsity", h, code_activation="sigmoid", sparsity_target=0.3)
    wanted = distributions.Bernoulli(torch.full((4,), 0.3, dtype=torch.float64))
    apart = distributions.kl_divergence(wanted, distributions.Bernoulli(h.mean(0))).sum()
    torch.testing.assert_close(found, apart, rtol=1e-5, atol=0)


def test_the_gradient_of_kl_sparsity_by_hand():
    h = torch.tensor([[0.1, 0.9], [0.3, 0.5]], dtype=torch.float64, requires_grad=True)
    of_code("kl_sparsity", h, code_activation="sigmoid", sparsity_target=0.05).backward()
    # UFLDL: β (−ρ/ρ̂ + (1 − ρ)/(1 − ρ̂)), shared by the m images of the mean
    expected = [(-0.05 / mean + 0.95 / (1 - mean)) / 2 for mean in (0.2, 0.7)]
    for row in h.grad.tolist():
        assert row == pytest.approx(expected, rel=1e-5)


def test_tanh_is_rescaled_to_0_to_1_first():
    off, on = torch.full((3, 2), -1.0), torch.full((3, 2), 1.0)
    tanh = ACTIVATIONS["tanh"]
    assert mean_activation(off, tanh).tolist() == [0, 0]
    assert mean_activation(on, tanh).tolist() == [1, 1]
    h = torch.tensor([[-0.9, 0.4], [-0.7, 0.6]], dtype=torch.float64)  # means −0.8 and 0.5
    found = of_code("kl_sparsity", h, code_activation="tanh", sparsity_target=0.05)
    assert found.item() == pytest.approx(kl_by_hand(0.05, [0.1, 0.75]), rel=1e-5)
    # a tanh unit is a sigmoid unit, stretched: tanh(z) = 2 sigmoid(2z) − 1
    same = of_code("kl_sparsity", (h + 1) / 2, code_activation="sigmoid", sparsity_target=0.05)
    torch.testing.assert_close(found, same)


def test_kl_sparsity_stays_finite_where_units_are_always_off_or_on():
    h = torch.tensor([[0.0, 1.0], [0.0, 1.0]], requires_grad=True)
    value = of_code("kl_sparsity", h, code_activation="sigmoid")
    value.backward()
    assert math.isfinite(value.item())
    assert h.grad.isfinite().all()


@pytest.mark.parametrize(("name", "power"), [("l1_sparsity", 1), ("l2_sparsity", 2)])
def test_l1_and_l2_are_summed_over_units_and_averaged_over_images(name, power):
    h = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -4.0]])
    by_hand = (1 + 2**power + 0.5**power + 3**power + 4**power) / 2
    assert of_code(name, h).item() == pytest.approx(by_hand)


def test_kl_to_the_prior_by_torch():
    z = torch.randn(20, 8, generator=generator(0, "sums"), dtype=torch.float64)
    mean, sigma = z[:, :4], (0.5 * z[:, 4:]).exp()
    prior = distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    expected = distributions.kl_divergence(distributions.Normal(mean, sigma), prior)
    torch.testing.assert_close(kl_to_prior(z), expected)
    nothing = torch.empty(0)
    value = PENALTIES["beta"].value(network(code="variational"), Pass(nothing, z, nothing, nothing))
    torch.testing.assert_close(value, expected.sum(1).mean())
    assert not kl_to_prior(torch.zeros(2, 8)).any()


def test_the_contraction_of_one_sigmoid_layer_by_hand():
    model = network(contractive=1.0, code_activation="sigmoid")
    x, w, b = images(), model.encoder_weights[0].detach(), model.encoder_biases[0].detach()
    total = 0.0
    for image in x:  # Rifai et al. 2011
        for j in range(4):
            h = 1 / (1 + math.exp(-float(w[j] @ image + b[j])))
            total += (h * (1 - h)) ** 2 * float(w[j] @ w[j])
    assert PENALTIES["contractive"].value(model, model.run(x)).item() == pytest.approx(total / 5)


def test_with_an_identity_code_the_contraction_is_weight_decay_of_the_encoder():
    model = network(contractive=1.0)
    value = PENALTIES["contractive"].value(model, model.run(images()))
    torch.testing.assert_close(value, model.encoder_weights[0].square().sum())


def test_the_contraction_is_of_what_goes_in():
    model = network(contractive=1.0, code_activation="sigmoid")
    through = model.run(images() + 3)
    expected = model.jacobian(images() + 3).mean()
    torch.testing.assert_close(PENALTIES["contractive"].value(model, through), expected)


@pytest.mark.parametrize("tied", [False, True])
def test_weight_decay_is_the_sum_of_squared_weights(tied):
    model = initialise(RunConfig(hidden=(6,), bottleneck=3, tied=tied))
    with torch.no_grad():
        for bias in [*model.encoder_biases, *model.decoder_biases]:
            bias.fill_(100.0)  # biases do not count
    matrices = [*model.encoder_weights, *model.decoder_weights]
    assert len(matrices) == (2 if tied else 4)
    by_hand = sum(float((w.detach().numpy().astype(np.float64) ** 2).sum()) for w in matrices)
    value = PENALTIES["weight_decay"].value(model, model.run(torch.rand(2, 64)))
    assert value.item() == pytest.approx(by_hand, rel=1e-5)
    value.backward()
    torch.testing.assert_close(matrices[0].grad, 2 * matrices[0].detach())


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
@pytest.mark.parametrize("code", ["plain", "variational"])
def test_weight_decay_of_convolutions_is_of_all_but_the_biases(architecture, code):
    model = network(architecture=architecture, code=code)
    weights = [p for name, p in model.named_parameters() if "bias" not in name]
    by_hand = sum(weight.square().sum() for weight in weights)
    value = PENALTIES["weight_decay"].value(model, model.run(images()))
    torch.testing.assert_close(value, by_hand)


def test_penalties_are_switched_on_by_a_setting_of_their_name():
    assert RunConfig().penalties == {}
    for name, cases in PENALISED.items():
        config = RunConfig(**TINY | cases[0])
        assert config.penalties == {name: getattr(config, name)}
        assert PENALTIES[name].name == name
        assert PENALTIES[name].label
        assert PENALTIES[name].help.endswith(".")
    # one of a kind that another code has is off
    assert RunConfig(code="variational", kl_sparsity=1.0).penalties == {"beta": 1.0}
    assert RunConfig(beta=2.0).penalties == {}


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
