"""Downloads from a server on this machine: good ones, and every way in which they fail."""

import builtins
import errno
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aecore import datasets, download
from aecore.download import DownloadError, RemoteFile, fetch_files

CONTENT = {"first.gz": b"one" * 50_000, "second.gz": b"two" * 10}
FILES = [RemoteFile(name, hashlib.md5(body).hexdigest()) for name, body in CONTENT.items()]


class Mirror(ThreadingHTTPServer):
    """A server that gives each path its own answer and counts who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.bodies: dict[str, bytes] = {}
        self.cut_off: set[str] = set()
        self.status = 200
        self.sized = True
        self.declared_packed = False
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    """Answers one request as the mirror says."""

    server: Mirror

    def do_GET(self) -> None:
        """Send what the mirror has under this path."""
        name = self.path.strip("/")
        self.server.asked.append(name)
        body = self.server.bodies.get(name)
        status = 404 if body is None else self.server.status
        body = body or b"not found"
        self.send_response(status)
        if self.server.sized:
            self.send_header("Content-Length", str(len(body)))
        if self.server.declared_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if name in self.server.cut_off else body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the local server directly on machines that use a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def start() -> Iterator[Callable[[dict[str, bytes]], Mirror]]:
    """Return a function that starts a mirror with the given files."""
    running: list[tuple[Mirror, threading.Thread]] = []

    def started(bodies: dict[str, bytes]) -> Mirror:
        mirror = Mirror()
        mirror.bodies = dict(bodies)
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((mirror, thread))
        return mirror

    yield started
    for mirror, thread in running:
        mirror.shutdown()
        thread.join()
        mirror.server_close()


@pytest.fixture
def dead_url() -> str:
    """Return an address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder to download to."""
    return tmp_path / "home" / "data" / "toys"


def fetch(folder: Path, *mirrors: str, progress: download.Progress | None = None) -> None:
    """Fetch the two small files."""
    fetch_files("Toys", FILES, mirrors, folder, progress)


def assert_holds(folder: Path, *names: str) -> None:
    """Check that these files are there, whole, and that nothing else is."""
    assert {path.name for path in folder.iterdir()} == set(names)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    for name in names:
        assert (folder / name).read_bytes() == CONTENT[name]


def message_of(folder: Path, *mirrors: str) -> str:
    """Return what a failing download says."""
    with pytest.raises(DownloadError) as caught:
        fetch(folder, *mirrors)
    message = str(caught.value)
    assert message.startswith("Could not download Toys")
    assert "\n" not in message and message.endswith(".")
    return message


def test_a_good_download(start, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mirror = start(CONTENT)
    fetch(folder, mirror.url)
    assert_holds(folder, *CONTENT)
    assert capfd.readouterr() == ("", "")


def test_what_is_there_and_right_is_not_fetched_again(start, folder: Path) -> None:
    mirror = start(CONTENT)
    fetch(folder, mirror.url)
    (folder / "second.gz").write_bytes(b"broken")
    fetch(folder, mirror.url)
    assert mirror.asked == ["first.gz", "second.gz", "second.gz"]
    assert_holds(folder, *CONTENT)


def test_progress_is_told_in_bytes_of_each_file(start, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    fetch(folder, start(CONTENT).url, progress=lambda *args: told.append(args))
    for name, body in CONTENT.items():
        done = [count for count, total, of in told if of == name and total == len(body)]
        assert done == sorted(done)
        assert done[-1] == len(body)
    assert len(told) > 3
    assert {of for _, _, of in told} == set(CONTENT)


def test_progress_without_a_size(start, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    mirror = start(CONTENT)
    mirror.sized = False
    fetch(folder, mirror.url, progress=lambda *args: told.append(args))
    assert told and all(done > 0 and total == 0 for done, total, _ in told)
    assert_holds(folder, *CONTENT)


def test_the_second_mirror_helps_out_and_is_asked_first_from_then_on(start, folder: Path) -> None:
    wrong = start({name: body[::-1] for name, body in CONTENT.items()})
    right = start(CONTENT)
    fetch(folder, wrong.url, right.url)
    assert_holds(folder, *CONTENT)
    assert wrong.asked == ["first.gz"]


def test_a_server_that_declares_the_files_to_be_packed_for_the_way(start, folder: Path) -> None:
    mirror = start(CONTENT)
    mirror.declared_packed = True
    fetch(folder, mirror.url)
    assert_holds(folder, *CONTENT)


def test_wrong_bytes_everywhere(start, folder: Path) -> None:
    mirror = start({**CONTENT, "second.gz": b"owt" * 10})
    message = message_of(folder, mirror.url)
    assert "no mirror has an intact copy of second.gz" in message
    assert "wrong MD5 checksum" in message
    assert f"put the two files into {folder}" in message
    assert_holds(folder, "first.gz")


@pytest.mark.parametrize("status", [404, 503])
def test_an_error_status(start, folder: Path, status: int) -> None:
    mirror = start({} if status == 404 else CONTENT)
    mirror.status = status
    assert f"HTTP status {status}" in message_of(folder, mirror.url)
    assert_holds(folder)


def test_a_transfer_that_breaks_off(start, folder: Path) -> None:
    mirror = start(CONTENT)
    mirror.cut_off = {"first.gz"}
    assert "the transfer broke off" in message_of(folder, mirror.url)
    assert_holds(folder)


def test_a_transfer_that_breaks_off_unnoticed(start, folder: Path) -> None:
    mirror = start(CONTENT)
    mirror.cut_off = {"first.gz"}
    mirror.sized = False
    assert "wrong MD5 checksum" in message_of(folder, mirror.url)
    assert_holds(folder)


def test_a_mirror_that_sends_without_end(
    start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 100_000)
    mirror = start(CONTENT)
    mirror.sized = False
    assert "far more bytes" in message_of(folder, mirror.url)
    assert_holds(folder)


def test_nobody_listens(folder: Path, dead_url: str) -> None:
    message = message_of(folder, dead_url, dead_url.replace("http:", "https:"))
    assert "no mirror could be reached" in message
    assert f"put the two files into {folder}; the digits data set works without." in message
    assert datasets.load("digits").pixels == 64


def test_a_mirror_that_never_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "no answer in time" in message_of(folder, url)


def no_space(*args: object, **kwargs: object) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_disk_full_at_the_move(start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", no_space)
    assert f"the disk that holds {folder} is full" in message_of(folder, start(CONTENT).url)
    assert_holds(folder)


def test_disk_full_in_mid_transfer(start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = builtins.open

    def filling(*args, **kwargs):
        file = real_open(*args, **kwargs)
        if "download" in str(args[0]):
            file.write(b"half")
            file.close()
            no_space()
        return file

    monkeypatch.setattr("pooch.downloaders.open", filling, raising=False)
    mirror = start(CONTENT)
    assert "is full" in message_of(folder, mirror.url, mirror.url)
    assert_holds(folder)


def test_the_folder_cannot_be_written(start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkdtemp", forbidden)
    assert "set AE_HOME to a folder that can" in message_of(folder, start(CONTENT).url)


def test_the_folder_lies_in_a_file(start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in message_of(tmp_path / "file" / "toys", start(CONTENT).url)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError, ValueError, OSError])
def test_a_progress_callback_cancels(start, folder: Path, kind: type[BaseException]) -> None:
    def cancel(done: int, total: int, name: str) -> None:
        raise kind("cancelled")

    mirror = start(CONTENT)
    with pytest.raises(kind, match="cancelled"):
        fetch(folder, mirror.url, mirror.url, progress=cancel)
    assert mirror.asked == ["first.gz"]
    assert_holds(folder)


def test_leftovers_of_a_killed_process_go_and_work_in_progress_stays(start, folder: Path) -> None:
    old, new = (folder.parent / f".toys-download-{age}" for age in ("old", "new"))
    for leftover in (old, new):
        leftover.mkdir(parents=True)
        (leftover / "tmp").write_bytes(b"half")
    yesterday = time.time() - 2 * 24 * 3600
    os.utime(old, (yesterday, yesterday))
    fetch(folder, start(CONTENT).url)
    assert not old.exists() and new.exists()


def test_many_at_once_do_not_disturb_each_other(start, folder: Path) -> None:
    mirror = start(CONTENT)
    failures: list[BaseException] = []

    def one() -> None:
        try:
            fetch(folder, mirror.url)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_holds(folder, *CONTENT)


@pytest.fixture
def fresh_mnist() -> Iterator[None]:
    """Load anew in each test."""
    datasets.forget("mnist")
    yield
    datasets.forget("mnist")


@pytest.fixture
def published(fresh_mnist: None, mnist_dir: Path) -> dict[str, bytes]:
    """Return the published files of MNIST, with none of it loaded."""
    return {path.name: path.read_bytes() for path in mnist_dir.glob("*.gz")}


def test_mnist_is_fetched_and_loads(start, published: dict[str, bytes]) -> None:
    assert datasets.default_name() == "digits"
    mirror = start(published)
    folder = datasets.fetch("mnist", mirrors=[mirror.url.rstrip("/")])
    assert folder == datasets.download_folder("mnist") == datasets.location("mnist")
    assert datasets.default_name() == "mnist"
    assert datasets.load("mnist").train_images.shape == (60_000, 28, 28)
    assert datasets.fetch("mnist", mirrors=[mirror.url]) == folder
    assert len(mirror.asked) == 4


def test_mnist_failure_leaves_digits_usable(start, published: dict[str, bytes]) -> None:
    mirror = start(published)
    mirror.cut_off = {"t10k-labels-idx1-ubyte.gz"}
    with pytest.raises(datasets.DatasetError, match="put the four files into"):
        datasets.fetch("mnist", mirrors=[mirror.url])
    assert not datasets.available("mnist")
    assert len(list(datasets.download_folder("mnist").iterdir())) == 3
    assert len(datasets.load(datasets.default_name()).test_images) == 360


def test_mnist_a_broken_download_is_replaced(start, published: dict[str, bytes]) -> None:
    folder = datasets.download_folder("mnist")
    folder.mkdir(parents=True)
    for name, body in published.items():
        (folder / name).write_bytes(body)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"broken")
    with pytest.raises(datasets.DatasetError, match="not an IDX file"):
        datasets.load("mnist")
    mirror = start(published)
    datasets.fetch("mnist", mirrors=[mirror.url])
    assert mirror.asked == ["t10k-labels-idx1-ubyte.gz"]
