"""Devices: told without torch, resolved before runs are named, one process at a time on a GPU.

No GPU is needed: torch's device of shapes without numbers stands for it.
"""

import ctypes
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from filelock import Timeout
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from aecore import devices, evaluation, slices
from aecore.__main__ import main
from aecore.architectures import ARCHITECTURES
from aecore.choosing import nearest, strict
from aecore.classroom import Controls
from aecore.codes import CODES
from aecore.config import ConfigError, RunConfig, from_dict
from aecore.control_texts import from_texts
from aecore.corruption import CORRUPTIONS
from aecore.datasets import load
from aecore.evaluation import measure, pixels
from aecore.objectives import PENALTIES
from aecore.randomness import generator, normal, uniform
from aecore.runs import RunError, RunStore
from aecore.settings import PRETRAININGS
from aecore.slices import NO_GPU, advance
from aecore.training import restore, start, train
from aecore.workers import Outcome

aten = torch.ops.aten
ROOT = Path(__file__).resolve().parents[1]
SENTENCE = "This machine has no GPU that a network could be trained on."


@pytest.fixture(params=[True, False], ids=["gpu", "none"])
def gpu(request, monkeypatch):
    """Whether the machine seems to have a GPU."""
    monkeypatch.setattr(devices, "gpu", lambda: request.param)
    return request.param


# -- which devices there are ---------------------------------------------------------


class Driver:
    """NVIDIA's management library as it answers on a machine of some kind."""

    def __init__(self, count=1, version=12080, starts=True):
        self.count, self.version, self.starts = count, version, starts

    def nvmlInit_v2(self):
        return 0 if self.starts else 9

    def nvmlDeviceGetCount_v2(self, count):
        count._obj.value = self.count
        return 0

    def nvmlSystemGetCudaDriverVersion_v2(self, version):
        version._obj.value = self.version
        return 0

    def nvmlShutdown(self):
        return 0


@pytest.mark.parametrize(
    ("driver", "torch_is_for", "visible", "usable"),
    [
        (Driver(), "'12.6'", None, True),
        (Driver(count=4), "'12.6'", "2,3", True),
        (Driver(version=13000), "'12.6'", None, True),
        (Driver(version=11080), "'12.6'", None, False),
        (Driver(), "None", None, False),
        (Driver(), "'12.6'", "", False),
        (Driver(), "'12.6'", "-1", False),
        (Driver(count=0), "'12.6'", None, False),
        (Driver(starts=False), "'12.6'", None, False),
        (SimpleNamespace(), "'12.6'", None, False),
        (None, "'12.6'", None, False),
    ],
)
def test_a_gpu_is_one_that_driver_and_torch_can_use(
    monkeypatch, tmp_path, driver, torch_is_for, visible, usable
):
    def library(name):
        if driver is None:
            raise OSError(name)
        return driver

    text = f"__version__ = '2.13.0'\ncuda: Optional[str] = {torch_is_for}\nhip = '6.4'\n"
    (tmp_path / "version.py").write_text(text)
    origin = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(devices, "find_spec", lambda name: origin)
    monkeypatch.setattr(ctypes, "CDLL", library)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices.gpu.__wrapped__() is usable


def test_what_torch_is_made_for_is_read_without_it():
    made_for = torch.version.cuda
    assert devices._made_for() == int(made_for.split(".")[0] if made_for else 0)
    code = "import sys; from aecore.config import defaults; defaults('digits'); "
    code += "print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


# -- settings ------------------------------------------------------------------------


def test_auto_is_resolved_before_a_run_is_named(gpu):
    usual, _ = nearest({}, "digits")
    assert usual.device == ("cuda" if gpu else "cpu")
    assert nearest({"device": "auto"}, "digits") == (usual, [])
    assert RunConfig(**usual.as_dict() | {"device": "auto"}) == usual
    ids = {name: nearest({"device": name}, "digits")[0].run_id("x") for name in devices.DEVICES}
    assert len(set(ids.values())) == (2 if gpu else 1)
    assert ids["auto"] == usual.run_id("x")
    assert ids["auto"] != ids["cpu"] or not gpu


