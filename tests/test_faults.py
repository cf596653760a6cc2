"""The whole app under faults: deaths of workers and servers, two servers, browsers that vanish.

Real servers, and viewers that speak Streamlit's protocol. The tests run in this order: servers
are expensive, and follow each other on one store.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import (
    BackendOperationRequest,
    BackMsg,
    InstallSkillsRequestPayload,
)
from streamlit.proto.Common_pb2 import (
    DoubleArray,
    FileUploaderState,
    SInt64Array,
    StringArray,
    UploadedFileInfo,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from aecore import engine as engine_module
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import Run, RunStore
from aecore.slices import advance
from aecore.workers import Processes
from benchmarks.load import Viewer
from benchmarks.server import free_port
from tests.browser.conftest import ROOT, App, start, stop
from tests.disks import small_disk
from tests.serving import own_server
from tests.waiting import gone, wait_for

CONFIG = RunConfig(
    bottleneck=3, hidden=(16,), tied=True, noise="gaussian", batch_size=32, epochs=30
)  # some 2 s of training
OTHER = RunConfig(**CONFIG.as_dict() | {"epochs": 20, "seed": 3})
LEASE_S = 1.0
"""Of the last server."""
REMEMBERED = 3
"""File descriptors of a session that has gone; Streamlit remembers it for two minutes."""


def play(scene: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: browser tests leave an event loop in this one."""
    with ThreadPoolExecutor(1) as stage:
        stage.submit(asyncio.run, scene).result()


def endless(seed: int) -> RunConfig:
    return RunConfig(**CONFIG.as_dict() | {"epochs": 1000, "seed": seed})


