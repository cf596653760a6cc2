"""The training loop: (settings, data, state) -> state; knows no files and no processes.

Every random draw derives from (seed, purpose, step), so a state is complete with its
weights, its optimiser's moments and its step: trained in one go or in pieces, the
weights are the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.config import RunConfig
from aecore.corruption import corrupt
from aecore.models import Autoencoder, initialise
from aecore.objectives import LOSSES, PENALTIES
from aecore.randomness import generator


@dataclass
class State:
    """A network in training: all that the next step depends on."""

    step: int
    model: Autoencoder
    optimizer: torch.optim.Adam

    def weights(self) -> dict[str, Tensor]:
        """Return the weights by name; they share memory with the model."""
        return dict(self.model.state_dict())

    def tensors(self) -> dict[str, Tensor]:
        """Return everything but the step as tensors by name, for a checkpoint."""
        moments = {
            f"adam.{name}.{key}": value
            for name, parameter in self.model.named_parameters()
            for key, value in self.optimizer.state[parameter].items()
        }
        return {f"model.{name}": value for name, value in self.weights().items()} | moments


def start(config: RunConfig) -> State:
    """Return the untrained network of step 0."""
    model = initialise(config)
    return State(0, model, _adam(config, model))


def restore(config: RunConfig, tensors: Mapping[str, Tensor], step: int) -> State:
    """Return the state that `State.tensors` described.

    Raises
    ------
    KeyError, RuntimeError
        If names or shapes are not those of the settings' network.
    """
    model = Autoencoder(config)
    model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()})
    optimizer = _adam(config, model)
    if step > 0:
        for name, parameter in model.named_parameters():
            optimizer.state[parameter] = {
                key: tensors[f"adam.{name}.{key}"].clone()
                for key in ("step", "exp_avg", "exp_avg_sq")
            }
    return State(step, model, optimizer)


def _adam(config: RunConfig, model: Autoencoder) -> torch.optim.Adam:
    return torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)


def train(config: RunConfig, images: Tensor, state: State) -> Iterator[int]:
    """Train without end, one step each time it is asked for the next step's number.

    Parameters
    ----------
    config : RunConfig
    images : Tensor, shape (N, n), uint8
        Training images, pixels 0 to 255.
    state : State
        Changed in place.

    Yields
    ------
    int
        Steps done so far.
    """
    per_epoch, size = config.steps_per_epoch, config.batch_size
    while True:
        epoch, position = divmod(state.step, per_epoch)
        order = torch.randperm(len(images), generator=generator(config.seed, "order", epoch))
        for batch in order.split(size)[position:]:
            _step(config, as_pixels(images.index_select(0, batch)), state)
            yield state.step


def _step(config: RunConfig, clean: Tensor, state: State) -> None:
    """Make one step of Adam on a batch of clean images, (m, n)."""
    source = generator(config.seed, "noise", state.step)
    seen = corrupt(clean, config.noise, config.noise_level, source)
    model = state.model
    logits = model.logits(model.encode(seen))  # (m, n)
    with torch.no_grad():
        gradient = LOSSES[config.loss].gradient(logits, clean, model.output)
    state.optimizer.zero_grad()
    # the loss enters by its gradient; penalties are further roots of the same pass
    roots = [logits, *penalties(config, model).values()]
    torch.autograd.backward(roots, [gradient, *[None] * (len(roots) - 1)])
    state.optimizer.step()
    state.step += 1


def penalties(config: RunConfig, model: Autoencoder) -> dict[str, Tensor]:
    """Return the penalties that are switched on, by name, each times its coefficient."""
    return {
        name: coefficient * penalty.value(model)
        for name, penalty in PENALTIES.items()
        if (coefficient := getattr(config, name))
    }


def as_pixels(images: Tensor) -> Tensor:
    """Return stored images (uint8, 0 to 255) as float32 in [0, 1], same shape."""
    return images.to(torch.float32).mul_(1 / 255)