def test_recordings_from_before_there_was_a_choice_are_of_the_cpu(gpu):
    config = RunConfig(bottleneck=8)
    assert config.device == "cpu"
    assert "device" not in config.identity
    old = {name: value for name, value in config.as_dict().items() if name != "device"}
    assert from_dict(old) == config


def test_the_address_names_what_is_not_taken_by_itself(gpu):
    for name in ("auto", "cpu"):
        config, _ = nearest({"device": name}, "digits")
        expected = {"device": "cpu"} if gpu and name == "cpu" else {}
        assert config.to_query() == {"dataset": "digits"} | expected
        assert nearest(config.to_query(), "mnist") == (config, [])


def test_a_gpu_where_there_is_none_is_refused_or_mended_in_a_sentence(gpu):
    config, notes = nearest({"device": "cuda"}, "digits")
    if gpu:
        assert (config.device, notes) == ("cuda", [])
        assert strict({"device": "cuda"}, "digits") == config
        assert config.title().endswith("GPU")
    else:
        assert config == nearest({}, "digits")[0]
        assert notes == [f"{SENTENCE} Device is now Processor (CPU)."]
        with pytest.raises(ConfigError, match=f"{SENTENCE} The nearest that can: device cpu."):
            strict({"device": "cuda"}, "digits")
    # so does what stood before, as of a run that was opened from elsewhere
    assert nearest({}, "digits", RunConfig(device="cuda").as_dict())[1] == notes


def test_a_lock_on_a_gpu_that_is_not_there_is_let_go_in_a_sentence(gpu):
    controls, config, notes = Controls(locked={"device": "cuda"}).opened({}, "digits")
    assert config.device == ("cuda" if gpu else "cpu")
    assert controls.fixes("device") == gpu
    if not gpu:
        assert notes[0].startswith(SENTENCE)
    for name in devices.DEVICES:
        controls, config, _ = from_texts({"lock": [f"device:{name}"]})[0].opened({}, "digits")
        assert config == controls.nearest({}, "digits")[0] == nearest({"device": name}, "digits")[0]


def test_the_command_line_refuses_alike(monkeypatch, capsys):
    monkeypatch.setattr(devices, "gpu", lambda: False)
    assert main(["train", "--dataset", "digits", "--device", "cuda"]) == 2
    assert SENTENCE in capsys.readouterr().err


def test_recordings_of_a_gpu_are_read_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "gpu", lambda: False)
    run = RunStore(tmp_path).open(RunConfig(device="cuda"), "x")
    assert RunStore(tmp_path).get(run.id).config == run.config


# -- in the process that trains ------------------------------------------------------

CUDA = RunConfig(device="cuda", batch_size=720, epochs=1)


