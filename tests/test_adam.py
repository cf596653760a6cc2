"""The optimiser against torch's own, bit for bit."""

import subprocess
import sys
from pathlib import Path

import torch

from aecore.adam import Adam
from aecore.randomness import generator, normal

SHAPES = ((5, 7), (5,), (3, 2, 4, 4))


def parameters():
    return [
        torch.nn.Parameter(normal(torch.empty(shape), generator(0, "weights", k)))
        for k, shape in enumerate(SHAPES)
    ]


def test_as_torch_computes_it():
    mine, theirs = parameters(), parameters()
    optimizer, reference = Adam(mine, 0.01), torch.optim.Adam(theirs, lr=0.01, fused=True)
    for step in range(20):
        optimizer.zero_grad()
        reference.zero_grad()
        assert all(parameter.grad is None for parameter in mine)
        for k, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            if k != step % 4:  # in every step but the fourth one has no gradient
                gradient = normal(one.detach(), generator(1, "gradient", 10 * step + k))
                one.grad, other.grad = gradient, gradient.clone()
        optimizer.step()
        reference.step()
        for one, other in zip(mine, theirs, strict=True):
            assert torch.equal(one, other)
            there = reference.state[other]
            assert optimizer.state.get(one, {}).keys() == there.keys()
            assert all(torch.equal(optimizer.state[one][key], there[key]) for key in there)


def test_a_parameter_that_never_moved_has_no_state():
    still, moved, _ = parameters()
    optimizer = Adam([still, moved], 0.01)
    moved.grad = torch.ones_like(moved)
    before = still.detach().clone()
    optimizer.step()
    assert [*optimizer.state] == [moved]
    assert torch.equal(still, before)


def test_a_worker_is_spared_what_torchs_own_imports():
    code = (
        "import sys; from aecore.workers import warm; warm('digits', {}); "
        "print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
