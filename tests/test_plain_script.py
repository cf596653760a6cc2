"""Runs as plain PyTorch scripts: same network, same loss, and in the end the same errors."""

import ast
import re
import runpy
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from aecore import datasets
from aecore.architectures import ARCHITECTURES
from aecore.choosing import nearest
from aecore.codes import CODES
from aecore.config import FIELDS, RunConfig
from aecore.corruption import CORRUPTIONS
from aecore.evaluation import measure_whole, pixels
from aecore.models import initialise
from aecore.objectives import LOSSES, PENALTIES
from aecore.randomness import generator
from aecore.script import file_name, loading, renamed, script, stem
from aecore.script.corruption import corruption
from aecore.script.network import network
from aecore.training import as_pixels, start, train
from aecore.variants import VARIANTS
from tests.drawn import configs

SMALL = {"dataset": "digits", "subset": 500, "bottleneck": 12, "epochs": 3, "learning_rate": 0.01}

pytestmark = pytest.mark.usefixtures("one_thread")


def of_kind(variant, **others):
    given_ = SMALL | {"variant": variant} | others
    return nearest(given_, "digits")[0]


def lines_of_code(text):
    return [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


# -- the text ------------------------------------------------------------------------


@settings(max_examples=100)
@given(configs())
def test_every_choice_of_settings_becomes_a_script(config):
    text = script(config)
    compile(text, file_name(config), "exec")
    assert "aecore" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert "{seen}" not in text
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {"gzip", "sys", "pathlib", "numpy", "torch", "sklearn"}


def test_the_usual_one_is_short():
    text = script(RunConfig(dataset="mnist"))
    assert len(lines_of_code(text)) <= 45
    assert "nn.Linear(784, 16)" in text
    assert "spoil" not in text
    assert "weights" not in text.replace("# Weights", "")


def test_each_kind_has_a_script_of_its_own():
    texts = {name: script(of_kind(name)) for name in VARIANTS}
    assert len(set(texts.values())) == len(VARIANTS)


def test_the_numbers_of_the_settings_are_in_it():
    config = RunConfig(learning_rate=0.0123, batch_size=77, epochs=19, weight_decay=0.00045)
    text = script(config)
    for number in ("0.0123", "split(77)", "range(1, 20)", "0.00045"):
        assert number in text


def test_names_of_files_speak():
    assert stem(RunConfig(dataset="mnist")) == "autoencoder-mnist-784-16-784"
    assert file_name(RunConfig(hidden=(32,))) == "autoencoder-digits-deep-64-32-16-32-64.py"
    maps = RunConfig(architecture="feature-maps", channels=(4, 2))
    assert stem(maps) == "autoencoder-digits-convolutional-convolutions-4-2-code-of-2x2x2"


@pytest.mark.parametrize(
    ("name", "choice"),
    [(name, choice) for name, field in FIELDS.items() for choice in field.choices],
)
def test_every_entry_of_the_registries_has_its_piece(name, choice):
    others = {"hidden": "9", "hidden_activation": "sigmoid"} if name == "pretraining" else {}
    if name == "patch_source":
        others["dataset"] = "patches"
    config = nearest(others | {name: choice}, "digits")[0]
    compile(script(config), "script", "exec")


# -- the same network and the same loss, number for number ---------------------------


def executed(config):
    """Return the names that a script has defined when its training would begin, and its text."""
    text = script(config)
    imported = {"torch": torch, "nn": nn, "F": F}
    start_ = re.search(r"^(# Before that|for epoch in)", text, re.MULTILINE).start()
    exec(text[text.index("# The network") : start_], imported)
    return imported, text


def parameter_of(names, path):
    """Return a parameter of an executed script by the name that it is saved under."""
    first, *others = path.split(".")
    found = names[first]
    for part in others:
        found = found[int(part)] if part.isdecimal() else getattr(found, part)
    return found


QUIET = {"code": st.sampled_from(["plain", "k-sparse"]), "dataset": st.just("digits")}


@settings(max_examples=30)
@given(
    configs(
        **QUIET,
        noise=st.just("none"),
        hidden=st.lists(st.integers(2, 9), max_size=3),
        channels=st.lists(st.integers(1, 3), min_size=1, max_size=2),
        bottleneck=st.integers(1, 12),
        subset=st.just(0),
        outliers=st.just(0.0),
    )
)
def test_a_step_has_the_loss_and_the_gradients_of_training(config):
    torch.manual_seed(0)
    model = initialise(config).double()
    for parameter in model.parameters():  # biases of 0 would hide mistakes
        parameter.data += 0.1 * torch.randn_like(parameter)
    x = torch.rand(7, config.pixels, dtype=torch.float64)
    through = model.run(x)
    wanted = LOSSES[config.loss].value(through.logits, x, model.output).mean()
    for name, coefficient in config.penalties.items():
        wanted = wanted + coefficient * PENALTIES[name].value(model, through)
    wanted.backward()

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        names, text = executed(config)
    finally:
        torch.set_default_dtype(before)
    with torch.no_grad():
        for name, weight in renamed(config, model.state_dict()).items():
            parameter_of(names, name).copy_(weight)
    step = re.findall(r"^        (?! )(.*)$", text.split("\nfor epoch in")[-1], re.MULTILINE)
    step = step[: step.index("optimiser.zero_grad()")]
    assert step[0] == "x = train[batch]"
    exec("\n".join(step[1:]), names | {"x": x}, names)
    torch.testing.assert_close(names["loss"], wanted, rtol=1e-7, atol=1e-9)
    names["loss"].backward()
    for ours, name in network(config).names.items():
        gradients = parameter_of(names, name).grad, model.get_parameter(ours).grad
        if gradients != (None, None):
            torch.testing.assert_close(*gradients, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("tied", [False, True])
def test_loaded_weights_reconstruct_as_the_recorded_network_does(
    architecture, code, tied, tmp_path
):
    from safetensors.torch import save_file

    given_ = {"architecture": architecture, "code": code, "tied": tied, "bottleneck": 5}
    config = nearest(given_ | {"hidden": "9-7"}, "digits")[0]
    model = initialise(config)
    x = torch.rand(4, config.pixels)
    file = tmp_path / "weights.safetensors"
    save_file(renamed(config, model.state_dict()), file)
    names = {}
    exec(loading(config, str(file)), names)
    with torch.no_grad():
        torch.testing.assert_close(names["reconstruct"](x), model(x))


def test_weights_start_as_they_do_in_training():
    config = of_kind("sparse", l1_sparsity=0.1, hidden="40")
    torch.manual_seed(0)
    names, _ = executed(config)
    mine = renamed(config, initialise(config).state_dict())
    theirs = {name: parameter_of(names, name).detach() for name in mine}
    for name, weight in mine.items():
        assert weight.shape == theirs[name].shape
        spread = [float(each.std()) for each in (theirs[name], weight)]
        assert spread[0] == pytest.approx(spread[1], rel=0.15, abs=1e-9)
    torch.testing.assert_close(theirs["decoder.0.weight"].norm(dim=0), torch.ones(12))


# -- noise and images ----------------------------------------------------------------


@pytest.mark.parametrize("noise", [name for name in CORRUPTIONS if name != "none"])
@pytest.mark.parametrize("clip", [False, True])
def test_noise_spoils_images_as_in_training(noise, clip):
    config = nearest({"dataset": "digits", "noise": noise, "noise_level": 0.4, "clip": clip}, "")[0]
    names = {"torch": torch, "F": F}
    exec("\n".join(corruption(config)), names)
    x = torch.rand(4000, config.pixels, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(2)
    theirs, mine = names["spoil"](x), config.corruption(x, generator(0, "noise"))
    assert theirs.shape == x.shape
    if noise == "downsampling":
        torch.testing.assert_close(theirs, mine)
    for statistic in (torch.mean, torch.std):
        assert float(statistic(theirs - x)) == pytest.approx(float(statistic(mine - x)), abs=4e-3)
    share = [(spoiled == x).float().mean() for spoiled in (theirs, mine)]
    assert float(share[0]) == pytest.approx(float(share[1]), abs=4e-3)
    assert [float(theirs.min()) < 0, float(theirs.max()) > 1] == [
        float(mine.min()) < 0, float(mine.max()) > 1,
    ]  # fmt: skip


def images_of(config, *folders):
    names = {"torch": torch, "np": np, "F": F, "nn": nn, "sys": sys}
    text = script(config)
    body = text[: text.index("# The network")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["script", *map(str, folders)])
        exec(compile(body, "script", "exec"), names)
    return names["train"], names["test"]


@pytest.mark.parametrize(
    "given_",
    [
        {"dataset": "digits"},
        {"dataset": "digits", "subset": 100},
        {"dataset": "one-hot", "length": 5},
        {"dataset": "noise", "size": 4},
        {"dataset": "noise", "size": 4, "distribution": "gaussian"},
        {"dataset": "patches"},
        {"dataset": "patches", "whitening": True, "size": 6},
        {"dataset": "patches", "patch_source": "digits", "size": 4, "mean_removal": False},
    ],
    ids=lambda g: "-".join(map(str, g.values())),
)
def test_images_are_those_of_the_data_set(given_):
    config = nearest(given_, "digits")[0]
    data = datasets.load(config.dataset, config.data_options)
    for theirs, ours in zip(images_of(config), (data.train_images, data.test_images), strict=True):
        mine = as_pixels(pixels(ours))
        assert theirs.dtype == torch.float32
        assert theirs.shape == mine.shape
        if config.dataset in ("digits", "one-hot"):
            torch.testing.assert_close(theirs, mine, rtol=0, atol=0.51 / 255)
        else:  # drawn: alike in mean, spread and the variances along their principal axes
            scale = float(mine.std())
            assert float(theirs.mean()) == pytest.approx(float(mine.mean()), abs=0.02 * scale)
            assert float(theirs.std()) == pytest.approx(scale, rel=0.05)
            variances = [torch.linalg.svdvals(rows - rows.mean(0)) for rows in (theirs, mine)]
            parts = [v.square() / v.square().sum() for v in variances]
            torch.testing.assert_close(parts[0], parts[1], rtol=0, atol=0.02)


def test_outliers_are_hidden_at_the_same_places(mnist_dir, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(mnist_dir.parent))
    config = RunConfig(dataset="digits", outliers=0.1, outlier_source="mnist", batch_size=32)
    data = datasets.load(config.dataset, config.data_options)
    theirs, mine = images_of(config, mnist_dir)[0], as_pixels(pixels(data.train_images))
    hidden = torch.tensor(data.outliers)
    torch.testing.assert_close(theirs[~hidden], mine[~hidden], rtol=0, atol=0.51 / 255)
    likeness = torch.corrcoef(torch.stack([theirs[hidden].flatten(), mine[hidden].flatten()]))
    assert float(likeness[0, 1]) > 0.97  # they shrink in another way


@pytest.mark.parametrize("folders", [(), ("here",), ("here", "there", "everywhere")])
def test_without_its_folders_a_script_says_which_it_needs(folders):
    config = RunConfig(dataset="mnist", outliers=0.1, outlier_source="fashion-mnist")
    with pytest.raises(SystemExit) as ended:
        images_of(config, *folders)
    said = str(ended.value)
    assert "first argument is the folder of MNIST" in said
    assert "second argument is the folder of Fashion-MNIST" in said
    assert said.count("t10k-images-idx3-ubyte.gz") == 2  # no name is broken in two


def test_mnist_is_read_as_published(mnist_dir, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(mnist_dir.parent))
    config = RunConfig(dataset="mnist", subset=3000)
    data = datasets.load(config.dataset, config.data_options)
    theirs = images_of(config, mnist_dir)
    torch.testing.assert_close(theirs[0], as_pixels(pixels(data.train_images)))
    torch.testing.assert_close(theirs[1], as_pixels(pixels(data.test_images)))


# -- the same errors -----------------------------------------------------------------

KINDS = {
    **{name: of_kind(name) for name in VARIANTS},
    "deep": of_kind("deep", hidden="48-24"),
    "k-sparse": of_kind("k-sparse", bottleneck=64),
    "sparse": of_kind("sparse", bottleneck=48),
    "contractive": of_kind("contractive", bottleneck=32),
    "variational": of_kind("variational", hidden="48"),
    "binary": of_kind("binary", hidden="48"),
    "convolutional": of_kind("convolutional", channels="4-4", subset=500),
    "stacked": of_kind("stacked", hidden="48-24", pretraining_epochs=1),
    "stacked RBMs": of_kind("stacked", hidden="48-24", pretraining_epochs=1, pretraining="rbms"),
    "contractive, deep": of_kind("contractive", hidden="24", bottleneck=8, subset=500),
    "noise after clean epochs": of_kind("denoising", clean_epochs=1, loss="mse", tied=True),
    "one-hot": nearest({"dataset": "one-hot", "epochs": 100}, "digits")[0],
}


def trained(config, seed):
    """Return the test errors of this project's own training with another seed."""
    config = RunConfig(**config.as_dict() | {"seed": seed})
    data = datasets.load(config.dataset, config.data_options)
    state, images = start(config), pixels(data.train_images)
    for step in train(config, images, state):
        if step >= config.target_step:
            return measure_whole(config, state.model, data)
    raise AssertionError("training has no end")


ALONE = "one-hot"
"""The kind whose script is run in a process of its own, away from this project."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run the scripts of all kinds, and return what each prints."""
    folder, found = tmp_path_factory.mktemp("scripts"), {}
    for k, (kind, config) in enumerate(KINDS.items()):
        file = folder / f"{k}.py"
        file.write_text(script(config), "utf-8")
        if kind == ALONE:
            done = subprocess.run(
                [sys.executable, "-I", file],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert done.returncode == 0, done.stderr
            found[kind] = done.stdout
            continue
        with redirect_stdout(StringIO()) as said:
            runpy.run_path(str(file), run_name="__main__")
        found[kind] = said.getvalue()
    return found


def error_printed(text, what="test MSE"):
    return float(re.search(rf"^{what}[^:\n]*: ([\d.e-]+) a pixel$", text, re.MULTILINE)[1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_reaches_the_errors_of_the_run(kind, printed):
    config = KINDS[kind]
    text = printed[kind]
    assert text.count("training loss") == config.epochs
    ours = [trained(config, seed) for seed in (1, 2, 3)]
    for what, key in (("test MSE", "test_mse"), (f"test {config.loss_name}", "test_loss")):
        values = [row[key] for row in ours]
        # a fourth draw lies within four standard deviations, and 3 % for what three miss
        room = 4 * float(np.std(values, ddof=1)) + 0.03 * float(np.mean(values))
        assert error_printed(text, what) == pytest.approx(float(np.mean(values)), abs=room)
    if config.corruption:
        clean = [row["test_mse_clean"] for row in ours]
        room = 4 * float(np.std(clean, ddof=1)) + 0.03 * float(np.mean(clean))
        assert error_printed(text, "test MSE of clean") == pytest.approx(
            float(np.mean(clean)), abs=room
        )


def test_the_usual_network_reaches_its_errors_on_mnist(mnist_dir, monkeypatch, capsys):
    monkeypatch.setenv("AE_DATA_DIR", str(mnist_dir.parent))
    config = RunConfig(dataset="mnist", subset=4000, batch_size=64, epochs=1)
    monkeypatch.setattr(sys, "argv", ["script", str(mnist_dir)])
    exec(script(config), {"__name__": "__main__"})
    ours = [trained(config, seed)["test_mse"] for seed in (1, 2, 3)]
    room = 4 * float(np.std(ours, ddof=1)) + 0.03 * float(np.mean(ours))
    assert error_printed(capsys.readouterr().out) == pytest.approx(float(np.mean(ours)), abs=room)