def test_torch_has_the_last_word(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.ready("cpu")
    with pytest.raises(RunError) as caught:
        advance(str(tmp_path), CUDA.as_dict(), 1.0)
    assert str(caught.value) == NO_GPU
    assert not list(RunStore(tmp_path).runs())


def test_one_process_at_a_time_has_the_gpu(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "ready", lambda name: True)
    advanced = []
    monkeypatch.setattr(slices, "_advance", lambda run, *_: advanced.append(run) or Outcome(1))
    with devices.turn("cuda", tmp_path):
        with pytest.raises(Timeout):
            devices.turn("cuda", tmp_path)
        assert advance(str(tmp_path), CUDA.as_dict(), 1.0) == Outcome(busy=True)
        on_cpu = CUDA.as_dict() | {"device": "cpu"}
        assert advance(str(tmp_path), on_cpu, 1.0) == Outcome(1)
    assert advance(str(tmp_path), CUDA.as_dict(), 1.0) == Outcome(1)
    assert [run.config.device for run in advanced] == ["cpu", "cuda"]


def test_draws_are_those_of_the_cpu():
    like = torch.zeros(7, 30)
    for draw, reference in ((normal, torch.randn), (uniform, torch.rand)):
        drawn = draw(like, generator(3, "noise"))
        assert torch.equal(drawn, reference(7, 30, generator=generator(3, "noise")))
        elsewhere = draw(like.to("meta"), generator(3, "noise"))
        assert (elsewhere.device.type, elsewhere.shape) == ("meta", like.shape)


SIGMOID = {"code_activation": "sigmoid"}
_BESIDE = {"kl_sparsity": SIGMOID, "contractive": {"hidden": (9,)}, "beta": {"code": "variational"}}
KINDS = {
    **{f"noise {name}": {"noise": name, "tied": True} for name in CORRUPTIONS},
    **{
        f"code {name}": {"code": name, "active": 2} | (SIGMOID if name == "binary" else {})
        for name in CODES
    },
    **{name: {name: 0.1} | _BESIDE.get(name, {}) for name in PENALTIES},
    **{
        name: {"architecture": name, "channels": (3, 2), "contractive": 0.1}
        for name in ARCHITECTURES
    },
    **{
        f"pretraining {name}": {
            "hidden": (8,), "pretraining": name, "hidden_activation": "sigmoid",
            "pretraining_epochs": 1, "noise": "gaussian",
        }
        for name in PRETRAININGS
    },
}  # fmt: skip


class OneDevice(TorchDispatchMode):
    """Refuses to compute with tensors of two devices, of which one has shapes and no numbers."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        if func in (aten._to_copy.default, aten.copy_.default):
            device = str(kwargs.get("device", args[0].device))
            if "cpu" in device and any(t.is_meta for t in tensors):
                return torch.zeros(args[0].shape, dtype=kwargs.get("dtype", args[0].dtype))
        else:
            assert len(places(t for t in tensors if t.dim())) < 2, func
        return func(*args, **kwargs)


def places(tensors):
    return {tensor.device.type for tensor in tensors}


@contextmanager
def elsewhere(monkeypatch, config):
    """Give settings a device that is not the CPU."""
    object.__setattr__(config, "device", "meta")
    # numbers are never looked at, and none must be kept for the tests that follow
    monkeypatch.setattr(evaluation, "float", lambda value: 0.0, raising=False)
    with OneDevice():
        yield


def test_two_devices_are_noticed(monkeypatch):
    config = RunConfig()
    with elsewhere(monkeypatch, config), pytest.raises(AssertionError, match="mm"):
        torch.zeros(2, 3, device="meta") @ torch.zeros(3, 2)
    with elsewhere(monkeypatch, config), pytest.raises(AssertionError, match="addmm"):
        start(config).model(torch.zeros(2, 64))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_behind_on_another_device(kind, monkeypatch):
    config = RunConfig(**{"bottleneck": 3, "batch_size": 720} | KINDS[kind])
    data = load("digits")
    with elsewhere(monkeypatch, config):
        state = start(config)
        for step in train(config, pixels(data.train_images), state):
            if step > config.last_step(0):
                break
        held = [*state.model.parameters()]
        held += [p.grad for p in state.model.parameters() if p.grad is not None]
        held += [part for each in state.optimizer.state.values() for part in each.values()]
        assert places(held) == {"meta"}
        assert measure(config, state.model, data).keys() >= {"train_loss", "test_mse_clean"}
        # recorded from copies on the CPU, and taken up again
        tensors = state.tensors()
        assert places(tensors.values()) == places(state.weights().values()) == {"cpu"}
        again = restore(config, tensors, state.step)
        assert next(train(config, pixels(data.train_images), again)) == state.step + 1
        assert again.tensors().keys() == tensors.keys()
        assert places(again.model.parameters()) == {"meta"}
