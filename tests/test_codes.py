"""What becomes of the encoder's sums: by hand, by counting, and against distributions."""

import numpy as np
import pytest
import torch
from scipy import stats

from aecore.activations import ACTIVATIONS, UNIT_ACTIVATIONS
from aecore.codes import CODES
from aecore.config import RunConfig
from aecore.randomness import generator

KINDS = [(kind, name) for kind, code in CODES.items() for name in code.activations]


def config(kind, activation, **more):
    return RunConfig(code=kind, code_activation=activation, **{"active": 5, **more})


def sums(kind, m=200, q=16):
    """Return sums in no order and of both signs, (m, outputs · q)."""
    drawn = torch.randn(m, CODES[kind].outputs * q, generator=generator(0, "sums"))
    return drawn.double()


def read(kind, activation, z, **more):
    return CODES[kind].read(z, ACTIVATIONS[activation], config(kind, activation, **more))


def draw(kind, activation, z, source, **more):
    return CODES[kind].draw(z, ACTIVATIONS[activation], config(kind, activation, **more), source)


# -- k-sparse ------------------------------------------------------------------------


@pytest.mark.parametrize("activation", UNIT_ACTIVATIONS)
@pytest.mark.parametrize("k", [1, 5, 16])
def test_the_k_largest_values_are_kept_and_the_others_are_0(activation, k):
    z = sums("k-sparse")
    found = read("k-sparse", activation, z, active=k).numpy()
    values = ACTIVATIONS[activation].apply(z).numpy()
    expected = np.zeros_like(values)
    for row, image in zip(expected, values, strict=True):
        strongest = sorted(range(16), key=lambda j, image=image: -image[j])[:k]
        row[strongest] = image[strongest]
    np.testing.assert_array_equal(found, expected)
    used = (found != 0).sum(1)
    assert (used <= k).all() if activation == "relu" else (used == k).all()


def test_k_units_are_kept_even_where_all_are_alike():
    found = read("k-sparse", "sigmoid", torch.zeros(3, 16))
    assert (found != 0).sum(1).tolist() == [5, 5, 5]


def test_a_k_sparse_code_of_all_units_is_a_plain_one():
    z = sums("k-sparse")
    assert torch.equal(read("k-sparse", "tanh", z, active=16), read("plain", "tanh", z))


# -- variational ---------------------------------------------------------------------


def test_what_is_read_out_of_a_variational_code_is_its_mean():
    z = sums("variational")
    assert torch.equal(read("variational", "identity", z), z[:, :16])


def test_draws_have_the_mean_and_the_spread_that_the_encoder_gives():
    count = 20_000
    mean, sigma = torch.tensor([0.0, -2.0, 3.0]), torch.tensor([0.1, 1.0, 2.5])
    z = torch.cat([mean, 2 * sigma.log()]).expand(count, 6)
    h = draw("variational", "identity", z, generator(0, "test")).double().numpy()
    for j in range(3):
        error = sigma[j].item() / count**0.5
        assert h[:, j].mean() == pytest.approx(mean[j].item(), abs=5 * error)
        assert h[:, j].std() == pytest.approx(sigma[j].item(), rel=0.03)
        normal = stats.norm(mean[j].item(), sigma[j].item())
        assert stats.kstest(h[:, j], normal.cdf).pvalue > 1e-3
    together = np.corrcoef(h.T) - np.eye(3)
    assert abs(together).max() < 5 / count**0.5


def test_gradients_reach_mean_and_spread_through_the_draw():
    z = sums("variational", 3, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: draw("variational", "identity", z, generator(0, "test")), z
    )


# -- binary --------------------------------------------------------------------------


def test_bits_are_1_where_the_sigmoid_is_above_a_half():
    z = sums("binary")
    assert torch.equal(read("binary", "sigmoid", z), (z.sigmoid() > 0.5).double())


def test_noise_before_a_binary_code_has_the_spread_asked_for():
    count, sigma = 20_000, 4.0
    z = torch.tensor([-3.0, 0.0, 5.0]).expand(count, 3)
    h = draw("binary", "sigmoid", z, generator(0, "test"), code_noise=sigma).double()
    before = torch.logit(h)
    for j in range(3):
        normal = stats.norm(z[0, j].item(), sigma)
        assert stats.kstest(before[:, j].numpy(), normal.cdf).pvalue > 1e-3


def test_without_noise_a_binary_code_is_trained_as_a_sigmoid_one():
    z = sums("binary")
    found = draw("binary", "sigmoid", z, generator(0, "test"), code_noise=0.0)
    torch.testing.assert_close(found, z.sigmoid())


# -- all -----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "activation"), KINDS)
def test_slopes_are_derivatives_of_what_is_read_out(kind, activation):
    z = sums(kind, 6, 8)
    settings = config(kind, activation, bottleneck=8)
    if kind == "binary":  # before rounding
        smooth = torch.sigmoid
    else:
        smooth = lambda z: CODES[kind].read(z, ACTIVATIONS[activation], settings)  # noqa: E731
    rows = [torch.autograd.functional.jacobian(lambda v: smooth(v[None])[0], row) for row in z]
    slopes = CODES[kind].slope(z, ACTIVATIONS[activation], settings)
    assert slopes.shape == (6, 8)
    for row, slope in zip(rows, slopes, strict=True):  # (8, outputs · 8): only its diagonal
        torch.testing.assert_close(row[:, :8], torch.diag(slope))
        assert not row[:, 8:].any()


@pytest.mark.parametrize(("kind", "activation"), KINDS)
def test_reading_is_repeatable_and_drawing_is_not(kind, activation):
    z = sums(kind)
    before = z.clone()
    assert torch.equal(read(kind, activation, z), read(kind, activation, z))
    if CODES[kind].draw is not None:
        first = draw(kind, activation, z, generator(0, "test"))
        assert torch.equal(first, draw(kind, activation, z, generator(0, "test")))
        assert not torch.equal(first, draw(kind, activation, z, generator(1, "test")))
        assert not torch.equal(first, read(kind, activation, z))
    assert torch.equal(z, before)


def test_every_code_is_explained():
    for name, entry in CODES.items():
        assert entry.name == name
        assert entry.label
        assert entry.help.endswith(".")
        assert set(entry.activations) <= set(UNIT_ACTIVATIONS)