@pytest.fixture(scope="module")
def undisturbed(
    one_thread: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[RunConfig, object]:
    """Return the recordings of `CONFIG` and `OTHER`, each trained in one go."""
    root = tmp_path_factory.mktemp("undisturbed")
    for config in (CONFIG, OTHER):
        assert advance(str(root), config.as_dict(), math.inf).done
    return {run.config: recording(run) for run in RunStore(root).runs()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all servers share."""
    return tmp_path_factory.mktemp("home")


class Servers:
    """Starts servers on one store, whose slices and, if asked, leases are short."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home, self._folder = home, folder
        self.started: list[App] = []

    def begin(self, name: str, workers: int = 1, **lengths: float) -> App:
        """Start a server; it keeps its log in a folder of its own name."""
        folder = self._folder / name
        folder.mkdir()
        lines = [f"engine.{name} = {value}\n" for name, value in lengths.items()]
        (folder / "sitecustomize.py").write_text("from aecore import engine\n" + "".join(lines))
        paths = {"PYTHONPATH": f"{folder}:{ROOT}", "AE_HOME": str(self._home)}
        port = free_port()  # of its own: two are started at once
        app = start(folder, "", port, AE_WORKERS=str(workers), **paths)
        self.started.append(app)
        return app


@pytest.fixture(scope="module")
def servers(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Start servers; those that are left end with the module."""
    servers = Servers(home, tmp_path_factory.mktemp("servers"))
    yield servers
    for app in servers.started:
        if app.process.poll() is None:
            stop(app)


@pytest.fixture(scope="module")
def first(servers: Servers) -> App:
    """Start the first server, of two workers."""
    return servers.begin("first", workers=2, LONGEST_SLICE_S=0.3)


@pytest.fixture(scope="module")
def second_and_third(first: App, servers: Servers) -> tuple[App, App]:
    """Start two more servers at once, when the first has ended."""
    assert first.process.poll() is not None
    with ThreadPoolExecutor(2) as pool:
        second = pool.submit(servers.begin, "second", LONGEST_SLICE_S=0.3)
        third = pool.submit(
            servers.begin, "third", LONGEST_SLICE_S=0.3, LEASE_S=LEASE_S, RENEW_S=0.05
        )
        return second.result(), third.result()


def the_run(home: Path, config: RunConfig) -> Run:
    run = RunStore(home / "runs").find(config, load("digits").fingerprint)
    assert run is not None
    return run


def recording(run: Run) -> object:
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    return (
        {step: (run.path / "snapshots" / f"{step:09d}.safetensors").read_bytes()
         for step in run.steps()},
        {name: value.numpy().tobytes() for name, value in checkpoint[1].items()},
        run.metrics(),
        run.results.load(f"whole-{run.progress().step}"),
    )  # fmt: skip


def leftovers(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.suffix in (".damaged", ".removed")]


def wishes(home: Path) -> list[tuple[int, str]]:
    """Return seeds and holders of the runs that servers have written down as wanted."""
    return [
        (line["settings"]["seed"], line["holder"])
        for path in (home / "wanted").glob("*.json")
        for line in json.loads(path.read_text())
    ]


def no_trouble(app: App) -> None:
    log = app.log.read_text()
    assert "Traceback" not in log, log


@asynccontextmanager
async def opened(
    app: App, config: RunConfig, page: str = "", **choices: str
) -> AsyncIterator[Viewer]:
    """Open a page about a run."""
    async with Viewer(app.url, urlencode(config.to_query() | choices)) as viewer:
        await viewer.open(page)
        yield viewer
        assert viewer.exceptions == []


@asynccontextmanager
async def training(app: App, config: RunConfig) -> AsyncIterator[Viewer]:
    """Open a run's page, and see to it that it is trained."""
    async with opened(app, config) as viewer:
        if "Train" in viewer.buttons:
            await viewer.press("Train")
        yield viewer


async def until(condition: Any, what: str) -> None:
    await asyncio.to_thread(wait_for, condition, what)


async def ask_for(viewer: Viewer, what: str) -> None:
    """Press a button whose label begins like this, once it is there."""

    def found() -> str:
        return next((label for label in viewer.buttons if label.startswith(what)), "")

    await until(found, f"the button {what}")
    await viewer.press(found())


async def moves(run: Run) -> None:
    """Wait until a run has been trained further."""
    step = run.progress().step
    await until(lambda: run.progress().step > step, "the run to move")


# ------------------------------------------------------------------------------------


def test_all_workers_killed_at_once_cost_their_slices_only(
    first: App, home: Path, undisturbed: dict[RunConfig, object]
) -> None:
    async def look() -> None:
        async with opened(first, CONFIG) as one, opened(first, OTHER) as other:
            await asyncio.gather(one.press("Train"), other.press("Train"))
            runs = [the_run(home, config) for config in (CONFIG, OTHER)]
            await until(lambda: any(run.progress().step for run in runs), "a first slice")
            workers = first.workers()
            assert len(workers) >= 2
            assert not all(run.done(run.config.epochs) for run in runs)
            for worker in workers:
                worker.kill()
            for run in runs:
                await until(lambda run=run: run.done(run.config.epochs), "the end of a run")
            await until(lambda: all(gone(worker.pid) for worker in workers), "the dead to go")
            assert len(first.workers()) == len(workers)

    play(look())
    for config in (CONFIG, OTHER):
        assert recording(the_run(home, config)) == undisturbed[config]
    assert leftovers(home) == []
    no_trouble(first)


def test_a_server_told_to_end_leaves_nothing_but_wishes(first: App, home: Path) -> None:
    server = psutil.Process(first.process.pid)
    family: list[psutil.Process] = []

    async def look() -> None:
        pages = [opened(first, CONFIG, "latent_space", layout=each) for each in ("umap", "tsne")]
        async with training(first, endless(1)), pages[0] as one, pages[1] as other:
            await ask_for(one, "Compute UMAP")  # which is compiled first: both wait
            await ask_for(other, "Compute t-SNE")
            await until(lambda: len(first.workers()) == 3, "the analysis process")
            await moves(the_run(home, endless(1)))
            family.extend(server.children(recursive=True))
            first.process.terminate()
            await asyncio.to_thread(first.process.wait, 60)

    play(look())
    _, alive = psutil.wait_procs(family, 60)
    assert not alive
    no_trouble(first)
    assert [seed for seed, _ in wishes(home)] == [1]
    assert 0 < the_run(home, endless(1)).progress().step < endless(1).target_step


def test_the_next_server_takes_up_what_was_wanted(
    second_and_third: tuple[App, App], home: Path
) -> None:
    second, _ = second_and_third
    (left,) = (home / "wanted").iterdir()

    async def look() -> None:
        async with Viewer(second.url) as viewer:  # of something else
            await viewer.open()
            await moves(the_run(home, endless(1)))
        left.unlink(missing_ok=True)  # only what living servers want is of interest from here on
        async with training(second, endless(1)) as viewer:
            await viewer.press("Stop")
        await until(lambda: not wishes(home), "the wish to end")

    play(look())


def test_two_servers_make_one_recording_also_when_one_is_killed(
    second_and_third: tuple[App, App], home: Path, undisturbed: dict[RunConfig, object]
) -> None:
    second, third = second_and_third
    RunStore(home / "runs").remove(the_run(home, CONFIG))
    family = psutil.Process(second.process.pid).children(recursive=True)

    async def look() -> None:
        async with training(third, CONFIG):
            async with training(second, CONFIG):
                run = the_run(home, CONFIG)
                await moves(run)
                second.process.kill()
                second.process.wait()
            await until(lambda: run.done(CONFIG.epochs), "the end of the run")

    play(look())
    _, alive = psutil.wait_procs(family, 60)
    assert not alive
    assert recording(the_run(home, CONFIG)) == undisturbed[CONFIG]
    assert leftovers(home) == []
    no_trouble(second)
    no_trouble(third)


def test_a_browser_that_vanishes_ends_its_lease(
    second_and_third: tuple[App, App], home: Path
) -> None:
    _, third = second_and_third
    config = endless(2)

    async def look() -> None:
        async with training(third, config) as viewer:
            run = the_run(home, config)
            await until(lambda: run.progress().seconds > 1.5 * LEASE_S, "more than a lease")
            assert 2 in [seed for seed, _ in wishes(home)]
            viewer._socket.transport.abort()
        await until(lambda: 2 not in [seed for seed, _ in wishes(home)], "the lease to end")
        with run.lock().acquire(timeout=60):  # the last slice has come back
            assert not run.done(1000)

    play(look())
    no_trouble(third)


def test_browsers_that_vanish_leave_nothing_behind(
    second_and_third: tuple[App, App], home: Path
) -> None:
    _, third = second_and_third
    server, count = psutil.Process(third.process.pid), 8

    async def come_and_vanish() -> None:
        for _ in range(count):
            async with Viewer(third.url, urlencode(CONFIG.to_query())) as viewer:
                await viewer.open()
                viewer._socket.transport.abort()

    def connections() -> int:
        return sum(c.status != psutil.CONN_LISTEN for c in server.net_connections("tcp"))

    def size() -> tuple[int, int, int]:
        children = server.children(recursive=True)
        return server.num_fds(), server.num_threads(), len(children)

    play(come_and_vanish())
    wait_for(lambda: connections() == 0, "the connections to end")
    descriptors, threads, children = size()
    most = descriptors + REMEMBERED * count, threads, children
    play(come_and_vanish())
    wait_for(
        lambda: connections() == 0 and all(a <= b for a, b in zip(size(), most, strict=True)),
        "all that they took to be free",
    )
    no_trouble(third)


class Rude(Viewer):
    """A viewer that tells of widgets what no browser would."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.widgets: dict[str, str] = {}

    async def __aenter__(self) -> Rude:
        await super().__aenter__()
        return self

    def _hear_delta(self, message: ForwardMsg) -> None:
        super()._hear_delta(message)
        element = message.delta.new_element
        kind = element.WhichOneof("type") or "markdown"
        if name := getattr(getattr(element, kind), "id", ""):
            self.widgets[name] = kind

    async def tell(self, value: WidgetState, spare: set[str]) -> None:
        """Send the same value for all widgets but those of some kinds."""
        message = WidgetStates()
        for name, kind in self.widgets.items():
            if kind not in spare:
                message.widgets.add().CopyFrom(value)
                message.widgets[-1].id = name
        await self._answer(await self._ask(states=message))

    async def send(self, message: BackMsg) -> None:
        """Send something else than a press, and wait until it was heard."""
        await self._socket.send(message.SerializeToString())
        await self.open()


TRIGGERED = {"button", "download_button"}
NO_VALUES = [
    (WidgetState(trigger_value=True), TRIGGERED),
    (WidgetState(bool_value=True), {"checkbox"}),
    (WidgetState(double_value=math.nan), set()),
    (WidgetState(double_value=-math.inf), set()),
    (WidgetState(int_value=2**62), set()),
    (WidgetState(string_value="no such option"), {"text_input"}),
    (WidgetState(double_array_value=DoubleArray(data=[math.nan, -1e300])), set()),
    (WidgetState(string_array_value=StringArray(data=["no such option"] * 3)), set()),
    (WidgetState(string_array_value=StringArray()), set()),
    (WidgetState(int_array_value=SInt64Array(data=[-1])), set()),
    (WidgetState(json_value="no JSON"), set()),
    (WidgetState(json_value="[1]"), set()),
    (WidgetState(json_trigger_value='{"event": 5}'), set()),
    (WidgetState(file_uploader_state_value=FileUploaderState(
        uploaded_file_info=[UploadedFileInfo(file_id="x", name="../x.json", size=2**62)])), set()),
]  # fmt: skip
"""What fits few widgets, and the kinds that it does fit."""
NO_REQUESTS = [
    BackMsg(clear_cache=True), BackMsg(load_git_info=True), BackMsg(set_run_on_save=True),
    BackMsg(backend_operation_request=BackendOperationRequest(install_skills=InstallSkillsRequestPayload())),
]  # fmt: skip


@pytest.mark.parametrize("page", ["train", "reconstructions", "sweep", "own_images"])
def test_a_page_stands_whatever_is_told_of_its_widgets(
    second_and_third: tuple[App, App], page: str
) -> None:
    _, third = second_and_third

    async def be_rude() -> None:
        async with Rude(third.url, urlencode(CONFIG.to_query())) as viewer:
            await viewer.open(page)
            for value, spare in NO_VALUES:
                await viewer.tell(value, spare)
            assert viewer.exceptions == []
            assert len(set(viewer.widgets.values())) > 3

    play(be_rude())
    no_trouble(third)


def test_nobody_empties_the_server_or_asks_it_for_its_repository(
    second_and_third: tuple[App, App],
) -> None:
    _, third = second_and_third
    family = {child.pid for child in psutil.Process(third.process.pid).children(recursive=True)}

    async def ask() -> None:
        async with Rude(third.url, urlencode(CONFIG.to_query())) as viewer:
            await viewer.open()
            for request in NO_REQUESTS:
                await viewer.send(request)
            await viewer.tell(WidgetState(string_value="x"), set(viewer.widgets.values()))
            assert viewer.exceptions == []

    play(ask())
    assert {c.pid for c in psutil.Process(third.process.pid).children(recursive=True)} == family
    no_trouble(third)


# -- a page on a full disk, in this process ------------------------------------------


def test_a_page_says_that_the_disk_is_full_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "ROOM_S", 0.05)
    in_threads = partial(Processes, make=lambda: ThreadPoolExecutor(1))
    monkeypatch.setattr("ui.server.Processes", in_threads)
    query = RunConfig(bottleneck=2, batch_size=360, epochs=3).to_query()

    def shown(page: AppTest, what: str) -> bool:
        page.run()
        assert not page.exception
        parts = [*page.error, *page.warning, *page.info, *page.toast]
        bodies = [element.proto.body for element in page.get("html")]
        return what in " ".join([*(part.value for part in parts), *bodies]).replace("\\", "")

    def press(page: AppTest, label: str) -> None:
        next(button for button in page.button if button.label == label).click()

    with small_disk(tmp_path / "disk") as disk, own_server(disk.path / "home", warm=False):
        page = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
        page.query_params.update(query)
        page.run()
        disk.fill()
        press(page, "Train")
        assert shown(page, "The run cannot be written to disk: No space left on device.")
        disk.make_room()
        config = RunConfig(bottleneck=2, batch_size=360, epochs=3)
        run = RunStore(disk.path / "home" / "runs").open(config, load("digits").fingerprint)
        disk.fill()
        page.run()
        press(page, "Train")
        wait_for(lambda: shown(page, "The disk is full"), "a sentence")
        disk.make_room()
        wait_for(lambda: shown(page, "finished"), "the end")
        assert not page.error
        assert run.done(3)
