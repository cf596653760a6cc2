"""The training loop of a script, and the errors that it prints at the end."""

from __future__ import annotations

from aecore.config import RunConfig
from aecore.script.activations import applied
from aecore.script.codes import CodeText
from aecore.script.network import Network
from aecore.script.objective import PENALTIES
from aecore.script.text import indented

_CHUNK = 1000
"""Images that a convolutional network looks at in one go, so that memory suffices."""


def start(config: RunConfig, net: Network) -> list[str]:
    """Return the optimiser, and the weights as they start."""
    lines = [
        "# Weights start Glorot-uniform, biases at 0",
        f"parameters = {net.parameters}",
        "weights = [p for p in parameters if p.dim() > 1]",
        "for p in parameters:",
        "    nn.init.xavier_uniform_(p) if p.dim() > 1 else nn.init.zeros_(p)",
    ]
    optimiser = f"optimiser = torch.optim.Adam(parameters, lr={config.learning_rate!r})"
    if "weight_decay" not in config.penalties:
        lines.pop(2)
    blocks = ["\n".join(lines)]
    if config.normalised:
        blocks += [
            f'''
@torch.no_grad()
def normalise():
    """Scale the decoder's weights from each code unit to length 1."""
    {net.columns}.copy_(F.normalize({net.columns}, dim={net.across}))
''',
            f"normalise()\n{optimiser}",
        ]
        return blocks
    return [f"{blocks[0]}\n{optimiser}"]


def training(config: RunConfig, code: CodeText) -> list[str]:
    """Return the loop over epochs and batches."""
    seen = "seen" if config.corruption else "x"
    step = ["x = train[batch]"]
    if config.corruption:
        late = f" if epoch > {config.clean_epochs} else x" if config.clean_epochs else ""
        step += [f"seen = spoil(x){late}"]
    step += [line.format(seen=seen) for line in code.step]
    step += ["loss = reconstruction_loss(decoder(h), x)"]
    step += [
        f"loss = loss + {coefficient!r} * {PENALTIES[name](config).term.format(seen=seen)}"
        for name, coefficient in config.penalties.items()
    ]
    step += ["optimiser.zero_grad()", "loss.backward()", "optimiser.step()"]
    step += ["normalise()"] if config.normalised else []
    step += ["total += loss.item() * len(x)"]
    mean = f"total / len(train) / {config.pixels}"
    return [
        f"for epoch in range(1, {config.epochs + 1}):\n"
        "    total = 0.0\n"
        f"    for batch in torch.randperm(len(train)).split({config.batch_size}):\n"
        f"{indented(step, 2)}\n"
        f'    print(f"epoch {{epoch}}: training loss {{{mean}:.4g}} a pixel")'
    ]


def evaluation(config: RunConfig, code: CodeText) -> list[str]:
    """Return what measures the test images and prints it, all as means per pixel."""
    lines = ["with torch.no_grad():"]
    if config.corruption:
        lines += ["    noisy = spoil(test)"]
    seen = "noisy" if config.corruption else "test"
    drawn = code.drawn != code.read
    lines += [f"    logits = {_of_all(config, code.drawn, seen)}"]
    lines += [f"    loss = reconstruction_loss(logits, test) / {config.pixels}"]
    if drawn:
        lines += [f"    logits = {_of_all(config, code.read, seen)}  # no more draws"]
    outputs = applied(config.output_activation, "logits")
    lines += [f"    mse = F.mse_loss({outputs}, test)"]
    if config.corruption:
        lines += [f"    logits = {_of_all(config, code.read, 'test')}"]
        lines += [f"    clean_mse = F.mse_loss({outputs}, test)"]
    of = " of noisy images" if config.corruption else ""
    if drawn or config.loss != "mse":
        how = ", codes drawn" if drawn else ""
        lines += [f'print(f"test {config.loss_name}{of}{how}: {{loss:.4g}} a pixel")']
    else:
        lines = [line for line in lines if not line.startswith("    loss =")]
    lines += [f'print(f"test MSE{of}: {{mse:.4g}} a pixel")']
    if config.corruption:
        lines += ['print(f"test MSE of clean images: {clean_mse:.4g} a pixel")']
    return ["\n".join(lines)]


def _of_all(config: RunConfig, read: str, images: str) -> str:
    """Return the expression of the logits of all images of a name."""
    if config.architecture == "dense":
        return f"decoder({read.format(images)})"
    return f"torch.cat([decoder({read.format('x')}) for x in {images}.split({_CHUNK})])"
