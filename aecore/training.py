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

from aecore.adam import Adam
from aecore.config import RunConfig
from aecore.models import Autoencoder, Dense, Pass, build, initialise
from aecore.objectives import LOSSES, PENALTIES
from aecore.pretraining import pretrain
from aecore.randomness import generator


@dataclass
class State:
    """A network in training: all that the next step depends on."""

    step: int
    model: Autoencoder
    optimizer: Adam

    def weights(self) -> dict[str, Tensor]:
        """Return the weights by name, on the CPU; there they share memory with the model."""
        return {name: value.cpu() for name, value in self.model.state_dict().items()}

    def tensors(self) -> dict[str, Tensor]:
        """Return everything but the step as tensors by name, on the CPU, for a checkpoint."""
        moments = {
            f"adam.{name}.{key}": value.cpu()
            for name, parameter in self.model.named_parameters()
            for key, value in self.optimizer.state.get(parameter, {}).items()
        }
        return {f"model.{name}": value for name, value in self.weights().items()} | moments


def start(config: RunConfig) -> State:
    """Return the untrained network of step 0, on the settings' device."""
    model = initialise(config).to(config.device)
    return State(0, model, Adam(model.parameters(), config.learning_rate))


def restore(config: RunConfig, tensors: Mapping[str, Tensor], step: int) -> State:
    """Return the state that `State.tensors` described, on the settings' device.

    Raises
    ------
    KeyError, RuntimeError
        If names or shapes are not those of the settings' network.
    """
    model = build(config)
    model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()})
    model.to(config.device)
    optimizer = Adam(model.parameters(), config.learning_rate)
    for name, parameter in model.named_parameters():
        if f"adam.{name}.step" in tensors:  # layers that wait for their pretraining have none
            optimizer.state[parameter] = {
                key: tensors[f"adam.{name}.{key}"].to(config.device, copy=True)
                for key in ("step", "exp_avg", "exp_avg_sq")
            }
    return State(step, model, optimizer)


def train(config: RunConfig, images: Tensor, state: State) -> Iterator[int]:
    """Train without end, one step each time it is asked for the next step's number.

    Parameters
    ----------
    config : RunConfig
    images : Tensor, shape (N, n)
        Training images as stored, see `as_pixels`.
    state : State
        Changed in place.

    Yields
    ------
    int
        Steps done so far.
    """
    per_epoch, size = config.steps_per_epoch, config.batch_size
    images = images.to(config.device)  # all of them, as stored: a byte a pixel
    while True:
        epoch, position = divmod(state.step, per_epoch)
        order = torch.randperm(len(images), generator=generator(config.seed, "order", epoch))
        for batch in order.to(images.device).split(size)[position:]:
            _step(config, as_pixels(images.index_select(0, batch)), state)
            yield state.step


def _step(config: RunConfig, clean: Tensor, state: State) -> None:
    """Make one step of Adam on a batch of clean images, (m, n)."""
    model, step = state.model, state.step
    seen = clean
    clean_until = config.last_step(config.clean_epochs) if config.clean_epochs else 0
    if config.corruption and step >= clean_until:
        seen = config.corruption(clean, generator(config.seed, "noise", step))
    state.optimizer.zero_grad()
    layer = config.pretrained_layer(step)
    if layer is None:
        _all_layers(config, model, clean, seen, step)
        state.optimizer.step()
    else:
        assert isinstance(model, Dense), "only dense networks are pretrained"
        source = generator(config.seed, "pretraining", step)
        pretrain(config, model, layer, seen, clean, source, state.optimizer.step)
    if config.normalised and layer in (None, config.pretrained_layers - 1):  # others are frozen
        model.normalise_columns()
    state.step += 1


def _all_layers(
    config: RunConfig, model: Autoencoder, clean: Tensor, seen: Tensor, step: int
) -> None:
    """Leave the gradients of loss and penalties at all parameters."""
    draws = model.kind.draw is not None
    through = model.run(seen, generator(config.seed, "code", step) if draws else None)
    with torch.no_grad():
        gradient = LOSSES[config.loss].gradient(through.logits, clean, model.output)
    # the loss enters by its gradient; penalties are further roots of the same pass
    roots = [through.logits, *penalties(model, through).values()]
    torch.autograd.backward(roots, [gradient, *[None] * (len(roots) - 1)])


def penalties(model: Autoencoder, through: Pass) -> dict[str, Tensor]:
    """Return the penalties that are switched on, by name, each times its coefficient."""
    return {
        name: coefficient * PENALTIES[name].value(model, through)
        for name, coefficient in model.config.penalties.items()
    }


def as_pixels(images: Tensor) -> Tensor:
    """Return stored images as float32 pixels, same shape: bytes (0 to 255) in [0, 1].

    Images that are stored as float32, such as centred patches, come back as they are.
    """
    if images.dtype == torch.uint8:
        return images.to(torch.float32).mul_(1 / 255)
    return images
